"""The paths of a REST API: resources, methods, the functions behind them, and preflight answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import apigateway

from components.api.rest_access import Guard
from components.api.rest_checks import RequestChecks
from components.component import Component
from components.functions.lambda_function import LambdaFunction
from settings.http_api import HttpCors
from settings.rest_api import RestApi as RestApiSettings
from settings.rest_api import RestRoute, path_parameters, split_route

_CALLER: Final = "apigateway.amazonaws.com"
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_LOCATIONS: Final = {"query": "querystring", "header": "header"}
_PREFLIGHT_STATUS: Final = "204"


class RestRoutes(Component):
    """A resource for each part of a path, a method for each route, and a preflight answer for each path with one.

    Each function is called through its alias ``live``, with the whole request, and answers with the whole response; it
    names the allowed origin itself, while preflight requests are answered here.

    Costs nothing beside the requests. Another path replaces its resources and methods, nobody notices: what callers see
    is the deployment.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html

    Args:
        name: Logical name.
        settings: Routes, origins and limits.
        api: The API.
        functions: The stack's functions by name.
        guards: Authorizers by name.
        checks: Models and validators.
        opts: Options of the component.

    Attributes:
        parts: Everything that a deployment must wait for.
    """

    token = "api:RestRoutes"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: RestApiSettings,
        api: apigateway.RestApi,
        functions: Mapping[str, LambdaFunction],
        guards: Mapping[str, Guard],
        checks: RequestChecks,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._api = api
        self._guards = guards
        self._checks = checks
        self.parts: list[pulumi.Resource] = []
        self._resources: dict[str, pulumi.Output[str]] = {"/": api.root_resource_id}
        self._admit(functions)
        for key, route in sorted(settings.routes.items()):
            self._create_method(key, route, functions[settings.function_of(key)])
        if settings.cors is not None:
            for path in sorted({split_route(key)[1] for key in settings.routes}):
                self._create_preflight(path, settings.cors)
        self.register_outputs({})

    def _admit(self, functions: Mapping[str, LambdaFunction]) -> None:
        for name in sorted({self._settings.function_of(key) for key in self._settings.routes}):
            permission = functions[name].admit(
                self,
                f"{self.logical_name}-{name}",
                principal=_CALLER,
                source_arn=pulumi.Output.concat(self._api.execution_arn, "/*"),
            )
            self.parts.append(permission)

    def _resource(self, path: str) -> pulumi.Output[str]:
        """The id of a path's resource, made with those above it where they do not exist yet."""
        if path not in self._resources:
            above, _, part = path.rpartition("/")
            resource = apigateway.Resource(
                f"{self.logical_name}-{path}",
                rest_api=self._api.id,
                parent_id=self._resource(above or "/"),
                path_part=part,
                opts=self.child(),
            )
            self._resources[path] = resource.id
            self.parts.append(resource)
        return self._resources[path]

    def _create_method(self, key: str, route: RestRoute, function: LambdaFunction) -> None:
        verb, path = split_route(key)
        guard = None if route.authorizer is None else self._guards[route.authorizer]
        parameters = {f"method.request.path.{name}": True for name in path_parameters(path)}
        for parameter in route.required:
            location, _, name = parameter.partition(":")
            parameters[f"method.request.{_LOCATIONS[location]}.{name}"] = True
        cache_keys = sorted(parameters)
        if route.cache_seconds is not None and route.authorizer is not None:
            for header in self._settings.authorizers[route.authorizer].headers:
                # The caller is part of the key: nobody gets what was kept for another.
                parameters.setdefault(f"method.request.header.{header}", False)
                cache_keys.append(f"method.request.header.{header}")
        method = apigateway.Method(
            f"{self.logical_name}-{key}",
            rest_api=self._api.id,
            resource_id=self._resource(path),
            http_method=verb,
            authorization="NONE" if guard is None else guard.kind,
            authorizer_id=None if guard is None else guard.authorizer.id,
            authorization_scopes=list(route.scopes) or None,
            api_key_required=route.api_key,
            request_parameters=parameters or None,
            request_models=None if route.body is None else {"application/json": self._checks.models[route.body].name},
            request_validator_id=self._checks.validator_of(key),
            opts=self.child(),
        )
        integration = apigateway.Integration(
            f"{self.logical_name}-{key}",
            rest_api=self._api.id,
            resource_id=self._resource(path),
            http_method=method.http_method,
            type="AWS_PROXY",
            # Lambda takes calls by POST, whatever the caller's method is.
            integration_http_method="POST",
            uri=function.alias.invoke_arn,
            timeout_milliseconds=self._settings.timeout_ms,
            cache_key_parameters=sorted(set(cache_keys)) if route.cache_seconds is not None and cache_keys else None,
            opts=self.child(),
        )
        self.parts += [method, integration]

    def _create_preflight(self, path: str, cors: HttpCors) -> None:
        name = f"{self.logical_name}-OPTIONS {path}"
        opts = self.child()
        method = apigateway.Method(
            name,
            rest_api=self._api.id,
            resource_id=self._resource(path),
            http_method="OPTIONS",
            authorization="NONE",
            opts=opts,
        )
        integration = apigateway.Integration(
            name,
            rest_api=self._api.id,
            resource_id=self._resource(path),
            http_method=method.http_method,
            type="MOCK",
            passthrough_behavior="WHEN_NO_MATCH",
            request_templates={"application/json": json.dumps({"statusCode": int(_PREFLIGHT_STATUS)})},
            opts=opts,
        )
        headers = preflight_headers(cors)
        answer = apigateway.MethodResponse(
            name,
            rest_api=self._api.id,
            resource_id=self._resource(path),
            http_method=method.http_method,
            status_code=_PREFLIGHT_STATUS,
            response_parameters={f"method.response.header.{header}": True for header in headers},
            opts=opts,
        )
        filled = apigateway.IntegrationResponse(
            name,
            rest_api=self._api.id,
            resource_id=self._resource(path),
            http_method=method.http_method,
            status_code=answer.status_code,
            response_parameters={f"method.response.header.{header}": f"'{value}'" for header, value in headers.items()},
            response_templates={"application/json": origin_template(cors)} if len(cors.origins) > 1 else None,
            opts=self.child(depends_on=[integration]),
        )
        self.parts += [method, integration, answer, filled]


def preflight_headers(cors: HttpCors) -> dict[str, str]:
    """The headers of a preflight answer, with the first of the allowed origins."""
    methods = _METHODS if "*" in cors.methods else cors.methods
    headers = {
        "Access-Control-Allow-Origin": cors.origins[0],
        "Access-Control-Allow-Methods": ",".join(methods),
        "Access-Control-Allow-Headers": ",".join(cors.headers),
        "Access-Control-Max-Age": str(cors.max_age_seconds),
    }
    if cors.credentials:
        headers["Access-Control-Allow-Credentials"] = "true"
    if cors.origins != ("*",):
        headers["Vary"] = "Origin"
    return headers


def origin_template(cors: HttpCors) -> str:
    """The template that names the caller's origin where it is one of the allowed ones.

    A browser takes one origin or none, so a fixed header cannot hold several.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
    """
    return (
        f"#set($allowed = {json.dumps(list(cors.origins))})"
        '#set($origin = $input.params("Origin"))'
        "#if($allowed.contains($origin))"
        '#set($context.responseOverride.header.Access-Control-Allow-Origin = "$origin")'
        "#end"
    )
