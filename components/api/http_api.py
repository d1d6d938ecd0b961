"""An Amazon API Gateway HTTP API in front of functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_aws import apigatewayv2, cloudwatch

from components.component import Component
from components.documents import json_document
from components.functions.lambda_function import LambdaFunction
from components.names import Names
from settings.http_api import Authorizer, HttpRoute
from settings.http_api import HttpApi as HttpApiSettings

#: The stage that answers without a path of its own.
DEFAULT_STAGE: Final = "$default"
#: What a preflight request is sent to where every other route asks who is calling.
PREFLIGHT: Final = "OPTIONS /{proxy+}"
_CALLER: Final = "apigateway.amazonaws.com"
#: What the access log says of each request: who, what, the answer and how long it took; no bodies, no tokens.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
_ACCESS_LOG: Final = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "route": "$context.routeKey",
    "status": "$context.status",
    "protocol": "$context.protocol",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "error": "$context.error.message",
}


class HttpApi(Component):
    """An HTTP API with its routes, authorizers, stage and access log.

    Each function is called through its alias ``live``. Routes are deployed as they change. With a name of one's own the
    address that AWS gives is switched off, so that nobody passes by what stands in front.

    Costs at rest: nothing; a million requests cost 1.00 USD.

    Replaced by: nothing; a change of a route's key replaces the route.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api.html

    Args:
        name: Logical name.
        settings: Routes, authorizers, limits and origins.
        names: Names of the stack.
        functions: The stack's functions by name.
        domain_name: A name of one's own.
        certificate_arn: Its certificate, in the API's region.
        kms_key_arn: Key that encrypts the access log; None for AWS's own encryption.
        opts: Options of the component.

    Attributes:
        api: The API.
        stage: Its stage.
        log_group_name: Name of the access log, known before deployment.
        log_group: The access log.
        host: The name that users call.
        domain: The name of one's own, or None.

    Raises:
        ValueError: A domain without its certificate.
    """

    token = "api:HttpApi"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: HttpApiSettings,
        names: Names,
        functions: Mapping[str, LambdaFunction],
        domain_name: str | None = None,
        certificate_arn: pulumi.Input[str] | None = None,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if (domain_name is None) != (certificate_arn is None):
            raise ValueError("an API's domain and certificate come together")
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._functions = functions
        self.api = self._create_api(default_endpoint=domain_name is None)
        self.log_group_name: str = names.path("http-api")
        self.log_group = self._create_log_group(kms_key_arn)
        self._integrations = self._create_integrations()
        self._authorizers = {key: self._create_authorizer(key, a) for key, a in settings.authorizers.items()}
        self._routes = [self._create_route(key, route) for key, route in self._all_routes().items()]
        self.stage = self._create_stage()
        self.domain = None if domain_name is None else self._create_domain(domain_name, certificate_arn)
        self.host: pulumi.Input[str] = (
            self.api.api_endpoint.apply(lambda url: url.removeprefix("https://"))
            if domain_name is None
            else domain_name
        )
        self.register_outputs({"apiId": self.api.id, "host": self.host})

    @property
    def address(self) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        """What a record of the name of one's own points at, and the hosted zone of that.

        Raises:
            ValueError: The API has no name of its own.
        """
        if self.domain is None:
            raise ValueError(f"{self.logical_name} has no name of its own")
        regional = self.domain.domain_name_configuration
        # The types allow for neither; AWS always gives both.
        return (
            regional.apply(lambda found: found.target_domain_name or ""),
            regional.apply(lambda found: found.hosted_zone_id or ""),
        )

    def _create_api(self, *, default_endpoint: bool) -> apigatewayv2.Api:
        cors = self._settings.cors
        return apigatewayv2.Api(
            self.logical_name,
            name=self._settings.physical_name or self._names.physical("http-api", limit=128),
            protocol_type="HTTP",
            description=f"HTTP API of {self._names.system}, {self._names.stage}",
            disable_execute_api_endpoint=not default_endpoint,
            cors_configuration=None
            if cors is None
            else {
                "allow_origins": list(cors.origins),
                "allow_methods": list(cors.methods),
                "allow_headers": list(cors.headers),
                "expose_headers": list(cors.expose_headers) or None,
                "allow_credentials": cors.credentials,
                "max_age": cors.max_age_seconds,
            },
            tags=self.tags,
            opts=self.child(),
        )

    def _create_log_group(self, kms_key_arn: pulumi.Input[str] | None) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            f"{self.logical_name}-access",
            name=self.log_group_name,
            retention_in_days=self._settings.log_retention_days,
            kms_key_id=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )

    def _all_routes(self) -> dict[str, HttpRoute]:
        """The routes of the settings, and the one that lets preflight requests by a guarded catch-all."""
        routes = dict(self._settings.routes)
        catch_all = routes.get("$default")
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
        if self._settings.cors is not None and catch_all is not None and catch_all.authorizer is not None:
            routes.setdefault(PREFLIGHT, HttpRoute(function=catch_all.function))
        return routes

    def _create_integrations(self) -> dict[str, apigatewayv2.Integration]:
        names = sorted({route.function or self._settings.function for route in self._all_routes().values()})
        return {name: self._create_integration(name, self._functions[name]) for name in names}

    def _create_integration(self, name: str, function: LambdaFunction) -> apigatewayv2.Integration:
        function.admit(
            self,
            f"{self.logical_name}-{name}",
            principal=_CALLER,
            source_arn=pulumi.Output.concat(self.api.execution_arn, "/*"),
        )
        return apigatewayv2.Integration(
            f"{self.logical_name}-{name}",
            api_id=self.api.id,
            description=f"Function {name}",
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=function.alias.invoke_arn,
            payload_format_version="2.0",
            timeout_milliseconds=self._settings.timeout_ms,
            opts=self.child(),
        )

    def _create_authorizer(self, key: str, authorizer: Authorizer) -> apigatewayv2.Authorizer:
        name = f"{self.logical_name}-{key}"
        common: dict[str, Any] = {
            "api_id": self.api.id,
            "name": self._names.physical(key, limit=128),
            "identity_sources": list(authorizer.identity_sources),
            "opts": self.child(),
        }
        if authorizer.issuer is not None:
            return apigatewayv2.Authorizer(
                name,
                authorizer_type="JWT",
                jwt_configuration={"issuer": authorizer.issuer, "audiences": list(authorizer.audience)},
                **common,
            )
        function = self._functions[str(authorizer.function)]
        made = apigatewayv2.Authorizer(
            name,
            authorizer_type="REQUEST",
            authorizer_uri=function.alias.invoke_arn,
            authorizer_payload_format_version="2.0",
            authorizer_result_ttl_in_seconds=authorizer.ttl_seconds,
            enable_simple_responses=True,
            **common,
        )
        function.admit(
            self,
            f"{name}-authorizer",
            principal=_CALLER,
            source_arn=pulumi.Output.concat(self.api.execution_arn, "/authorizers/", made.id),
        )
        return made

    def _create_route(self, key: str, route: HttpRoute) -> apigatewayv2.Route:
        guard = None if route.authorizer is None else self._authorizers[route.authorizer]
        kind = "NONE"
        if route.authorizer is not None:
            kind = "JWT" if self._settings.authorizers[route.authorizer].issuer is not None else "CUSTOM"
        integration = self._integrations[route.function or self._settings.function]
        return apigatewayv2.Route(
            f"{self.logical_name}-{key}",
            api_id=self.api.id,
            route_key=key,
            authorization_type=kind,
            authorizer_id=None if guard is None else guard.id,
            authorization_scopes=list(route.scopes) or None,
            target=pulumi.Output.concat("integrations/", integration.id),
            opts=self.child(),
        )

    def _create_stage(self) -> apigatewayv2.Stage:
        settings = self._settings
        return apigatewayv2.Stage(
            self.logical_name,
            api_id=self.api.id,
            name=DEFAULT_STAGE,
            auto_deploy=True,
            access_log_settings={"destination_arn": self.log_group.arn, "format": str(json_document(_ACCESS_LOG))},
            default_route_settings={
                "throttling_rate_limit": settings.throttle.rate,
                "throttling_burst_limit": settings.throttle.burst,
                "detailed_metrics_enabled": settings.detailed_metrics,
            },
            route_settings=[
                {
                    "route_key": key,
                    "throttling_rate_limit": route.throttle.rate,
                    "throttling_burst_limit": route.throttle.burst,
                    "detailed_metrics_enabled": settings.detailed_metrics,
                }
                for key, route in settings.routes.items()
                if route.throttle is not None
            ],
            tags=self.tags,
            # A limit names a route that must exist, and a stage without routes answers nobody.
            opts=self.child(depends_on=self._routes),
        )

    def _create_domain(self, domain_name: str, certificate_arn: pulumi.Input[str] | None) -> apigatewayv2.DomainName:
        trust_store = self._settings.trust_store
        domain = apigatewayv2.DomainName(
            self.logical_name,
            domain_name=domain_name,
            domain_name_configuration={
                "certificate_arn": certificate_arn or "",
                "endpoint_type": "REGIONAL",
                "security_policy": "TLS_1_2",
            },
            mutual_tls_authentication=None if trust_store is None else {"truststore_uri": trust_store},
            tags=self.tags,
            opts=self.child(),
        )
        apigatewayv2.ApiMapping(
            self.logical_name,
            api_id=self.api.id,
            domain_name=domain.domain_name,
            stage=self.stage.name,
            opts=self.child(),
        )
        return domain
