"""Property values as the plan holds them, and their translation from and to Pulumi's wire format.

On the wire a property bag is a protobuf ``Struct`` in which magic keys mark secrets, assets, archives, resource
references and outputs, and one magic string stands for "unknown". In the plan they are plain Python values plus the
small classes below. Numbers that are whole become ``int``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

from guardrails.resource import UNKNOWN

#: The wire's sentinel for a value that is not known yet. A configuration secret that cannot be decrypted offline is
#: read by the program as this very string, so that everything made from it is unknown too.
UNKNOWN_SENTINEL: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
#: Stands for unknown text where the SDK insists on a string; recognized wherever it turns up, alone or inside other
#: text.
UNKNOWN_PLACEHOLDER: Final = f"unknown:{UNKNOWN_SENTINEL}"
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a protocol constant
ASSET_SIGNATURE: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that must never be printed; ``value`` may be UNKNOWN."""

    value: Any

    def __repr__(self) -> str:
        return "Secret([secret])"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's content given to a resource: exactly one of a path, a text or a URI.

    Attributes:
        kind: ``path``, ``text`` or ``uri``.
        value: The path, the text or the URI.
        hash: SHA-256 of the content in hexadecimal, None when the file is not there or the URI is remote.
    """

    kind: str
    value: str
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder, an archive file or a set of assets given to a resource.

    Attributes:
        kind: ``path``, ``uri`` or ``assets``.
        value: The path or the URI, or the members by name for ``assets``.
        hash: SHA-256 that changes whenever the content does, None when it cannot be read.
    """

    kind: str
    value: Any
    hash: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """A resource passed as a value. ``id`` is None for components, UNKNOWN or a string for custom resources."""

    urn: str
    id: Any = None


@dataclass(frozen=True, slots=True)
class OutputValue:
    """An output with its dependencies, as remote components and transforms receive it; never stored in the plan."""

    value: Any
    secret: bool = False
    dependencies: tuple[str, ...] = ()


class Decoder:
    """Turns wire values into Python ones.

    Args:
        hash_asset: Called with each asset to fill in its hash.
        hash_archive: Called with each archive to fill in its hash.
    """

    def __init__(self, hash_asset: Callable[[Asset], Asset], hash_archive: Callable[[Archive], Archive]) -> None:
        self._hash_asset = hash_asset
        self._hash_archive = hash_archive

    def struct(self, struct: struct_pb2.Struct) -> dict[str, Any]:
        """The members of a property bag by name. Members that are null are kept as None."""
        fields, decode = struct.fields, self.value
        # The wire's maps have no order of their own: sorted, so that two runs give the same plan.
        return {key: decode(fields[key]) for key in sorted(fields)}

    def value(self, value: struct_pb2.Value) -> Any:
        """One wire value as Python."""
        kind = value.WhichOneof("kind")
        if kind == "string_value":
            text = value.string_value
            if UNKNOWN_SENTINEL in text:
                return _unknown_text(text)
            return text
        if kind == "bool_value":
            return value.bool_value
        if kind == "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        if kind == "struct_value":
            fields = value.struct_value.fields
            if SIGNATURE_KEY in fields:
                return self._special(fields)
            decode = self.value
            return {key: decode(fields[key]) for key in sorted(fields)}
        if kind == "list_value":
            decode = self.value
            return [decode(member) for member in value.list_value.values]
        return None

    def _special(self, fields: Mapping[str, struct_pb2.Value]) -> Any:
        signature = fields[SIGNATURE_KEY].string_value
        if signature == SECRET_SIGNATURE:
            inner = self.value(fields["value"]) if "value" in fields else None
            return inner if isinstance(inner, Secret) else Secret(inner)
        if signature == RESOURCE_SIGNATURE:
            identity = self.value(fields["id"]) if "id" in fields else None
            return ResourceReference(fields["urn"].string_value, UNKNOWN if identity == "" else identity)
        if signature == OUTPUT_SIGNATURE:
            return OutputValue(
                self.value(fields["value"]) if "value" in fields else UNKNOWN,
                "secret" in fields and fields["secret"].bool_value,
                tuple(v.string_value for v in fields["dependencies"].list_value.values)
                if "dependencies" in fields
                else (),
            )
        if signature == ASSET_SIGNATURE:
            return self._asset(fields)
        if signature == ARCHIVE_SIGNATURE:
            return self._archive(fields)
        raise ValueError(f"a property value has an unknown signature {signature!r}")

    def _asset(self, fields: Mapping[str, struct_pb2.Value]) -> Any:
        for kind in ("path", "text", "uri"):
            if kind in fields:
                value = self.value(fields[kind])
                if not isinstance(value, str):
                    return UNKNOWN
                return self._hash_asset(Asset(kind, value))
        raise ValueError("an asset has neither a path, a text nor a URI")

    def _archive(self, fields: Mapping[str, struct_pb2.Value]) -> Any:
        for kind in ("assets", "path", "uri"):
            if kind in fields:
                value = self.value(fields[kind])
                if value is UNKNOWN:
                    return UNKNOWN
                return self._hash_archive(Archive(kind, value))
        raise ValueError("an archive has neither assets, a path nor a URI")


def _unknown_text(text: str) -> Any:
    if text == UNKNOWN_SENTINEL or UNKNOWN_SENTINEL not in text.replace(UNKNOWN_PLACEHOLDER, ""):
        return UNKNOWN
    # A string built around the sentinel: the program read a configuration secret that is not readable offline.
    return Secret(UNKNOWN)


def readable(text: str) -> str:
    """Text of the program for people: instead of a placeholder it says what is not known, and never shows a secret."""
    if UNKNOWN_SENTINEL not in text:
        return text
    return text.replace(UNKNOWN_PLACEHOLDER, "[unknown]").replace(UNKNOWN_SENTINEL, "[secret]")


def encode(value: Any) -> struct_pb2.Value:
    """One Python value of the plan in wire format."""
    if value is UNKNOWN:
        return struct_pb2.Value(string_value=UNKNOWN_SENTINEL)
    if value is None:
        return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
    if isinstance(value, str):
        return struct_pb2.Value(string_value=value)
    if isinstance(value, bool):
        return struct_pb2.Value(bool_value=value)
    if isinstance(value, (int, float)):
        return struct_pb2.Value(number_value=value)
    if isinstance(value, Mapping):
        return struct_pb2.Value(struct_value=encode_struct(value))  # type: ignore[reportUnknownArgumentType]
    if isinstance(value, Iterable):
        return struct_pb2.Value(list_value=struct_pb2.ListValue(values=[encode(member) for member in value]))  # type: ignore[reportUnknownVariableType]
    return _encode_special(value)


def encode_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """A property bag in wire format."""
    return struct_pb2.Struct(fields={key: encode(value) for key, value in values.items()})


def _encode_special(value: Any) -> struct_pb2.Value:
    match value:
        case Secret():
            fields = {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}
        case Asset():
            fields = {SIGNATURE_KEY: ASSET_SIGNATURE, value.kind: value.value, "hash": value.hash or ""}
        case Archive():
            fields = {SIGNATURE_KEY: ARCHIVE_SIGNATURE, value.kind: value.value, "hash": value.hash or ""}
        case ResourceReference():
            fields: dict[str, Any] = {SIGNATURE_KEY: RESOURCE_SIGNATURE, "urn": value.urn}
            if value.id is not None:
                fields["id"] = "" if value.id is UNKNOWN else value.id
        case OutputValue():
            fields = {SIGNATURE_KEY: OUTPUT_SIGNATURE}
            if value.value is not UNKNOWN:
                fields["value"] = value.value
            if value.secret:
                fields["secret"] = True
            if value.dependencies:
                fields["dependencies"] = list(value.dependencies)
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be a property value")
    return struct_pb2.Value(struct_value=encode_struct(fields))


def flatten(value: Any) -> Any:
    """``value`` without OutputValue wrappers: what the plan stores."""
    if isinstance(value, OutputValue):
        inner = flatten(value.value)
        return Secret(inner) if value.secret and not isinstance(inner, Secret) else inner
    if isinstance(value, dict):
        return {key: flatten(member) for key, member in value.items()}  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [flatten(member) for member in value]  # type: ignore[reportUnknownVariableType]
    if isinstance(value, Secret):
        return Secret(flatten(value.value))
    return value


def output_dependencies(value: Any) -> set[str]:
    """The URNs that the OutputValues inside ``value`` depend on."""
    if isinstance(value, OutputValue):
        return set(value.dependencies) | output_dependencies(value.value)
    if isinstance(value, dict):
        return set[str]().union(*(output_dependencies(member) for member in value.values()))  # type: ignore[reportUnknownArgumentType]
    if isinstance(value, list):
        return set[str]().union(*(output_dependencies(member) for member in value))  # type: ignore[reportUnknownArgumentType]
    if isinstance(value, Secret):
        return output_dependencies(value.value)
    return set()


def plain(value: Any) -> Any:
    """``value`` as rules read it: secrets unwrapped, assets and references as plain dicts, UNKNOWN kept."""
    if isinstance(value, (str, int, float)) or value is None or value is UNKNOWN:
        return value
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}  # type: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [plain(member) for member in value]  # type: ignore[reportUnknownVariableType]
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, (Asset, Archive)):
        return {value.kind: plain(value.value), "hash": value.hash}
    if isinstance(value, ResourceReference):
        return {"urn": value.urn, "id": value.id}
    return value


def contains_unknown(value: Any) -> bool:
    """True when any part of ``value`` is not known."""
    if value is UNKNOWN:
        return True
    if isinstance(value, dict):
        return any(contains_unknown(member) for member in value.values())  # type: ignore[reportUnknownArgumentType]
    if isinstance(value, list):
        return any(contains_unknown(member) for member in value)  # type: ignore[reportUnknownArgumentType]
    if isinstance(value, (Secret, OutputValue)):
        return contains_unknown(value.value)
    return False
