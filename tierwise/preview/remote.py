"""Remote components: those that a provider would expand, expanded here as that provider does."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tierwise.preview.monitor import Monitor
    from tierwise.preview.plan import PlannedResource
    from tierwise.preview.registration import Registration


@dataclass(frozen=True, slots=True)
class Construction:
    """A remote component being expanded.

    Attributes:
        monitor: Registers the children.
        registration: What the program asked for.
        component: The component as recorded.
    """

    monitor: Monitor
    registration: Registration
    component: PlannedResource


Expansion = Callable[[Construction], dict[str, Any]]

#: The expansion of each known remote component, by type token.
EXPANSIONS: Final[dict[str, Expansion]] = {}


def construct(type_: str, construction: Construction) -> dict[str, Any] | None:
    """Register the children of a remote component.

    Returns:
        The component's outputs, or None when nobody knows what it is made of.
    """
    if not EXPANSIONS:
        importlib.import_module("tierwise.preview.awsx")  # registers itself
    expansion = EXPANSIONS.get(type_)
    return None if expansion is None else expansion(construction)
