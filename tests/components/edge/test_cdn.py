"""The distribution: origins, behaviours, headers and certificate."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT, Resource
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import cdn, load_balancer, names, network

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"


def planned(
    *, scheme: str | None = "internal", certificate: bool = True, logs: bool = False, **overrides: Any
) -> Sample:
    """The plan of a distribution, made once."""
    return _planned(scheme, certificate, logs, json.dumps(overrides))


@functools.cache
def _planned(scheme: str | None, certificate: bool, logs: bool, overrides: str) -> Sample:
    return sample_of(lambda: _create(scheme, certificate, certificate, logs, json.loads(overrides)))


def _create(
    scheme: str | None, balancer_certificate: bool, own_domain: bool, logs: bool, overrides: dict[str, Any]
) -> None:
    import pulumi

    from components.edge.cdn import Cdn
    from components.network.load_balancer import LoadBalancer
    from components.network.vpc import Vpc

    balancer = None
    if scheme is not None:
        balancer = LoadBalancer(
            "alb",
            settings=load_balancer(scheme=scheme),
            names=names(),
            vpc=Vpc("network", settings=network(), names=names()),
            target_ports=[8080],
            behind_cdn=True,
            certificate_arn=CERTIFICATE if balancer_certificate else None,
        )
    distribution = Cdn(
        "cdn",
        settings=cdn(**overrides),
        names=names(),
        site_bucket_domain="site.s3.us-east-1.amazonaws.com",
        load_balancer=balancer,
        domain_name="shop.example" if own_domain else None,
        certificate_arn=CERTIFICATE if own_domain else None,
        web_acl_arn="arn:aws:wafv2:us-east-1:123456789012:global/webacl/shop/1",
        log_bucket_arn="arn:aws:s3:::logs" if logs else None,
    )
    pulumi.export("statement", distribution.origin_access_statement("arn:aws:s3:::site"))


def distribution(sample: Sample) -> Resource:
    return sample.one("aws:cloudfront/distribution:Distribution")


def origin(sample: Sample, identity: str) -> dict[str, Any]:
    """An origin by its id."""
    (found,) = [o for o in distribution(sample).get("origins") if o["originId"] == identity]
    return found


def test_api_paths_go_to_the_load_balancer_and_the_rest_to_the_bucket() -> None:
    found = distribution(planned(apiPaths=[{"path": "/api/*"}, {"path": "/feed", "cache": "optimized"}]))
    assert found.get("defaultCacheBehavior.targetOriginId") == "s3"
    assert found.all("orderedCacheBehaviors[].pathPattern") == ["/api/*", "/feed"]
    assert found.all("orderedCacheBehaviors[].targetOriginId") == ["alb", "alb"]
    assert found.all("orderedCacheBehaviors[].cachePolicyId") == [
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    ]


def test_nothing_is_served_over_plain_http() -> None:
    found = distribution(planned())
    assert found.get("defaultCacheBehavior.viewerProtocolPolicy") == "redirect-to-https"
    assert found.all("orderedCacheBehaviors[].viewerProtocolPolicy") == ["https-only"]
    kind = distribution(planned(plainHttp="redirect"))
    assert kind.all("orderedCacheBehaviors[].viewerProtocolPolicy") == ["redirect-to-https"]


def test_the_bucket_is_read_through_origin_access_control() -> None:
    sample = planned()
    control = sample.one("aws:cloudfront/originAccessControl:OriginAccessControl")
    assert (control.get("signingBehavior"), control.get("signingProtocol")) == ("always", "sigv4")
    assert "originAccessControlId" in origin(sample, "s3")
    statement = sample.plan.outputs["statement"]
    assert statement["Action"] == "s3:GetObject"
    assert statement["Resource"] == "arn:aws:s3:::site/*"
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert set(statement["Condition"]["StringEquals"]) == {"AWS:SourceArn"}


def test_an_internal_load_balancer_is_reached_through_a_vpc_origin() -> None:
    sample = planned(scheme="internal")
    vpc_origin = sample.one("aws:cloudfront/vpcOrigin:VpcOrigin")
    assert vpc_origin.get("vpcOriginEndpointConfig.originProtocolPolicy") == "https-only"
    assert vpc_origin.get("vpcOriginEndpointConfig.originSslProtocols") == {"items": ["TLSv1.2"], "quantity": 1}
    assert "vpcOriginConfig" in origin(sample, "alb")
    assert "customOriginConfig" not in origin(sample, "alb")


def test_a_load_balancer_without_certificate_is_called_over_http_inside_aws() -> None:
    sample = planned(certificate=False)
    vpc_origin = sample.one("aws:cloudfront/vpcOrigin:VpcOrigin")
    assert vpc_origin.get("vpcOriginEndpointConfig.originProtocolPolicy") == "http-only"


def test_a_public_load_balancer_is_called_over_tls_with_the_secret() -> None:
    sample = planned(scheme="public")
    found = origin(sample, "alb")
    assert found["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    assert found["customOriginConfig"]["originSslProtocols"] == ["TLSv1.2"]
    assert [header["name"] for header in found["customHeaders"]] == ["X-Origin-Verify"]
    assert sample.all("aws:cloudfront/vpcOrigin:VpcOrigin") == []


def test_static_files_are_cached_as_long_as_configured() -> None:
    policy = planned(staticTtlSeconds=86400).one("aws:cloudfront/cachePolicy:CachePolicy")
    assert (policy.get("minTtl"), policy.get("defaultTtl"), policy.get("maxTtl")) == (0, 86400, 86400)
    uncached = planned(staticTtlSeconds=0).one("aws:cloudfront/cachePolicy:CachePolicy")
    assert uncached.get("parametersInCacheKeyAndForwardedToOrigin.enableAcceptEncodingGzip") is False


def test_every_behaviour_sends_security_headers() -> None:
    sample = planned()
    policy = sample.one("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")
    assert policy.get("securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec") >= 31536000
    assert policy.get("securityHeadersConfig.contentTypeOptions.override") is True
    assert policy.get("securityHeadersConfig.frameOptions.frameOption") == "DENY"
    found = distribution(sample)
    assert found.is_set("defaultCacheBehavior.responseHeadersPolicyId")
    assert ABSENT not in found.all("orderedCacheBehaviors[].responseHeadersPolicyId")


def test_its_own_domain_is_served_with_tls_1_2() -> None:
    found = distribution(planned())
    assert found.get("aliases") == ["shop.example"]
    assert found.get("viewerCertificate") == {
        "acmCertificateArn": CERTIFICATE,
        "minimumProtocolVersion": "TLSv1.2_2021",
        "sslSupportMethod": "sni-only",
    }


def test_without_a_domain_cloudfronts_certificate_is_used() -> None:
    found = distribution(planned(certificate=False))
    assert found.get("viewerCertificate") == {"cloudfrontDefaultCertificate": True}
    assert found.get("aliases") is ABSENT


def test_countries_are_allowed_by_list() -> None:
    assert distribution(planned()).get("restrictions.geoRestriction.restrictionType") == "none"
    limited = distribution(planned(allowedCountries=["DE", "AT"]))
    assert limited.get("restrictions.geoRestriction") == {"restrictionType": "whitelist", "locations": ["AT", "DE"]}


def test_access_logs_are_delivered_to_the_bucket() -> None:
    sample = planned(logs=True)
    destination = sample.one("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination")
    assert destination.get("deliveryDestinationConfiguration.destinationResourceArn") == "arn:aws:s3:::logs"
    source = sample.one("aws:cloudwatch/logDeliverySource:LogDeliverySource")
    assert sample.refers(source, "resourceArn") == {"cdn"}
    for token in (
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
        "aws:cloudwatch/logDelivery:LogDelivery",
    ):
        assert sample.one(token).get("region") == "us-east-1"
    assert planned().all("aws:cloudwatch/logDelivery:LogDelivery") == []


def test_a_site_without_an_api() -> None:
    found = distribution(planned(scheme=None, apiPaths=[]))
    assert found.all("origins[].originId") == ["s3"]


@pytest.mark.parametrize(
    ("scheme", "balancer_certificate", "own_domain", "message"),
    [
        (None, False, False, "needs a load balancer"),
        ("internal", True, False, "needs a domain"),
    ],
)
def test_what_could_not_work_is_refused(
    scheme: str | None, balancer_certificate: bool, own_domain: bool, message: str
) -> None:
    error = plan_of(lambda: _create(scheme, balancer_certificate, own_domain, False, {})).error
    assert error is not None
    assert message in error.message


@functools.cache
def before_an_api() -> Sample:
    """A distribution that passes ``/api/*`` to API Gateway."""

    def create() -> None:
        from components.edge.cdn import Cdn, Gateway

        Cdn(
            "cdn",
            settings=cdn(),
            names=names(),
            site_bucket_domain="site.s3.us-east-1.amazonaws.com",
            gateway=Gateway(
                host="a1b2c3.execute-api.us-east-1.amazonaws.com",
                base_path="/prod",
                secret="0123456789",  # noqa: S106 - of the test
            ),
        )

    return sample_of(create)


def test_without_a_load_balancer_api_paths_go_to_the_gateway_below_its_stage() -> None:
    found = before_an_api().one("aws:cloudfront/distribution:Distribution")
    (origin,) = [o for o in found.get("origins") if o["originId"] == "api"]
    assert origin["domainName"] == "a1b2c3.execute-api.us-east-1.amazonaws.com"
    assert origin["originPath"] == "/prod"
    assert origin["customHeaders"] == [{"name": "X-Origin-Verify", "value": "0123456789"}]
    assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"


def test_the_gateway_is_called_by_its_own_name() -> None:
    (behavior,) = before_an_api().one("aws:cloudfront/distribution:Distribution").get("orderedCacheBehaviors")
    assert behavior["targetOriginId"] == "api"
    assert behavior["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert behavior["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
