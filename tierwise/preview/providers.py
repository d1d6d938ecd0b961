"""Providers: the defaults that the engine makes, references to explicit ones, and the region each of them works in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview.errors import EngineError
from tierwise.preview.packages import Package
from tierwise.preview.urns import PROVIDER_PREFIX
from tierwise.preview.values import UNKNOWN_SENTINEL, Secret

#: Nested in a provider's inputs by the engine, so that its own keys never meet the provider's.
_INTERNAL: Final = "__internal"


class Providers:
    """The providers of one plan.

    Args:
        config: The flat configuration; ``aws:region`` and the like become inputs of default providers.
        secret_keys: Keys of ``config`` that are secret.
        register: Adds a default provider to the plan: type token, name and inputs, to its URN.
    """

    def __init__(
        self,
        config: Mapping[str, str],
        secret_keys: set[str],
        register: Callable[[str, str, dict[str, Any]], str],
    ) -> None:
        self._config = config
        self._secret_keys = secret_keys
        self._register = register
        self._defaults: dict[tuple[str, str, str], str] = {}
        self._inputs: dict[str, dict[str, Any]] = {}

    def reference(self, package: Package, explicit: str, subject: str) -> str:
        """The provider reference of a resource: the explicit one, or the package's default provider, made when needed.

        Args:
            package: The package.
            explicit: An explicit reference, or "".
            subject: Who asks, for the error when default providers are disabled.
        """
        if explicit:
            urn, separator, _ = explicit.rpartition("::")
            if not separator or urn not in self._inputs:
                raise EngineError(f"unknown provider '{explicit}' for resource '{subject}'")
            return explicit
        key = (package.name, package.version, package.url.rstrip("/"))
        reference = self._defaults.get(key)
        if reference is None:
            self._deny(package.name, subject)
            inputs = self._package_config(package.name)
            add_plugin(inputs, package.version, package.url)
            name = "default" + "".join(
                f"_{part}" for part in package.version.replace("-", ".").replace("+", ".").split(".") if part
            )
            urn = self._register(PROVIDER_PREFIX + package.name, name, inputs)
            reference = self._defaults[key] = f"{urn}::{UNKNOWN_SENTINEL}"
        return reference

    def add(self, urn: str, inputs: dict[str, Any]) -> None:
        """Remember a registered provider, so that it can be referred to."""
        self._inputs[urn] = inputs

    def inputs(self, reference: str) -> Mapping[str, Any]:
        """The inputs of the provider that a reference names."""
        return self._inputs.get(reference.rpartition("::")[0], {})

    def region(self, reference: str) -> Any:
        """The AWS region that a provider works in, or UNKNOWN."""
        region = _plain_input(self.inputs(reference).get("region"))
        if region is None:
            region = self._config.get("aws:region")
        return region if isinstance(region, str) and region else UNKNOWN

    def account(self, reference: str) -> Any:
        """The AWS account that a provider is bound to by ``allowedAccountIds``, or UNKNOWN."""
        allowed = _plain_input(self.inputs(reference).get("allowedAccountIds")) or self._config.get(
            "aws:allowedAccountIds"
        )
        if isinstance(allowed, str):
            try:
                allowed = json.loads(allowed)
            except ValueError:
                return UNKNOWN
        if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], (str, int)):  # type: ignore[reportUnknownArgumentType]
            return str(allowed[0]).zfill(12)  # type: ignore[reportUnknownArgumentType]
        return UNKNOWN

    def _deny(self, package: str, subject: str) -> None:
        disabled = self._config.get("pulumi:disable-default-providers")
        if disabled and package != "pulumi":
            names = [str(name).strip() for name in json.loads(disabled)]
            if "*" in names or package in names:
                raise EngineError(
                    f"Default provider for '{package}' disabled. '{subject}' must use an explicit provider."
                )

    def _package_config(self, package: str) -> dict[str, Any]:
        prefix = package + ":"
        return {
            key.removeprefix(prefix): Secret(_secret_value(value)) if key in self._secret_keys else value
            for key, value in self._config.items()
            if key.startswith(prefix)
        }


def add_plugin(inputs: dict[str, Any], version: str, url: str) -> None:
    """Add the plugin's version and download address to a provider's inputs, as the engine does."""
    if version:
        inputs.setdefault(_INTERNAL, {})
        inputs["version"] = version
    if url:
        inputs.setdefault(_INTERNAL, {})["pluginDownloadURL"] = url


def _plain_input(value: Any) -> Any:
    return value.value if isinstance(value, Secret) else value


def _secret_value(value: str) -> Any:
    return UNKNOWN if UNKNOWN_SENTINEL in value else value
