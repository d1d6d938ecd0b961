"""The architecture of a stack, read from its plan: what runs where, and what speaks to what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from guardrails.resource import Resource, Stack
from tierwise.review.diagram_kinds import KINDS, Kind

_EDGE: Final = frozenset(
    {
        "aws:route53/zone:Zone",
        "aws:cloudfront/distribution:Distribution",
        "aws:wafv2/webAcl:WebAcl",
        "aws:cognito/userPool:UserPool",
        "aws:apigateway/restApi:RestApi",
        "aws:apigatewayv2/api:Api",
    }
)
#: What answers anybody who knows its name.
_FRONTS: Final = (
    "aws:cloudfront/distribution:Distribution",
    "aws:apigateway/restApi:RestApi",
    "aws:apigatewayv2/api:Api",
)
_BALANCER: Final = "aws:lb/loadBalancer:LoadBalancer"
_BUS: Final = "aws:cloudwatch/eventBus:EventBus"
_EVENT_RULE: Final = "aws:cloudwatch/eventRule:EventRule"
_VPC: Final = "aws:ec2/vpc:Vpc"
_SUBNET: Final = "aws:ec2/subnet:Subnet"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_ROLE: Final = "aws:iam/role:Role"
_ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
#: What stands between two things that are drawn and only passes a reference on.
_GLUE: Final = frozenset(
    {
        "aws:ecs/taskDefinition:TaskDefinition",
        "aws:lb/targetGroup:TargetGroup",
        "aws:lb/listener:Listener",
        "aws:lb/listenerRule:ListenerRule",
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:elasticache/subnetGroup:SubnetGroup",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "aws:lambda/alias:Alias",
        "aws:apigateway/stage:Stage",
        "aws:apigatewayv2/stage:Stage",
    }
)
#: The service in a resource's ARN, and the property that holds its name there.
_ARNS: Final = {
    "aws:s3/bucket:Bucket": ("s3", "bucket"),
    "aws:dynamodb/table:Table": ("dynamodb", "name"),
    "aws:sqs/queue:Queue": ("sqs", "name"),
    "aws:sns/topic:Topic": ("sns", "name"),
    "aws:lambda/function:Function": ("lambda", "name"),
}
#: Resources that join two others: a link runs from the first property's source to the source of each other one.
_JOINTS: Final = {
    "aws:route53/record:Record": ("zoneId", "aliases"),
    "aws:apigatewayv2/integration:Integration": ("apiId", "integrationUri"),
    "aws:apigatewayv2/authorizer:Authorizer": ("apiId", "jwtConfiguration", "authorizerUri"),
    "aws:apigateway/integration:Integration": ("restApi", "uri"),
    "aws:apigateway/authorizer:Authorizer": ("restApi", "providerArns", "authorizerUri"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("eventSourceArn", "functionName"),
    "aws:cloudwatch/eventTarget:EventTarget": ("rule", "arn"),
    "aws:lb/listener:Listener": ("loadBalancerArn", "defaultActions"),
    "aws:wafv2/webAclAssociation:WebAclAssociation": ("webAclArn", "resourceArn"),
    "aws:sns/topicSubscription:TopicSubscription": ("topic", "endpoint"),
    "aws:s3/bucketNotification:BucketNotification": ("bucket", "lambdaFunctions", "queues", "topics"),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": ("bucket", "rules"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """Something that is drawn.

    Attributes:
        urn: Its URN.
        name: Logical name.
        what: What it is.
        layer: Name of the layer that it is in.
        zone: Its availability zone, when it is in one subnet only.
    """

    urn: str
    name: str
    what: Kind
    layer: str
    zone: str = ""

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return self.what.word


@dataclass(frozen=True, slots=True)
class Link:
    """One thing uses another.

    Attributes:
        source: URN of the one that uses.
        target: URN of the one that is used.
        label: The port, when a security group tells it.
    """

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class SubnetBox:
    """A subnet: its availability zone and address range, as far as known."""

    zone: str
    cidr: str


@dataclass
class Layer:
    """A row of the picture: the edge, one kind of subnet in every zone, or what is outside the network.

    Attributes:
        name: Heading.
        inside: Whether it is in the network.
        subnets: Its subnets, by zone; empty outside the network.
        nodes: What is in it.
    """

    name: str
    inside: bool = False
    subnets: list[SubnetBox] = field(default_factory=list[SubnetBox])
    nodes: list[Node] = field(default_factory=list[Node])


@dataclass(frozen=True)
class Architecture:
    """A stack's picture.

    Attributes:
        title: The stack.
        layers: From the outside in: edge, subnets, regional services. Empty ones are left out.
        links: Without duplicates, in a fixed order.
        entries: URNs of what people on the internet speak to.
        network: What there is to say of the network as a whole, such as ``VPC 10.0.0.0/16``.
    """

    title: str
    layers: tuple[Layer, ...]
    links: tuple[Link, ...]
    entries: tuple[str, ...] = ()
    network: str = ""

    @property
    def nodes(self) -> list[Node]:
        """Everything that is drawn."""
        return [node for layer in self.layers for node in layer.nodes]


def architecture(stack: Stack) -> Architecture:
    """Read the architecture from a plan.

    Args:
        stack: The plan as rules see it.
    """
    edge, outside = Layer("Edge"), Layer("Regional services")
    inside: dict[str, Layer] = {}
    elsewhere: dict[str, Layer] = {}
    for subnet in stack.of_type(_SUBNET):
        layer = inside.setdefault(_role(subnet), Layer(_role(subnet), inside=True))
        layer.subnets.append(SubnetBox(_text(subnet, "availabilityZone"), _text(subnet, "cidrBlock")))
    drawn = [resource for resource in stack.resources if resource.type in KINDS]
    home = _home(drawn)
    for resource in drawn:
        subnets = [item for item in _reached(stack, resource) if item.type == _SUBNET]
        roles = sorted({_role(item) for item in subnets})
        zones = {_text(item, "availabilityZone") for item in subnets}
        layer = edge if resource.type in _EDGE else inside[roles[0]] if roles else outside
        if layer is outside and isinstance(resource.region, str) and resource.region != home:
            layer = elsewhere.setdefault(resource.region, Layer(f"Region {resource.region}"))
        zone = zones.pop() if len(zones) == 1 else ""
        layer.nodes.append(Node(resource.urn, resource.name, _what(resource), layer.name, zone))
    layers = [layer for layer in (edge, *inside.values(), outside, *elsewhere.values()) if layer.nodes or layer.subnets]
    links = tuple(_links(stack))
    ranges = " ".join(f"VPC {_text(vpc, 'cidrBlock')}".strip() for vpc in stack.of_type(_VPC))
    return Architecture(f"{stack.project}/{stack.name}", tuple(layers), links, _entries(stack, links), ranges)


def _what(resource: Resource) -> Kind:
    kind = KINDS[resource.type]
    return kind._replace(word="WebSocket API") if resource.get("protocolType") == "WEBSOCKET" else kind


def _home(resources: Iterable[Resource]) -> str:
    """The region that most of the stack is in."""
    regions = Counter(item.region for item in resources if isinstance(item.region, str) and item.type not in _EDGE)
    return min(regions, key=lambda region: (-regions[region], region), default="")


def _entries(stack: Stack, links: Iterable[Link]) -> tuple[str, ...]:
    """What the internet speaks to: what faces it, but for what stands behind another front."""
    behind = {link.target for link in links if stack.by_urn[link.source].type in _FRONTS}
    fronts = [*stack.of_type(*_FRONTS), *(lb for lb in stack.of_type(_BALANCER) if lb.get("internal") is not True)]
    return tuple(front.urn for front in fronts if front.urn not in behind)


def _links(stack: Stack) -> list[Link]:
    found: dict[tuple[str, str], Link] = {}

    def add(sources: Iterable[Resource], targets: Iterable[Resource], label: str = "") -> None:
        for source in sources:
            for target in targets:
                if source.urn == target.urn or source.type not in KINDS or target.type not in KINDS:
                    continue
                known = found.get((source.urn, target.urn))
                if known is None or not known.label:
                    found[source.urn, target.urn] = Link(source.urn, target.urn, label)

    drawn = [resource for resource in stack.resources if resource.type in KINDS]
    reached = {resource.urn: _reached(stack, resource) for resource in drawn}
    users: dict[str, list[Resource]] = {}
    for resource in drawn:
        for item in reached[resource.urn]:
            users.setdefault(item.urn, []).append(resource)
        # A service names the target group that a listener sends to, and a firewall's owner names the firewall.
        add([resource], (item for item in reached[resource.urn] if item.type in KINDS and not _turned(resource, item)))
        add((item for item in reached[resource.urn] if _turned(resource, item)), [resource])
    for rule in stack.of_type(_RULE):
        targets, sources = (
            stack.referenced(rule, "securityGroupId"),
            stack.referenced(rule, "referencedSecurityGroupId"),
        )
        from_users, to_users = (
            [user for group in groups for user in users.get(group.urn, ())] for groups in (sources, targets)
        )
        add(from_users, to_users, _text(rule, "toPort"))
    for policy in stack.of_type(_ROLE_POLICY):
        roles = [role for role in stack.referenced(policy, "role") if role.type == _ROLE]
        named = [item for item in drawn if _is_named(item, _text(policy, "policy"))]
        add((u for role in roles for u in users.get(role.urn, ())), [*stack.referenced(policy, "policy"), *named])
    for token, (first, *others) in _JOINTS.items():
        for joint in stack.of_type(token):
            ends = [item for prop in others for item in stack.referenced(joint, prop)]
            glue = [item for item in ends if item.type in _GLUE]
            behind = [found for item in glue for found in (*users.get(item.urn, ()), *_reached(stack, item))]
            add(stack.referenced(joint, first), [*ends, *behind])
    return sorted(found.values(), key=lambda link: (link.source, link.target))


def _is_named(resource: Resource, document: str) -> bool:
    """Whether a policy names a resource by an ARN that is known before deployment."""
    if resource.type not in _ARNS:
        return False
    service, prop = _ARNS[resource.type]
    name = _text(resource, prop)
    return bool(name) and re.search(rf'arn:[\w-]+:{service}:[^"\s]*[:/]{re.escape(name)}["/:]', document) is not None


def _turned(resource: Resource, item: Resource) -> bool:
    """Whether a reference runs against the traffic: a firewall stands before what names it; a balancer, a bus too."""
    if item.type == "aws:wafv2/webAcl:WebAcl" or (item.type == _BUS and resource.type == _EVENT_RULE):
        return True
    return item.type == _BALANCER and resource.type not in _EDGE


def _reached(stack: Stack, resource: Resource) -> list[Resource]:
    """What a resource refers to, directly or through glue."""
    found: dict[str, Resource] = {}
    waiting = [resource]
    while waiting:
        current = waiting.pop()
        for prop in sorted(current.property_dependencies):
            for item in stack.referenced(current, prop):
                if item.urn not in found and item.urn != resource.urn:
                    found[item.urn] = item
                    if item.type in _GLUE:
                        waiting.append(item)
    return list(found.values())


def _role(subnet: Resource) -> str:
    """``vpc-private-us-east-1a`` is of the kind ``vpc-private``: the name without its zone."""
    zone = _text(subnet, "availabilityZone")
    return subnet.name.removesuffix(zone).rstrip("-") if zone else subnet.name


def _text(resource: Resource, prop: str) -> str:
    value = resource.get(prop)
    return str(value) if isinstance(value, str | int) else ""
