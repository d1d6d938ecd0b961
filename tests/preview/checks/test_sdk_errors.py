"""The SDK's own constructor errors, told as failures with the user's line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pulumi_aws import rds, s3

from tierwise.preview.checks import Failure, explain_type_error


def explained(make: Callable[[], Any]) -> Failure | None:
    """What the error that ``make`` raises means."""
    try:
        make()
    except TypeError as error:
        return explain_type_error(error, error.__traceback__, Path(__file__).parent)
    raise AssertionError("no error")


def test_a_misspelt_argument_of_a_resource() -> None:
    arguments: dict[str, Any] = {"storage_typ": "gp3", "instance_class": "db.t4g.micro"}
    failure = explained(lambda: rds.Instance("db", **arguments))
    assert failure is not None
    assert (failure.type, failure.resource, failure.path) == ("aws:rds/instance:Instance", "db", "storage_typ")
    assert (failure.value, failure.nearest, failure.kind) == ('"gp3"', "storage_type", "unknown-property")
    assert failure.source_position is not None
    assert failure.source_position.startswith("project:///test_sdk_errors.py#")


def test_a_missing_argument_of_a_resource() -> None:
    failure = explained(lambda: rds.ClusterInstance("db", instance_class="db.r8g.large", engine="aurora-postgresql"))
    assert failure is not None
    assert (failure.kind, failure.path) == ("missing", "cluster_identifier")
    assert "test_sdk_errors.py:" in str(failure)


def test_a_misspelt_and_a_missing_argument_of_an_input_class() -> None:
    arguments: dict[str, Any] = {"statuss": "Enabled"}
    failure = explained(lambda: s3.BucketVersioningVersioningConfigurationArgs(**arguments))
    assert failure is not None
    assert (failure.path, failure.nearest) == ("statuss", "status")
    none: dict[str, Any] = {}
    failure = explained(lambda: s3.BucketVersioningVersioningConfigurationArgs(**none))
    assert failure is not None
    assert (failure.kind, failure.path) == ("missing", "status")


def test_a_secret_argument_is_not_shown() -> None:
    arguments: dict[str, Any] = {"pasword": "hunter2", "instance_class": "db.t4g.micro"}
    failure = explained(lambda: rds.Instance("db", **arguments))
    assert failure is not None
    assert failure.nearest == "password"
    assert "hunter2" not in str(failure)


def test_any_other_error_is_left_alone() -> None:
    def twice(number: int) -> int:
        return number * 2

    wrong: dict[str, Any] = {"nmber": 1}
    assert explained(lambda: twice(**wrong)) is None
    assert explained(lambda: 1 + wrong["nmber"]["x"]) is None
