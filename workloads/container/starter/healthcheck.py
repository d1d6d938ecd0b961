"""The container health check, ``python -m starter.healthcheck``: status 0 when this task's /health answers 200.

Uses the standard library alone, because it runs every few seconds on a quarter of a virtual CPU.
"""

from __future__ import annotations

import http.client
import os
import sys

SECONDS = 3


def main() -> int:
    """Ask this task's own port."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8080), timeout=SECONDS)
    try:
        connection.request("GET", "/health")
        return 0 if connection.getresponse().status == 200 else 1
    except OSError:
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
