"""Whether stores could be brought back: asked, told to CloudWatch, watched by an alarm that takes silence for bad."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.test_data import TABLE, table
from tests.operations.test_smoke_requests import account_of
from tierwise.operations.data.health import METRIC

TARGET = "ec2-manager/prod"


def check(desk: Desk, *arguments: str, target: str = TARGET, **outputs: Any) -> Result:
    values = {"region": "us-west-2", "tables": {"audit": TABLE}, **outputs}
    report = str(desk.folder / "o.json")
    return desk.tierwise(
        "backup-check", target, *arguments, "--outputs", desk.outputs(target, **values), "--json", report
    )


def told(desk: Desk) -> list[float]:
    found = desk.client("cloudwatch", "us-west-2").list_metrics(Namespace="EC2Manager", MetricName=METRIC)["Metrics"]
    assert all(metric["Dimensions"] == [{"Name": "stage", "Value": "prod"}] for metric in found)
    sent = [call for call in desk.cloud.calls if call.operation == "PutMetricData"]
    return [float(value) for call in sent for value in values_of(call.body)]


def values_of(body: str) -> list[str]:
    import re

    return re.findall(r"(?:Value=|\"Value\": ?)([0-9.]+)", body)


@pytest.fixture
def operator(desk: Desk) -> Desk:
    desk.sign_in(account_of(TARGET))
    return desk


@pytest.mark.requirement("EC2M-84", check="ops")
def test_a_table_that_can_be_brought_back_is_told_as_none_without(operator: Desk) -> None:
    table(operator)
    found = check(operator)
    assert (found.status, found.document["without"]) == (0, 0)
    assert found.document["stores"]["table:audit"]
    assert told(operator) == [0.0]


@pytest.mark.requirement("EC2M-84", check="ops")
def test_a_table_without_recovery_is_told_and_fails_the_check(operator: Desk) -> None:
    table(operator, recovery=False)
    found = check(operator)
    assert (found.status, found.document["without"]) == (1, 1)
    assert "table:audit" in found.out
    assert "cannot be brought back" in found.out
    assert told(operator) == [1.0]


def test_a_latest_moment_of_days_ago_does_not_count(operator: Desk) -> None:
    answer = {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": {
                "PointInTimeRecoveryStatus": "ENABLED", "LatestRestorableDateTime": 1_700_000_000,
            },
        }
    }  # fmt: skip
    operator.cloud.answers["dynamodb:DescribeContinuousBackups"] = lambda _: (
        200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(answer)
    )  # fmt: skip
    assert (check(operator).status, told(operator)) == (1, [1.0])


def test_a_table_that_is_gone_cannot_be_brought_back(operator: Desk) -> None:
    found = check(operator)
    assert (found.status, found.document["stores"], told(operator)) == (1, {"table:audit": None}, [1.0])


def test_a_dry_run_tells_nobody(operator: Desk) -> None:
    table(operator)
    found = check(operator, "--dry-run")
    assert (found.status, told(operator)) == (0, [])
    assert "would call cloudwatch:PutMetricData Namespace=EC2Manager" in found.out


def test_a_stack_without_data_has_nothing_to_tell(operator: Desk) -> None:
    found = check(operator, tables={})
    assert (found.status, told(operator)) == (0, [])
    assert "keeps nothing that needs a copy" in found.out


def test_a_metric_that_is_refused_is_one_line(operator: Desk) -> None:
    table(operator)
    operator.cloud.fail("monitoring:PutMetricData", "AccessDenied", status=403)
    found = check(operator)
    assert found.status == 2
    assert found.lines[-1].startswith("cloudwatch:PutMetricData  access denied to ")
