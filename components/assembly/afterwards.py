"""What a deployment leaves to be done: steps that no resource of the SDK can express."""

from __future__ import annotations

from settings.system import Settings


def commands_after_deploy(settings: Settings) -> list[str]:
    """The commands that finish a deployment, in their order; each may be run again without harm.

    Args:
        settings: The stack's settings.
    """
    stack = f"{settings.system}/{settings.stage}"
    commands: list[str] = []
    search = settings.active_search
    if search is not None and search.has_collection and search.indexes:
        commands.append(f"tierwise search bootstrap {stack}")
    if settings.active_bot is not None:
        commands.append(f"tierwise lex publish {stack}")
    return commands
