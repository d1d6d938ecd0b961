"""Cases for S3, RDS, ElastiCache and DynamoDB."""

from __future__ import annotations

import json
from typing import Any, cast

from guardrails.services import cache, network, rds, s3, serverless
from tests.policy.build import Case, Spec, one, r

B = r(s3.BUCKET, {}, "b")
FLAGS: dict[str, Any] = dict.fromkeys(cast(tuple[str, ...], s3.FLAGS), True)
BLOCK = r(s3.PUBLIC_ACCESS, FLAGS, "block", bucket="b")


def document(*statements: dict[str, Any]) -> str:
    """A policy document of the statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    """An Allow statement on everything of the bucket."""
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "arn:aws:s3:::b/*", **more}


def policy(*statements: dict[str, Any]) -> Spec:
    """The bucket's policy."""
    return r(s3.POLICY, {"policy": document(*statements)}, "policy", bucket="b")


TLS = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ORG = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
IFEXISTS = {"Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}}
VERSIONED = r(s3.VERSIONING, {"versioningConfiguration": {"status": "Enabled"}}, "v", bucket="b")
LIFECYCLE = r(s3.LIFECYCLE, {"rules": [{"id": "x", "status": "Enabled"}]}, "life", bucket="b")
LOGGED = r(s3.LOGGING, {}, "logging", bucket="b", targetBucket="logs")
LOGS = r(s3.BUCKET, {}, "logs")


def encryption(algorithm: str) -> Spec:
    """The bucket's default encryption."""
    rule = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm}}
    return r(s3.ENCRYPTION, {"rules": [rule]}, "enc", bucket="b")


S3 = {
    "S3.1": one(
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", FLAGS, {}, {**FLAGS, "blockPublicAcls": False}
    ),
    "S3.2": Case(
        ok=(
            (B, policy(allow("*", "s3:GetObject", **ORG))),
            (B, policy(allow("*", "s3:GetObject")), BLOCK),
            (B, policy({**allow("*", "s3:GetObject"), "Effect": "Deny"})),
        ),
        bad=(
            (B, policy(allow("*", "s3:GetObject"))),
            (B, policy(allow({"AWS": "*"}, "s3:*"))),
            (B, policy(allow({"AWS": ["*"]}, "s3:Get*", **IFEXISTS))),
            (B, r(s3.ACL, {"acl": "public-read"}, "acl", bucket="b")),
            (B.but(acl="authenticated-read"),),
            (B, policy(allow("*", "s3:GetObject")), BLOCK.but(restrictPublicBuckets=False)),
            (B, r(s3.POLICY, {"policy": "{not json"}, "policy", bucket="b")),
        ),
    ),
    "S3.3": Case(
        ok=((B, policy(allow("*", "s3:GetObject"))), (B, policy(allow({"AWS": "123456789012"}, "s3:PutObject")))),
        bad=((B, policy(allow("*", "s3:PutObject"))), (B.but(acl="public-read-write"),)),
    ),
    "S3.5": Case(
        ok=((B, policy(TLS)),),
        bad=(
            (B,),
            (B, policy(allow("*", "s3:GetObject", **ORG))),
            (B, policy({**TLS, "Resource": ["arn:aws:s3:::b/*"]})),
            (B, policy({**TLS, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})),
        ),
    ),
    "S3.6": Case(
        ok=((policy(allow({"AWS": "123456789012"}, "s3:GetObject")), B),),
        bad=((policy(allow({"AWS": "123456789012"}, "s3:*")), B), (policy(allow("*", "s3:PutBucketPolicy")), B)),
    ),
    "S3.7": Case(ok=((B, r(s3.REPLICATION, {}, "rep", bucket="b")),), bad=((B,),)),
    "S3.8": Case(
        ok=((B, BLOCK), (B.but(bucket="plain"), r(s3.PUBLIC_ACCESS, {**FLAGS, "bucket": "plain"}, "block"))),
        bad=((B,), (B, BLOCK.but(ignorePublicAcls=None)), (B, BLOCK.but(blockPublicAcls=False))),
    ),
    "S3.9": Case(ok=((B, LOGS, LOGGED),), bad=((B, LOGS),)),
    "S3.10": Case(ok=((B,), (B, VERSIONED, LIFECYCLE)), bad=((B, VERSIONED),)),
    "S3.11": Case(ok=((B, r(s3.NOTIFICATION, {}, "n", bucket="b")),), bad=((B,),)),
    "S3.12": Case(
        ok=((B, r(s3.OWNERSHIP, {"rule": {"objectOwnership": "BucketOwnerEnforced"}}, "o", bucket="b")), (B,)),
        bad=((B, r(s3.OWNERSHIP, {"rule": {"objectOwnership": "ObjectWriter"}}, "o", bucket="b")), (B.but(acl="log"),)),
    ),
    "S3.13": Case(ok=((B, LIFECYCLE),), bad=((B,), (B, LIFECYCLE.but(rules=[{"id": "x", "status": "Disabled"}])))),
    "S3.14": Case(
        ok=((B, VERSIONED),), bad=((B,), (B, VERSIONED.but(versioningConfiguration={"status": "Suspended"})))
    ),
    "S3.15": Case(ok=((B.but(objectLockEnabled=True),), (B, r(s3.OBJECT_LOCK, {}, "l", bucket="b"))), bad=((B,),)),
    "S3.17": Case(ok=((B, encryption("aws:kms")),), bad=((B,), (B, encryption("AES256")))),
    "S3.19": one(
        "aws:s3/accessPoint:AccessPoint", {}, {"publicAccessBlockConfiguration": {**FLAGS, "blockPublicPolicy": False}}
    ),
    "S3.24": one(
        "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
        {"details": {"name": "x"}},
        {"details": {"publicAccessBlock": {"blockPublicAcls": False}}},
    ),
    "P.S3.abort-mpu": one(
        s3.LIFECYCLE,
        {"rules": [{"id": "a", "status": "Enabled", "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7}}]},
        {"rules": [{"id": "a", "status": "Enabled"}]},
        {"rules": []},
    ),
    "P.S3.force-destroy": one(s3.BUCKET, {}, {"forceDestroy": True}),
}

INSTANCE = {"engine": "postgres", "engineVersion": "16.9"}
PARAMETERS = [{"name": "rds.force_ssl", "value": "1"}]
GROUP = r(rds.PARAMETERS, {"family": "postgres16", "parameters": PARAMETERS}, "group")
DB = r(rds.INSTANCE, INSTANCE, "db", parameterGroupName="group")
PUBLIC = (
    r(network.INTERNET_GATEWAY, {}, "igw"),
    r(network.ROUTE_TABLE, {}, "table"),
    r(network.ROUTE, {"destinationCidrBlock": "0.0.0.0/0"}, "route", gatewayId="igw", routeTableId="table"),
    r(network.SUBNET, {}, "subnet"),
    r(network.ASSOCIATION, {}, "assoc", routeTableId="table", subnetId="subnet"),
)
PRIVATE = tuple(spec for spec in PUBLIC if spec.name != "route")
SUBNETS = r(network.RDS_SUBNETS, {}, "subnets", subnetIds="subnet")
IN_SUBNETS = r(rds.INSTANCE, INSTANCE, "db", dbSubnetGroupName="subnets")
MEMBERS = tuple(r(rds.MEMBER, {}, name, clusterIdentifier="c") for name in ("m1", "m2"))
POOR_CLUSTER = {"engine": "aurora-postgresql"}

RDS = {
    "RDS.1": one("aws:rds/snapshot:Snapshot", {}, {"sharedAccounts": ["all"]}),
    "RDS.2": one(rds.INSTANCE, {"publiclyAccessible": False}, {"publiclyAccessible": True}),
    "RDS.3": one(rds.INSTANCE, {"storageEncrypted": True}, {}, {"storageEncrypted": False}),
    "RDS.4": one("aws:rds/snapshotCopy:SnapshotCopy", {"kmsKeyId": "key"}, {}),
    "RDS.5": one(rds.INSTANCE, {"multiAz": True}, {}, {"multiAz": False}),
    "RDS.6": one(rds.INSTANCE, {"monitoringInterval": 60}, {}, {"monitoringInterval": 0}),
    "RDS.7": one(rds.CLUSTER, {"deletionProtection": True}, {}),
    "RDS.8": one(rds.INSTANCE, {"deletionProtection": True}, {}),
    "RDS.9": one(rds.INSTANCE, {**INSTANCE, "enabledCloudwatchLogsExports": ["postgresql"]}, INSTANCE),
    "RDS.10": one(rds.INSTANCE, {"iamDatabaseAuthenticationEnabled": True}, {}),
    "RDS.11": one(
        rds.INSTANCE, {"backupRetentionPeriod": 7}, {}, {"backupRetentionPeriod": 0}, {"backupRetentionPeriod": 6}
    ),
    "RDS.12": one(rds.CLUSTER, {"iamDatabaseAuthenticationEnabled": True}, {}),
    "RDS.13": one(rds.INSTANCE, {}, {"autoMinorVersionUpgrade": False}),
    "RDS.14": one(rds.CLUSTER, {"engine": "aurora-mysql", "backtrackWindow": 60}, {"engine": "aurora-mysql"}),
    "RDS.15": Case(
        ok=((r(rds.CLUSTER, {}, "c"), *MEMBERS),),
        bad=((r(rds.CLUSTER, {}, "c"), MEMBERS[0]), (r(rds.CLUSTER, {}, "c"),)),
    ),
    "RDS.16": one(rds.CLUSTER, {**POOR_CLUSTER, "copyTagsToSnapshot": True}, POOR_CLUSTER),
    "RDS.17": one(rds.INSTANCE, {"copyTagsToSnapshot": True}, {}),
    "RDS.23": one(rds.INSTANCE, {**INSTANCE, "port": 5433}, INSTANCE, {**INSTANCE, "port": 5432}),
    "RDS.24": one(rds.CLUSTER, {"masterUsername": "app"}, {"masterUsername": "postgres"}),
    "RDS.25": one(rds.INSTANCE, {"username": "app"}, {"username": "admin"}),
    "RDS.26": Case(
        ok=((r(rds.INSTANCE, INSTANCE, "db"), r(rds.BACKUP_SELECTION, {}, "s", resources="db")),),
        bad=((r(rds.INSTANCE, INSTANCE, "db"),),),
    ),
    "RDS.27": one(rds.CLUSTER, {"storageEncrypted": True}, {}),
    "RDS.34": one(
        rds.CLUSTER, {"engine": "aurora-mysql", "enabledCloudwatchLogsExports": ["audit"]}, {"engine": "aurora-mysql"}
    ),
    "RDS.35": one(rds.CLUSTER, {"engine": "postgres", "autoMinorVersionUpgrade": True}, {"engine": "postgres"}),
    "RDS.36": one(rds.INSTANCE, {**INSTANCE, "enabledCloudwatchLogsExports": ["postgresql"]}, INSTANCE),
    "RDS.37": one(rds.CLUSTER, {**POOR_CLUSTER, "enabledCloudwatchLogsExports": ["postgresql"]}, POOR_CLUSTER),
    "RDS.38": Case(
        ok=((DB, GROUP), (r(rds.INSTANCE, INSTANCE, "db"),), (DB, GROUP.but(parameters=None))),
        bad=(
            (DB, GROUP.but(parameters=[{"name": "rds.force_ssl", "value": "0"}])),
            (DB, GROUP.but(family="postgres14", parameters=None)),
            (DB.but(parameterGroupName="elsewhere"), r(rds.PARAMETERS, {"family": "postgres14"}, "group")),
            (r(rds.INSTANCE, {"engine": "postgres", "engineVersion": "14.1"}, "db"),),
        ),
    ),
    "RDS.43": one(rds.PROXY, {"requireTls": True}, {}),
    "RDS.46": Case(ok=((IN_SUBNETS, SUBNETS, *PRIVATE),), bad=((IN_SUBNETS, SUBNETS, *PUBLIC),)),
    "RDS.47": one(rds.CLUSTER, {"engine": "postgres", "copyTagsToSnapshot": True}, {"engine": "postgres"}),
    "RDS.50": one(rds.CLUSTER, {"backupRetentionPeriod": 7}, {}),
    "P.RDS.cmk": one(rds.INSTANCE, {"kmsKeyId": "key"}, {}),
    "P.RDS.secret": one(rds.INSTANCE, {"manageMasterUserPassword": True}, {}, {"password": "x"}),
    "P.RDS.ca": one(rds.INSTANCE, {"caCertIdentifier": "rds-ca-rsa2048-g1"}, {"caCertIdentifier": "rds-ca-2019"}),
    "P.RDS.engine": one(rds.INSTANCE, INSTANCE, {**INSTANCE, "engineVersion": "14.22"}),
    "P.RDS.engine-soon": one(rds.INSTANCE, INSTANCE, {**INSTANCE, "engineVersion": "15"}),
    "P.RDS.extended-support": one(
        rds.INSTANCE, {"engineLifecycleSupport": "open-source-rds-extended-support-disabled"}, {}
    ),
    "P.RDS.final-snapshot": one(rds.INSTANCE, {"finalSnapshotIdentifier": "x"}, {}, {"skipFinalSnapshot": True}),
    "P.RDS.aurora-cap": one(
        rds.CLUSTER,
        {"serverlessv2ScalingConfiguration": {"maxCapacity": 16}},
        {"serverlessv2ScalingConfiguration": {"maxCapacity": 64}},
    ),
}

REDIS = {"engine": "redis"}
TABLE = r(serverless.TABLE, {"billingMode": "PROVISIONED"}, "t")
DIMENSIONS = ("dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits")

STORES = {
    "ElastiCache.1": one(cache.GROUP, {"snapshotRetentionLimit": 1}, {}, {"snapshotRetentionLimit": 0}),
    "ElastiCache.2": one(cache.GROUP, {}, {"autoMinorVersionUpgrade": False}),
    "ElastiCache.3": one(cache.GROUP, {"automaticFailoverEnabled": True}, {}),
    "ElastiCache.4": one(cache.GROUP, {"atRestEncryptionEnabled": True}, {}, {"atRestEncryptionEnabled": False}),
    "ElastiCache.5": one(
        cache.GROUP,
        {"transitEncryptionEnabled": True},
        {},
        {"transitEncryptionEnabled": True, "transitEncryptionMode": "preferred"},
    ),
    "ElastiCache.6": one(cache.GROUP, {"userGroupIds": ["x"]}, {}, {"userGroupIds": []}),
    "ElastiCache.7": one(cache.GROUP, {"subnetGroupName": "x"}, {}, {"subnetGroupName": "default"}),
    "P.EC.transit": one(
        cache.CLUSTER, {"engine": "memcached", "transitEncryptionEnabled": True}, REDIS, {"engine": "memcached"}
    ),
    "P.EC.cmk": one(cache.GROUP, {"kmsKeyId": "key"}, {}),
    "DynamoDB.1": Case(
        ok=(
            (TABLE.but(billingMode="PAY_PER_REQUEST"),),
            (
                TABLE,
                *(
                    r(serverless.SCALING, {"scalableDimension": dimension}, dimension, resourceId="t")
                    for dimension in DIMENSIONS
                ),
            ),
        ),
        bad=((TABLE,), (TABLE.but(billingMode=None),)),
    ),
    "DynamoDB.2": one(serverless.TABLE, {"pointInTimeRecovery": {"enabled": True}}, {}, {"pointInTimeRecovery": {}}),
    "DynamoDB.4": Case(ok=((TABLE, r(rds.BACKUP_SELECTION, {}, "s", resources="t")),), bad=((TABLE,),)),
    "DynamoDB.6": one(serverless.TABLE, {"deletionProtectionEnabled": True}, {}),
    "P.DDB.cmk": one(serverless.TABLE, {"serverSideEncryption": {"kmsKeyArn": "key"}}, {}),
    "P.VPC.private-db": Case(ok=((SUBNETS, *PRIVATE),), bad=((SUBNETS, *PUBLIC),)),
}

CASES: dict[str, Case] = {**S3, **RDS, **STORES}
