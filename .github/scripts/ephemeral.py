"""Describes a pull request's own stack of a system: a stack file made from dev's, with names of its own and an end.

    python ephemeral.py SYSTEM NUMBER --hours 72

Prints ``stack=pr-NUMBER`` for the workflow. The name has one form, which no stage that lasts may have; anything else is
refused. Exact physical names and the domain carry the stack's name, so that it never meets dev's; it has dev's tier,
which protects nothing, so that it can be removed.
"""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

SYSTEMS = Path("systems")
#: The only form of an ephemeral stack's name.
NAME = re.compile(r"pr-[1-9][0-9]{0,6}")
#: A stack may not outlive a week, whatever is asked.
MOST_HOURS = 168
#: The tag that says until when the stack may live; `tierwise cleanup --ephemeral` reads it.
TAG = "ephemeral-until"
_SYSTEM = re.compile(r"[a-z][a-z0-9-]{0,40}")


class RefusedError(Exception):
    """No such stack may be made."""


def described(project: dict[str, Any], dev: dict[str, Any], stack: str, until: datetime) -> dict[str, Any]:
    """The stack file.

    Args:
        project: The system's ``Pulumi.yaml``.
        dev: Its dev stage's file.
        stack: The new stack's name.
        until: When it may be removed.
    """
    system = project["name"]
    own = dict(dev.get("config") or {})
    overrides = dict(own.pop(f"{system}:overrides", None) or {})
    sections = {key: entry.get("value") for key, entry in project["config"].items() if isinstance(entry, dict)}
    named = _merged(_renamed(sections, stack), _renamed(overrides, stack))
    overrides = _merged(overrides, named)
    domain = overrides.get("domain") or sections.get("domain")
    if domain:
        overrides["domain"] = {**domain, "name": f"{stack}.{domain['name']}"}
    overrides["tags"] = {**(overrides.get("tags") or {}), TAG: until.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {"config": {**own, f"{system}:tier": "dev", f"{system}:overrides": overrides}}


def _renamed(node: Any, stack: str) -> dict[str, Any]:
    """The part of a configuration that gives exact names, with the stack's instead of a stage's."""
    if not isinstance(node, dict):
        return {}
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key == "presets":
            continue
        if key == "physicalName" and isinstance(value, str):
            if "{stage}" in value:
                continue
            found[key] = f"{re.sub(r'-(dev|staging|prod)$', '', value)}-{stack}"
        elif below := _renamed(value, stack):
            found[key] = below
    return found


def _merged(weak: dict[str, Any], strong: dict[str, Any]) -> dict[str, Any]:
    merged = dict(weak)
    for key, value in strong.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def write(system: str, number: str, hours: int, now: datetime) -> str:
    """Write the stack file and return the stack's name.

    Raises:
        RefusedError: A name that could be another stack's, an unknown system, or too long a life.
    """
    stack = f"pr-{number}"
    folder = SYSTEMS / system
    if not _SYSTEM.fullmatch(system) or not (folder / "Pulumi.yaml").is_file():
        raise RefusedError(f"{system[:40]!r}  no such system")
    if not NAME.fullmatch(stack):
        raise RefusedError(f"{number[:20]!r}  a pull request's stack is called pr-NUMBER and nothing else")
    if not 0 <= hours <= MOST_HOURS:
        raise RefusedError(f"{hours} hours  a pull request's stack lives {MOST_HOURS} hours at most")
    file = folder / f"Pulumi.{stack}.yaml"
    if file.exists():
        raise RefusedError(f"{file}  exists: a stack that is described in the repository is not ephemeral")
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    dev = yaml.safe_load((folder / "Pulumi.dev.yaml").read_text(encoding="utf-8")) or {}
    made = described(project, dev, stack, now + timedelta(hours=hours))
    file.write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")
    return stack


def main(words: list[str]) -> int:
    """Write it, and print its name or what is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("system")
    parser.add_argument("number")
    parser.add_argument("--hours", type=int, required=True)
    told = parser.parse_args(words)
    try:
        print(f"stack={write(told.system, told.number, told.hours, datetime.now(UTC))}")
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
