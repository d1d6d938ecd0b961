"""What stacks cost, and what they would cost if something were different."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardrails.cost import as_json
from guardrails.cost.model import money
from tierwise.exit_status import FINE, REFUSED
from tierwise.preview.errors import ConfigError
from tierwise.review.cost_diff import CostDiff, compare_costs
from tierwise.review.stack import StackReview, review
from tierwise.review.what_if import WhatIf, parse
from tierwise.style import Style, clean, enabled, say
from tierwise.targets import Target, find_root, resolve

_SCHEMA = 1


@dataclass(frozen=True)
class Answer:
    """What one stack costs.

    Attributes:
        target: The stack.
        now: Its review.
        then: Its review with the changes; None without changes.
    """

    target: Target
    now: StackReview
    then: StackReview | None = None

    @property
    def asked(self) -> StackReview:
        """The review that the question is about."""
        return self.then or self.now

    @property
    def ok(self) -> bool:
        """Whether it can be deployed for what its budget allows."""
        asked = self.asked
        failed = asked.plan.error is not None or any(failure.level == "error" for failure in asked.failures)
        return not failed and asked.verdict is not None and asked.verdict.status != "block"

    @property
    def diff(self) -> CostDiff | None:
        """What the changes do; None without changes, or when one of the two programs does not finish."""
        if self.then is None:
            return None
        before, after = _cost(self.now), _cost(self.then)
        return None if before is None or after is None else compare_costs(before, after, {})


def run(targets: Sequence[str], what_if: Sequence[str], *, as_json: bool, verbose: bool) -> int:
    """Answer on standard output.

    Args:
        targets: As the command line names them.
        what_if: Changes to think of, such as ``services.api.cpu=512``; all of them are made together.
        as_json: Whether to answer as JSON.
        verbose: Whether to name each priced line.

    Returns:
        The exit status: refused when what is asked about does not fit its budget or cannot be made.

    Raises:
        ConfigError: A target that does not exist, or a change that is wrong.
    """
    change = parse(what_if) if what_if else None
    answers = [_answer(target, change) for target in resolve(find_root(Path.cwd()), targets)]
    if as_json:
        entries = {answer.target.key: _entry(answer, change) for answer in answers}
        sys.stdout.write(json.dumps({"schema": _SCHEMA, "stacks": entries}, indent=2, ensure_ascii=False) + "\n")
    else:
        style = Style(enabled())
        say("\n\n".join("\n".join(_text(answer, change, style, verbose)) for answer in answers))
    return FINE if all(answer.ok for answer in answers) else REFUSED


def _answer(target: Target, change: WhatIf | None) -> Answer:
    now = review(target, judge=False)
    if change is None:
        return Answer(target, now)
    try:
        return Answer(target, now, review(target, judge=False, what_if=change))
    except ConfigError as error:
        raise ConfigError([change.place(problem) for problem in error.problems]) from None


def _cost(reviewed: StackReview) -> dict[str, Any] | None:
    return None if reviewed.estimate is None else as_json(reviewed.estimate, reviewed.verdict)


def _entry(answer: Answer, change: WhatIf | None) -> dict[str, Any]:
    entry: dict[str, Any] = {"cost": _cost(answer.now), "ok": answer.ok, "problems": _problems(answer.asked)}
    if change is not None and answer.then is not None:
        changes = {".".join(path): value for path, value in zip(change.paths, change.values, strict=True)}
        diff = answer.diff
        entry["whatIf"] = {
            "changes": changes,
            "cost": _cost(answer.then),
            "diff": None if diff is None else diff.to_json(),
        }
    return entry


def _problems(reviewed: StackReview) -> list[str]:
    """Why it cannot be made."""
    error = [reviewed.plan.error.message] if reviewed.plan.error is not None else []
    return [*error, *(str(failure) for failure in reviewed.failures if failure.level == "error")]


def _text(answer: Answer, change: WhatIf | None, style: Style, verbose: bool) -> Iterator[str]:
    from tierwise.preview import text

    asked = "" if change is None else f", what if {clean(', '.join(change.texts))}"
    yield style(f"{clean(answer.target.key)}{asked}:", "bold")
    for problem in _problems(answer.asked):
        yield from (f"    {style('error', 'red')}: {clean(line)}" for line in problem.splitlines())
    diff = answer.diff
    if change is None or diff is None:
        yield from text.cost(answer.asked, style, verbose=verbose)
        return
    yield from _changes(diff, style)
    verdict = answer.asked.verdict
    if verdict is not None:
        yield from text.verdict(verdict, style)
    if diff.changes:
        yield ""
        yield from _advice(answer.target, change, style)


def _changes(diff: CostDiff, style: Style) -> Iterator[str]:
    from tierwise.review.cost_diff import signed

    rows = [
        (
            clean(item.resource) or "the stack",
            "?" if item.delta is None else signed(item.delta),
            f"{_known(item.before)} → {_known(item.after)}",
        )
        for item in diff.changes
    ]
    unknown = f" + {diff.unknown} unknown" if diff.unknown else ""
    rows.append(("a month", signed(diff.delta), f"{money(diff.before)} → {money(diff.after)}{unknown}"))
    width = max(len(name) for name, _, _ in rows)
    for name, delta, amounts in rows[:-1]:
        yield f"    {name:<{width}}  {_coloured(delta, style)}   {amounts}"
    name, delta, amounts = rows[-1]
    yield f"    {style(f'{name:<{width}}', 'bold')}  {_coloured(delta, style)}   {style(amounts, 'bold')}"
    if len(rows) == 1:
        yield "    It changes nothing that is paid for."


def _coloured(delta: str, style: Style) -> str:
    return style(f"{delta:>12}", "yellow" if delta.startswith(("+", "?")) else "green")


def _known(amount: Any) -> str:
    return "?" if amount is None else money(amount)


def _advice(target: Target, change: WhatIf, style: Style) -> Iterator[str]:
    """Where to write it, when it is wanted."""
    import yaml

    from tierwise.preview.project import load_project

    name = load_project(target.directory).name
    entries = {f"{name}:{key}": value for key, value in change.steering.items()}
    if change.overrides:
        entries[f"{name}:overrides"] = change.overrides
    folder = f"systems/{target.system}/" if target.system else ""
    yield style(f"Next: to have it so, merge this into {clean(folder)}Pulumi.{clean(target.stage)}.yaml", "dim")
    for line in yaml.safe_dump({"config": entries}, sort_keys=False, allow_unicode=True, width=110).splitlines():
        yield style(f"    {clean(line)}", "dim")
