"""Remote components: those that a provider would expand, expanded here as that provider does."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from guardrails.resource import UNKNOWN
from tierwise.preview.values import Secret

if TYPE_CHECKING:
    from tierwise.preview.plan import PlannedResource
    from tierwise.preview.registration import Registration


class Registrar(Protocol):
    """Takes the children of an expanded component."""

    def register_child(self, registration: Registration) -> PlannedResource:
        """Register a child; it comes back with what is known of its outputs."""
        ...


def _unknown_credentials() -> dict[str, Any]:
    return {"address": UNKNOWN, "username": UNKNOWN, "password": Secret(UNKNOWN)}


@dataclass(frozen=True, slots=True)
class Construction:
    """A remote component being expanded.

    Attributes:
        monitor: Registers the children.
        registration: What the program asked for.
        component: The component as recorded.
        credentials: What to log in to the container registry with: address, username, password.
    """

    monitor: Registrar
    registration: Registration
    component: PlannedResource
    credentials: dict[str, Any] = field(default_factory=_unknown_credentials)


Expansion = Callable[[Construction], dict[str, Any]]

#: The expansion of each known remote component, by type token.
EXPANSIONS: Final[dict[str, Expansion]] = {}


def construct(type_: str, construction: Construction) -> dict[str, Any] | None:
    """Register the children of a remote component.

    Returns:
        The component's outputs, each with the children that it depends on; None when nobody knows what it is made of.
    """
    if not EXPANSIONS:
        importlib.import_module("tierwise.preview.awsx")  # registers itself
    expansion = EXPANSIONS.get(type_)
    return None if expansion is None else expansion(construction)
