"""Cases for backups, search, workflows, and what AWS services may do for others."""

from __future__ import annotations

import json
from typing import Any

from guardrails.services import backup, rds, s3, search, serverless, workflow
from tests.policy.build import Case, one, r

from .data import LIFECYCLE, document
from .foundation import trust

TABLE = "aws:dynamodb/table:Table"
VAULT = r(backup.VAULT, {"name": "vault"}, "vault")
LOCK = r(backup.LOCK, {"minRetentionDays": 7}, "lock", backupVaultName="vault")
DATA = r(TABLE, {"tags": {"backup": "daily"}}, "data")
BY_TAG = r(
    backup.SELECTION,
    {"resources": [], "selectionTags": [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]},
    "plan",
)
TLS12 = "Policy-Min-TLS-1-2-PFS-2023-10"
AUDIT_GROUP = r(rds.CLUSTER_PARAMETERS, {"parameters": [{"name": "server_audit_logging", "value": "1"}]}, "group")
MYSQL = r(rds.CLUSTER, {"engine": "aurora-mysql"}, "cluster", dbClusterParameterGroupName="group")
DIRECTORY = r(s3.DIRECTORY, {}, "b")
LOGS = {"logType": "ES_APPLICATION_LOGS", "cloudwatchLogGroupArn": "arn:g"}
AUDIT = {**LOGS, "logType": "AUDIT_LOGS"}
PRIVATE = {"AllowFromPublic": False, "SourceVPCEs": ["vpce-1"]}
OWN_KEY = {"AWSOwnedKey": False, "KmsARN": "arn:aws:kms:us-east-1:1:key/k"}
BOT = {"dataPrivacies": [{"childDirected": False}], "idleSessionTtlInSeconds": 300, "roleArn": "arn:r"}
ACCOUNT = {"StringEquals": {"aws:SourceAccount": "1"}}
VENDOR = "arn:aws:iam::999999999999:root"


def security(kind: str, policy: Any) -> dict[str, Any]:
    """A serverless security policy."""
    return {"type": kind, "policy": policy if isinstance(policy, str) else json.dumps(policy)}


def access(*principals: str) -> dict[str, Any]:
    """A serverless access policy."""
    return {"policy": json.dumps([{"Rules": [], "Principal": list(principals)}])}


def admits(service: str, condition: Any = None) -> dict[str, Any]:
    """A policy that admits a service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "s3:PutObject", "Resource": "*"}
    return {"policy": document({**statement, **({"Condition": condition} if condition else {})})}


def runs(expression: str) -> dict[str, Any]:
    """A canary's schedule."""
    return {"schedule": {"expression": expression}}


def artifacts(**encryption: str) -> dict[str, Any]:
    """How a canary encrypts its artifacts."""
    return {"artifactConfig": {"s3Encryption": encryption}}


CASES: dict[str, Case] = {
    "P.Backup.vault-lock": Case(
        ok=((VAULT, LOCK), (VAULT, r(backup.LOCK, {"backupVaultName": "vault", "minRetentionDays": 7}, "lock"))),
        bad=((VAULT,), (VAULT, LOCK.but(minRetentionDays=None)), (VAULT, LOCK.but(minRetentionDays=0))),
    ),
    "Backup.1": one(backup.VAULT, {"kmsKeyArn": "arn:k"}, {}, {"kmsKeyArn": ""}),
    "P.Backup.coverage": Case(
        ok=(
            (DATA,),
            (DATA, BY_TAG),
            (DATA.but(tags=None), r(backup.SELECTION, {}, "plan", resources="data")),
            (DATA.but(tags=None), r(backup.SELECTION, {"resources": ["arn:aws:dynamodb:*:*:table/*"]}, "plan")),
            (DATA.but(tags=None), r(backup.SELECTION, {"resources": ["*"]}, "plan")),
        ),
        bad=(
            (DATA.but(tags=None), BY_TAG),
            (DATA.but(tags={"backup": "never"}), BY_TAG),
            (DATA.but(tags=None), r(backup.SELECTION, {"resources": ["arn:aws:rds:*:*:db:*"]}, "plan")),
        ),
    ),
    "RDS.45": Case(
        ok=((MYSQL, AUDIT_GROUP), (r(rds.CLUSTER, {"engine": "aurora-postgresql"}),)),
        bad=(
            (r(rds.CLUSTER, {"engine": "aurora-mysql"}),),
            (MYSQL, AUDIT_GROUP.but(parameters=[])),
            (MYSQL, AUDIT_GROUP.but(parameters=[{"name": "server_audit_logging", "value": "0"}])),
        ),
    ),
    "S3.25": Case(
        ok=((DIRECTORY, LIFECYCLE),),
        bad=((DIRECTORY,), (DIRECTORY, LIFECYCLE.but(rules=[{"id": "x", "status": "Disabled"}]))),
    ),
    "P.Lambda.concurrency": Case(
        ok=(
            (r(serverless.FUNCTION, {}),),
            (r(serverless.FUNCTION, {"reservedConcurrentExecutions": -1}),),
            tuple(r(serverless.FUNCTION, {"reservedConcurrentExecutions": 450}, name) for name in "ab"),
        ),
        bad=(
            (r(serverless.FUNCTION, {"reservedConcurrentExecutions": 901}),),
            tuple(r(serverless.FUNCTION, {"reservedConcurrentExecutions": 451}, name) for name in "ab"),
        ),
    ),
    "Opensearch.1": one(search.DOMAIN, {"encryptAtRest": {"enabled": True}}, {}, {"encryptAtRest": {"enabled": False}}),
    "Opensearch.2": one(
        search.DOMAIN, {"vpcOptions": {"subnetIds": ["subnet-1"]}}, {}, {"vpcOptions": {"subnetIds": []}}
    ),
    "Opensearch.3": one(
        search.DOMAIN, {"nodeToNodeEncryption": {"enabled": True}}, {}, {"nodeToNodeEncryption": {"enabled": False}}
    ),
    "Opensearch.4": one(
        search.DOMAIN, {"logPublishingOptions": [LOGS]}, {}, {"logPublishingOptions": [{**LOGS, "enabled": False}]}
    ),
    "Opensearch.5": one(search.DOMAIN, {"logPublishingOptions": [LOGS, AUDIT]}, {}, {"logPublishingOptions": [LOGS]}),
    "Opensearch.6": one(
        search.DOMAIN,
        {"clusterConfig": {"instanceCount": 3, "zoneAwarenessEnabled": True}},
        {},
        {"clusterConfig": {"instanceCount": 2, "zoneAwarenessEnabled": True}},
        {"clusterConfig": {"instanceCount": 3}},
    ),
    "Opensearch.7": one(
        search.DOMAIN,
        {"advancedSecurityOptions": {"enabled": True}},
        {},
        {"advancedSecurityOptions": {"enabled": False}},
    ),
    "Opensearch.8": one(
        search.DOMAIN,
        {"domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": TLS12}},
        {},
        {"domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"}},
        {"domainEndpointOptions": {"enforceHttps": False, "tlsSecurityPolicy": TLS12}},
    ),
    "Opensearch.10": one(
        search.DOMAIN,
        {"softwareUpdateOptions": {"autoSoftwareUpdateEnabled": True}},
        {},
        {"softwareUpdateOptions": {"autoSoftwareUpdateEnabled": False}},
    ),
    "P.AOSS.network": Case(
        ok=(
            (r(search.SECURITY, security("network", [PRIVATE])),),
            (r(search.SECURITY, security("encryption", {"AWSOwnedKey": True})),),
        ),
        bad=(
            (r(search.SECURITY, security("network", [{"AllowFromPublic": True}])),),
            (r(search.SECURITY, security("network", [{"AllowFromPublic": False}])),),
            (r(search.SECURITY, security("network", [{}])),),
            (r(search.SECURITY, security("network", "no JSON")),),
            (r(search.SECURITY, security("network", [])),),
        ),
    ),
    "P.AOSS.kms": Case(
        ok=(
            (r(search.SECURITY, security("encryption", OWN_KEY)),),
            (r(search.SECURITY, security("network", [PRIVATE])),),
        ),
        bad=(
            (r(search.SECURITY, security("encryption", {"AWSOwnedKey": True})),),
            (r(search.SECURITY, security("encryption", {})),),
        ),
    ),
    "P.AOSS.access": one(
        search.ACCESS, access("arn:aws:iam::1:role/api"), access("arn:aws:iam::1:role/*"), access("*"), access()
    ),
    "P.AOSS.standby": Case(
        ok=((r(search.COLLECTION, {"standbyReplicas": "DISABLED"}),),),
        bad=((r(search.COLLECTION),), (r(search.COLLECTION, {"standbyReplicas": "ENABLED"}),)),
        config={"tier": "dev"},
    ),
    "StepFunctions.1": one(
        workflow.MACHINE,
        {"loggingConfiguration": {"level": "ERROR"}},
        {},
        {"loggingConfiguration": {"level": "OFF"}},
    ),
    "P.Lex.privacy": one(
        workflow.BOT,
        BOT,
        {key: value for key, value in BOT.items() if key != "dataPrivacies"},
        {**BOT, "idleSessionTtlInSeconds": 86400},
        {**BOT, "dataPrivacies": [{}]},
    ),
    "P.Syn.artifact-kms": one(
        workflow.CANARY,
        artifacts(encryptionMode="SSE_KMS", kmsKeyArn="arn:k"),
        {},
        artifacts(encryptionMode="SSE_S3", kmsKeyArn="arn:k"),
        artifacts(encryptionMode="SSE_KMS"),
    ),
    "P.Syn.cost": Case(
        ok=tuple(
            (r(workflow.CANARY, runs(text)),)
            for text in (
                "rate(5 minutes)",
                "rate(1 hour)",
                "rate(0 minute)",
                "cron(0/5 * * * ? *)",
                "cron(0 9 * * ? *)",
            )
        ),
        bad=tuple(
            (r(workflow.CANARY, props),)
            for props in (
                {},
                runs("rate(1 minute)"),
                runs("cron(* * * * ? *)"),
                runs("cron(0-30 * * * ? *)"),
                runs("cron(x * * * ? *)"),
                runs("often"),
            )
        ),
    ),
    "P.IAM.deputy-role": Case(
        ok=(
            (trust({"Service": "ecs-tasks.amazonaws.com"}, **ACCOUNT),),
            (trust({"Service": "vpc-flow-logs.amazonaws.com"}, ArnLike={"aws:SourceArn": "arn:aws:ec2:*:1:*"}),),
            (trust({"Service": "lambda.amazonaws.com"}),),
            (trust({"AWS": "arn:aws:iam::123456789012:root"}),),
        ),
        bad=(
            (trust({"Service": "ecs-tasks.amazonaws.com"}),),
            (trust({"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}),),
            (trust({"Service": "scheduler.amazonaws.com"}, StringLike={"aws:SourceAccount": "*"}),),
            (trust({"Service": "scheduler.amazonaws.com"}, StringEquals={"aws:RequestedRegion": "us-east-1"}),),
        ),
    ),
    "P.IAM.external-id": Case(
        ok=(
            (trust({"AWS": VENDOR}, StringEquals={"sts:ExternalId": "c0ffee"}),),
            (trust({"AWS": VENDOR}, StringEquals={"aws:PrincipalOrgID": "o-1234567890"}),),
            (trust({"AWS": VENDOR}, Bool={"aws:MultiFactorAuthPresent": "true"}),),
            (trust({"Service": "ecs-tasks.amazonaws.com"}),),
        ),
        bad=(
            (trust({"AWS": VENDOR}),),
            (trust({"AWS": "999999999999"}),),
            (trust({"AWS": ["arn:aws-us-gov:iam::999999999999:role/agent"]}),),
            (trust({"AWS": VENDOR}, StringLike={"sts:ExternalId": "*"}),),
            (trust({"AWS": VENDOR}, IpAddress={"aws:SourceIp": "203.0.113.0/24"}),),
        ),
    ),
    "P.IAM.deputy": Case(
        ok=(
            (r(s3.POLICY, admits("cloudtrail.amazonaws.com", ACCOUNT)),),
            (
                r(
                    "aws:kms/key:Key",
                    admits(
                        "logs.us-east-1.amazonaws.com",
                        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:1:*"}},
                    ),
                ),
            ),
            (r("aws:sqs/queue:Queue", {}),),
        ),
        bad=(
            (r(s3.POLICY, admits("cloudtrail.amazonaws.com")),),
            (
                r(
                    s3.POLICY,
                    admits("cloudtrail.amazonaws.com", {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}),
                ),
            ),
            (r("aws:sns/topicPolicy:TopicPolicy", admits("s3.amazonaws.com", {"StringLike": {"aws:SourceArn": "*"}})),),
        ),
    ),
}
