"""Who signs in: a Cognito user pool with groups, clients and login pages."""

from __future__ import annotations

from typing import Final

import pulumi
from pulumi_aws import cognito

from components.component import Component
from components.names import Names
from settings.identity import Identity, UserClient

_MFA: Final = {"off": "OFF", "optional": "OPTIONAL", "required": "ON"}
_PROTECTION: Final = {"off": "OFF", "audit": "AUDIT", "enforced": "ENFORCED"}
_RECOVERY: Final = {"email": "verified_email", "admin": "admin_only"}
#: Longest first label of a login address.
_PREFIX_LIMIT: Final = 63
#: The managed login; 1 is the hosted pages of old.
_MANAGED_LOGIN: Final = 2
#: Secure Remote Password, so that the password itself never travels, and staying signed in.
_FLOWS: Final = ("ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
#: What an application may read and write of a user; the rest belongs to administrators.
_READABLE: Final = ("email", "email_verified", "name")
_WRITABLE: Final = ("email", "name")


class UserDirectory(Component):
    """A user pool, its groups, a client for each application, and the managed login where one wants it.

    Passwords need every kind of character; a client tells nobody whether a user exists; tokens can be revoked.

    Costs by the users who sign in within a month: 0.0055 USD in plan Lite, 0.015 in Essentials (login pages, codes by
    mail, password history), 0.02 in Plus (threat protection). Another ``signInWith`` replaces the pool, and with it
    every user and password; a client's ``confidential`` replaces the client.
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html

    Args:
        name: Logical name.
        settings: Sign-in, factors, password, groups and clients.
        names: Names of the stack.
        opts: Options of the component.

    Attributes:
        pool: The user pool.
        arn: Its ARN.
        clients: Clients by name.
        groups: Groups by name.
        domain: Address of the login pages; None where no client uses them.
    """

    token = "identity:UserDirectory"  # noqa: S105 - a type token

    def __init__(
        self, name: str, *, settings: Identity, names: Names, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self.pool = self._create_pool()
        self.arn: pulumi.Output[str] = self.pool.arn
        self.groups = {
            group: cognito.UserGroup(
                f"{name}-{group}",
                name=group,
                user_pool_id=self.pool.id,
                description=values.description,
                precedence=values.precedence,
                opts=self.child(),
            )
            for group, values in sorted(settings.groups.items())
        }
        self.clients = {
            client: self._create_client(client, values) for client, values in sorted(settings.clients.items())
        }
        self.domain = self._create_login() if settings.has_login_pages else None
        self._protect_sign_in()
        self.register_outputs({"poolId": self.pool.id, "clientIds": {k: c.id for k, c in self.clients.items()}})

    @property
    def issuer(self) -> pulumi.Output[str]:
        """Issuer of the pool's tokens, with its public keys at ``/.well-known/jwks.json``."""
        return pulumi.Output.concat("https://", self.pool.endpoint)

    def _create_pool(self) -> cognito.UserPool:
        settings = self._settings
        uses_mfa = settings.mfa != "off"
        by_mail = settings.sign_in_with == "email"
        return cognito.UserPool(
            self.logical_name,
            name=self._names.physical(limit=128),
            user_pool_tier=settings.plan,
            username_attributes=["email"] if by_mail else None,
            username_configuration=cognito.UserPoolUsernameConfigurationArgs(case_sensitive=False),
            auto_verified_attributes=["email"],
            # A new address counts only once it is proved: it can reset the password.
            user_attribute_update_settings=cognito.UserPoolUserAttributeUpdateSettingsArgs(
                attributes_require_verification_before_updates=["email"]
            ),
            admin_create_user_config=cognito.UserPoolAdminCreateUserConfigArgs(
                allow_admin_create_user_only=not settings.self_sign_up
            ),
            account_recovery_setting=cognito.UserPoolAccountRecoverySettingArgs(
                recovery_mechanisms=[
                    cognito.UserPoolAccountRecoverySettingRecoveryMechanismArgs(
                        name=_RECOVERY[settings.account_recovery], priority=1
                    )
                ]
            ),
            mfa_configuration=_MFA[settings.mfa],
            software_token_mfa_configuration=cognito.UserPoolSoftwareTokenMfaConfigurationArgs(enabled=True)
            if uses_mfa and "app" in settings.factors
            else None,
            email_mfa_configuration=cognito.UserPoolEmailMfaConfigurationArgs(
                subject="Your sign-in code", message="Your sign-in code is {####}."
            )
            if uses_mfa and "email" in settings.factors
            else None,
            email_configuration=None
            if settings.mail is None
            else cognito.UserPoolEmailConfigurationArgs(
                email_sending_account="DEVELOPER",
                source_arn=settings.mail.identity_arn,
                from_email_address=settings.mail.sender,
            ),
            password_policy=cognito.UserPoolPasswordPolicyArgs(
                minimum_length=settings.password.minimum_length,
                require_lowercase=True,
                require_uppercase=True,
                require_numbers=True,
                require_symbols=True,
                password_history_size=settings.password.history or None,
                temporary_password_validity_days=settings.password.temporary_days,
            ),
            user_pool_add_ons=None
            if settings.threat_protection == "off"
            else cognito.UserPoolUserPoolAddOnsArgs(advanced_security_mode=_PROTECTION[settings.threat_protection]),
            deletion_protection="ACTIVE" if settings.deletion_protection else "INACTIVE",
            tags={**self.tags, "Name": self._names.physical()},
            opts=self.child(protect=settings.retain, retain_on_delete=settings.retain),
        )

    def _create_client(self, client: str, values: UserClient) -> cognito.UserPoolClient:
        pages = bool(values.callback_urls)
        return cognito.UserPoolClient(
            f"{self.logical_name}-{client}",
            name=self._names.physical(client, limit=128),
            user_pool_id=self.pool.id,
            generate_secret=values.confidential,
            explicit_auth_flows=list(_FLOWS),
            allowed_oauth_flows_user_pool_client=pages,
            # The code is exchanged for tokens by the application; the implicit flow would put them into the address.
            allowed_oauth_flows=["code"] if pages else None,
            allowed_oauth_scopes=list(values.scopes) if pages else None,
            callback_urls=list(values.callback_urls) or None,
            logout_urls=list(values.logout_urls) or None,
            supported_identity_providers=["COGNITO"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            access_token_validity=values.access_token_minutes,
            id_token_validity=values.access_token_minutes,
            refresh_token_validity=values.refresh_token_days,
            token_validity_units=cognito.UserPoolClientTokenValidityUnitsArgs(
                access_token="minutes",  # noqa: S106 - a unit
                id_token="minutes",  # noqa: S106 - a unit
                refresh_token="days",  # noqa: S106 - a unit
            ),
            read_attributes=list(_READABLE),
            write_attributes=list(_WRITABLE),
            opts=self.child(additional_secret_outputs=["clientSecret"]),
        )

    def _create_login(self) -> pulumi.Output[str]:
        prefix = self._settings.domain_prefix or self._names.physical(limit=_PREFIX_LIMIT)
        domain = cognito.UserPoolDomain(
            self.logical_name,
            domain=prefix,
            user_pool_id=self.pool.id,
            managed_login_version=_MANAGED_LOGIN,
            opts=self.child(),
        )
        for client, values in sorted(self._settings.clients.items()):
            if values.callback_urls:
                # The managed login shows nothing to a client without a style.
                cognito.ManagedLoginBranding(
                    f"{self.logical_name}-{client}",
                    user_pool_id=self.pool.id,
                    client_id=self.clients[client].id,
                    use_cognito_provided_values=True,
                    opts=self.child(),
                )
        return pulumi.Output.concat("https://", domain.domain, f".auth.{self._names.region}.amazoncognito.com")

    def _protect_sign_in(self) -> None:
        if self._settings.threat_protection != "enforced":
            return
        action = cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsArgs
        cognito.RiskConfiguration(
            self.logical_name,
            user_pool_id=self.pool.id,
            compromised_credentials_risk_configuration=cognito.RiskConfigurationCompromisedCredentialsRiskConfigurationArgs(
                event_filters=["SIGN_IN", "SIGN_UP", "PASSWORD_CHANGE"],
                actions=cognito.RiskConfigurationCompromisedCredentialsRiskConfigurationActionsArgs(
                    event_action="BLOCK"
                ),
            ),
            account_takeover_risk_configuration=cognito.RiskConfigurationAccountTakeoverRiskConfigurationArgs(
                actions=action(
                    high_action=cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsHighActionArgs(
                        event_action="BLOCK", notify=False
                    ),
                    medium_action=cognito.RiskConfigurationAccountTakeoverRiskConfigurationActionsMediumActionArgs(
                        event_action="MFA_IF_CONFIGURED", notify=False
                    ),
                )
            ),
            opts=self.child(),
        )
