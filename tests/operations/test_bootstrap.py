"""From nothing to an account that Pulumi can deploy to; twice the same, and nobody else's bucket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result

TARGET = "account-baseline/prod"
ACCOUNT = "333333333333"
BUCKET = f"pulumi-state-{ACCOUNT}-us-east-1"
CHANGES = ("CreateBucket", "CreateKey", "CreateAlias", "EnableKeyRotation", "PutKeyPolicy")


def run(desk: Desk, *arguments: str, target: str = TARGET) -> Result:
    return desk.tierwise("bootstrap", target, "--yes", *arguments, "--json", str(desk.folder / "o.json"))


@pytest.fixture
def s3(desk: Desk) -> Any:
    desk.sign_in(ACCOUNT)
    return desk.client("s3")


def changing(desk: Desk) -> list[str]:
    """The calls that changed bucket, key or anything but the lock."""
    calls = [call for call in desk.cloud.calls if call.service != "ssm"]
    return [
        f"{call.service}:{call.operation}"
        for call in calls
        if (call.service == "s3" and call.method not in ("GET", "HEAD"))
        or call.operation.startswith(("Create", "Put", "Enable"))
    ]


def role(desk: Desk, name: str) -> str:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    return desk.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]


def policy(s3: Any) -> dict[str, dict[str, Any]]:
    """The bucket's statements by their ids."""
    document = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def key_of(desk: Desk) -> dict[str, Any]:
    return desk.client("kms").describe_key(KeyId="alias/pulumi-state")["KeyMetadata"]


def test_the_bucket_keeps_versions_encrypted_and_closed_to_all_but_tls(desk: Desk, s3: Any) -> None:
    result = run(desk)
    assert result.status == 0, result.err
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    [rule] = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_of(desk)["Arn"]
    }  # fmt: skip
    assert set(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    owner = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    plain = policy(s3)["NothingWithoutTls"]
    assert (plain["Effect"], plain["Principal"], plain["Action"]) == ("Deny", "*", "s3:*")
    assert plain["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert plain["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    [old] = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert old["NoncurrentVersionExpiration"]["NoncurrentDays"] == 90
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]}
    assert tags["project"] == "account-baseline"


def test_the_key_has_a_name_and_rotates(desk: Desk, s3: Any) -> None:
    assert run(desk).status == 0
    kms = desk.client("kms")
    assert kms.get_key_rotation_status(KeyId=key_of(desk)["KeyId"])["KeyRotationEnabled"] is True
    [statement] = json.loads(kms.get_key_policy(KeyId=key_of(desk)["KeyId"], PolicyName="default")["Policy"])[
        "Statement"
    ]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def test_a_second_run_changes_nothing_and_says_so(desk: Desk, s3: Any) -> None:
    assert run(desk).document["changed"] != []
    desk.cloud.calls.clear()
    second = run(desk)
    assert (second.status, second.document["changed"], changing(desk)) == (0, [], [])
    assert f"account {ACCOUNT} in us-east-1 has everything already: nothing was changed" in second.out


def test_what_has_drifted_is_put_right_and_only_that(desk: Desk, s3: Any) -> None:
    run(desk)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "theirs", "Value": "kept"}]})
    desk.client("kms").disable_key_rotation(KeyId=key_of(desk)["KeyId"])
    result = run(desk)
    assert result.document["changed"] == [
        "its rotation once a year", "its closure to the public", "its versions", "its policy", "its tags"
    ]  # fmt: skip
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert "NothingWithoutTls" in policy(s3)
    assert {"Key": "theirs", "Value": "kept"} in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]
    assert run(desk).document["changed"] == []


def test_a_dry_run_prints_each_call_and_makes_none(desk: Desk, s3: Any) -> None:
    result = run(desk, "--dry-run")
    assert (result.status, changing(desk), s3.list_buckets()["Buckets"]) == (0, [], [])
    for call in ("kms:CreateKey", "kms:CreateAlias", "kms:EnableKeyRotation", "s3:CreateBucket", "s3:PutBucketPolicy",
                 "s3:PutPublicAccessBlock", "s3:PutBucketVersioning", "s3:PutBucketEncryption",
                 "s3:PutBucketLifecycleConfiguration", "s3:PutBucketTagging"):  # fmt: skip
        assert f"would call {call} " in result.out
    run(desk)
    assert "would call" not in run(desk, "--dry-run").out


def test_the_next_lines_are_pulumis_and_shrink_as_they_are_done(desk: Desk, s3: Any) -> None:
    first = run(desk).document["next"]
    provider = "'awskms://alias/pulumi-state?region=us-east-1'"
    assert first == [
        f"pulumi login 's3://{BUCKET}?region=us-east-1'",
        f"pulumi stack init prod -C systems/account-baseline --secrets-provider {provider}",
        "pulumi up -s prod -C systems/account-baseline --policy-pack ../../policy",
        f"tierwise bootstrap {TARGET}",
    ]
    # moto reads no conditions: for it the policy denies everybody everything.
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=".pulumi/stacks/account-baseline/prod.json", Body=b"{}")
    assert run(desk).document["next"] == [first[0], *first[2:]], "initialised, and not up yet"
    s3.delete_bucket_policy(Bucket=BUCKET)
    deploy = role(desk, "account-baseline-prod-deploy")
    result = run(desk)
    assert result.document["next"] == first[:1]
    assert result.document["admitted"] == {"write": [deploy], "read": []}


def test_the_pipelines_roles_get_at_the_state_and_pull_requests_only_when_asked(desk: Desk, s3: Any) -> None:
    deploy, preview = role(desk, "account-baseline-prod-deploy"), role(desk, "account-baseline-prod-preview")
    run(desk)
    assert policy(s3)["DeployersWrite"]["Principal"] == {"AWS": deploy}
    assert "PreviewersRead" not in policy(s3)
    assert run(desk, "--previews").document["admitted"] == {"write": [deploy], "read": [preview]}
    assert policy(s3)["PreviewersRead"]["Action"] == ["s3:GetObject"]
    document = json.loads(
        desk.client("kms").get_key_policy(KeyId=key_of(desk)["KeyId"], PolicyName="default")["Policy"]
    )
    by_sid = {statement["Sid"]: statement for statement in document["Statement"]}
    assert by_sid["PreviewersDecrypt"]["Action"] == ["kms:Decrypt", "kms:DescribeKey"]
    assert "kms:Encrypt" in by_sid["DeployersEncrypt"]["Action"]
    run(desk)
    assert "PreviewersRead" not in policy(s3)


def test_the_pipeline_cannot_change_what_was_made(desk: Desk, s3: Any) -> None:
    from fnmatch import fnmatchcase

    from components.governance.deploy_rights import AREAS

    run(desk)
    kinds = [
        kind.replace("{account}", ACCOUNT)
        for rights in AREAS.values()
        for right in rights
        if right.service == "s3"
        for kind in right.kinds
    ]
    assert not [kind for kind in kinds if fnmatchcase(f"arn:aws:s3:::{BUCKET}", kind)]
    tags = desk.client("kms").list_resource_tags(KeyId=key_of(desk)["KeyId"])["Tags"]
    # What the baseline denies the deploy role: keys of its own project.
    assert {"TagKey": "project", "TagValue": "account-baseline"} in tags


def test_a_system_in_its_own_account_is_told_of_its_own_stacks(desk: Desk) -> None:
    lines = run(desk, target="phoney/dev").lines
    assert "the stack belongs to 321098765432" in lines[-1]
    desk.sign_in("321098765432")
    result = run(desk, target="phoney/dev")
    assert result.status == 0, result.err
    assert [line.split(" --secrets")[0] for line in result.document["next"][1:]] == [
        f"pulumi stack init {stage} -C systems/phoney" for stage in ("dev", "staging", "prod")
    ]
    assert "No stack here is account 321098765432's baseline" in result.out


def test_a_stack_that_names_no_account_needs_one(desk: Desk) -> None:
    desk.sign_in(ACCOUNT)
    assert "names no account, so any would do" in run(desk, target="dev").lines[-1]
    other = run(desk, "--account", "111111111111", target="dev").lines[-1]
    assert f"these credentials are of account {ACCOUNT}, --account says 111111111111" in other
    against = run(desk, "--account", "111111111111").lines[-1]
    assert against == f"{TARGET}  belongs to account {ACCOUNT}, --account says 111111111111; nothing was done"
    assert changing(desk) == []
    assert run(desk, "--account", ACCOUNT, target="dev").status == 0


def test_another_region_is_the_stacks(desk: Desk) -> None:
    desk.sign_in("210987654321")
    result = run(desk, target="ec2-manager/prod")
    assert result.status == 0, result.err
    assert result.document["bucket"] == "pulumi-state-210987654321-us-west-2"
    assert result.document["secretsProvider"] == "awskms://alias/pulumi-state?region=us-west-2"
    found = desk.client("s3", "us-west-2").get_bucket_location(Bucket="pulumi-state-210987654321-us-west-2")
    assert found["LocationConstraint"] == "us-west-2"


@pytest.mark.parametrize(
    ("call", "code", "status", "words"),
    [
        (f"s3:HEAD /{BUCKET}", "403", 403, "belongs to another account"),
        (f"s3:PUT /{BUCKET}", "BucketAlreadyExists", 409, "is taken by somebody else: name another with --bucket"),
    ],
)
def test_nobody_elses_bucket_is_touched(desk: Desk, s3: Any, call: str, code: str, status: int, words: str) -> None:
    desk.cloud.fail(call, code, status=status)
    result = run(desk)
    assert result.status == 2
    assert words in result.lines[-1]
    assert not [made for made in changing(desk) if made.startswith("s3:PUT") and made != f"s3:PUT /{BUCKET}"]


def test_every_call_about_the_bucket_says_whose_it_must_be(desk: Desk, s3: Any) -> None:
    seen: list[str] = []
    from tierwise.operations.aws import Aws

    for name in ("read", "change"):
        real = getattr(Aws, name)

        def watched(self: Aws, service: str, call: str, /, _real: Any = real, **values: Any) -> Any:
            if service == "s3" and call != "CreateBucket":
                seen.append(values["ExpectedBucketOwner"])
            return _real(self, service, call, **values)

        desk.monkeypatch.setattr(Aws, name, watched)
    assert run(desk).status == 0
    assert set(seen) == {ACCOUNT}


def test_a_bucket_in_another_region_is_refused(desk: Desk, s3: Any) -> None:
    desk.client("s3", "eu-west-1").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    desk.cloud.calls.clear()
    result = run(desk)
    assert (result.status, changing(desk)) == (2, [])
    assert f"{BUCKET}  is in eu-west-1, the stack in us-east-1" in result.lines[-1]


def test_a_key_that_a_crash_left_without_a_name_is_used(desk: Desk, s3: Any) -> None:
    desk.cloud.fail("kms:CreateAlias", "AccessDeniedException", status=400)
    broken = run(desk)
    assert (broken.status, "kms:CreateAlias  access denied" in broken.lines[-1]) == (2, True)
    desk.cloud.answers.pop("kms:CreateAlias")
    result = run(desk)
    assert result.status == 0, result.err
    assert len(desk.client("kms").list_keys()["Keys"]) == 1
    assert ("found without its name, and named") in result.out


def test_a_run_that_broke_off_half_way_is_finished_by_the_next(desk: Desk, s3: Any) -> None:
    desk.cloud.fail(f"s3:PUT /{BUCKET}", "SlowDown", status=503)
    assert run(desk).status == 2
    desk.cloud.answers.pop(f"s3:PUT /{BUCKET}")
    assert run(desk).status == 0
    assert run(desk).document["changed"] == []


def test_throttling_is_waited_out(desk: Desk, s3: Any) -> None:
    desk.cloud.fail("kms:CreateKey", "ThrottlingException", times=4)
    assert run(desk).status == 0


@pytest.mark.parametrize(("state", "words"), [("delete", "is about to be deleted"), ("disable", "was disabled by")])
def test_a_key_that_is_off_or_going_is_left_to_people(desk: Desk, s3: Any, state: str, words: str) -> None:
    run(desk)
    kms, key = desk.client("kms"), key_of(desk)["KeyId"]
    if state == "delete":
        kms.schedule_key_deletion(KeyId=key)
    else:
        kms.disable_key(KeyId=key)
    desk.cloud.calls.clear()
    result = run(desk)
    assert (result.status, changing(desk)) == (2, [])
    assert words in result.lines[-1]


def test_production_asks_and_two_operators_do_not_meet(desk: Desk, s3: Any) -> None:
    asked = desk.tierwise("bootstrap", TARGET)
    assert (asked.status, changing(desk)) == (2, [])
    assert f"Account {ACCOUNT} gets bucket {BUCKET} and key alias/pulumi-state in us-east-1" in asked.err
    held = json.dumps({"token": "x", "command": "bootstrap", "by": "ada@desk", "since": "now", "until": 9e12})
    desk.client("ssm").put_parameter(Name="/tierwise/bootstrap/us-east-1/lock", Value=held, Type="String")
    result = run(desk)
    assert (result.status, changing(desk)) == (2, [])
    assert "bootstrap/us-east-1  ada@desk is at work here" in result.lines[-1]


def test_no_credentials_is_one_line(desk: Desk) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        desk.monkeypatch.delenv(name)
    assert run(desk).lines[-1].startswith("no AWS credentials")


def test_its_row_names_no_right_that_it_does_not_use(desk: Desk, s3: Any) -> None:
    from tierwise.operations.actions import actions_of
    from tierwise.operations.aws import Aws
    from tierwise.operations.rights import COMMANDS

    used: set[str] = set()
    real = Aws._declared  # pyright: ignore[reportPrivateUsage]

    def declared(self: Aws, service: str, operation: str) -> None:
        used.update(actions_of(service, operation))
        real(self, service, operation)

    desk.monkeypatch.setattr(Aws, "_declared", declared)
    run(desk)
    role(desk, "account-baseline-prod-deploy")
    s3.delete_bucket_ownership_controls(Bucket=BUCKET)
    run(desk)
    assert used == set(COMMANDS["bootstrap"].actions)
