"""The ``secrets`` and ``encryption`` sections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from settings.base import RecoveryDays, Section, by_tier, form

#: A field of a secret that holds several values as a JSON object.
FieldName = Annotated[str, form(r"^[A-Za-z][A-Za-z0-9_]{0,63}$", "api_key")]


class SecretField(Section):
    """One field of a secret that holds several."""

    generate: bool = False
    """Whether AWS makes up the first value. Otherwise it is ``unset`` until an operator writes it."""
    value: str | None = None
    """A first value that is no secret, such as the name of the user whose password stands beside it."""

    @model_validator(mode="after")
    def _one_source(self) -> SecretField:
        if self.generate and self.value is not None:
            raise ValueError("generate and value are both set: choose one")
        return self


class Secret(Section):
    """A secret that services read by reference; its value is never in configuration or state in the clear."""

    description: str
    """What it is for."""
    physical_name: str | None = form(r"^[A-Za-z0-9/_+=.@{}-]{1,512}$", "billing/dev/stripe", default=None)
    """Exact name in Secrets Manager, in which ``{stage}`` stands for the stage; ``<system>/<stage>/<name>`` by
    default."""
    variable: str | None = form(r"^[A-Z][A-Z0-9_]*$", "STRIPE_KEY", default=None)
    """Environment variable that services receive it in; from its name by default, ``jwt-key`` as ``JWT_KEY``."""
    store: Literal["secrets-manager", "parameter-store"] = "secrets-manager"
    """Secrets Manager costs 0.40 USD a month and can rotate; a SecureString parameter costs nothing."""
    generate: bool = False
    """Whether AWS makes up the first value. Otherwise an operator writes it."""
    value: SecretStr | None = None
    """First value, as a ``secure:`` value of the stack file; instead of ``generate``."""
    fields: dict[FieldName, SecretField] = Field(default_factory=dict[str, SecretField])
    """Fields of a JSON object, for a secret that holds several values; instead of ``generate`` and ``value``."""
    recovery_days: RecoveryDays = by_tier("secret_recovery_days")
    """Days that a deleted secret can be restored; 0 deletes at once."""
    rotation_lambda_arn: str | None = form(
        r"^arn:aws[a-z-]*:lambda:", "arn:aws:lambda:us-east-1:123456789012:function:rotate", default=None
    )
    """Function that rotates it; null for no rotation."""
    rotation_days: int = Field(default=30, ge=1, le=1000)
    """Days between rotations."""

    @model_validator(mode="after")
    def _fields_alone(self) -> Secret:
        if self.fields and (self.generate or self.value is not None):
            raise ValueError("fields are made one by one: set neither generate nor value beside them")
        if self.fields and self.store != "secrets-manager":
            raise ValueError("only Secrets Manager keeps fields: set store, or a secret for each")
        if self.physical_name is not None and self.store != "secrets-manager":
            raise ValueError("physicalName is a name in Secrets Manager: leave it out, or set store")
        return self


class Encryption(Section):
    """Which keys encrypt data at rest. Everything is encrypted either way."""

    customer_key: bool = False
    """Whether the stack has a KMS key of its own, rotated yearly (1 USD a month), instead of AWS's keys."""
    only: tuple[Literal["functions", "notifications"], ...] = ()
    """What the stack's own key is for: the variables of functions, the topics of notifications. Everything else keeps
    AWS's keys then. Empty for everything."""
    deletion_days: int = Field(default=30, ge=7, le=30)
    """Days before a deleted key is gone for good."""

    @property
    def whole(self) -> bool:
        """Whether the stack's own key encrypts everything."""
        return self.customer_key and not self.only

    @model_validator(mode="after")
    def _key_exists(self) -> Encryption:
        if self.only and not self.customer_key:
            raise ValueError("only says what the stack's own key is for: set customerKey: true")
        return self
