"""The cluster: its capacity, its namespace, and what is recorded of shells."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT
from tests.support.compute import containers
from tests.support.program import Sample, sample_of
from tests.support.sections import names

CLUSTER = "aws:ecs/cluster:Cluster"
PRIVATE_DNS = "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace"
HTTP = "aws:servicediscovery/httpNamespace:HttpNamespace"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"


def planned(*, spot: bool = False, kms_key_arn: str | None = None, **overrides: Any) -> Sample:
    return _planned(spot, kms_key_arn, json.dumps(overrides))


@functools.cache
def _planned(spot: bool, kms_key_arn: str | None, overrides: str) -> Sample:
    def program() -> None:
        import pulumi

        from components.compute.ecs_cluster import EcsCluster

        cluster = EcsCluster(
            "cluster",
            settings=containers(**json.loads(overrides)),
            names=names(),
            vpc_id="vpc-1",
            spot=spot,
            log_retention_days=30,
            kms_key_arn=kms_key_arn,
        )
        pulumi.export("arn", cluster.arn)
        pulumi.export("shell", [statement.sid for statement in cluster.shell_statements()])

    return sample_of(program)


def test_the_cluster_has_an_exact_name_and_so_a_known_arn() -> None:
    sample = planned()
    assert sample.one(CLUSTER).get("name") == "shop-prod"
    assert sample.plan.outputs["arn"] == "arn:aws:ecs:us-east-1:123456789012:cluster/shop-prod"
    assert sample.planned(sample.one(CLUSTER)).delete_before_replace is True


@pytest.mark.parametrize(("setting", "value"), [(True, "enabled"), (False, "disabled")])
def test_container_insights_follows_the_setting(setting: bool, value: str) -> None:
    cluster = planned(containerInsights=setting).one(CLUSTER)
    assert cluster.get("settings") == [{"name": "containerInsights", "value": value}]


@pytest.mark.parametrize(("spot", "provider"), [(True, "FARGATE_SPOT"), (False, "FARGATE")])
def test_tasks_may_run_on_both_kinds_of_capacity(spot: bool, provider: str) -> None:
    found = planned(spot=spot).one("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders")
    assert found.get("capacityProviders") == ["FARGATE", "FARGATE_SPOT"]
    assert found.get("defaultCapacityProviderStrategies") == [{"capacityProvider": provider, "weight": 1}]


def test_services_are_named_in_a_private_zone_of_the_stack() -> None:
    found = planned(namespace="local").one(PRIVATE_DNS)
    assert (found.get("name"), found.get("vpc")) == ("shop-prod.local", "vpc-1")


def test_service_connect_needs_no_private_zone() -> None:
    sample = planned(discovery="service-connect")
    assert sample.one(HTTP).get("name") == "shop-prod.internal"
    assert sample.all(PRIVATE_DNS) == []


def test_shells_are_recorded() -> None:
    sample = planned()
    shell = sample.one(CLUSTER).get("configuration.executeCommandConfiguration")
    assert shell["logging"] == "OVERRIDE"
    assert shell["logConfiguration"]["cloudWatchEncryptionEnabled"] is False
    assert "kmsKeyId" not in shell
    group = sample.one("aws:cloudwatch/logGroup:LogGroup")
    assert (group.get("name"), group.get("retentionInDays")) == ("/shop/prod/exec", 30)
    assert group.get("kmsKeyId") is ABSENT


def test_a_key_encrypts_shells_and_their_record() -> None:
    sample = planned(kms_key_arn=KEY)
    shell = sample.one(CLUSTER).get("configuration.executeCommandConfiguration")
    assert shell["kmsKeyId"] == KEY
    assert shell["logConfiguration"]["cloudWatchEncryptionEnabled"] is True
    assert sample.one("aws:cloudwatch/logGroup:LogGroup").get("kmsKeyId") == KEY
    assert "DecryptShell" in sample.plan.outputs["shell"]
