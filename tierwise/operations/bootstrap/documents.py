"""Policies of the state's bucket and key: pure, so that what is there can be compared with what should be.

A deployment reads and writes objects of the bucket, which the deploy role of an account baseline may not do anywhere
of its own accord. Bucket and key let it in by name; both belong to the role's account, so that this is enough.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

_VERSION: Final = "2012-10-17"


@dataclass(frozen=True)
class Admitted:
    """Who else may use bucket and key, by ARN.

    Attributes:
        writers: Roles that deploy.
        readers: Roles that preview what is deployed: they read every secret in the state.
    """

    writers: Sequence[str] = ()
    readers: Sequence[str] = ()


def bucket_policy(bucket: str, admitted: Admitted) -> dict[str, Any]:
    """No call without TLS, no end of the bucket by mistake, and who may come in.

    Args:
        bucket: Name of the bucket.
        admitted: Who may use it beside those whom their own policies let.
    """
    arn = f"arn:aws:s3:::{bucket}"
    statements: list[dict[str, Any]] = [
        {
            "Sid": "NothingWithoutTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "NobodyDeletesTheState",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["s3:DeleteBucket", "s3:DeleteObjectVersion"],
            "Resource": [arn, f"{arn}/*"],
        },
    ]
    for sid, roles, actions in (
        ("DeployersWrite", admitted.writers, ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]),
        ("PreviewersRead", admitted.readers, ["s3:GetObject"]),
    ):
        if roles:
            who = {"AWS": _names(roles)}
            statements.append(
                {"Sid": sid, "Effect": "Allow", "Principal": who, "Action": actions, "Resource": f"{arn}/*"}
            )
    if everybody := [*admitted.writers, *admitted.readers]:
        statements.append(
            {
                "Sid": "TheyList",
                "Effect": "Allow",
                "Principal": {"AWS": _names(everybody)},
                "Action": ["s3:GetBucketLocation", "s3:ListBucket"],
                "Resource": arn,
            }
        )
    return {"Version": _VERSION, "Statement": statements}


def key_policy(account: str, admitted: Admitted) -> dict[str, Any]:
    """The account's own policies decide, and who may use the key beside them.

    Args:
        account: The account.
        admitted: Who may use it.
    """
    statements: list[dict[str, Any]] = [
        {
            "Sid": "TheAccountDecides",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ]
    for sid, roles, actions in (
        (
            "DeployersEncrypt",
            admitted.writers,
            ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
        ),
        ("PreviewersDecrypt", admitted.readers, ["kms:Decrypt", "kms:DescribeKey"]),
    ):
        if roles:
            who = {"AWS": _names(roles)}
            statements.append({"Sid": sid, "Effect": "Allow", "Principal": who, "Action": actions, "Resource": "*"})
    return {"Version": _VERSION, "Statement": statements}


def same(found: str | None, wanted: dict[str, Any]) -> bool:
    """Whether a policy that AWS keeps says what it should, whatever the order of its keys.

    Args:
        found: Its text; None where there is none.
        wanted: What it should be.
    """
    if found is None:
        return False
    try:
        return _plain(json.loads(found)) == _plain(wanted)
    except ValueError:
        return False


def _names(roles: Sequence[str]) -> str | list[str]:
    # AWS gives a list of one back as a text.
    return roles[0] if len(roles) == 1 else sorted(roles)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in sorted(value.items())}  # pyright: ignore
    if isinstance(value, list):
        plain = [_plain(inner) for inner in value]  # pyright: ignore
        return sorted(plain) if all(isinstance(inner, str) for inner in plain) else plain
    return value
