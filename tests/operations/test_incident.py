"""Bad days: a stack cut off and let out again, sessions ended, secrets replaced, a person erased and nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.conftest import ROOT, Desk
from tierwise.operations.stack import load_settings, one_target

EC2 = "ec2-manager/staging"
PRATIKO = "pratikoai-mcp/prod"


def at(desk: Desk, target: str) -> str:
    """Sign in to the stack's account; its region."""
    settings = load_settings(one_target(target, ROOT))
    desk.sign_in(str(settings.account))
    return settings.region


# -- Isolation ---------------------------------------------------------------------------------------------------------


def group(desk: Desk, name: str, stage: str = "staging") -> str:
    """A security group of EC2 Manager with two ways out and one in."""
    ec2 = desk.client("ec2", "us-west-2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    tags = [{"Key": "project", "Value": "ec2-manager"}, {"Key": "stage", "Value": stage}]
    made = ec2.create_security_group(
        GroupName=name,
        Description=name,
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
    )["GroupId"]
    ec2.revoke_security_group_egress(
        GroupId=made, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    )
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ec2.authorize_security_group_egress(
        GroupId=made,
        IpPermissions=[
            {**https, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "AWS"}]},
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": made}]},
        ],
    )
    ec2.authorize_security_group_ingress(
        GroupId=made, IpPermissions=[{**https, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    )
    return made


def rules(desk: Desk, of: str) -> list[tuple[Any, ...]]:
    """Direction, ports and peer of a group's rules."""
    found = desk.client("ec2", "us-west-2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [of]}]
    )
    return sorted(
        (
            rule["IsEgress"],
            rule["FromPort"],
            rule.get("CidrIpv4") or rule.get("ReferencedGroupInfo", {}).get("GroupId"),
            rule.get("Description", ""),
        )
        for rule in found["SecurityGroupRules"]
    )


def isolate(desk: Desk, *arguments: str) -> Any:
    return desk.tierwise("isolate", EC2, *arguments, "--json", str(desk.folder / "i.json"))


@pytest.mark.requirement("EC2M-18")
def test_a_stack_is_cut_off_and_let_out_again(desk: Desk) -> None:
    at(desk, EC2)
    own, others = [group(desk, "functions"), group(desk, "web")], group(desk, "production", stage="prod")
    before = {name: rules(desk, name) for name in (*own, others)}
    result = isolate(desk)
    assert result.status == 0, result.err
    assert len(result.document["rules"]) == 4
    for name in own:
        assert rules(desk, name) == [rule for rule in before[name] if not rule[0]]
    assert rules(desk, others) == before[others]
    assert "--release" in result.out

    again = isolate(desk, "--release")
    assert again.status == 0, again.err
    assert {name: rules(desk, name) for name in (*own, others)} == before


@pytest.mark.requirement("EC2M-18")
def test_an_isolation_that_was_interrupted_goes_on_and_forgets_nothing(desk: Desk) -> None:
    at(desk, EC2)
    own = [group(desk, "functions"), group(desk, "web")]
    before = {name: rules(desk, name) for name in own}
    calls = []

    def deny_the_second(call: Any) -> Any:
        calls.append(call)
        from tests.support.aws import error

        return error("UnauthorizedOperation", status=403) if len(calls) == 2 else None

    desk.cloud.answers["ec2:RevokeSecurityGroupEgress"] = deny_the_second
    failed = isolate(desk)
    assert failed.status == 2
    assert "access denied" in failed.lines[-1]
    assert sorted(len(rules(desk, name)) for name in own) == [1, 3]
    assert isolate(desk).status == 0
    assert isolate(desk, "--release").status == 0
    assert {name: rules(desk, name) for name in own} == before


def test_what_nothing_was_taken_from_is_said(desk: Desk) -> None:
    at(desk, EC2)
    assert isolate(desk).lines == [f"{EC2}  has no security group in us-west-2: nothing to cut off"]
    assert isolate(desk, "--release").lines == [f"{EC2}  was not isolated by this command: nothing to give back"]
    group(desk, "functions")
    assert isolate(desk).status == 0
    assert isolate(desk, "--release").status == 0
    assert isolate(desk, "--release").status == 2


def test_a_dry_run_takes_nothing(desk: Desk) -> None:
    at(desk, EC2)
    own = group(desk, "functions")
    before = rules(desk, own)
    result = isolate(desk, "--dry-run")
    assert (result.status, rules(desk, own)) == (0, before)
    assert f"would call ec2:RevokeSecurityGroupEgress GroupId={own}" in result.out


# -- Sessions ----------------------------------------------------------------------------------------------------------


def pool(desk: Desk, region: str, *users: str) -> str:
    cognito = desk.client("cognito-idp", region)
    made = cognito.create_user_pool(PoolName="users")["UserPool"]["Id"]
    for user in users:
        cognito.admin_create_user(UserPoolId=made, Username=user)
    return made


def signed_out(desk: Desk) -> list[str]:
    return [json.loads(call.body)["Username"] for call in desk.cloud.made("cognito-idp:AdminUserGlobalSignOut")]


@pytest.mark.requirement("EC2M-123")
def test_everybody_is_signed_out_everywhere(desk: Desk) -> None:
    region = at(desk, "ec2-manager/prod")
    made = pool(desk, region, "ada", "grace")
    file = desk.outputs("ec2-manager/prod", userPool=made, region=region)
    result = desk.tierwise("revoke-sessions", "ec2-manager/prod", "--yes", "--outputs", file)
    assert result.status == 0, result.err
    assert sorted(signed_out(desk)) == ["ada", "grace"]
    minutes = load_settings(one_target("ec2-manager/prod", ROOT)).identity.clients["web"].access_token_minutes  # pyright: ignore
    assert f"good for {minutes} more minutes" in result.out


@pytest.mark.requirement("EC2M-123")
def test_one_user_is_signed_out_and_locked_out(desk: Desk) -> None:
    region = at(desk, "ec2-manager/prod")
    made = pool(desk, region, "ada", "grace")
    file = desk.outputs("ec2-manager/prod", userPool=made, region=region)
    result = desk.tierwise("revoke-sessions", "ec2-manager/prod", "ada", "--disable", "--yes", "--outputs", file)
    assert (result.status, signed_out(desk)) == (0, ["ada"])
    enabled = {
        user["Username"]: user["Enabled"]
        for user in desk.client("cognito-idp", region).list_users(UserPoolId=made)["Users"]
    }
    assert enabled == {"ada": False, "grace": True}


def test_a_user_that_does_not_exist_and_production_without_a_yes(desk: Desk) -> None:
    region = at(desk, "ec2-manager/prod")
    made = pool(desk, region, "ada")
    file = desk.outputs("ec2-manager/prod", userPool=made, region=region)
    asked = desk.tierwise("revoke-sessions", "ec2-manager/prod", "--outputs", file)
    assert (asked.status, signed_out(desk)) == (2, [])
    assert "repeat with --yes" in asked.lines[-1]
    missing = desk.tierwise("revoke-sessions", "ec2-manager/prod", "alan", "--yes", "--outputs", file)
    assert missing.lines[-1] == f"ec2-manager/prod  has no user alan in {made}"


# -- Secrets -----------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("ASKIAM-62")
def test_the_value_before_comes_back_and_is_never_shown(desk: Desk) -> None:
    region = at(desk, "pika/prod")
    manager = desk.client("secretsmanager", region)
    manager.create_secret(Name="pika/prod/jwt", SecretString="the-first-value")
    manager.put_secret_value(SecretId="pika/prod/jwt", SecretString="the-second-value")
    result = desk.tierwise("secret-rollback", "pika/prod", "jwt", "--yes", "--json", str(desk.folder / "s.json"))
    assert result.status == 0, result.err
    current = manager.get_secret_value(SecretId="pika/prod/jwt", VersionStage="AWSCURRENT")
    assert current["SecretString"] == "the-first-value"
    assert "value-" not in result.out + result.err
    for word in ("the-first-value", "the-second-value"):
        assert word not in result.out + result.err + json.dumps(result.document)


def test_a_secret_without_a_past_and_one_that_does_not_exist(desk: Desk) -> None:
    region = at(desk, "pika/prod")
    desk.client("secretsmanager", region).create_secret(Name="pika/prod/jwt", SecretString="only")
    result = desk.tierwise("secret-rollback", "pika/prod", "jwt", "--yes")
    assert result.lines[-1] == "pika/prod/jwt  has no value before the current one: nothing to go back to"
    unknown = desk.tierwise("secret-rollback", "pika/prod", "jwd", "--yes")
    assert (unknown.status, 'did you mean "jwt"?' in unknown.lines[-1]) == (2, True)


@pytest.mark.requirement("EC2M-65")
def test_the_origins_header_is_drawn_anew_where_the_program_reads_it(desk: Desk) -> None:
    target = "ec2-manager/prod"
    region = at(desk, target)
    cdn = load_settings(one_target(target, ROOT)).cdn
    assert cdn is not None
    manager, parameters = desk.client("secretsmanager", region), desk.client("ssm", region)
    if cdn.origin_secret.store == "secrets-manager":
        manager.create_secret(Name="ec2-manager/prod/edge/origin-header", SecretString="old")
    else:
        parameters.put_parameter(Name="/ec2-manager/prod/edge/origin-secret", Value="old", Type="SecureString")
    result = desk.tierwise("rotate-origin-secret", target, "--yes")
    assert result.status == 0, result.err
    if cdn.origin_secret.store == "secrets-manager":
        value = manager.get_secret_value(SecretId="ec2-manager/prod/edge/origin-header")["SecretString"]
    else:
        name = "/ec2-manager/prod/edge/origin-secret"
        value = parameters.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    assert (len(value), value.isalnum()) == (48, True)
    assert value not in result.out + result.err
    assert "pulumi up --refresh" in result.out


def test_a_header_that_was_never_deployed_is_not_made(desk: Desk) -> None:
    target = "ec2-manager/prod"
    at(desk, target)
    result = desk.tierwise("rotate-origin-secret", target, "--yes")
    assert result.status == 2
    assert result.lines[-1].endswith(": deploy the stack first")


# -- Erasure -----------------------------------------------------------------------------------------------------------


def people(desk: Desk, region: str) -> str:
    """Two persons, one of whose ids begins with the other's; the stack's outputs."""
    table, bucket = "pratiko-mcp-prod", "documents"
    dynamodb, s3 = desk.client("dynamodb", region), desk.client("s3", region)
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    kwargs: dict[str, Any] = (
        {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
    s3.create_bucket(Bucket=bucket, **kwargs)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for person in ("ada", "ada2"):
        for sort in ("PROFILE", "DOCUMENT#1", "CREDENTIAL"):
            dynamodb.put_item(TableName=table, Item={"pk": {"S": f"USER#{person}"}, "sk": {"S": sort}})
        for text in (b"one", b"two"):
            s3.put_object(Bucket=bucket, Key=f"uploads/{person}/1/a.pdf", Body=text)
        s3.delete_object(Bucket=bucket, Key=f"uploads/{person}/1/a.pdf")
    return desk.outputs(PRATIKO, tables={"main": table}, buckets={"documents": bucket}, region=region)


def kept(desk: Desk, region: str) -> tuple[set[str], set[str]]:
    """Partition keys and prefixes that still hold something, in any version."""
    items = desk.client("dynamodb", region).scan(TableName="pratiko-mcp-prod")["Items"]
    found = desk.client("s3", region).list_object_versions(Bucket="documents")
    objects = [*found.get("Versions", []), *found.get("DeleteMarkers", [])]
    return {item["pk"]["S"] for item in items}, {entry["Key"].split("/")[1] for entry in objects}


@pytest.mark.requirement("PRATIKO-116")
def test_a_person_is_erased_in_every_version_and_nobody_else(desk: Desk) -> None:
    region = at(desk, PRATIKO)
    file = people(desk, region)
    result = desk.tierwise(
        "gdpr-erase", PRATIKO, "--user", "ada", "--yes", "--outputs", file, "--json", str(desk.folder / "e.json")
    )
    assert result.status == 0, result.err
    assert kept(desk, region) == ({"USER#ada2"}, {"ada2"})
    assert result.document["items"] == {"main": 3}
    assert result.document["objectVersions"] == {"documents": 3}


@pytest.mark.requirement("PRATIKO-116")
def test_nothing_is_erased_without_a_yes_in_a_dry_run_or_by_an_id_that_reaches_others(desk: Desk) -> None:
    region = at(desk, PRATIKO)
    file = people(desk, region)
    everything = ({"USER#ada", "USER#ada2"}, {"ada", "ada2"})
    for arguments, status in ((["--user", "ada"], 2), (["--user", "ada", "--dry-run"], 0), (["--user", "", "--yes"], 2),
                              (["--user", "../x", "--yes"], 2), (["--user", "a*", "--yes"], 2)):  # fmt: skip
        result = desk.tierwise("gdpr-erase", PRATIKO, *arguments, "--outputs", file)
        assert (result.status, kept(desk, region)) == (status, everything), arguments


def test_a_stack_that_keeps_nobody_says_so(desk: Desk) -> None:
    at(desk, "phoney/prod")
    file = desk.outputs("phoney/prod")
    result = desk.tierwise("gdpr-erase", "phoney/prod", "--user", "ada", "--yes", "--outputs", file)
    assert result.lines[-1] == "phoney/prod  has no erasure section, which names what keeps people"
