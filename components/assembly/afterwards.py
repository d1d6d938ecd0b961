"""What a deployment leaves to be done: steps that no resource of the SDK can express."""

from __future__ import annotations

from settings.links import parse_link
from settings.system import Settings


def commands_after_deploy(settings: Settings) -> list[str]:
    """The commands that finish a deployment, in their order; each may be run again without harm.

    Args:
        settings: The stack's settings.
    """
    stack = f"{settings.system}/{settings.stage}"
    commands: list[str] = []
    if _has_database_to_prepare(settings):
        commands.append(f"tierwise db-bootstrap {stack}")
    search = settings.active_search
    if search is not None and search.has_collection and search.indexes:
        commands.append(f"tierwise search bootstrap {stack}")
    if settings.active_bot is not None:
        commands.append(f"tierwise lex publish {stack}")
    return commands


def _has_database_to_prepare(settings: Settings) -> bool:
    """Whether the command can reach a database: Aurora over the Data API, an instance by a task beside its services."""
    if settings.active_aurora is not None and settings.active_aurora.data_api:
        return True
    if settings.database is None or not settings.database.enabled:
        return False
    links = [link for service in settings.active_services.values() for link in service.links]
    return any(parse_link(link).kind == "database" for link in links)
