"""Errors that end a preview before or outside of the program's own failures."""

from __future__ import annotations

from collections.abc import Sequence


class ConfigError(Exception):
    """The project, the stack or its configuration is wrong: nothing was planned (exit status 2).

    Attributes:
        problems: One line each, such as ``systems/pika/Pulumi.prod.yaml:14  services.gatway: no such service``.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems: list[str] = list(problems)
        super().__init__("\n".join(self.problems))


class EngineError(Exception):
    """The engine refuses what the program asked for, as the real one would (a duplicate URN, an invalid alias …).

    Attributes:
        message: The engine's words, without the severity.
        urn: The resource that it is about, or "".
        source: ``file:line`` of the program's code that asked for it, when known.
    """

    def __init__(self, message: str, urn: str = "", source: str | None = None) -> None:
        self.message = message
        self.urn = urn
        self.source = source
        super().__init__(message)


class OfflineError(RuntimeError):
    """The program tried to reach the network or to start a process while it was being previewed."""
