"""The user pool: factors, passwords, groups, clients, login pages and protection."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT, Resource
from tests.support.program import Sample, sample_of
from tests.support.sections import names
from tests.support.serverless import identity

POOL = "aws:cognito/userPool:UserPool"
CLIENT = "aws:cognito/userPoolClient:UserPoolClient"
DOMAIN = "aws:cognito/userPoolDomain:UserPoolDomain"
BRANDING = "aws:cognito/managedLoginBranding:ManagedLoginBranding"
RISK = "aws:cognito/riskConfiguration:RiskConfiguration"
MAIL = {"identityArn": "arn:aws:ses:us-east-1:123456789012:identity/shop.example", "sender": "users@shop.example"}


def planned(**overrides: Any) -> Sample:
    """The plan of a directory, made once."""
    return _planned(json.dumps(overrides))


@functools.cache
def _planned(overrides: str) -> Sample:
    def create() -> None:
        from components.identity.user_directory import UserDirectory

        UserDirectory("users", settings=identity(**json.loads(overrides)), names=names())

    return sample_of(create)


def pool(**overrides: Any) -> Resource:
    return planned(**overrides).one(POOL)


@pytest.mark.parametrize(
    ("mfa", "configured", "app"),
    [("required", "ON", {"enabled": True}), ("optional", "OPTIONAL", {"enabled": True}), ("off", "OFF", ABSENT)],
)
def test_a_second_factor_is_as_compulsory_as_told(mfa: str, configured: str, app: Any) -> None:
    found = pool(mfa=mfa)
    assert found.get("mfaConfiguration") == configured
    assert found.get("softwareTokenMfaConfiguration") == app


def test_codes_by_mail_are_a_factor_with_a_sender() -> None:
    found = pool(factors=["app", "email"], mail=MAIL)
    assert "{####}" in found.get("emailMfaConfiguration.message")
    assert found.get("emailConfiguration.emailSendingAccount") == "DEVELOPER"
    assert found.get("emailConfiguration.fromEmailAddress") == "users@shop.example"


def test_passwords_need_every_kind_of_character() -> None:
    policy = pool(password={"minimumLength": 14, "history": 5}).get("passwordPolicy")
    assert policy["minimumLength"] == 14
    assert policy["passwordHistorySize"] == 5
    assert all(policy[f"require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))


@pytest.mark.parametrize(
    ("overrides", "plan"),
    [
        ({}, "PLUS"),
        ({"threatProtection": "audit"}, "PLUS"),
        ({"threatProtection": "off"}, "ESSENTIALS"),
        ({"threatProtection": "off", "clients": {"app": {}}}, "LITE"),
        ({"threatProtection": "off", "clients": {"app": {}}, "password": {"history": 3}}, "ESSENTIALS"),
    ],
)
def test_the_plan_is_the_cheapest_that_has_what_is_asked(overrides: dict[str, Any], plan: str) -> None:
    assert pool(**overrides).get("userPoolTier") == plan


def test_enforced_protection_stops_leaked_passwords_and_strange_sign_ins() -> None:
    sample = planned()
    assert sample.one(POOL).get("userPoolAddOns.advancedSecurityMode") == "ENFORCED"
    risk = sample.one(RISK)
    assert risk.get("compromisedCredentialsRiskConfiguration.actions.eventAction") == "BLOCK"
    assert risk.get("accountTakeoverRiskConfiguration.actions.highAction.eventAction") == "BLOCK"
    audit = planned(threatProtection="audit")
    assert audit.one(POOL).get("userPoolAddOns.advancedSecurityMode") == "AUDIT"
    assert audit.all(RISK) == []
    assert planned(threatProtection="off").one(POOL).get("userPoolAddOns") is ABSENT


@pytest.mark.parametrize("kept", [True, False])
def test_a_pool_is_protected_as_its_settings_say(kept: bool) -> None:
    sample = planned(deletionProtection=kept, retain=kept)
    found = sample.one(POOL)
    assert found.get("deletionProtection") == ("ACTIVE" if kept else "INACTIVE")
    assert sample.planned(found).protect is kept
    assert sample.planned(found).retain_on_delete is kept


def test_only_administrators_invite_unless_people_may_register() -> None:
    assert pool().get("adminCreateUserConfig.allowAdminCreateUserOnly") is True
    assert pool(selfSignUp=True).get("adminCreateUserConfig.allowAdminCreateUserOnly") is False


def test_a_forgotten_password_is_helped_as_told() -> None:
    for recovery, name in (("email", "verified_email"), ("admin", "admin_only")):
        (mechanism,) = pool(accountRecovery=recovery).get("accountRecoverySetting.recoveryMechanisms")
        assert mechanism["name"] == name


def test_groups_stand_in_order() -> None:
    groups = {g.get("name"): g.get("precedence") for g in planned().all("aws:cognito/userGroup:UserGroup")}
    assert groups == {"viewer": 2, "admin": 1}


def test_a_client_tells_nobody_who_exists_and_sends_no_password() -> None:
    client = planned().one(CLIENT)
    assert client.get("preventUserExistenceErrors") == "ENABLED"
    assert client.get("enableTokenRevocation") is True
    assert client.get("explicitAuthFlows") == ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert client.get("allowedOauthFlows") == ["code"]
    assert client.get("generateSecret") is False


def test_tokens_hold_as_long_as_told() -> None:
    client = planned(clients={"app": {"accessTokenMinutes": 15, "refreshTokenDays": 1}}).one(CLIENT)
    assert (client.get("accessTokenValidity"), client.get("idTokenValidity")) == (15, 15)
    assert client.get("refreshTokenValidity") == 1
    assert client.get("tokenValidityUnits") == {"accessToken": "minutes", "idToken": "minutes", "refreshToken": "days"}


def test_login_pages_exist_for_those_who_use_them() -> None:
    sample = planned()
    domain = sample.one(DOMAIN)
    assert domain.get("domain") == "shop-prod"
    assert domain.get("managedLoginVersion") == 2
    assert sample.refers(sample.one(BRANDING), "clientId") == {"users-web"}
    assert planned(clients={"app": {}}).all(DOMAIN) == []
    assert planned(domainPrefix="shop-eu").one(DOMAIN).get("domain") == "shop-eu"


def test_users_call_themselves_as_told() -> None:
    assert pool().get("usernameAttributes") == ["email"]
    assert pool(signInWith="username").get("usernameAttributes") is ABSENT
    assert pool().get("usernameConfiguration.caseSensitive") is False
