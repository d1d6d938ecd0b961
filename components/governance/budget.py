"""AWS Budgets that watch the bill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
from pulumi_aws import budgets

from components.component import Component
from components.names import Names
from settings.governance import Budget


class SpendingBudgets(Component):
    """A monthly budget with notices of actual and forecast spending, and a daily one where the settings name a limit.

    Costs nothing: budgets without actions are free. A budget counts what carries the stack's ``project`` and ``stage``
    tags, which the billing console must know as cost allocation tags; it counts from the day that they were activated.
    A change of the period replaces a budget.
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create.html

    Args:
        name: Logical name.
        settings: Limits.
        names: Names of the stack.
        topic_arn: Topic that is told; its subscribers are, so ``emails`` are then not told twice.
        topic_policy: The topic's policy; AWS Budgets tries the topic when the budget is made.
        emails: Addresses that are told where there is no topic.
        opts: Options of the component.

    Attributes:
        monthly: The monthly budget.
        daily: The daily budget, or None.

    Raises:
        ValueError: Nobody to tell: AWS refuses a notice without a subscriber.
    """

    token = "governance:SpendingBudgets"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Budget,
        names: Names,
        topic_arn: pulumi.Input[str] | None = None,
        topic_policy: pulumi.Resource | None = None,
        emails: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if topic_arn is None and not emails:
            raise ValueError("budget: nobody to tell; add an address to notifications.emails")
        super().__init__(name, opts=opts)
        self._names = names
        self._subscribers: dict[str, Any] = (
            {"subscriber_email_addresses": [*emails]}
            if topic_arn is None
            else {"subscriber_sns_topic_arns": [topic_arn]}
        )
        self._after = [] if topic_policy is None else [topic_policy]
        self.monthly = self._create_monthly(settings)
        limit = settings.daily_limit
        self.daily = None if limit is None else self._create_daily(limit)
        self.register_outputs({"monthly": self.monthly.name})

    def _create_monthly(self, settings: Budget) -> budgets.Budget:
        notices = [self._notice("ACTUAL", settings.warn_at)]
        if settings.warn_at != 100:
            notices.append(self._notice("ACTUAL", 100))
        if settings.overrun_at is not None:
            notices.append(self._notice("ACTUAL", settings.overrun_at))
        if settings.forecast_at is not None:
            notices.append(self._notice("FORECASTED", settings.forecast_at))
        return self._create("monthly", "MONTHLY", settings.monthly, notices)

    def _create_daily(self, limit: float) -> budgets.Budget:
        # AWS forecasts months, quarters and years, not days.
        return self._create("daily", "DAILY", limit, [self._notice("ACTUAL", 100)])

    def _create(self, role: str, unit: str, limit: float, notices: Sequence[Any]) -> budgets.Budget:
        return budgets.Budget(
            f"{self.logical_name}-{role}",
            name=self._names.physical("budget", role, limit=100),
            budget_type="COST",
            time_unit=unit,
            limit_amount=amount(limit),
            limit_unit="USD",
            metrics="UnblendedCost",
            filter_expression={
                "ands": [
                    {"tags": {"key": key, "values": [value], "match_options": ["EQUALS"]}}
                    for key, value in (("project", self._names.system), ("stage", self._names.stage))
                ]
            },
            notifications=[*notices],
            tags=self.tags,
            opts=self.child(delete_before_replace=True, depends_on=self._after),
        )

    def _notice(self, kind: str, threshold: float) -> Any:
        return {
            "comparison_operator": "GREATER_THAN",
            "notification_type": kind,
            "threshold": threshold,
            "threshold_type": "PERCENTAGE",
            **self._subscribers,
        }


def amount(limit: float) -> str:
    """A limit as AWS Budgets writes it: ``100``, ``4.5``."""
    return f"{limit:.2f}".rstrip("0").rstrip(".")
