"""How a secret is addressed before AWS has given it its random suffix."""

from __future__ import annotations

import re
from typing import Final

import pulumi

from components.names import Names

_LOOKS_LIKE_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$")


def has_plain_address(secret_name: str) -> bool:
    """Whether the ARN without its suffix names the secret.

    Secrets Manager takes a hyphen and six characters at the end of an ARN for the suffix that it adds itself, so a name
    that ends like that is found only by its full ARN.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
    """
    return _LOOKS_LIKE_SUFFIX.search(secret_name) is None


def plain_secret_arn(names: Names, secret_name: str) -> pulumi.Input[str]:
    """The secret's ARN without the suffix: known before deployment where the account is."""
    return names.arn("secretsmanager", f"secret:{secret_name}")


def secret_arn_pattern(names: Names, secret_name: str) -> pulumi.Input[str]:
    """The ARN pattern that matches the secret, whatever its suffix, and no other.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html
    """
    return names.arn("secretsmanager", f"secret:{secret_name}-??????")


def parameter_arn(names: Names, parameter_name: str) -> pulumi.Input[str]:
    """The ARN of an SSM parameter whose name starts with a slash."""
    return names.arn("ssm", f"parameter{parameter_name}")
