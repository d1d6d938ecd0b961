"""What the platform tells the container, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Json, SecretStr, ValidationError, model_validator

GATEWAY = "api-gateway"
LISTINGS = "listings"


class SettingsError(ValueError):
    """The environment is incomplete or wrong; the message has one line for each variable."""


class Credentials(BaseModel):
    """A Secrets Manager secret as RDS writes it; its other keys are not needed here."""

    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """How to reach PostgreSQL.

    Args:
        host: Endpoint of the instance or proxy.
        port: TCP port.
        name: Database.
        username: Role of this service.
        password: Its password, fixed for the life of the task.
        sslmode: How strictly the server's certificate is checked.
        sslrootcert: File with the certificate authorities, or "system".
        pool_size: Most connections that this task opens.
    """

    host: str
    port: int
    name: str
    username: str
    password: SecretStr
    sslmode: str
    sslrootcert: str | None
    pool_size: int


def _items(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs: dict[str, str] = {}
    for part in value.split(","):
        if part.strip():
            name, equals, url = part.strip().partition("=")
            if not equals or not url.startswith(("http://", "https://")):
                raise ValueError(f"expected name=http://host:port, got {part.strip()!r}")
            pairs[name] = url.rstrip("/")
    return pairs


class Settings(BaseModel):
    """The environment of one task. Variable names are the aliases; an empty variable counts as not set."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    system: str = Field(alias="SYSTEM")
    stage: str = Field(alias="STAGE")
    version: str = Field(alias="VERSION")
    service: str = Field(alias="SERVICE_NAME", pattern=r"^[a-z][a-z0-9-]*$")
    port: int = Field(8080, alias="PORT", ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", alias="LOG_LEVEL")

    database_host: str | None = Field(None, alias="DATABASE_HOST")
    database_port: int = Field(5432, alias="DATABASE_PORT", ge=1, le=65535)
    database_name: str | None = Field(None, alias="DATABASE_NAME")
    database_secret: Json[Credentials] | None = Field(None, alias="DATABASE_SECRET")
    database_username: str | None = Field(None, alias="DATABASE_USERNAME")
    database_password: SecretStr | None = Field(None, alias="DATABASE_PASSWORD")
    database_sslmode: Literal["require", "verify-ca", "verify-full"] | None = Field(None, alias="DATABASE_SSLMODE")
    database_sslrootcert: str | None = Field(None, alias="DATABASE_SSLROOTCERT")
    # Seven services, at most two tasks each, doubled while a deployment runs: 7 x 2 x 2 x 2 = 56 connections. The
    # alarm is at 80 and the server refuses above 100.
    database_pool_size: int = Field(2, alias="DATABASE_POOL_SIZE", ge=1, le=50)

    redis_url: SecretStr | None = Field(None, alias="REDIS_URL")
    redis_auth_token: SecretStr | None = Field(None, alias="REDIS_AUTH_TOKEN")

    # RFC 7518 asks HS256 for a key at least as long as the hash: 32 bytes.
    jwt_secret: SecretStr | None = Field(None, alias="JWT_SECRET", min_length=32)
    jwt_previous_secret: SecretStr | None = Field(None, alias="JWT_PREVIOUS_SECRET", min_length=32)

    services: Annotated[dict[str, str], BeforeValidator(_pairs)] = Field(default_factory=dict, alias="SERVICES")
    cors_origins: Annotated[tuple[str, ...], BeforeValidator(_items)] = Field((), alias="CORS_ORIGINS")
    rate_limit_per_minute: int = Field(120, alias="RATE_LIMIT_PER_MINUTE", ge=1)
    # Proxies in front of the gateway that append to X-Forwarded-For: CloudFront and the load balancer.
    proxy_hops: int = Field(2, alias="PROXY_HOPS", ge=0, le=5)
    metrics_namespace: str | None = Field(None, alias="METRICS_NAMESPACE")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `environ`.

        Raises:
            SettingsError: With every variable that is missing or wrong. Values are not repeated: some are secrets.
        """
        try:
            return cls.model_validate({name: value for name, value in environ.items() if value != ""})
        except ValidationError as error:
            lines = [
                f"{'.'.join(map(str, item['loc'])) or 'environment'}: {item['msg'].removeprefix('Value error, ')}"
                for item in error.errors(include_url=False, include_input=False)
            ]
            raise SettingsError("\n".join(lines)) from None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        problems: list[str] = []
        if self.is_gateway and self.jwt_secret is None:
            problems.append(f"JWT_SECRET is required by {GATEWAY}")
        if "*" in self.cors_origins:
            problems.append("CORS_ORIGINS must name each origin, because requests carry cookies")
        if self.redis_url is not None:
            url = urlsplit(self.redis_url.get_secret_value())
            if url.scheme != "rediss" and url.hostname not in ("localhost", "127.0.0.1"):
                problems.append("REDIS_URL must start with rediss:// (TLS)")
        if self.database_host is not None:
            if self.database_name is None:
                problems.append("DATABASE_NAME is required with DATABASE_HOST")
            if self.database_secret is None and (self.database_username is None or self.database_password is None):
                problems.append("DATABASE_SECRET, or DATABASE_USERNAME and DATABASE_PASSWORD, is required")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def is_gateway(self) -> bool:
        """Is this the service that the load balancer talks to?"""
        return self.service == GATEWAY

    @property
    def database(self) -> DatabaseSettings | None:
        """How to reach PostgreSQL; None when the stack has no database."""
        if self.database_host is None or self.database_name is None:
            return None
        username, password = self.database_username, self.database_password
        if self.database_secret is not None:
            username, password = self.database_secret.username, self.database_secret.password
        if username is None or password is None:
            return None
        return DatabaseSettings(
            host=self.database_host,
            port=self.database_port,
            name=self.database_name,
            username=username,
            password=password,
            sslmode=self.database_sslmode or ("verify-full" if self.database_sslrootcert else "require"),
            sslrootcert=self.database_sslrootcert,
            pool_size=self.database_pool_size,
        )

    @property
    def jwt_secrets(self) -> tuple[str, ...]:
        """The keys that tokens may be signed with, the current one first."""
        keys = (self.jwt_secret, self.jwt_previous_secret)
        return tuple(key.get_secret_value() for key in keys if key is not None)
