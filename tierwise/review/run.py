"""Runs the review of one stack or of many, and prints it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tierwise.exit_status import FINE, REFUSED, UNUSABLE
from tierwise.preview.errors import ConfigError
from tierwise.style import Style, clean, columns, enabled, say
from tierwise.targets import Target, all_targets, find_root, resolve

if TYPE_CHECKING:
    from tierwise.review.base import Base, BaseStack
    from tierwise.review.diagram import Architecture
    from tierwise.review.machine import Machine
    from tierwise.review.stack import StackReview
    from tierwise.review.summary import Reviewed

_SCHEMA = 1


@dataclass(frozen=True)
class _Result:
    """What a review leaves behind once the plan itself is let go.

    Attributes:
        key: The target's key.
        text: As printed.
        headline: One line, for many stacks at once.
        following: What to do next, in one line.
        ok: Whether nothing stops the deployment.
        problems: What is wrong with the configuration; nothing was planned then.
        json: The entry for ``--json``, when it was asked for.
        picture: The stack's architecture, when it was asked for and the program finished.
        deployment: The text for ``--deployment``, when it was asked for and the program finished.
    """

    key: str
    text: str = ""
    headline: str = ""
    following: str = ""
    ok: bool = False
    problems: tuple[str, ...] = ()
    json: dict[str, Any] | None = None
    picture: Architecture | None = None
    deployment: str | None = None


@dataclass(frozen=True)
class _Task:
    target: Target
    judge: bool
    verbose: bool
    coloured: bool
    width: int | None
    explain: tuple[str, ...]
    with_json: bool
    with_picture: bool
    with_deployment: bool
    alone: bool
    base: BaseStack | None = None


def run(
    targets: Sequence[str],
    *,
    everything: bool,
    json_file: Path | None,
    judge: bool,
    verbose: bool,
    markdown_file: Path | None = None,
    html_file: Path | None = None,
    deployment_file: Path | None = None,
    base: str | None = None,
    machine: Machine | None = None,
    explain: Sequence[str] = (),
) -> int:
    """Review stacks and print the result.

    Args:
        targets: As the command line names them.
        everything: Every stack there is.
        json_file: Where to write the results as JSON; ``-`` is standard output, and nothing else is printed then.
        judge: Whether the policies are asked.
        verbose: Whether to print every advisory finding and every priced line.
        markdown_file: Where to write the pull-request comment, also when the preview fails; ``-`` as for JSON.
        deployment_file: Where to write the one stack's deployment; ``-`` as for JSON.
        html_file: Where to write the report, also when the preview fails; ``-`` as for JSON.
        base: A revision to compare with, or None.
        machine: What to leave for other tools; also when the preview fails.
        explain: Rules to tell of at length instead of the rest.

    Returns:
        The exit status.

    Raises:
        ConfigError: A target or a revision that does not exist, or a file that cannot be written.
    """
    files = {"--json": json_file, "--markdown": markdown_file, "--html": html_file, "--deployment": deployment_file}
    piped = [option for option, file in files.items() if _is_stdout(file)]
    if len(piped) > 1:
        raise ConfigError([f"{' - '.join(piped)} -  only one of them can have standard output"])
    if machine is not None and machine.annotate and piped:
        raise ConfigError([f"--annotations  needs standard output for itself: give {piped[0]} a file"])
    if explain and not judge:
        raise ConfigError([f"--explain {explain[0]} --no-policy  the policies have to be asked to explain one"])
    rules = _rules(explain)
    # Named from where the user stands, which is left below.
    json_file, markdown_file, html_file, deployment_file = map(_absolute, files.values())
    if machine is not None:
        machine.begin()
    try:
        results, notes = _run(
            targets,
            everything=everything,
            judge=judge,
            verbose=verbose,
            base=base,
            with_json=any((json_file, markdown_file, html_file, machine is not None and machine.wanted)),
            with_picture=html_file is not None,
            with_deployment=deployment_file is not None,
            coloured=enabled() and not piped,
            explain=tuple(rules),
        )
    except Exception as error:
        # A preview that failed is an answer too, or the one of an earlier revision would stand.
        problems = error.problems if isinstance(error, ConfigError) else [f"{type(error).__name__}: {error}"]
        if machine is not None:
            machine.fail(problems)
        if markdown_file is not None:
            from tierwise.review.markdown import failure

            _write(markdown_file, failure(problems))
        if html_file is not None:
            from tierwise.review.report import failed_report

            _write(html_file, failed_report(problems))
        raise
    if not piped:
        _print(results, rules)
        for note in notes:
            say(clean(note))
    for result in results:
        for problem in result.problems:
            say(clean(problem), file=sys.stderr)
    if json_file is not None:
        _write(json_file, _json_text(results))
    if markdown_file is not None:
        from tierwise.review.markdown import comment

        _write(markdown_file, comment(_reviewed(results), notes))
    if html_file is not None:
        from tierwise.review.report import report

        pictures = {result.key: result.picture for result in results if result.picture is not None}
        _write(html_file, report(_reviewed(results), pictures, notes=notes, base=base or ""))
    if machine is not None:
        machine.finish([(result.key, result.json, result.problems) for result in results])
    if deployment_file is not None and results[0].deployment is not None:
        _write(deployment_file, results[0].deployment)
    if any(result.problems for result in results):
        return UNUSABLE
    return FINE if all(result.ok for result in results) else REFUSED


def _run(
    targets: Sequence[str],
    *,
    everything: bool,
    judge: bool,
    verbose: bool,
    base: str | None,
    with_json: bool,
    with_picture: bool,
    with_deployment: bool,
    coloured: bool,
    explain: tuple[str, ...],
) -> tuple[list[_Result], list[str]]:
    """Every stack's review, and what else to say."""
    root = find_root(Path.cwd())
    if everything and targets:
        raise ConfigError([f"{' '.join(targets)}  name stacks or give --all, not both"])
    chosen = all_targets(root) if everything else resolve(root, targets)
    if with_deployment and len(chosen) != 1:
        raise ConfigError([f"--deployment  holds one stack, and {len(chosen)} are named: {_keys(chosen)}"])
    tasks = [
        _Task(
            target,
            judge=judge,
            verbose=verbose,
            coloured=coloured,
            width=columns(),
            explain=explain,
            with_json=with_json,
            with_picture=with_picture,
            with_deployment=with_deployment,
            alone=len(chosen) == 1,
        )
        for target in chosen
    ]
    notes: list[str] = []
    if base is not None:
        from tierwise.review.base import plan_base

        compared = plan_base(root, base, chosen, _tell)
        tasks = [replace(task, base=compared.stacks[task.target.key]) for task in tasks]
        notes = _base_notes(compared, everything=everything)
    os.chdir(root)
    return [_review(tasks[0])] if len(tasks) == 1 else _review_many(tasks), notes


def _keys(targets: Sequence[Target]) -> str:
    return ", ".join(target.key for target in targets)


def _reviewed(results: Sequence[_Result]) -> list[Reviewed]:
    from tierwise.review.summary import Reviewed

    return [Reviewed(result.key, result.json, result.problems) for result in results]


def _is_stdout(file: Path | None) -> bool:
    return file is not None and str(file) == "-"


def _absolute(file: Path | None) -> Path | None:
    return file if file is None or _is_stdout(file) else file.absolute()


def _review(task: _Task) -> _Result:
    from tierwise.review.headline import headline
    from tierwise.review.next_step import after
    from tierwise.review.stack import review

    style = Style(task.coloured)
    try:
        result = review(task.target, judge=task.judge, base=task.base)
    except ConfigError as error:
        return _Result(task.target.key, problems=tuple(error.problems))
    return _Result(
        key=task.target.key,
        text=_text(result, task, style),
        headline=headline(result, style),
        following=style(after(result), "dim"),
        ok=result.ok,
        json=result.to_json() if task.with_json else None,
        picture=_picture(result) if task.with_picture and result.plan.error is None else None,
        deployment=_deployment_text(result) if task.with_deployment and result.plan.error is None else None,
    )


def _text(review: StackReview, task: _Task, style: Style) -> str:
    """What is printed of one stack; nothing where its headline says it all."""
    if task.explain:
        from tierwise.review.explain import findings

        return findings(review, task.explain, style, task.width)
    if not task.alone and _is_unchanged(review):
        return ""
    from tierwise.preview.text import render

    return render(review, style, verbose=task.verbose, width=task.width)


def _picture(review: StackReview) -> Architecture:
    from tierwise.review.diagram import architecture

    return architecture(review.plan.view())


def _deployment_text(review: StackReview) -> str:
    from tierwise.preview.deployment import deployment_json

    return json.dumps(deployment_json(review.plan), indent=2, ensure_ascii=False) + "\n"


def _is_unchanged(review: StackReview) -> bool:
    """Whether its headline says it all, among many stacks."""
    diff = review.comparison.diff if review.comparison is not None else None
    return review.ok and diff is not None and not diff.changed


def _tell(text: str) -> None:
    """Say what is being waited for, where somebody waits."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr)


def _base_notes(base: Base, *, everything: bool) -> list[str]:
    revision = base.revision
    notes: list[str] = []
    if revision.behind:
        notes.append(
            f"{revision.text} has commits that this revision lacks, so they show as undone: merge it, or compare with "
            f"the common ancestor: --base $(git merge-base {revision.name} HEAD)"
        )
    if everything:
        notes += [
            f"{key}  is no longer described: what it has deployed stays until pulumi destroy" for key in base.gone
        ]
    return notes


def _review_many(tasks: list[_Task]) -> list[_Result]:
    """Review in as many processes as there are cores; results in the order of the tasks."""
    from concurrent.futures import ProcessPoolExecutor, as_completed

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from tierwise.review.processes import processes

    workers = min(os.cpu_count() or 1, len(tasks))
    results: dict[str, _Result] = {}
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Progress(*parts, console=Console(stderr=True), transient=True) as progress,
        ProcessPoolExecutor(workers, mp_context=processes()) as pool,
    ):
        bar = progress.add_task("Previewing", total=len(tasks))
        pending = {pool.submit(_review, task): task for task in tasks}
        for done in as_completed(pending):
            result = done.result()
            results[result.key] = result
            progress.update(bar, advance=1, description=f"Previewed {clean(result.key)}".replace("[", r"\["))
    return [results[task.target.key] for task in tasks]


def _rules(explain: Sequence[str]) -> dict[str, str]:
    """The explanation of each rule by its id, as the pack spells it.

    Raises:
        ConfigError: There is no such rule; the nearest is named.
    """
    if not explain:
        return {}
    from tierwise.review import catalogue

    return {rule.id: catalogue.rules_at_length([rule.id]) for rule in catalogue.find(explain)}


def _print(results: list[_Result], rules: dict[str, str]) -> None:
    for explanation in rules.values():
        say(f"{explanation}\n")
    for result in results:
        if result.text:
            say(result.text)
    if rules:
        return
    if len(results) == 1:
        if results[0].following:
            say(f"\n{results[0].following}")
        return
    from tierwise.review.next_step import after_many

    width = max(len(clean(result.key)) for result in results)
    for result in results:
        say(f"{clean(result.key):<{width}}  {result.headline or 'configuration cannot be used'}")
    say(f"\n{Style(enabled())(after_many([(result.key, result.ok) for result in results]), 'dim')}")


def _json_text(results: list[_Result]) -> str:
    stacks = {result.key: result.json for result in results if result.json is not None}
    return json.dumps({"schema": _SCHEMA, "stacks": stacks}, indent=2, ensure_ascii=False) + "\n"


def _write(file: Path, text: str) -> None:
    if _is_stdout(file):
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{file}  cannot be written: {error.strerror}"]) from None
