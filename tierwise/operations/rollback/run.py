"""``tierwise rollback TARGET [PART]… [--to VERSION]``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from tierwise.operations.console import duration
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Entry, Step
from tierwise.operations.rollback.cdn import apply_cdn, plan_cdn
from tierwise.operations.rollback.fleets import apply_fleet, plan_fleets
from tierwise.operations.rollback.functions import apply_function, plan_functions
from tierwise.operations.rollback.infrastructure import rollback_infrastructure
from tierwise.operations.rollback.moves import APPLICATION, NEVER, WORDS, Kind, Move
from tierwise.operations.rollback.services import apply_service, plan_services
from tierwise.operations.rollback.web import apply_web, plan_web
from tierwise.operations.smoke.checks import failed
from tierwise.operations.smoke.report import print_table
from tierwise.operations.smoke.run import look
from tierwise.operations.stack import Stack

#: Seconds within which an application is back, and the infrastructure.
APPLICATION_SECONDS: Final = 300
INFRASTRUCTURE_SECONDS: Final = 900

_APPLY: Final[dict[str, Callable[[Operation, Move], Any]]] = {
    "lambda": apply_function,
    "service": apply_service,
    "fleet": apply_fleet,
    "web": apply_web,
    "cdn": apply_cdn,
}


def rollback(operation: Operation, parts: Sequence[str], to: str | None) -> Outcome:
    """Bring the release before back, and look whether it answers.

    Args:
        operation: The command.
        parts: Kinds or names of what goes back; the application by default.
        to: The version to go back to; the one before by default.

    Raises:
        OperationError: Nothing to go back to, no such version or part, or something that never goes back.
    """
    for part in parts:
        if part in NEVER:
            raise OperationError(NEVER[part])
    if "stack" in parts or "infrastructure" in parts:
        if len(parts) > 1:
            raise OperationError("the stack goes back alone: name no other part beside it")
        return _judged(operation, rollback_infrastructure(operation, to), INFRASTRUCTURE_SECONDS, operation.stack)
    record = operation.record
    entry = record.last()
    open_steps = [] if entry is None or entry.state != "running" else [s for s in entry.steps if not s.done]
    if entry is not None and open_steps and to is None and not parts:
        operation.console.note(f"finishing the rollback that {entry.by} began at {entry.started}")
    else:
        moves = _plan(operation, parts, to)
        if to is None:
            _refuse_twice(operation, moves, entry)
        entry, open_steps = None, [move.step() for move in moves]
    _show(operation, open_steps)
    operation.confirm("The running release goes back to the one before it.")
    with operation.exclusive():
        entry = entry or record.begin(open_steps)
        _apply(operation, entry)
    back = _as_it_should_be(operation.stack, entry.steps)
    document = {"moves": [vars(step) for step in entry.steps]}
    if operation.options.dry_run:
        return Outcome(document=document)
    outcome = _judged(operation, Outcome(document=document), APPLICATION_SECONDS, back)
    record.end(entry, "done" if outcome.ok else "failed", f"smoke {'passed' if outcome.ok else 'failed'}")
    _remind(operation)
    return outcome


def _plan(operation: Operation, parts: Sequence[str], to: str | None) -> list[Move]:
    chosen = _chosen(operation.stack, parts)
    if to is not None and to.isdigit() and sum(len(names) for kind, names in chosen.items() if kind != "cdn") > 1:
        raise OperationError(f"version {to} means something else for each part: name the one that goes back to it")
    moves: list[Move] = []
    if names := chosen.get("lambda"):
        moves += plan_functions(operation, names, to)
    if names := chosen.get("service"):
        moves += plan_services(operation, names, to)
    if names := chosen.get("fleet"):
        moves += plan_fleets(operation, names, to)
    if "web" in chosen:
        moves += plan_web(operation, to)
    if not moves and chosen.keys() - {"cdn"}:
        what = ", ".join(name for kind, names in chosen.items() if kind != "cdn" for name in names or [kind])
        raise OperationError(f"{operation.stack.key}  nothing to go back to: {what} has no earlier version")
    # Last, so that nothing of the bad release is cached again.
    if "cdn" in chosen or "web" in chosen:
        moves += plan_cdn(operation)
    return moves


def _chosen(stack: Stack, parts: Sequence[str]) -> dict[Kind, list[str]]:
    """What goes back, by kind."""
    own: dict[Kind, list[str]] = {
        "lambda": sorted(stack.mapping("functions")),
        "service": sorted(stack.mapping("taskDefinitions")),
        "fleet": sorted(stack.mapping("fleets")),
        "cdn": [],
    }
    if not parts:
        chosen: dict[Kind, list[str]] = {kind: own[kind] for kind in APPLICATION if own[kind]}
        if not chosen:
            raise OperationError(f"{stack.key}  runs nothing that goes back: no functions, services or servers")
        if stack.output("distributionId"):
            chosen["cdn"] = []
        return chosen
    chosen = {}
    for part in parts:
        if part in WORDS:
            kind = WORDS[part]
            if kind in own and not own[kind] and kind != "cdn":
                raise OperationError(f"{stack.key}  has no {part}")
            if kind == "cdn" and not stack.output("distributionId"):
                raise OperationError(f"{stack.key}  has no distribution")
            chosen[kind] = own.get(kind, [])
            continue
        found: list[Kind] = [kind for kind, names in own.items() if part in names]
        if not found:
            names = sorted({*WORDS, "stack", *(name for names in own.values() for name in names)})
            raise OperationError(f"{part}  is no part of {stack.key}: there are {', '.join(names)}")
        chosen.setdefault(found[0], []).append(part)
    return chosen


def _refuse_twice(operation: Operation, moves: list[Move], last: Entry | None) -> None:
    """A second rollback of the same release would go one release too far."""
    if last is None or last.state == "running":
        return
    gone = {step.part: step.after for step in last.steps if step.done}
    again = [move for move in moves if move.kind != "cdn" and gone.get(move.step().part) == move.before]
    if again:
        names = ", ".join(f"{move.name} {move.before}" for move in again)
        raise OperationError(
            f"{operation.stack.key}  {last.by} rolled back at {last.started}, {names} is the release before already: "
            "name an older one with --to"
        )


def _show(operation: Operation, steps: Sequence[Step]) -> None:
    rows = [(step.part, step.before, step.after) for step in steps]
    operation.console.table(("what", "now", "back to"), rows)


def _apply(operation: Operation, entry: Entry) -> None:
    for step in entry.steps:
        if step.done:
            continue
        move = Move.of(step)
        _APPLY[move.kind](operation, move)
        step.done = not operation.aws.dry_run
        operation.record.write(entry)
        if not operation.aws.dry_run:
            operation.console.note(f"{step.part}: {step.after}")


def _as_it_should_be(stack: Stack, steps: Sequence[Step]) -> Stack:
    """The stack as the smoke test must find it: with the versions that it went back to."""
    tasks, versions = stack.mapping("taskDefinitions"), stack.mapping("functionVersions")
    for move in map(Move.of, steps):
        if move.kind == "service":
            tasks[move.name] = str(tasks[move.name]).rpartition("/")[0] + "/" + move.after
        elif move.kind == "lambda":
            versions[move.name] = move.after
    outputs = {**stack.outputs, "taskDefinitions": tasks, "functionVersions": versions}
    # Whichever release answers now, it is not the one that the settings name.
    return Stack(stack.target, stack.settings.model_copy(update={"release": None}), outputs)


def _judged(operation: Operation, outcome: Outcome, limit: int, stack: Stack) -> Outcome:
    if operation.options.dry_run:
        return outcome
    took = operation.elapsed
    operation.console.say(f"back in {duration(took)} of {duration(limit)}; looking whether it answers")
    operation.stack = stack
    checks = look(operation)
    print_table(operation.console, checks)
    document = {
        **outcome.document,
        "rollbackSeconds": round(took, 1),
        "limitSeconds": limit,
        "withinLimit": took <= limit,
        "checks": [check.to_json() for check in checks],
    }
    return replace(outcome, ok=not failed(checks), document=document)


def _remind(operation: Operation) -> None:
    where = operation.stack.target.directory.name if operation.stack.target.system else "Pulumi.yaml"
    operation.console.say(
        f"The next deployment brings the bad release back: set `release` in {where} to the earlier one. "
        "Databases and tables stay as they are; erasures and migrations are not undone."
    )
