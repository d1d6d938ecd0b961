"""The network: subnets, routes, NAT in each mode, and what watches and filters traffic."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT, Resource
from settings.tiers import NatMode
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import names, network

LOGS = "arn:aws:s3:::logs"


def planned(**overrides: Any) -> Sample:
    """The plan of a VPC, made once."""
    return _planned(json.dumps(overrides))


@functools.cache
def _planned(overrides: str) -> Sample:
    return sample_of(lambda: _create(json.loads(overrides), LOGS))


def _create(overrides: dict[str, Any], log_bucket_arn: str | None) -> None:
    from components.network.vpc import Vpc

    Vpc("network", settings=network(**overrides), names=names(), log_bucket_arn=log_bucket_arn)


def route_tables(sample: Sample, tier: str) -> set[str]:
    """Logical names of the route tables of a tier's subnets."""
    return {
        table
        for association in sample.all("aws:ec2/routeTableAssociation:RouteTableAssociation")
        if any(name.startswith(f"network-{tier}-") for name in sample.refers(association, "subnetId"))
        for table in sample.refers(association, "routeTableId")
    }


def default_routes(sample: Sample, tier: str) -> list[Resource]:
    """Routes to the internet of a tier."""
    tables = route_tables(sample, tier)
    return [
        route
        for route in sample.all("aws:ec2/route:Route", destinationCidrBlock="0.0.0.0/0")
        if sample.refers(route, "routeTableId") & tables
    ]


def test_subnets_have_the_given_ranges_in_the_given_zones() -> None:
    found = {
        subnet.name: (subnet.get("cidrBlock"), subnet.get("availabilityZone"))
        for subnet in planned().all("aws:ec2/subnet:Subnet")
    }
    assert found == {
        "network-public-us-east-1a": ("10.0.1.0/24", "us-east-1a"),
        "network-public-us-east-1b": ("10.0.2.0/24", "us-east-1b"),
        "network-private-us-east-1a": ("10.0.11.0/24", "us-east-1a"),
        "network-private-us-east-1b": ("10.0.12.0/24", "us-east-1b"),
        "network-database-us-east-1a": ("10.0.21.0/24", "us-east-1a"),
        "network-database-us-east-1b": ("10.0.22.0/24", "us-east-1b"),
    }


def test_the_order_of_zones_changes_no_subnet_and_no_name() -> None:
    swapped = planned(
        zones=["us-east-1b", "us-east-1a"],
        publicSubnets=["10.0.2.0/24", "10.0.1.0/24"],
        privateSubnets=["10.0.12.0/24", "10.0.11.0/24"],
        databaseSubnets=["10.0.22.0/24", "10.0.21.0/24"],
        natMode="per-zone",
    )
    ordered = planned(natMode="per-zone")

    def ranges(sample: Sample) -> dict[str, Any]:
        return {subnet.name: subnet.get("cidrBlock") for subnet in sample.all("aws:ec2/subnet:Subnet")}

    assert ranges(swapped) == ranges(ordered)
    assert {r.urn for r in swapped.stack.resources} == {r.urn for r in ordered.stack.resources}


def test_no_subnet_hands_out_public_addresses() -> None:
    assert {subnet.get("mapPublicIpOnLaunch") for subnet in planned().all("aws:ec2/subnet:Subnet")} == {False}


@pytest.mark.parametrize("mode", ["none", "instance", "single", "per-zone"])
def test_only_the_public_tier_routes_to_the_internet_gateway(mode: NatMode) -> None:
    sample = planned(natMode=mode)
    (route,) = default_routes(sample, "public")
    assert sample.refers(route, "gatewayId") == {"network-internet"}
    assert default_routes(sample, "database") == []
    for private in default_routes(sample, "private"):
        assert private.get("gatewayId") is ABSENT


@pytest.mark.parametrize(
    ("mode", "gateways", "instances", "served_by"),
    [
        ("none", 0, 0, {}),
        ("instance", 0, 1, {"us-east-1a": "us-east-1a", "us-east-1b": "us-east-1a"}),
        ("single", 1, 0, {"us-east-1a": "us-east-1a", "us-east-1b": "us-east-1a"}),
        ("per-zone", 2, 0, {"us-east-1a": "us-east-1a", "us-east-1b": "us-east-1b"}),
    ],
)
def test_private_subnets_leave_through_the_nat_of_the_mode(
    mode: NatMode, gateways: int, instances: int, served_by: dict[str, str]
) -> None:
    sample = planned(natMode=mode)
    assert len(sample.all("aws:ec2/natGateway:NatGateway")) == gateways
    assert len(sample.all("aws:ec2/instance:Instance")) == instances
    assert len(sample.all("aws:ec2/eip:Eip")) == gateways + instances
    target = "networkInterfaceId" if mode == "instance" else "natGatewayId"
    found = {
        table.removeprefix("network-private-"): nat.removeprefix("network-nat-")
        for route in default_routes(sample, "private")
        for table in sample.refers(route, "routeTableId")
        for nat in sample.refers(route, target)
    }
    assert found == served_by


def test_a_change_of_nat_mode_keeps_route_tables_and_associations() -> None:
    def kept(sample: Sample) -> set[str]:
        types = ("aws:ec2/routeTable:RouteTable", "aws:ec2/routeTableAssociation:RouteTableAssociation")
        return {r.urn for token in types for r in sample.all(token)}

    assert kept(planned(natMode="single")) == kept(planned(natMode="per-zone")) == kept(planned(natMode="none"))


def test_the_nat_instance_forwards_is_encrypted_and_has_no_open_port() -> None:
    sample = planned(natMode="instance")
    instance = sample.one("aws:ec2/instance:Instance")
    assert instance.get("sourceDestCheck") is False
    assert instance.get("metadataOptions.httpTokens") == "required"
    assert instance.get("rootBlockDevice.encrypted") is True
    assert instance.get("rootBlockDevice.volumeSize") == 8
    assert instance.get("maintenanceOptions.autoRecovery") == "default"
    assert instance.get("keyName") is ABSENT
    assert "10.0.0.0/16" in instance.get("userData")
    assert sample.planned(instance).ignore_changes == ("ami",)
    sources = {rule.get("cidrIpv4") for rule in sample.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")}
    assert sources == {"10.0.11.0/24", "10.0.12.0/24"}


def test_nat_waits_for_the_route_to_the_internet() -> None:
    for mode, token in (
        ("instance", "aws:ec2/instance:Instance"),
        ("single", "aws:ec2/natGateway:NatGateway"),
    ):
        sample = planned(natMode=mode)
        waits = {sample.plan.by_urn[urn].name for urn in sample.one(token).dependencies}
        assert "network-public-internet" in waits


def test_the_default_security_group_admits_nothing() -> None:
    group = planned().one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert group.get("ingress") is ABSENT
    assert group.get("egress") is ABSENT


def test_gateway_endpoints_serve_public_and_private_tables_only() -> None:
    sample = planned(gatewayEndpoints=["s3", "dynamodb"])
    for service in ("s3", "dynamodb"):
        endpoint = sample.one(
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            serviceName=f"com.amazonaws.us-east-1.{service}",
            vpcEndpointType="Gateway",
        )
        assert sample.refers(endpoint, "routeTableIds") == {
            "network-public",
            "network-private-us-east-1a",
            "network-private-us-east-1b",
        }


def test_interface_endpoints_live_in_private_subnets_and_answer_the_vpc() -> None:
    sample = planned(interfaceEndpoints=["ecr.api", "logs"])
    endpoints = sample.all("aws:ec2/vpcEndpoint:VpcEndpoint", vpcEndpointType="Interface")
    assert {e.get("serviceName") for e in endpoints} == {
        "com.amazonaws.us-east-1.ecr.api",
        "com.amazonaws.us-east-1.logs",
    }
    for endpoint in endpoints:
        assert sample.refers(endpoint, "subnetIds") == {"network-private-us-east-1a", "network-private-us-east-1b"}
        assert endpoint.get("privateDnsEnabled") is True
    rule = sample.one("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert (rule.get("cidrIpv4"), rule.get("fromPort"), rule.get("toPort")) == ("10.0.0.0/16", 443, 443)


def test_no_endpoints_make_no_resource() -> None:
    assert planned(gatewayEndpoints=[]).all("aws:ec2/vpcEndpoint:VpcEndpoint") == []


def test_the_network_acl_admits_only_the_vpc_to_the_database_tier() -> None:
    sample = planned(databaseNetworkAcl=True)
    acl = sample.one("aws:ec2/networkAcl:NetworkAcl")
    assert sample.refers(acl, "subnetIds") == {"network-database-us-east-1a", "network-database-us-east-1b"}
    assert acl.all("ingress[].cidrBlock") == ["10.0.0.0/16"]
    assert acl.all("egress[].cidrBlock") == ["10.0.0.0/16"]
    assert planned().all("aws:ec2/networkAcl:NetworkAcl") == []


def test_flow_logs_go_to_the_log_bucket() -> None:
    sample = planned(flowLogs={"enabled": True})
    log = sample.one("aws:ec2/flowLog:FlowLog", trafficType="ALL", logDestinationType="s3")
    assert log.get("logDestination") == "arn:aws:s3:::logs/flow-logs/"
    assert sample.refers(log, "vpcId") == {"network"}
    assert sample.all("aws:cloudwatch/logGroup:LogGroup") == []


def test_flow_logs_go_to_a_log_group_with_retention_and_a_role_of_their_own() -> None:
    sample = planned(flowLogs={"enabled": True, "destination": "cloudwatch", "retentionDays": 7})
    assert sample.one("aws:cloudwatch/logGroup:LogGroup").get("retentionInDays") == 7
    log = sample.one("aws:ec2/flowLog:FlowLog", logDestinationType="cloud-watch-logs")
    assert sample.refers(log, "iamRoleArn") == {"network-flow-logs-role"}
    policy = json.loads(sample.one("aws:iam/rolePolicy:RolePolicy").get("policy"))
    written = next(s for s in policy["Statement"] if "logs:PutLogEvents" in s["Action"])
    assert written["Resource"] == ["arn:aws:logs:us-east-1:123456789012:log-group:/shop/prod/flow-logs:*"]


def test_flow_logs_to_s3_without_a_bucket_are_refused() -> None:
    error = plan_of(lambda: _create({"flowLogs": {"enabled": True}}, None)).error
    assert error is not None
    assert "no bucket receives logs" in error.message


def test_a_network_without_a_database_tier() -> None:
    sample = planned(databaseSubnets=None, databaseNetworkAcl=True)
    assert len(sample.all("aws:ec2/subnet:Subnet")) == 4
    assert sample.all("aws:ec2/networkAcl:NetworkAcl") == []


def test_zones_that_are_not_in_use_have_subnets_and_nothing_else() -> None:
    sample = planned(azCount=1, natMode="per-zone", interfaceEndpoints=["ecr.api"])
    assert len(sample.all("aws:ec2/subnet:Subnet")) == 6
    assert [gateway.name for gateway in sample.all("aws:ec2/natGateway:NatGateway")] == ["network-nat-us-east-1a"]
    (endpoint,) = [e for e in sample.all("aws:ec2/vpcEndpoint:VpcEndpoint") if e.get("vpcEndpointType") == "Interface"]
    assert sample.refers(endpoint, "subnetIds") == {"network-private-us-east-1a"}
    # They keep a way out, for the day they are used.
    assert len(default_routes(sample, "private")) == 2


def test_more_zones_in_use_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="azCount 3: zones has 2"):
        network(azCount=3)
