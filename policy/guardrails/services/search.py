"""Amazon OpenSearch, domains and serverless collections: private, encrypted, and no larger than needed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from guardrails.checks import PathCheck, at_least, every, has_value, is_block, is_set, is_true, one_of
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Deferred, Kind, Outcome, Scope, declare, undecided

DOMAIN: Final = "aws:opensearch/domain:Domain"
SECURITY: Final = "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy"
ACCESS: Final = "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy"
COLLECTION: Final = "aws:opensearch/serverlessCollection:ServerlessCollection"
_SERVERLESS_URL: Final = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-"


def _publishes(kind: str) -> PathCheck:
    """The domain publishes the log ``kind``; an entry may be switched off by ``enabled``."""

    def run(domain: Resource, _scope: Scope) -> Iterator[Outcome]:
        entries = domain.all("logPublishingOptions[]")
        answers = [(entry.get("logType"), entry.get("enabled", True)) for entry in entries if is_block(entry)]
        if any(name == kind and on not in (False, UNKNOWN) for name, on in answers):
            return
        unknown = UNKNOWN in entries or any(UNKNOWN in answer for answer in answers)
        yield undecided("logPublishingOptions") if unknown else f"logPublishingOptions has no {kind}"

    return PathCheck(run, ("logPublishingOptions[].logType", "logPublishingOptions[].enabled"))


declare(
    "Opensearch.1",
    "medium",
    Kind.ENCRYPTION,
    "OpenSearch domains should have encryption at rest enabled",
    types=DOMAIN,
    check=is_true("encryptAtRest.enabled"),
    why="The index holds what the database holds. It cannot be switched on later for every engine version.",
    fix='encrypt_at_rest={"enabled": True}',
)
declare(
    "Opensearch.2",
    "critical",
    Kind.EXPOSURE,
    "OpenSearch domains should not be publicly accessible",
    types=DOMAIN,
    check=is_set("vpcOptions.subnetIds"),
    why="A public endpoint is found by scanners within the hour.",
    fix='vpc_options={"subnet_ids": [...], "security_group_ids": [...]}',
    waivable=False,
)
declare(
    "Opensearch.3",
    "medium",
    Kind.ENCRYPTION,
    "OpenSearch domains should encrypt data sent between nodes",
    types=DOMAIN,
    check=is_true("nodeToNodeEncryption.enabled"),
    why="Shards travel between nodes in plain text otherwise.",
    fix='node_to_node_encryption={"enabled": True}',
)
declare(
    "Opensearch.4",
    "medium",
    Kind.FREE,
    "OpenSearch domain error logging to CloudWatch Logs should be enabled",
    types=DOMAIN,
    check=_publishes("ES_APPLICATION_LOGS"),
    why="Why a node left the cluster is in its log only.",
    fix='log_publishing_options=[{"log_type": "ES_APPLICATION_LOGS", "cloudwatch_log_group_arn": group.arn}]',
)
declare(
    "Opensearch.5",
    "medium",
    Kind.PRODUCTION,
    "OpenSearch domains should have audit logging enabled",
    types=DOMAIN,
    check=_publishes("AUDIT_LOGS"),
    why="Who read which index is in no other record. Priced by volume.",
    fix='log_publishing_options=[{"log_type": "AUDIT_LOGS", "cloudwatch_log_group_arn": group.arn}]',
)
declare(
    "Opensearch.6",
    "medium",
    Kind.PRODUCTION,
    "OpenSearch domains should have at least three data nodes",
    types=DOMAIN,
    check=every(at_least("clusterConfig.instanceCount", 3, absent=1), is_true("clusterConfig.zoneAwarenessEnabled")),
    why="With two nodes the loss of one stops all writes.",
    fix='cluster_config={"instance_count": 3, "zone_awareness_enabled": True}',
)
declare(
    "Opensearch.7",
    "high",
    Kind.IAM,
    "OpenSearch domains should have fine-grained access control enabled",
    types=DOMAIN,
    check=is_true("advancedSecurityOptions.enabled"),
    why="Without it whoever may search one index may delete all of them.",
    fix='advanced_security_options={"enabled": True, ...}',
)
declare(
    "Opensearch.8",
    "medium",
    Kind.ENCRYPTION,
    "Connections to OpenSearch domains should be encrypted using the latest TLS security policy",
    types=DOMAIN,
    check=every(
        is_true("domainEndpointOptions.enforceHttps"),
        one_of(
            "domainEndpointOptions.tlsSecurityPolicy",
            ("Policy-Min-TLS-1-2-PFS-2023-10", "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08"),
        ),
    ),
    why="The default policy still speaks TLS 1.0.",
    fix='domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"}',
)


declare(
    "Opensearch.10",
    "low",
    Kind.FREE,
    "OpenSearch domains should have the latest software update installed",
    types=DOMAIN,
    check=is_true("softwareUpdateOptions.autoSoftwareUpdateEnabled"),
    why="Service software carries the security fixes; off, it waits for somebody to remember. Whether an update is "
    "installed only AWS knows.",
    fix='software_update_options={"auto_software_update_enabled": True}',
)


def _document(policy: Resource) -> tuple[list[Mapping[str, Any]], Outcome | None]:
    """The blocks of a serverless policy, which is a JSON object or a list of them; or what a check yields instead."""
    value = policy.get("policy")
    if value is UNKNOWN:
        return [], Deferred("policy", policy)
    try:
        parsed: Any = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return [], "policy is not JSON"
    entries = cast(list[Any], parsed) if isinstance(parsed, list) else [parsed]
    blocks = [entry for entry in entries if is_block(entry)]
    if not blocks or len(blocks) < len(entries):
        return [], "policy is not a serverless policy document"
    return blocks, None


def _private(policy: Resource, _scope: Scope) -> Iterator[Outcome]:
    if policy.get("type") not in ("network", UNKNOWN):
        return
    blocks, instead = _document(policy)
    if instead:
        yield instead
    for entry in blocks:
        if entry.get("AllowFromPublic") is not False:
            yield "AllowFromPublic is not false"
        elif not has_value(entry.get("SourceVPCEs", ABSENT)) and not has_value(entry.get("SourceServices", ABSENT)):
            yield "SourceVPCEs names no endpoint"


declare(
    "P.AOSS.network",
    "high",
    Kind.EXPOSURE,
    "Serverless collections should be reached through endpoints of the VPC only",
    types=SECURITY,
    reads=("type", "policy"),
    check=_private,
    why="A public endpoint leaves one access policy between the data and the world.",
    fix='policy=json.dumps([{"Rules": [...], "AllowFromPublic": False, "SourceVPCEs": ["vpce-..."]}])',
    url=f"{_SERVERLESS_URL}network.html",
)


def _own_key(policy: Resource, _scope: Scope) -> Iterator[Outcome]:
    if policy.get("type") not in ("encryption", UNKNOWN):
        return
    blocks, instead = _document(policy)
    if instead:
        yield instead
    for entry in blocks:
        if entry.get("AWSOwnedKey") is True or not entry.get("KmsARN"):
            yield "uses a key that AWS owns"


declare(
    "P.AOSS.kms",
    "medium",
    Kind.CUSTOMER_KEY,
    "Serverless collections should use a customer-managed key",
    types=SECURITY,
    reads=("type", "policy"),
    check=_own_key,
    why="Collections are always encrypted; your own key can be refused and audited.",
    fix='policy=json.dumps({"Rules": [...], "AWSOwnedKey": False, "KmsARN": key_arn})',
    url=f"{_SERVERLESS_URL}encryption.html",
)


def _named(policy: Resource, _scope: Scope) -> Iterator[Outcome]:
    blocks, instead = _document(policy)
    if instead:
        yield instead
    for entry in blocks:
        raw = entry.get("Principal")
        principals: list[Any] = cast(list[Any], raw) if isinstance(raw, list) else []
        if not principals:
            yield "Principal names nobody"
        if any(not isinstance(name, str) or "*" in name for name in principals):
            yield "Principal has a wildcard"


declare(
    "P.AOSS.access",
    "high",
    Kind.IAM,
    "Access to serverless collections should name who has it",
    types=ACCESS,
    reads=("policy",),
    check=_named,
    why="A pattern admits every role that somebody will make tomorrow.",
    fix='policy=json.dumps([{"Rules": [...], "Principal": [task_role_arn]}])',
    url=f"{_SERVERLESS_URL}data-access.html",
)


def _replicas(collection: Resource, scope: Scope) -> Iterator[Outcome]:
    if scope.tier == "prod":
        return
    value = collection.get("standbyReplicas")
    if value is UNKNOWN:
        yield undecided("standbyReplicas")
    elif value != "DISABLED":
        yield f"standbyReplicas is not DISABLED on {scope.tier}, so the first collection costs four units, not two"


declare(
    "P.AOSS.standby",
    "medium",
    Kind.BUDGET,
    "Serverless search should have standby replicas on production only",
    types=COLLECTION,
    reads=("standbyReplicas",),
    check=_replicas,
    why="Two OpenSearch compute units run all month whatever is searched, and the standby doubles them. It cannot be "
    "changed once the collection is made.",
    fix='standby_replicas="DISABLED"',
    url="https://aws.amazon.com/opensearch-service/pricing/",
)
