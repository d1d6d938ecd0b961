"""The reference of usage keys and covered types, taken from the mappers; ``python -m guardrails.cost`` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from guardrails.cost.mapping import Key
from guardrails.cost.services import REGISTRY
from guardrails.cost.stackwide import STACK_KEYS
from guardrails.cost.tokens import short
from guardrails.cost.usage import STACK

_START: Final = "<!-- usage keys: written by `python -m guardrails.cost` -->"


def usage_keys() -> Mapping[str, tuple[Key, ...]]:
    """Every usage component by short type, ``stack`` for what no single resource causes."""
    found = {short(token): mapper.keys for token, mapper in REGISTRY.items() if mapper.keys}
    return {STACK: STACK_KEYS, **{token: found[token] for token in sorted(found)}}


def coverage() -> Mapping[str, int]:
    """How many types are priced, free and priced by their parent."""
    return {
        "priced": sum(1 for mapper in REGISTRY.values() if mapper.price),
        "free": sum(1 for mapper in REGISTRY.values() if mapper.free),
        "byParent": sum(1 for mapper in REGISTRY.values() if mapper.parent),
    }


def render() -> str:
    """The generated part of the README, in Markdown."""
    counts = coverage()
    rows = ["| key | component | what to count for one month | needed |", "|---|---|---|---|"]
    for token, keys in usage_keys().items():
        rows += [f"| `{token}` | `{key.name}` | {key.what} | {key.when} |" for key in keys]
    text = (
        f"{len(REGISTRY)} resource types: {counts['priced']} priced, {counts['free']} free, "
        f"{counts['byParent']} priced by their parent. Any other AWS type is reported as unsupported."
    )
    return "\n".join([text, "", *rows, ""])


def updated(readme: str) -> str:
    """``readme`` with its generated part renewed."""
    return f"{readme.partition(_START)[0]}{_START}\n\n{render()}"
