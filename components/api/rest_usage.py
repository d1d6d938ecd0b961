"""Callers of a REST API who are counted: keys and usage plans."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import apigateway

from components.component import Component
from components.names import Names
from settings.rest_api import UsagePlan


class RestUsage(Component):
    """A usage plan for each kind of caller, and a key for each caller, whose value AWS makes up.

    A key's value is read at AWS by whoever hands it out; it is encrypted in Pulumi's state. It says which plan counts,
    not who calls: an authorizer does that.

    Costs nothing. A key with another name is another key.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html

    Args:
        name: Logical name.
        plans: Usage plans by name.
        names: Names of the stack.
        stage: The stage whose requests count.
        same_keys_as: Plans in another region whose keys have the same values, so that callers need not care.
        opts: Options of the component.

    Attributes:
        keys: Keys by name.
    """

    token = "api:RestUsage"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        plans: Mapping[str, UsagePlan],
        names: Names,
        stage: apigateway.Stage,
        same_keys_as: RestUsage | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self._values = {} if same_keys_as is None else {key: made.value for key, made in same_keys_as.keys.items()}
        self.keys: dict[str, apigateway.ApiKey] = {}
        for plan, settings in sorted(plans.items()):
            self._create(plan, settings, stage)
        self.register_outputs({})

    def _create(self, plan: str, settings: UsagePlan, stage: apigateway.Stage) -> None:
        quota = settings.quota
        made = apigateway.UsagePlan(
            f"{self.logical_name}-{plan}",
            name=self._names.physical(plan, limit=128),
            api_stages=[apigateway.UsagePlanApiStageArgs(api_id=stage.rest_api, stage=stage.stage_name)],
            throttle_settings=apigateway.UsagePlanThrottleSettingsArgs(
                rate_limit=settings.throttle.rate, burst_limit=settings.throttle.burst
            ),
            quota_settings=None
            if quota is None
            else apigateway.UsagePlanQuotaSettingsArgs(limit=quota.limit, period=quota.period.upper()),
            tags=self.tags,
            opts=self.child(),
        )
        for key in sorted(settings.keys):
            self.keys[key] = apigateway.ApiKey(
                f"{self.logical_name}-{key}",
                name=self._names.physical(key, limit=128),
                description=f"Caller {key}, plan {plan}",
                value=self._values.get(key),
                tags=self.tags,
                opts=self.child(additional_secret_outputs=["value"]),
            )
            apigateway.UsagePlanKey(
                f"{self.logical_name}-{key}",
                key_id=self.keys[key].id,
                key_type="API_KEY",
                usage_plan_id=made.id,
                opts=self.child(),
            )
