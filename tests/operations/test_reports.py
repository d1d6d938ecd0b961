"""Looking back: available, fast, due for a review, rightly sized, and what was charged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.cloudwatch.models import Statistics

from tests.operations.conftest import ROOT, Desk
from tests.support.aws import Call, error
from tests.support.stacks import reviewed
from tierwise.operations.console import Clock
from tierwise.operations.reports.spending import Month, month_of
from tierwise.operations.stack import load_settings, one_target

PRATIKO = "pratikoai-mcp/prod"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day of the tests; and percentiles, which moto does not work out."""
    monkeypatch.setattr(Clock, "now", lambda _: NOW.timestamp())
    plain = Statistics.get_statistics_for_type

    def with_percentiles(self: Statistics, stat: str) -> Any:
        if not stat.startswith("p"):
            return plain(self, stat)
        values = sorted(self.metric_single_values_list)
        return values[min(len(values) - 1, int(len(values) * float(stat[1:]) / 100))] if values else None

    monkeypatch.setattr(Statistics, "get_statistics_for_type", with_percentiles)


def at(desk: Desk, target: str) -> str:
    settings = load_settings(one_target(target, ROOT))
    desk.sign_in(str(settings.account))
    return settings.region


def measured(desk: Desk, region: str, namespace: str, metric: str, values: list[float], **about: str) -> None:
    """Put values of yesterday."""
    dimensions = [{"Name": name, "Value": value} for name, value in about.items()]
    start = NOW - timedelta(hours=20)
    for first in range(0, len(values), 100):
        desk.client("cloudwatch", region).put_metric_data(
            Namespace=namespace,
            MetricData=[
                {
                    "MetricName": metric,
                    "Dimensions": dimensions,
                    "Value": value,
                    "Timestamp": start + timedelta(seconds=n),
                }
                for n, value in enumerate(values[first : first + 100], first)
            ],
        )


def report(desk: Desk, command: str, target: str, *arguments: str, **outputs: Any) -> Any:
    region = load_settings(one_target(target, ROOT)).region
    file = desk.outputs(target, region=region, **outputs)
    return desk.tierwise(command, target, *arguments, "--outputs", file, "--json", str(desk.folder / "r.json"))


# -- Availability ------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("PRATIKO-06")
@pytest.mark.parametrize(("down", "status"), [(0, 0), (1, 0), (20, 1)])
def test_availability_is_held_against_the_promise(desk: Desk, down: int, status: int) -> None:
    at(desk, PRATIKO)
    measured(
        desk, "us-east-1", "AWS/Route53", "HealthCheckStatus", [0.0] * down + [1.0] * (1000 - down), HealthCheckId="h1"
    )
    result = report(desk, "slo-report", PRATIKO, healthCheckId="h1")
    assert result.status == status, result.err
    assert result.document["availability"] == pytest.approx((1000 - down) / 10)
    # 99.9 % of thirty days leaves 43.2 minutes; the row says 43.8 of an average month.
    assert result.document["allowedMinutes"] == pytest.approx(43.2)
    assert "promised 99.9 %" in result.out


def test_without_data_or_promise_nothing_is_claimed(desk: Desk) -> None:
    at(desk, PRATIKO)
    silent = report(desk, "slo-report", PRATIKO, healthCheckId="h1")
    assert silent.lines[-1] == f"{PRATIKO}  has no data of health check h1 in the last 30 days"
    at(desk, "phoney/prod")
    unpromised = report(desk, "slo-report", "phoney/prod", healthCheckId="h1")
    assert (unpromised.status, "promises nothing" in unpromised.lines[-1]) == (2, True)


# -- Latency -----------------------------------------------------------------------------------------------------------


def api(desk: Desk, region: str) -> str:
    return desk.client("apigateway", region).create_rest_api(name="pratikoai-mcp-prod")["id"]


@pytest.mark.requirement("PRATIKO-109")
def test_latency_is_held_against_the_promise(desk: Desk) -> None:
    region = at(desk, PRATIKO)
    made = api(desk, region)
    fast = [40.0] * 90 + [150.0] * 8 + [900.0] * 2
    measured(desk, region, "AWS/ApiGateway", "Latency", fast, ApiName="pratikoai-mcp-prod")
    result = report(desk, "load-check", PRATIKO, restApiId=made)
    assert result.status == 0, result.err
    assert {row["statistic"]: row["promised"] for row in result.document["latency"]} == {
        "p50": 50,
        "p95": 200,
        "p99": 1000,
    }

    slow = [40.0] * 900 + [500.0] * 100
    measured(desk, region, "AWS/ApiGateway", "Latency", slow, ApiName="pratikoai-mcp-prod")
    again = report(desk, "load-check", PRATIKO, restApiId=made)
    assert again.status == 1
    assert [row["statistic"] for row in again.document["latency"] if not row["ok"]] == ["p95"]


def test_an_api_that_nobody_called_is_not_fast(desk: Desk) -> None:
    region = at(desk, PRATIKO)
    result = report(desk, "load-check", PRATIKO, restApiId=api(desk, region))
    assert (result.status, result.lines[-1]) == (
        2, f"{PRATIKO}  was not called in the last 1 days: send load, then ask again"
    )  # fmt: skip


# -- Charges -----------------------------------------------------------------------------------------------------------


def charges(desk: Desk, *groups: tuple[tuple[str, ...], float]) -> None:
    content = {
        "ResultsByTime": [
            {
                "Groups": [
                    {"Keys": list(keys), "Metrics": {"UnblendedCost": {"Amount": str(amount), "Unit": "USD"}}}
                    for keys, amount in groups
                ]
            }
        ]
    }
    desk.cloud.answer("ce:GetCostAndUsage", content)


def asked(desk: Desk) -> dict[str, Any]:
    import json

    return json.loads(desk.cloud.made("ce:GetCostAndUsage")[-1].body)


@pytest.mark.requirement("PRATIKO-07")
@pytest.mark.parametrize(("revenue", "status"), [(2000, 0), (1999, 1)])
def test_more_than_five_percent_of_the_revenue_fails(desk: Desk, revenue: int, status: int) -> None:
    at(desk, PRATIKO)
    charges(desk, (("AWS Lambda",), 60.0), (("Amazon DynamoDB",), 40.0))
    result = desk.tierwise("cost", "actual", PRATIKO, "--month", "2026-10", "--monthly-revenue", str(revenue))
    assert result.status == status, result.err
    filters = asked(desk)["Filter"]["And"]
    assert [tag["Tags"] for tag in filters] == [
        {"Key": "project", "Values": ["pratikoai-mcp"]},
        {"Key": "stage", "Values": ["prod"]},
    ]
    assert asked(desk)["TimePeriod"] == {"Start": "2026-10-01", "End": "2026-11-01"}


@pytest.mark.requirement("EC2M-98")
def test_charges_by_service_and_environment(desk: Desk) -> None:
    at(desk, "ec2-manager/prod")
    charges(
        desk,
        (("AWS Lambda", "stage$prod"), 3.0),
        (("AWS Lambda", "stage$dev"), 1.0),
        (("Amazon DynamoDB", "stage$"), 9.0),
    )
    file = str(desk.folder / "c.json")
    result = desk.tierwise("cost", "actual", "ec2-manager/prod", "--by", "service,environment", "--json", file)
    assert result.status == 0, result.err
    assert result.document["rows"] == [
        {"service": "Amazon DynamoDB", "environment": "(none)", "charged": 9.0},
        {"service": "AWS Lambda", "environment": "prod", "charged": 3.0},
        {"service": "AWS Lambda", "environment": "dev", "charged": 1.0},
    ]
    assert asked(desk)["GroupBy"] == [{"Type": "DIMENSION", "Key": "SERVICE"}, {"Type": "TAG", "Key": "stage"}]


def test_a_charge_far_from_its_estimate_names_the_assumption(desk: Desk) -> None:
    at(desk, "phoney/prod")
    estimate = reviewed("phoney", "prod").estimate
    assert estimate is not None
    gateway = float(sum(line.expected for line in estimate.lines if line.type.startswith("aws:apigatewayv2")))
    charges(desk, (("Amazon API Gateway",), gateway * 3), (("AmazonCloudWatch",), 0.01))
    result = desk.tierwise("cost", "actual", "phoney/prod", "--json", str(desk.folder / "c.json"))
    assert result.status == 0, result.err
    row = next(row for row in result.document["rows"] if row["service"] == "Amazon API Gateway")
    assert (row["far"], row["factor"]) == (True, 3.0)
    assert row["assumptions"]
    assert "off by a factor of 3; what `usage` assumes there:" in result.out


def test_what_cost_explorer_does_not_know_is_said_with_the_reason(desk: Desk) -> None:
    at(desk, PRATIKO)
    charges(desk)
    result = desk.tierwise("cost", "actual", PRATIKO)
    assert result.status == 2
    assert "project=pratikoai-mcp and stage=prod: activate the cost allocation tags" in result.lines[-1]


def test_a_month_of_several_pages_is_added_up(desk: Desk) -> None:
    at(desk, PRATIKO)
    pages = iter(["more", None])

    def answer(_: Call) -> Any:
        import json

        token = next(pages)
        group = {"Keys": ["AWS Lambda"], "Metrics": {"UnblendedCost": {"Amount": "5", "Unit": "USD"}}}
        content = {"ResultsByTime": [{"Groups": [group]}], **({"NextPageToken": token} if token else {})}
        return 200, {"content-type": "application/json"}, json.dumps(content)

    desk.cloud.answers["ce:GetCostAndUsage"] = answer
    result = desk.tierwise("cost", "actual", PRATIKO, "--json", str(desk.folder / "c.json"))
    assert result.document["charged"] == 10.0


def test_access_denied_by_cost_explorer_is_one_line(desk: Desk) -> None:
    at(desk, PRATIKO)
    desk.cloud.answers["ce:GetCostAndUsage"] = lambda _: error("AccessDeniedException", status=400)
    result = desk.tierwise("cost", "actual", PRATIKO)
    assert (result.status, "ce:GetCostAndUsage" in result.lines[-1]) == (2, True)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        (None, "2026-10-01", "2026-11-01"),
        ("2026-11", "2026-11-01", "2026-11-21"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"),
    ],
)
def test_months(text: str | None, start: str, end: str) -> None:
    month = month_of(text, NOW.date())
    assert (str(month.start), str(month.end)) == (start, end)


def test_a_month_that_is_not_over_is_its_share() -> None:
    assert Month(datetime(2026, 11, 1).date(), datetime(2026, 11, 16).date()).share == 0.5


@pytest.mark.parametrize("text", ["2026-13", "october", "2026-12", "2026"])
def test_months_that_are_none(desk: Desk, text: str) -> None:
    at(desk, PRATIKO)
    result = desk.tierwise("cost", "actual", PRATIKO, "--month", text)
    assert result.status == 2
    assert desk.cloud.made("ce:GetCostAndUsage") == []


# -- Review and sizes --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("PRATIKO-138")
def test_the_four_figures_of_the_review(desk: Desk) -> None:
    region = at(desk, PRATIKO)
    about = {"ApiName": "pratikoai-mcp-prod"}
    measured(desk, region, "AWS/ApiGateway", "Latency", [600.0] * 10, **about)
    measured(desk, region, "AWS/ApiGateway", "Count", [1.0] * 100, **about)
    measured(desk, region, "AWS/ApiGateway", "5XXError", [1.0], **about)
    measured(desk, region, "PratikoAI/MCP", "DailyActiveUsers", [1001.0])
    charges(desk, (("AWS Lambda",), 101.0))
    result = report(desk, "review-check", PRATIKO, restApiId=api(desk, region))
    assert result.status == 1, result.err
    figures = result.document["figures"]
    assert {name: found["limit"] for name, found in figures.items()} == {
        "users a day": 1000, "USD a month": 100, "p95 in ms": 500, "errors in %": 1,
    }  # fmt: skip
    # An error in a hundred is one percent, which is not above it.
    assert result.document["due"] == ["users a day", "USD a month", "p95 in ms"]


@pytest.mark.requirement("PHONEY-56")
def test_a_reservation_that_is_hardly_used_and_a_time_limit_that_is_nearly_reached(desk: Desk) -> None:
    region = at(desk, "phoney/dev")
    settings = load_settings(one_target("phoney/dev", ROOT)).functions["template-api"]
    assert settings.reserved_concurrency
    about = {"FunctionName": "phoney-template-api-dev"}
    measured(desk, region, "AWS/Lambda", "Duration", [settings.timeout_seconds * 950.0, 20.0], **about)
    measured(desk, region, "AWS/Lambda", "ConcurrentExecutions", [settings.reserved_concurrency * 0.1], **about)
    result = report(desk, "rightsize", "phoney/dev", functions={"template-api": "phoney-template-api-dev"})
    assert result.status == 0, result.err
    advice = {size["what"]: (round(size["percent"]), size["advice"]) for size in result.document["sizes"]}
    assert advice == {
        "function template-api time limit": (
            95, "raise functions.template-api.timeoutSeconds, or find what is slow",
        ),
        "function template-api reservation": (10, "lower functions.template-api.reservedConcurrency: half would do"),
    }  # fmt: skip


def test_a_service_within_its_size_is_left_alone(desk: Desk) -> None:
    region = at(desk, "pika/prod")
    for name in load_settings(one_target("pika/prod", ROOT)).active_services:
        for metric, value in (("CPUUtilization", 55.0), ("MemoryUtilization", 95.0)):
            measured(desk, region, "AWS/ECS", metric, [value], ClusterName="pika-prod", ServiceName=name)
    result = report(desk, "rightsize", "pika/prod", cluster="pika-prod", database="pika-prod-database")
    advice = {size["what"]: size["advice"] for size in result.document["sizes"]}
    assert advice["service api-gateway cpu"] == ""
    assert advice["service api-gateway memory"] == "raise services.api-gateway.memory"
    assert "no data" in result.out
