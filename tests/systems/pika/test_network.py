"""Network rows."""

from __future__ import annotations

import pytest

from guardrails.resource import ABSENT
from tests.support.stacks import Planned, planned

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
ROUTE, ASSOCIATION = "aws:ec2/route:Route", "aws:ec2/routeTableAssociation:RouteTableAssociation"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def subnets(plan: Planned, *ranges: str) -> list[str]:
    return [plan.one(SUBNET, cidrBlock=cidr).name for cidr in ranges]


@pytest.mark.requirement("PIKA-06")
def test_the_vpc_has_its_range_and_two_zones(every: Planned) -> None:
    assert every.one(VPC).get("cidrBlock") == "10.0.0.0/16"
    assert {r.get("availabilityZone") for r in every.all(SUBNET)} == {"us-east-1a", "us-east-1b"}


@pytest.mark.requirement("PIKA-07")
def test_public_subnets(every: Planned) -> None:
    zones = [every.one(SUBNET, cidrBlock=cidr).get("availabilityZone") for cidr in ("10.0.1.0/24", "10.0.2.0/24")]
    assert zones == ["us-east-1a", "us-east-1b"]


@pytest.mark.requirement("PIKA-08")
def test_private_subnets_give_no_public_address(every: Planned) -> None:
    for cidr in ("10.0.11.0/24", "10.0.12.0/24"):
        assert every.one(SUBNET, cidrBlock=cidr).get("mapPublicIpOnLaunch") is False


@pytest.mark.requirement("PIKA-09")
def test_database_subnets_have_no_way_out(prod: Planned) -> None:
    names = set(subnets(prod, "10.0.21.0/24", "10.0.22.0/24"))
    tables = {
        urn
        for association in prod.all(ASSOCIATION)
        if prod.refers(association, "subnetId") <= names
        for urn in association.property_dependencies["routeTableId"]
    }
    assert tables
    for route in prod.all(ROUTE, destinationCidrBlock="0.0.0.0/0"):
        assert not tables & set(route.property_dependencies["routeTableId"])
    assert prod.refers(prod.one("aws:rds/subnetGroup:SubnetGroup"), "subnetIds") >= names
    assert prod.refers(prod.one("aws:elasticache/subnetGroup:SubnetGroup"), "subnetIds") >= names
    for token in ("aws:rds/subnetGroup:SubnetGroup", "aws:elasticache/subnetGroup:SubnetGroup"):
        assert len(prod.one(token).get("subnetIds")) == 2


@pytest.mark.requirement("PIKA-10")
@pytest.mark.parametrize(("mode", "gateways", "instances"), [("instance", 0, 1), ("single", 1, 0), ("per-zone", 2, 0)])
def test_egress_is_one_choice(mode: str, gateways: int, instances: int) -> None:
    plan = planned("pika", "prod", network={"natMode": mode}) if mode != "instance" else planned("pika", "prod")
    assert len(plan.all("aws:ec2/natGateway:NatGateway")) == gateways
    assert len(plan.all("aws:ec2/instance:Instance", sourceDestCheck=False)) == instances


@pytest.mark.requirement("PIKA-11")
def test_s3_is_reached_through_a_gateway_endpoint(every: Planned) -> None:
    endpoint = every.one("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Gateway")
    assert str(endpoint.get("serviceName")).endswith(".s3")


@pytest.mark.requirement("PIKA-12")
@pytest.mark.parametrize("port", [5432, 6379])
def test_data_stores_admit_only_tasks(prod: Planned, port: int) -> None:
    rules = prod.all(INGRESS, fromPort=port)
    # The seven services, and on the database the task that dumps it.
    assert len(rules) == {5432: 8, 6379: 7}[port]
    for rule in rules:
        assert rule.get("toPort") == port
        assert rule.get("cidrIpv4") is ABSENT
        (source,) = prod.stack.referenced(rule, "referencedSecurityGroupId")
        assert source.parent is not None
        assert "compute:FargateTask" in source.parent


@pytest.mark.requirement("PIKA-12")
def test_the_load_balancer_admits_only_web_ports(every: Planned) -> None:
    balancer = every.one("aws:lb/loadBalancer:LoadBalancer")
    groups = set(balancer.property_dependencies["securityGroups"])
    ports = {r.get("fromPort") for r in every.all(INGRESS) if groups & set(r.property_dependencies["securityGroupId"])}
    assert ports <= {80, 443}
    assert 443 in ports


@pytest.mark.requirement("PIKA-12")
def test_no_other_port_is_open_to_the_world(every: Planned) -> None:
    for rule in every.all(INGRESS, cidrIpv4="0.0.0.0/0"):
        assert rule.get("fromPort") in {80, 443}


@pytest.mark.requirement("PIKA-13")
def test_the_database_tier_has_its_own_network_acl(prod: Planned) -> None:
    acl = prod.one("aws:ec2/networkAcl:NetworkAcl")
    assert prod.refers(acl, "subnetIds") >= set(subnets(prod, "10.0.21.0/24", "10.0.22.0/24"))
    assert len(acl.get("subnetIds")) == 2
    assert {rule["cidrBlock"] for rule in acl.get("ingress")} == {"10.0.0.0/16"}


@pytest.mark.requirement("PIKA-14")
def test_flow_logs_record_all_traffic(prod: Planned) -> None:
    log = prod.one("aws:ec2/flowLog:FlowLog")
    assert prod.refers(log, "vpcId") >= {prod.one(VPC).name}
    assert log.get("trafficType") == "ALL"
    assert log.get("logDestinationType") == "s3"


@pytest.mark.requirement("PIKA-15")
def test_one_hosted_zone_points_at_the_distribution(prod: Planned) -> None:
    assert len(prod.all("aws:route53/zone:Zone")) == 1
    records = [r for r in prod.all("aws:route53/record:Record") if r.is_set("aliases")]
    assert {r.get("type") for r in records} >= {"A"}
    distribution = prod.one("aws:cloudfront/distribution:Distribution")
    assert all(distribution.urn in r.property_dependencies["aliases"] for r in records)
