"""The second region takes over, whole: the database, a look at the API, the name; and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.test_smoke_requests import account_of
from tierwise.operations.smoke.http import Answer

TARGET = "askiam/prod"
HERE = "arn:aws:rds:us-east-1:432109876543:cluster:askiam-prod-aurora"
THERE = "arn:aws:rds:us-west-2:432109876543:cluster:askiam-prod-aurora-standby"
URL = "https://standby.execute-api.us-west-2.amazonaws.com/prod"


def members(writer: str, *clusters: str) -> str:
    """A global database of these clusters, of which one is written."""
    entries = "".join(
        f"<GlobalClusterMember><DBClusterArn>{arn}</DBClusterArn><IsWriter>{str(arn == writer).lower()}</IsWriter>"
        "</GlobalClusterMember>"
        for arn in clusters
    )
    return (
        "<DescribeGlobalClustersResponse><DescribeGlobalClustersResult><GlobalClusters><GlobalClusterMember>"
        f"<GlobalClusterIdentifier>askiam</GlobalClusterIdentifier><GlobalClusterMembers>{entries}"
        "</GlobalClusterMembers></GlobalClusterMember></GlobalClusters></DescribeGlobalClustersResult>"
        "</DescribeGlobalClustersResponse>"
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were asked; everything answers."""
    found: list[str] = []

    def answer(url: str) -> Answer:
        found.append(url)
        return Answer(200, {}, "{}")

    monkeypatch.setattr("tierwise.operations.capacity.traffic.ask", answer)
    return found


def switch(desk: Desk) -> str:
    """A switch that keeps the name in the first region."""
    desk.sign_in(account_of(TARGET))
    made = desk.client("route53").create_health_check(
        CallerReference="switch",
        HealthCheckConfig={"Type": "CALCULATED", "HealthThreshold": 0, "ChildHealthChecks": []},
    )
    return str(made["HealthCheck"]["Id"])


def threshold(desk: Desk, check: str) -> int:
    """How many healthy checks keep the name there."""
    found = desk.client("route53").get_health_check(HealthCheckId=check)
    return int(found["HealthCheck"]["HealthCheckConfig"]["HealthThreshold"])


def go(desk: Desk, *words: str, writers: list[str], **outputs: Any) -> Result:
    left = [*writers]
    desk.cloud.answers["rds:DescribeGlobalClusters"] = lambda _: (
        200, {"content-type": "text/xml"}, members(left.pop(0) if len(left) > 1 else left[0], HERE, THERE),
    )  # fmt: skip
    done = "<FailoverGlobalClusterResponse><FailoverGlobalClusterResult/></FailoverGlobalClusterResponse>"
    desk.cloud.answer("rds:FailoverGlobalCluster", done)
    given = {"aurora": "askiam-prod-aurora", "standby": {"region": "us-west-2", "url": URL}, **outputs}
    file = desk.outputs(TARGET, **given)
    return desk.tierwise("failover", TARGET, *words, "--yes", "--outputs", file, "--json", str(desk.folder / "o.json"))


@pytest.mark.requirement("ASKIAM-99")
def test_the_name_follows_the_database(desk: Desk, asked: list[str]) -> None:
    check = switch(desk)
    found = go(desk, "--allow-data-loss", writers=[HERE, THERE], trafficSwitch=check)
    assert (found.status, found.document["writer"], found.document["traffic"]) == (0, THERE, "standby"), found.err
    # Nobody is led to a region before its API was seen to answer.
    assert asked == [f"{URL}/status"]
    assert threshold(desk, check) == 2
    assert "standby.traffic: standby" in found.out
    again = go(desk, writers=[THERE], trafficSwitch=check)
    assert (again.status, again.document["changed"], again.document["traffic"]) == (0, False, "standby")


@pytest.mark.requirement("ASKIAM-99")
def test_the_way_back_is_the_same_command(desk: Desk, asked: list[str]) -> None:
    check = switch(desk)
    desk.client("route53").update_health_check(HealthCheckId=check, HealthThreshold=2)
    found = go(desk, "--back", "--allow-data-loss", writers=[THERE, HERE], trafficSwitch=check, restApiId="abc")
    assert (found.status, found.document["writer"], found.document["traffic"]) == (0, HERE, "first"), found.err
    assert asked == ["https://abc.execute-api.us-east-1.amazonaws.com/prod/status"]
    assert threshold(desk, check) == 0


@pytest.mark.requirement("ASKIAM-99")
def test_a_region_that_does_not_answer_does_not_get_the_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    check = switch(desk)

    def silent(_url: str) -> Answer:
        return Answer(0, {}, "", error="no answer")

    monkeypatch.setattr("tierwise.operations.capacity.traffic.ask", silent)
    found = go(desk, "--allow-data-loss", writers=[HERE, THERE], trafficSwitch=check)
    assert found.status == 2
    assert "the name still leads to the other region" in found.lines[-1]
    assert threshold(desk, check) == 0


def test_without_a_name_callers_are_told_the_address(desk: Desk, asked: list[str]) -> None:
    desk.sign_in(account_of(TARGET))
    found = go(desk, "--allow-data-loss", writers=[HERE, THERE])
    assert (found.status, found.document["traffic"]) == (0, None)
    assert f"tell callers {URL}, their keys hold" in found.out
    assert asked == [f"{URL}/status"]


def test_a_dry_run_changes_nothing_and_asks_nobody(desk: Desk, asked: list[str]) -> None:
    check = switch(desk)
    found = go(desk, "--allow-data-loss", "--dry-run", writers=[HERE], trafficSwitch=check)
    assert found.status == 0, found.err
    assert "would call rds:FailoverGlobalCluster" in found.out
    assert "would call route53:UpdateHealthCheck" in found.out
    assert (asked, threshold(desk, check)) == ([], 0)
