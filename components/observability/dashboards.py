"""CloudWatch dashboards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.documents import json_document
from components.names import Names
from components.observability.dashboard_widgets import Widget, dashboard_bodies
from components.observability.watched import Watched
from settings.governance import Budget
from settings.observability import Dashboard, Observability


class Dashboards(Component):
    """The dashboards that the settings name, ``<system>-<stage>-service-health`` and so on.

    Costs at rest: 3 USD a month each beyond the account's first three. A change of the name replaces one. A body that
    shows what AWS names itself, such as a load balancer, is unknown until that exists.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html

    Args:
        name: Logical name.
        settings: Which dashboards and what of the application's own.
        budget: The limits to draw.
        names: Names of the stack.
        watched: What exists in the stack.
        alarm_arns: Alarms to show.
        own: Widgets of the system's own, by the dashboard that they stand on.
        opts: Options of the component.

    Attributes:
        dashboards: The dashboards by name.
    """

    token = "observability:Dashboards"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Observability,
        budget: Budget,
        names: Names,
        watched: Watched,
        alarm_arns: Sequence[pulumi.Input[str]] = (),
        own: Mapping[Dashboard, Sequence[Widget]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        bodies = dashboard_bodies(settings, budget, watched, names.region, names.stage, alarm_arns, own)
        # Recorded on the component too, where a plan shows what is known of a body that is not known whole.
        super().__init__(name, {"bodies": bodies}, opts)
        self.dashboards = {
            dashboard: cloudwatch.Dashboard(
                f"{name}-{dashboard}",
                dashboard_name=names.physical(dashboard, limit=255),
                dashboard_body=json_document(body),
                opts=self.child(delete_before_replace=True),
            )
            for dashboard, body in bodies.items()
        }
        self.register_outputs({})
