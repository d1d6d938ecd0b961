"""The web firewall's rules and its log."""

from __future__ import annotations

import functools
import json
from typing import Any

from guardrails.resource import Resource
from tests.support.program import Sample, sample_of
from tests.support.sections import firewall, names


def planned(**overrides: Any) -> Sample:
    """The plan of a firewall, made once."""
    return _planned(json.dumps(overrides))


@functools.cache
def _planned(overrides: str) -> Sample:
    def create() -> None:
        from components.edge.firewall import Firewall

        Firewall("firewall", settings=firewall(**json.loads(overrides)), names=names(), log_retention_days=14)

    return sample_of(create)


def web_acl(**overrides: Any) -> Resource:
    return planned(**overrides).one("aws:wafv2/webAcl:WebAcl", scope="CLOUDFRONT", region="us-east-1")


def rule(name: str, **overrides: Any) -> dict[str, Any]:
    """A rule by name."""
    (found,) = [rule for rule in web_acl(**overrides).get("rules") if rule["name"] == name]
    return found


def test_rules_are_tried_from_the_cheapest_refusal_to_the_dearest() -> None:
    rules = web_acl(
        managedRules=["ip-reputation", "known-bad-inputs", "common", "sql-injection"],
        botControl=True,
        blockedCountries=["KP"],
    ).get("rules")
    assert [r["name"] for r in sorted(rules, key=lambda r: r["priority"])] == [
        "blocked-countries",
        "rate-limit",
        "ip-reputation",
        "known-bad-inputs",
        "common",
        "sql-injection",
        "bot-control",
    ]
    assert len({r["priority"] for r in rules}) == len(rules)


def test_managed_groups_decide_for_themselves_and_own_rules_block() -> None:
    common = rule("common")
    assert common["statement"]["managedRuleGroupStatement"]["name"] == "AWSManagedRulesCommonRuleSet"
    assert common["overrideAction"] == {"none": {}}
    assert "action" not in common
    limit = rule("rate-limit", rateLimit=500, rateWindowSeconds=60)
    assert limit["action"] == {"block": {}}
    assert "overrideAction" not in limit
    assert limit["statement"]["rateBasedStatement"] == {
        "limit": 500,
        "evaluationWindowSec": 60,
        "aggregateKeyType": "IP",
    }


def test_bot_control_is_a_switch() -> None:
    found = rule("bot-control", botControl=True)["statement"]["managedRuleGroupStatement"]
    assert found["name"] == "AWSManagedRulesBotControlRuleSet"
    assert found["managedRuleGroupConfigs"] == [{"awsManagedRulesBotControlRuleSet": {"inspectionLevel": "COMMON"}}]
    assert "bot-control" not in web_acl().all("rules[].name")


def test_a_firewall_without_rate_limit() -> None:
    assert "rate-limit" not in web_acl(rateLimit=None).all("rules[].name")


def test_everything_is_measured() -> None:
    found = web_acl()
    assert found.get("visibilityConfig.cloudwatchMetricsEnabled") is True
    assert set(found.all("rules[].visibilityConfig.cloudwatchMetricsEnabled")) == {True}


def test_the_log_keeps_refusals_without_credentials() -> None:
    sample = planned()
    group = sample.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.get("name") == "aws-waf-logs-shop-prod"
    assert (group.get("retentionInDays"), group.get("region")) == (14, "us-east-1")
    logging = sample.one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    assert sample.refers(logging, "resourceArn") == {"firewall"}
    assert logging.all("redactedFields[].singleHeader.name") == ["authorization", "cookie", "x-origin-verify"]
    assert logging.get("loggingFilter.defaultBehavior") == "DROP"
    kept = logging.all("loggingFilter.filters[].conditions[].actionCondition.action")
    assert "ALLOW" not in kept
    assert "BLOCK" in kept


@functools.cache
def behind_a_distribution() -> Sample:
    """A regional firewall before an API that only its distribution may call."""

    def create() -> None:
        from components.edge.firewall import Firewall

        Firewall(
            "firewall",
            settings=firewall(blockedCountries=["KP"]),
            names=names(),
            role="rest-api",
            scope="REGIONAL",
            origin_secret="0123456789abcdef",  # noqa: S106 - of the test
            log_retention_days=14,
        )

    return sample_of(create)


def test_what_comes_past_the_distribution_is_refused_first() -> None:
    found = behind_a_distribution().one("aws:wafv2/webAcl:WebAcl", scope="REGIONAL", region="us-east-1")
    first = min(found.get("rules"), key=lambda r: r["priority"])
    assert first["name"] == "past-the-distribution"
    assert first["action"] == {"block": {}}
    match = first["statement"]["notStatement"]["statement"]["byteMatchStatement"]
    assert match["fieldToMatch"] == {"singleHeader": {"name": "x-origin-verify"}}
    assert (match["positionalConstraint"], match["searchString"]) == ("EXACTLY", "0123456789abcdef")


def test_behind_a_distribution_callers_are_known_by_what_it_passes_on() -> None:
    found = behind_a_distribution().one("aws:wafv2/webAcl:WebAcl").get("rules")
    statements = {r["name"]: r["statement"] for r in found}
    forwarded = {"headerName": "X-Forwarded-For", "fallbackBehavior": "MATCH"}
    assert statements["rate-limit"]["rateBasedStatement"]["aggregateKeyType"] == "FORWARDED_IP"
    assert statements["rate-limit"]["rateBasedStatement"]["forwardedIpConfig"] == forwarded
    assert statements["blocked-countries"]["geoMatchStatement"]["forwardedIpConfig"] == forwarded
    assert "forwardedIpConfig" not in rule("rate-limit")["statement"]["rateBasedStatement"]


def test_the_secret_of_the_distribution_is_not_logged() -> None:
    logging = behind_a_distribution().one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    assert "x-origin-verify" in {field["singleHeader"]["name"] for field in logging.get("redactedFields")}
