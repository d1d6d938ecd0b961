"""Amazon VPC: who can reach what. Security groups, subnets, routes, network ACLs, endpoints, flow logs."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from guardrails.checks import PathCheck, has_value, is_block, not_true, number
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Deferred, Kind, On, Outcome, Scope, declare, undecided

VPC: Final = "aws:ec2/vpc:Vpc"
SUBNET: Final = "aws:ec2/subnet:Subnet"
GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_GROUP: Final = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
OLD_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"
INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS: Final = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
ENDPOINT: Final = "aws:ec2/vpcEndpoint:VpcEndpoint"
ROUTE: Final = "aws:ec2/route:Route"
ROUTE_TABLE: Final = "aws:ec2/routeTable:RouteTable"
ASSOCIATION: Final = "aws:ec2/routeTableAssociation:RouteTableAssociation"
INTERNET_GATEWAY: Final = "aws:ec2/internetGateway:InternetGateway"
ACL: Final = "aws:ec2/networkAcl:NetworkAcl"
ACL_RULE: Final = "aws:ec2/networkAclRule:NetworkAclRule"
ACL_ASSOCIATION: Final = "aws:ec2/networkAclAssociation:NetworkAclAssociation"
EIP: Final = "aws:ec2/eip:Eip"
RDS_SUBNETS: Final = "aws:rds/subnetGroup:SubnetGroup"
CACHE_SUBNETS: Final = "aws:elasticache/subnetGroup:SubnetGroup"

#: Ports that AWS lists as high risk in EC2.19, with 6379 (Redis) and 27017 (MongoDB), which hold data too.
HIGH_RISK: Final = (
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 6379, 8080,
    8088, 8888, 9200, 9300, 27017,
)  # fmt: skip
#: The ports that a load balancer opens to the world.
AUTHORIZED: Final = (80, 443)
#: A range with a shorter prefix than this is the world in all but name (two halves of it make the whole).
_WORLD_PREFIX: Final = {4: 8, 6: 16}


@dataclass(frozen=True, slots=True)
class Opening:
    """One permitted inbound range of a security group.

    Attributes:
        cidrs: The ranges, as written or UNKNOWN.
        first: First port, ABSENT or UNKNOWN.
        last: Last port, ABSENT or UNKNOWN.
        protocol: ``tcp``, ``-1`` …, ABSENT or UNKNOWN.
        path: Where it is written.
    """

    cidrs: tuple[Any, ...]
    first: Any
    last: Any
    protocol: Any
    path: str

    @property
    def every_port(self) -> bool:
        """True when no port is left out."""
        return str(self.protocol) in ("-1", "all") or number(self.first) == -1

    def covers(self, port: int) -> bool:
        """True when the port is inside the range; an unknown end counts as the widest."""
        if self.every_port or self.protocol is UNKNOWN:
            return True
        if str(self.protocol) in ("icmp", "icmpv6", "1", "58"):
            return False
        first, last = number(self.first), number(self.last)
        return (0 if first is None else first) <= port <= (65535 if last is None else last)

    @property
    def only_authorized(self) -> bool:
        """True when nothing but a load balancer's ports is open."""
        first = number(self.first)
        return not self.every_port and first in AUTHORIZED and first == number(self.last)


def is_world(cidr: Any) -> bool:
    """True for 0.0.0.0/0, ::/0 and ranges so wide that they mean it."""
    if not isinstance(cidr, str):
        return False
    try:
        network = ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
    return network.prefixlen < _WORLD_PREFIX[network.version]


def ranges(value: Any) -> list[Any]:
    """The members of a list of CIDR ranges; one UNKNOWN for a list that is not known."""
    if value is UNKNOWN:
        return [UNKNOWN]
    return list(cast(list[Any], value)) if isinstance(value, list) else []


def _block(block: Mapping[str, Any], path: str) -> Opening:
    def value(key: str) -> Any:
        found = block.get(key)
        return ABSENT if found is None else found

    cidrs: list[Any] = []
    for key in ("cidrBlocks", "ipv6CidrBlocks"):
        cidrs.extend(ranges(value(key)))
    return Opening(tuple(cidrs), value("fromPort"), value("toPort"), value("protocol"), path)


def openings(holder: Resource) -> Iterator[Opening]:
    """What a security group, or a rule of one, lets in."""
    if holder.type == INGRESS:
        cidrs = tuple(c for c in (holder.get("cidrIpv4"), holder.get("cidrIpv6")) if c is not ABSENT)
        protocol = holder.get("ipProtocol")
        yield Opening(cidrs, holder.get("fromPort"), holder.get("toPort"), protocol, "cidrIpv4" if cidrs else "")
    elif holder.type == OLD_RULE:
        if holder.get("type") == "ingress" or holder.get("type") is UNKNOWN:
            yield _block(holder.props, "cidrBlocks")
    else:
        for index, block in enumerate(holder.all("ingress[]")):
            if block is UNKNOWN:
                yield Opening((UNKNOWN,), UNKNOWN, UNKNOWN, UNKNOWN, "ingress")
            elif is_block(block):
                yield _block(block, f"ingress[{index}]")


_INGRESS_READS: Final = (
    "ingress[].cidrBlocks",
    "ingress[].ipv6CidrBlocks",
    "ingress[].fromPort",
    "ingress[].toPort",
    "ingress[].protocol",
    "type",
    "cidrBlocks",
    "ipv6CidrBlocks",
    "protocol",
    "fromPort",
    "toPort",
    "cidrIpv4",
    "cidrIpv6",
    "ipProtocol",
)
_INGRESS_TYPES: Final = (GROUP, DEFAULT_GROUP, OLD_RULE, INGRESS)


def _closed(*ports: int, version: int = 0) -> PathCheck:
    def run(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
        for opening in openings(holder):
            hit = [str(port) for port in ports if opening.covers(port)]
            wide = [c for c in opening.cidrs if is_world(c) and (not version or (":" in c) == (version == 6))]
            if hit and wide and opening.protocol is UNKNOWN:
                yield undecided(f"the protocol of {opening.path}")
            elif hit and wide:
                yield f"{opening.path} opens port {', '.join(hit)} to {' and '.join(wide)}"
            elif hit and UNKNOWN in opening.cidrs:
                yield Deferred(opening.path)

    return PathCheck(run, _INGRESS_READS)


def _only_authorized(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    for opening in openings(holder):
        if opening.only_authorized:
            continue
        wide = [cidr for cidr in opening.cidrs if is_world(cidr)]
        if wide:
            what = "every port" if opening.every_port else f"ports {opening.first} to {opening.last}"
            yield f"{opening.path} opens {what} to {' and '.join(wide)}; only 80 and 443 may be"
        elif UNKNOWN in opening.cidrs:
            yield Deferred(opening.path)


_NAME_CALLERS: Final = "referenced_security_group_id=caller.id in place of the CIDR range"

for _id, _ports, _version, _standards in (
    ("EC2.13", (22,), 0, "CIS+NIST+PCI"),
    ("EC2.14", (3389,), 0, "CIS+PCI"),
    ("EC2.53", (22, 3389), 4, "CIS+PCI"),
    ("EC2.54", (22, 3389), 6, "CIS+PCI"),
):
    _source = {0: "0.0.0.0/0 or ::/0", 4: "0.0.0.0/0", 6: "::/0"}[_version]
    declare(
        _id,
        "high",
        Kind.EXPOSURE,
        f"Security groups should not allow ingress from {_source} to port {' or '.join(map(str, _ports))}",
        types=_INGRESS_TYPES,
        check=_closed(*_ports, version=_version),
        why="Remote administration open to the world is attacked around the clock.",
        fix="remove the rule and use Session Manager: aws ssm start-session --target INSTANCE",
        frameworks=_standards,
    )

declare(
    "EC2.18",
    "high",
    Kind.EXPOSURE,
    "Security groups should only allow unrestricted incoming traffic for authorized ports",
    types=_INGRESS_TYPES,
    reads=_INGRESS_READS,
    check=_only_authorized,
    why="Only a load balancer has business with the whole internet, on 80 and 443.",
    fix=_NAME_CALLERS,
)

declare(
    "EC2.19",
    "critical",
    Kind.EXPOSURE,
    "Security groups should not allow unrestricted access to ports with high risk",
    types=_INGRESS_TYPES,
    check=_closed(*HIGH_RISK),
    why="These ports belong to databases, caches and consoles; open ones are found within minutes.",
    fix=_NAME_CALLERS,
    waivable=False,
)


def _empty_default(vpc: Resource, scope: Scope) -> Iterator[Outcome]:
    groups = scope.attached(vpc, DEFAULT_GROUP, "vpcId")
    if not groups:
        yield "leaves its default security group as it is: members reach each other and the world"
    for group in groups:
        for path in ("ingress", "egress"):
            if has_value(group.get(path)):
                yield On(group, f"{path} is not empty")


declare(
    "EC2.2",
    "high",
    Kind.FREE,
    "VPC default security groups should not allow inbound or outbound traffic",
    types=VPC,
    related={DEFAULT_GROUP: ("vpcId", "ingress", "egress")},
    check=_empty_default,
    why="Whatever is started without a group lands in the default one.",
    fix="ec2.DefaultSecurityGroup(vpc_id=vpc.id)",
)


def _flow_log(vpc: Resource, scope: Scope) -> Iterator[Outcome]:
    logs = scope.attached(vpc, FLOW_LOG, "vpcId")
    if not logs:
        yield "has no flow log"
        return
    kinds = [log.get("trafficType") for log in logs]
    if "ALL" not in kinds and "REJECT" not in kinds and ABSENT not in kinds:
        wrong = "trafficType is ACCEPT, so refused traffic is not logged"
        yield On(logs[0], undecided("trafficType") if UNKNOWN in kinds else wrong)


declare(
    "EC2.6",
    "medium",
    Kind.PRODUCTION,
    "VPC flow logging should be enabled in all VPCs",
    types=VPC,
    related={FLOW_LOG: ("vpcId", "trafficType")},
    check=_flow_log,
    why="After an incident the flow log is the record of who talked to whom.",
    fix='ec2.FlowLog(vpc_id=vpc.id, traffic_type="ALL", log_destination_type="s3", log_destination=logs.arn)',
)

declare(
    "EC2.15",
    "medium",
    Kind.FREE,
    "EC2 subnets should not automatically assign public IP addresses",
    types=SUBNET,
    check=not_true("mapPublicIpOnLaunch"),
    why="Whatever starts in the subnet is on the internet; what needs an address should ask for it.",
    fix="map_public_ip_on_launch=False",
)


def _eip_used(eip: Resource, scope: Scope) -> Iterator[Outcome]:
    used = has_value(eip.get("instance")) or has_value(eip.get("networkInterface"))
    linked = any(
        scope.stack.referring(eip, token, prop)
        for token, prop in (
            ("aws:ec2/eipAssociation:EipAssociation", "allocationId"),
            ("aws:ec2/natGateway:NatGateway", "allocationId"),
            ("aws:lb/loadBalancer:LoadBalancer", "subnetMappings"),
        )
    )
    if not (used or linked):
        yield "is used by nothing in this stack"


declare(
    "EC2.12",
    "low",
    Kind.FREE,
    "Unused EC2 EIPs should be removed",
    types=EIP,
    reads=("instance", "networkInterface"),
    related={
        "aws:ec2/eipAssociation:EipAssociation": ("allocationId",),
        "aws:ec2/natGateway:NatGateway": ("allocationId",),
        "aws:lb/loadBalancer:LoadBalancer": ("subnetMappings",),
    },
    check=_eip_used,
    references=("instance", "networkInterface"),
    why="An address costs $3.65 a month, used or not.",
    fix="delete the Eip",
    frameworks="NIST+PCI",
)


def _acl_used(acl: Resource, scope: Scope) -> Iterator[Outcome]:
    if not (has_value(acl.get("subnetIds")) or scope.attached(acl, ACL_ASSOCIATION, "networkAclId")):
        yield "belongs to no subnet"


declare(
    "EC2.16",
    "low",
    Kind.FREE,
    "Unused Network Access Control Lists should be removed",
    types=ACL,
    reads=("subnetIds",),
    related={ACL_ASSOCIATION: ("networkAclId",)},
    check=_acl_used,
    references=("subnetIds",),
    why="A list that guards nothing looks as if it did.",
    fix="NetworkAcl(subnet_ids=[subnet.id])",
)


def _acl_closed(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    entries: list[Any] = []
    if holder.type == ACL:
        entries = holder.all("ingress[]")
    elif holder.get("egress") is not True:
        entries = [{**holder.props, "action": holder.get("ruleAction")}]
    for entry in entries:
        if entry is UNKNOWN:
            yield Deferred("ingress")
        elif is_block(entry) and (entry.get("action") is UNKNOWN or str(entry.get("action")).lower() == "allow"):
            opening = Opening(
                (entry.get("cidrBlock"), entry.get("ipv6CidrBlock")),
                entry.get("fromPort", ABSENT),
                entry.get("toPort", ABSENT),
                entry.get("protocol", ABSENT),
                "",
            )
            hit = [str(port) for port in (22, 3389) if opening.covers(port)]
            if hit and (UNKNOWN in opening.cidrs or entry.get("action") is UNKNOWN):
                yield Deferred("cidrBlock" if UNKNOWN in opening.cidrs else "action")
            elif hit and any(is_world(cidr) for cidr in opening.cidrs):
                yield f"allows port {' and '.join(hit)} from the world"


declare(
    "EC2.21",
    "medium",
    Kind.EXPOSURE,
    "Network ACLs should not allow ingress from 0.0.0.0/0 to port 22 or port 3389",
    types=(ACL, ACL_RULE),
    reads=(
        "ingress[].cidrBlock",
        "ingress[].ipv6CidrBlock",
        "ingress[].action",
        "ingress[].fromPort",
        "ingress[].toPort",
        "ingress[].protocol",
        "egress",
        "ruleAction",
        "cidrBlock",
        "ipv6CidrBlock",
        "fromPort",
        "toPort",
        "protocol",
    ),
    check=_acl_closed,
    why="The list is the second guard when a security group is opened by mistake.",
    fix='name the VPC\'s own range: cidr_block="10.0.0.0/16"',
)


def _endpoint(service: str) -> Any:
    def run(vpc: Resource, scope: Scope) -> Iterator[Outcome]:
        names = [endpoint.get("serviceName") for endpoint in scope.attached(vpc, ENDPOINT, "vpcId")]
        if not any(isinstance(name, str) and name.endswith(f".{service}") for name in names):
            yield undecided("serviceName") if UNKNOWN in names else f"has no interface endpoint for {service}"

    return run


for _id, _service, _title in (
    ("EC2.10", "ec2", "the Amazon EC2 service"),
    ("EC2.55", "ecr.api", "ECR API"),
    ("EC2.56", "ecr.dkr", "Docker Registry"),
    ("EC2.57", "ssm", "Systems Manager"),
    ("EC2.58", "ssm-contacts", "Systems Manager Incident Manager Contacts"),
    ("EC2.60", "ssm-incidents", "Systems Manager Incident Manager"),
):
    declare(
        _id,
        "medium",
        Kind.OFF,
        f"VPCs should be configured with an interface endpoint for {_title}",
        types=VPC,
        related={ENDPOINT: ("vpcId", "serviceName")},
        check=_endpoint(_service),
        why="Off by default: an interface endpoint costs $7.30 a month in each zone, and the same calls leave through "
        "the NAT path encrypted with TLS.",
        fix=f'ec2.VpcEndpoint(vpc_id=vpc.id, vpc_endpoint_type="Interface", '
        f'service_name="com.amazonaws.us-east-1.{_service}", subnet_ids=private, private_dns_enabled=True)',
    )


def _described(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    description = holder.get("description")
    if description is ABSENT or description in ("", "Managed by Pulumi", "Managed by Terraform"):
        yield "description is not set"


declare(
    "P.EC2.sg-desc",
    "low",
    Kind.ADVICE,
    "Security groups and their rules should say what they are for",
    types=(GROUP, INGRESS, EGRESS),
    reads=("description",),
    check=_described,
    references=("description",),
    why="A rule without a reason is never removed again.",
    fix='description="tasks reach the database"',
    url="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
)


def _open_egress(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    if holder.type == EGRESS:
        blocks: list[Any] = [{"protocol": holder.get("ipProtocol"), "cidrBlocks": [holder.get("cidrIpv4")]}]
    else:
        blocks = holder.all("egress[]")
    for block in blocks:
        if block is UNKNOWN:
            yield Deferred("egress")
        elif is_block(block):
            wide = [cidr for cidr in ranges(block.get("cidrBlocks")) if cidr is UNKNOWN or is_world(cidr)]
            if wide and (block.get("protocol") is UNKNOWN or UNKNOWN in wide):
                yield Deferred("egress")
            elif wide and str(block.get("protocol")) in ("-1", "all"):
                yield "lets every protocol out to the world"


declare(
    "P.EC2.egress",
    "medium",
    Kind.ADVICE,
    "Security groups should not allow all outbound traffic",
    types=(GROUP, EGRESS),
    reads=("egress[].protocol", "egress[].cidrBlocks", "ipProtocol", "cidrIpv4"),
    check=_open_egress,
    why="A stolen workload can call home on any port. Advisory: most workloads need 443 to the world anyway.",
    fix='SecurityGroupEgressRule(ip_protocol="tcp", from_port=443, to_port=443, cidr_ipv4="0.0.0.0/0")',
    url="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
)


def public_subnets(scope: Scope) -> frozenset[str]:
    """URNs of the subnets whose route table has a default route to an internet gateway."""
    found = scope.memo.get("public_subnets")
    if found is None:
        stack = scope.stack
        tables: set[str] = set()
        for route in stack.of_type(ROUTE):
            if any(gateway.type == INTERNET_GATEWAY for gateway in stack.referenced(route, "gatewayId")):
                tables.update(table.urn for table in stack.referenced(route, "routeTableId"))
        for table in stack.of_type(ROUTE_TABLE):
            gateways = any(gateway.type == INTERNET_GATEWAY for gateway in stack.referenced(table, "routes"))
            if gateways and any(has_value(gateway) for gateway in table.all("routes[].gatewayId")):
                tables.add(table.urn)
        found = scope.memo["public_subnets"] = frozenset(
            subnet.urn
            for association in stack.of_type(ASSOCIATION)
            if any(table.urn in tables for table in stack.referenced(association, "routeTableId"))
            for subnet in stack.referenced(association, "subnetId")
        )
    return found


ROUTING: Final = {
    ROUTE: ("gatewayId", "routeTableId"),
    ROUTE_TABLE: ("routes[].gatewayId",),
    ASSOCIATION: ("routeTableId", "subnetId"),
}


def _private_data(group: Resource, scope: Scope) -> Iterator[Outcome]:
    public = public_subnets(scope)
    for subnet in scope.stack.referenced(group, "subnetIds"):
        if subnet.urn in public:
            yield f"subnet {subnet.name} has a route to the internet gateway"


declare(
    "P.VPC.private-db",
    "high",
    Kind.EXPOSURE,
    "Databases and caches should be in subnets without a route to the internet",
    types=(RDS_SUBNETS, CACHE_SUBNETS),
    reads=("subnetIds",),
    related=ROUTING,
    check=_private_data,
    why="With a route, one wrong flag or security group puts the data on the internet. Subnets of another stack are "
    "judged there.",
    fix="SubnetGroup(subnet_ids=[subnet.id for subnet in vpc.database_subnets])",
    url="https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html",
    waivable=False,
)


def _private_instance(instance: Resource, scope: Scope) -> Iterator[Outcome]:
    public = public_subnets(scope)
    for group in scope.stack.referenced(instance, "dbSubnetGroupName"):
        for subnet in scope.stack.referenced(group, "subnetIds"):
            if subnet.urn in public:
                yield f"its subnet {subnet.name} has a route to the internet gateway"


declare(
    "RDS.46",
    "high",
    Kind.EXPOSURE,
    "RDS DB instances should not be in public subnets with routes to internet gateways",
    types="aws:rds/instance:Instance",
    reads=("dbSubnetGroupName",),
    related={RDS_SUBNETS: ("subnetIds",), **ROUTING},
    check=_private_instance,
    why="With a route, one wrong flag or security group puts the data on the internet.",
    fix="SubnetGroup(subnet_ids=[subnet.id for subnet in vpc.database_subnets])",
    waivable=False,
)

_RULE_TYPES: Final = (OLD_RULE, INGRESS, EGRESS)


def _group_used(group: Resource, scope: Scope) -> Iterator[Outcome]:
    used = scope.memo.get("used_groups")
    if used is None:
        used = scope.memo["used_groups"] = {
            urn
            for resource in scope.stack.resources
            if resource.type not in _RULE_TYPES and resource.type != GROUP
            for urns in resource.property_dependencies.values()
            for urn in urns
        }
    if group.urn not in used:
        yield "is attached to nothing in this stack"


declare(
    "P.VPC.sg-used",
    "low",
    Kind.ADVICE,
    "Security groups should be used",
    types=GROUP,
    related={INGRESS: ("securityGroupId",)},
    check=_group_used,
    why="A group that guards nothing gets reused for something that it was not meant for.",
    fix="delete the SecurityGroup, or name it in security_groups of what it guards",
    url="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
)

_WORKLOADS: Final = {
    "aws:ecs/service:Service": "networkConfiguration",
    "aws:ec2/instance:Instance": "vpcSecurityGroupIds",
    "aws:ec2/launchTemplate:LaunchTemplate": "vpcSecurityGroupIds",
    "aws:lambda/function:Function": "vpcConfig",
    "aws:rds/instance:Instance": "vpcSecurityGroupIds",
    "aws:rds/cluster:Cluster": "vpcSecurityGroupIds",
    "aws:elasticache/replicationGroup:ReplicationGroup": "securityGroupIds",
}


def _only_balancers(group: Resource, scope: Scope) -> Iterator[Outcome]:
    holders = (group, *(r for token in (OLD_RULE, INGRESS) for r in scope.attached(group, token, "securityGroupId")))
    cidrs = [cidr for holder in holders for opening in openings(holder) for cidr in opening.cidrs]
    if UNKNOWN not in cidrs and not any(is_world(cidr) for cidr in cidrs):
        return
    for token, prop in _WORKLOADS.items():
        for workload in scope.stack.referring(group, token, prop):
            if not any(is_world(cidr) for cidr in cidrs):
                yield Deferred("the CIDR ranges of its rules")
                return
            yield f"is open to the world and guards {workload.name}, which is no load balancer"


declare(
    "P.VPC.world-open",
    "high",
    Kind.EXPOSURE,
    "Only load balancers should have a security group that is open to the world",
    types=GROUP,
    reads=("ingress[].cidrBlocks",),
    related={
        INGRESS: ("securityGroupId", "cidrIpv4", "cidrIpv6"),
        OLD_RULE: ("securityGroupId", "cidrBlocks"),
        **{token: (prop,) for token, prop in _WORKLOADS.items()},
    },
    check=_only_balancers,
    why="A workload that the world can call directly has no TLS policy, no firewall and no access log in front of it.",
    fix="SecurityGroupIngressRule(security_group_id=tasks.id, referenced_security_group_id=load_balancer.id, ...)",
    url="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
)
