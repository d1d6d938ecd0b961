"""Repositories: closed, tidy, and with addresses known before anything is built."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest

from components.compute.build_context import context_tag
from guardrails.resource import ABSENT
from tests.support.program import Sample, sample_of
from tests.support.sections import names

URI = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-prod/search"
COMMIT = "0123456789" * 4
DIGEST = "sha256:" + "ab" * 32
CONTEXT = str(Path(__file__).parents[3] / "workloads" / "container")


@functools.cache
def planned(build: str | None = None, release: str | None = COMMIT, architecture: str = "ARM64") -> Sample:
    def program() -> None:
        import pulumi

        from components.compute.image_repository import ImageRepository

        repository = ImageRepository(
            "repository",
            service="search",
            names=names(),
            build=build,
            architecture=architecture,  # pyright: ignore[reportArgumentType]
        )
        pulumi.export("image", repository.image_uri(release))

    return sample_of(program)


def test_the_repository_is_immutable_scanned_and_encrypted() -> None:
    found = planned().one("aws:ecr/repository:Repository")
    assert found.get("name") == "shop-prod/search"
    assert found.get("imageTagMutability") == "IMMUTABLE"
    assert found.get("imageScanningConfiguration.scanOnPush") is True
    assert found.get("encryptionConfigurations[0].encryptionType") == "AES256"
    assert found.get("tags.component") == "repository"
    assert found.get("forceDelete") in (False, ABSENT)


def test_old_images_are_deleted() -> None:
    policy: Any = planned().one("aws:ecr/lifecyclePolicy:LifecyclePolicy").get("policy")
    rules = json.loads(policy)["rules"] if isinstance(policy, str) else policy["rules"]
    assert [rule["selection"]["tagStatus"] for rule in rules] == ["untagged", "any"]
    assert rules[1]["selection"]["countNumber"] == 10


@pytest.mark.parametrize(("release", "image"), [(COMMIT, f"{URI}:{COMMIT}"), (DIGEST, f"{URI}@{DIGEST}")])
def test_a_release_names_an_image_of_the_repository(release: str, image: str) -> None:
    assert planned(release=release).plan.outputs["image"] == image


def test_without_a_build_nothing_is_built() -> None:
    assert planned().all("awsx:ecr:Image") == []


def test_a_built_image_is_known_by_the_content_of_its_folder() -> None:
    sample = planned(CONTEXT, None)
    tag = context_tag(Path(CONTEXT), "linux/arm64")
    assert sample.plan.outputs["image"] == f"{URI}:{tag}"
    image = sample.one("awsx:ecr:Image")
    assert image.get("imageTag") == tag
    assert image.get("platform") == "linux/arm64"


def test_a_processor_makes_another_image() -> None:
    assert planned(CONTEXT, None, "X86_64").plan.outputs["image"] != planned(CONTEXT, None).plan.outputs["image"]


def test_nothing_to_run_is_refused() -> None:
    with pytest.raises(AssertionError, match="nothing to run; name a build folder or a release"):
        planned(release=None)


def _context(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


FILES = {"Dockerfile": "FROM scratch", "app/main.py": "print()"}


def test_the_same_files_give_the_same_tag_anywhere(tmp_path: Path) -> None:
    one, two = _context(tmp_path / "one", FILES), _context(tmp_path / "two", dict(reversed(FILES.items())))
    assert context_tag(one, "linux/arm64") == context_tag(two, "linux/arm64")
    assert len(context_tag(one, "linux/arm64")) == 40


@pytest.mark.parametrize(
    "change",
    [
        {"app/main.py": "print(1)"},
        {"app/more.py": ""},
        {"Dockerfile": "FROM scratcha", "app/main.py": "print()"},
    ],
)
def test_a_change_gives_another_tag(tmp_path: Path, change: dict[str, str]) -> None:
    before = context_tag(_context(tmp_path, FILES), "linux/arm64")
    assert context_tag(_context(tmp_path, change), "linux/arm64") != before


def test_what_never_reaches_an_image_does_not_count(tmp_path: Path) -> None:
    before = context_tag(_context(tmp_path, FILES), "linux/arm64")
    assert context_tag(_context(tmp_path, {"app/__pycache__/main.pyc": "x"}), "linux/arm64") == before


def test_a_folder_without_dockerfile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no Dockerfile"):
        context_tag(tmp_path, "linux/arm64")
