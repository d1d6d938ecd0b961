"""The right to use a customer key, through one AWS service only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi

from components.grant import Statement
from components.names import Names

#: To read what the key encrypts.
READ: Final = ("kms:Decrypt",)
#: To read and write what the key encrypts.
READ_WRITE: Final = ("kms:Decrypt", "kms:GenerateDataKey")


def key_statements(
    names: Names, kms_key_arn: pulumi.Input[str] | None, service: str, actions: Sequence[str] = READ
) -> list[Statement]:
    """The statement that lets a reader of ``service`` use the key; none where AWS's own key encrypts.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service

    Args:
        names: Names of the stack.
        kms_key_arn: The customer key, or None.
        service: The service that calls KMS, such as ``secretsmanager``.
        actions: ``READ`` or ``READ_WRITE``.
    """
    if kms_key_arn is None:
        return []
    via = f"{service}.{names.region}.amazonaws.com"
    sid = f"UseKeyThrough{service.title()}"
    return [
        Statement(
            sid=sid,
            actions=actions,
            resources=[kms_key_arn],
            conditions={"StringEquals": {"kms:ViaService": via}},
        )
    ]
