"""Masks for what logs must not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from pulumi_aws import cloudwatch

from components.component import Component
from components.documents import json_document

_IDENTIFIER: Final = "arn:aws:dataprotection::aws:data-identifier/"


class LogMasking(Component):
    """A data protection policy for each log group: what it finds is shown as asterisks, and counted.

    Whoever has ``logs:Unmask`` sees the line as it was written.

    Costs at rest: nothing; 0.12 USD for each GB that is written. Nothing replaces a policy but another log group.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html

    Args:
        name: Logical name.
        identifiers: What is masked, by CloudWatch's names.
        groups: Log groups by whose they are.
        opts: Options of the component.
    """

    token = "observability:LogMasking"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        identifiers: Sequence[str],
        groups: Mapping[str, cloudwatch.LogGroup],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        found = [f"{_IDENTIFIER}{identifier}" for identifier in identifiers]
        document = json_document(
            {
                "Name": "mask-personal-data",
                "Version": "2021-06-01",
                "Statement": [
                    {"Sid": "Count", "DataIdentifier": found, "Operation": {"Audit": {"FindingsDestination": {}}}},
                    {"Sid": "Mask", "DataIdentifier": found, "Operation": {"Deidentify": {"MaskConfig": {}}}},
                ],
            }
        )
        for key, group in groups.items():
            cloudwatch.LogDataProtectionPolicy(
                f"{name}-{key}", log_group_name=group.name, policy_document=document, opts=self.child()
            )
        self.register_outputs({})
