"""The ``httpApi`` section: an Amazon API Gateway HTTP API in front of functions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from settings.base import LogRetentionDays, Name, Section, by_tier, form

#: ``GET /items/{id}``, ``ANY /{proxy+}`` or ``$default``.
RouteKey = Annotated[
    str,
    form(
        r"^(\$default|(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY) "
        r"/(([A-Za-z0-9._~-]+|\{[A-Za-z0-9_-]+\+?\})(/|$))*)$",
        "GET /users/{id}",
    ),
]
#: An origin as browsers send it, or ``*`` for every one.
Origin = Annotated[str, form(r"^(\*|https?://[a-z0-9.-]+(:\d+)?)$", "https://app.example.com")]
#: The longest that an HTTP API waits for an integration, in milliseconds.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
MAX_TIMEOUT_MS = 30_000


class Throttle(Section):
    """How many requests are let through. HTTP APIs count by stage and route, never by client."""

    rate: float = Field(gt=0, le=10_000)
    """Requests a second."""
    burst: int = Field(ge=1, le=5_000)
    """Requests at once."""


class Authorizer(Section):
    """Who decides whether a request may pass: an OIDC issuer's keys, or a function."""

    issuer: str | None = form(r"^https://\S+$", "https://login.example.com/", default=None)
    """Issuer whose tokens are accepted, with its public keys at ``/.well-known``."""
    audience: tuple[str, ...] = ()
    """Audiences of which a token must name one; with ``issuer``."""
    function: Name | None = None
    """Function that answers with ``isAuthorized``."""
    identity_sources: Annotated[tuple[str, ...], Field(min_length=1)] = ("$request.header.Authorization",)
    """What a request must carry; also the key that answers are kept by."""
    ttl_seconds: int = Field(default=300, ge=0, le=3600)
    """Seconds that the function's answer is kept; 0 asks each time."""

    @model_validator(mode="after")
    def _one(self) -> Authorizer:
        if (self.issuer is None) == (self.function is None):
            raise ValueError("set either issuer (tokens with public keys) or function (any other check)")
        if self.issuer is not None and not self.audience:
            raise ValueError("issuer needs audience: API Gateway would accept the issuer's tokens for anybody")
        if self.issuer is None and self.audience:
            raise ValueError("audience is checked with issuer only")
        return self


class HttpRoute(Section):
    """Where a route leads and who may call it."""

    function: Name | None = None
    """Function that answers; the API's own ``function`` by default."""
    authorizer: Name | None = None
    """Authorizer of the ``authorizers`` section; null for a route that anybody may call."""
    scopes: tuple[str, ...] = ()
    """Scopes of which a token must name one; with an authorizer that has an issuer."""
    throttle: Throttle | None = None
    """A limit of the route's own."""

    @field_validator("authorizer", mode="before")
    @classmethod
    def _single(cls, value: Any) -> Any:
        if isinstance(value, list):
            raise ValueError("a route takes one authorizer; let one function check both")
        return value


class HttpCors(Section):
    """Which browsers may call. API Gateway answers preflight requests itself."""

    origins: Annotated[tuple[Origin, ...], Field(min_length=1)]
    """Origins that may call."""
    methods: tuple[Literal["*", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"], ...] = ("*",)
    """Methods that they may use."""
    headers: tuple[str, ...] = ("*",)
    """Headers that they may send."""
    expose_headers: tuple[str, ...] = ()
    """Headers that they may read."""
    credentials: bool = False
    """Whether they may send cookies."""
    max_age_seconds: int = Field(default=600, ge=-1, le=86400)
    """Seconds that a preflight answer is kept."""

    @model_validator(mode="after")
    def _valid(self) -> HttpCors:
        if self.credentials and ("*" in self.origins or "*" in self.headers or "*" in self.methods):
            raise ValueError("credentials: browsers refuse * with credentials; name origins, methods and headers")
        return self


class HttpApi(Section):
    """An HTTP API: routes to functions, who may call them and how often."""

    enabled: bool = True
    """Whether the API exists in this stack."""
    physical_name: str | None = Field(default=None, min_length=1, max_length=128)
    """Exact name in AWS; ``<system>-<stage>-http-api`` by default."""
    function: Name
    """Function that answers routes which name no other."""
    routes: Annotated[dict[RouteKey, HttpRoute], Field(min_length=1)]
    """Routes by key, such as ``POST /orders``; ``$default`` takes what no other route does."""
    authorizers: dict[Name, Authorizer] = Field(default_factory=dict[str, Authorizer])
    """Authorizers by name."""
    cors: HttpCors | None = None
    """Which browsers may call; null for none but the API's own origin."""
    throttle: Throttle
    """Limit of each route that has none of its own."""
    timeout_ms: int = Field(default=MAX_TIMEOUT_MS, ge=50, le=MAX_TIMEOUT_MS)
    """Milliseconds that a function may take to answer."""
    detailed_metrics: bool = False
    """Whether CloudWatch counts by route, at the price of custom metrics."""
    log_retention_days: LogRetentionDays = by_tier("log_retention_days")
    """Days that the access log is kept."""
    trust_store: str | None = form(r"^s3://[a-z0-9.-]+/\S+$", "s3://certificates/clients.pem", default=None)
    """Certificates of the authorities whose clients may call (mutual TLS); needs a domain of one's own."""

    def function_of(self, route: str) -> str:
        """The name of the function that answers ``route``."""
        return self.routes[route].function or self.function
