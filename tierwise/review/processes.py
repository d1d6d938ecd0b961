"""The processes that review stacks side by side: the SDK is imported once, and each of them is forked from there."""

from __future__ import annotations

from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from typing import Final

#: What every review needs. Which services of AWS a stack needs is the stack's to say, so none is loaded beforehand.
PRELOADED: Final = (
    "pulumi",
    "pulumi_aws",
    "pulumi_policy",
    "settings.system",
    "tierwise.preview.engine",
    "tierwise.preview.checks",
    "tierwise.review.headline",
    "tierwise.review.next_step",
    "tierwise.review.stack",
    "guardrails.evaluation",
)


def processes() -> BaseContext:
    """Where worker processes come from.

    A fork of this process would be a copy without gRPC's threads, which it would wait for in vain. So a server that has
    imported and done nothing else is forked instead; where the system has none, each process imports for itself.
    """
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([*PRELOADED])
    return context
