"""The web firewall in front of the distribution, or of a regional API."""

from __future__ import annotations

from typing import Literal

import pulumi
from pulumi_aws import cloudwatch, wafv2

from components.component import Component
from components.edge.firewall_rules import rules
from components.edge.origin_header import ORIGIN_HEADER
from components.names import Names
from settings.edge import Firewall as FirewallSettings

#: A web ACL for CloudFront, its metrics and its logs live here.
_GLOBAL = "us-east-1"
#: Headers whose values never reach the log.
_REDACTED = ("authorization", "cookie", ORIGIN_HEADER.lower())


class Firewall(Component):
    """A WAF web ACL for CloudFront or for regional APIs, which logs what it does not simply let through.

    At rest 5 USD a month, 1 for each rule, 10 more for Bot Control; 0.60 a million requests. Logs cost 0.50 a GB and
    hold blocked, counted and challenged requests, without the headers that carry credentials. A change of rules is an
    update; only another scope replaces the web ACL.
    https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html

    Args:
        name: Logical name.
        settings: Rules.
        names: Names of the stack.
        role: What it stands before, for its names; none for the distribution.
        scope: ``CLOUDFRONT``, or ``REGIONAL`` for what stands in the stack's own region.
        origin_secret: Value by which the distribution in front proves itself; for what stands behind one.
        log_retention_days: Days that logs are kept.
        opts: Options of the component.

    Attributes:
        web_acl: The web ACL.
        arn: Its ARN.
        metric_name: ``WebACL`` dimension of its metrics, which are in us-east-1 for CloudFront.
    """

    token = "edge:Firewall"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: FirewallSettings,
        names: Names,
        role: str | None = None,
        scope: Literal["CLOUDFRONT", "REGIONAL"] = "CLOUDFRONT",
        origin_secret: pulumi.Input[str] | None = None,
        log_retention_days: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        roles = () if role is None else (role,)
        self._region = _GLOBAL if scope == "CLOUDFRONT" else names.region
        self.metric_name = names.physical(*roles, limit=128)
        self.web_acl = self._create_web_acl(settings, scope, origin_secret)
        self.arn: pulumi.Output[str] = self.web_acl.arn
        self._create_logging(names.physical(*roles, limit=100), log_retention_days)
        self.register_outputs({"arn": self.arn})

    def _create_web_acl(
        self, settings: FirewallSettings, scope: str, origin_secret: pulumi.Input[str] | None
    ) -> wafv2.WebAcl:
        return wafv2.WebAcl(
            self.logical_name,
            scope=scope,
            region=self._region,
            description=f"In front of {self.metric_name}",
            default_action=wafv2.WebAclDefaultActionArgs(allow=wafv2.WebAclDefaultActionAllowArgs()),
            rules=rules(settings, origin_secret),
            visibility_config=wafv2.WebAclVisibilityConfigArgs(
                cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=self.metric_name
            ),
            tags={**self.tags, "Name": self.logical_name},
            opts=self.child(),
        )

    def _create_logging(self, log_name: str, retention_days: int) -> None:
        group = cloudwatch.LogGroup(
            f"{self.logical_name}-logs",
            # WAF writes only to groups whose name begins so.
            name=f"aws-waf-logs-{log_name}",
            retention_in_days=retention_days,
            region=self._region,
            tags=self.tags,
            opts=self.child(),
        )
        wafv2.WebAclLoggingConfiguration(
            f"{self.logical_name}-logs",
            resource_arn=self.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[
                wafv2.WebAclLoggingConfigurationRedactedFieldArgs(
                    single_header=wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs(name=header)
                )
                for header in _REDACTED
            ],
            logging_filter=wafv2.WebAclLoggingConfigurationLoggingFilterArgs(
                default_behavior="DROP",
                filters=[
                    wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs(
                        behavior="KEEP",
                        requirement="MEETS_ANY",
                        conditions=[
                            wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs(
                                action_condition=wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs(
                                    action=action
                                )
                            )
                            for action in ("BLOCK", "COUNT", "CAPTCHA", "CHALLENGE")
                        ],
                    )
                ],
            ),
            region=self._region,
            opts=self.child(),
        )
