"""Writes one picture of each shipped system, and the README's gallery of them: ``python -m tierwise.review.pictures``.

The stack that is drawn is the one with everything on: production where there is one. Pictures are in ``docs/pictures``;
a test fails when one of them is not what its stack's plan gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from tierwise.preview.errors import ConfigError
from tierwise.review.diagram import Architecture, architecture
from tierwise.review.diagram_svg import svg
from tierwise.review.diff_text import clean
from tierwise.targets import Target, all_targets, find_root

FOLDER: Final = Path("docs/pictures")
#: Around the gallery in the README.
MARKS: Final = ("<!-- pictures: written by make generate -->", "<!-- /pictures -->")
_STAGE: Final = "prod"


def shown(root: Path) -> list[Target]:
    """One stack of each system, the reference system's first.

    Args:
        root: The repository's root.
    """
    chosen: dict[str, Target] = {}
    for target in all_targets(root):
        if target.system not in chosen or target.stage == _STAGE:
            chosen[target.system] = target
    return list(chosen.values())


def file_of(target: Target) -> Path:
    """Where a system's picture is, below the root."""
    return FOLDER / f"{target.system or 'reference'}.svg"


def draw(target: Target) -> Architecture:
    """A stack's architecture.

    Args:
        target: The stack.

    Raises:
        ConfigError: Its program does not finish, or its configuration is wrong.
    """
    from tierwise.preview.engine import plan

    planned = plan(target.directory, target.stage)
    if planned.error is not None:
        raise ConfigError([f"{target.key}  {planned.error.message}"])
    return architecture(planned.view())


def gallery(targets: Sequence[Target]) -> str:
    """The README's part, marks included.

    Args:
        targets: The stacks that have a picture.
    """
    return "\n".join([MARKS[0], *(_fold(target, opened=target == targets[0]) for target in targets), MARKS[1]])


def _fold(target: Target, *, opened: bool) -> str:
    from tierwise.preview.project import load_project

    project = load_project(target.directory)
    about = escape(clean(str(project.file.value.get("description", ""))))
    file, name = file_of(target).as_posix(), escape(project.name)
    home = f"systems/{target.system}/README.md" if target.system else "Pulumi.yaml"
    return (
        f"<details{' open' if opened else ''}><summary><b>{name}</b>: {about}</summary>\n\n"
        f'<a href="{home}"><img src="{file}" alt="Architecture of {name}, {target.stage}"></a>\n\n</details>'
    )


def main() -> None:
    """Write every picture and the gallery, and remove pictures of systems that are gone."""
    root = find_root(Path.cwd())
    targets = shown(root)
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    for target in targets:
        (root / file_of(target)).write_text(svg(draw(target)), encoding="utf-8")
    for file in (root / FOLDER).glob("*.svg"):
        if FOLDER / file.name not in {file_of(target) for target in targets}:
            file.unlink()
    readme = root / "README.md"
    text = readme.read_text("utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, mark, after = rest.partition(MARKS[1])
    if not mark:
        raise ConfigError([f"README.md  needs the line {MARKS[0]!r} and, below it, {MARKS[1]!r}"])
    readme.write_text(f"{before}{gallery(targets)}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
