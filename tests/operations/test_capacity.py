"""Instances kept ready, tables by request, fresh servers, and the other region."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.test_failover import members
from tests.operations.test_rollback import _REFRESHED, _REFRESHES
from tests.operations.test_smoke_requests import account_of, region_of
from tests.support import running


def go(desk: Desk, *words: str, target: str = "pika/prod", **outputs: Any) -> Result:
    desk.sign_in(account_of(target))
    file = desk.outputs(target, region=region_of(target), **outputs)
    return desk.tierwise(*words, "--yes", "--outputs", file, "--json", str(desk.folder / "o.json"))


@pytest.mark.requirement("PRATIKO-99")
def test_instances_are_kept_ready_on_the_version_that_is_live(desk: Desk) -> None:
    running.function(desk.client("lambda"), desk.client("iam"), "f", versions=2, live=2)
    path = "/2019-09-30/functions/f/provisioned-concurrency"
    desk.cloud.answer(f"lambda:PUT {path}", {"Status": "IN_PROGRESS"})
    found = go(desk, "scale", "enable-pc", "pika/prod", "--count", "100", functions={"api": "f"})
    assert found.status == 0, found.err
    call = next(call for call in desk.cloud.calls if call.path.startswith(path))
    assert call.path.endswith("?Qualifier=2")
    assert json.loads(call.body) == {"ProvisionedConcurrentExecutions": 100}
    several = go(desk, "scale", "enable-pc", "pika/prod", functions={"api": "f", "b": "g"})
    assert "which function: name one of api, b" in several.lines[-1]


@pytest.mark.requirement("PRATIKO-100")
def test_a_throttled_table_is_paid_by_request(desk: Desk) -> None:
    dynamodb = desk.client("dynamodb")
    dynamodb.create_table(
        TableName="t", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )  # fmt: skip
    words = ("scale", "ddb-on-demand", "pika/prod")
    assert go(desk, *words, "--dry-run", tables={"main": "t"}).status == 0
    assert dynamodb.describe_table(TableName="t")["Table"]["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert go(desk, *words, tables={"main": "t"}).document["changed"] is True
    assert dynamodb.describe_table(TableName="t")["Table"]["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    again = go(desk, *words, tables={"main": "t"})
    assert (again.status, again.document["changed"]) == (0, False)


@pytest.mark.requirement("PRATIKO-55")
def test_servers_are_replaced_with_all_in_service(desk: Desk) -> None:
    states = ["InProgress", "Successful"]
    member = "<member><InstanceRefreshId>r-1</InstanceRefreshId><Status>{}</Status></member>"
    desk.cloud.answer("autoscaling:StartInstanceRefresh", _REFRESHED)
    desk.cloud.answers["autoscaling:DescribeInstanceRefreshes"] = lambda _: (
        200, {"content-type": "text/xml"}, _REFRESHES.format(member.format(states.pop(0))),
    )  # fmt: skip
    found = go(desk, "refresh-instances", "pika/prod", fleets={"web": "web"})
    assert (found.status, found.document["fleets"]) == (0, {"web": "Successful"}), found.err
    body = desk.cloud.made("autoscaling:StartInstanceRefresh")[0].body
    assert "Preferences.MinHealthyPercentage=100" in body
    assert "Strategy=Rolling" in body


@pytest.mark.requirement("PRATIKO-55")
def test_a_replacement_that_fails_and_one_under_way(desk: Desk) -> None:
    failed = "<member><InstanceRefreshId>r-1</InstanceRefreshId><Status>Failed</Status></member>"
    desk.cloud.answer("autoscaling:StartInstanceRefresh", _REFRESHED)
    desk.cloud.answer("autoscaling:DescribeInstanceRefreshes", _REFRESHES.format(failed))
    assert go(desk, "refresh-instances", "pika/prod", fleets={"web": "web"}).status == 1
    desk.cloud.fail("autoscaling:StartInstanceRefresh", "InstanceRefreshInProgress")
    found = go(desk, "refresh-instances", "pika/prod", fleets={"web": "web"})
    assert "web  is being refreshed already" in found.lines[-1]
    assert go(desk, "refresh-instances", "pika/prod", "nothing", fleets={"web": "web"}).status == 2


# -- The other region --------------------------------------------------------------------------------------------------

HERE = "arn:aws:rds:us-east-1:210987654321:cluster:askiam-prod"
THERE = "arn:aws:rds:us-west-2:210987654321:cluster:askiam-prod-copy"


def promote(desk: Desk, *words: str) -> Result:
    return go(desk, "failover", "pika/prod", *words, aurora="askiam-prod")


def with_standby(desk: Desk) -> None:
    writers = [HERE, HERE, THERE]
    desk.cloud.answers["rds:DescribeGlobalClusters"] = lambda _: (
        200, {"content-type": "text/xml"}, members(writers.pop(0) if len(writers) > 1 else writers[0], HERE, THERE),
    )  # fmt: skip
    done = "<FailoverGlobalClusterResponse><FailoverGlobalClusterResult/></FailoverGlobalClusterResponse>"
    desk.cloud.answer("rds:FailoverGlobalCluster", done)


@pytest.mark.requirement("ASKIAM-99")
def test_the_copy_takes_over_without_loss_while_the_old_region_answers(desk: Desk) -> None:
    with_standby(desk)
    desk.sign_in(account_of("pika/prod"))
    desk.client("rds").create_db_cluster(
        DBClusterIdentifier="askiam-prod", Engine="aurora-postgresql", MasterUsername="o",
        MasterUserPassword="not-a-secret",
    )  # fmt: skip
    found = promote(desk)
    assert (found.status, found.document["writer"]) == (0, THERE), found.err
    body = desk.cloud.made("rds:FailoverGlobalCluster")[0].body
    assert "Switchover=true" in body
    assert "AllowDataLoss" not in body
    assert "askiam-prod-copy" in body


@pytest.mark.requirement("ASKIAM-99")
def test_data_is_lost_only_by_decision(desk: Desk) -> None:
    with_standby(desk)
    found = promote(desk)
    assert found.status == 2
    assert "decide, then repeat with --allow-data-loss" in found.lines[-1]
    assert desk.cloud.made("rds:FailoverGlobalCluster") == []
    with_standby(desk)
    assert promote(desk, "--allow-data-loss").status == 0
    assert "AllowDataLoss=true" in desk.cloud.made("rds:FailoverGlobalCluster")[0].body


def test_without_a_standby_nothing_takes_over(desk: Desk) -> None:
    assert "nothing takes over" in go(desk, "failover", "pika/prod").lines[-1]
