"""What happens on a WebSocket API: its routes, who may connect, its limits and its logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_aws import apigatewayv2, cloudwatch

from components.api.websocket_api import WebSocketApi
from components.component import Component
from components.documents import json_document
from components.functions.lambda_function import LambdaFunction
from components.names import Names
from settings.http_api import Throttle
from settings.websocket_api import OWN_ROUTES, WebSocketAuthorizer, WebSocketRoute
from settings.websocket_api import WebSocketApi as WebSocketApiSettings

_CALLER: Final = "apigateway.amazonaws.com"
_LEVELS: Final = {"none": "OFF", "errors": "ERROR", "all": "INFO"}
#: How a request to connect carries what the authorizer reads.
_SOURCES: Final = {"header": "route.request.header.", "query": "route.request.querystring."}
#: The route of a response: all of them.
_ANY: Final = "$default"
#: What the access log says of each event: who, which route, and how it went; no bodies, no tokens.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "event": "$context.eventType",
    "route": "$context.routeKey",
    "connection": "$context.connectionId",
    "status": "$context.status",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "error": "$context.error.message",
}


class WebSocketRoutes(Component):
    """Routes to functions, the authorizer of connections, the stage with its limits, and its logs.

    Each function is called through its alias ``live``. Routes are deployed as they change. API Gateway asks the
    authorizer once, when a connection opens.

    Costs at rest: nothing.

    Replaced by: nothing; a change of a route's key replaces the route.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html

    Args:
        name: Logical name.
        settings: Routes, authorizer and limits.
        names: Names of the stack; its stage is the API's.
        api: The API.
        functions: The stack's functions by name.
        kms_key_arn: Key that encrypts the logs; None for AWS's own encryption.
        opts: Options of the component.

    Attributes:
        stage: The stage.
        log_group: The access log.
        log_group_name: Its name, known before deployment.
    """

    token = "api:WebSocketRoutes"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: WebSocketApiSettings,
        names: Names,
        api: WebSocketApi,
        functions: Mapping[str, LambdaFunction],
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._api = api.api
        self._functions = functions
        self.log_group_name: str = names.path("websocket-api")
        self.log_group = self._create_log_group("access", self.log_group_name, kms_key_arn)
        self._execution_log = self._create_execution_log(kms_key_arn)
        self._integrations = {key: self._create_integration(key) for key in settings.functions}
        guard = None if settings.authorizer is None else self._create_authorizer(settings.authorizer)
        self._parts: list[pulumi.Resource] = []
        for key, route in settings.all_routes.items():
            self._create_route(key, route, guard if key == "$connect" else None)
        self.stage = self._create_stage()
        self.register_outputs({"stageName": self.stage.name})

    def _create_log_group(
        self, role: str, group_name: pulumi.Input[str], kms_key_arn: pulumi.Input[str] | None
    ) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            f"{self.logical_name}-{role}",
            name=group_name,
            retention_in_days=self._settings.log_retention_days,
            kms_key_id=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )

    def _create_execution_log(self, kms_key_arn: pulumi.Input[str] | None) -> list[pulumi.Resource]:
        """The execution log, before API Gateway makes one that is kept for ever."""
        if self._settings.execution_log == "none":
            return []
        # API Gateway writes to this name and no other.
        group_name = pulumi.Output.concat("/aws/apigateway/", self._api.id, f"/{self._names.stage}")
        return [self._create_log_group("execution", group_name, kms_key_arn)]

    def _create_integration(self, function_name: str) -> apigatewayv2.Integration:
        function = self._functions[function_name]
        name = f"{self.logical_name}-{function_name}"
        function.admit(
            self,
            name,
            principal=_CALLER,
            source_arn=pulumi.Output.concat(self._api.execution_arn, "/*"),
        )
        return apigatewayv2.Integration(
            name,
            api_id=self._api.id,
            description=f"Function {function_name}",
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=function.alias.invoke_arn,
            timeout_milliseconds=self._settings.timeout_ms,
            opts=self.child(),
        )

    def _create_authorizer(self, settings: WebSocketAuthorizer) -> apigatewayv2.Authorizer:
        function = self._functions[settings.function]
        name = f"{self.logical_name}-authorizer"
        authorizer = apigatewayv2.Authorizer(
            name,
            api_id=self._api.id,
            name=self._names.physical("websocket", limit=128),
            authorizer_type="REQUEST",
            authorizer_uri=function.alias.invoke_arn,
            identity_sources=[
                _SOURCES[kind] + word for kind, _, word in (source.partition(":") for source in settings.sources)
            ],
            opts=self.child(),
        )
        function.admit(
            self,
            name,
            principal=_CALLER,
            source_arn=pulumi.Output.concat(self._api.execution_arn, "/authorizers/", authorizer.id),
        )
        return authorizer

    def _create_route(self, key: str, route: WebSocketRoute, guard: apigatewayv2.Authorizer | None) -> None:
        # What opens and ends a connection has nobody to answer.
        answers = route.answers and key not in OWN_ROUTES[:2]
        integration = self._integrations[route.function or self._settings.function]
        made = apigatewayv2.Route(
            f"{self.logical_name}-{key}",
            api_id=self._api.id,
            route_key=key,
            authorization_type="NONE" if guard is None else "CUSTOM",
            authorizer_id=None if guard is None else guard.id,
            route_response_selection_expression=_ANY if answers else None,
            target=pulumi.Output.concat("integrations/", integration.id),
            opts=self.child(),
        )
        self._parts.append(made)
        if answers:
            self._parts.append(
                apigatewayv2.RouteResponse(
                    f"{self.logical_name}-{key}",
                    api_id=self._api.id,
                    route_id=made.id,
                    route_response_key=_ANY,
                    opts=self.child(),
                )
            )

    def _create_stage(self) -> apigatewayv2.Stage:
        settings = self._settings
        return apigatewayv2.Stage(
            self.logical_name,
            api_id=self._api.id,
            name=self._names.stage,
            auto_deploy=True,
            access_log_settings={"destination_arn": self.log_group.arn, "format": str(json_document(_ACCESS_LOG))},
            default_route_settings=apigatewayv2.StageDefaultRouteSettingsArgs(**self._limits(settings.throttle)),
            route_settings=[
                apigatewayv2.StageRouteSettingArgs(route_key=key, **self._limits(route.throttle))
                for key, route in settings.all_routes.items()
                if route.throttle is not None
            ],
            tags=self.tags,
            # A limit names a route that must exist, and a stage without routes answers nobody.
            opts=self.child(depends_on=[*self._parts, *self._execution_log]),
        )

    def _limits(self, throttle: Throttle) -> dict[str, Any]:
        return {
            "throttling_rate_limit": throttle.rate,
            "throttling_burst_limit": throttle.burst,
            "detailed_metrics_enabled": self._settings.detailed_metrics,
            "logging_level": _LEVELS[self._settings.execution_log],
            "data_trace_enabled": False,
        }
