"""``budget``, ``usage``, ``exceptions``, ``policies``, ``approvals``: spending, and the rules that a stack bends."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import Email, Section, by_tier

#: Days of the month that a daily limit is a share of.
DAYS = 30


class AcknowledgedOverrun(Section):
    """A reviewed decision to spend more than the limit."""

    amount: float = Field(gt=0)
    """USD a month above ``monthly`` that the estimate may reach."""
    reason: Annotated[str, Field(min_length=20)]
    """Why, in at least twenty characters."""


class CostAnomalies(Section):
    """AWS Cost Anomaly Detection of the system's costs, in all its stages of the account: set it in one of them."""

    above_usd: float = Field(gt=0)
    """USD above what AWS expected, from which on a spike is told."""


class Budget(Section):
    """The spending limit: the policy pack refuses a plan above it, and AWS Budgets watches the bill."""

    monthly: float = Field(gt=0)
    """USD a month, above 0."""
    warn_at: float = Field(default=80, gt=0, le=100)
    """Percentage of ``monthly`` at which the preview warns and AWS sends notice."""
    daily: Annotated[float, Field(gt=0)] | Literal["monthly/30"] | None = None
    """USD a day for a second, daily AWS Budget: an amount, or a thirtieth of ``monthly``; null for none."""
    overrun_at: float | None = Field(default=None, gt=100, le=1000)
    """Percentage of ``monthly``, above 100, at which a further notice is sent; null for none."""
    forecast_at: float | None = Field(default=100, gt=0, le=1000)
    """Percentage of ``monthly`` of AWS's forecast at which notice is sent; null for none."""
    anomalies: CostAnomalies | None = None
    """Whether a sudden spike is told, whatever the budget still holds; null for not."""
    by_email: bool = False
    """Whether AWS Budgets writes to ``notifications.emails`` itself, instead of through their topic."""
    unknowns: Literal["warn", "block"] = by_tier("unknown_costs")
    """Whether a cost that cannot be known warns or stops the deployment."""
    acknowledged_overrun: AcknowledgedOverrun | None = None
    """A reviewed decision to spend more."""

    @property
    def daily_limit(self) -> float | None:
        """USD a day, or None."""
        return self.monthly / DAYS if self.daily == "monthly/30" else self.daily


class UsageRange(Section):
    """An assumed monthly quantity and how far it may go."""

    expected: float = Field(ge=0)
    """Quantity a month that the budget is judged by."""
    max: float | None = Field(default=None, ge=0)
    """Quantity in the worst month."""
    why: str | None = None
    """Where the figure comes from."""

    @model_validator(mode="after")
    def _ordered(self) -> UsageRange:
        if self.max is not None and self.max < self.expected:
            raise ValueError(f"max {self.max:g} is below expected {self.expected:g}")
        return self


#: Assumed monthly load: by short resource type or logical name, then by component; null takes an entry back.
Usage = dict[str, dict[str, Annotated[float, Field(ge=0)] | UsageRange] | None]


class PolicyException(Section):
    """A rule that does not hold for a resource, for a while."""

    rule: str
    """Id of the rule, such as ``EC2.9``."""
    resource: str
    """Logical name of the resource, or a glob."""
    reason: Annotated[str, Field(min_length=20)]
    """Why, in at least twenty characters."""
    owner: Email
    """Who answers for it."""
    expires: date
    """Last day that it holds."""


class DataLossApproval(Section):
    """An agreed replacement or deletion of something that holds data, for a while."""

    resource: str
    """Logical name of the resource, or a glob."""
    operation: Literal["replace", "delete"]
    """What may happen to it."""
    reason: Annotated[str, Field(min_length=20)]
    """Why what it holds may be lost, in at least twenty characters."""
    owner: Email
    """Who answers for it."""
    expires: date
    """Last day that it holds."""


class DisabledRule(Section):
    """A rule that is switched off for the whole stack."""

    rule: str
    """Id of the rule."""
    reason: Annotated[str, Field(min_length=20)]
    """Why, in at least twenty characters."""


class Policies(Section):
    """How strictly the policy pack judges this stack."""

    levels: dict[str, Literal["advisory", "mandatory"]] = Field(
        default_factory=dict[str, Literal["advisory", "mandatory"]]
    )
    """Level by rule id, where it differs from the tier's."""
    disabled: tuple[DisabledRule, ...] = ()
    """Rules that are switched off."""
    required_tags: tuple[str, ...] | None = None
    """Tags that every taggable resource must carry; null for project, stage, component, owner and cost-center."""
