"""Which stacks a command is about."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tierwise.preview.errors import ConfigError

#: Stages in the order that people release through them; others follow by name.
_STAGE_ORDER = {"dev": 0, "staging": 1, "prod": 2}


@dataclass(frozen=True)
class Target:
    """One stack.

    Attributes:
        directory: Folder of the system's ``Pulumi.yaml``.
        system: Folder name below ``systems/``; empty for the reference system at the root.
        stage: The stack's name.
    """

    directory: Path
    system: str
    stage: str

    @property
    def key(self) -> str:
        """``pika/prod``, or ``prod`` for the reference system."""
        return f"{self.system}/{self.stage}" if self.system else self.stage


def find_root(start: Path) -> Path:
    """The repository's root: the outermost folder from ``start`` upwards that holds a program and its ``Pulumi.yaml``.

    Args:
        start: Any folder inside the repository.

    Raises:
        ConfigError: There is none.
    """
    found = [folder for folder in (start, *start.parents) if (folder / "Pulumi.yaml").is_file()]
    for folder in reversed(found):
        if (folder / "__main__.py").is_file():
            return folder
    raise ConfigError([f"{start}  no Pulumi.yaml with a program here or above: run tierwise inside the repository"])


def all_targets(root: Path) -> list[Target]:
    """Every stack that has a stack file: the reference system's first, then the systems by name."""
    folders = [("", root)]
    folders += [(path.parent.name, path.parent) for path in sorted(root.glob("systems/*/Pulumi.yaml"))]
    return [
        Target(directory, system, stage)
        for system, directory in folders
        for stage in sorted(_stages(directory), key=lambda name: (_STAGE_ORDER.get(name, 3), name))
    ]


def resolve(root: Path, names: Sequence[str]) -> list[Target]:
    """The stacks that the command line names.

    Args:
        root: The repository's root.
        names: ``STAGE``, ``SYSTEM`` or ``SYSTEM/STAGE``; none means the reference system's dev.

    Raises:
        ConfigError: A name that is no stack, with the nearest one.
    """
    known = all_targets(root)
    chosen: dict[str, Target] = {}
    problems: list[str] = []
    for name in names or ("dev",):
        matches = [target for target in known if name in {target.key, target.system} and name]
        if not matches:
            problems.append(f"{name}  {_no_such(name, known)}")
        chosen.update({target.key: target for target in matches})
    if problems:
        raise ConfigError(problems)
    return list(chosen.values())


def _no_such(name: str, known: list[Target]) -> str:
    words = sorted({word for target in known for word in (target.key, target.system) if word})
    close = difflib.get_close_matches(name, words, n=1, cutoff=0.5)
    hint = f'did you mean "{close[0]}"?' if close else f"there are {', '.join(words)}"
    return f"no such stack; {hint}"


def _stages(directory: Path) -> list[str]:
    return [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in directory.glob("Pulumi.*.yaml")]
