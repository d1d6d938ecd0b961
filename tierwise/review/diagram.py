"""The architecture of a stack, read from its plan: what runs where, and what speaks to what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from guardrails.resource import Resource, Stack

#: What is drawn, by type: its kind in words. Everything else is part of one of these.
KINDS: Final = {
    "aws:route53/zone:Zone": "DNS zone",
    "aws:cloudfront/distribution:Distribution": "CDN",
    "aws:wafv2/webAcl:WebAcl": "Firewall",
    "aws:cognito/userPool:UserPool": "User pool",
    "aws:apigateway/restApi:RestApi": "REST API",
    "aws:apigatewayv2/api:Api": "HTTP API",
    "aws:lb/loadBalancer:LoadBalancer": "Load balancer",
    "aws:ec2/natGateway:NatGateway": "NAT gateway",
    "aws:ec2/instance:Instance": "Instance",
    "aws:autoscaling/group:Group": "Instance group",
    "aws:ecs/service:Service": "Service",
    "aws:lambda/function:Function": "Function",
    "aws:sfn/stateMachine:StateMachine": "State machine",
    "aws:rds/instance:Instance": "Database",
    "aws:rds/cluster:Cluster": "Database",
    "aws:rds/proxy:Proxy": "Database proxy",
    "aws:elasticache/replicationGroup:ReplicationGroup": "Cache",
    "aws:elasticache/serverlessCache:ServerlessCache": "Cache",
    "aws:opensearch/serverlessCollection:ServerlessCollection": "Search",
    "aws:efs/fileSystem:FileSystem": "File system",
    "aws:dynamodb/table:Table": "Table",
    "aws:s3/bucket:Bucket": "Bucket",
    "aws:sqs/queue:Queue": "Queue",
    "aws:sns/topic:Topic": "Topic",
    "aws:scheduler/schedule:Schedule": "Schedule",
    "aws:cloudwatch/eventRule:EventRule": "Event rule",
}
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
    }
)
#: The property that holds the name in a resource's ARN.
_NAMES: Final = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:dynamodb/table:Table": "name",
    "aws:sqs/queue:Queue": "name",
    "aws:sns/topic:Topic": "name",
    "aws:lambda/function:Function": "name",
}
#: Resources that join two others: a link runs from the first property's source to the second's.
_JOINTS: Final = {
    "aws:route53/record:Record": ("zoneId", "aliases"),
    "aws:apigatewayv2/integration:Integration": ("apiId", "integrationUri"),
    "aws:apigateway/integration:Integration": ("restApi", "uri"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("eventSourceArn", "functionName"),
    "aws:cloudwatch/eventTarget:EventTarget": ("rule", "arn"),
    "aws:lb/listener:Listener": ("loadBalancerArn", "defaultActions"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """Something that is drawn.

    Attributes:
        urn: Its URN.
        name: Logical name.
        kind: What it is, in words.
        layer: Name of the layer that it is in.
    """

    urn: str
    name: str
    kind: str
    layer: str


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
    """

    title: str
    layers: tuple[Layer, ...]
    links: tuple[Link, ...]

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
    for subnet in stack.of_type(_SUBNET):
        layer = inside.setdefault(_role(subnet), Layer(_role(subnet), inside=True))
        layer.subnets.append(SubnetBox(_text(subnet, "availabilityZone"), _text(subnet, "cidrBlock")))
    for resource in stack.resources:
        kind = KINDS.get(resource.type)
        if kind is None:
            continue
        roles = sorted({_role(item) for item in _reached(stack, resource) if item.type == _SUBNET})
        layer = edge if resource.type in _EDGE else inside[roles[0]] if roles else outside
        layer.nodes.append(Node(resource.urn, resource.name, kind, layer.name))
    layers = [layer for layer in (edge, *inside.values(), outside) if layer.nodes or layer.subnets]
    return Architecture(f"{stack.project}/{stack.name}", tuple(layers), tuple(_links(stack)))


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
    for token, (first, second) in _JOINTS.items():
        for joint in stack.of_type(token):
            ends = stack.referenced(joint, second)
            behind = [user for item in ends if item.type in _GLUE for user in users.get(item.urn, ())]
            add(stack.referenced(joint, first), [*ends, *behind])
    return sorted(found.values(), key=lambda link: (link.source, link.target))


def _is_named(resource: Resource, document: str) -> bool:
    """Whether a policy names a resource by an ARN that is known before deployment."""
    name = _text(resource, _NAMES.get(resource.type, ""))
    return bool(name) and re.search(rf":{re.escape(name)}[\"/]", document) is not None


def _turned(resource: Resource, item: Resource) -> bool:
    """Whether a reference runs against the traffic: the firewall stands before what names it, a balancer too."""
    if item.type == "aws:wafv2/webAcl:WebAcl":
        return True
    return item.type == "aws:lb/loadBalancer:LoadBalancer" and resource.type not in _EDGE


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
