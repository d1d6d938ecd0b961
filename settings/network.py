"""The ``network`` section: address ranges, zones, the way out, and what records or filters traffic."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import LogRetentionDays, Section, Zone, by_tier, form, subsection
from settings.tiers import NatMode

SubnetRanges = Annotated[tuple[IPv4Network, ...], Field(min_length=2, max_length=6)]


class FlowLogs(Section):
    """Record of the VPC's traffic."""

    enabled: bool = by_tier("flow_logs")
    """Whether the VPC records its traffic."""
    destination: Literal["s3", "cloudwatch"] = "s3"
    """Where records go. S3 costs a third of CloudWatch Logs for delivery and keeps ingestion small."""
    retention_days: LogRetentionDays = 7
    """Days that records are kept."""
    traffic_type: Literal["ALL", "ACCEPT", "REJECT"] = "ALL"
    """Which traffic is recorded."""


class Network(Section):
    """A VPC with one public, one private and (optionally) one database subnet in each zone."""

    cidr: IPv4Network
    """The VPC's range, /16 to /28."""
    name: str | None = form(r"^[A-Za-z0-9_{}-]{1,64}$", "billing-{stage}", default=None)
    """What its ``Name`` tags begin with, in which ``{stage}`` stands for the stage; ``vpc`` by default."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=2, max_length=6)]
    """Availability zones, at least two. Subnet ranges are given in the same order."""
    public_subnets: SubnetRanges
    """Ranges of the public subnets: load balancers and NAT."""
    private_subnets: SubnetRanges
    """Ranges of the private subnets: tasks and functions. They reach the internet through NAT."""
    database_subnets: SubnetRanges | Literal["private"] | None = None
    """Ranges of the database subnets, which have no route to the internet; or ``private``, to put databases and caches
    beside what uses them, where only their security groups keep others away."""
    az_count: int | None = Field(default=None, ge=1, le=6)
    """Zones in use, counted from the first: NAT, interface endpoints, functions and tasks keep to them. Subnets of the
    others exist and stand empty, so that one line takes them into use; null for all zones."""
    nat_mode: NatMode = by_tier("nat_mode")
    """``none``; ``instance``, one small EC2 instance; ``single``, one NAT gateway; ``per-zone``, one in each zone."""
    nat_instance_type: str = "t4g.nano"
    """Instance type of the NAT instance."""
    gateway_endpoints: tuple[Literal["s3", "dynamodb"], ...] = ("s3",)
    """Free endpoints that keep traffic to S3 or DynamoDB away from NAT."""
    interface_endpoints: tuple[str, ...] = ()
    """Services reached through an interface endpoint in each zone, such as ``ecr.api``. Each costs by the hour."""
    flow_logs: FlowLogs = subsection()
    """Record of the VPC's traffic."""
    database_network_acl: bool = by_tier("database_network_acl")
    """Whether the database subnets get a network ACL that admits only the VPC's range."""
    security_group_names: dict[str, Annotated[str, Field(min_length=1, max_length=255)]] = Field(
        default_factory=dict[str, str]
    )
    """Names that people know security groups by, their ``Name`` tags: of ``load-balancer``, ``database``, ``cache`` and
    the fleets."""

    @property
    def subnet_tiers(self) -> dict[str, tuple[IPv4Network, ...]]:
        """Subnet ranges by tier name, in routing order."""
        tiers = {"public": self.public_subnets, "private": self.private_subnets}
        if self.database_subnets is not None and self.database_subnets != "private":
            tiers["database"] = self.database_subnets
        return tiers

    @model_validator(mode="after")
    def _ranges_fit(self) -> Network:
        if not 16 <= self.cidr.prefixlen <= 28:
            raise ValueError(f"cidr {self.cidr}: a VPC range is /16 to /28")
        if self.az_count is not None and self.az_count > len(self.zones):
            raise ValueError(f"azCount {self.az_count}: zones has {len(self.zones)}")
        if len(set(self.zones)) != len(self.zones):
            raise ValueError(f"zones {', '.join(self.zones)}: name each zone once")
        seen: list[tuple[str, IPv4Network]] = []
        for tier, ranges in self.subnet_tiers.items():
            key = f"{tier}Subnets"
            if len(ranges) != len(self.zones):
                raise ValueError(
                    f"{key} has {len(ranges)} ranges and zones has {len(self.zones)}: give one range a zone"
                )
            for index, candidate in enumerate(ranges):
                here = f"{key}[{index}]"
                if not candidate.subnet_of(self.cidr):
                    raise ValueError(f"{here} {candidate} is outside the VPC range cidr {self.cidr}")
                if not 16 <= candidate.prefixlen <= 28:
                    raise ValueError(f"{here} {candidate}: a subnet range is /16 to /28")
                for there, other in seen:
                    if candidate.overlaps(other):
                        raise ValueError(f"{here} {candidate} overlaps {there} {other}")
                seen.append((here, candidate))
        return self
