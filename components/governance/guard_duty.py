"""The account's GuardDuty detector."""

from __future__ import annotations

import pulumi
from pulumi_aws import guardduty

from components.component import Component


class GuardDuty(Component):
    """The detector of this account and region. There can be one, so one stack at most switches it on.

    Costs by use: 4 USD for a million CloudTrail events and 1 USD a GB of flow and DNS logs, after 30 free days.
    https://docs.aws.amazon.com/guardduty/latest/ug/what-is-guardduty.html

    Args:
        name: Logical name.
        opts: Options of the component.

    Attributes:
        detector: The detector.
    """

    token = "governance:GuardDuty"  # noqa: S105 - a type token

    def __init__(self, name: str, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts=opts)
        self.detector = guardduty.Detector(
            name,
            enable=True,
            finding_publishing_frequency="SIX_HOURS",
            tags=self.tags,
            opts=self.child(),
        )
        self.register_outputs({"id": self.detector.id})
