"""How many requests X-Ray traces."""

from __future__ import annotations

import pulumi
from pulumi_aws import xray

from components.component import Component
from components.names import Names
from components.naming import physical_name
from settings.privacy import TraceSampling as TraceSamplingSettings

#: Longest name of a rule.
_MAX_NAME = 32


class TraceSampling(Component):
    """A sampling rule for the requests that come in at one API; what it calls follows the decision made there.

    Costs nothing; a million traces cost 5 USD. Another name replaces the rule.
    https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html

    Args:
        name: Logical name.
        settings: How many, and the place among the account's rules.
        names: Names of the stack.
        service_name: The API as X-Ray names it, ``<api>/<stage>``.
        opts: Options of the component.

    Attributes:
        rule: The rule.
    """

    token = "observability:TraceSampling"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: TraceSamplingSettings,
        names: Names,
        service_name: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.rule = xray.SamplingRule(
            name,
            rule_name=physical_name(names.system, names.stage, limit=_MAX_NAME),
            priority=settings.priority,
            reservoir_size=settings.per_second,
            fixed_rate=settings.percent / 100,
            service_name=service_name,
            service_type="*",
            host="*",
            http_method="*",
            url_path="*",
            resource_arn="*",
            version=1,
            tags=self.tags,
            opts=self.child(),
        )
        self.register_outputs({})
