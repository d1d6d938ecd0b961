"""The network: subnets by tier and zone, their routes, and what watches and filters their traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

import pulumi
from pulumi_aws import ec2

from components.component import Component
from components.names import Names
from components.network.flow_logs import FlowLogs
from components.network.nat import nat_zones, serving_zone
from components.network.nat_gateway import NatGateway
from components.network.nat_instance import NatInstance
from components.network.vpc_endpoints import VpcEndpoints
from settings.network import Network

_INTERNET = "0.0.0.0/0"


class Vpc(Component):
    """A VPC with a public, a private and (optionally) a database subnet in each zone.

    Public subnets route to the internet gateway and hold load balancers and NAT. Private subnets have a route table a
    zone, so that a change of NAT mode changes a route and nothing else. Database subnets have no route out of the VPC.
    The default security group admits nothing.

    Costs at rest: nothing, but NAT, interface endpoints and flow logs (see their components). A change of ``cidr``
    replaces the VPC and with it everything inside; a change of a subnet's range or zone replaces the subnet.
    https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html

    Args:
        name: Logical name.
        settings: Ranges, zones, the way out, and what records or filters traffic.
        names: Names of the stack.
        log_bucket_arn: Bucket for flow logs whose destination is S3.
        log_access: What must exist before AWS may write there: the bucket's policy.
        opts: Options of the component.

    Attributes:
        vpc: The VPC.
        id: Its id.
        cidr: Its range.
        zones: Its availability zones, in order.
        subnets: Subnets by tier (``public``, ``private``, ``database``) and zone.
        public_subnet_ids: Ids in the order of zones.
        private_subnet_ids: Ids of those in use, in the order of zones.
        all_private_subnet_ids: Ids in the order of zones, for what must stand in two zones.
        database_subnet_ids: Ids in the order of zones; empty without databases' subnets.
        nat: NAT gateways or the NAT instance by zone; empty without NAT.
        public_ips: Addresses that the outside sees, in the order of zones.
        egress: Routes that private subnets need to reach the internet, for ``depends_on``.
    """

    token = "network:Vpc"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Network,
        names: Names,
        log_bucket_arn: pulumi.Input[str] | None = None,
        log_access: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self.cidr = str(settings.cidr)
        self.zones = settings.zones
        self._used_zones = settings.zones[: settings.az_count]
        self.vpc = self._create_vpc()
        self.id: pulumi.Output[str] = self.vpc.id
        self.internet_gateway = self._create_internet_gateway()
        self._lock_default_security_group()
        self.subnets = {tier: self._create_subnets(tier, ranges) for tier, ranges in settings.subnet_tiers.items()}
        self.public_subnet_ids = self._subnet_ids("public")
        self.all_private_subnet_ids = self._subnet_ids("private")
        self.private_subnet_ids = self.all_private_subnet_ids[: len(self._used_zones)]
        self.database_subnet_ids = self._subnet_ids("private" if settings.database_subnets == "private" else "database")
        self.public_route_table, internet = self._route_public()
        self.nat = self._create_nat(internet)
        self.public_ips: list[pulumi.Output[str]] = [nat.public_ip for nat in self.nat.values()]
        self.private_route_tables, self.egress = self._route_private()
        self._route_database()
        self.endpoints = self._create_endpoints()
        if settings.database_network_acl and "database" in self.subnets:
            self._filter_database()
        if settings.flow_logs.enabled:
            FlowLogs(
                f"{name}-flow-logs",
                settings=settings.flow_logs,
                names=names,
                vpc_id=self.id,
                log_bucket_arn=log_bucket_arn,
                log_access=log_access,
                opts=self.child(),
            )
        self.register_outputs(
            {
                "id": self.id,
                "publicSubnetIds": self.public_subnet_ids,
                "privateSubnetIds": self.private_subnet_ids,
                "databaseSubnetIds": self.database_subnet_ids,
                "publicIps": self.public_ips,
            }
        )

    def group_label(self, role: str) -> str | None:
        """The name that people know a role's security group by, where the settings give one."""
        return self._settings.security_group_names.get(role)

    def _named(self, role: str) -> dict[str, str]:
        name = (self._settings.name or self.logical_name).replace("{stage}", self._names.stage)
        return {**self.tags, "Name": f"{name}-{role}" if role else name}

    def _create_vpc(self) -> ec2.Vpc:
        return ec2.Vpc(
            self.logical_name,
            cidr_block=self.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self._named(""),
            opts=self.child(),
        )

    def _create_internet_gateway(self) -> ec2.InternetGateway:
        return ec2.InternetGateway(
            f"{self.logical_name}-internet", vpc_id=self.id, tags=self._named("internet"), opts=self.child()
        )

    def _lock_default_security_group(self) -> None:
        ec2.DefaultSecurityGroup(
            f"{self.logical_name}-default", vpc_id=self.id, tags=self._named("default-unused"), opts=self.child()
        )

    def _create_subnets(self, tier: str, ranges: tuple[IPv4Network, ...]) -> Mapping[str, ec2.Subnet]:
        return {
            zone: ec2.Subnet(
                f"{self.logical_name}-{tier}-{zone}",
                vpc_id=self.id,
                availability_zone=zone,
                cidr_block=str(cidr),
                map_public_ip_on_launch=False,
                tags={**self._named(f"{tier}-{zone}"), "tier": tier},
                opts=self.child(),
            )
            for zone, cidr in zip(self.zones, ranges, strict=True)
        }

    def _subnet_ids(self, tier: str) -> list[pulumi.Output[str]]:
        return [subnet.id for subnet in self.subnets.get(tier, {}).values()]

    def _create_route_table(self, role: str, subnets: Mapping[str, ec2.Subnet]) -> ec2.RouteTable:
        """A route table by role, with its subnets by the suffix that names the association."""
        table = ec2.RouteTable(f"{self.logical_name}-{role}", vpc_id=self.id, tags=self._named(role), opts=self.child())
        for suffix, subnet in subnets.items():
            ec2.RouteTableAssociation(
                f"{self.logical_name}-{suffix}", subnet_id=subnet.id, route_table_id=table.id, opts=self.child()
            )
        return table

    def _route_public(self) -> tuple[ec2.RouteTable, ec2.Route]:
        table = self._create_route_table(
            "public", {f"public-{zone}": subnet for zone, subnet in self.subnets["public"].items()}
        )
        route = ec2.Route(
            f"{self.logical_name}-public-internet",
            route_table_id=table.id,
            destination_cidr_block=_INTERNET,
            gateway_id=self.internet_gateway.id,
            opts=self.child(),
        )
        return table, route

    def _create_nat(self, internet: ec2.Route) -> Mapping[str, NatGateway | NatInstance]:
        holders = nat_zones(self._settings.nat_mode, self._used_zones)
        return {zone: self._create_nat_in(zone, internet) for zone in holders}

    def _create_nat_in(self, zone: str, internet: ec2.Route) -> NatGateway | NatInstance:
        name = f"{self.logical_name}-nat-{zone}"
        subnet_id = self.subnets["public"][zone].id
        if self._settings.nat_mode != "instance":
            return NatGateway(name, subnet_id=subnet_id, depends_on=[internet], opts=self.child())
        return NatInstance(
            name,
            instance_type=self._settings.nat_instance_type,
            vpc_id=self.id,
            cidr=self.cidr,
            subnet_id=subnet_id,
            clients={
                f"private-{client}": str(cidr)
                for client, cidr in zip(self.zones, self._settings.private_subnets, strict=True)
            },
            depends_on=[internet],
            opts=self.child(),
        )

    def _route_private(self) -> tuple[Mapping[str, ec2.RouteTable], list[ec2.Route]]:
        tables: dict[str, ec2.RouteTable] = {}
        routes: list[ec2.Route] = []
        for zone, subnet in self.subnets["private"].items():
            role = f"private-{zone}"
            tables[zone] = self._create_route_table(role, {role: subnet})
            server = serving_zone(self._settings.nat_mode, self._used_zones, zone)
            if server is not None:
                nat = self.nat[server]
                routes.append(
                    ec2.Route(
                        f"{self.logical_name}-{role}-internet",
                        route_table_id=tables[zone].id,
                        destination_cidr_block=_INTERNET,
                        nat_gateway_id=nat.nat_gateway_id,
                        network_interface_id=nat.network_interface_id,
                        opts=self.child(),
                    )
                )
        return tables, routes

    def _route_database(self) -> None:
        subnets = self.subnets.get("database")
        if subnets is not None:
            self._create_route_table("database", {f"database-{zone}": subnet for zone, subnet in subnets.items()})

    def _create_endpoints(self) -> VpcEndpoints | None:
        if not self._settings.gateway_endpoints and not self._settings.interface_endpoints:
            return None
        return VpcEndpoints(
            f"{self.logical_name}-endpoint",
            vpc_id=self.id,
            cidr=self.cidr,
            region=self._names.region,
            gateways=self._settings.gateway_endpoints,
            interfaces=self._settings.interface_endpoints,
            # The public table too: the NAT instance installs its packages from S3.
            route_table_ids=[self.public_route_table.id, *(table.id for table in self.private_route_tables.values())],
            subnet_ids=self.private_subnet_ids,
            opts=self.child(),
        )

    def _filter_database(self) -> None:
        """Admit only the VPC to the database subnets, statelessly: what enters, and the answers to it."""
        # Databases listen above the privileged ports, and answer to ephemeral ones.
        first, last = 1024, 65535
        ec2.NetworkAcl(
            f"{self.logical_name}-database",
            vpc_id=self.id,
            subnet_ids=self.database_subnet_ids,
            ingress=[
                ec2.NetworkAclIngressArgs(
                    rule_no=100, action="allow", protocol="tcp", cidr_block=self.cidr, from_port=first, to_port=last
                )
            ],
            egress=[
                ec2.NetworkAclEgressArgs(
                    rule_no=100, action="allow", protocol="tcp", cidr_block=self.cidr, from_port=first, to_port=last
                )
            ],
            tags=self._named("database"),
            opts=self.child(),
        )
