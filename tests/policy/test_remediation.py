"""Remediations through CrossGuard's own servicer: off until asked for, in place, and never at the price of a secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE

from guardrails.evaluation import catalogue
from guardrails.remediation import REMEDIATIONS
from guardrails.services import ec2, messaging, project, s3
from tests.policy.build import config, r, stack
from tests.policy.sdk import accepts
from tests.policy.test_crossguard import Engine, secret

BUCKET_TYPE = "aws:s3/bucket:Bucket"
INSTANCE = {"ami": "ami-1", "userData": secret("hunter2-Zq9xW4rT7")}
ALLOW = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::1:role/api"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::data/*",
}


def document(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def engine(*switched_on: str, **properties: Any) -> Engine:
    """The pack with these remediations switched on, as ``--policy-pack-config`` does it."""
    found = Engine(config())
    configured = analyzer_pb2.ConfigureAnalyzerRequest()
    for name in switched_on:
        configured.policyConfig[name].enforcementLevel = proto.REMEDIATE
        configured.policyConfig[name].properties.update(properties)
    found.servicer.Configure(configured, None)
    return found


def repaired(found: Engine, token: str, props: dict[str, Any]) -> dict[str, Any] | None:
    """The inputs after remediation; None when nothing was changed."""
    request = analyzer_pb2.AnalyzeRequest(type=token, urn=f"urn:pulumi:prod::shop::{token}::it", name="it")
    request.properties.update(props)
    response = found.servicer.Remediate(request, None)
    assert not [remediation.diagnostic for remediation in response.remediations if remediation.diagnostic]
    changes = [json_format.MessageToDict(remediation.properties) for remediation in response.remediations]
    return changes[-1] if changes else None


def test_nothing_is_repaired_unasked() -> None:
    for token, props in ((ec2.INSTANCE, INSTANCE), (BUCKET_TYPE, {}), (s3.PUBLIC_ACCESS, {"bucket": "b"})):
        assert repaired(engine(), token, props) is None


def test_an_instance_is_made_to_ask_for_a_token_and_keeps_its_secret() -> None:
    after = repaired(engine("fix-imdsv2"), ec2.INSTANCE, INSTANCE)
    assert after is not None
    assert after["metadataOptions"] == {"httpTokens": "required"}
    assert after["userData"] == {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": "hunter2-Zq9xW4rT7"}


def test_other_metadata_options_are_left_alone() -> None:
    props = {"metadataOptions": {"httpTokens": "optional", "httpPutResponseHopLimit": 1}}
    after = repaired(engine("fix-imdsv2"), ec2.TEMPLATE, props)
    assert after == {"metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1}}


def test_a_repaired_resource_no_longer_breaks_the_rule() -> None:
    found = engine("fix-imdsv2")
    after = repaired(found, ec2.INSTANCE, {"ami": "ami-1"})
    assert after is not None
    before, now = stack(r(ec2.INSTANCE, {"ami": "ami-1"})), stack(r(ec2.INSTANCE, after))
    assert "EC2.8" in {diagnostic.policyName for diagnostic in found.run(before)}
    assert "EC2.8" not in {diagnostic.policyName for diagnostic in found.run(now)}


def test_all_four_flags_are_set() -> None:
    after = repaired(engine("fix-public-access-block"), s3.PUBLIC_ACCESS, {"bucket": "b", "blockPublicAcls": False})
    assert after == {"bucket": "b", **{flag: True for flag in s3.FLAGS}}  # noqa: C420 - a literal of literals


def test_tags_are_added_and_none_is_changed() -> None:
    found = engine("fix-tags", tags={"owner": "team@example.com"})
    after = repaired(found, BUCKET_TYPE, {"tags": {"project": "other", "data": secret("pii")}})
    assert after is not None
    secret_tag = {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": "pii"}
    assert after["tags"] == {"project": "other", "data": secret_tag, "stage": "prod", "owner": "team@example.com"}


def test_tags_of_the_provider_are_not_repeated() -> None:
    given = {"project": "shop", "owner": "team@example.com"}
    after = repaired(engine("fix-tags"), BUCKET_TYPE, {"tagsAll": given})
    assert after == {"tags": {"stage": "prod"}, "tagsAll": {**given, "stage": "prod"}}
    assert repaired(engine("fix-tags"), BUCKET_TYPE, {"tagsAll": {**given, "stage": "prod"}}) is None


def test_a_type_without_tags_gets_none() -> None:
    assert repaired(engine("fix-tags"), s3.PUBLIC_ACCESS, {"bucket": "b"}) is None


def test_a_bucket_policy_denies_plain_http_and_stays_a_secret() -> None:
    found = engine("fix-tls-s3")
    after = repaired(found, s3.POLICY, {"bucket": "data", "policy": secret(document(ALLOW))})
    assert after is not None
    assert after["policy"][SPECIAL_SIG_KEY] == SPECIAL_SECRET_SIG
    statements = json.loads(after["policy"]["value"])["Statement"]
    assert statements[0] == ALLOW
    assert statements[1]["Resource"] == ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]
    policy = {"bucket": "data", "policy": after["policy"]["value"]}
    judged = stack(r(BUCKET_TYPE, {"bucket": "data"}, "data"), r(s3.POLICY, policy, "policy"))
    assert "S3.5" not in {diagnostic.policyName for diagnostic in found.run(judged)}
    assert repaired(found, s3.POLICY, policy) is None


@pytest.mark.parametrize(
    ("name", "token", "holder", "prop", "rule"),
    [
        ("fix-tls-sqs", messaging.QUEUE_POLICY, messaging.QUEUE, "queueUrl", "P.SQS.tls"),
        ("fix-tls-sns", messaging.TOPIC_POLICY, messaging.TOPIC, "arn", "P.SNS.tls"),
    ],
)
def test_queues_and_topics_deny_plain_http(name: str, token: str, holder: str, prop: str, rule: str) -> None:
    found = engine(name)
    after = repaired(found, token, {"policy": document({**ALLOW, "Resource": "arn:aws:sqs:us-east-1:1:q"})})
    assert after is not None
    assert json.loads(after["policy"])["Statement"][1]["Resource"] == ["arn:aws:sqs:us-east-1:1:q"]
    judged = stack(r(holder, {}, "holder"), r(token, after, "policy", **{prop: "holder"}))
    assert rule not in {diagnostic.policyName for diagnostic in found.run(judged)}


@pytest.mark.parametrize("text", [UNKNOWN_STRING_VALUE, "no JSON", "[]", '{"Statement": []}', '{"Statement": [7]}', ""])
def test_what_is_not_known_or_not_understood_is_left_as_it_is(text: str) -> None:
    assert repaired(engine("fix-tls-s3"), s3.POLICY, {"policy": text}) is None


def test_an_unknown_value_is_left_as_it_is() -> None:
    on = engine(*(found.id for found in REMEDIATIONS))
    assert repaired(on, ec2.LAUNCH_CONFIGURATION, {"metadataOptions": UNKNOWN_STRING_VALUE}) is None
    assert repaired(on, BUCKET_TYPE, {"tags": UNKNOWN_STRING_VALUE}) is None
    flags: dict[str, Any] = dict.fromkeys((str(flag) for flag in s3.FLAGS), UNKNOWN_STRING_VALUE)
    assert repaired(on, s3.PUBLIC_ACCESS, flags) is None


ODD: tuple[Any, ...] = (None, False, True, 0, 3.5, "", "text", [], ["text"], [None], {}, [{}], {"a": None})


@pytest.mark.parametrize("remediation", REMEDIATIONS, ids=lambda found: found.id)
def test_a_remediation_survives_any_value(remediation: Any) -> None:
    on = engine(remediation.id)
    for token in remediation.types or (BUCKET_TYPE,):
        for value in ODD:
            for name in ("tags", "tagsAll", "metadataOptions", "policy", *s3.FLAGS):
                repaired(on, token, {name: value})


@pytest.mark.parametrize("remediation", REMEDIATIONS, ids=lambda found: found.id)
def test_a_remediation_belongs_to_a_rule_and_to_types_of_the_sdk(remediation: Any) -> None:
    assert remediation.rule in catalogue()
    for token in remediation.types:
        assert remediation.applies(token)
        assert any(accepts(token, path) for path in ("policy", "metadataOptions.httpTokens", "blockPublicAcls"))
    if not remediation.types:
        assert project.taggable()
