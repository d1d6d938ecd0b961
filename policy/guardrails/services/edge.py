"""CloudFront, AWS WAF, ACM and Route 53: TLS 1.2 both ways, private buckets behind, a firewall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from guardrails.checks import (
    every,
    has_value,
    is_absent,
    is_block,
    is_set,
    is_true,
    none_of,
    number,
    one_of,
    show,
    when,
)
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Kind, Outcome, Scope, declare, undecided

DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
ORIGIN_ACCESS: Final = "aws:cloudfront/originAccessControl:OriginAccessControl"
FUNCTION_URL: Final = "aws:lambda/functionUrl:FunctionUrl"
BUCKET: Final = "aws:s3/bucket:Bucket"
WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"
RULE_GROUP: Final = "aws:wafv2/ruleGroup:RuleGroup"
WAF_LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
CERTIFICATE: Final = "aws:acm/certificate:Certificate"
ZONE: Final = "aws:route53/zone:Zone"
QUERY_LOG: Final = "aws:route53/queryLog:QueryLog"
DNSSEC: Final = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"
DELIVERY: Final = "aws:cloudwatch/logDeliverySource:LogDeliverySource"

_VIEWERS: Final = ("redirect-to-https", "https-only")
_TLS: Final = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
Origin = Mapping[str, Any]


def _origins(judge: Callable[[Origin], Iterator[str]]) -> Any:
    """Judge each origin; what ``judge`` yields follows the origin's id."""

    def run(distribution: Resource, _scope: Scope) -> Iterator[Outcome]:
        for origin in distribution.all("origins[]"):
            if origin is UNKNOWN:
                yield undecided("origins")
            elif is_block(origin):
                typed = origin
                for message in judge(typed):
                    yield f"origin {show(typed.get('originId', '?'))}: {message}"

    return run


def _set(block: Mapping[str, Any], key: str) -> bool:
    return has_value(ABSENT if block.get(key) is None else block.get(key))


def _is_s3(origin: Origin) -> bool:
    return not _set(origin, "customOriginConfig") and not _set(origin, "vpcOriginConfig")


declare(
    "CloudFront.1",
    "high",
    Kind.FREE,
    "CloudFront distributions should have a default root object configured",
    types=DISTRIBUTION,
    reads=("defaultRootObject", "origins"),
    check=lambda distribution, _scope: _root_object(distribution),
    references=("defaultRootObject",),
    why="A request for / would list the bucket, or show an error.",
    fix='default_root_object="index.html"',
)


def _root_object(distribution: Resource) -> Iterator[Outcome]:
    files = any(origin is UNKNOWN or (is_block(origin) and _is_s3(origin)) for origin in distribution.all("origins[]"))
    if files and not has_value(distribution.get("defaultRootObject")):
        yield "defaultRootObject is not set"


declare(
    "CloudFront.3",
    "medium",
    Kind.ENCRYPTION,
    "CloudFront distributions should require encryption in transit",
    types=DISTRIBUTION,
    check=every(
        one_of("defaultCacheBehavior.viewerProtocolPolicy", _VIEWERS),
        one_of("orderedCacheBehaviors[].viewerProtocolPolicy", _VIEWERS),
    ),
    why="Sessions and passwords cross the network in plain text otherwise.",
    fix='default_cache_behavior={"viewer_protocol_policy": "redirect-to-https", ...}',
)


def _failover(distribution: Resource, _scope: Scope) -> Iterator[Outcome]:
    groups = distribution.all("originGroups[]")
    if not groups or groups == [UNKNOWN]:
        yield undecided("originGroups") if groups else "has no origin group"


declare(
    "CloudFront.4",
    "low",
    Kind.OFF,
    "CloudFront distributions should have origin failover configured",
    types=DISTRIBUTION,
    reads=("originGroups",),
    check=_failover,
    why="Off by default: it takes a second origin with the same content, which a one-region system does not have.",
    fix='origin_groups=[{"members": [{"origin_id": "first"}, {"origin_id": "second"}], ...}]',
)


def _edge_log(distribution: Resource, scope: Scope) -> Iterator[Outcome]:
    if not (
        has_value(distribution.get("loggingConfig")) or scope.stack.referring(distribution, DELIVERY, "resourceArn")
    ):
        yield "has no access log"


declare(
    "CloudFront.5",
    "medium",
    Kind.PRODUCTION,
    "CloudFront distributions should have logging enabled",
    types=DISTRIBUTION,
    reads=("loggingConfig",),
    related={DELIVERY: ("resourceArn",)},
    check=_edge_log,
    references=("loggingConfig",),
    why="The access log is the only record of who asked for what.",
    fix='cloudwatch.LogDeliverySource(resource_arn=distribution.arn, log_type="ACCESS_LOGS") and its delivery to S3',
)

declare(
    "CloudFront.6",
    "medium",
    Kind.ADVICE,
    "CloudFront distributions should have WAF enabled",
    types=DISTRIBUTION,
    check=is_set("webAclId"),
    why="Known attacks and floods reach the application. Advisory: a web ACL costs $5 a month and $1 a rule; a static "
    "site has little to attack.",
    fix="web_acl_id=acl.arn",
)


def _own_certificate(distribution: Resource, _scope: Scope) -> Iterator[Outcome]:
    if not any(
        has_value(distribution.get(f"viewerCertificate.{path}")) for path in ("acmCertificateArn", "iamCertificateId")
    ):
        yield "uses CloudFront's own certificate, with which TLS 1.0 cannot be refused"


declare(
    "CloudFront.7",
    "medium",
    Kind.PRODUCTION,
    "CloudFront distributions should use custom SSL/TLS certificates",
    types=DISTRIBUTION,
    reads=("viewerCertificate.acmCertificateArn", "viewerCertificate.iamCertificateId"),
    check=_own_certificate,
    references=("viewerCertificate.acmCertificateArn", "viewerCertificate.iamCertificateId"),
    why="With the default certificate viewers may still connect with TLS 1.0.",
    fix='viewer_certificate={"acm_certificate_arn": certificate.arn, "ssl_support_method": "sni-only", '
    '"minimum_protocol_version": "TLSv1.2_2021"}',
)


declare(
    "CloudFront.8",
    "low",
    Kind.FREE,
    "CloudFront distributions should use SNI to serve HTTPS requests",
    types=DISTRIBUTION,
    check=when(
        "viewerCertificate.acmCertificateArn",
        lambda value: value is not ABSENT,
        one_of("viewerCertificate.sslSupportMethod", ("sni-only",)),
    ),
    why="Dedicated addresses cost $600 a month.",
    fix='viewer_certificate={"ssl_support_method": "sni-only", ...}',
)


def _https_origin(origin: Origin) -> Iterator[str]:
    custom = origin.get("customOriginConfig")
    if custom is UNKNOWN:
        yield undecided("customOriginConfig")
    elif is_block(custom):
        policy = custom.get("originProtocolPolicy")
        if policy is UNKNOWN:
            yield undecided("customOriginConfig.originProtocolPolicy")
        elif policy != "https-only":
            yield f"customOriginConfig.originProtocolPolicy is {show(policy)}; it must be https-only"


declare(
    "CloudFront.9",
    "medium",
    Kind.ENCRYPTION,
    "CloudFront distributions should encrypt traffic to custom origins",
    types=DISTRIBUTION,
    reads=("origins[].customOriginConfig.originProtocolPolicy",),
    check=_origins(_https_origin),
    why="The last stretch crosses the internet in plain text otherwise.",
    fix='custom_origin_config={"origin_protocol_policy": "https-only", ...}',
)


def _old_tls(origin: Origin) -> Iterator[str]:
    custom = origin.get("customOriginConfig")
    if not is_block(custom):
        return
    versions = custom.get("originSslProtocols")
    path = "customOriginConfig.originSslProtocols"
    if versions is UNKNOWN or (isinstance(versions, list) and UNKNOWN in versions):
        yield undecided(path)
    elif not isinstance(versions, list) or any(version != "TLSv1.2" for version in cast(list[Any], versions)):
        yield f"{path} must be TLSv1.2 alone"


declare(
    "CloudFront.10",
    "medium",
    Kind.ENCRYPTION,
    "CloudFront distributions should not use deprecated SSL protocols between edge locations and custom origins",
    types=DISTRIBUTION,
    reads=("origins[].customOriginConfig.originSslProtocols",),
    check=_origins(_old_tls),
    why="SSLv3, TLS 1.0 and 1.1 can be broken on the way.",
    fix='custom_origin_config={"origin_ssl_protocols": ["TLSv1.2"], ...}',
)


def _known_bucket(distribution: Resource, scope: Scope) -> Iterator[Outcome]:
    for origin in distribution.all("origins[]"):
        if origin is UNKNOWN:
            yield undecided("origins")
        if not is_block(origin) or not _is_s3(origin):
            continue
        domain = origin.get("domainName")
        if isinstance(domain, str) and ".s3" in domain:
            names = [bucket.get("bucket") for bucket in scope.stack.of_type(BUCKET)]
            if domain.split(".s3")[0] not in names:
                yield "names the bucket of an origin as text, and no bucket of this stack has that name"


declare(
    "CloudFront.12",
    "high",
    Kind.ADVICE,
    "CloudFront distributions should not point to non-existent S3 origins",
    types=DISTRIBUTION,
    reads=("origins[].domainName",),
    related={BUCKET: ("bucket",)},
    check=_known_bucket,
    references=("origins[].domainName",),
    why="Whoever makes a bucket with that name serves the site. Advisory: another stack may own the bucket.",
    fix='origins=[{"domain_name": bucket.bucket_regional_domain_name, ...}]',
)


def _controlled(origin: Origin) -> Iterator[str]:
    if _set(origin, "originAccessControlId"):
        return
    unknown = next((key for key in ("customOriginConfig", "vpcOriginConfig") if origin.get(key) is UNKNOWN), None)
    if unknown:
        yield undecided(unknown)
    elif _is_s3(origin):
        yield "has no originAccessControlId"


declare(
    "CloudFront.13",
    "medium",
    Kind.EXPOSURE,
    "CloudFront distributions should use origin access control",
    types=DISTRIBUTION,
    reads=("origins[].originAccessControlId", "origins[].customOriginConfig", "origins[].vpcOriginConfig"),
    check=_origins(_controlled),
    references=("origins[].originAccessControlId",),
    why="Without it the bucket must be public, or an old identity without encryption support is in use.",
    fix='origins=[{"origin_access_control_id": access.id, ...}]',
)

declare(
    "CloudFront.15",
    "medium",
    Kind.ENCRYPTION,
    "CloudFront distributions should use the recommended TLS security policy",
    types=DISTRIBUTION,
    check=when(
        "viewerCertificate.cloudfrontDefaultCertificate",
        lambda value: value is not True,
        one_of("viewerCertificate.minimumProtocolVersion", _TLS),
    ),
    why="Older policies accept TLS 1.0. CloudFront's own certificate leaves no choice; CloudFront.7 covers that.",
    fix='viewer_certificate={"minimum_protocol_version": "TLSv1.2_2021", ...}',
)


def _function_origin(distribution: Resource, scope: Scope) -> Iterator[Outcome]:
    linked = scope.stack.referenced(distribution, "origins")
    kinds = [control.get("originAccessControlOriginType") for control in linked if control.type == ORIGIN_ACCESS]
    from_url = any(resource.type == FUNCTION_URL for resource in linked)
    for origin in distribution.all("origins[]"):
        if origin is UNKNOWN:
            yield undecided("origins")
            continue
        typed: Origin = origin if is_block(origin) else {}
        domain = typed.get("domainName")
        if not (domain is UNKNOWN and from_url) and ".lambda-url." not in str(domain):
            continue  # A domain that comes from another resource is a function's only if it comes from a URL.
        if not _set(typed, "originAccessControlId"):
            yield "an origin that is a function URL has no originAccessControlId"
        elif kinds and "lambda" not in kinds:
            unknown = UNKNOWN in kinds
            wrong = "an origin that is a function URL has an access control of another type"
            yield undecided("originAccessControlOriginType") if unknown else wrong


declare(
    "CloudFront.16",
    "medium",
    Kind.EXPOSURE,
    "CloudFront distributions should use OAC for Lambda function URL origins",
    types=DISTRIBUTION,
    reads=("origins[].domainName", "origins[].originAccessControlId"),
    related={ORIGIN_ACCESS: ("originAccessControlOriginType",)},
    check=_function_origin,
    references=("origins[].originAccessControlId", "origins[].domainName"),
    why="The function answers whoever finds its URL, around the firewall.",
    fix='OriginAccessControl(origin_access_control_origin_type="lambda", signing_behavior="always", ...)',
)


def _signed(distribution: Resource, _scope: Scope) -> Iterator[Outcome]:
    if not has_value(distribution.get("defaultCacheBehavior.trustedKeyGroups")):
        yield "defaultCacheBehavior.trustedKeyGroups is not set"


declare(
    "CloudFront.17",
    "low",
    Kind.OFF,
    "CloudFront distributions should use trusted key groups for signed URLs and cookies",
    types=DISTRIBUTION,
    reads=("defaultCacheBehavior.trustedKeyGroups",),
    check=_signed,
    references=("defaultCacheBehavior.trustedKeyGroups",),
    why="Off by default: it refuses every public site.",
    fix='default_cache_behavior={"trusted_key_groups": [group.id], ...}',
)

declare(
    "P.CF.signers",
    "medium",
    Kind.FREE,
    "Signed URLs should be made with key groups, not with the root user's keys",
    types=DISTRIBUTION,
    check=is_absent("defaultCacheBehavior.trustedSigners", "use trustedKeyGroups"),
    why="Trusted signers need key pairs that only the root user can make.",
    fix='default_cache_behavior={"trusted_key_groups": [group.id], ...}',
    url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html",
)

declare(
    "P.CF.geo",
    "low",
    Kind.OFF,
    "CloudFront distributions should be limited to the countries that they serve",
    types=DISTRIBUTION,
    check=none_of("restrictions.geoRestriction.restrictionType", ("none",)),
    why="Off by default: a public site serves every country; the web ACL can block some.",
    fix='restrictions={"geo_restriction": {"restriction_type": "whitelist", "locations": ["US"]}}',
    url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/georestrictions.html",
)

declare(
    "P.CF.headers",
    "medium",
    Kind.FREE,
    "Distributions should send security headers",
    types=DISTRIBUTION,
    check=is_set("defaultCacheBehavior.responseHeadersPolicyId"),
    why="Without HSTS a first visit can be kept on HTTP; without frame options the site can be framed.",
    fix='default_cache_behavior={"response_headers_policy_id": headers.id, ...}',
    url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-response-headers.html",
)

declare(
    "P.CF.vpc-origin",
    "low",
    Kind.ADVICE,
    "CloudFront should encrypt traffic to VPC origins",
    types="aws:cloudfront/vpcOrigin:VpcOrigin",
    check=one_of("vpcOriginEndpointConfig.originProtocolPolicy", ("https-only",)),
    why="Advisory: the traffic stays on AWS's network and in the VPC; HTTPS needs a domain for the inner certificate.",
    fix='vpc_origin_endpoint_config={"origin_protocol_policy": "https-only", ...}',
    url="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html",
)


def _has_rules(acl: Resource, _scope: Scope) -> Iterator[Outcome]:
    if not (has_value(acl.get("rules")) or has_value(acl.get("ruleJson"))):
        yield "has no rule, so it lets everything through"


declare(
    "WAF.10",
    "medium",
    Kind.FREE,
    "AWS WAF web ACLs should have at least one rule or rule group",
    types=WEB_ACL,
    reads=("rules", "ruleJson"),
    check=_has_rules,
    references=("rules", "ruleJson"),
    why="An empty list costs $5 a month and stops nothing.",
    fix="rules=[...] with AWSManagedRulesCommonRuleSet",
)


def _waf_log(acl: Resource, scope: Scope) -> Iterator[Outcome]:
    if not scope.stack.referring(acl, WAF_LOGGING, "resourceArn"):
        yield "has no logging configuration"


declare(
    "WAF.11",
    "low",
    Kind.ADVICE,
    "AWS WAF web ACL logging should be enabled",
    types=WEB_ACL,
    related={WAF_LOGGING: ("resourceArn",)},
    check=_waf_log,
    why="Full logs explain a block. Advisory: they cost by the request; sampled requests and metrics are free.",
    fix="wafv2.WebAclLoggingConfiguration(resource_arn=acl.arn, log_destination_configs=[group.arn])",
    frameworks="NIST+PCI",
)

declare(
    "WAF.12",
    "medium",
    Kind.FREE,
    "AWS WAF rules should have CloudWatch metrics enabled",
    types=(WEB_ACL, RULE_GROUP),
    check=every(
        is_true("visibilityConfig.cloudwatchMetricsEnabled"),
        is_true("rules[].visibilityConfig.cloudwatchMetricsEnabled"),
    ),
    why="Without metrics nobody sees what a rule blocks, or that it blocks customers.",
    fix='visibility_config={"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True, "metric_name": ...}',
)


def _bad_inputs(acl: Resource, _scope: Scope) -> Iterator[Outcome]:
    path = "rules[].statement.managedRuleGroupStatement.name"
    names = acl.all(path)
    if has_value(acl.get("ruleJson")):
        return
    if "AWSManagedRulesKnownBadInputsRuleSet" not in names:
        yield undecided("rules") if UNKNOWN in names else "lacks AWSManagedRulesKnownBadInputsRuleSet"


declare(
    "P.WAF.log4j",
    "medium",
    Kind.ADVICE,
    "Web ACLs should stop known bad inputs",
    types=WEB_ACL,
    reads=("rules[].statement.managedRuleGroupStatement.name", "ruleJson"),
    check=_bad_inputs,
    references=("ruleJson",),
    why="The group stops Log4j and its kin for $1 a month.",
    fix='rules=[{"statement": {"managed_rule_group_statement": {"vendor_name": "AWS", '
    '"name": "AWSManagedRulesKnownBadInputsRuleSet"}}, ...}]',
    url="https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
)


def _rate(acl: Resource, _scope: Scope) -> Iterator[Outcome]:
    path = "rules[].statement.rateBasedStatement.limit"
    limits = acl.all(path)
    if not has_value(acl.get("ruleJson")) and not any(number(limit) for limit in limits):
        yield undecided(path) if UNKNOWN in limits else "has no rate-based rule"


declare(
    "P.WAF.rate",
    "medium",
    Kind.FREE,
    "Web ACLs should limit the requests of one address",
    types=WEB_ACL,
    reads=("rules[].statement.rateBasedStatement.limit", "ruleJson"),
    check=_rate,
    references=("ruleJson",),
    why="One client can take the site down, and run up its bill.",
    fix='rules=[{"statement": {"rate_based_statement": {"limit": 1000, "aggregate_key_type": "IP"}}, ...}]',
    url="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
)

declare(
    "ACM.1",
    "medium",
    Kind.FREE,
    "Certificates should renew themselves",
    types=CERTIFICATE,
    reads=("validationMethod", "certificateBody", "certificateAuthorityArn"),
    check=lambda certificate, _scope: _renews(certificate),
    references=("certificateAuthorityArn",),
    why="A certificate that somebody must renew expires on a weekend.",
    fix='Certificate(domain_name=..., validation_method="DNS")',
)


def _renews(certificate: Resource) -> Iterator[Outcome]:
    method = certificate.get("validationMethod")
    if has_value(certificate.get("certificateBody")):
        yield "is imported, so nobody renews it"
    elif has_value(certificate.get("certificateAuthorityArn")):
        return
    elif method is UNKNOWN:
        yield undecided("validationMethod")
    elif method != "DNS":
        yield "validationMethod is not DNS"


declare(
    "ACM.2",
    "high",
    Kind.ENCRYPTION,
    "RSA certificates managed by ACM should use a key length of at least 2,048 bits",
    types=CERTIFICATE,
    check=none_of("keyAlgorithm", ("RSA_1024",)),
    why="1,024 bits can be factored.",
    fix='key_algorithm="RSA_2048"',
)


def _query_log(zone: Resource, scope: Scope) -> Iterator[Outcome]:
    if not has_value(zone.get("vpcs")) and not scope.attached(zone, QUERY_LOG, "zoneId"):
        yield "is public and logs no queries"


declare(
    "Route53.2",
    "medium",
    Kind.ADVICE,
    "Route 53 public hosted zones should log DNS queries",
    types=ZONE,
    reads=("vpcs",),
    related={QUERY_LOG: ("zoneId",)},
    check=_query_log,
    references=("vpcs",),
    why="Advisory: the log costs by the query and serves forensics that a small site seldom does.",
    fix="route53.QueryLog(zone_id=zone.zone_id, cloudwatch_log_group_arn=group.arn)",
)


def _signed_zone(zone: Resource, scope: Scope) -> Iterator[Outcome]:
    if not has_value(zone.get("vpcs")) and not scope.attached(zone, DNSSEC, "hostedZoneId"):
        yield "is public and not signed"


declare(
    "P.R53.dnssec",
    "medium",
    Kind.OFF,
    "Public hosted zones should be signed with DNSSEC",
    types=ZONE,
    reads=("vpcs",),
    related={DNSSEC: ("hostedZoneId",)},
    check=_signed_zone,
    references=("vpcs",),
    why="Off by default: it needs a key in us-east-1 at $1 a month and a record at the registrar; half-done it takes "
    "the domain off the air.",
    fix="route53.HostedZoneDnsSec(hosted_zone_id=zone.zone_id)",
    url="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec.html",
)
