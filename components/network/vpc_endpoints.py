"""Private ways from a VPC to AWS services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import ec2

from components.component import Component
from components.network.security_group import Rule, SecurityGroup


class VpcEndpoints(Component):
    """Gateway endpoints, and interface endpoints in each given subnet.

    A gateway endpoint is free. An interface endpoint costs 7.30 USD a month in each zone (us-east-1) and 0.01 a GB. A
    change of service replaces the endpoint.
    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html

    Args:
        name: Logical name.
        vpc_id: The VPC.
        cidr: The VPC's range, which may use interface endpoints.
        region: The region of the services.
        gateways: Services with a gateway endpoint: ``s3``, ``dynamodb``.
        interfaces: Services with an interface endpoint, such as ``ecr.api``.
        route_table_ids: Route tables that gateway endpoints enter.
        subnet_ids: Subnets that interface endpoints live in, one a zone.
        opts: Options of the component.

    Attributes:
        endpoints: The endpoints by service.
    """

    token = "network:VpcEndpoints"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        vpc_id: pulumi.Input[str],
        cidr: str,
        region: str,
        gateways: Sequence[str],
        interfaces: Sequence[str],
        route_table_ids: Sequence[pulumi.Input[str]],
        subnet_ids: Sequence[pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._vpc_id = vpc_id
        self._region = region
        self.endpoints: Mapping[str, ec2.VpcEndpoint] = {
            **{service: self._create_gateway(service, route_table_ids) for service in gateways},
            **self._create_interfaces(interfaces, cidr, subnet_ids),
        }
        self.register_outputs({service: endpoint.id for service, endpoint in self.endpoints.items()})

    def _create_gateway(self, service: str, route_table_ids: Sequence[pulumi.Input[str]]) -> ec2.VpcEndpoint:
        return ec2.VpcEndpoint(
            f"{self.logical_name}-{service}",
            vpc_id=self._vpc_id,
            service_name=f"com.amazonaws.{self._region}.{service}",
            vpc_endpoint_type="Gateway",
            route_table_ids=list(route_table_ids),
            tags={**self.tags, "Name": f"{self.logical_name}-{service}"},
            opts=self.child(),
        )

    def _create_interfaces(
        self, services: Sequence[str], cidr: str, subnet_ids: Sequence[pulumi.Input[str]]
    ) -> dict[str, ec2.VpcEndpoint]:
        if not services:
            return {}
        group = SecurityGroup(
            f"{self.logical_name}-group",
            vpc_id=self._vpc_id,
            description="Interface endpoints: HTTPS from the VPC",
            ingress=[Rule(role="https", description="HTTPS from the VPC", from_port=443, cidr=cidr)],
            opts=self.child(),
        )
        return {
            service: ec2.VpcEndpoint(
                f"{self.logical_name}-{service}",
                vpc_id=self._vpc_id,
                service_name=f"com.amazonaws.{self._region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=list(subnet_ids),
                security_group_ids=[group.id],
                tags={**self.tags, "Name": f"{self.logical_name}-{service}"},
                opts=self.child(),
            )
            for service in services
        }
