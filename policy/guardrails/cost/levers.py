"""What could be changed to spend less, each change priced by estimating the stack again with it.

A lever changes the declared resources, never a figure: its saving is the difference between two estimates.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from guardrails.cost.estimator import estimate as price
from guardrails.cost.model import Estimate
from guardrails.cost.services.waf import BOT_CONTROL
from guardrails.cost.tokens import canonical
from guardrails.cost.values import members
from guardrails.resource import ABSENT, Resource, Stack

_NAT: Final = "aws:ec2/natGateway:NatGateway"
_EIP: Final = "aws:ec2/eip:Eip"
_SERVICE: Final = "aws:ecs/service:Service"
_TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
_CACHE_GROUP: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
_CACHES: Final = (_CACHE_GROUP, "aws:elasticache/serverlessCache:ServerlessCache")
_REST: Final = "aws:apigateway/restApi:RestApi"
#: The smallest saving worth naming.
_WORTH_NAMING: Final = Decimal("0.10")
#: The NAT instance that the lever puts in a gateway's place: the smallest ARM type with the image's own disk.
_NAT_INSTANCE: Final[Mapping[str, Any]] = {
    "instanceType": "t4g.nano",
    "associatePublicIpAddress": True,
    "rootBlockDevice": {"volumeSize": 8, "volumeType": "gp3"},
}


@dataclass(frozen=True, slots=True)
class Lever:
    """A change and what it takes off the expected amount.

    Attributes:
        change: Such as ``2 NAT gateways → one t4g.nano NAT instance``.
        saving: USD a month, from the difference of two estimates.
    """

    change: str
    saving: Decimal


@dataclass(slots=True)
class _Draft:
    """Resources and usage that a lever rewrites."""

    resources: list[Resource]
    usage: dict[str, Any]

    def of(self, *tokens: str) -> list[Resource]:
        return [r for r in self.resources if r.custom and canonical(r.type) in tokens]

    def rewrite(self, changed: Iterable[Resource], **props: Any) -> None:
        """Set properties (``ABSENT`` removes one) on the given resources."""
        urns = {resource.urn for resource in changed}
        self.resources = [_with(r, props) if r.urn in urns else r for r in self.resources]

    def replace(self, old: Resource, new: Resource | None) -> None:
        position = [r.urn for r in self.resources].index(old.urn)
        self.resources[position : position + 1] = [] if new is None else [new]


def _with(resource: Resource, props: Mapping[str, Any]) -> Resource:
    merged = {key: value for key, value in {**resource.props, **props}.items() if value is not ABSENT}
    return dataclasses.replace(resource, props=merged)


def find_levers(estimate: Estimate) -> tuple[tuple[Lever, ...], Estimate | None]:
    """The changes that save something, largest first, and the estimate with the chief ones made together.

    Args:
        estimate: The estimate to improve.
    """
    found: list[tuple[Lever, _Change]] = []
    for change in _CHANGES:
        draft = _Draft(list(estimate.stack.resources), dict(estimate.usage))
        text = change(draft)
        if text is None:
            continue
        after = _again(estimate, draft)
        saving = estimate.expected - after.expected
        if saving >= _WORTH_NAMING and after.unpriced <= estimate.unpriced:
            found.append((Lever(text, saving), change))
    if not found:
        return (), None
    together = _Draft(list(estimate.stack.resources), dict(estimate.usage))
    for _lever, change in found:
        if change not in _ALTERNATIVES:
            change(together)
    levers = sorted((lever for lever, _ in found), key=lambda lever: -lever.saving)
    return tuple(levers), _again(estimate, together)


def _again(estimate: Estimate, draft: _Draft) -> Estimate:
    stack = Stack(draft.resources, estimate.stack.project, estimate.stack.name)
    return price(stack, draft.usage, estimate.book, estimate.region)


def _some(count: int, what: str) -> str:
    return f"{count} {what}s" if count > 1 else what


def _drop_addresses(draft: _Draft, gateways: Iterable[Resource]) -> None:
    """Remove the Elastic IPs of gateways that go."""
    props = ("allocationId", "secondaryAllocationIds", "availabilityZoneAddresses")
    urns = {urn for gateway in gateways for prop in props for urn in gateway.property_dependencies.get(prop, ())}
    draft.resources = [r for r in draft.resources if not (canonical(r.type) == _EIP and r.urn in urns)]


def _nat_instance(draft: _Draft) -> str | None:
    gateways = draft.of(_NAT)
    if not gateways:
        return None
    first = gateways[0]
    instance = Resource(
        f"{first.urn}-instance",
        "aws:ec2/instance:Instance",
        f"{first.name}-instance",
        _NAT_INSTANCE,
        region=first.region,
    )
    _drop_addresses(draft, gateways)
    for gateway in gateways:
        draft.replace(gateway, instance if gateway is first else None)
    return f"{_some(len(gateways), 'NAT gateway')} → one {_NAT_INSTANCE['instanceType']} NAT instance"


def _one_nat(draft: _Draft) -> str | None:
    gateways = draft.of(_NAT)
    if len(gateways) < 2:
        return None
    _drop_addresses(draft, gateways[1:])
    for gateway in gateways[1:]:
        draft.replace(gateway, None)
    return f"{len(gateways)} NAT gateways → one"


def _arm_tasks(draft: _Draft) -> str | None:
    found = [t for t in draft.of(_TASK) if t.get("runtimePlatform.cpuArchitecture") in (ABSENT, "X86_64")]
    if not found:
        return None
    draft.rewrite(found, runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"})
    return "Fargate x86 → ARM"


def _spot(draft: _Draft) -> str | None:
    """Services that no load balancer sends requests to bear an interruption."""
    found = [s for s in draft.of(_SERVICE) if s.get("loadBalancers") in (ABSENT, []) and _on_demand(s)]
    if not found:
        return None
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    draft.rewrite(found, capacityProviderStrategies=strategy, launchType=ABSENT)
    return f"{_some(len(found), 'service')} without a load balancer: on-demand → Fargate Spot"


def _on_demand(service: Resource) -> bool:
    if service.get("launchType") == "FARGATE":
        return True
    return "FARGATE" in service.all("capacityProviderStrategies[].capacityProvider")


def _valkey(draft: _Draft) -> str | None:
    found = [c for c in draft.of(*_CACHES) if c.get("engine") in (ABSENT, "redis")]
    if not found:
        return None
    draft.rewrite(found, engine="valkey")
    return "Redis → Valkey"


def _graviton(token: str, prop: str, what: str) -> _Change:
    def change(draft: _Draft) -> str | None:
        texts: set[str] = set()
        for resource in draft.of(token):
            size = resource.get(prop)
            if isinstance(size, str) and ".t3." in f".{size}":
                arm = f".{size}".replace(".t3.", ".t4g.").removeprefix(".")
                draft.rewrite([resource], **{prop: arm})
                texts.add(f"{what} {size} → {arm}")
        return "; ".join(sorted(texts)) or None

    return change


def _single_zone(draft: _Draft) -> str | None:
    found = [d for d in draft.of("aws:rds/instance:Instance") if d.get("multiAz") is True]
    if not found:
        return None
    draft.rewrite(found, multiAz=False)
    return "RDS Multi-AZ → single zone"


def _no_reader(draft: _Draft) -> str | None:
    extra: list[Resource] = []
    seen: set[tuple[str, ...]] = set()
    for member in draft.of("aws:rds/clusterInstance:ClusterInstance"):
        cluster = tuple(member.property_dependencies.get("clusterIdentifier", ()))
        if cluster in seen:
            extra.append(member)
        seen.add(cluster)
    for member in extra:
        draft.replace(member, None)
    return f"Aurora without {_some(len(extra), 'reader')}" if extra else None


def _internal_balancer(draft: _Draft) -> str | None:
    if not draft.of("aws:cloudfront/distribution:Distribution"):
        return None
    found = [b for b in draft.of("aws:lb/loadBalancer:LoadBalancer") if b.get("internal") in (ABSENT, False)]
    if not found:
        return None
    draft.rewrite(found, internal=True)
    return "public load balancer → internal, behind a CloudFront VPC origin"


def _no_bot_control(draft: _Draft) -> str | None:
    found = False
    for acl in draft.of("aws:wafv2/webAcl:WebAcl"):
        rules = members(acl.get("rules"))
        kept = [rule for rule in rules if BOT_CONTROL not in str(rule)]
        if len(kept) < len(rules):
            draft.rewrite([acl], rules=kept)
            found = True
    return "WAF without Bot Control" if found else None


def _one_dashboard(draft: _Draft) -> str | None:
    dashboards = draft.of("aws:cloudwatch/dashboard:Dashboard")
    if len(dashboards) < 2:
        return None
    for dashboard in dashboards[1:]:
        draft.replace(dashboard, None)
    return f"{len(dashboards)} dashboards → one"


def _http_api(draft: _Draft) -> str | None:
    apis = draft.of(_REST)
    if not apis:
        return None
    for api in apis:
        draft.replace(api, dataclasses.replace(api, type="aws:apigatewayv2/api:Api", props={"protocolType": "HTTP"}))
    if "aws:apigateway:RestApi" in draft.usage:
        own: dict[str, Any] = draft.usage.get("aws:apigatewayv2:Api") or {}
        draft.usage["aws:apigatewayv2:Api"] = {**draft.usage["aws:apigateway:RestApi"], **own}
    return "REST API → HTTP API"


def _arm_functions(draft: _Draft) -> str | None:
    found = [f for f in draft.of("aws:lambda/function:Function") if f.get("architectures") in (ABSENT, ["x86_64"])]
    if not found:
        return None
    draft.rewrite(found, architectures=["arm64"])
    return "Lambda x86 → ARM"


def _no_provisioned(draft: _Draft) -> str | None:
    found = draft.of("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
    for config in found:
        draft.replace(config, None)
    return "no provisioned concurrency" if found else None


_Change = Callable[[_Draft], str | None]
_CHANGES: Final[tuple[_Change, ...]] = (
    _nat_instance,
    _one_nat,
    _arm_tasks,
    _spot,
    _graviton(_CACHE_GROUP, "nodeType", "cache node"),
    _valkey,
    _graviton("aws:rds/instance:Instance", "instanceClass", "database class"),
    _single_zone,
    _no_reader,
    _internal_balancer,
    _no_bot_control,
    _one_dashboard,
    _http_api,
    _arm_functions,
    _no_provisioned,
)
#: Changes that another one supersedes when all are made together.
_ALTERNATIVES: Final = (_one_nat,)
