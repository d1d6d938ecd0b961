"""Exit statuses of the command line."""

from __future__ import annotations

from typing import Final

#: Nothing stops the deployment.
FINE: Final = 0
#: A mandatory policy or a resource check failed.
REFUSED: Final = 1
#: The configuration or the command line is wrong.
UNUSABLE: Final = 2
