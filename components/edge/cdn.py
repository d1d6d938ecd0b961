"""The CloudFront distribution: the site from a bucket, the API from the load balancer or from API Gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import cloudfront

from components.component import Component
from components.edge.cdn_logs import CdnLogs
from components.edge.cdn_policies import (
    ALL_VIEWER_REQUEST_POLICY,
    API_CACHE_POLICIES,
    STATIC_CACHE_POLICY,
    VIEWER_WITHOUT_HOST_POLICY,
)
from components.edge.origin_header import ORIGIN_HEADER
from components.edge.single_page import SinglePage, page_errors
from components.names import Names
from components.network.load_balancer import LoadBalancer
from settings.edge import ApiPath
from settings.edge import Cdn as CdnSettings

#: Origin ids, as behaviours name them.
SITE_ORIGIN = "s3"
API_ORIGIN = "alb"
GATEWAY_ORIGIN = "api"
WEBSOCKET_ORIGIN = "websocket"

_READ = ["GET", "HEAD"]
_ALL = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]

#: What CloudFront calls the answers to plain HTTP.
_PLAIN_HTTP: Final[Mapping[str, str]] = {"refuse": "https-only", "redirect": "redirect-to-https"}


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """An API of API Gateway, as the distribution calls it.

    Attributes:
        host: Its name.
        base_path: What stands before every path there, such as ``/prod``.
        secret: Value of the header by which its firewall knows the distribution; None where nothing asks for it.
    """

    host: pulumi.Input[str]
    base_path: str = ""
    secret: pulumi.Input[str] | None = None


class Cdn(Component):
    """A distribution with security headers, HTTPS only, HTTP/3 and IPv6.

    The site comes from a private bucket through origin access control and is cached for ``staticTtlSeconds``, unless
    an object says otherwise. API paths go to the load balancer: an internal one through a VPC origin, a public one
    over TLS 1.2 with the header that it demands. Without a load balancer they go to API Gateway, below its stage. A
    stack without a domain uses CloudFront's own certificate, whose
    oldest protocol cannot be chosen.

    Costs nothing at rest; 0.085 USD a GB and 1.00 a million requests in the cheapest price class, after the free
    allowance; eight additional metrics 0.30 each. Nothing replaces it; a change takes some minutes to reach the edge.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html

    Args:
        name: Logical name.
        settings: Paths, caching, headers and limits.
        names: Names of the stack.
        site_bucket_domain: Regional domain name of the site's bucket.
        load_balancer: What API paths go to.
        gateway: What they go to where there is no load balancer.
        websocket: The WebSocket API; clients connect at its base path.
        domain_name: A name of one's own.
        certificate_arn: Its certificate, in us-east-1.
        web_acl_arn: The firewall in front.
        log_bucket_arn: Bucket that receives access logs.
        log_access: What must exist before AWS may write there: the bucket's policy.
        opts: Options of the component.

    Attributes:
        distribution: The distribution.
        id: Its id.
        arn: Its ARN.
        domain_name: Its own address, ``….cloudfront.net``.
        hosted_zone_id: Hosted zone of that address, for alias records.
        host: The name that users call: the domain of one's own, or else its own address.

    Raises:
        ValueError: API paths without a load balancer and a gateway, a domain without its certificate, or an HTTPS load
            balancer without a domain, for whose name CloudFront could not check the certificate.
    """

    token = "edge:Cdn"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: CdnSettings,
        names: Names,
        site_bucket_domain: pulumi.Input[str],
        load_balancer: LoadBalancer | None = None,
        gateway: Gateway | None = None,
        websocket: Gateway | None = None,
        domain_name: str | None = None,
        certificate_arn: pulumi.Input[str] | None = None,
        web_acl_arn: pulumi.Input[str] | None = None,
        log_bucket_arn: pulumi.Input[str] | None = None,
        log_access: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if settings.api_paths and load_balancer is None and gateway is None:
            raise ValueError("cdn.apiPaths needs a load balancer or an API")
        if (domain_name is None) != (certificate_arn is None):
            raise ValueError("a distribution's domain and certificate come together")
        if load_balancer is not None and load_balancer.protocol == "HTTPS" and domain_name is None:
            raise ValueError("a load balancer with a certificate needs a domain when it is behind the cdn")
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self.origin_access_control = self._create_origin_access_control()
        ttl = settings.static_ttl_seconds
        self._cache_policy_id: pulumi.Input[str] = (
            STATIC_CACHE_POLICY if ttl is None else self._create_cache_policy(ttl).id
        )
        page = settings.default_root_object
        self._single_page = (
            SinglePage(f"{name}-single-page", page=page, names=names, opts=self.child())
            if settings.single_page
            else None
        )
        self.headers_policy = self._create_headers_policy()
        origins = [self._site_origin(site_bucket_domain)]
        if load_balancer is not None and settings.api_paths:
            origins.append(self._api_origin(load_balancer))
        elif gateway is not None and settings.api_paths:
            origins.append(self._gateway_origin(gateway, GATEWAY_ORIGIN, gateway.base_path))
        self._api_origin_id = API_ORIGIN if load_balancer is not None else GATEWAY_ORIGIN
        behaviors = [self._api_behavior(path) for path in settings.api_paths]
        if websocket is not None:
            # Its stage is both the path that clients name and the one that the API answers at.
            origins.append(self._gateway_origin(websocket, WEBSOCKET_ORIGIN, ""))
            behaviors.insert(0, self._websocket_behavior(websocket.base_path))
        self.distribution = cloudfront.Distribution(
            name,
            enabled=True,
            comment=names.physical(limit=128),
            aliases=None if domain_name is None else [domain_name],
            default_root_object=settings.default_root_object,
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=settings.price_class,
            web_acl_id=web_acl_arn,
            origins=origins,
            default_cache_behavior=self._site_behavior(),
            ordered_cache_behaviors=behaviors,
            custom_error_responses=page_errors(page) if settings.single_page else None,
            restrictions=self._restrictions(),
            viewer_certificate=self._viewer_certificate(certificate_arn),
            tags={**self.tags, "Name": name},
            opts=self.child(),
        )
        self.id: pulumi.Output[str] = self.distribution.id
        self.arn: pulumi.Output[str] = self.distribution.arn
        self.domain_name: pulumi.Output[str] = self.distribution.domain_name
        self.hosted_zone_id: pulumi.Output[str] = self.distribution.hosted_zone_id
        self.host: pulumi.Input[str] = self.domain_name if domain_name is None else domain_name
        if settings.additional_metrics:
            self._count_more()
        if log_bucket_arn is not None:
            CdnLogs(
                f"{name}-logs",
                names=names,
                distribution_arn=self.arn,
                bucket_arn=log_bucket_arn,
                log_access=log_access,
                opts=self.child(),
            )
        self.register_outputs({"id": self.id, "domainName": self.domain_name, "host": self.host})

    def origin_access_statement(self, bucket_arn: pulumi.Input[str]) -> dict[str, Any]:
        """The bucket policy statement that lets this distribution, and no other, read the site.

        Args:
            bucket_arn: The site's bucket.
        """
        return {
            "Sid": "AllowDistribution",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": pulumi.Output.concat(bucket_arn, "/*"),
            "Condition": {"StringEquals": {"AWS:SourceArn": self.arn}},
        }

    def _count_more(self) -> None:
        """Switch on the hit rate and its kin.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/viewing-cloudfront-metrics.html
        """
        cloudfront.MonitoringSubscription(
            self.logical_name,
            distribution_id=self.id,
            monitoring_subscription={
                "realtime_metrics_subscription_config": {"realtime_metrics_subscription_status": "Enabled"}
            },
            opts=self.child(),
        )

    def _create_origin_access_control(self) -> cloudfront.OriginAccessControl:
        return cloudfront.OriginAccessControl(
            f"{self.logical_name}-site",
            description="Signs requests to the site's bucket",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self.child(),
        )

    def _create_cache_policy(self, ttl: int) -> cloudfront.CachePolicy:
        return cloudfront.CachePolicy(
            f"{self.logical_name}-site",
            comment="Static files with hashed names; an object's own Cache-Control wins",
            min_ttl=0,
            default_ttl=ttl,
            max_ttl=ttl,
            parameters_in_cache_key_and_forwarded_to_origin=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginArgs(
                cookies_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginCookiesConfigArgs(
                    cookie_behavior="none"
                ),
                headers_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginHeadersConfigArgs(
                    header_behavior="none"
                ),
                query_strings_config=cloudfront.CachePolicyParametersInCacheKeyAndForwardedToOriginQueryStringsConfigArgs(
                    query_string_behavior="none"
                ),
                enable_accept_encoding_brotli=ttl > 0,
                # CloudFront refuses to tell encodings apart where nothing is cached.
                enable_accept_encoding_gzip=ttl > 0,
            ),
            opts=self.child(),
        )

    def _create_headers_policy(self) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            f"{self.logical_name}-headers",
            comment="Security headers",
            security_headers_config=cloudfront.ResponseHeadersPolicySecurityHeadersConfigArgs(
                strict_transport_security=cloudfront.ResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurityArgs(
                    access_control_max_age_sec=self._settings.hsts_seconds, override=True
                ),
                content_type_options=cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentTypeOptionsArgs(
                    override=True
                ),
                frame_options=cloudfront.ResponseHeadersPolicySecurityHeadersConfigFrameOptionsArgs(
                    frame_option="DENY", override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersPolicySecurityHeadersConfigReferrerPolicyArgs(
                    referrer_policy="strict-origin-when-cross-origin", override=True
                ),
                content_security_policy=cloudfront.ResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicyArgs(
                    content_security_policy=self._settings.content_security_policy, override=True
                ),
            ),
            opts=self.child(),
        )

    def _site_origin(self, bucket_domain: pulumi.Input[str]) -> cloudfront.DistributionOriginArgs:
        return cloudfront.DistributionOriginArgs(
            origin_id=SITE_ORIGIN,
            domain_name=bucket_domain,
            origin_access_control_id=self.origin_access_control.id,
        )

    def _api_origin(self, load_balancer: LoadBalancer) -> cloudfront.DistributionOriginArgs:
        secret = load_balancer.origin_secret
        protocol = "https-only" if load_balancer.protocol == "HTTPS" else "http-only"
        headers = (
            None
            if secret is None
            else [cloudfront.DistributionOriginCustomHeaderArgs(name=ORIGIN_HEADER, value=secret)]
        )
        if not load_balancer.internal:
            return cloudfront.DistributionOriginArgs(
                origin_id=API_ORIGIN,
                domain_name=load_balancer.dns_name,
                custom_headers=headers,
                custom_origin_config=cloudfront.DistributionOriginCustomOriginConfigArgs(
                    http_port=80,
                    https_port=443,
                    origin_protocol_policy=protocol,
                    origin_ssl_protocols=["TLSv1.2"],
                ),
            )
        vpc_origin = cloudfront.VpcOrigin(
            f"{self.logical_name}-api",
            vpc_origin_endpoint_config=cloudfront.VpcOriginVpcOriginEndpointConfigArgs(
                name=self._names.physical("api", limit=64),
                arn=load_balancer.arn,
                http_port=80,
                https_port=443,
                origin_protocol_policy=protocol,
                origin_ssl_protocols=cloudfront.VpcOriginVpcOriginEndpointConfigOriginSslProtocolsArgs(
                    items=["TLSv1.2"], quantity=1
                ),
            ),
            tags={**self.tags, "Name": f"{self.logical_name}-api"},
            opts=self.child(),
        )
        return cloudfront.DistributionOriginArgs(
            origin_id=API_ORIGIN,
            domain_name=load_balancer.dns_name,
            vpc_origin_config=cloudfront.DistributionOriginVpcOriginConfigArgs(vpc_origin_id=vpc_origin.id),
        )

    def _gateway_origin(self, gateway: Gateway, origin_id: str, path: str) -> cloudfront.DistributionOriginArgs:
        return cloudfront.DistributionOriginArgs(
            origin_id=origin_id,
            domain_name=gateway.host,
            origin_path=path or None,
            custom_headers=None
            if gateway.secret is None
            else [cloudfront.DistributionOriginCustomHeaderArgs(name=ORIGIN_HEADER, value=gateway.secret)],
            custom_origin_config=cloudfront.DistributionOriginCustomOriginConfigArgs(
                http_port=80, https_port=443, origin_protocol_policy="https-only", origin_ssl_protocols=["TLSv1.2"]
            ),
        )

    def _site_behavior(self) -> cloudfront.DistributionDefaultCacheBehaviorArgs:
        return cloudfront.DistributionDefaultCacheBehaviorArgs(
            target_origin_id=SITE_ORIGIN,
            viewer_protocol_policy="redirect-to-https",
            allowed_methods=_READ,
            cached_methods=_READ,
            compress=True,
            cache_policy_id=self._cache_policy_id,
            function_associations=None if self._single_page is None else [self._single_page.association],
            response_headers_policy_id=self.headers_policy.id,
        )

    def _api_behavior(self, path: ApiPath) -> cloudfront.DistributionOrderedCacheBehaviorArgs:
        return cloudfront.DistributionOrderedCacheBehaviorArgs(
            path_pattern=path.path,
            target_origin_id=self._api_origin_id,
            viewer_protocol_policy=_PLAIN_HTTP[self._settings.plain_http],
            allowed_methods=_ALL,
            cached_methods=_READ,
            compress=True,
            cache_policy_id=API_CACHE_POLICIES[path.cache],
            origin_request_policy_id=ALL_VIEWER_REQUEST_POLICY
            if self._api_origin_id == API_ORIGIN
            else VIEWER_WITHOUT_HOST_POLICY,
            response_headers_policy_id=self.headers_policy.id,
        )

    def _websocket_behavior(self, path: str) -> cloudfront.DistributionOrderedCacheBehaviorArgs:
        """https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-working-with.websockets.html"""
        return cloudfront.DistributionOrderedCacheBehaviorArgs(
            path_pattern=path,
            target_origin_id=WEBSOCKET_ORIGIN,
            viewer_protocol_policy="https-only",
            allowed_methods=_READ,
            cached_methods=_READ,
            cache_policy_id=API_CACHE_POLICIES["disabled"],
            origin_request_policy_id=VIEWER_WITHOUT_HOST_POLICY,
        )

    def _restrictions(self) -> cloudfront.DistributionRestrictionsArgs:
        countries = self._settings.allowed_countries
        return cloudfront.DistributionRestrictionsArgs(
            geo_restriction=cloudfront.DistributionRestrictionsGeoRestrictionArgs(
                restriction_type="whitelist" if countries else "none",
                locations=sorted(countries),
            )
        )

    def _viewer_certificate(
        self, certificate_arn: pulumi.Input[str] | None
    ) -> cloudfront.DistributionViewerCertificateArgs:
        if certificate_arn is None:
            return cloudfront.DistributionViewerCertificateArgs(cloudfront_default_certificate=True)
        return cloudfront.DistributionViewerCertificateArgs(
            acm_certificate_arn=certificate_arn,
            minimum_protocol_version=self._settings.minimum_tls,
            ssl_support_method="sni-only",
        )
