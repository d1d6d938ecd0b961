"""What holds for every resource that keeps data or watches it: with AWS's keys, and with a key of the stack's own."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import Resource
from tests.components.contract import broken_rules, orphans, strays, tagged_types, without_component
from tests.support import data
from tests.support.program import Sample, sample_of
from tests.support.sections import names, network

KEYS = ("aws", "customer")


@functools.cache
def everything(keys: str) -> Sample:
    """A stack with all of it."""
    return sample_of(lambda: _create(customer_key=keys == "customer"))


def _create(*, customer_key: bool) -> None:
    from pulumi_aws import lb

    from components.data.cache import Cache
    from components.data.postgres import PostgresInstance
    from components.governance.budget import SpendingBudgets
    from components.governance.config_rules import ConfigRules
    from components.governance.guard_duty import GuardDuty
    from components.network.vpc import Vpc
    from components.observability.alarms import Alarms, HealthAlarm
    from components.observability.dashboards import Dashboards
    from components.observability.notifications import Notifications
    from components.observability.watched import Watched, WatchedDatabase
    from components.secrets.customer_key import CustomerKey
    from components.secrets.secret import Secret
    from components.storage.bucket import Bucket
    from components.storage.bucket_access import BucketAccess
    from components.storage.bucket_replication import BucketReplication

    vpc = Vpc("network", settings=network(flowLogs={"enabled": False}, databaseNetworkAcl=True), names=names())
    inside: dict[str, Any] = {"names": names(), "vpc_id": vpc.id, "subnet_ids": vpc.database_subnet_ids}
    key = CustomerKey("key", settings=data.encryption(), names=names(), protect=True).arn if customer_key else None
    logs = Bucket(
        "logs",
        bucket_name="logs",
        settings=data.bucket(versioned=False, receivesLogs=True, expireDays=30),
        names=names(),
        kms_key_arn=key,
    )
    BucketAccess("logs-access", bucket=logs, names=names())
    copies = Bucket(
        "logs-west",
        bucket_name="logs-west",
        settings=data.bucket(versioned=False, receivesLogs=True, expireDays=30),
        names=names(),
        region="us-west-2",
    )
    BucketAccess("logs-west-access", bucket=copies, names=names(), region="us-west-2")
    uploads = Bucket(
        "uploads",
        bucket_name="uploads",
        settings=data.bucket(
            expireDays=90, intelligentTieringDays=0, cors={"origins": ["https://shop.example"]}, replicate=True
        ),
        names=names(),
        log_bucket=logs,
        kms_key_arn=key,
    )
    BucketAccess("uploads-access", bucket=uploads, names=names())
    BucketReplication("uploads-west", bucket=uploads, region="us-west-2", names=names(), log_bucket=copies)
    database = PostgresInstance(
        "database",
        settings=data.database(
            readReplica=True, proxy=True, multiAz=True, maxStorageGb=100, backupRetentionDays=30, port=5433
        ),
        users=["api-gateway", "search"],
        log_retention_days=30,
        secret_recovery_days=30,
        kms_key_arn=key,
        **inside,
    )
    store = Cache("cache", settings=data.cache(nodes=2, multiAz=True), kms_key_arn=key, **inside)
    for name, settings in {
        "jwt": data.secret(generate=True),
        "given": data.secret(value="s3cret"),
        "operator": data.secret(store="parameter-store"),
        "turning": data.secret(
            generate=True, rotationLambdaArn="arn:aws:lambda:us-east-1:123456789012:function:rotate"
        ),
    }.items():
        Secret(name, secret_name=name, settings=settings, names=names(), kms_key_arn=key)
    topic = Notifications(
        "notifications",
        settings=data.notifications(slack={"teamId": "T0123456789", "channelId": "C0123456789"}),
        names=names(),
        kms_key_arn=key,
    )
    balancer = lb.LoadBalancer(
        "balancer",
        load_balancer_type="application",
        subnets=vpc.public_subnet_ids,
        drop_invalid_header_fields=True,
        enable_deletion_protection=True,
        tags={"component": "test"},
    )
    watched = Watched(
        cluster="shop",
        services={"search": "search-1"},
        database=WatchedDatabase(identifier=database.instance.identifier, max_connections=100, storage_gb=20),
        cache_nodes=store.node_ids,
        load_balancer=balancer.arn_suffix,
    )
    observability = data.observability(alarms={"freeStoragePercent": 15}, businessMetrics=["OrdersPlaced"])
    alarms = Alarms("alarms", settings=observability.alarms, names=names(), topic_arn=topic.arn, watched=watched)
    HealthAlarm(
        "health-alarm",
        settings=observability.alarms,
        names=names(),
        health_check_id="11111111-2222-3333-4444-555555555555",
        topic_arn=topic.arn,
    )
    Dashboards(
        "dashboards",
        settings=observability,
        budget=data.budget(),
        names=names(),
        watched=watched,
        alarm_arns=alarms.arns,
    )
    SpendingBudgets(
        "budget",
        settings=data.budget(daily=4),
        names=names(),
        topic_arn=topic.arn,
        topic_policy=topic.policy,
    )
    ConfigRules("config-rules", settings=data.config_rules())
    GuardDuty("guard-duty")


def aws_resources(keys: str) -> list[Resource]:
    """What the components of this contract make."""
    others = {"network", "balancer"}
    return [
        r
        for r in everything(keys).stack.resources
        if r.type.startswith("aws:") and not any(r.name == o or r.name.startswith(f"{o}-") for o in others)
    ]


@pytest.mark.parametrize("keys", KEYS)
def test_every_input_is_one_that_aws_accepts(keys: str) -> None:
    from tierwise.preview.checks import check

    assert check(everything(keys).plan.resources) == []


@pytest.mark.parametrize("keys", KEYS)
def test_no_rule_that_binds_production_is_broken(keys: str) -> None:
    assert broken_rules(everything(keys), aws_resources(keys)) == []


def test_everything_that_aws_tags_says_which_component_it_belongs_to() -> None:
    assert len(tagged_types(aws_resources("customer"))) > 20
    assert without_component(aws_resources("customer")) == []


def test_every_resource_has_its_component_as_parent() -> None:
    assert orphans(everything("customer"), aws_resources("customer")) == []


def test_every_name_begins_with_that_of_its_component() -> None:
    assert strays(everything("customer")) == []


@pytest.mark.parametrize(
    ("token", "properties"),
    [
        ("aws:rds/instance:Instance", ("kmsKeyId", "performanceInsightsKmsKeyId")),
        ("aws:elasticache/replicationGroup:ReplicationGroup", ("kmsKeyId",)),
        ("aws:secretsmanager/secret:Secret", ("kmsKeyId",)),
        ("aws:cloudwatch/logGroup:LogGroup", ("kmsKeyId",)),
        ("aws:sns/topic:Topic", ("kmsMasterKeyId",)),
    ],
)
def test_the_customer_key_encrypts_all_that_keeps_data(token: str, properties: tuple[str, ...]) -> None:
    sample = everything("customer")
    ours = {r.urn for r in aws_resources("customer")}
    found = [r for r in sample.all(token) if r.urn in ours]
    assert found
    for resource in found:
        for prop in properties:
            assert sample.refers(resource, prop) == {"key"}, f"{resource.name}.{prop}"


def test_policies_are_known_before_anything_exists() -> None:
    documents = {
        "aws:s3/bucketPolicy:BucketPolicy": "policy",
        "aws:sns/topicPolicy:TopicPolicy": "policy",
        "aws:kms/key:Key": "policy",
        "aws:iam/role:Role": "assumeRolePolicy",
    }
    for resource in aws_resources("customer"):
        if resource.type in documents:
            document = resource.get(documents[resource.type])
            assert isinstance(document, str), f"{resource.type} {resource.name}"
            assert json.loads(document)["Statement"]
