"""Why the tests of the real engine do not run; apart from them, so that saying it loads nothing."""

from __future__ import annotations

from typing import Final

NO_CLI: Final = "the Pulumi CLI is not on PATH; `tierwise doctor` tells how to get it"
