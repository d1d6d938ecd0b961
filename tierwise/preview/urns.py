"""URN arithmetic: how a resource's name, type and parent make its URN, and back."""

from __future__ import annotations

from typing import Final, NamedTuple

ROOT_STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


class UrnParts(NamedTuple):
    """The parts of a URN; ``qualified_type`` holds the ancestors' types too, separated by ``$``."""

    stack: str
    project: str
    qualified_type: str
    name: str

    @property
    def type(self) -> str:
        """The resource's own type token."""
        return self.qualified_type.rpartition("$")[2]


def parse_urn(urn: str) -> UrnParts:
    """Split a URN.

    Raises:
        ValueError: It is not a URN.
    """
    prefix, _, rest = urn.partition("::")
    parts = rest.split("::", 2)
    if not prefix.startswith("urn:pulumi:") or len(parts) != 3:
        raise ValueError(f"invalid URN {urn!r}")
    return UrnParts(prefix.removeprefix("urn:pulumi:"), *parts)


def make_urn(stack: str, project: str, parent: str | None, type_: str, name: str) -> str:
    """The URN of a resource. The stack itself adds no parent type.

    Args:
        stack: The stack's name.
        project: The project's name.
        parent: The parent's URN, or None or "".
        type_: The type token.
        name: The logical name.
    """
    if parent:
        parent_type = parse_urn(parent).qualified_type
        if parent_type != ROOT_STACK_TYPE:
            type_ = f"{parent_type}${type_}"
    return f"urn:pulumi:{stack}::{project}::{type_}::{name}"


def package_of(token: str) -> str:
    """The package of a type or function token; a provider type belongs to the package that it configures."""
    if token.startswith(PROVIDER_PREFIX):
        return token.removeprefix(PROVIDER_PREFIX)
    return token.partition(":")[0]


def urn_is_provider(urn: str) -> bool:
    """True for the URN of a provider."""
    return PROVIDER_PREFIX in urn.split("::")[2].rpartition("$")[2]
