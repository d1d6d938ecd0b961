"""The header by which a distribution proves itself to what stands behind it."""

from __future__ import annotations

from typing import Final

#: Header that carries the secret from CloudFront to the load balancer or the API.
ORIGIN_HEADER: Final = "X-Origin-Verify"
