"""CloudFront, Route 53, certificates, service discovery. https://aws.amazon.com/cloudfront/pricing/"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, free, optional, prices
from guardrails.resource import UNKNOWN

SERVICE: Final = "Edge"
DNS: Final = "DNS"
#: CloudFront's additional metrics for a distribution.
_ADDITIONAL_METRICS: Final = 8

free(
    SERVICE,
    "no charge",
    "aws:cloudfront/originAccessControl:OriginAccessControl",
    "aws:cloudfront/originAccessIdentity:OriginAccessIdentity",
    "aws:cloudfront/cachePolicy:CachePolicy",
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    "aws:cloudfront/vpcOrigin:VpcOrigin",
    "aws:cloudfront/keyGroup:KeyGroup",
    "aws:cloudfront/publicKey:PublicKey",
)
free(
    DNS,
    "public certificates are free",
    "aws:acm/certificateValidation:CertificateValidation",
)
free(
    DNS,
    "queries are the zone's",
    "aws:route53/record:Record",
    "aws:route53/zoneAssociation:ZoneAssociation",
)
free(
    DNS,
    "ECS registers its tasks without charge",
    "aws:servicediscovery/service:Service",
    "aws:servicediscovery/httpNamespace:HttpNamespace",
)


@prices(
    "aws:cloudfront/distribution:Distribution",
    service=SERVICE,
    keys=(
        Key("dataOutGb", "GB sent to viewers in North America and Europe"),
        Key("httpsRequests", "HTTPS requests from viewers"),
        optional("httpRequests", "HTTP requests from viewers"),
        optional("originGb", "GB sent to origins (uploads)"),
        optional("invalidationPaths", "invalidated paths beyond the account's 1,000"),
    ),
)
def distribution(bill: Bill) -> None:
    """Data out and requests; transfer from an AWS origin is free."""
    bill.usage("dataOutGb", "CloudFront data out", "cloudfront.us_eu.dt_out.gb")
    bill.usage("httpsRequests", "CloudFront HTTPS requests", "cloudfront.https.request")
    bill.usage("httpRequests", "CloudFront HTTP requests", "cloudfront.http.request")
    bill.usage("originGb", "CloudFront data to origins", "cloudfront.origin_dt.gb")
    bill.usage("invalidationPaths", "CloudFront invalidations", "cloudfront.invalidation.path")


@prices("aws:cloudfront/monitoringSubscription:MonitoringSubscription", service=SERVICE)
def monitoring_subscription(bill: Bill) -> None:
    """Eight additional metrics at the price of custom metrics."""
    status = bill.text(
        "monitoringSubscription.realtimeMetricsSubscriptionConfig.realtimeMetricsSubscriptionStatus", "Enabled"
    )
    if status == "Disabled":
        bill.free("additional metrics are off")
        return
    bill.fixed("CloudFront additional metrics", "cw.metric.month", _ADDITIONAL_METRICS)


@prices(
    "aws:cloudfront/function:Function",
    service=SERVICE,
    keys=(Key("invocations", "invocations, one a matching request"),),
)
def function(bill: Bill) -> None:
    """Invocations."""
    bill.usage("invocations", "CloudFront Functions", "cloudfront.function.invocation")


@prices("aws:acm/certificate:Certificate", service=DNS)
def certificate(bill: Bill) -> None:
    """Public certificates are free; a private authority's are not."""
    if bill.resource.is_set("certificateAuthorityArn"):
        bill.unknown("private certificate", "no price for certificates of a private authority")
    else:
        bill.free("public certificates are free")


@prices(
    "aws:route53/zone:Zone",
    service=DNS,
    keys=(Key("queries", "queries answered, without those for alias records of AWS resources"),),
)
def zone(bill: Bill) -> None:
    """A zone a month and its queries."""
    bill.fixed("hosted zone", "route53.zone.month", 1)
    bill.usage("queries", "DNS queries", "route53.query")


@prices(
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace",
    service=DNS,
    keys=(Key("queries", "queries for the namespace's names"),),
)
def dns_namespace(bill: Bill) -> None:
    """A DNS namespace is a hosted zone of Route 53."""
    bill.fixed("hosted zone of the namespace", "route53.zone.month", 1)
    bill.usage("queries", "DNS queries", "route53.query")


@prices("aws:route53/healthCheck:HealthCheck", service=DNS)
def health_check(bill: Bill) -> None:
    """By where the endpoint is, and a charge for each of HTTPS, string matching, fast interval and latency."""
    kind = bill.text("type")
    if kind is None:
        bill.undecided("health check", "type")
        return
    where = "aws" if _in_aws(bill, kind) else "other"
    bill.fixed("health check", f"route53.health_check.{where}.month", 1)
    options = sum(
        (
            kind.startswith("HTTPS"),
            kind.endswith("_STR_MATCH"),
            bill.number("requestInterval", 30) == 10,
            bill.flag("measureLatency") is True,
        )
    )
    if options:
        bill.fixed("health check options", f"route53.health_check.{where}_feature.month", options)


def _in_aws(bill: Bill, kind: str) -> bool:
    """An endpoint that this stack makes or names in its zone runs in AWS; so do calculated and metric checks."""
    if not kind.startswith(("HTTP", "TCP")):
        return True
    if bill.resource.property_dependencies.get("fqdn") or bill.resource.property_dependencies.get("ipAddress"):
        return True
    name = bill.get("fqdn")
    if name is UNKNOWN or str(name).endswith((".amazonaws.com", ".cloudfront.net")):
        return True
    records = bill.links.of_type("aws:route53/record:Record")
    return any(record.get("name") == name for record in records)
