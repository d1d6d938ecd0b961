"""A NAT gateway."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2

from components.component import Component


class NatGateway(Component):
    """A managed NAT gateway with its own address, in one zone.

    At rest about 33 USD a month plus 3.65 for the address; 0.045 USD a GB. Replaced by a change of subnet or address.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html

    Args:
        name: Logical name.
        subnet_id: Public subnet that holds it.
        depends_on: The route to the internet, without which AWS refuses it.
        opts: Options of the component.

    Attributes:
        nat_gateway_id: Target of a private subnet's default route.
        network_interface_id: None; a NAT instance's target.
        public_ip: Address that the outside sees.
    """

    token = "network:NatGateway"  # noqa: S105 - a type token
    network_interface_id: pulumi.Output[str] | None = None

    def __init__(
        self,
        name: str,
        *,
        subnet_id: pulumi.Input[str],
        depends_on: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        tags = {**self.tags, "Name": name}
        self.address = ec2.Eip(f"{name}-address", domain="vpc", tags=tags, opts=self.child())
        self.gateway = ec2.NatGateway(
            name,
            subnet_id=subnet_id,
            allocation_id=self.address.allocation_id,
            connectivity_type="public",
            tags=tags,
            opts=self.child(depends_on=list(depends_on)),
        )
        self.nat_gateway_id: pulumi.Output[str] | None = self.gateway.id
        self.public_ip: pulumi.Output[str] = self.address.public_ip
        self.register_outputs({"publicIp": self.public_ip})
