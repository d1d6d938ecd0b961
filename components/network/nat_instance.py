"""A small EC2 instance that translates addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import ec2, iam

from components.component import Component
from components.iam import trust_document
from components.network.nat import architecture, nat_user_data
from components.network.security_group import Rule, SecurityGroup

_SSM_CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


class NatInstance(Component):
    """A NAT instance with its own address: a tenth of a NAT gateway's price, for one instance's availability.

    At rest, as t4g.nano in us-east-1: 3.07 USD a month, 0.64 for 8 GB gp3 and 3.65 for the address. EC2 moves it to
    another host when its own fails; a reboot keeps the translation (see ``nat_user_data``). There is no key pair and no
    open port: Session Manager is the way in. Credits are of the standard kind: it slows down instead of costing more.

    Replaced by a change of script, subnet or zone. A newer image replaces nothing, or every release of Amazon Linux
    would cut the way out; the image is renewed on purpose by ``pulumi destroy --target`` of the instance's URN with
    ``--target-dependents``, then ``pulumi up``: the route and the address follow.
    https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html

    Args:
        name: Logical name.
        instance_type: EC2 instance type; decides the processor of the image.
        vpc_id: The VPC.
        cidr: The VPC's range.
        subnet_id: Public subnet that holds it.
        clients: Ranges that may use it, by the role that names the rule.
        depends_on: The route to the internet.
        opts: Options of the component.

    Attributes:
        network_interface_id: Target of a private subnet's default route.
        nat_gateway_id: None; a NAT gateway's target.
        public_ip: Address that the outside sees.
        instance: The instance.
    """

    token = "network:NatInstance"  # noqa: S105 - a type token
    nat_gateway_id: pulumi.Output[str] | None = None

    def __init__(
        self,
        name: str,
        *,
        instance_type: str,
        vpc_id: pulumi.Input[str],
        cidr: str,
        subnet_id: pulumi.Input[str],
        clients: Mapping[str, str],
        depends_on: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._tags = {**self.tags, "Name": name}
        self.security_group = self._create_security_group(vpc_id, clients)
        self.profile = self._create_profile()
        self.instance = self._create_instance(instance_type, subnet_id, cidr, depends_on)
        self.address = self._create_address()
        self.network_interface_id: pulumi.Output[str] | None = self.instance.primary_network_interface_id
        self.public_ip: pulumi.Output[str] = self.address.public_ip
        self.register_outputs({"instanceId": self.instance.id, "publicIp": self.public_ip})

    def _create_security_group(self, vpc_id: pulumi.Input[str], clients: Mapping[str, str]) -> SecurityGroup:
        protocols = ("tcp", "udp")
        return SecurityGroup(
            f"{self.logical_name}-group",
            vpc_id=vpc_id,
            description="NAT instance: the private subnets in, the internet out",
            ingress=[
                Rule(
                    role=f"{role}-{protocol}",
                    description=f"{protocol} from {role}",
                    protocol=protocol,
                    from_port=0,
                    to_port=65535,
                    cidr=cidr,
                )
                for role, cidr in clients.items()
                for protocol in protocols
            ],
            egress=[
                Rule(
                    role=protocol,
                    description=f"{protocol} to anywhere, on behalf of the private subnets",
                    protocol=protocol,
                    from_port=0,
                    to_port=65535,
                    cidr="0.0.0.0/0",
                )
                for protocol in protocols
            ],
            opts=self.child(),
        )

    def _create_profile(self) -> iam.InstanceProfile:
        role = iam.Role(
            f"{self.logical_name}-role",
            description="NAT instance, managed through Systems Manager",
            assume_role_policy=trust_document("ec2.amazonaws.com"),
            tags=self.tags,
            opts=self.child(),
        )
        iam.RolePolicyAttachment(
            f"{self.logical_name}-role-ssm", role=role.name, policy_arn=_SSM_CORE, opts=self.child()
        )
        return iam.InstanceProfile(f"{self.logical_name}-profile", role=role.name, tags=self.tags, opts=self.child())

    def _create_instance(
        self, instance_type: str, subnet_id: pulumi.Input[str], cidr: str, depends_on: Sequence[pulumi.Resource]
    ) -> ec2.Instance:
        image = ec2.get_ami_output(
            owners=["amazon"],
            most_recent=True,
            filters=[
                {"name": "name", "values": [f"al2023-ami-2023.*-kernel-*-{architecture(instance_type)}"]},
                {"name": "state", "values": ["available"]},
            ],
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        return ec2.Instance(
            self.logical_name,
            ami=image.id,
            instance_type=instance_type,
            subnet_id=subnet_id,
            vpc_security_group_ids=[self.security_group.id],
            iam_instance_profile=self.profile.name,
            # The instance forwards packets that are neither from nor for itself.
            source_dest_check=False,
            user_data=nat_user_data(cidr),
            user_data_replace_on_change=True,
            metadata_options={"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1},
            root_block_device={"encrypted": True, "volume_type": "gp3", "volume_size": 8, "tags": self._tags},
            credit_specification={"cpu_credits": "standard"} if instance_type.startswith("t") else None,
            maintenance_options={"auto_recovery": "default"},
            tags=self._tags,
            opts=self.child(ignore_changes=["ami"], depends_on=list(depends_on)),
        )

    def _create_address(self) -> ec2.Eip:
        address = ec2.Eip(f"{self.logical_name}-address", domain="vpc", tags=self._tags, opts=self.child())
        ec2.EipAssociation(
            f"{self.logical_name}-address",
            allocation_id=address.allocation_id,
            instance_id=self.instance.id,
            opts=self.child(),
        )
        return address
