"""The pictures in the documentation are those of the shipped systems as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.stacks import ROOT, reviewed
from tierwise.review import pictures
from tierwise.review.diagram import architecture
from tierwise.review.diagram_svg import svg
from tierwise.targets import Target

SHOWN = pictures.shown(ROOT)


@pytest.mark.parametrize("target", SHOWN, ids=[target.key for target in SHOWN])
def test_the_picture_is_what_the_plan_gives(target: Target) -> None:
    drawn = svg(architecture(reviewed(target.system, target.stage).plan.view()))
    file = ROOT / pictures.file_of(target)
    assert file.is_file(), f"no picture of {target.key}: run make generate"
    assert file.read_text(encoding="utf-8") == drawn, f"{file.name} is stale: run make generate"


def test_every_system_has_one_in_the_readme_and_no_other_is_left() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert pictures.gallery(SHOWN) in readme, "the README's pictures are stale: run make generate"
    systems = {path.parent.name for path in ROOT.glob("systems/*/Pulumi.yaml")}
    assert {target.system for target in SHOWN} == systems | {""}
    assert {file.name for file in (ROOT / pictures.FOLDER).glob("*.svg")} == {pictures.file_of(t).name for t in SHOWN}


def test_what_the_readme_refers_to_is_there() -> None:
    for page in (ROOT / "README.md", ROOT / "docs" / "pull-requests.md"):
        for name in re.findall(r'(?:src="|!\[[^\]]*\]\()([^")]+\.(?:svg|png))', page.read_text(encoding="utf-8")):
            assert (page.parent / name).is_file(), f"{page.name} shows {name}, which is not there"


def test_the_stack_with_everything_on_is_shown(tmp_path: Path) -> None:
    for system, stages in (("a", ("dev", "prod", "staging")), ("b", ("dev",))):
        folder = tmp_path / "systems" / system
        folder.mkdir(parents=True)
        (folder / "Pulumi.yaml").touch()
        for stage in stages:
            (folder / f"Pulumi.{stage}.yaml").touch()
    assert [target.key for target in pictures.shown(tmp_path)] == ["a/prod", "b/dev"]
