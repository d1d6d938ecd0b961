"""The ``cdn``, ``firewall`` and ``domain`` sections: what stands between users and the system."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import DomainName, Name, RecoveryDays, Section, by_tier, form, subsection

#: ISO 3166-1 alpha-2 country code.
CountryCode = Annotated[str, form(r"^[A-Z]{2}$", "DE")]


class ApiPath(Section):
    """A path that CloudFront passes to the load balancer, or to the REST or HTTP API."""

    path: str = form(r"^/", "/api/*")
    """Path pattern, such as ``/api/*``."""
    cache: Literal["disabled", "optimized"] = "disabled"
    """AWS's managed cache policy for the path: CachingDisabled, or UseOriginCacheControlHeaders' optimised kin."""


class OriginSecret(Section):
    """The header by which the distribution proves itself to a public load balancer, or to an API's firewall."""

    store: Literal["parameter-store", "secrets-manager"] = "parameter-store"
    """Where its value is kept: a SecureString parameter for nothing, or Secrets Manager for 0.40 USD a month."""
    recovery_days: RecoveryDays = by_tier("secret_recovery_days")
    """Days that a deleted secret can be restored; 0 deletes at once. Secrets Manager only."""
    rotation_lambda_arn: str | None = form(
        r"^arn:aws[a-z-]*:lambda:", "arn:aws:lambda:us-east-1:123456789012:function:rotate", default=None
    )
    """Function that rotates it, in the distribution and in what asks for it too; null for no rotation."""
    rotation_days: int = Field(default=90, ge=1, le=1000)
    """Days between rotations."""

    @model_validator(mode="after")
    def _rotates(self) -> OriginSecret:
        if self.rotation_lambda_arn is not None and self.store != "secrets-manager":
            raise ValueError("rotationLambdaArn: only Secrets Manager rotates: set store")
        return self


class Cdn(Section):
    """A CloudFront distribution: the site from a private bucket, the API from the load balancer or API Gateway."""

    enabled: bool = by_tier("cdn")
    """Whether the distribution exists in this stack."""
    site_bucket: Name
    """Bucket of the ``buckets`` section that holds the site."""
    default_root_object: str = "index.html"
    """Object that answers for ``/``."""
    static_ttl_seconds: int | None = Field(default=31536000, ge=0, le=31536000)
    """Seconds that static files are cached, at most one year. Uploads must carry hashed names. null for AWS's policy
    CachingOptimized: a day, unless an object says otherwise."""
    single_page: bool = False
    """Whether the site is one page that finds its way itself: every path without a file ending answers with
    ``defaultRootObject``, and errors 403 and 404 show it. These are the API's errors too, whose status stays."""
    additional_metrics: bool = False
    """Whether CloudFront also counts by the minute what its caches hold, errors by status and the origin's latency:
    eight metrics, each paid as a custom one. Dashboards then show the hit rate."""
    api_paths: tuple[ApiPath, ...] = ()
    """Paths passed to the load balancer or the API, whole and in order of precedence."""
    origin_secret: OriginSecret = subsection()
    """The header by which it proves itself to what stands behind it."""
    plain_http: Literal["refuse", "redirect"] = "refuse"
    """What happens to a call of the API over plain HTTP: refused, for a redirect comes when a token was sent in the
    clear already; or redirected, as the site always is."""
    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_100"
    """Edge locations used."""
    minimum_tls: Literal["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"] = "TLSv1.2_2021"
    """Oldest TLS policy that viewers may use; counts where the stack has a domain of its own."""
    hsts_seconds: int = Field(default=63072000, ge=31536000)
    """Seconds that browsers insist on HTTPS."""
    content_security_policy: str = "default-src 'self'; frame-ancestors 'none'"
    """Content-Security-Policy header."""
    allowed_countries: tuple[CountryCode, ...] = ()
    """Only these countries are served; empty for all."""
    websocket: bool = False
    """Whether ``/<stage>`` is passed to the WebSocket API, so that clients connect to the distribution's name."""


class Firewall(Section):
    """A WAF web ACL in front of the distribution."""

    enabled: bool = by_tier("firewall")
    """Whether the web ACL exists in this stack."""
    managed_rules: tuple[Literal["common", "sql-injection", "known-bad-inputs", "ip-reputation"], ...] = (
        "common",
        "sql-injection",
    )
    """AWS's free managed rule groups, in order; each costs as one rule."""
    rate_limit: int | None = Field(default=1000, ge=10, le=2000000000)
    """Requests that one address may send in the window; null for no limit."""
    rate_window_seconds: Literal[60, 120, 300, 600] = 300
    """The window of ``rateLimit``."""
    bot_control: bool = False
    """AWS's Bot Control at its common level: 10 USD a month and by request."""
    blocked_countries: tuple[CountryCode, ...] = ()
    """Countries that are refused."""


class Domain(Section):
    """A name of one's own for the system, with its certificate and records."""

    name: DomainName
    """Name that the system answers at."""
    zone: DomainName | None = None
    """Hosted zone that holds the name; its parent domain by default."""
    create_zone: bool = False
    """Whether the stack creates the zone; otherwise ``zoneId`` names an existing one."""
    zone_id: str | None = form(r"^Z[A-Z0-9]{5,31}$", "Z0123456789ABCDEFGHIJ", default=None)
    """Id of the existing hosted zone."""

    @property
    def zone_name(self) -> str:
        """The hosted zone's domain name."""
        return self.zone or self.name

    @model_validator(mode="after")
    def _has_zone(self) -> Domain:
        if not self.create_zone and self.zone_id is None:
            raise ValueError(f"{self.name} has no hosted zone: set zoneId to an existing one, or createZone: true")
        if self.create_zone and self.zone_id is not None:
            raise ValueError("createZone and zoneId are both set: name one")
        if self.zone is not None and self.name != self.zone and not self.name.endswith(f".{self.zone}"):
            raise ValueError(f"name {self.name} is not inside zone {self.zone}")
        return self
