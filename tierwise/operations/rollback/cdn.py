"""The distribution: what it keeps of a bad release is thrown away."""

from __future__ import annotations

from typing import Final

from tierwise.operations.operation import Operation
from tierwise.operations.rollback.moves import Move

_PATHS: Final = ("/*",)


def plan_cdn(operation: Operation) -> list[Move]:
    """An invalidation of everything; one path costs nothing."""
    distribution = operation.stack.output("distributionId")
    return [] if not distribution else [Move("cdn", str(distribution), "cached", "empty")]


def apply_cdn(operation: Operation, move: Move) -> None:
    """Ask for the invalidation; CloudFront has it done within a minute or two."""
    invalidate(operation, move.name)


def invalidate(operation: Operation, distribution: str) -> None:
    """Empty a distribution's caches.

    Args:
        operation: The command.
        distribution: Its id.
    """
    # One reference for one run: a repeated request is not a second invalidation.
    reference = f"{operation.command}-{int(operation.console.clock.now())}"
    operation.aws.change(
        "cloudfront",
        "CreateInvalidation",
        DistributionId=distribution,
        InvalidationBatch={
            "Paths": {"Quantity": len(_PATHS), "Items": list(_PATHS)},
            "CallerReference": reference,
        },
    )
