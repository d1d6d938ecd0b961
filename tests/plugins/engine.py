"""Says in one line that the real engine's tests were skipped, as a quiet run names no skipped test."""

from __future__ import annotations

import pytest

from tests.engine.reason import NO_CLI


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add the line at the end, where any was skipped for want of the CLI."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if NO_CLI in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests of the real engine skipped: {NO_CLI}")
