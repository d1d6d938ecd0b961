"""What a REST API refuses before a function is called: models and validators of requests."""

from __future__ import annotations

from typing import Final

import pulumi
from pulumi_aws import apigateway

from components.component import Component
from components.documents import json_document
from settings.rest_api import RestApi as RestApiSettings
from settings.rest_api import RestRoute

_DRAFT: Final = "http://json-schema.org/draft-04/schema#"


class RequestChecks(Component):
    """A model for each schema, and a validator for each combination of body and parameters that routes ask for.

    Costs nothing; a refused request is still a request. Another name of a model replaces it.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html

    Args:
        name: Logical name.
        settings: Models and routes.
        api: The API.
        opts: Options of the component.

    Attributes:
        models: Models by name.
        parts: Everything that a deployment must wait for.
    """

    token = "api:RequestChecks"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: RestApiSettings,
        api: apigateway.RestApi,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.models = {
            model: apigateway.Model(
                f"{name}-{model}",
                rest_api=api.id,
                # API Gateway takes letters and digits only.
                name="".join(part.title() for part in model.split("-")),
                content_type="application/json",
                schema=json_document({"$schema": _DRAFT, **schema}),
                opts=self.child(),
            )
            for model, schema in sorted(settings.models.items())
        }
        wanted = {_kind(route) for route in settings.routes.values()}
        self._validators = {
            kind: apigateway.RequestValidator(
                f"{name}-{kind}",
                rest_api=api.id,
                name=kind,
                validate_request_body=kind in ("body", "all"),
                validate_request_parameters=kind in ("parameters", "all"),
                opts=self.child(),
            )
            for kind in sorted(kind for kind in wanted if kind is not None)
        }
        self._by_route = {key: _kind(route) for key, route in settings.routes.items()}
        self.parts: list[pulumi.Resource] = [*self.models.values(), *self._validators.values()]
        self.register_outputs({})

    def validator_of(self, route: str) -> pulumi.Output[str] | None:
        """The id of a route's validator; None where it takes any request.

        Args:
            route: The route's key.
        """
        kind = self._by_route[route]
        return None if kind is None else self._validators[kind].id


def _kind(route: RestRoute) -> str | None:
    """``body``, ``parameters``, ``all``, or None for a route that takes any request."""
    if route.body is not None:
        return "all" if route.required else "body"
    return "parameters" if route.required else None
