"""Hashes of assets and archives, so that a changed file shows as a changed input."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from tierwise.preview.values import Archive, Asset


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
        """``archive`` with a hash over the names and contents of its members."""
        if archive.kind == "path":
            return replace(archive, hash=self._path(archive.value))
        if archive.kind == "assets" and isinstance(archive.value, dict):
            members = cast("dict[str, Any]", archive.value)  # type: ignore[reportUnknownMemberType]
            digest = hashlib.sha256()
            for name in sorted(members):
                digest.update(f"{name}\0{getattr(members[name], 'hash', None)}\0".encode())
            return replace(archive, hash=digest.hexdigest())
        return archive

    def _path(self, text: str) -> str | None:
        key = os.path.abspath(text)
        if key not in self._paths:
            self._paths[key] = _hash_path(Path(key))
        return self._paths[key]


def _hash_path(path: Path) -> str | None:
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    if not path.is_dir():
        return None
    digest = hashlib.sha256()
    for file in sorted(member for member in path.rglob("*") if member.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(path).as_posix()}\0{content}\0".encode())
    return digest.hexdigest()
