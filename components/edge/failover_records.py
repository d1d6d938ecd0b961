"""The records of a name that two regions answer, and what decides between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_aws import route53

from components.component import Component
from components.edge.health_check import HealthCheck
from settings.observability import HealthCheck as HealthCheckSettings
from settings.standby import THRESHOLDS, Traffic


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Where one region answers.

    Attributes:
        target: Address of the API's domain in that region.
        target_zone_id: Hosted zone of that address.
        host: The API's own address, which checks call whatever the record says.
        base_path: What stands before every path there.
    """

    target: pulumi.Input[str]
    target_zone_id: pulumi.Input[str]
    host: pulumi.Input[str]
    base_path: str


class FailoverRecords(Component):
    """A primary and a secondary record of one name, a check of each region, and the switch between them.

    The switch is a calculated check over the first region's, of which the primary record asks. Its threshold says who
    answers: ``tierwise failover`` turns it once the database is promoted, and the configuration makes that last. So
    nobody is sent to a region whose database cannot be written, unless ``traffic`` says that health alone decides.

    Costs at rest: 0.50 USD a month for each of three checks, 1.00 more for each of the two that use HTTPS. A change of
    name replaces the records. A name that has a record without failover loses it for the seconds between.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-configuring.html

    Args:
        name: Logical name.
        zone_id: The hosted zone.
        record_name: The name.
        first: Where the first region answers.
        standby: Where the second does.
        traffic: Who answers.
        check: Path and interval of the checks.
        opts: Options of the component.

    Attributes:
        checks: The checks of the two regions, by ``first`` and ``standby``.
        switch: The switch.
        id: The switch's id.
    """

    token = "edge:FailoverRecords"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        zone_id: pulumi.Input[str],
        record_name: str,
        first: Answer,
        standby: Answer,
        traffic: Traffic,
        check: HealthCheckSettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.checks = {
            place: HealthCheck(
                f"{name}-{place}", settings=check, host=answer.host, base_path=answer.base_path, opts=self.child()
            )
            for place, answer in {"first": first, "standby": standby}.items()
        }
        self.switch = route53.HealthCheck(
            f"{name}-switch",
            type="CALCULATED",
            child_healthchecks=[self.checks["first"].id],
            child_health_threshold=THRESHOLDS[traffic],
            tags={**self.tags, "Name": f"{name}-switch"},
            opts=self.child(),
        )
        self.id: pulumi.Output[str] = self.switch.id
        self._point(record_name, zone_id, "PRIMARY", first, self.switch.id)
        self._point(record_name, zone_id, "SECONDARY", standby, None)
        self.register_outputs({"switch": self.id})

    def _point(
        self,
        record_name: str,
        zone_id: pulumi.Input[str],
        role: Literal["PRIMARY", "SECONDARY"],
        answer: Answer,
        health_check_id: pulumi.Input[str] | None,
    ) -> None:
        route53.Record(
            f"{self.logical_name}-{role.lower()}",
            zone_id=zone_id,
            name=record_name,
            type="A",
            set_identifier=role.lower(),
            failover_routing_policies=[route53.RecordFailoverRoutingPolicyArgs(type=role)],
            health_check_id=health_check_id,
            aliases=[
                route53.RecordAliasArgs(name=answer.target, zone_id=answer.target_zone_id, evaluate_target_health=False)
            ],
            opts=self.child(delete_before_replace=True),
        )
