"""Queries that CloudWatch Logs Insights keeps by name."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.names import Names
from settings.metric_alarms import SavedQuery


class SavedQueries(Component):
    """The queries of ``observability.savedQueries``, in the folder ``<system>/<stage>`` of the console.

    Costs at rest: nothing; a query costs 0.005 USD for each GB that it reads.

    Replaced by: nothing that configuration can change.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_Insights-Saving-Queries.html

    Args:
        name: Logical name.
        settings: Queries by name.
        names: Names of the stack.
        groups: Names of log groups, by whose they are.
        opts: Options of the component.

    Attributes:
        queries: The queries by name.
    """

    token = "observability:SavedQueries"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Mapping[str, SavedQuery],
        names: Names,
        groups: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self.queries = {
            key: cloudwatch.QueryDefinition(
                f"{name}-{key}",
                name=names.secret(key),
                query_string=query.query,
                log_group_names=[groups[log] for log in query.logs],
                opts=self.child(),
            )
            for key, query in settings.items()
        }
        self.register_outputs({})
