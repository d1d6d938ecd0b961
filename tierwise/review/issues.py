"""What stands against a stack, one issue a fault, for the outputs that other tools read: SARIF, JUnit, annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast

from tierwise.review.places import Entry, Place, Places, place_of_problem, place_of_traceback
from tierwise.targets import Target

Level = Literal["error", "warning", "note"]

#: Rules that are not the policy pack's: what an issue of that name says went wrong.
OWN_RULES: Final[Mapping[str, str]] = {
    "preview": "The preview runs",
    "configuration": "The configuration can be used",
    "program": "The program runs to its end",
    "input-unknown-property": "Every property exists in the SDK",
    "input-missing": "No required property is missing",
    "input-type": "Every property has the type that the SDK declares",
    "input-value": "Every value is one that AWS accepts",
    "data-loss": "Nothing that holds data is replaced or deleted by accident",
}
#: The pack's word for what is judged at deployment: nothing is wrong with it.
_DEFERRED: Final = "policy-deferred"
_LINE_PREFIX: Final = re.compile(r"^\S+:\d+\s+")


@dataclass(frozen=True)
class ReviewedStack:
    """One stack's part of a preview.

    Attributes:
        target: The stack.
        entry: Its entry of the preview's JSON; None when its configuration cannot be used.
        problems: Why not, a line each.
    """

    target: Target
    entry: Entry | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issue:
    """One fault of one stack.

    Attributes:
        rule: A rule of the policy pack, or one of ``OWN_RULES``.
        level: An error stops the deployment; a note is waived by an exception, or judged at deployment.
        message: One sentence or more, with the fix; never a secret.
        stack: The stack's key; empty for a preview that did not get as far as the stacks.
        urn: The resource, when there is one.
        resource: Its logical name.
        place: The line to look at first: of the configuration when it is known, otherwise of the code.
        code: The line of code that makes the resource, when that is another one.
        exception: ``{reason, owner, expires, days_left}`` of the exception that waives it.
    """

    rule: str
    level: Level
    message: str
    stack: str = ""
    urn: str = ""
    resource: str = ""
    place: Place | None = None
    code: Place | None = None
    exception: Mapping[str, Any] | None = None


def failed(problems: Sequence[str], root: Path) -> list[Issue]:
    """The issues of a preview that did not get as far as the stacks.

    Args:
        problems: What went wrong, a line each.
        root: The repository's root.
    """
    return [Issue("preview", "error", problem, place=place_of_problem(problem, root)) for problem in problems]


def issues(stacks: Sequence[ReviewedStack], root: Path) -> list[Issue]:
    """Every issue of the stacks, in their order; within a stack, what stops it first.

    Args:
        stacks: The stacks.
        root: The repository's root.
    """
    order = {"error": 0, "warning": 1, "note": 2}
    return [issue for stack in stacks for issue in sorted(_of(stack, root), key=lambda one: order[one.level])]


def _of(stack: ReviewedStack, root: Path) -> Iterator[Issue]:
    key = stack.target.key
    for problem in stack.problems:
        place = place_of_problem(problem, root)
        yield Issue("configuration", "error", _LINE_PREFIX.sub("", problem) if place else problem, key, place=place)
    if stack.entry is None:
        return
    places = Places(root, stack.target.directory, stack.target.stage, stack.entry)
    yield from _program(stack.entry, key, root, places)
    yield from _inputs(stack.entry, key, places)
    yield from _policies(stack.entry, key, places)
    yield from _losses(stack.entry, key, places)


def _program(entry: Entry, key: str, root: Path, places: Places) -> Iterator[Issue]:
    for diagnostic in entry["preview"]["diagnostics"]:
        if diagnostic["severity"] == "error":
            text = str(diagnostic["message"]).removeprefix("error: ").strip()
            urn = diagnostic.get("urn", "")
            place = place_of_traceback(text, root) or places.code(urn) or places.stack_file
            last = text.splitlines()[-1].strip() if text else "the program failed"
            yield Issue("program", "error", last, key, urn, _name(urn), place)


def _inputs(entry: Entry, key: str, places: Places) -> Iterator[Issue]:
    for check in entry["checks"]:
        value = "" if check["value"] is None else f" = {check['value']}"
        allowed = f"; allowed: {check['allowed']}" if check["allowed"] else ""
        near = f'; did you mean "{check["nearest"]}"?' if check["nearest"] else ""
        message = f"{check['resource']} ({check['type']}) {check['path']}{value}: {check['message']}{allowed}{near}"
        code = places.position(check["sourcePosition"]) or places.code(check["urn"])
        place = places.configuration(check["urn"]) or code or places.stack_file
        level: Level = "error" if check["level"] == "error" else "warning"
        yield Issue(f"input-{check['kind']}", level, message, key, check["urn"], check["resource"], place, code)


def _policies(entry: Entry, key: str, places: Places) -> Iterator[Issue]:
    for finding in entry["policies"]:
        urn, exception = finding["urn"], finding.get("exception")
        code = places.code(urn)
        place = places.configuration(urn, finding["policy"]) or code or places.stack_file
        waived = exception or finding["policy"] == _DEFERRED
        level: Level = "error" if finding["level"] == "mandatory" else "note" if waived else "warning"
        yield Issue(finding["policy"], level, finding["message"], key, urn, finding["resource"], place, code, exception)


def _losses(entry: Entry, key: str, places: Places) -> Iterator[Issue]:
    diff = cast("Entry", entry.get("diff") or {})
    for loss in diff.get("dataLoss", ()):
        message = " ".join([str(loss["message"]), *map(str, loss["waysOut"])])
        place = places.configuration(loss["urn"]) or places.code(loss["urn"]) or places.stack_file
        level: Level = "error" if loss["blocks"] else "note"
        yield Issue("data-loss", level, message, key, loss["urn"], loss["resource"], place)


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
