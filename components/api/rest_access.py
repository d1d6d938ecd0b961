"""Who may call a REST API: authorizers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import apigateway

from components.component import Component
from components.functions.lambda_function import LambdaFunction
from settings.rest_api import RestAuthorizer

_CALLER: Final = "apigateway.amazonaws.com"
_TYPES: Final = {"users": "COGNITO_USER_POOLS", "token": "TOKEN", "request": "REQUEST"}


@dataclass(frozen=True, kw_only=True)
class Guard:
    """An authorizer, and how a method names its kind.

    Attributes:
        authorizer: The authorizer.
        kind: ``COGNITO_USER_POOLS`` or ``CUSTOM``.
    """

    authorizer: apigateway.Authorizer
    kind: str


class RestAccess(Component):
    """The authorizers of an API: the user pool's tokens, or a function that answers with a policy.

    Costs nothing but a function's calls; an answer that is kept saves the next. Nothing replaces an authorizer.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html

    Args:
        name: Logical name.
        authorizers: Authorizers by name.
        api: The API.
        functions: The stack's functions by name.
        user_pool_arn: The user pool; needed by authorizers of kind users.
        opts: Options of the component.

    Attributes:
        guards: Authorizers by name.
        parts: Everything that a deployment must wait for.

    Raises:
        ValueError: An authorizer of kind users without a user pool.
    """

    token = "api:RestAccess"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        authorizers: Mapping[str, RestAuthorizer],
        api: apigateway.RestApi,
        functions: Mapping[str, LambdaFunction],
        user_pool_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if user_pool_arn is None and any(a.kind == "users" for a in authorizers.values()):
            raise ValueError("an authorizer of kind users needs a user pool")
        super().__init__(name, opts=opts)
        self._api = api
        self.parts: list[pulumi.Resource] = []
        self.guards = {
            key: self._create(key, authorizer, functions, user_pool_arn)
            for key, authorizer in sorted(authorizers.items())
        }
        self.register_outputs({})

    def _create(
        self,
        key: str,
        settings: RestAuthorizer,
        functions: Mapping[str, LambdaFunction],
        user_pool_arn: pulumi.Input[str] | None,
    ) -> Guard:
        name = f"{self.logical_name}-{key}"
        function = None if settings.function is None else functions[settings.function]
        authorizer = apigateway.Authorizer(
            name,
            rest_api=self._api.id,
            name=key,
            type=_TYPES[settings.kind],
            identity_source=",".join(f"method.request.header.{header}" for header in settings.headers),
            authorizer_result_ttl_in_seconds=settings.ttl_seconds,
            provider_arns=[user_pool_arn] if settings.kind == "users" and user_pool_arn is not None else None,
            authorizer_uri=None if function is None else function.alias.invoke_arn,
            opts=self.child(),
        )
        self.parts.append(authorizer)
        if function is not None:
            permission = function.admit(
                self,
                name,
                principal=_CALLER,
                source_arn=pulumi.Output.concat(self._api.execution_arn, "/authorizers/", authorizer.id),
            )
            self.parts.append(permission)
        return Guard(authorizer=authorizer, kind="COGNITO_USER_POOLS" if settings.kind == "users" else "CUSTOM")
