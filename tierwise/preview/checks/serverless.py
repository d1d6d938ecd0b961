"""What the serverless services refuse although every property is fine by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tierwise.preview.checks.failure import Failure
from tierwise.preview.checks.reading import Check, Inputs, number

#: What a user pool calls the second factors that it can ask for.
_SECOND_FACTORS: Final = (
    "softwareTokenMfaConfiguration",
    "smsConfiguration",
    "emailMfaConfiguration",
    "webAuthnConfiguration",
)


def ready_instances(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html"""
    for place in inputs.places("qualifier"):
        if place.value == "$LATEST":
            yield inputs.refuse(
                place, "Lambda keeps no instances of $LATEST ready", allowed="a published version, or an alias of one"
            )


def alias(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html"""
    latest = inputs.get("functionVersion") == "$LATEST"
    if latest and inputs.has("routingConfig"):
        yield inputs.refuse("routingConfig", "an alias of $LATEST shares its calls with no other version")


def gateway(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html"""
    protocol = inputs.get("protocolType")
    if protocol == "WEBSOCKET":
        if inputs.has("corsConfiguration"):
            message = "a WebSocket has no CORS: browsers connect from any site; check the Origin header on $connect"
            yield inputs.refuse("corsConfiguration", message)
        if not inputs.has("routeSelectionExpression"):
            allowed = "a field of the message, such as $request.body.action"
            yield inputs.refuse("routeSelectionExpression", "required for a WebSocket API", allowed=allowed)


def user_pool(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html"""
    if inputs.get("mfaConfiguration") in ("ON", "OPTIONAL") and not any(map(inputs.has, _SECOND_FACTORS)):
        message = f"mfaConfiguration is {inputs.get('mfaConfiguration')}, and no second factor is configured"
        yield inputs.refuse("mfaConfiguration", message, allowed=" or ".join(_SECOND_FACTORS[:3]))


def canary(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonSynthetics/latest/APIReference/API_CreateCanary.html"""
    for place in inputs.places("artifactS3Location"):
        if not str(place.value).startswith("s3://") or len(str(place.value)) <= len("s3://"):
            yield inputs.refuse(place, "names no bucket for the canary's results", allowed="s3://<bucket>/<folder>")
    timeout = number(inputs.get("runConfig.timeoutInSeconds"))
    if timeout is not None and not 3 <= timeout <= 840:
        yield inputs.refuse("runConfig.timeoutInSeconds", f"{timeout:g} seconds", allowed="3 to 840")


#: The checks of one type's own rules.
SERVERLESS: Final[Mapping[str, Check]] = {
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": ready_instances,
    "aws:lambda/alias:Alias": alias,
    "aws:apigatewayv2/api:Api": gateway,
    "aws:cognito/userPool:UserPool": user_pool,
    "aws:synthetics/canary:Canary": canary,
}
