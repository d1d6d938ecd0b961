"""Hashes of assets and archives, the same ones as the engine's, so that a changed file shows as a changed input."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from tierwise.preview.values import Archive, Asset

_BLOCK: Final = 512
#: Folders that the engine leaves out of archives.
_BOOKKEEPING: Final = ".pulumi"
_FORMATS: Final = (".tar", ".tgz", ".tar.gz", ".zip", ".jar")


class AssetHasher:
    """Fills in hashes, reading each path once."""

    def __init__(self) -> None:
        self._paths: dict[str, str | None] = {}

    def asset(self, asset: Asset) -> Asset:
        """``asset`` with the SHA-256 of its content; without one when it is remote or missing."""
        if asset.kind == "text":
            return replace(asset, hash=hashlib.sha256(asset.value.encode()).hexdigest())
        if asset.kind == "path":
            return replace(asset, hash=self._path(asset.value))
        return asset

    def archive(self, archive: Archive) -> Archive:
        """``archive`` with a hash over the names and contents of its members; without one when some are missing."""
        if archive.kind == "path":
            return replace(archive, hash=self._path(archive.value))
        if archive.kind == "assets" and isinstance(archive.value, dict):
            try:
                return replace(archive, hash=_hash_members(_members(archive)))
            except (OSError, _RemoteError):
                return archive
        return archive

    def _path(self, text: str) -> str | None:
        key = os.path.abspath(text)
        if key not in self._paths:
            self._paths[key] = _hash_path(Path(key))
        return self._paths[key]


class _RemoteError(Exception):
    """A member's content is not on this machine."""


def _hash_path(path: Path) -> str | None:
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    if not path.is_dir():
        return None
    return _hash_members(_folder(path))


def _hash_members(members: Iterator[tuple[str, bytes]]) -> str:
    """The SHA-256 of a tar archive of the members, which is what the engine computes."""
    digest = hashlib.sha256()
    seen: set[str] = set()
    for name, content in members:
        if name not in seen:
            seen.add(name)
            digest.update(_tar_header(name, len(content)))
            digest.update(content)
            digest.update(bytes(-len(content) % _BLOCK))
    digest.update(bytes(2 * _BLOCK))
    return digest.hexdigest()


def _tar_header(name: str, size: int) -> bytes:
    """A POSIX (ustar) header with nothing but name, size and the mode 0600.

    https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
    """
    prefix, short = _split(name.encode())
    header = bytearray(
        short.ljust(100, b"\0")
        + b"0000600\0"  # mode
        + b"0000000\0" * 2  # owner and group
        + b"%011o\0" % size
        + b"00000000000\0"  # time
        + b" " * 8  # the checksum counts as blanks
        + b"0"  # a file
        + bytes(100)  # no link
        + b"ustar\x0000"
        + bytes(64)  # no owner's or group's name
        + b"0000000\0" * 2  # no device
        + prefix.ljust(155, b"\0")
    ).ljust(_BLOCK, b"\0")
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def _split(name: bytes) -> tuple[bytes, bytes]:
    """A name as the header holds it: what is over 100 bytes long is cut at a slash."""
    if len(name) <= 100:
        return b"", name
    cut = name.rfind(b"/", 0, 156)
    return (name[:cut], name[cut + 1 :][:100]) if cut > 0 else (b"", name[:100])


def _members(value: Any) -> Iterator[tuple[str, bytes]]:
    """Names and contents of what is in an archive, in the engine's order."""
    if isinstance(value, Archive) and value.kind == "assets":
        parts = cast("dict[str, Any]", value.value)
        for name in sorted(parts):
            for inner, content in _members(parts[name]):
                yield f"{name}/{inner}" if inner else name, content
    elif isinstance(value, Archive) and value.kind == "path" and not str(value.value).endswith(_FORMATS):
        yield from _folder(Path(os.path.abspath(value.value)))
    elif isinstance(value, Asset) and value.kind == "text":
        yield "", value.value.encode()
    elif isinstance(value, Asset) and value.kind == "path":
        yield "", Path(value.value).read_bytes()
    else:
        raise _RemoteError


def _folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(member for member in folder.rglob("*") if member.is_file()):
        relative = file.relative_to(folder)
        if _BOOKKEEPING not in relative.parts:
            yield relative.as_posix(), file.read_bytes()
