"""Names, types and required properties, against what the installed SDK declares."""

from __future__ import annotations

from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from tierwise.preview.checks import check
from tierwise.preview.values import Archive, Asset, ResourceReference, Secret

BUCKET = "aws:s3/bucketVersioning:BucketVersioning"
DATABASE: dict[str, Any] = {"instanceClass": "db.t4g.micro", "engine": "postgres", "allocatedStorage": 20}


def test_a_misspelt_property_is_refused_with_the_nearest_name_and_the_code_line(checked: Any) -> None:
    failure = checked.one("aws:rds/instance:Instance", storageTyp="gp3", **DATABASE)
    assert (failure.kind, failure.path, failure.nearest) == ("unknown-property", "storageTyp", "storageType")
    assert str(failure) == (
        'it (aws:rds/instance:Instance) storageTyp = "gp3": no such property; did you mean "storageType"? '
        "[components/it.py:41]"
    )


def test_a_misspelt_property_in_python_spelling_is_answered_in_python_spelling(checked: Any) -> None:
    failure = checked.one("aws:rds/instance:Instance", storage_typ="gp3", **DATABASE)
    assert failure.nearest == "storage_type"


def test_a_misspelt_nested_property_is_refused_once(checked: Any) -> None:
    failure = checked.one(BUCKET, bucket="b-1", versioningConfiguration={"statuss": "Enabled"})
    assert (failure.kind, failure.path, failure.nearest) == (
        "unknown-property",
        "versioningConfiguration.statuss",
        "status",
    )


def test_a_name_that_is_like_nothing_lists_what_there_is(checked: Any) -> None:
    failure = checked.one(BUCKET, bucket="b-1", versioningConfiguration={"status": "Enabled", "zzz": 1})
    assert failure.nearest is None
    assert failure.allowed == "mfa_delete, status"


def test_a_missing_property_is_refused_at_any_depth(checked: Any) -> None:
    assert checked.one(BUCKET, bucket="b-1").path == "versioningConfiguration"
    failure = checked.one(BUCKET, bucket="b-1", versioningConfiguration={"mfaDelete": "Disabled"})
    assert (failure.kind, failure.path) == ("missing", "versioningConfiguration.status")
    assert checked.one(BUCKET, bucket="b-1", versioningConfiguration={"status": None}).kind == "missing"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"allocatedStorage": "twenty"}, "text where a whole number is declared"),
        ({"allocatedStorage": 20.5}, "a number where a whole number is declared"),
        ({"allocatedStorage": True}, "a boolean where a whole number is declared"),
        ({"multiAz": "yes"}, "text where true or false is declared"),
        ({"vpcSecurityGroupIds": "sg-0123456789abcdef0"}, "text where a list is declared"),
        ({"tags": ["a"]}, "a list where a map is declared"),
        ({"tags": {"a": {"b": "c"}}}, "an object where text is declared"),
        ({"identifier": ["a"]}, "a list where text is declared"),
        ({"restoreToPointInTime": "now"}, "text where an object is declared"),
        ({"identifier": Asset("text", "x")}, "an asset where text is declared"),
    ],
)
def test_a_wrong_type_is_refused(checked: Any, given: dict[str, Any], message: str) -> None:
    failure = checked.one("aws:rds/instance:Instance", **{**DATABASE, **given})
    assert failure.kind == "type"
    assert message in failure.message


@pytest.mark.parametrize(
    "given",
    [
        {"allocatedStorage": "20"},
        {"allocatedStorage": 20.0},
        {"multiAz": "true"},
        {"tags": {"a": 1, "b": True}},
        {"allocatedStorage": UNKNOWN, "tags": UNKNOWN, "vpcSecurityGroupIds": [UNKNOWN]},
        {"identifier": None},
        {"kmsKeyId": ResourceReference("urn:key", UNKNOWN)},
        {"password": Secret("a-long-password")},
        {"password": Secret(UNKNOWN)},
    ],
)
def test_what_the_provider_converts_or_aws_decides_is_accepted(checked: Any, given: dict[str, Any]) -> None:
    assert checked.all("aws:rds/instance:Instance", **{**DATABASE, **given}) == []


def test_an_unknown_value_counts_as_given(checked: Any) -> None:
    assert checked.all(BUCKET, bucket=UNKNOWN, versioningConfiguration=UNKNOWN) == []


def test_a_secret_is_never_shown(checked: Any) -> None:
    failure = checked.one("aws:rds/instance:Instance", password=Secret(["hunter2"]), **DATABASE)
    assert failure.value == "[secret]"
    assert "hunter2" not in str(failure)
    nested = checked.one("aws:rds/instance:Instance", passwrd={"a": Secret("hunter2")}, **DATABASE)
    assert "hunter2" not in str(nested)


def test_code_is_an_archive_and_nothing_else(checked: Any) -> None:
    kind = "aws:lambda/function:Function"
    good = {"role": UNKNOWN, "handler": "app.handler", "runtime": "python3.13"}
    assert checked.all(kind, code=Archive("path", "./app"), **good) == []
    assert checked.one(kind, code="./app", **good).message.startswith("wrong type")


def test_a_policy_may_be_text_or_an_object(checked: Any) -> None:
    kind = "aws:iam/policy:Policy"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    assert checked.all(kind, policy={"Version": "2012-10-17", "Statement": [statement]}) == []
    failure = checked.one(kind, policy={"Version": "2012-10-17", "Statement": [{"Sidd": "x", **statement}]})
    assert (failure.path, failure.nearest) == ("policy.Statement[0].Sidd", "Sid")


def test_a_provider_is_checked_as_it_was_before_the_sdk_made_it_text(checked: Any) -> None:
    kind = "pulumi:providers:aws"
    assert checked.all(kind, region="eu-west-1", defaultTags='{"tags": {"a": "b"}}', skipRegionValidation="true") == []
    assert checked.one(kind, region="eu-west-1", defaultTags='{"tagz": {"a": "b"}}').path == "defaultTags.tagz"
    assert checked.one(kind, regoin="eu-west-1").nearest == "region"


def test_components_and_reads_have_no_declared_inputs(checked: Any) -> None:
    component = checked.resource("shop:web:Service", nonsense=1)
    component.custom = False
    read = checked.resource(BUCKET)
    read.external = True
    assert check([component, read]) == []


def test_a_type_that_no_installed_sdk_knows_is_passed_over(checked: Any) -> None:
    assert checked.all("acme:rocket/launcher:Launcher", fuel=1) == []
