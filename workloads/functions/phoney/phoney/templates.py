"""Templates: JSON with ``{{generator}}`` in its strings, checked once and filled many times."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from phoney.generators import chosen

#: Records of one request.
MAX_COUNT = 1000
#: Levels of lists and objects inside each other.
MAX_DEPTH = 16
#: Bytes that an answer may have; Lambda refuses to return more than 6 MB.
MAX_ANSWER = 5_000_000
#: Bytes that a generated value is assumed to have.
_VALUE_BYTES = 64
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

Fill = Callable[[], Any]


class TemplateError(ValueError):
    """The template cannot be filled; the message may be shown to the caller."""


class DeadlineError(TimeoutError):
    """There was no time to make every record."""


def fill(template: Any, count: int, deadline: float) -> list[Any]:
    """``count`` records made from ``template``.

    Args:
        template: Any JSON value.
        count: Records, 1 to ``MAX_COUNT``.
        deadline: The moment, by ``time.monotonic``, at which to give up.

    Raises:
        TemplateError: The template is too deep, or the answer would be too large.
        UnknownGeneratorError: A placeholder names no generator.
        DeadlineError: The deadline has passed.
    """
    _check_depth(template)
    text = json.dumps(template, ensure_ascii=False, separators=(",", ":"))
    size = (len(text.encode("utf-8", "surrogatepass")) + _VALUE_BYTES * text.count("{{")) * count
    if size > MAX_ANSWER:
        raise TemplateError(f"the answer would have about {size} bytes, of {MAX_ANSWER}: ask for fewer records")
    make = compiled(text)
    records: list[Any] = []
    for _ in range(count):
        if time.monotonic() > deadline:
            raise DeadlineError(f"no time for more than {len(records)} of {count} records")
        records.append(make())
    return records


@lru_cache(maxsize=128)
def compiled(text: str) -> Fill:
    """What makes one record of a template.

    Args:
        text: The template as JSON.

    Raises:
        UnknownGeneratorError: A placeholder names no generator.
    """
    return _compile(json.loads(text))


def _compile(value: Any) -> Fill:
    if isinstance(value, str):
        return _compile_text(value)
    if isinstance(value, dict):
        members = [(_compile_text(key), _compile(item)) for key, item in value.items()]
        return lambda: {str(key()): item() for key, item in members}
    if isinstance(value, list):
        items = [_compile(item) for item in value]
        return lambda: [item() for item in items]
    return lambda: value


def _compile_text(text: str) -> Fill:
    names = tuple(match[1] for match in _PLACEHOLDER.finditer(text))
    if not names:
        return lambda: text
    generators = chosen(names)
    if _PLACEHOLDER.fullmatch(text):
        # A value that is nothing but a placeholder keeps the generator's type: a number stays a number.
        return generators[0]
    between = _PLACEHOLDER.split(text)[::2]

    def make() -> str:
        parts = [between[0]]
        for generate, following in zip(generators, between[1:], strict=True):
            parts += [str(generate()), following]
        return "".join(parts)

    return make


def _check_depth(template: Any) -> None:
    level, depth = [template], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise TemplateError(f"the template has more than {MAX_DEPTH} levels")
        level = [
            inner
            for value in level
            if isinstance(value, (dict, list))
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
