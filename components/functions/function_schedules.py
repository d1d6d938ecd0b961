"""Calls of a function by the clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.functions.lambda_function import LambdaFunction
from components.names import Names
from settings.functions import FunctionSchedule

_CALLER: Final = "events.amazonaws.com"
#: Longest name of a rule.
_NAME_LIMIT: Final = 64
#: A call by the clock that could not be handed over for this long is not worth making.
_MAX_AGE_SECONDS: Final = 3600


class FunctionSchedules(Component):
    """An EventBridge rule for each schedule of a function, and the right to call the function's alias.

    Costs nothing: rules by the clock on the account's own bus are free. Another name of a schedule replaces its rule.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html

    Args:
        name: Logical name.
        schedules: Schedules by name.
        function: What is called.
        function_name: Its name in the settings.
        names: Names of the stack.
        opts: Options of the component.

    Attributes:
        rules: The rules by name.
    """

    token = "compute:FunctionSchedules"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        schedules: Mapping[str, FunctionSchedule],
        function: LambdaFunction,
        function_name: str,
        names: Names,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.rules = {
            key: self._create(key, schedule, function, names.physical(function_name, key, limit=_NAME_LIMIT), names)
            for key, schedule in sorted(schedules.items())
            if schedule.enabled
        }
        self.register_outputs({})

    def _create(
        self, key: str, schedule: FunctionSchedule, function: LambdaFunction, rule_name: str, names: Names
    ) -> cloudwatch.EventRule:
        logical = f"{self.logical_name}-{key}"
        rule = cloudwatch.EventRule(
            logical,
            name=rule_name,
            description=schedule.description,
            schedule_expression=schedule.at,
            state="ENABLED",
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )
        admitted = function.admit(self, logical, principal=_CALLER, source_arn=names.arn("events", f"rule/{rule_name}"))
        cloudwatch.EventTarget(
            logical,
            rule=rule.name,
            arn=function.alias.arn,
            retry_policy={
                "maximum_event_age_in_seconds": _MAX_AGE_SECONDS,
                "maximum_retry_attempts": schedule.retries,
            },
            opts=self.child(depends_on=[admitted]),
        )
        return rule
