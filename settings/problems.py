"""What is wrong with a configuration, in words a user can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr
from pydantic_core import ErrorDetails

from settings.base import EXAMPLES

#: Where a value stands: keys as the user writes them, and list positions.
Path = tuple[str | int, ...]

#: Keys that steer the layering and are no section of their own.
STEERING_KEYS = frozenset({"tier", "preset", "presets", "overrides"})

_SHOWN = 60
#: What pydantic's refusals of a type ask for.
_EXPECTED: Final = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "a text (quote it in YAML)",
    "dict_type": "a mapping",
    "list_type": "a list",
    "tuple_type": "a list",
}
_LEADING_KEY = re.compile(r"^([a-zA-Z]+)(?:\[(\d+)\])?[ :]")


class SettingsError(Exception):
    """The configuration cannot be used.

    Attributes:
        problems: One line for each thing that is wrong, as ``file:line  key: what, what is allowed``.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("the configuration cannot be used:\n" + "\n".join(f"  {line}" for line in self.problems))


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        path: Where it is wrong.
        message: What is wrong, and what is allowed.
    """

    path: Path
    message: str


def dotted(path: Path) -> str:
    """``("services", "api", "links", 2)`` as ``services.api.links[2]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, allowed: Iterable[str]) -> str:
    """`` did you mean "gateway"?`` with the nearest allowed word, or the allowed words where none is near."""
    words = sorted(set(allowed))
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{close[0]}"?'
    if not words:
        return "none is defined"
    listed = ", ".join(words[:12]) + (" …" if len(words) > 12 else "")
    return f"allowed: {listed}"


def from_validation(errors: list[ErrorDetails], root: type[BaseModel]) -> list[Problem]:
    """Pydantic's errors in the user's terms.

    Args:
        errors: As ``ValidationError.errors()`` gives them.
        root: The model that was validated; nearest names come from its fields.
    """
    return [_problem(error, root) for error in errors if not _follows(error, errors)]


def _follows(error: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """Whether a list is told to be too short only because a member of it was refused."""
    if error["type"] != "too_short":
        return False
    own = error["loc"]
    return any(len(other["loc"]) > len(own) and other["loc"][: len(own)] == own for other in errors)


def _problem(error: ErrorDetails, root: type[BaseModel]) -> Problem:
    # A failed dict key has "[key]" as its last part; unions add the type's name, which is no key of the user's.
    path = tuple(part for part in error["loc"] if part != "[key]")
    model, path = _follow(root, path)
    kind, context = error["type"], error.get("ctx", {})
    shown = _shown(error["input"])
    if kind == "extra_forbidden":
        allowed = [*_keys(model), *(STEERING_KEYS if model is root else ())]
        return Problem(path, f"no such key; {nearest(str(path[-1]), allowed)}")
    if kind == "missing":
        return Problem(path, "is required and not set")
    if kind == "value_error":
        message = str(context.get("error", error["msg"]))
        found = _LEADING_KEY.match(message)
        if found and (found[1] in _keys(model) or _holds(error["input"], found[1])):
            path = (*path, found[1], *((int(found[2]),) if found[2] else ()))
        return Problem(path, message)
    if kind in {"literal_error", "enum"}:
        allowed = [word.strip("'") for word in re.findall(r"'[^']*'|\d+", str(context.get("expected", "")))]
        return Problem(path, f"{shown} is not allowed; {nearest(str(error['input']), allowed)}")
    if kind == "string_pattern_mismatch":
        return Problem(path, f"{shown} does not have the form of {_form(str(context.get('pattern')))}{_hint(path)}")
    if kind in {"model_type", "model_attributes_type"}:
        return Problem(path, f"{shown} is no mapping of {', '.join(_keys(model))}")
    if kind in _EXPECTED:
        return Problem(path, f"{shown} is not {_EXPECTED[kind]}")
    return Problem(path, f"{shown}: {error['msg'][0].lower()}{error['msg'][1:]}")


def _form(pattern: str) -> str:
    """What a text should look like: an example, and the rule itself where that is short enough to read."""
    rule = f" ({pattern})" if len(pattern) <= _SHOWN else ""
    return f'"{EXAMPLES[pattern]}"{rule}' if pattern in EXAMPLES else pattern


def _holds(value: Any, key: str) -> bool:
    return isinstance(value, Mapping) and key in value


def _hint(path: Path) -> str:
    return ' (quote it in YAML: "012345678901")' if path and path[-1] == "account" else ""


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "[secret]"
    if isinstance(value, Mapping | list | tuple):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    text = str(value)
    return f'"{text[:_SHOWN]}{"…" if len(text) > _SHOWN else ""}"' if isinstance(value, str) else text.lower()


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation mentions, through unions, tuples, dicts and ``Annotated``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for member in get_args(annotation) for model in models_in(member)]


def _follow(root: type[BaseModel], path: Path) -> tuple[type[BaseModel], Path]:
    """The model that holds the last part of ``path``, and the path without pydantic's own union labels."""
    model = root
    kept: list[str | int] = []
    open_mapping = False
    for position, part in enumerate(path):
        last = position == len(path) - 1
        if not open_mapping and isinstance(part, str):
            field = next((f for n, f in model.model_fields.items() if (f.alias or n) == part), None)
            if field is None:
                # An unknown key is always last; anything else is the label of a union's branch.
                if last and part not in {"float", "int", "str", "bool"} and not part.endswith("Range"):
                    kept.append(part)
                continue
            kept.append(part)
            inner = models_in(field.annotation)
            mapping = "dict" in str(field.annotation)
            if not last:
                model = inner[0] if inner else model
                open_mapping = mapping
            elif inner and not mapping:
                model = inner[0]
        else:
            kept.append(part)
            open_mapping = False
    return model, tuple(kept)
