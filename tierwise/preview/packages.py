"""Provider packages as the program names them: by a type's token, or registered with parameters."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi.runtime.proto import resource_pb2

from tierwise.preview.urns import package_of


@dataclass(frozen=True, slots=True)
class Package:
    """Where a provider comes from.

    Attributes:
        name: Such as ``aws``.
        version: The SDK's version of it, or "".
        url: Where the plugin would be downloaded from, or "".
    """

    name: str
    version: str
    url: str


class Packages:
    """The packages that a program registered."""

    def __init__(self) -> None:
        self._registered: dict[str, Package] = {}

    def register(self, request: resource_pb2.RegisterPackageRequest) -> str:
        """Note a package, which may have parameters; its reference is made of its name and version."""
        name, version = request.name, request.version
        if request.HasField("parameterization"):
            name, version = request.parameterization.name, request.parameterization.version
        reference = f"{name}@{version}"
        self._registered[reference] = Package(name, version, request.download_url)
        return reference

    def registered(self, reference: str) -> Package | None:
        """The package that a reference names, if any."""
        return self._registered.get(reference)

    def of(self, reference: str, token: str, version: str, url: str) -> Package:
        """The package of a resource or function.

        Args:
            reference: Reference of a registered package, or "".
            token: Token of the type or function, which names the package otherwise.
            version: Version that goes with the token.
            url: Download address that goes with the token.
        """
        return self._registered.get(reference) or Package(package_of(token), version, url)
