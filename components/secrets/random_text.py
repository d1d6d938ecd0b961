"""Passwords and tokens that AWS makes up."""

from __future__ import annotations

import pulumi
from pulumi_aws import secretsmanager

#: Letters and digits of a made-up value: 190 bits, and nothing that JSON or a URL would have to escape.
LENGTH = 32


def random_text() -> pulumi.Output[str]:
    """A new secret of letters and digits. Each run makes another: what stores it must ignore later changes.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
    """
    made = secretsmanager.get_random_password_output(password_length=LENGTH, exclude_punctuation=True)
    return pulumi.Output.secret(made.random_password)
