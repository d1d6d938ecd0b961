"""Certificates in the region where what uses them looks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tierwise.preview.checks.failure import Failure
from tierwise.preview.checks.reading import Inputs
from tierwise.preview.plan import PlannedResource

#: The only region in which CloudFront, and Cognito's domains before it, find certificates.
#: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html
GLOBAL_REGION: Final = "us-east-1"
#: Where each type names its certificate, and the region that it must be in; None for the resource's own.
_PLACES: Final[Mapping[str, tuple[str, str | None]]] = {
    "aws:cloudfront/distribution:Distribution": ("viewerCertificate.acmCertificateArn", GLOBAL_REGION),
    "aws:cognito/userPoolDomain:UserPoolDomain": ("certificateArn", GLOBAL_REGION),
    "aws:lb/listener:Listener": ("certificateArn", None),
    "aws:apigateway/domainName:DomainName": ("regionalCertificateArn", None),
    "aws:apigatewayv2/domainName:DomainName": ("domainNameConfiguration.certificateArn", None),
}
_CERTIFICATES: Final = (
    "aws:acm/certificate:Certificate",
    "aws:acm/certificateValidation:CertificateValidation",
)


def check_certificates(resources: Sequence[PlannedResource]) -> Iterator[Failure]:
    """Certificates of another region than the one in which AWS looks for them.

    Args:
        resources: As planned.
    """
    by_urn = {resource.urn: resource for resource in resources}
    for resource in resources:
        if resource.type in _PLACES:
            path, region = _PLACES[resource.type]
            wanted = region or resource.region
            found = _region(resource, path, by_urn)
            if isinstance(wanted, str) and found is not None and found != wanted:
                who = "CloudFront" if region else "it"
                message = f"the certificate is in {found}, and {who} looks in {wanted}: request one there"
                yield Inputs(resource).refuse(path, message, allowed=f"a certificate in {wanted}")


def _region(resource: PlannedResource, path: str, by_urn: Mapping[str, PlannedResource]) -> str | None:
    """The region of the certificate that ``path`` names; None when it is not known."""
    arn: Any = Inputs(resource).get(path)
    if isinstance(arn, str):
        parts = arn.split(":")
        return parts[3] if len(parts) > 5 and parts[2] == "acm" else None
    for urn in resource.property_dependencies.get(path.partition(".")[0], ()):
        source = by_urn.get(urn)
        if source is not None and source.type in _CERTIFICATES:
            return source.region if isinstance(source.region, str) and source.region else None
    return None
