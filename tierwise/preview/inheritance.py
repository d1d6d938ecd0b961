"""Options that flow from a resource to what is inside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tierwise.preview.registration import Registration
from tierwise.preview.urns import PROVIDER_PREFIX, package_of


@dataclass(slots=True)
class _Goal:
    """What children take over from a registered resource."""

    provider: str
    protect: bool | None
    retain_on_delete: bool | None
    deleted_with: str


class Inheritance:
    """Who hands down what to whom, as far as resources are registered."""

    def __init__(self) -> None:
        self._goals: dict[str, _Goal] = {}
        self._component_providers: dict[str, dict[str, str]] = {}

    def remember(self, urn: str, registration: Registration, provider: str) -> None:
        """Note a registered resource, so that its children can take over its options.

        Args:
            urn: The resource.
            registration: Its options.
            provider: Reference of its provider, or "".
        """
        if not registration.custom:
            self._component_providers[urn] = registration.providers
        if not registration.remote:
            self._goals[urn] = _Goal(
                provider, registration.protect, registration.retain_on_delete, registration.deleted_with
            )

    def hand_down(self, registration: Registration) -> None:
        """Give a resource what its parent hands down."""
        parent = self._goals.get(registration.parent)
        if parent is not None:
            registration.deleted_with = registration.deleted_with or parent.deleted_with
            if registration.protect is None:
                registration.protect = parent.protect
            if registration.retain_on_delete is None:
                registration.retain_on_delete = parent.retain_on_delete
            if not registration.provider and parent.provider:
                provider_type = parent.provider.split("::")[-3].rpartition("$")[2]
                if provider_type == PROVIDER_PREFIX + package_of(registration.type):
                    registration.provider = parent.provider
        if registration.custom or registration.remote:
            registration.provider = self.provider(
                registration.provider, registration.providers, registration.parent, package_of(registration.type)
            )

    def providers_of(self, component: str) -> Mapping[str, str]:
        """The providers that a component hands down, by package."""
        return self._component_providers.get(component, {})

    def provider(self, explicit: str, own: Mapping[str, str], parent: str, package: str) -> str:
        """The provider to take: the one that is named, one's own, or the parent's; "" for the default provider."""
        if explicit:
            return explicit
        if package in own:
            return own[package]
        return self.providers_of(parent).get(package, "")
