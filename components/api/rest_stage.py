"""What callers of a REST API see: the deployment, its stage, limits, cache and logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import apigateway, cloudwatch

from components.component import Component
from components.documents import json_document
from components.names import Names
from settings.http_api import Throttle
from settings.rest_api import RestApi as RestApiSettings
from settings.rest_api import split_route

_LEVELS: Final = {"none": "OFF", "errors": "ERROR", "all": "INFO"}
#: What the access log says of each request: who, what, the answer and how long it took; no bodies, no tokens.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "extendedRequestId": "$context.extendedRequestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "user": "$context.authorizer.claims.sub",
    "principal": "$context.authorizer.principalId",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "resource": "$context.resourcePath",
    "status": "$context.status",
    "protocol": "$context.protocol",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integration.latency",
    "integrationStatus": "$context.integration.integrationStatus",
    "error": "$context.error.message",
    "errorType": "$context.error.responseType",
    "waf": "$context.waf.status",
    "trace": "$context.xrayTraceId",
}


class RestStage(Component):
    """A deployment of the API as it is now, and the stage that serves it, named like the stack.

    A change of what the API does makes a new deployment; those before it stay at AWS, for a canary and for a rollback.

    Costs at rest: a cache by the hour, from 14.60 USD a month; otherwise nothing.

    Replaced by: another stage name; a change of routes replaces the deployment, without a gap.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/stages.html

    Args:
        name: Logical name.
        settings: Limits, cache, logs and canary.
        names: Names of the stack.
        api: The API.
        definition: Digest of everything that a deployment holds.
        parts: Everything that a deployment must wait for.
        kms_key_arn: Key that encrypts the logs; None for AWS's own encryption.
        opts: Options of the component.

    Attributes:
        stage: The stage.
        deployment: The newest deployment.
        log_group_name: Name of the access log, known before deployment.
        log_group: The access log.
    """

    token = "api:RestStage"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: RestApiSettings,
        names: Names,
        api: apigateway.RestApi,
        definition: str,
        parts: Sequence[pulumi.Resource],
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._api = api
        self.log_group_name: str = (settings.log_group or names.path("rest-api")).replace("{stage}", names.stage)
        logs = self._create_logs(kms_key_arn)
        self.log_group = logs[0]
        self.deployment = apigateway.Deployment(
            name,
            rest_api=api.id,
            description=f"{names.system} {names.stage} {definition[:12]}",
            triggers={"definition": definition},
            opts=self.child(depends_on=list(parts), retain_on_delete=True),
        )
        self.stage = self._create_stage(logs)
        self._set_limits()
        self.register_outputs({"stageName": self.stage.stage_name})

    @property
    def url(self) -> pulumi.Output[str]:
        """The stage's own address."""
        return self.stage.invoke_url

    def _create_logs(self, kms_key_arn: pulumi.Input[str] | None) -> list[cloudwatch.LogGroup]:
        """The access log, and the execution log before API Gateway makes one that is kept for ever."""
        groups: dict[str, pulumi.Input[str]] = {"access": self.log_group_name}
        if self._settings.execution_log != "none":
            # API Gateway writes to this name and no other.
            groups["execution"] = pulumi.Output.concat(
                "API-Gateway-Execution-Logs_", self._api.id, f"/{self._names.stage}"
            )
        return [
            cloudwatch.LogGroup(
                f"{self.logical_name}-{role}",
                name=group_name,
                retention_in_days=self._settings.log_retention_days,
                kms_key_id=kms_key_arn,
                tags=self.tags,
                opts=self.child(),
            )
            for role, group_name in groups.items()
        ]

    def _create_stage(self, logs: Sequence[cloudwatch.LogGroup]) -> apigateway.Stage:
        settings = self._settings
        canary = settings.canary
        return apigateway.Stage(
            self.logical_name,
            rest_api=self._api.id,
            stage_name=self._names.stage,
            deployment=self.deployment.id if canary is None else canary.stable_deployment,
            canary_settings=None
            if canary is None
            else apigateway.StageCanarySettingsArgs(
                deployment_id=self.deployment.id,
                percent_traffic=canary.percent,
                stage_variable_overrides=dict(canary.variables) or None,
                use_stage_cache=False,
            ),
            variables=dict(settings.variables) or None,
            xray_tracing_enabled=settings.tracing,
            cache_cluster_enabled=settings.cache is not None,
            cache_cluster_size=None if settings.cache is None else settings.cache.size_gb,
            access_log_settings=apigateway.StageAccessLogSettingsArgs(
                destination_arn=logs[0].arn, format=json_document(_ACCESS_LOG)
            ),
            tags=self.tags,
            opts=self.child(depends_on=list(logs)),
        )

    def _set_limits(self) -> None:
        self._set("*/*", f"{self.logical_name}-*", self._settings.throttle, None)
        for key, route in sorted(self._settings.routes.items()):
            if route.throttle is None and route.cache_seconds is None:
                continue
            verb, path = split_route(key)
            # The path without its first slash; the root alone is written in its escaped form.
            method_path = f"{path.removeprefix('/') or '~1'}/{verb}"
            name = f"{self.logical_name}-{key}"
            self._set(method_path, name, route.throttle or self._settings.throttle, route.cache_seconds)

    def _set(self, method_path: str, name: str, throttle: Throttle, cache_seconds: int | None) -> None:
        settings = self._settings
        apigateway.MethodSettings(
            name,
            rest_api=self._api.id,
            stage_name=self.stage.stage_name,
            method_path=method_path,
            settings=apigateway.MethodSettingsSettingsArgs(
                throttling_rate_limit=throttle.rate,
                throttling_burst_limit=throttle.burst,
                metrics_enabled=settings.detailed_metrics,
                logging_level=_LEVELS[settings.execution_log],
                data_trace_enabled=False,
                caching_enabled=cache_seconds is not None,
                cache_data_encrypted=True if cache_seconds is not None else None,
                cache_ttl_in_seconds=cache_seconds,
                require_authorization_for_cache_control=True if cache_seconds is not None else None,
            ),
            opts=self.child(),
        )
