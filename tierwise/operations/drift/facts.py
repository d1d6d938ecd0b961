"""What AWS says of the things that matter for security, safety and money, in the plan's own words.

Each reader takes the planned inputs of one resource and answers with the same properties as AWS has them; None where
the resource is gone. Only what is planned is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from tierwise.operations.answers import listed, part
from tierwise.operations.drift.findings import Matter
from tierwise.operations.errors import AwsError

Facts = dict[str, Any]


class Reads(Protocol):
    """AWS in one region, as far as it is read here."""

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        """Call what changes nothing."""
        ...


Reader = Callable[[Reads, Mapping[str, Any]], "Facts | None"]

#: Property → why it matters.
MATTERS: Final[Mapping[str, Matter]] = {
    "atRestEncryptionEnabled": "security",
    "autoMinorVersionUpgrade": "security",
    "backupRetentionPeriod": "safety",
    "billingMode": "money",
    "blockPublicAcls": "security",
    "blockPublicPolicy": "security",
    "deletionProtection": "safety",
    "deletionProtectionEnabled": "safety",
    "enableDeletionProtection": "safety",
    "enabled": "security",
    "encrypted": "security",
    "iamDatabaseAuthenticationEnabled": "security",
    "ignorePublicAcls": "security",
    "instanceClass": "money",
    "internal": "security",
    "maxSize": "money",
    "memorySize": "money",
    "mfaConfiguration": "security",
    "minSize": "money",
    "multiAz": "money",
    "nodeType": "money",
    "pointInTimeRecovery": "safety",
    "publiclyAccessible": "security",
    "reservedConcurrentExecutions": "money",
    "restrictPublicBuckets": "security",
    "storageEncrypted": "security",
    "timeout": "money",
    "transitEncryptionEnabled": "security",
    "versioning": "safety",
}


def _instance(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    answer = aws.read("rds", "DescribeDBInstances", DBInstanceIdentifier=planned["identifier"])
    found = listed(answer, "DBInstances")[0]
    return {
        "publiclyAccessible": found.get("PubliclyAccessible"),
        "storageEncrypted": found.get("StorageEncrypted"),
        "deletionProtection": found.get("DeletionProtection"),
        "instanceClass": found.get("DBInstanceClass"),
        "multiAz": found.get("MultiAZ"),
        "backupRetentionPeriod": found.get("BackupRetentionPeriod"),
        "autoMinorVersionUpgrade": found.get("AutoMinorVersionUpgrade"),
    }


def _cluster(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    answer = aws.read("rds", "DescribeDBClusters", DBClusterIdentifier=planned["clusterIdentifier"])
    found = listed(answer, "DBClusters")[0]
    return {
        "storageEncrypted": found.get("StorageEncrypted"),
        "deletionProtection": found.get("DeletionProtection"),
        "backupRetentionPeriod": found.get("BackupRetentionPeriod"),
    }


def _table(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    name = planned["name"]
    table = aws.read("dynamodb", "DescribeTable", TableName=name)["Table"]
    backups = aws.read("dynamodb", "DescribeContinuousBackups", TableName=name)["ContinuousBackupsDescription"]
    recovery = part(part(backups, "PointInTimeRecoveryDescription"), "PointInTimeRecoveryStatus")
    status = part(backups, "PointInTimeRecoveryDescription").get("PointInTimeRecoveryStatus")
    return {
        "deletionProtectionEnabled": bool(table.get("DeletionProtectionEnabled")),
        "billingMode": part(table, "BillingModeSummary").get("BillingMode", "PROVISIONED"),
        "pointInTimeRecovery": {"enabled": (status or recovery) == "ENABLED"},
    }


def _cache(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    answer = aws.read("elasticache", "DescribeReplicationGroups", ReplicationGroupId=planned["replicationGroupId"])
    found = listed(answer, "ReplicationGroups")[0]
    return {
        "atRestEncryptionEnabled": found.get("AtRestEncryptionEnabled"),
        "transitEncryptionEnabled": found.get("TransitEncryptionEnabled"),
        "nodeType": found.get("CacheNodeType"),
    }


def _function(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    name = planned["name"]
    found = aws.read("lambda", "GetFunctionConfiguration", FunctionName=name)
    reserved = aws.read("lambda", "GetFunctionConcurrency", FunctionName=name)
    return {
        "memorySize": found.get("MemorySize"),
        "timeout": found.get("Timeout"),
        "reservedConcurrentExecutions": reserved.get("ReservedConcurrentExecutions", -1),
    }


def _bucket(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    bucket = planned["bucket"]
    facts: Facts = {"blockPublicAcls": False, "blockPublicPolicy": False}
    facts |= {"ignorePublicAcls": False, "restrictPublicBuckets": False, "encrypted": False}
    try:
        block = aws.read("s3", "GetPublicAccessBlock", Bucket=bucket)["PublicAccessBlockConfiguration"]
        facts |= {name[0].lower() + name[1:]: value for name, value in block.items()}
    except AwsError as error:
        if error.code != "NoSuchPublicAccessBlockConfiguration":
            raise
    try:
        facts["encrypted"] = bool(aws.read("s3", "GetBucketEncryption", Bucket=bucket))
    except AwsError as error:
        if error.code != "ServerSideEncryptionConfigurationNotFoundError":
            raise
    facts["versioning"] = aws.read("s3", "GetBucketVersioning", Bucket=bucket).get("Status", "Disabled") == "Enabled"
    return facts


def _balancer(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    found = listed(aws.read("elbv2", "DescribeLoadBalancers", Names=[planned["name"]]), "LoadBalancers")[0]
    answer = aws.read("elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=found["LoadBalancerArn"])
    attributes = {a["Key"]: a["Value"] for a in listed(answer, "Attributes")}
    return {
        "internal": found.get("Scheme") == "internal",
        "enableDeletionProtection": attributes.get("deletion_protection.enabled") == "true",
    }


def _group(aws: Reads, planned: Mapping[str, Any]) -> Facts | None:
    answer = aws.read("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[planned["name"]])
    groups = listed(answer, "AutoScalingGroups")
    return {"minSize": groups[0]["MinSize"], "maxSize": groups[0]["MaxSize"]} if groups else None


#: Readers by type, and the planned property that names the resource.
READERS: Final[Mapping[str, tuple[str, Reader]]] = {
    "aws:rds/instance:Instance": ("identifier", _instance),
    "aws:rds/cluster:Cluster": ("clusterIdentifier", _cluster),
    "aws:dynamodb/table:Table": ("name", _table),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("replicationGroupId", _cache),
    "aws:lambda/function:Function": ("name", _function),
    "aws:s3/bucket:Bucket": ("bucket", _bucket),
    "aws:lb/loadBalancer:LoadBalancer": ("name", _balancer),
    "aws:autoscaling/group:Group": ("name", _group),
}

#: What AWS holds where the plan says nothing.
DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "aws:dynamodb/table:Table": {"deletionProtectionEnabled": False, "billingMode": "PROVISIONED"},
    "aws:lambda/function:Function": {"reservedConcurrentExecutions": -1, "memorySize": 128, "timeout": 3},
    "aws:lb/loadBalancer:LoadBalancer": {"internal": False, "enableDeletionProtection": False},
    "aws:rds/cluster:Cluster": {"deletionProtection": False, "storageEncrypted": False},
    "aws:rds/instance:Instance": {"deletionProtection": False, "publiclyAccessible": False, "multiAz": False},
}
