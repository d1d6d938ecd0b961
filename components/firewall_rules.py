"""The rules of the web firewall, in the order in which they are tried. Makes no resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pulumi_aws import wafv2

from settings.edge import Firewall

#: AWS's managed rule groups by the word in the settings. Cross-site scripting is part of the common rule set, which
#: also refuses bodies above 8 KB: uploads belong into a bucket, by a presigned URL.
_MANAGED: Final[Mapping[str, str]] = {
    "common": "AWSManagedRulesCommonRuleSet",
    "sql-injection": "AWSManagedRulesSQLiRuleSet",
    "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
    "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
}


def rules(settings: Firewall) -> list[wafv2.WebAclRuleArgs]:
    """The rules that ``settings`` ask for.

    Cheap and certain refusals come first, then the managed groups in the order given, then Bot Control, which is paid
    by the requests that reach it.
    """
    statements: dict[str, wafv2.WebAclRuleStatementArgs] = {}
    if settings.blocked_countries:
        statements["blocked-countries"] = wafv2.WebAclRuleStatementArgs(
            geo_match_statement=wafv2.WebAclRuleStatementGeoMatchStatementArgs(
                country_codes=sorted(settings.blocked_countries)
            )
        )
    if settings.rate_limit is not None:
        statements["rate-limit"] = wafv2.WebAclRuleStatementArgs(
            rate_based_statement=wafv2.WebAclRuleStatementRateBasedStatementArgs(
                limit=settings.rate_limit,
                evaluation_window_sec=settings.rate_window_seconds,
                aggregate_key_type="IP",
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
