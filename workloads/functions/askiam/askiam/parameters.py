"""Parameters of the stack, read once by each instance."""

from __future__ import annotations

import os
from functools import cache

from askiam.aws import client


@cache
def parameter(name: str) -> str:
    """The value of ``/askiam/<stage>/<name>``.

    Args:
        name: Name below system and stage, such as ``app/rag-threshold``.
    """
    full = os.environ["PARAMETER_STORE_PREFIX"] + name
    return client("ssm").get_parameter(Name=full)["Parameter"]["Value"]
