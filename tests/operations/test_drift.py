"""Whether AWS still is what the program says, by Pulumi's own refresh and without it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resource import Stack
from tests.operations.conftest import Desk, Result
from tests.operations.test_common import cli
from tests.support.stacks import reviewed

PIKA = "pika/prod"


def drift(desk: Desk, *arguments: str) -> Result:
    return desk.tierwise("drift", PIKA, *arguments, "--json", str(desk.folder / "d.json"))


def planned() -> Stack:
    return reviewed("pika", "prod").plan.view()


@pytest.fixture
def planned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan that the tests share instead of one for each; that the command makes one itself is a test of its own."""
    once = reviewed("pika", "prod").plan
    monkeypatch.setattr("tierwise.preview.engine.plan", lambda _folder, _stage: once)


@pytest.fixture
def as_planned(desk: Desk) -> Desk:
    """Pika's stateful things, as the plan says they are."""
    stack = planned()
    caches = stack.of_type("aws:elasticache/replicationGroup:ReplicationGroup")
    state = desk.folder / ".pulumi" / "stacks" / "pika" / "prod.json"
    state.parent.mkdir(parents=True)
    known = [{"urn": cache.urn, "type": cache.type, "id": "cache-1a2b3c"} for cache in caches]
    desk.monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{desk.folder}")
    rds = desk.client("rds")
    for planned_instance in stack.of_type("aws:rds/instance:Instance"):
        props = planned_instance.props
        rds.create_db_instance(
            DBInstanceIdentifier=props["identifier"], DBInstanceClass=props["instanceClass"], Engine="postgres",
            MasterUsername="owner", MasterUserPassword="not-a-secret", AllocatedStorage=20,
            StorageEncrypted=True, PubliclyAccessible=False, DeletionProtection=bool(props.get("deletionProtection")),
            BackupRetentionPeriod=int(props["backupRetentionPeriod"]), MultiAZ=bool(props.get("multiAz")),
            AutoMinorVersionUpgrade=bool(props.get("autoMinorVersionUpgrade", True)),
        )  # fmt: skip
    for cache in stack.of_type("aws:elasticache/replicationGroup:ReplicationGroup"):
        desk.client("elasticache").create_replication_group(
            ReplicationGroupId="cache-1a2b3c", ReplicationGroupDescription="cache",
            CacheNodeType=cache.props["nodeType"], AtRestEncryptionEnabled=True, TransitEncryptionEnabled=True,
            Engine="redis",
        )  # fmt: skip
    versioned = {
        found.props["bucket"]
        for own in stack.of_type("aws:s3/bucketVersioning:BucketVersioning")
        for found in stack.referenced(own, "bucket")
    }
    for bucket in stack.of_type("aws:s3/bucket:Bucket"):
        name, region = bucket.props["bucket"], bucket.region
        s3 = desk.client("s3", str(region))
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=name, **where)
        closed = dict.fromkeys(
            ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
        )
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
        s3.put_bucket_encryption(
            Bucket=name,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        )
        if name in versioned:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    lambda_, iam = desk.client("lambda"), desk.client("iam")
    from tests.support.running import ROLE_TRUST, archive

    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]["Arn"]
    for function in stack.of_type("aws:lambda/function:Function"):
        known.append({"urn": function.urn, "type": function.type, "id": function.name})
        lambda_.create_function(
            FunctionName=function.name, Runtime="python3.13", Role=role, Handler="h.h",
            Code={"ZipFile": archive("1")}, MemorySize=int(function.props.get("memorySize", 128)),
            Timeout=int(function.props.get("timeout", 3)),
        )  # fmt: skip
    ec2 = desk.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"]
    for balancer in stack.of_type("aws:lb/loadBalancer:LoadBalancer"):
        elb = desk.client("elbv2")
        made = elb.create_load_balancer(
            Name=balancer.props["name"],
            Subnets=[subnet[0]["SubnetId"], subnet[1]["SubnetId"]],
            Scheme="internal" if balancer.props.get("internal") else "internet-facing",
        )["LoadBalancers"][0]["LoadBalancerArn"]
        protected = str(bool(balancer.props.get("enableDeletionProtection"))).lower()
        elb.modify_load_balancer_attributes(
            LoadBalancerArn=made, Attributes=[{"Key": "deletion_protection.enabled", "Value": protected}]
        )
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": known}}}))
    return desk


def test_what_is_as_planned_is_no_drift(as_planned: Desk) -> None:
    found = drift(as_planned)
    assert found.document["differences"] == []
    assert found.status == 0
    assert "as planned" in found.out


def change(desk: Desk, what: str) -> None:
    stack = planned()
    if what == "public database":
        name = stack.of_type("aws:rds/instance:Instance")[0].props["identifier"]
        desk.client("rds").modify_db_instance(DBInstanceIdentifier=name, PubliclyAccessible=True)
    elif what == "larger database":
        name = stack.of_type("aws:rds/instance:Instance")[0].props["identifier"]
        desk.client("rds").modify_db_instance(DBInstanceIdentifier=name, DBInstanceClass="db.r6g.4xlarge")
    elif what == "unprotected database":
        name = stack.of_type("aws:rds/instance:Instance")[0].props["identifier"]
        desk.client("rds").modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
    elif what == "open bucket":
        desk.client("s3").delete_public_access_block(Bucket="pika-prod-uploads-210987654321")
    elif what == "forgetful bucket":
        desk.client("s3").put_bucket_versioning(
            Bucket="pika-prod-uploads-210987654321", VersioningConfiguration={"Status": "Suspended"}
        )
    elif what == "gone function":
        desk.client("lambda").delete_function(FunctionName=stack.of_type("aws:lambda/function:Function")[0].name)
    elif what == "open door":
        ec2 = desk.client("ec2")
        group = ec2.create_security_group(GroupName="pika-prod-database", Description="d")["GroupId"]
        tags = [{"Key": "project", "Value": "pika"}, {"Key": "stage", "Value": "prod"}]
        ec2.create_tags(Resources=[group], Tags=tags)
        ec2.authorize_security_group_ingress(
            GroupId=group, IpProtocol="tcp", FromPort=5432, ToPort=5432, CidrIp="0.0.0.0/0"
        )


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("public database", ("publiclyAccessible", False, True, "security")),
        ("larger database", ("instanceClass", "db.t4g.micro", "db.r6g.4xlarge", "money")),
        ("unprotected database", ("deletionProtection", True, False, "safety")),
        ("open bucket", ("blockPublicAcls", True, False, "security")),
        ("forgetful bucket", ("versioning", True, False, "safety")),
        ("gone function", ("", "exists", "gone", "safety")),
        ("open door", ("ingress tcp 5432-5432 from 0.0.0.0/0", "closed", "open to the world", "security")),
    ],
)
@pytest.mark.usefixtures("planned_once")
def test_what_somebody_changed_is_found(as_planned: Desk, what: str, expected: tuple[Any, ...]) -> None:
    change(as_planned, what)
    found = drift(as_planned)
    assert found.status == 1
    keys = ("property", "planned", "actual", "matter")
    assert expected in [tuple(d[key] for key in keys) for d in found.document["differences"]]


def step(name: str, old: dict[str, Any], new: dict[str, Any] | None, op: str = "refresh") -> dict[str, Any]:
    urn = f"urn:pulumi:prod::pika::tierwise:data:Bucket$aws:s3/bucket:Bucket::{name}"
    return {"op": op, "urn": urn, "oldState": {"outputs": old}, "newState": None if new is None else {"outputs": new}}


def test_pulumis_refresh_is_made_readable(desk: Desk) -> None:
    digest = {
        "steps": [
            step("same", {"acl": "private"}, {"acl": "private"}),
            step("opened", {"acl": "private", "lastModified": "1"}, {"acl": "public-read", "lastModified": "2"}),
            step("gone", {"acl": "private"}, None, "delete"),
        ]
    }
    (desk.folder / "digest.json").write_text(json.dumps(digest))
    cli(desk, f'echo "$@" > {desk.folder}/asked; cat {desk.folder}/digest.json')
    found = drift(desk)
    assert found.status == 1
    assert (desk.folder / "asked").read_text().startswith(
        "refresh --preview-only --json --non-interactive --stack prod -C "
    )  # fmt: skip
    assert found.out.splitlines() == [
        "security  aws:s3/bucket:Bucket opened  acl: private → public-read",
        "safety    aws:s3/bucket:Bucket gone: exists → gone",
        "2 differences",
    ]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'error: no stack named prod found' >&2; exit 255", "pulumi refresh: error: no stack named prod found"),
        ('echo \'{"diagnostics": [{"severity": "error", "message": "no access"}]}\'; exit 1', "no access"),
    ],
)
def test_what_pulumi_says_is_passed_on(desk: Desk, script: str, words: str) -> None:
    cli(desk, script)
    found = drift(desk)
    assert found.status == 2
    assert words in found.lines[-1]


@pytest.mark.usefixtures("planned_once")
def test_access_denied_is_no_clean_bill(as_planned: Desk) -> None:
    as_planned.cloud.fail("rds:DescribeDBInstances", "AccessDenied", status=403)
    found = drift(as_planned)
    assert found.status == 2
    assert "rds:DescribeDBInstances  access denied" in found.lines[-1]
