"""Network: NAT gateways, public IPv4 addresses, endpoints, flow logs. https://aws.amazon.com/vpc/pricing/"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, by_parent, free, prices
from guardrails.cost.model import HOURS
from guardrails.resource import ABSENT

SERVICE: Final = "Network"
#: Every public IPv4 address is charged, in use or idle, since February 2024.
IPV4: Final = "vpc.public_ipv4.hour"

free(
    SERVICE,
    "no charge",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation",
    "aws:ec2/defaultRouteTable:DefaultRouteTable",
    "aws:ec2/networkAcl:NetworkAcl",
    "aws:ec2/networkAclRule:NetworkAclRule",
    "aws:ec2/networkAclAssociation:NetworkAclAssociation",
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:ec2/managedPrefixList:ManagedPrefixList",
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions",
    "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation",
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
    "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
    "aws:ec2/networkInterface:NetworkInterface",
    "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment",
    "aws:ec2/eipAssociation:EipAssociation",
)
by_parent(
    SERVICE,
    "in the endpoint's lines, one hour charge a subnet",
    "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",
)


@prices(
    "aws:ec2/natGateway:NatGateway",
    service=SERVICE,
    keys=(
        Key("dataGb", "GB that pass through the gateway"),
        Key(
            "zones",
            "zones that a regional gateway serves",
            "availabilityMode regional without availabilityZoneAddresses",
        ),
    ),
)
def nat_gateway(bill: Bill) -> None:
    """Hours for each zone, one public IPv4 for each address, and GB processed."""
    zones = HOURS
    if bill.text("availabilityMode", "zonal") == "regional":
        listed = bill.length("availabilityZoneAddresses")
        if listed:
            zones = HOURS * listed
        else:
            declared = bill.declared("zones", "NAT gateway hours", at_least=bill.amount("vpc.nat_gateway.hour", HOURS))
            zones = HOURS * declared.expected if declared else HOURS * 0
    bill.fixed("NAT gateway hours", "vpc.nat_gateway.hour", zones)
    if bill.text("connectivityType", "public") != "private":
        secondary = bill.length("secondaryAllocationIds")
        if secondary is None:
            bill.undecided("secondary public IPv4 addresses", "secondaryAllocationIds")
        bill.fixed("public IPv4 address", IPV4, zones + HOURS * (secondary or 0))
    bill.usage("dataGb", "data through the NAT gateway", "vpc.nat_gateway.gb")


@prices("aws:ec2/eip:Eip", service=SERVICE)
def elastic_ip(bill: Bill) -> None:
    """One public IPv4 address, unless the NAT gateway or load balancer that uses it carries the charge."""
    for token, prop in (
        ("aws:ec2/natGateway:NatGateway", "allocationId"),
        ("aws:ec2/natGateway:NatGateway", "secondaryAllocationIds"),
        ("aws:ec2/natGateway:NatGateway", "availabilityZoneAddresses"),
        ("aws:lb/loadBalancer:LoadBalancer", "subnetMappings"),
    ):
        users = bill.links.referrers(bill.resource, token, prop)
        if users:
            bill.by_parent(f"in the lines of {users[0].name}")
            return
    if bill.get("customerOwnedIpv4Pool") is not ABSENT:
        bill.free("an address of the customer's own pool")
        return
    bill.fixed("public IPv4 address", IPV4, HOURS)


@prices(
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    service=SERVICE,
    keys=(Key("dataGb", "GB that pass through the endpoint", "an interface endpoint"),),
)
def vpc_endpoint(bill: Bill) -> None:
    """Interface endpoints are charged for each subnet; gateway endpoints are free."""
    kind = bill.text("vpcEndpointType", "Gateway")
    if kind == "Gateway":
        bill.free("gateway endpoints are free")
        return
    if kind != "Interface":
        bill.unknown("endpoint", f"no price for an endpoint of type {kind}")
        return
    subnets = bill.length("subnetIds")
    associations = len(
        bill.links.referrers(
            bill.resource, "aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation", "vpcEndpointId"
        )
    )
    if subnets is None:
        one = bill.amount("vpc.endpoint.interface.hour", HOURS)
        bill.undecided("interface endpoint hours", "the number of subnetIds", at_least=one)
    else:
        # Without a subnet AWS puts the endpoint into one.
        bill.fixed("interface endpoint hours", "vpc.endpoint.interface.hour", HOURS * max(1, subnets + associations))
    bill.usage("dataGb", "data through the endpoint", "vpc.endpoint.interface.gb")


@prices(
    "aws:ec2/flowLog:FlowLog", service=SERVICE, keys=(Key("gb", "GB of flow logs delivered to S3", "destination S3"),)
)
def flow_log(bill: Bill) -> None:
    """To CloudWatch the log group carries the ingestion; to S3 AWS charges for the delivery."""
    if bill.text("logDestinationType", "cloud-watch-logs") == "cloud-watch-logs":
        bill.by_parent("in the log group's lines (ingestGb)")
    else:
        bill.usage("gb", "flow log delivery", "cw.logs.vended_s3.gb")
