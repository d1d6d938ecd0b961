"""The records that point a name at the distribution or the load balancer."""

from __future__ import annotations

import pulumi
from pulumi_aws import route53

from components.component import Component


class AliasRecords(Component):
    """Alias records of a name: A, and AAAA where the target answers IPv6.

    Costs nothing, and queries to alias records are free. A change of name replaces them.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html

    Args:
        name: Logical name.
        zone_id: The hosted zone.
        record_name: The name.
        target: Address of the distribution or load balancer.
        target_zone_id: Hosted zone of that address.
        ipv6: Whether the target answers IPv6: a distribution does.
        evaluate_health: Whether Route 53 watches the target: possible for a load balancer.
        opts: Options of the component.

    Attributes:
        records: The records by type.
    """

    token = "edge:AliasRecords"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        zone_id: pulumi.Input[str],
        record_name: str,
        target: pulumi.Input[str],
        target_zone_id: pulumi.Input[str],
        ipv6: bool,
        evaluate_health: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.records = {
            kind: route53.Record(
                f"{name}-{kind.lower()}",
                zone_id=zone_id,
                name=record_name,
                type=kind,
                aliases=[
                    route53.RecordAliasArgs(name=target, zone_id=target_zone_id, evaluate_target_health=evaluate_health)
                ],
                opts=self.child(),
            )
            for kind in (("A", "AAAA") if ipv6 else ("A",))
        }
        self.register_outputs({"name": record_name})
