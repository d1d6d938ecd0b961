"""Dashboards: which exist, what they show, and what happens to the widgets of one that is left out."""

from __future__ import annotations

import functools
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.observability.dashboard_widgets import COLUMNS, HEIGHT, WIDTH, arranged, dashboard_bodies
from components.observability.watched import Watched
from tests.support import data
from tests.support.program import Sample, sample_of
from tests.support.sections import names

DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
ALL = ("service-health", "api", "database", "cost")


@functools.cache
def _planned(described: str) -> Sample:
    def create() -> None:
        from components.observability.dashboards import Dashboards

        Dashboards(
            "dashboards",
            settings=data.observability(**json.loads(described)),
            budget=data.budget(daily=4),
            names=names(),
            watched=data.watched(),
            alarm_arns=["arn:aws:cloudwatch:us-east-1:123456789012:alarm:shop-prod-api-errors"],
        )

    return sample_of(create)


def widgets(dashboard: str, **overrides: Any) -> dict[str, Any]:
    """Properties of a dashboard's widgets by title."""
    body = _planned(json.dumps(overrides)).one(DASHBOARD, dashboardName=f"shop-prod-{dashboard}").get("dashboardBody")
    return {widget["properties"]["title"]: widget["properties"] for widget in json.loads(body)["widgets"]}


def shown(properties: dict[str, Any]) -> set[str]:
    """Names of the metrics of a widget."""
    return {metric[1] for metric in properties["metrics"] if len(metric) > 1}


@pytest.mark.requirement("PIKA-74")
def test_there_are_four_dashboards() -> None:
    found = _planned("{}").all(DASHBOARD)
    assert [d.get("dashboardName") for d in found] == [f"shop-prod-{name}" for name in ALL]


@pytest.mark.requirement("PIKA-74")
def test_each_shows_what_its_name_says() -> None:
    api = widgets("api")
    assert shown(api["Latency, s"]) == {"TargetResponseTime"}
    assert shown(api["Error rate, %"]) == {"HTTPCode_Target_5XX_Count", "RequestCount"}
    database = widgets("database")
    assert shown(database["Database connections"]) == {"DatabaseConnections"}
    assert shown(database["Database CPU, %"]) == {"CPUUtilization"}
    assert shown(database["Free database storage, bytes"]) == {"FreeStorageSpace"}
    assert shown(widgets("service-health")["CPU of services, %"]) == {"CPUUtilization"}


@pytest.mark.requirement("PIKA-95")
def test_the_bill_is_read_where_it_is() -> None:
    cost = widgets("cost")
    for properties in cost.values():
        assert properties["region"] == "us-east-1"
        assert shown(properties) == {"EstimatedCharges"}
    assert cost["Bill of the month, USD"]["annotations"]["horizontal"][0]["value"] == 100
    assert cost["Spending a day, USD"]["annotations"]["horizontal"][0]["value"] == 4


@pytest.mark.requirement("PIKA-83")
def test_the_applications_own_metrics_stand_next_to_the_technical_ones() -> None:
    business = widgets("service-health", metricsNamespace="Pika", businessMetrics=["OrdersPlaced"])["Business"]
    assert business["metrics"] == [["Pika", "OrdersPlaced", "stage", "prod", {"label": "OrdersPlaced"}]]
    assert "Business" not in widgets("service-health")


def test_the_widgets_of_a_dashboard_left_out_move_to_the_first() -> None:
    everything = {title for name in ALL for title in widgets(name)}
    assert set(widgets("service-health", dashboards=["service-health"])) == everything
    two = {"dashboards": ["api", "cost"]}
    assert set(widgets("cost", **two)) == set(widgets("cost"))
    assert set(widgets("api", **two)) == everything - set(widgets("cost"))


def test_no_dashboards_no_bodies() -> None:
    assert dashboard_bodies(data.observability(dashboards=[]), data.budget(), data.watched(), "r", "prod") == {}


def test_what_does_not_exist_is_not_shown() -> None:
    bodies = dashboard_bodies(data.observability(), data.budget(), Watched(), "us-east-1", "prod")
    assert [len(body["widgets"]) for body in bodies.values()] == [0, 0, 0, 2]


def test_limits_are_drawn_where_alarms_ring() -> None:
    api = widgets("api", alarms={"latencySeconds": 0.2, "errorRatePercent": None})
    assert api["Latency, s"]["annotations"]["horizontal"][0]["value"] == 0.2
    assert "annotations" not in api["Error rate, %"]


@given(st.integers(0, 40))
def test_widgets_never_overlap_and_stay_in_the_grid(count: int) -> None:
    placed = arranged([{"type": "text"}] * count)
    assert len(placed) == count
    assert all(w["x"] >= 0 and w["x"] + w["width"] <= COLUMNS for w in placed)
    for one, other in itertools.combinations(placed, 2):
        assert abs(one["x"] - other["x"]) >= WIDTH or abs(one["y"] - other["y"]) >= HEIGHT, "two widgets in one place"
