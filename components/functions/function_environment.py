"""The variables of a function: what it is, what it was configured with, and what its links give. Makes no resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.compute.task_definition import LinkConflictError, image_version, merged_environment
from components.grant import Grant
from components.names import Names

#: Characters of a commit or digest that tell versions apart.
_SHORT = 12


def function_environment(
    names: Names,
    function: str,
    *,
    log_level: str,
    image: pulumi.Input[str] | None,
    configured: Mapping[str, str],
    grants: Sequence[Grant],
) -> dict[str, pulumi.Input[str]]:
    """The plain variables of a function. A secret is named, never held: ``JWT_SECRET`` is found by ``JWT_SECRET_NAME``.

    Lambda reads no secret for a function, so the function reads it itself, once, when an instance starts.
    https://docs.aws.amazon.com/lambda/latest/dg/with-secrets-manager.html

    Args:
        names: Names of the stack.
        function: The function's name.
        log_level: Least level of its own lines.
        image: Image that it runs, for ``VERSION``; None for an archive.
        configured: Variables of its settings.
        grants: What its links give.

    Raises:
        LinkConflictError: Two links, or a link and the configuration, disagree about a variable.
    """
    own: dict[str, pulumi.Input[str]] = {
        "SYSTEM": names.system,
        "STAGE": names.stage,
        "FUNCTION": function,
        "LOG_LEVEL": log_level,
    }
    if isinstance(image, str):
        own["VERSION"] = short_version(image)
    elif image is not None:
        own["VERSION"] = pulumi.Output.from_input(image).apply(short_version)
    return with_references({**own, **merged_environment(configured, grants)}, grants)


def with_references(environment: Mapping[str, pulumi.Input[str]], grants: Sequence[Grant]) -> dict[str, Any]:
    """``environment`` with the name of each secret that ``grants`` give, for a reader that fetches it itself.

    Raises:
        LinkConflictError: A link, and the configuration or another link, disagree about a variable.
    """
    merged: dict[str, pulumi.Input[str]] = dict(environment)
    for grant in grants:
        for variable, address in grant.addresses.items():
            if variable in merged and merged[variable] is not address:
                raise LinkConflictError(f"{variable} is set, and a link sets it too: set it once")
            merged[variable] = address
        for variable, reference in grant.secrets.items():
            name = f"{variable}_NAME"
            value = (
                secret_name(reference)
                if isinstance(reference, str)
                else pulumi.Output.from_input(reference).apply(secret_name)
            )
            if name in merged and merged[name] is not value and merged[name] != value:
                raise LinkConflictError(f"{name} is set, and a link sets it too: set it once")
            merged[name] = value
    return dict(sorted(merged.items()))


def secret_name(reference: str) -> str:
    """The name of the parameter or secret that ``reference`` (a name or an ARN) points to."""
    return reference.rpartition(":secret:")[2]


def short_version(image: str) -> str:
    """The beginning of the commit or digest that an image's address names."""
    return image_version(image).removeprefix("sha256:")[:_SHORT]
