"""What an invocation costs at list price, us-east-1, x86.

https://aws.amazon.com/lambda/pricing/
"""

from __future__ import annotations

REQUEST = 0.0000002
GB_SECOND = 0.0000166667


def estimate(memory_mb: int, duration_ms: float, requests: int = 1) -> float:
    """USD of ``requests`` invocations of ``duration_ms`` each."""
    gb_seconds = memory_mb / 1024 * duration_ms / 1000
    return (REQUEST + gb_seconds * GB_SECOND) * requests
