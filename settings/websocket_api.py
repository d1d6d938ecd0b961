"""The ``websocketApi`` section: an Amazon API Gateway WebSocket API in front of functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from settings.base import LogRetentionDays, Name, Section, by_tier, form
from settings.http_api import Throttle

#: A value of ``routeBy`` such as ``ping``, or one of API Gateway's own routes.
WebSocketRouteKey = Annotated[
    str, form(r"^(\$(connect|disconnect|default)|[A-Za-z0-9][A-Za-z0-9._/-]{0,127})$", "sendMessage")
]
#: ``header:Authorization`` or ``query:token``.
IdentitySource = Annotated[str, form(r"^(header|query):[A-Za-z0-9_-]+$", "query:token")]
#: The routes that API Gateway itself takes: a connection opens, it ends, and a message that no other route takes.
OWN_ROUTES = ("$connect", "$disconnect", "$default")
#: The longest that a WebSocket API waits for an integration, in milliseconds.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
MAX_TIMEOUT_MS = 29_000


class WebSocketAuthorizer(Section):
    """Who decides whether a connection may open. Messages on it are not asked about again."""

    function: Name
    """Function that answers with an IAM policy."""
    sources: Annotated[tuple[IdentitySource, ...], Field(min_length=1)] = ("header:Authorization",)
    """What a request to connect must carry. A browser sends no header of its own, so it needs ``query:<name>``."""


class WebSocketRoute(Section):
    """Where messages of one kind lead."""

    function: Name | None = None
    """Function that takes them; the API's own ``function`` by default."""
    answers: bool = True
    """Whether what the function returns goes back to the sender."""
    throttle: Throttle | None = None
    """A limit of the route's own."""


class WebSocketApi(Section):
    """A WebSocket API: connections, the messages on them, and who may open one."""

    enabled: bool = True
    """Whether the API exists in this stack."""
    physical_name: str | None = Field(default=None, min_length=1, max_length=128)
    """Exact name in AWS; ``<system>-<stage>-websocket-api`` by default."""
    function: Name
    """Function that takes what routes name no other for: connections that open and end, and all other messages."""
    authorizer: WebSocketAuthorizer | None = None
    """Who decides whether a connection may open; null lets everybody in."""
    connections: Name | None = None
    """Table of the ``tables`` section that keeps the open connections; linked to every function of the API."""
    route_by: str = form(r"^\$request\.body(\.[A-Za-z0-9_]+)+$", "$request.body.action", default="$request.body.action")
    """Field of a message whose value chooses the route."""
    routes: dict[WebSocketRouteKey, WebSocketRoute] = Field(default_factory=dict[str, WebSocketRoute])
    """Routes by the value of ``routeBy``; ``$connect``, ``$disconnect`` and ``$default`` exist in any case."""
    throttle: Throttle
    """Limit of each route that has none of its own."""
    timeout_ms: int = Field(default=MAX_TIMEOUT_MS, ge=50, le=MAX_TIMEOUT_MS)
    """Milliseconds that a function may take."""
    execution_log: Literal["none", "errors", "all"] = "errors"
    """What the gateway tells about its own work. The account needs API Gateway's CloudWatch role."""
    detailed_metrics: bool = False
    """Whether CloudWatch counts by route, at the price of custom metrics."""
    log_retention_days: LogRetentionDays = by_tier("log_retention_days")
    """Days that the access log and the execution log are kept."""

    @property
    def all_routes(self) -> dict[str, WebSocketRoute]:
        """The routes, API Gateway's own first."""
        own = {key: self.routes.get(key, WebSocketRoute()) for key in OWN_ROUTES}
        return {**own, **{key: route for key, route in self.routes.items() if key not in own}}

    @property
    def functions(self) -> list[str]:
        """The names of the functions that take connections and messages."""
        return sorted({route.function or self.function for route in self.all_routes.values()})

    @model_validator(mode="before")
    @classmethod
    def _no_cors(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "cors" in data:
            raise ValueError(
                "cors: a WebSocket has none, browsers connect from any site: remove it, and let the authorizer's "
                "function check the Origin header"
            )
        return data  # pyright: ignore[reportUnknownVariableType] - what the file holds
