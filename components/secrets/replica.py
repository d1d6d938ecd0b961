"""A secret as another region has it: the same name and value, under a key of that region."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.names import Names


@dataclass(frozen=True, kw_only=True)
class Replica:
    """Where Secrets Manager keeps a copy of a secret, always up to date.

    Costs: 0.40 USD a month, as any secret.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html

    Attributes:
        names: Names of the stack in that region.
        kms_key_arn: A key of that region; None for AWS's own.
    """

    names: Names
    kms_key_arn: pulumi.Input[str] | None = None
