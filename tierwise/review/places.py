"""Which line is to blame for a resource: of the configuration that describes it, or of the code that makes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote

from settings.locate import Locator

Entry = Mapping[str, Any]

#: Components that are not called like the section that describes them.
_SECTIONS: Final = {"vpc": "network", "cluster": "containers", "nat": "network"}
#: What is layered over the sections, and not one of them.
_LAYERS: Final = frozenset({"overrides", "presets", "preset"})
#: An item's name that is shorter may be part of another word's meaning: "logs" is in "error-logs".
_TELLING: Final = 6
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PROBLEM: Final = re.compile(r"^(?P<file>[^\s:][^:\n]*?):(?P<line>\d+)\s")
_FRAME: Final = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+)')


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file.

    Attributes:
        file: Relative to the repository's root, with forward slashes.
        line: Counted from 1.
    """

    file: str
    line: int


def place_of_problem(problem: str, root: Path) -> Place | None:
    """The line that a configuration error begins with (``systems/pika/Pulumi.prod.yaml:14  …``)."""
    found = _PROBLEM.match(problem)
    return _inside(root, Path(found["file"]), int(found["line"])) if found else None


def place_of_traceback(text: str, root: Path) -> Place | None:
    """The last frame of a traceback that lies in the repository."""
    frames = [_inside(root, Path(frame["file"]), int(frame["line"])) for frame in _FRAME.finditer(text)]
    return next((frame for frame in reversed(frames) if frame is not None), None)


class Places:
    """The places of one stack's resources.

    Args:
        root: The repository's root.
        directory: Folder of the system's ``Pulumi.yaml``.
        stage: The stack's name.
        entry: The stack's entry of the preview's JSON.
    """

    def __init__(self, root: Path, directory: Path, stage: str, entry: Entry) -> None:
        self._root = root
        self._directory = directory
        self._stage = stage
        steps = entry.get("preview", {}).get("steps", [])
        self._states: dict[str, Entry] = {step["urn"]: step.get("newState") or {} for step in steps}
        self._config: Mapping[str, str] = entry.get("preview", {}).get("config", {})
        self._found: dict[tuple[str, ...], Place | None] = {}

    @property
    def stack_file(self) -> Place:
        """The first line of the stack's own file: what is to blame for a stack as a whole."""
        file = self._directory / f"Pulumi.{self._stage}.yaml"
        return _inside(self._root, file, 1) or Place(file.name, 1)

    def code(self, urn: str) -> Place | None:
        """The innermost line of the repository's own code that made a resource."""
        state = self._states.get(urn, {})
        positions = [frame.get("sourcePosition", "") for frame in state.get("stackTrace", [])]
        for position in (*positions, state.get("sourcePosition", "")):
            place = self.position(position)
            if place is not None:
                return place
        return None

    def position(self, position: str | None) -> Place | None:
        """A source position as the preview writes it (``project:///../../components/edge/cdn.py#109``)."""
        path, _, line = (position or "").removeprefix("project:///").partition("#")
        number = line.partition(",")[0]
        if not path or not number.isdigit():
            return None
        return _inside(self._root, self._directory / unquote(path), int(number))

    def configuration(self, urn: str, rule: str = "") -> Place | None:
        """The line of configuration that a resource comes from.

        Components and resources are named after what the configuration calls them, so the first name from the
        resource outwards that names an item (``services.api-gateway``) or a section (``loadBalancer``) tells.

        Args:
            urn: The resource.
            rule: A rule about the whole stack may name its section: ``P.Budget.near``.
        """
        area = rule.split(".")[1].lower() if rule.startswith("P.") else ""
        if area in self._sections and urn not in self._parents:
            return self._locate((area,))
        for name in self._names(urn):
            path = self._path(name)
            if path is not None:
                return self._locate(path)
        return None

    def _names(self, urn: str) -> Iterator[str]:
        """Names from the resource outwards; the stack's own and the platform's say nothing."""
        current: str | None = urn
        while current:
            above = self._parents.get(current)
            if above and self._parents.get(above):
                yield current.rpartition("::")[2]
            current = above

    @cached_property
    def _parents(self) -> dict[str, str]:
        return {urn: state["parent"] for urn, state in self._states.items() if state.get("parent")}

    @cached_property
    def _project(self) -> str:
        return next((urn.split("::")[1] for urn in self._states), "")

    @cached_property
    def _sections(self) -> dict[str, tuple[str, ...]]:
        """Each section with the names of its items, those that the layers add included."""
        found: dict[str, tuple[str, ...]] = {}
        for key, text in self._config.items():
            name = key.removeprefix(f"{self._project}:")
            value = _parsed(text)
            if name == "overrides" and isinstance(value, dict):
                for section, below in cast("dict[str, Any]", value).items():
                    found[section] = (*found.get(section, ()), *_items(below))
            elif name not in _LAYERS and ":" not in name:
                found[name] = (*found.get(name, ()), *_items(value))
        return found

    def _path(self, name: str) -> tuple[str, ...] | None:
        plain = name.lower().replace(" ", "-")
        items = [(item, section) for section, names in self._sections.items() for item in names]
        named = [(item, section) for item, section in items if _is_named(plain, item.lower(), section.lower())]
        if named:
            item, section = max(named, key=lambda pair: len(pair[0]))
            return (section, item)
        kebab = {_HUMP.sub("-", section).lower(): section for section in self._sections}
        kebab |= {word: section for word, section in _SECTIONS.items() if section in self._sections}
        starts = [word for word in kebab if f"{plain}-".startswith(f"{word}-")]
        return (kebab[max(starts, key=len)],) if starts else None

    def _locate(self, path: tuple[str, ...]) -> Place | None:
        if path not in self._found:
            text = self._locator.locate(path)
            file, _, line = text.rpartition(":")
            number = int(line) if line.isdigit() else 1
            self._found[path] = _inside(self._root, Path(file or text), number)
        return self._found[path]

    @cached_property
    def _locator(self) -> Locator:
        chosen = _parsed(self._config.get(f"{self._project}:preset", "[]"))
        presets: tuple[str, ...] = tuple(
            map(str, cast("list[object]", chosen) if isinstance(chosen, list) else [chosen])
        )
        return Locator(self._directory, self._project, self._stage, presets)


def _is_named(name: str, item: str, section: str) -> bool:
    """Whether a resource is called after an item: first in its name, after its kind, or unmistakable anywhere."""
    if f"{name}-".startswith((f"{item}-", f"{section.removesuffix('s')}-{item}-")):
        return True
    return len(item) >= _TELLING and f"-{item}-" in f"-{name}-"


def _items(value: Any) -> tuple[str, ...]:
    """Names below a section that a user chose: those that hold a mapping."""
    if not isinstance(value, dict):
        return ()
    return tuple(name for name, below in cast("dict[str, Any]", value).items() if isinstance(below, dict))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _inside(root: Path, file: Path, line: int) -> Place | None:
    """The place relative to the root, or None for what is not the repository's own text."""
    try:
        relative = (root / file).resolve().relative_to(root.resolve())
    except ValueError:
        return None
    if any(part in (".venv", "site-packages", "node_modules") for part in relative.parts):
        return None
    return Place(relative.as_posix(), max(line, 1))
