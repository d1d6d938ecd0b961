"""Cognito user pools and Lex bots. https://aws.amazon.com/cognito/pricing/ and https://aws.amazon.com/lex/pricing/"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, by_parent, free, optional, prices

SERVICE: Final = "Users"
CHAT: Final = "Chat"

free(
    SERVICE,
    "in the user pool's lines",
    "aws:cognito/userPoolClient:UserPoolClient",
    "aws:cognito/userPoolDomain:UserPoolDomain",
    "aws:cognito/userGroup:UserGroup",
    "aws:cognito/resourceServer:ResourceServer",
    "aws:cognito/identityProvider:IdentityProvider",
    "aws:cognito/userPoolUICustomization:UserPoolUICustomization",
    "aws:cognito/managedLoginBranding:ManagedLoginBranding",
    "aws:cognito/riskConfiguration:RiskConfiguration",
    "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration",
)
by_parent(
    CHAT,
    "in the bot's requests",
    "aws:lex/v2modelsBotLocale:V2modelsBotLocale",
    "aws:lex/v2modelsIntent:V2modelsIntent",
    "aws:lex/v2modelsSlotType:V2modelsSlotType",
    "aws:lex/v2modelsSlot:V2modelsSlot",
    "aws:lex/v2modelsBotVersion:V2modelsBotVersion",
)


@prices(
    "aws:cognito/userPool:UserPool",
    service=SERVICE,
    keys=(
        Key("monthlyUsers", "users who sign in or refresh a token in the month"),
        optional("federatedUsers", "monthly users who come through SAML or OIDC"),
        optional("machineTokens", "tokens issued for the client-credentials grant"),
    ),
)
def user_pool(bill: Bill) -> None:
    """Monthly active users by tier."""
    tier = bill.text("userPoolTier", "ESSENTIALS")
    if tier is None:
        bill.undecided("active users", "userPoolTier")
    else:
        bill.usage("monthlyUsers", f"active users, {tier.lower()} tier", f"cognito.{tier.lower()}.mau")
    bill.usage("federatedUsers", "federated users", "cognito.saml.mau")
    bill.usage("machineTokens", "machine-to-machine tokens", "cognito.m2m.token")


@prices(
    "aws:lex/v2modelsBot:V2modelsBot",
    service=CHAT,
    keys=(Key("textRequests", "text turns"), optional("speechRequests", "speech turns")),
)
def bot(bill: Bill) -> None:
    """Text and speech turns."""
    bill.usage("textRequests", "Lex text requests", "lex.text.request")
    bill.usage("speechRequests", "Lex speech requests", "lex.speech.request")
