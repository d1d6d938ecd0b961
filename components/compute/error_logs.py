"""What copies error lines out of the services' log groups: one small function for the whole stack."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pulumi
from pulumi_aws import cloudwatch, lambda_

from components.component import Component
from components.grant import Statement
from components.iam import create_service_role
from components.names import Names

_HANDLER: Final = Path(__file__).parents[2] / "workloads" / "log_copier" / "handler.py"


class ErrorLogs(Component):
    """A Lambda function that CloudWatch Logs calls with matching lines, and that writes them to ``<group>/errors``.

    Costs at rest: nothing. A million calls cost 0.20 USD and a GB-second 0.0000133 USD, after a free allowance.

    Replaced by: nothing that configuration can change.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample

    Args:
        name: Logical name.
        names: Names of the stack.
        retention_days: Days that the function's own log is kept.
        kms_key_arn: Key that encrypts the function's own log; None for AWS's own encryption.
        opts: Options of the component.
    """

    token = "compute:ErrorLogs"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        names: Names,
        retention_days: int,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._names = names
        self.log_group = self._create_log_group(retention_days, kms_key_arn)
        self.function = self._create_function()
        self.permission = self._admit_cloudwatch_logs()
        self.register_outputs({"functionName": self.function.name})

    def group_name(self, service: str) -> str:
        """The name of the group that keeps a service's error lines; the function derives the same name."""
        return f"{self._names.path(service)}/errors"

    def _create_log_group(self, retention_days: int, kms_key_arn: pulumi.Input[str] | None) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            self.logical_name,
            name=self._names.path("error-copier"),
            retention_in_days=retention_days,
            kms_key_id=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )

    def _create_function(self) -> lambda_.Function:
        own_streams = self._names.arn("logs", f"log-group:{self._names.path('error-copier')}:*")
        error_streams = self._names.arn("logs", f"log-group:{self.group_name('*')}:*")
        role = create_service_role(
            self,
            self.logical_name,
            service="lambda.amazonaws.com",
            description="Copies error lines to the groups that keep them",
            names=self._names,
            statements=[
                Statement(
                    sid="WriteLogs",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[own_streams, error_streams],
                )
            ],
        )
        return lambda_.Function(
            self.logical_name,
            description="Copies error lines from a service's log group to the group that keeps them longer",
            runtime="python3.13",
            architectures=["arm64"],
            handler="handler.handle",
            code=pulumi.AssetArchive({"handler.py": pulumi.StringAsset(_HANDLER.read_text(encoding="utf-8"))}),
            memory_size=128,
            timeout=30,
            role=role.arn,
            logging_config={"log_format": "JSON", "log_group": self.log_group.name},
            tags=self.tags,
            opts=self.child(depends_on=role.resources),
        )

    def _admit_cloudwatch_logs(self) -> lambda_.Permission:
        return lambda_.Permission(
            self.logical_name,
            action="lambda:InvokeFunction",
            function=self.function.name,
            principal="logs.amazonaws.com",
            source_account=self._names.account,
            source_arn=self._names.arn("logs", f"log-group:{self._names.path('*')}:*"),
            opts=self.child(),
        )
