"""Pytest plugin: which requirement rows the tests of this run cover.

A test names its row with ``@pytest.mark.requirement("PIKA-32")``. A row lists the kinds of check that show it (plan,
app, ops, ci, pol, doc); it is covered when, for every kind, a marked test exists and all of them passed. The kind of a
test follows from its folder under ``tests/``; ``requirement("PIKA-50", check="app")`` says it where that does not.

The markers travel as user properties of the report, so that the table is complete under pytest-xdist as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.requirements import CHECKS, LEVELS, Row, load, nearest

KIND_OF_FOLDER: Mapping[str, str] = {
    "systems": "plan",
    "components": "plan",
    "settings": "plan",
    "workloads": "app",
    "operations": "ops",
    "ci": "ci",
    "policy": "pol",
    "guardrails": "pol",
    "cost": "pol",
    "docs": "doc",
}
"""First folder under tests/ → the kind of check that its tests make."""

_PROPERTY = "requirement"
_WIDTH = 118


class Requirements:
    """The rows, and what the tests of this run showed about them."""

    def __init__(self, root: Path) -> None:
        """Read the rows of the project at `root`."""
        self.root = root
        self.rows = load(root / "docs" / "requirements")
        self._passed: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._failed: dict[tuple[str, str], set[str]] = defaultdict(set)

    def check_of(self, mark: pytest.Mark, path: Path) -> tuple[str, str]:
        """The row id and kind of check that a marker on a test in `path` claims.

        Raises:
            LookupError: No such row, or the kind of check cannot be told.
        """
        if len(mark.args) != 1 or not isinstance(mark.args[0], str):
            raise LookupError(f"requirement{mark.args}: write one row id, and one marker a row")
        row_id = mark.args[0]
        row = self.rows.get(row_id)
        if row is None:
            near = nearest(row_id, self.rows)
            raise LookupError(f"no requirement row {row_id}" + (f"; did you mean {near}?" if near else ""))
        folder = next((KIND_OF_FOLDER[part] for part in path.parts if part in KIND_OF_FOLDER), None)
        kind = mark.kwargs.get("check", folder)
        if kind in row.checks:
            return row_id, kind
        if "check" not in mark.kwargs and len(row.checks) == 1:
            return row_id, row.checks[0]
        raise LookupError(f"{row_id} is shown by {', '.join(row.checks)}, not by {kind}; say which with check=…")

    def record(self, report: pytest.TestReport) -> None:
        """Note the outcome of one phase of one test."""
        for name, value in report.user_properties:
            if name == _PROPERTY and isinstance(value, str):
                row_id, kind = value.split()
                if report.failed:
                    self._failed[row_id, kind].add(report.nodeid)
                elif report.when == "call" and report.passed and not hasattr(report, "wasxfail"):
                    self._passed[row_id, kind].add(report.nodeid)

    def state(self, row: Row) -> str:
        """ "covered", "failed", "partly" (some kinds of check are still open) or "open"."""
        if any((row.id, kind) in self._failed for kind in row.checks):
            return "failed"
        missing = self.missing(row)
        return "covered" if not missing else "open" if len(missing) == len(row.checks) else "partly"

    def missing(self, row: Row) -> tuple[str, ...]:
        """The kinds of check of a row that no passing test of this run makes."""
        return tuple(kind for kind in row.checks if (row.id, kind) not in self._passed)

    @property
    def touched(self) -> bool:
        """Did any test of this run carry a marker?"""
        return bool(self._passed or self._failed)

    def ships(self, system: str) -> bool:
        """A system ships as soon as it is described."""
        return (self.root / "systems" / system / "Pulumi.yaml").is_file()

    def table(self) -> list[str]:
        """The table: one line for each system and level that has rows."""
        lines = [f"{'system':<16}{'level':<9}{'rows':>5}{'covered':>9}{'partly':>8}{'failed':>8}{'open':>6}"]
        for system in self.systems():
            for level in LEVELS:
                states = [self.state(row) for row in self.rows.values() if (row.system, row.level) == (system, level)]
                if states:
                    counts = [states.count(state) for state in ("covered", "partly", "failed", "open")]
                    lines.append(
                        f"{system:<16}{level:<9}{len(states):>5}{counts[0]:>9}{counts[1]:>8}{counts[2]:>8}{counts[3]:>6}"
                    )
        return lines

    def open_rows(self) -> list[str]:
        """The rows that are not covered, by id, of the systems that ship; a partly covered one with what is missing."""
        lines: list[str] = []
        for system in filter(self.ships, self.systems()):
            for level in LEVELS:
                names = [
                    row.id if state == "open" else f"{row.id} ({', '.join(self.missing(row))})"
                    for row in self.rows.values()
                    if (row.system, row.level) == (system, level) and (state := self.state(row)) in ("open", "partly")
                ]
                if names:
                    lines += _wrap(f"open, {system} {level}: ", names)
        return lines

    def failed_rows(self) -> list[str]:
        """One line for each row that a failed test covers."""
        return [
            f"failed {row.id} {row.title}: {nodeid}"
            for row in self.rows.values()
            for kind in CHECKS
            for nodeid in sorted(self._failed.get((row.id, kind), ()))
        ]

    def systems(self) -> list[str]:
        """The systems that have rows, those that ship first."""
        names = dict.fromkeys(row.system for row in self.rows.values())
        return sorted(names, key=lambda name: (not self.ships(name), name))


def _wrap(head: str, names: Sequence[str]) -> list[str]:
    lines: list[str] = []
    line = head
    for index, name in enumerate(names):
        item = name if index == len(names) - 1 else f"{name}, "
        if len(line) + len(item) > _WIDTH and line.strip():
            lines.append(line.rstrip())
            line = " " * 4
        line += item
    return [*lines, line]


_KEY = pytest.StashKey[Requirements]()


def pytest_configure(config: pytest.Config) -> None:
    """Read the rows once, on the controller and on each worker."""
    config.stash[_KEY] = requirements = Requirements(config.rootpath)
    config.pluginmanager.register(_Recorder(requirements), "requirements-recorder")


class _Recorder:
    def __init__(self, requirements: Requirements) -> None:
        self._requirements = requirements

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._requirements.record(report)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(
    collector: pytest.Collector,
) -> Generator[None, pytest.Item | pytest.Collector | list[pytest.Item | pytest.Collector] | None, object]:
    """Attach each test's rows to its report; a marker that names no row fails the collection of its module."""
    made = yield
    requirements = collector.config.stash[_KEY]
    for item in made if isinstance(made, list) else [made]:
        if isinstance(item, pytest.Item):
            for mark in item.iter_markers("requirement"):
                try:
                    row_id, kind = requirements.check_of(mark, item.path.relative_to(collector.config.rootpath))
                except LookupError as error:
                    raise collector.CollectError(f"{item.nodeid}: {error}") from None
                item.user_properties.append((_PROPERTY, f"{row_id} {kind}"))
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table after a run that had marked tests; list what is open when the run was whole."""
    requirements = config.stash[_KEY]
    if not requirements.touched:
        return
    terminalreporter.section("requirements")
    whole = _is_whole(config)
    if whole:
        lines = [*requirements.table(), *requirements.open_rows()]
    else:
        states = [requirements.state(row) for row in requirements.rows.values()]
        lines = [
            f"this part of the tests: {states.count('covered')} rows covered, {states.count('partly')} partly, "
            f"{states.count('failed')} failed (run all tests for the table)"
        ]
    for line in [*lines, *requirements.failed_rows()]:
        terminalreporter.write_line(line)


def _is_whole(config: pytest.Config) -> bool:
    """Were all tests asked for? Only then does a row without a test count as open."""
    narrowed = config.option.keyword or config.option.markexpr or config.option.deselect or config.option.ignore
    roots = {config.rootpath, config.rootpath / "tests"}
    return not narrowed and any(
        (config.invocation_params.dir / argument).resolve() in roots for argument in config.args
    )
