"""The ``restApi`` section: an Amazon API Gateway REST API in front of functions."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from settings.base import LogRetentionDays, Name, Section, by_tier, form
from settings.edge import Firewall
from settings.http_api import HttpCors, Throttle
from settings.problems import nearest

#: ``GET /items/{id}`` or ``ANY /{proxy+}``.
RestRouteKey = Annotated[
    str,
    form(
        r"^(GET|POST|PUT|PATCH|DELETE|HEAD|ANY) "
        r"/(([A-Za-z0-9._~-]+|\{[A-Za-z0-9_-]+\+?\})(/([A-Za-z0-9._~-]+|\{[A-Za-z0-9_-]+\+?\}))*)?$",
        "GET /users/{id}",
    ),
]
#: ``query:limit`` or ``header:X-Request-Id``.
RequestParameter = Annotated[str, form(r"^(query|header):[A-Za-z0-9._-]+$", "query:page")]
#: A stage variable's name.
VariableName = Annotated[str, form(r"^[A-Za-z][A-Za-z0-9_]{0,63}$", "tableName")]
#: Sizes of cache clusters, in GB.
CacheSize = Literal["0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"]

#: The longest that a REST API waits for an integration without a raised quota, in milliseconds.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
MAX_TIMEOUT_MS = 29_000

_PATH_PARAMETER = re.compile(r"\{([A-Za-z0-9_-]+)\+?\}")


class RestAuthorizer(Section):
    """Who decides whether a request may pass: the system's user pool, or a function."""

    kind: Literal["users", "token", "request"]
    """``users`` checks tokens of the ``identity`` section; ``token`` hands a function one header, ``request`` hands it
    the whole request."""
    function: Name | None = None
    """Function that answers with an IAM policy; for ``token`` and ``request``."""
    headers: Annotated[tuple[str, ...], Field(min_length=1)] = ("Authorization",)
    """Headers that a request must carry; also the key that answers are kept by. One, except for ``request``."""
    ttl_seconds: int = Field(default=300, ge=0, le=3600)
    """Seconds that an answer is kept; 0 asks each time."""

    @model_validator(mode="after")
    def _valid(self) -> RestAuthorizer:
        if (self.kind == "users") != (self.function is None):
            raise ValueError(
                f"function: kind {self.kind} "
                + ("asks the user pool, no function" if self.kind == "users" else "needs one")
            )
        if self.kind != "request" and len(self.headers) > 1:
            raise ValueError(f"headers: kind {self.kind} reads one header; kind request reads several")
        return self


class RestRoute(Section):
    """Where a route leads, who may call it, and what a request must look like."""

    function: Name | None = None
    """Function that answers; the API's own ``function`` by default."""
    authorizer: Name | None = None
    """Authorizer of the ``authorizers`` section; null for a route that anybody may call."""
    scopes: tuple[str, ...] = ()
    """Scopes of which an access token must name one; with an authorizer of kind users."""
    api_key: bool = False
    """Whether a request needs a key of a usage plan. A key counts callers; it does not prove who they are."""
    body: Name | None = None
    """Model that the body must fit; other requests are refused before the function is called."""
    required: tuple[RequestParameter, ...] = ()
    """Query parameters and headers that a request must carry, such as ``query:limit``."""
    throttle: Throttle | None = None
    """A limit of the route's own."""
    cache_seconds: int | None = Field(default=None, ge=1, le=3600)
    """Seconds that answers are kept in the API's cache; null for never. The path, the required parameters and, with an
    authorizer, its headers are the key, so that nobody gets another's answer."""

    @field_validator("authorizer", mode="before")
    @classmethod
    def _single(cls, value: Any) -> Any:
        if isinstance(value, list):
            raise ValueError("a route takes one authorizer; let one function check both")
        return value


class Quota(Section):
    """How many requests a key may make in a period."""

    limit: int = Field(ge=1)
    """Requests."""
    period: Literal["day", "week", "month"] = "month"
    """Period, by the calendar in UTC."""


class UsagePlan(Section):
    """What callers with a key of this plan may use."""

    keys: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Names of the keys, one for each caller. AWS makes up their values."""
    throttle: Throttle
    """Limit of each key."""
    quota: Quota | None = None
    """Requests in a period; null for no end."""


class RestCache(Section):
    """A cache of answers in the stage. It costs by the hour, used or not."""

    size_gb: CacheSize = "0.5"
    """Size."""


class RestCanary(Section):
    """A share of the requests that tries the newest deployment first."""

    percent: float = Field(gt=0, lt=100)
    """Share of the requests."""
    stable_deployment: str = form(r"^[a-z0-9]{6,10}$", "a1b2c3")
    """Id of the deployment that all other requests keep. Remove ``canary`` to promote the new one."""
    variables: dict[VariableName, str] = Field(default_factory=dict[str, str])
    """Stage variables that differ for the canary."""


class RestApi(Section):
    """A regional REST API: routes to functions, who may call them, how often, and with what."""

    enabled: bool = True
    """Whether the API exists in this stack."""
    physical_name: str | None = Field(default=None, min_length=1, max_length=128)
    """Exact name in AWS; ``<system>-<stage>-rest-api`` by default."""
    function: Name
    """Function that answers routes which name no other."""
    routes: Annotated[dict[RestRouteKey, RestRoute], Field(min_length=1)]
    """Routes by key, such as ``POST /orders``; ``ANY /{proxy+}`` takes what no other route does."""
    authorizers: dict[Name, RestAuthorizer] = Field(default_factory=dict[str, RestAuthorizer])
    """Authorizers by name."""
    models: dict[Name, dict[str, Any]] = Field(default_factory=dict[str, dict[str, Any]])
    """JSON Schemas (draft 4) of request bodies, by name."""
    usage_plans: dict[Name, UsagePlan] = Field(default_factory=dict[str, UsagePlan])
    """Plans for callers with keys, by name."""
    cors: HttpCors | None = None
    """Which browsers may call; null for none but the API's own origin. Errors of the gateway itself name the first
    origin."""
    throttle: Throttle
    """Limit of the whole stage."""
    timeout_ms: int = Field(default=MAX_TIMEOUT_MS, ge=50, le=MAX_TIMEOUT_MS)
    """Milliseconds that a function may take to answer."""
    cache: RestCache | None = None
    """A cache for routes with ``cacheSeconds``."""
    canary: RestCanary | None = None
    """A share of the requests that tries the newest deployment."""
    variables: dict[VariableName, str] = Field(default_factory=dict[str, str])
    """Stage variables, such as feature flags."""
    compress_from_bytes: int | None = Field(default=1024, ge=0, le=10485760)
    """Answers from this size on are compressed; null for none."""
    tracing: bool = True
    """Whether X-Ray traces the requests that it samples."""
    execution_log: Literal["none", "errors", "all"] = "errors"
    """What the gateway tells about its own work. The account needs API Gateway's CloudWatch role."""
    detailed_metrics: bool = False
    """Whether CloudWatch counts by method, at the price of custom metrics."""
    log_group: str | None = form(r"^[A-Za-z0-9_./#{}-]{1,512}$", "/aws/apigateway/billing", default=None)
    """Exact name of the access log, in which ``{stage}`` stands for the stage; ``/<system>/<stage>/rest-api`` by
    default."""
    log_retention_days: LogRetentionDays = by_tier("log_retention_days")
    """Days that the access log and the execution log are kept."""
    firewall: Firewall | None = None
    """A regional web ACL before the API, beside the distribution's ``firewall``. Behind a distribution it also
    refuses who comes past it."""

    def function_of(self, route: str) -> str:
        """The name of the function that answers ``route``."""
        return self.routes[route].function or self.function

    @model_validator(mode="after")
    def _valid(self) -> RestApi:
        for key, route in self.routes.items():
            if route.authorizer is not None and route.authorizer not in self.authorizers:
                hint = nearest(route.authorizer, self.authorizers)
                raise ValueError(f'routes {key}: no such authorizer "{route.authorizer}"; {hint}')
            if route.scopes and (route.authorizer is None or self.authorizers[route.authorizer].kind != "users"):
                raise ValueError(f"routes {key}: only an authorizer of kind users knows scopes")
            if route.body is not None and route.body not in self.models:
                raise ValueError(f'routes {key}: no such model "{route.body}"; {nearest(route.body, self.models)}')
            if route.cache_seconds is not None and self.cache is None:
                raise ValueError(f"routes {key}: cacheSeconds needs a cache section in restApi")
            if route.cache_seconds is not None and not key.startswith("GET "):
                raise ValueError(f"routes {key}: only answers to GET can be kept: remove cacheSeconds")
            if route.api_key and not self.usage_plans:
                raise ValueError(f"routes {key}: apiKey needs usagePlans with a key")
        self._check_unused()
        self._check_paths()
        return self

    def _check_unused(self) -> None:
        for section, defined, used in (
            ("authorizers", self.authorizers, {route.authorizer for route in self.routes.values()}),
            ("models", self.models, {route.body for route in self.routes.values()}),
        ):
            for name in defined:
                if name not in used:
                    raise ValueError(f"{section} {name}: no route uses it")
        if self.usage_plans and not any(route.api_key for route in self.routes.values()):
            raise ValueError("usagePlans: no route has apiKey: true, so nothing would be counted")
        if self.cache is not None and not any(route.cache_seconds for route in self.routes.values()):
            raise ValueError("cache: no route has cacheSeconds, so it would be paid for nothing")
        keys = [key for plan in self.usage_plans.values() for key in plan.keys]
        for key in keys:
            if keys.count(key) > 1:
                raise ValueError(f"usagePlans: key {key} stands in two places; a key belongs to one plan of an API")

    def _check_paths(self) -> None:
        """A place in the tree of paths holds one variable, and ``{name+}`` stands last."""
        variables: dict[str, str] = {}
        for key in self.routes:
            parent = ""
            parts = key.partition(" ")[2].strip("/").split("/")
            for position, part in enumerate(parts):
                if part.endswith("+}") and position < len(parts) - 1:
                    raise ValueError(f"routes {key}: {part} takes the rest of the path, so nothing can follow it")
                if _PATH_PARAMETER.fullmatch(part):
                    other = variables.setdefault(parent, part)
                    if other != part:
                        raise ValueError(
                            f"routes {key}: {part} and {other} stand in the same place; API Gateway takes one name"
                        )
                parent = f"{parent}/{part}"


def split_route(key: str) -> tuple[str, str]:
    """``GET /items/{id}`` as ``GET`` and ``/items/{id}``."""
    verb, _, path = key.partition(" ")
    return verb, path


def path_parameters(path: str) -> list[str]:
    """The names of a path's variables, in order: ``/items/{id}/{rest+}`` as ``id`` and ``rest``."""
    return _PATH_PARAMETER.findall(path)
