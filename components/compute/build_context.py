"""Which image a folder builds, known before it is built."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

#: Folders that never reach an image.
_IGNORED: Final = frozenset({".git", "__pycache__", ".pytest_cache", ".ruff_cache", ".venv", "node_modules"})
#: As long as a commit id, so that one rule accepts both.
_LENGTH: Final = 40


def context_tag(folder: Path, platform: str) -> str:
    """A tag of 40 hexadecimal digits for what ``folder`` builds: the same files give the same tag, anywhere.

    Args:
        folder: The build context.
        platform: The platform built for, such as ``linux/arm64``.

    Raises:
        FileNotFoundError: The folder does not exist, or has no Dockerfile.
    """
    if not (folder / "Dockerfile").is_file():
        raise FileNotFoundError(f'build "{folder}": there is no Dockerfile in it (looked in {folder.resolve()})')
    digest = hashlib.sha256(platform.encode())
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if not path.is_file() or _IGNORED.intersection(relative.parts):
            continue
        content = path.read_bytes()
        # Lengths keep a file's end apart from the next one's name.
        for part in (relative.as_posix().encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()[:_LENGTH]
