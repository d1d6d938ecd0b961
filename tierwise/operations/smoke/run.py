"""``tierwise smoke TARGET``."""

from __future__ import annotations

from pathlib import Path

from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.smoke.bot import check_bot
from tierwise.operations.smoke.checks import Check, failed
from tierwise.operations.smoke.expectations import load_expectations
from tierwise.operations.smoke.fleet import check_fleets
from tierwise.operations.smoke.functions import check_functions
from tierwise.operations.smoke.report import print_table, write_junit
from tierwise.operations.smoke.requests import check_requests
from tierwise.operations.smoke.services import check_services
from tierwise.operations.smoke.watching import check_alarms, check_canaries


def smoke(operation: Operation, *, junit: Path | None = None) -> Outcome:
    """Look at everything and report.

    Args:
        operation: The command.
        junit: File for JUnit XML.
    """
    checks = look(operation)
    print_table(operation.console, checks)
    if junit is not None:
        write_junit(junit, operation.stack.key, checks, operation.elapsed)
    return Outcome(not failed(checks), {"checks": [check.to_json() for check in checks]})


def look(operation: Operation) -> list[Check]:
    """Every finding about a deployed stack."""
    # First, since a mistake in the file must not wait for AWS.
    expectations = load_expectations(operation.stack)
    return [
        *check_services(operation),
        *check_functions(operation),
        *check_fleets(operation),
        *check_bot(operation),
        *check_requests(operation, expectations),
        *check_alarms(operation),
        *check_canaries(operation),
    ]
