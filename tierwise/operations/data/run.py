"""``tierwise backup``, ``restore``, ``restore-drill``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tierwise.operations.console import duration
from tierwise.operations.data.objectives import Objective, objective_for
from tierwise.operations.data.stores import MARK, Store, scratch_name, store_of, stores_of
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step
from tierwise.operations.rollback.web import moment_of


def backup(operation: Operation, labels: Sequence[str], *, take: bool) -> Outcome:
    """List the copies of each store, or make one by hand.

    Args:
        operation: The command.
        labels: Stores; all by default.
        take: Whether to make copies.
    """
    stores = _chosen(operation, labels)
    taken: list[str] = []
    if take:
        stamp = _stamp(operation)
        with operation.exclusive():
            for store in stores:
                name = f"{operation.stack.prefix}{store.label.replace(':', '-')}-{stamp}"
                taken.append(store.take(operation, name))
                operation.console.note(f"{store.label}: {name}")
        return Outcome(document={"taken": taken})
    rows: list[tuple[str, ...]] = []
    document: list[dict[str, Any]] = []
    bare: list[str] = []
    for store in stores:
        copies = store.copies(operation)
        for copy in copies:
            made = "" if copy.made is None else copy.made.astimezone(UTC).isoformat(timespec="seconds")
            rows.append((copy.store, copy.name, made, copy.kind))
            document.append({"store": copy.store, "name": copy.name, "made": made, "kind": copy.kind})
        if not copies:
            bare.append(store.label)
            rows.append((store.label, "none", "", ""))
    operation.console.table(("store", "copy", "made or latest", "kind"), rows)
    return Outcome(not bare, {"copies": document, "withoutCopies": bare})


def restore(operation: Operation, label: str, to: str | None, name: str | None) -> Outcome:
    """Make a store again beside the old one, as it was at a moment; nothing is replaced.

    Args:
        operation: The command.
        label: The store, or ``web``.
        to: The moment; the latest by default.
        name: Name of the new one.

    Raises:
        OperationError: No such store or moment, or the name is taken.
    """
    moment = None if to is None else moment_of(to)
    if label == "web":
        from tierwise.operations.rollback.run import rollback

        return rollback(operation, ["web"], to)
    store = store_of(operation, label)
    if moment is not None and moment > datetime.fromtimestamp(operation.console.clock.now(), UTC):
        raise OperationError(f"{to}  lies ahead: name a moment that has been")
    target = name or f"{store.name}-restored"
    if MARK in target:
        raise OperationError(f"{target}  is a name of rehearsals, which are deleted: choose another")
    started = operation.elapsed
    operation.confirm(f"{store.name} is made again as {target}; the old one stays.")
    with operation.exclusive():
        store.restore(operation, target, moment)
        if not operation.aws.dry_run:
            operation.console.wait(target, lambda: _probe(operation, store, target), timeout=operation.options.timeout)
        took = operation.elapsed - started
        entry = operation.record.begin(
            [Step(label, store.name, target, done=True)], f"as of {to or 'the latest moment'}"
        )
        operation.record.end(entry, "done")
    objective = objective_for(operation.stack.target, label)
    operation.console.say(f"{target} is there after {duration(took)}{_against(objective, took)}")
    operation.console.say(f"Callers still use {store.name}: {_swap(label)}")
    return Outcome(
        document={"store": label, "source": store.name, "target": target, "seconds": round(took, 1), "to": to}
    )


def drill(operation: Operation, labels: Sequence[str], *, report: Path | None) -> Outcome:
    """Restore each store under a scratch name, compare, measure, and delete the scratch whatever happens.

    Args:
        operation: The command.
        labels: Stores; all by default.
        report: Folder for the dated report.
    """
    results: list[dict[str, Any]] = []
    operation.confirm("Each store is restored beside the real one and deleted again; it costs what it costs meanwhile.")
    with operation.exclusive():
        stores = _chosen(operation, labels)
        entry = operation.record.begin([Step(store.label, store.name, _scratch(operation, store)) for store in stores])
        for store, step in zip(stores, entry.steps, strict=True):
            result = _rehearse(operation, store, step.after)
            results.append(result)
            step.done = True
            operation.record.write(entry)
        good = all(result["ok"] for result in results)
        words = "; ".join(f"{r['store']} {r['rtoSeconds']:.0f} s, loss {r['rpoSeconds']:.0f} s" for r in results)
        operation.record.end(entry, "done" if good else "failed", words)
    rows = [
        (r["store"], "ok" if r["ok"] else "FAIL", duration(r["rtoSeconds"]), duration(r["rpoSeconds"]), r["detail"])
        for r in results
    ]
    operation.console.table(("store", "", "RTO", "RPO", ""), rows)
    if report is not None and not operation.aws.dry_run:
        _write_report(operation, report, results)
    return Outcome(good, {"drills": results})


def cleanup_drills(operation: Operation) -> Outcome:
    """Delete what rehearsals have left after a crash."""
    deleted: list[str] = []
    for store in stores_of(operation).values():
        for name in store.leftovers(operation):
            store.delete(operation, name)
            deleted.append(name)
            operation.console.say(f"{name} is deleted")
    if not deleted:
        operation.console.say("no rehearsal has left anything")
    return Outcome(document={"deleted": deleted})


def _rehearse(operation: Operation, store: Store, scratch: str) -> dict[str, Any]:
    objective = objective_for(operation.stack.target, store.label)
    started = operation.elapsed
    latest = store.latest(operation)
    now = datetime.fromtimestamp(operation.console.clock.now(), UTC)
    loss = 0.0 if latest is None else max((now - latest).total_seconds(), 0.0)
    before = store.measure(operation, store.name)
    try:
        store.restore(operation, scratch, None)
        if operation.aws.dry_run:
            after = before
        else:
            operation.console.wait(
                scratch, lambda: _probe(operation, store, scratch), timeout=operation.options.timeout
            )
            after = store.measure(operation, scratch)
        took = operation.elapsed - started
    finally:
        _away(operation, store, scratch)
    wrong = [f"{key} {after.get(key)} instead of {value}" for key, value in before.items() if after.get(key) != value]
    if objective is not None and took > objective.rto:
        wrong.append(f"took longer than {duration(objective.rto)}")
    if objective is not None and loss > objective.rpo:
        wrong.append(f"would lose more than {duration(objective.rpo)}")
    return {
        "store": store.label,
        "ok": not wrong,
        "detail": "; ".join(wrong) or f"the same: {', '.join(f'{k} {v}' for k, v in before.items())}",
        "rtoSeconds": round(took, 1),
        "rpoSeconds": round(loss, 1),
        "rtoLimit": None if objective is None else objective.rto,
        "rpoLimit": None if objective is None else objective.rpo,
    }


def _away(operation: Operation, store: Store, scratch: str) -> None:
    """The scratch goes, also after a failure; what cannot go now is named with the command that takes it."""
    try:
        store.delete(operation, scratch)
    except AwsError as error:
        if not error.missing:
            operation.console.note(
                f"{scratch} is still there ({error}): "
                f"`tierwise restore-drill {operation.stack.key} --cleanup` deletes it"
            )


def _probe(operation: Operation, store: Store, target: str) -> str | None:
    try:
        return store.ready(operation, target)
    except AwsError as error:
        # What was just asked for is not always there at once.
        if error.missing:
            return "not there yet"
        raise


def _chosen(operation: Operation, labels: Sequence[str]) -> list[Store]:
    found = stores_of(operation)
    if labels:
        return [store_of(operation, label) for label in labels]
    if not found:
        raise OperationError(f"{operation.stack.key}  keeps no data: neither database, cache nor table")
    return list(found.values())


def _scratch(operation: Operation, store: Store) -> str:
    return scratch_name(store.name, _stamp(operation)[2:].replace("-", ""))


def _stamp(operation: Operation) -> str:
    return datetime.fromtimestamp(operation.console.clock.now(), UTC).strftime("%Y%m%d-%H%M%S")


def _against(objective: Objective | None, took: float) -> str:
    if objective is None:
        return ""
    return f", {'within' if took <= objective.rto else 'LATER than'} the objective of {duration(objective.rto)}"


def _swap(label: str) -> str:
    if label.startswith("table:"):
        return "point the functions' variable at the new one, or copy the items back; docs/runbooks/restore.md"
    if label == "cache":
        return "docs/runbooks/redis-restore.md says how they change over"
    return "docs/runbooks/database-restore.md says how the names are swapped"


def _write_report(operation: Operation, folder: Path, results: list[dict[str, Any]]) -> None:
    day = datetime.fromtimestamp(operation.console.clock.now(), UTC)
    lines = [f"# Restore drill of {operation.stack.key}, {day:%Y-%m-%d %H:%M} UTC", ""]
    lines += ["| Store | Result | RTO | RPO | |", "|---|---|---|---|---|"]
    lines += [
        f"| {r['store']} | {'ok' if r['ok'] else 'FAILED'} | {duration(r['rtoSeconds'])} | "
        f"{duration(r['rpoSeconds'])} | {r['detail']} |"
        for r in results
    ]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{day:%Y-%m-%d}-{operation.stack.key.replace('/', '-')}.md"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    operation.console.note(f"report: {file}")
