"""The ``identity`` section: who signs in, in an Amazon Cognito user pool."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from settings.base import Email, Name, Section, by_tier, form, subsection

#: Where a browser is sent after sign-in: HTTPS, the developer's own machine, or a mobile application by its reversed
#: domain name.
CallbackUrl = Annotated[
    str,
    form(
        r"^(https://\S+|http://localhost(:\d+)?(/\S*)?|[a-z][a-z0-9-]*\.[a-z0-9.-]+://\S*)$",
        "https://app.example.com/signed-in",
    ),
]
#: An identity that Amazon SES sends mail as.
SesIdentityArn = Annotated[
    str,
    form(
        r"^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity/\S+$",
        "arn:aws:ses:us-east-1:123456789012:identity/example.com",
    ),
]

#: Words that Cognito keeps out of login addresses.
RESERVED_WORDS = ("aws", "amazon", "cognito")


class UserPassword(Section):
    """What a password must be. Every kind of character is required."""

    minimum_length: int = Field(default=12, ge=8, le=99)
    """Fewest characters."""
    history: int = Field(default=0, ge=0, le=24)
    """Former passwords that may not be used again."""
    temporary_days: int = Field(default=7, ge=1, le=7)
    """Days that the password of an invitation holds."""


class UserGroup(Section):
    """A group of users; its name stands in the token, and the application decides what it may do."""

    description: str = Field(max_length=2048)
    """Who belongs to it."""
    precedence: int = Field(ge=0)
    """Order among a user's groups, the smallest first."""


class UserClient(Section):
    """An application that users sign in through."""

    callback_urls: tuple[CallbackUrl, ...] = ()
    """Where the managed login sends users with their code; none for an application with a sign-in form of its own."""
    logout_urls: tuple[CallbackUrl, ...] = ()
    """Where it sends them after sign-out."""
    scopes: Annotated[tuple[Literal["openid", "email", "profile", "phone"], ...], Field(min_length=1)] = (
        "openid",
        "email",
        "profile",
    )
    """What the managed login's tokens may tell about a user."""
    confidential: bool = False
    """Whether the application keeps a secret. A browser or a mobile application cannot."""
    access_token_minutes: int = Field(default=60, ge=5, le=1440)
    """Minutes that access and id tokens hold."""
    refresh_token_days: int = Field(default=30, ge=1, le=3650)
    """Days that a user stays signed in."""


class MailSender(Section):
    """Amazon SES as the sender of the pool's mail, in place of Cognito's own 50 a day."""

    identity_arn: SesIdentityArn
    """Verified identity."""
    sender: Email
    """Address that mail comes from."""


class Identity(Section):
    """A Cognito user pool with its groups, clients and login pages."""

    enabled: bool = True
    """Whether the pool exists in this stack."""
    sign_in_with: Literal["email", "username"] = "email"
    """What users call themselves at sign-in. Another choice makes a new, empty pool."""
    self_sign_up: bool = False
    """Whether people may register themselves; otherwise an administrator invites them."""
    mfa: Literal["off", "optional", "required"] = by_tier("mfa")
    """Whether users need a second factor."""
    factors: tuple[Literal["app", "email"], ...] = ("app",)
    """Second factors: an authenticator application, or a code by mail, which needs ``mail``."""
    password: UserPassword = subsection()
    """What a password must be."""
    threat_protection: Literal["off", "audit", "enforced"] = by_tier("threat_protection")
    """Whether sign-ins from strange places and with leaked passwords are recorded, or also stopped. Takes the feature
    plan Plus, 0.02 USD a user."""
    account_recovery: Literal["email", "admin"] = "email"
    """Who helps a user who forgot the password: a code by mail, or an administrator."""
    groups: dict[Name, UserGroup] = Field(default_factory=dict[str, UserGroup])
    """Groups by name."""
    clients: Annotated[dict[Name, UserClient], Field(min_length=1)]
    """Applications by name."""
    domain_prefix: str | None = form(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", "billing-dev", default=None)
    """First label of the login pages' address, unique in the region; ``<system>-<stage>`` by default. The pages exist
    where a client has ``callbackUrls``."""
    mail: MailSender | None = None
    """Sender of the pool's mail; null for Cognito's own address."""
    deletion_protection: bool = by_tier("protect")
    """Whether AWS refuses to delete it."""
    retain: bool = by_tier("protect")
    """Whether Pulumi protects it and leaves it in AWS when it is removed from the configuration."""

    @field_validator("mfa", "threat_protection", mode="before")
    @classmethod
    def _off(cls, value: Any) -> Any:
        # YAML reads a bare ``off`` as false.
        return "off" if value is False else value

    @property
    def has_login_pages(self) -> bool:
        """Whether the managed login exists."""
        return any(client.callback_urls for client in self.clients.values())

    @property
    def plan(self) -> Literal["LITE", "ESSENTIALS", "PLUS"]:
        """The cheapest feature plan that has what is asked for.

        https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
        """
        if self.threat_protection != "off":
            return "PLUS"
        return "ESSENTIALS" if self.has_login_pages or self.password.history or "email" in self.factors else "LITE"

    @model_validator(mode="after")
    def _valid(self) -> Identity:
        if self.mfa != "off" and not self.factors:
            raise ValueError(f"mfa {self.mfa} needs a factor: list app or email in factors")
        if "email" in self.factors and self.mfa != "off":
            if self.mail is None:
                raise ValueError("factors: codes by mail need a mail section; Cognito sends none itself")
            if self.factors == ("email",) and self.account_recovery == "email":
                raise ValueError("accountRecovery email: the mailbox would be both factors; set admin, or add app")
        precedences = [group.precedence for group in self.groups.values()]
        if len(precedences) != len(set(precedences)):
            raise ValueError("groups have the same precedence: give each its own")
        reserved = [word for word in RESERVED_WORDS if word in (self.domain_prefix or "")]
        if reserved:
            raise ValueError(f'domainPrefix {self.domain_prefix}: Cognito keeps the word "{reserved[0]}" for itself')
        for name, client in self.clients.items():
            if client.logout_urls and not client.callback_urls:
                raise ValueError(f"clients {name}: logoutUrls belong to the login pages, which need callbackUrls")
        return self
