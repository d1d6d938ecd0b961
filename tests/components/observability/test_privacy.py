"""What logs hide, and how many requests are traced."""

from __future__ import annotations

import json
from decimal import Decimal

from guardrails.cost import estimate
from settings.privacy import TraceSampling as Settings
from tests.policy.cost.build import BOOK
from tests.support.program import sample_of
from tests.support.sections import names
from tierwise.preview.checks import check

POLICY = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"
RULE = "aws:xray/samplingRule:SamplingRule"


def test_what_is_found_is_counted_and_masked_in_each_log() -> None:
    def create() -> None:
        from pulumi_aws import cloudwatch

        from components.observability.log_masking import LogMasking

        groups = {
            key: cloudwatch.LogGroup(key, name=f"/shop/{key}", retention_in_days=7) for key in ("orders", "users")
        }
        LogMasking("log-masking", identifiers=["EmailAddress", "IpAddress"], groups=groups)

    sample = sample_of(create)
    assert {p.get("logGroupName") for p in sample.all(POLICY)} == {"/shop/orders", "/shop/users"}
    for policy in sample.all(POLICY):
        document = json.loads(policy.get("policyDocument"))
        found = [
            "arn:aws:dataprotection::aws:data-identifier/EmailAddress",
            "arn:aws:dataprotection::aws:data-identifier/IpAddress",
        ]
        assert [statement["DataIdentifier"] for statement in document["Statement"]] == [found, found]
        assert [next(iter(statement["Operation"])) for statement in document["Statement"]] == ["Audit", "Deidentify"]
    assert check(sample.plan.resources) == []
    usage = {"aws:cloudwatch:LogDataProtectionPolicy": {"scannedGb": 5}}
    priced = [
        line for line in estimate(sample.stack, usage, BOOK, "us-east-1").lines if "data_protection" in line.price_id
    ]
    assert sum(line.expected for line in priced) == Decimal("0.12") * 10


def test_the_rule_holds_for_the_api_of_this_stage_alone() -> None:
    def create() -> None:
        from components.observability.trace_sampling import TraceSampling

        TraceSampling(
            "trace-sampling",
            settings=Settings.model_validate({"perSecond": 2, "percent": 5, "priority": 400}),
            names=names(),
            service_name="shop-prod-rest-api/prod",
        )

    sample = sample_of(create)
    rule = sample.one(RULE)
    assert (rule.get("fixedRate"), rule.get("reservoirSize"), rule.get("priority")) == (0.05, 2, 400)
    assert rule.get("serviceName") == "shop-prod-rest-api/prod"
    assert rule.get("ruleName") == "shop-prod"
    assert check(sample.plan.resources) == []
    assert estimate(sample.stack, {}, BOOK, "us-east-1").unknown == ()
