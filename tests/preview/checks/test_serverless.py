"""What the serverless services refuse of properties together, and certificates in the wrong region."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from tierwise.preview.checks import check
from tierwise.preview.plan import PlannedResource

U = UNKNOWN
READY = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
API = "aws:apigatewayv2/api:Api"
POOL = "aws:cognito/userPool:UserPool"
CANARY = "aws:synthetics/canary:Canary"
CERTIFICATE = "aws:acm/certificate:Certificate"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
CHECK: dict[str, Any] = {
    "name": "web",
    "executionRoleArn": U,
    "handler": "a.handler",
    "runtimeVersion": U,
    "schedule": {"expression": "rate(5 minutes)"},
    "zipFile": U,
}
CORS = {"allowOrigins": ["https://shop.example"]}
SITE: dict[str, Any] = {
    "enabled": True,
    "origins": U,
    "restrictions": {"geoRestriction": {"restrictionType": "none"}},
    "defaultCacheBehavior": {
        "allowedMethods": ["GET", "HEAD"],
        "cachedMethods": ["GET", "HEAD"],
        "targetOriginId": "s3",
        "viewerProtocolPolicy": "https-only",
    },
}


@pytest.mark.parametrize(
    ("kind", "inputs", "path", "words"),
    [
        (
            READY,
            {"functionName": U, "provisionedConcurrentExecutions": 1, "qualifier": "$LATEST"},
            "qualifier",
            "a published version, or an alias",
        ),
        (
            "aws:lambda/alias:Alias",
            {
                "functionName": U,
                "functionVersion": "$LATEST",
                "routingConfig": {"additionalVersionWeights": {"2": 0.1}},
            },
            "routingConfig",
            "no other version",
        ),
        (
            API,
            {"protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.a", "corsConfiguration": CORS},
            "corsConfiguration",
            "check the Origin header",
        ),
        (API, {"protocolType": "WEBSOCKET"}, "routeSelectionExpression", "$request.body.action"),
        (POOL, {"name": "p", "mfaConfiguration": "ON"}, "mfaConfiguration", "no second factor"),
        (CANARY, {**CHECK, "artifactS3Location": "results/"}, "artifactS3Location", "s3://<bucket>"),
        (CANARY, CHECK, "artifactS3Location", "required"),
    ],
)
def test_what_aws_would_refuse_is_told(checked: Any, kind: str, inputs: dict[str, Any], path: str, words: str) -> None:
    found = [failure for failure in checked.all(kind, **inputs) if failure.path == path]
    assert len(found) == 1
    assert words in str(found[0])


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (READY, {"functionName": U, "provisionedConcurrentExecutions": 1, "qualifier": "live"}),
        (API, {"protocolType": "HTTP", "corsConfiguration": CORS}),
        (POOL, {"name": "p", "mfaConfiguration": "ON", "softwareTokenMfaConfiguration": {"enabled": True}}),
        (POOL, {"name": "p", "mfaConfiguration": "OFF"}),
    ],
)
def test_what_aws_takes_is_left_alone(checked: Any, kind: str, inputs: dict[str, Any]) -> None:
    assert [str(failure) for failure in checked.all(kind, **inputs)] == []


def distribution(checked: Any, certificate: Any) -> PlannedResource:
    return checked.resource(
        DISTRIBUTION,
        **SITE,
        viewerCertificate={"acmCertificateArn": certificate, "sslSupportMethod": "sni-only"},
    )


@pytest.mark.parametrize(("region", "refused"), [("eu-west-1", True), ("us-east-1", False)])
def test_cloudfront_looks_for_certificates_in_one_region(checked: Any, region: str, refused: bool) -> None:
    arn = f"arn:aws:acm:{region}:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
    found = [str(failure) for failure in check([distribution(checked, arn)])]
    assert bool(found) is refused, found
    assert all("request one there" in line and "us-east-1" in line for line in found)


@pytest.mark.parametrize(("region", "refused"), [("eu-west-1", True), ("us-east-1", False), (UNKNOWN, False)])
def test_a_certificate_of_the_program_is_looked_at_too(checked: Any, region: Any, refused: bool) -> None:
    certificate = checked.resource(CERTIFICATE, domainName="shop.example", validationMethod="DNS")
    certificate = dataclasses.replace(certificate, region=region)
    uses = dataclasses.replace(
        distribution(checked, UNKNOWN), property_dependencies={"viewerCertificate": (certificate.urn,)}
    )
    found = [failure.path for failure in check([certificate, uses])]
    assert found == (["viewerCertificate.acmCertificateArn"] if refused else [])


def test_an_api_looks_in_its_own_region(checked: Any) -> None:
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
    name = checked.resource(
        "aws:apigatewayv2/domainName:DomainName",
        domainName="api.shop.example",
        domainNameConfiguration={"certificateArn": arn, "endpointType": "REGIONAL", "securityPolicy": "TLS_1_2"},
    )
    (failure,) = check([dataclasses.replace(name, region="eu-west-1")])
    assert "a certificate in eu-west-1" in str(failure)
    assert check([dataclasses.replace(name, region="us-east-1")]) == []
