"""An Amazon API Gateway REST API in front of functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

import pulumi
from pulumi_aws import apigateway, wafv2

from components.api.rest_access import RestAccess
from components.api.rest_checks import RequestChecks
from components.api.rest_domain import RestDomain
from components.api.rest_routes import RestRoutes, origin_template, preflight_headers
from components.api.rest_stage import RestStage
from components.api.rest_usage import RestUsage
from components.component import Component
from components.functions.lambda_function import LambdaFunction
from components.names import Names
from settings.rest_api import RestApi as RestApiSettings

#: The gateway's own errors, in the form that applications use for theirs.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
_ERROR: Final = (
    '{"error":{"code":"$context.error.responseType","message":$context.error.messageString,'
    '"correlationId":"$context.requestId"}}'
)
_ERRORS: Final = ("DEFAULT_4XX", "DEFAULT_5XX")
#: What a deployment holds; limits, logs and plans belong to the stage.
_DEPLOYED: Final = frozenset({"function", "routes", "authorizers", "models", "cors", "timeout_ms"})


class RestApi(Component):
    """A regional REST API with its routes, authorizers, checks, stage, usage plans and, by setting, name and firewall.

    With a name of one's own the address that AWS gives is switched off, so that nobody passes by what stands in front,
    unless two regions share the name: then each is checked at its own address, behind the same firewall and keys.
    The access and execution logs need API Gateway's CloudWatch role, which the account has once.

    Costs at rest: nothing without a cache; a million requests cost 3.50 USD.

    Replaced by: nothing; a change of routes makes a new deployment.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-rest-api.html

    Args:
        name: Logical name.
        settings: Routes, authorizers, checks, limits and origins.
        names: Names of the stack.
        functions: The stack's functions by name.
        user_pool_arn: The user pool, for authorizers of kind users.
        domain_name: A name of one's own.
        certificate_arn: Its certificate, in the API's region.
        web_acl_arn: A regional web ACL.
        same_keys_as: The API in another region whose callers' keys hold here too.
        checked_by_region: Whether health checks call it at the address that AWS gives, beside the name.
        kms_key_arn: Key that encrypts the logs; None for AWS's own encryption.
        opts: Options of the component.

    Attributes:
        physical_name: Exact name in AWS.
        api: The API.
        stage: Its stage, with deployment and logs.
        usage: Its usage plans and keys; None where nobody is counted.
        domain: Its name of one's own, or None.
        host: The name that users call.
        base_path: What stands before every path there: the stage, unless the name is one's own.
        own_host: The address that AWS gives, which answers where there is no other name, or where it is checked.
        own_base_path: What stands before every path there.

    Raises:
        ValueError: A domain without its certificate, or an authorizer without its user pool.
    """

    token = "api:RestApi"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: RestApiSettings,
        names: Names,
        functions: Mapping[str, LambdaFunction],
        user_pool_arn: pulumi.Input[str] | None = None,
        domain_name: str | None = None,
        certificate_arn: pulumi.Input[str] | None = None,
        web_acl_arn: pulumi.Input[str] | None = None,
        same_keys_as: RestApi | None = None,
        checked_by_region: bool = False,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if (domain_name is None) != (certificate_arn is None):
            raise ValueError("an API's domain and certificate come together")
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self.physical_name: str = settings.physical_name or names.physical("rest-api", limit=128)
        self.api = self._create_api(default_endpoint=domain_name is None or checked_by_region)
        access = RestAccess(
            f"{name}-access",
            authorizers=settings.authorizers,
            api=self.api,
            functions=functions,
            user_pool_arn=user_pool_arn,
            opts=self.child(),
        )
        checks = RequestChecks(f"{name}-checks", settings=settings, api=self.api, opts=self.child())
        routes = RestRoutes(
            f"{name}-routes",
            settings=settings,
            api=self.api,
            functions=functions,
            guards=access.guards,
            checks=checks,
            opts=self.child(),
        )
        errors = self._create_errors()
        self.stage = RestStage(
            f"{name}-stage",
            settings=settings,
            names=names,
            api=self.api,
            definition=definition_of(settings),
            parts=[*access.parts, *checks.parts, *routes.parts, *errors],
            kms_key_arn=kms_key_arn,
            opts=self.child(),
        )
        self.usage = self._create_usage(same_keys_as)
        self.own_host = pulumi.Output.concat(self.api.id, f".execute-api.{names.region}.amazonaws.com")
        self.own_base_path = f"/{names.stage}"
        self.base_path = self.own_base_path if domain_name is None else ""
        self.domain = self._create_domain(domain_name, certificate_arn)
        self.host: pulumi.Output[str] = self.own_host if domain_name is None else pulumi.Output.from_input(domain_name)
        if web_acl_arn is not None:
            wafv2.WebAclAssociation(name, resource_arn=self.stage.stage.arn, web_acl_arn=web_acl_arn, opts=self.child())
        self.register_outputs({"apiId": self.api.id, "host": self.host})

    def _create_api(self, *, default_endpoint: bool) -> apigateway.RestApi:
        settings = self._settings
        compress = settings.compress_from_bytes
        return apigateway.RestApi(
            self.logical_name,
            name=self.physical_name,
            description=f"REST API of {self._names.system}, {self._names.stage}",
            endpoint_configuration=apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
            disable_execute_api_endpoint=not default_endpoint,
            minimum_compression_size=None if compress is None else str(compress),
            tags=self.tags,
            opts=self.child(),
        )

    def _create_errors(self) -> list[apigateway.Response]:
        cors = self._settings.cors
        headers = {} if cors is None else {"Access-Control-Allow-Origin": cors.origins[0]}
        if cors is not None and cors.credentials:
            headers["Access-Control-Allow-Credentials"] = "true"
        return [
            apigateway.Response(
                f"{self.logical_name}-{kind.lower().replace('_', '-')}",
                rest_api_id=self.api.id,
                response_type=kind,
                response_parameters={f"gatewayresponse.header.{key}": f"'{value}'" for key, value in headers.items()}
                or None,
                response_templates={"application/json": _ERROR},
                opts=self.child(),
            )
            for kind in _ERRORS
        ]

    @property
    def address(self) -> pulumi.Output[str]:
        """Host and base path that AWS gives."""
        return pulumi.Output.concat(self.own_host, self.own_base_path)

    def _create_usage(self, same_keys_as: RestApi | None) -> RestUsage | None:
        if not self._settings.usage_plans:
            return None
        return RestUsage(
            f"{self.logical_name}-usage",
            plans=self._settings.usage_plans,
            names=self._names,
            stage=self.stage.stage,
            same_keys_as=None if same_keys_as is None else same_keys_as.usage,
            opts=self.child(),
        )

    def _create_domain(self, domain_name: str | None, certificate_arn: pulumi.Input[str] | None) -> RestDomain | None:
        if domain_name is None or certificate_arn is None:
            return None
        return RestDomain(
            f"{self.logical_name}-domain",
            domain_name=domain_name,
            certificate_arn=certificate_arn,
            stage=self.stage.stage,
            opts=self.child(),
        )


def definition_of(settings: RestApiSettings) -> str:
    """A digest that changes with everything a deployment holds, and with nothing else.

    Args:
        settings: The API's settings.
    """
    held = settings.model_dump(mode="json", include=set(_DEPLOYED))
    for route in held["routes"].values():
        # Limits belong to the stage, as does the time that an answer is kept.
        route.pop("throttle")
        route["cache_seconds"] = route["cache_seconds"] is not None
    cors = settings.cors
    held["answers"] = [_ERROR, *([] if cors is None else [preflight_headers(cors), origin_template(cors)])]
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
