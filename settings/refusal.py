"""A configuration that cannot be used, as the engine is told of it: the problems, and no traceback."""

from __future__ import annotations

import pulumi

from settings.problems import SettingsError


class RefusedError(pulumi.RunError):
    """Ends the program; the engine prints the message and nothing else.

    Args:
        error: What is wrong.

    Attributes:
        problems: One line for each thing that is wrong, which the preview tells as its own.
    """

    def __init__(self, error: SettingsError) -> None:
        super().__init__(str(error))
        self.problems = error.problems
