"""Elastic Load Balancing: TLS only, recommended ciphers, logged, in two zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from guardrails.checks import PathCheck, is_block, is_true, one_of, when
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Kind, Outcome, Scope, declare, undecided
from guardrails.services.ec2 import SUBNET, zone_count

BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
LISTENER: Final = "aws:lb/listener:Listener"
TARGETS: Final = "aws:lb/targetGroup:TargetGroup"
WAF: Final = "aws:wafv2/webAclAssociation:WebAclAssociation"

#: The policies of ELB.17 (the first four, and their post-quantum kin).
TLS_POLICIES: Final = (
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
)


def _application(check: PathCheck) -> PathCheck:
    return when("loadBalancerType", lambda value: value in (ABSENT, "application"), check)


def _is_internal(listener: Resource, scope: Scope) -> bool:
    """Whether every balancer that the listener may belong to has no public address."""
    balancers = [b for b in scope.stack.referenced(listener, "loadBalancerArn") if b.type == BALANCER]
    return bool(balancers) and all(balancer.get("internal") is True for balancer in balancers)


def _redirects(listener: Resource, scope: Scope) -> Iterator[Outcome]:
    # The project's own rule speaks of internal balancers, whose traffic no stranger sees.
    if not _is_internal(listener, scope):
        yield from _plain_http(listener)


def _redirects_inside(listener: Resource, scope: Scope) -> Iterator[Outcome]:
    if _is_internal(listener, scope):
        yield from _plain_http(listener)


def _plain_http(listener: Resource) -> Iterator[Outcome]:
    protocol = listener.get("protocol")
    if protocol is UNKNOWN:
        yield undecided("protocol")
    if protocol != "HTTP" and not (protocol is ABSENT and listener.get("port") in (80, UNKNOWN)):
        return
    for action in listener.all("defaultActions[]"):
        if not (is_block(action) and action.get("type") == "redirect" and _to_https(action)):
            yield "answers over HTTP instead of redirecting to HTTPS"
            return


def _to_https(action: Mapping[str, Any]) -> bool:
    redirect = action.get("redirect")
    return is_block(redirect) and redirect.get("protocol") == "HTTPS"


declare(
    "ELB.1",
    "medium",
    Kind.ENCRYPTION,
    "Application Load Balancer should be configured to redirect all HTTP requests to HTTPS",
    types=LISTENER,
    reads=("protocol", "port", "defaultActions[].type", "defaultActions[].redirect.protocol", "loadBalancerArn"),
    related={BALANCER: ("internal",)},
    check=_redirects,
    why="Sessions and passwords cross the network in plain text otherwise.",
    fix='default_actions=[{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", '
    '"status_code": "HTTP_301"}}]',
)

declare(
    "P.ELB.internal-http",
    "low",
    Kind.ADVICE,
    "Internal load balancers should redirect HTTP to HTTPS",
    types=LISTENER,
    reads=("protocol", "port", "defaultActions[].type", "defaultActions[].redirect.protocol", "loadBalancerArn"),
    related={BALANCER: ("internal",)},
    references=("internal",),  # Not known, it counts as public, and ELB.1 judges the listener.
    check=_redirects_inside,
    why="Advisory: the traffic stays in the VPC, and HTTPS there needs a domain for the inner certificate.",
    fix="domain: {name: shop.example.com, zoneId: Z…}, whose certificate the listener then serves",
    url="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html",
)

declare(
    "ELB.4",
    "medium",
    Kind.FREE,
    "Application load balancer should be configured to drop invalid http headers",
    types=BALANCER,
    check=_application(is_true("dropInvalidHeaderFields")),
    why="Malformed headers are how requests are smuggled past the balancer.",
    fix="drop_invalid_header_fields=True",
)

declare(
    "ELB.5",
    "medium",
    Kind.PRODUCTION,
    "Application and Classic Load Balancers logging should be enabled",
    types=BALANCER,
    check=_application(is_true("accessLogs.enabled")),
    why="The access log is the only record of who asked for what.",
    fix='access_logs={"enabled": True, "bucket": logs.bucket, "prefix": "load-balancer"}',
)

declare(
    "ELB.6",
    "medium",
    Kind.PRODUCTION,
    "Application, Gateway, and Network Load Balancers should have deletion protection enabled",
    types=BALANCER,
    check=is_true("enableDeletionProtection"),
    why="A deleted balancer takes its address with it, and every record that points there.",
    fix="enable_deletion_protection=True",
)

declare(
    "ELB.12",
    "medium",
    Kind.FREE,
    "Application Load Balancer should be configured with defensive or strictest desync mitigation mode",
    types=BALANCER,
    check=_application(one_of("desyncMitigationMode", ("defensive", "strictest"), absent=True)),
    why="Ambiguous requests are how one caller's request ends in another's answer.",
    fix='desync_mitigation_mode="defensive"',
)


def _two_zones(balancer: Resource, scope: Scope) -> Iterator[Outcome]:
    paths = ("subnets", "subnetMappings")
    if sum(zone_count(scope, balancer, path) for path in paths) < 2:
        path = next((p for p in paths if balancer.get(p) is UNKNOWN and not scope.stack.referenced(balancer, p)), None)
        yield undecided(path) if path else "is in fewer than two availability zones"


declare(
    "ELB.13",
    "medium",
    Kind.FREE,
    "Application, Network and Gateway Load Balancers should span multiple Availability Zones",
    types=BALANCER,
    reads=("subnets", "subnetMappings"),
    related={SUBNET: ("availabilityZone",)},
    check=_two_zones,
    why="One zone's failure would take the address.",
    fix="subnets=[subnet.id for subnet in vpc.public_subnets]",
)


def _firewalled(balancer: Resource, scope: Scope) -> Iterator[Outcome]:
    kind = balancer.get("loadBalancerType")
    if kind in (ABSENT, "application", UNKNOWN) and not scope.stack.referring(balancer, WAF, "resourceArn"):
        yield "has no web ACL"


declare(
    "ELB.16",
    "medium",
    Kind.ADVICE,
    "Application Load Balancers should be associated with an AWS WAF web ACL",
    types=BALANCER,
    reads=("loadBalancerType",),
    related={WAF: ("resourceArn",)},
    check=_firewalled,
    why="Advisory: where CloudFront stands in front, its web ACL does the work; a second costs $5 a month and more.",
    fix="wafv2.WebAclAssociation(resource_arn=balancer.arn, web_acl_arn=acl.arn)",
    frameworks="NIST",
)

declare(
    "ELB.17",
    "medium",
    Kind.ENCRYPTION,
    "Application and Network Load Balancers with listeners should use recommended security policies",
    types=LISTENER,
    check=when("protocol", lambda value: value in ("HTTPS", "TLS"), one_of("sslPolicy", TLS_POLICIES)),
    why="Older policies still offer TLS 1.0 or ciphers without forward secrecy.",
    fix='ssl_policy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06"',
)

declare(
    "ELB.18",
    "medium",
    Kind.OFF,
    "ALB and NLB listeners should use secure protocols",
    types=LISTENER,
    check=one_of("protocol", ("HTTPS", "TLS")),
    why="Off by default: it also refuses the listener on port 80 that only redirects, which ELB.1 asks for.",
    fix='protocol="HTTPS"',
)

declare(
    "ELB.21",
    "medium",
    Kind.ADVICE,
    "Target groups should use encrypted health check protocols",
    types=TARGETS,
    check=when("targetType", lambda value: value != "lambda", one_of("healthCheck.protocol", ("HTTPS",))),
    why="Advisory: inside the VPC the check carries no data, and HTTPS needs a certificate in every container.",
    fix='health_check={"protocol": "HTTPS", ...}',
)

declare(
    "ELB.22",
    "medium",
    Kind.ADVICE,
    "Target groups should use encrypted transport protocols",
    types=TARGETS,
    check=when(
        "targetType",
        lambda value: value not in ("lambda", "alb"),
        one_of("protocol", ("HTTPS", "TLS", "QUIC")),
    ),
    why="Advisory: TLS ends at the balancer and security groups name the callers; HTTPS to the target needs a "
    "certificate in every container.",
    fix='protocol="HTTPS"',
)
