"""Property values between the engine's wire, the plan's Python values and the JSON that the cloud's file holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from google.protobuf import struct_pb2

from guardrails.resource import UNKNOWN
from tierwise.preview.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    Archive,
    Asset,
    Decoder,
    ResourceReference,
    Secret,
    flatten,
)


class WireDecoder(Decoder):
    """Decodes what the engine sends.

    Assets keep the hash that came along, as the file may have changed since; those of a resource's last state come with
    nothing but the hash.
    """

    def __init__(self) -> None:
        super().__init__(lambda asset: asset, lambda archive: archive)

    def inputs(self, struct: struct_pb2.Struct) -> dict[str, Any]:
        """A property bag without output wrappers and without members that are null."""
        return {key: flatten(value) for key, value in self.struct(struct).items() if value is not None}

    def _asset(self, fields: Mapping[str, struct_pb2.Value]) -> Any:
        if fields.keys().isdisjoint(("path", "text", "uri")):
            return Asset("text", "", _hash(fields))
        asset = super()._asset(fields)
        return Asset(asset.kind, asset.value, _hash(fields)) if isinstance(asset, Asset) else asset

    def _archive(self, fields: Mapping[str, struct_pb2.Value]) -> Any:
        if fields.keys().isdisjoint(("assets", "path", "uri")):
            return Archive("assets", {}, _hash(fields))
        archive = super()._archive(fields)
        return Archive(archive.kind, archive.value, _hash(fields)) if isinstance(archive, Archive) else archive


def _hash(fields: Mapping[str, struct_pb2.Value]) -> str | None:
    return (fields["hash"].string_value or None) if "hash" in fields else None


def reveal(value: Any) -> Any:
    """``value`` with secrets unwrapped and resource references as their ids, for comparing and computing."""
    match value:
        case Secret():
            return reveal(value.value)
        case ResourceReference():
            return value.id if value.id is not None else value.urn
        case dict():
            return {key: reveal(member) for key, member in cast("dict[str, Any]", value).items()}
        case list():
            return [reveal(member) for member in cast("list[Any]", value)]
        case _:
            return value


def to_json(values: Mapping[str, Any]) -> str:
    """Property values as text for the cloud's file; nothing in them may be unknown."""
    return json.dumps(_plain(dict(values)), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> dict[str, Any]:
    """The property values that ``to_json`` wrote."""
    values: dict[str, Any] = json.loads(text)
    # Name by name, as they came: a mark among the names of the properties themselves marks nothing.
    return {name: _restored(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    match value:
        case Secret():
            return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": _plain(value.value)}
        case Asset():
            return {SIGNATURE_KEY: ASSET_SIGNATURE, value.kind: value.value, "hash": value.hash}
        case Archive():
            return {SIGNATURE_KEY: ARCHIVE_SIGNATURE, value.kind: _plain(value.value), "hash": value.hash}
        case ResourceReference():
            return reveal(value)
        case dict():
            return {key: _plain(member) for key, member in cast("dict[str, Any]", value).items()}
        case list():
            return [_plain(member) for member in cast("list[Any]", value)]
        case _:
            if value is UNKNOWN:
                raise ValueError("an unknown value cannot be stored")
            return value


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return [_restored(member) for member in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Any]", value)
    signature = members.get(SIGNATURE_KEY)
    if signature == SECRET_SIGNATURE:
        return Secret(_restored(members["value"]))
    if signature in (ASSET_SIGNATURE, ARCHIVE_SIGNATURE):
        kind = next(key for key in members if key not in (SIGNATURE_KEY, "hash"))
        made = Asset if signature == ASSET_SIGNATURE else Archive
        return made(kind, _restored(members[kind]), members["hash"])
    return {key: _restored(member) for key, member in members.items()}
