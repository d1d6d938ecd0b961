"""Input checks: every planned resource against what the SDK declares and what AWS's published models accept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tierwise.preview.checks.certificates import check_certificates
from tierwise.preview.checks.crosschecks import check_combinations
from tierwise.preview.checks.failure import Failure
from tierwise.preview.checks.inputs import check_inputs
from tierwise.preview.checks.report import Coverage, coverage, report
from tierwise.preview.checks.sdk_errors import explain_type_error
from tierwise.preview.plan import PlannedResource

__all__ = ["Coverage", "Failure", "check", "coverage", "explain_type_error", "report"]


def check(resources: Sequence[PlannedResource], today: date | None = None) -> list[Failure]:
    """Everything about the resources' inputs that the SDK or AWS would refuse, in registration order.

    Args:
        resources: As planned. Components that the program itself defines, reads, and default providers have no declared
            inputs and are passed over.
        today: The day that lifecycle dates are compared with; the current day when None.
    """
    day = today or date.today()
    found: list[Failure] = []
    for resource in resources:
        if resource.external or resource.is_default_provider or not (resource.custom or resource.remote):
            continue
        wrong = check_inputs(resource)
        found += wrong
        if not any(failure.kind == "type" for failure in wrong):
            told = {failure.path for failure in wrong}
            found += [failure for failure in check_combinations(resource, day) if failure.path not in told]
    return [*found, *check_certificates(resources)]
