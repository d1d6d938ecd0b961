"""AWS Config rules and the GuardDuty detector that a stack declares."""

from __future__ import annotations

import pulumi
from pulumi_aws import cfg

from components.component import Component
from settings.observability import ConfigRules as ConfigRulesSettings


class ConfigRules(Component):
    """AWS managed Config rules. They need the account's recorder, which the account baseline owns.

    Costs by use: 0.001 USD an evaluation, and what the recorder records. A change of the kind of rule replaces it.
    https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html

    Args:
        name: Logical name.
        settings: Which rules.
        opts: Options of the component.

    Attributes:
        rules: The rules by AWS identifier.
    """

    token = "governance:ConfigRules"  # noqa: S105 - a type token

    def __init__(self, name: str, *, settings: ConfigRulesSettings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts=opts)
        self.rules = {
            identifier: cfg.Rule(
                f"{name}-{identifier.lower().replace('_', '-')}",
                description=f"AWS managed rule {identifier}",
                source={"owner": "AWS", "source_identifier": identifier},
                tags=self.tags,
                opts=self.child(),
            )
            for identifier in settings.rules
        }
        self.register_outputs({})
