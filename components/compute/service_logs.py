"""Where a service's log lines go: a group for all of them, and one that keeps the errors for longer."""

from __future__ import annotations

from typing import Final

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.compute.error_logs import ErrorLogs
from components.names import Names

#: What counts as an error: the level of a JSON line, or what a process prints before it can log.
ERROR_PATTERN: Final = "?ERROR ?CRITICAL ?Traceback"


class ServiceLogs(Component):
    """The log groups of one service, ``/<system>/<stage>/<service>`` and ``…/errors``.

    Retention belongs to a group, not to a level, so a subscription copies error lines into the second group.

    Costs at rest: nothing. 0.50 USD a GB written, and 0.03 a GB and month kept; a copied line is written twice.

    Replaced by: another service name.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html

    Args:
        name: Logical name.
        service: The service's name.
        names: Names of the stack.
        retention_days: Days that all lines are kept.
        error_retention_days: Days that the copy of error lines is kept.
        error_logs: What copies error lines; None keeps no copy.
        kms_key_arn: Key that encrypts both; None for AWS's own encryption.
        group_name: Exact name of the first group instead.
        opts: Options of the component.
    """

    token = "compute:ServiceLogs"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        service: str,
        names: Names,
        retention_days: int,
        error_retention_days: int,
        error_logs: ErrorLogs | None,
        kms_key_arn: pulumi.Input[str] | None = None,
        group_name: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, {"service": service}, opts)
        self._kms_key_arn = kms_key_arn
        #: The group's exact name, known before deployment.
        self.group_name: str = group_name or names.path(service)
        self.group_arn: pulumi.Input[str] = names.arn("logs", f"log-group:{self.group_name}")
        self.group = self._create_group(name, self.group_name, retention_days)
        self.error_group: cloudwatch.LogGroup | None = None
        if error_logs is not None and error_retention_days:
            error_name = error_logs.group_name(service)
            self.error_group = self._create_group(f"{name}-errors", error_name, error_retention_days)
            self._copy_errors(error_logs, self.error_group)
        self.register_outputs({"groupName": self.group_name})

    def _create_group(self, name: str, group_name: str, retention_days: int) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            name,
            name=group_name,
            retention_in_days=retention_days,
            kms_key_id=self._kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )

    def _copy_errors(self, error_logs: ErrorLogs, error_group: cloudwatch.LogGroup) -> None:
        cloudwatch.LogSubscriptionFilter(
            f"{self.logical_name}-errors",
            log_group=self.group.name,
            filter_pattern=ERROR_PATTERN,
            destination_arn=error_logs.function.arn,
            # AWS sends a test message at once: permission and destination must exist.
            opts=self.child(depends_on=[error_logs.permission, error_group]),
        )
