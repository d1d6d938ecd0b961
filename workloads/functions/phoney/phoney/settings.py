"""What the function knows of its stage: from its environment, Parameter Store and Secrets Manager, read once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: What a field of the secret holds until an operator has written it.
UNSET = "unset"


class SettingsError(RuntimeError):
    """The function cannot work with what it was given."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one instance.

    Attributes:
        stage: dev, staging or prod; dev fills templates for anybody.
        version: Beginning of the image's digest.
        system: The system's name.
        log_level: Least level of its lines.
        metrics_namespace: CloudWatch namespace of its metrics.
        username: Name of the API's user.
        password_hash: The user's password, by bcrypt; None until an operator has written it.
        jwt_secret: Signs and checks tokens.
        api_key_hash: SHA-256, in hexadecimal, of a key that callers must send too; None for no such check.
        preload: Whether generators are made ready before the first request.
    """

    stage: str
    version: str
    username: str
    password_hash: str | None = field(repr=False)
    jwt_secret: str = field(repr=False)
    system: str = "phoney"
    log_level: str = "INFO"
    metrics_namespace: str = "Phoney/TemplateAPI"
    api_key_hash: str | None = field(default=None, repr=False)
    preload: bool = False

    @classmethod
    def load(cls, environment: Mapping[str, str], ssm: Any = None, secrets: Any = None) -> Settings:
        """Read the settings.

        Args:
            environment: The process's variables.
            ssm: A client of Systems Manager; made when it is needed.
            secrets: A client of Secrets Manager; made when it is needed.

        Raises:
            SettingsError: A variable, a parameter or a field of the secret is missing.
        """
        parameters: dict[str, str] = {}
        credentials: dict[str, str] = {}
        if _is_on(environment, "USE_PARAMETER_STORE"):
            parameters = _parameters(ssm or _client("ssm"), _required(environment, "PARAMETER_STORE_PREFIX"))
        if _is_on(environment, "USE_SECRETS_MANAGER"):
            credentials = _secret(secrets or _client("secretsmanager"), _required(environment, "SECRET_NAME"))
        jwt_secret = credentials.get("jwt_secret") or parameters.get("SECRET_KEY") or environment.get("SECRET_KEY")
        if not jwt_secret or jwt_secret == UNSET:
            raise SettingsError("no jwt_secret: write it to the secret, or set SECRET_KEY for a run on your machine")
        password_hash = credentials.get("api_password_hash", environment.get("API_PASSWORD_HASH", UNSET))
        return cls(
            stage=_required(environment, "ENV_STATE"),
            version=environment.get("VERSION", "local"),
            system=environment.get("SYSTEM", "phoney"),
            log_level=environment.get("LOG_LEVEL", "INFO"),
            metrics_namespace=environment.get("METRICS_NAMESPACE", "Phoney/TemplateAPI"),
            username=parameters.get("API_USERNAME") or environment.get("API_USERNAME", "phoney"),
            password_hash=None if password_hash == UNSET else password_hash,
            jwt_secret=jwt_secret,
            api_key_hash=credentials.get("api_key_hash"),
            preload=_is_on(environment, "LAMBDA_COLD_START_OPTIMIZATION")
            and _is_on(environment, "PRELOAD_FAKER_PROVIDERS"),
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise SettingsError(f"{name} is not set")
    return environment[name]


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() == "true"


def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    # A start that cannot read its settings must fail while somebody waits, not after Lambda's own limit.
    return boto3.client(service, config=Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2}))


def _parameters(client: Any, prefix: str) -> dict[str, str]:
    pages = client.get_paginator("get_parameters_by_path").paginate(Path=prefix, WithDecryption=True)
    return {found["Name"].removeprefix(prefix): found["Value"] for page in pages for found in page["Parameters"]}


def _secret(client: Any, name: str) -> dict[str, str]:
    return json.loads(client.get_secret_value(SecretId=name)["SecretString"])
