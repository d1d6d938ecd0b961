"""The rules of the web firewall, in the order in which they are tried. Makes no resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import wafv2

from components.edge.origin_header import ORIGIN_HEADER
from settings.edge import Firewall

#: AWS's managed rule groups by the word in the settings. Cross-site scripting is part of the common rule set, which
#: also refuses bodies above 8 KB: uploads belong into a bucket, by a presigned URL.
_MANAGED: Final[Mapping[str, str]] = {
    "common": "AWSManagedRulesCommonRuleSet",
    "sql-injection": "AWSManagedRulesSQLiRuleSet",
    "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
    "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
}

#: Header in which CloudFront passes on who called it. A caller can put another address before its own, so that limits
#: by it stand behind those of the distribution's firewall and do not replace them; a malformed one is refused.
#: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-forwarded-ip-address.html
_FORWARDED: Final = "X-Forwarded-For"


def rules(settings: Firewall, origin_secret: pulumi.Input[str] | None = None) -> list[wafv2.WebAclRuleArgs]:
    """The rules that ``settings`` ask for.

    Cheap and certain refusals come first, then the managed groups in the order given, then Bot Control, which is paid
    by the requests that reach it.

    Args:
        settings: Rules.
        origin_secret: Value of the header by which the distribution in front proves itself. Callers are then known by
            the address that CloudFront passes on, because the one that calls is its own.
    """
    statements: dict[str, wafv2.WebAclRuleStatementArgs] = {}
    if origin_secret is not None:
        statements["past-the-distribution"] = _without_header(origin_secret)
    behind = origin_secret is not None
    if settings.blocked_countries:
        statements["blocked-countries"] = wafv2.WebAclRuleStatementArgs(
            geo_match_statement=wafv2.WebAclRuleStatementGeoMatchStatementArgs(
                country_codes=sorted(settings.blocked_countries),
                forwarded_ip_config=wafv2.WebAclRuleStatementGeoMatchStatementForwardedIpConfigArgs(
                    header_name=_FORWARDED, fallback_behavior="MATCH"
                )
                if behind
                else None,
            )
        )
    if settings.rate_limit is not None:
        statements["rate-limit"] = wafv2.WebAclRuleStatementArgs(
            rate_based_statement=wafv2.WebAclRuleStatementRateBasedStatementArgs(
                limit=settings.rate_limit,
                evaluation_window_sec=settings.rate_window_seconds,
                aggregate_key_type="FORWARDED_IP" if behind else "IP",
                forwarded_ip_config=wafv2.WebAclRuleStatementRateBasedStatementForwardedIpConfigArgs(
                    header_name=_FORWARDED, fallback_behavior="MATCH"
                )
                if behind
                else None,
            )
        )
    blocking = set(statements)
    for word in settings.managed_rules:
        statements[word] = _managed(_MANAGED[word])
    if settings.bot_control:
        statements["bot-control"] = _managed(
            "AWSManagedRulesBotControlRuleSet",
            [
                wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArgs(
                    aws_managed_rules_bot_control_rule_set=wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigAwsManagedRulesBotControlRuleSetArgs(
                        inspection_level="COMMON"
                    )
                )
            ],
        )
    return [
        _rule(name, priority, statement, blocks=name in blocking)
        for priority, (name, statement) in enumerate(statements.items())
    ]


def _without_header(secret: pulumi.Input[str]) -> wafv2.WebAclRuleStatementArgs:
    """Requests that did not come through the distribution."""
    matches = wafv2.WebAclRuleStatementByteMatchStatementArgs(
        field_to_match=wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchArgs(
            single_header=wafv2.WebAclRuleStatementByteMatchStatementFieldToMatchSingleHeaderArgs(
                name=ORIGIN_HEADER.lower()
            )
        ),
        positional_constraint="EXACTLY",
        search_string=secret,
        text_transformations=[
            wafv2.WebAclRuleStatementByteMatchStatementTextTransformationArgs(priority=0, type="NONE")
        ],
    )
    return wafv2.WebAclRuleStatementArgs(
        not_statement=wafv2.WebAclRuleStatementNotStatementArgs(
            statement=wafv2.WebAclRuleStatementArgs(byte_match_statement=matches)
        )
    )


def _managed(
    group: str,
    configs: list[wafv2.WebAclRuleStatementManagedRuleGroupStatementManagedRuleGroupConfigArgs] | None = None,
) -> wafv2.WebAclRuleStatementArgs:
    return wafv2.WebAclRuleStatementArgs(
        managed_rule_group_statement=wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs(
            vendor_name="AWS", name=group, managed_rule_group_configs=configs
        )
    )


def _rule(name: str, priority: int, statement: wafv2.WebAclRuleStatementArgs, *, blocks: bool) -> wafv2.WebAclRuleArgs:
    """A rule that blocks, or one that leaves the decision to its managed group."""
    return wafv2.WebAclRuleArgs(
        name=name,
        priority=priority,
        statement=statement,
        action=wafv2.WebAclRuleActionArgs(block=wafv2.WebAclRuleActionBlockArgs()) if blocks else None,
        override_action=(
            None if blocks else wafv2.WebAclRuleOverrideActionArgs(none=wafv2.WebAclRuleOverrideActionNoneArgs())
        ),
        visibility_config=wafv2.WebAclRuleVisibilityConfigArgs(
            cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
        ),
    )
