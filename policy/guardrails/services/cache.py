"""Amazon ElastiCache: encrypted both ways, in its own subnets, with a backup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails.checks import at_least, every, has_value, is_set, is_true, not_false, one_of, when
from guardrails.resource import ABSENT, Resource
from guardrails.rule import Kind, Outcome, Scope, declare

GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER: Final = "aws:elasticache/cluster:Cluster"
SERVERLESS: Final = "aws:elasticache/serverlessCache:ServerlessCache"


def _no_memcached(value: object) -> bool:
    return value != "memcached"


declare(
    "ElastiCache.1",
    "high",
    Kind.PRODUCTION,
    "ElastiCache (Redis OSS) clusters should have automatic backups enabled",
    types=(GROUP, CLUSTER, SERVERLESS),
    check=when("engine", _no_memcached, at_least("snapshotRetentionLimit", 1, absent=0)),
    why="A lost node takes sessions and queues with it.",
    fix="snapshot_retention_limit=1",
)

declare(
    "ElastiCache.2",
    "high",
    Kind.FREE,
    "ElastiCache clusters should have automatic minor version upgrades enabled",
    types=(GROUP, CLUSTER),
    check=not_false("autoMinorVersionUpgrade"),
    why="Minor versions carry the security fixes.",
    fix="auto_minor_version_upgrade=True",
)

declare(
    "ElastiCache.3",
    "medium",
    Kind.ADVICE,
    "ElastiCache replication groups should have automatic failover enabled",
    types=GROUP,
    check=is_true("automaticFailoverEnabled"),
    why="A lost primary stops the cache until it is replaced. Advisory: a replica doubles the price, and a cache may "
    "be allowed to start cold.",
    fix="automatic_failover_enabled=True, multi_az_enabled=True, num_cache_clusters=2",
)

declare(
    "ElastiCache.4",
    "medium",
    Kind.ENCRYPTION,
    "ElastiCache replication groups should be encrypted at rest",
    types=GROUP,
    check=is_true("atRestEncryptionEnabled"),
    why="Snapshots and swapped pages stay readable; it can only be set at creation.",
    fix="at_rest_encryption_enabled=True",
)

declare(
    "ElastiCache.5",
    "medium",
    Kind.ENCRYPTION,
    "ElastiCache replication groups should be encrypted in transit",
    types=GROUP,
    check=every(
        is_true("transitEncryptionEnabled"),
        one_of("transitEncryptionMode", ("required",), absent=True),
    ),
    why="Sessions and tokens cross the network in plain text otherwise.",
    fix="transit_encryption_enabled=True",
)

declare(
    "P.EC.transit",
    "medium",
    Kind.ENCRYPTION,
    "Cache clusters should be replication groups, which can be encrypted",
    types=CLUSTER,
    reads=("replicationGroupId", "engine", "transitEncryptionEnabled"),
    check=lambda cluster, _scope: _plain_cluster(cluster),
    references=("replicationGroupId",),
    why="A Redis cluster that is no replication group cannot be encrypted at rest.",
    fix="elasticache.ReplicationGroup(num_cache_clusters=1, at_rest_encryption_enabled=True, ...)",
    url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
)


def _plain_cluster(cluster: Resource) -> Iterator[Outcome]:
    if has_value(cluster.get("replicationGroupId")):
        return
    if cluster.get("engine") != "memcached":
        yield "is a Redis or Valkey cluster outside a replication group"
    elif cluster.get("transitEncryptionEnabled") is not True:
        yield "transitEncryptionEnabled is not true"


def _authenticated(group: Resource, _scope: Scope) -> Iterator[Outcome]:
    if not any(has_value(group.get(path)) for path in ("authToken", "authTokenWo", "userGroupIds")):
        yield "has neither authToken nor userGroupIds"


declare(
    "ElastiCache.6",
    "medium",
    Kind.PRODUCTION,
    "ElastiCache (Redis OSS) replication groups should ask for a password or a user",
    types=GROUP,
    reads=("authToken", "authTokenWo", "userGroupIds"),
    check=_authenticated,
    references=("authToken", "authTokenWo", "userGroupIds"),
    why="Whatever reaches the port reads everything. The security group alone is one mistake away.",
    fix="auth_token=secret_value, or user_group_ids=[group.user_group_id]",
)


def _own_subnets(cache: Resource, _scope: Scope) -> Iterator[Outcome]:
    value = cache.get("subnetGroupName")
    if cache.type == CLUSTER and has_value(cache.get("replicationGroupId")):
        return
    if value is ABSENT or value == "default":
        yield f"subnetGroupName is {'not set' if value is ABSENT else 'default'}"


declare(
    "ElastiCache.7",
    "high",
    Kind.FREE,
    "ElastiCache clusters should not use the default subnet group",
    types=(GROUP, CLUSTER),
    reads=("subnetGroupName", "replicationGroupId"),
    check=_own_subnets,
    references=("subnetGroupName", "replicationGroupId"),
    why="The default group spans every subnet of the default VPC, the public ones included.",
    fix="subnet_group_name=group.name",
)

declare(
    "P.EC.cmk",
    "medium",
    Kind.CUSTOMER_KEY,
    "Caches should use a customer-managed key",
    types=GROUP,
    check=is_set("kmsKeyId"),
    why="The AWS-managed key encrypts as well; your own can be refused, shared and audited.",
    fix="kms_key_id=key.arn",
    url="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
)
