"""Fails when what becomes a function's archive is larger than Lambda takes: 50 MiB zipped, 250 MiB unpacked.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html

    python package_size.py [FOLDER…]

Without a folder: every archive that a system's configuration names. A folder with a Dockerfile becomes an image, which
has another limit, and is passed over. Python and Node dependencies are brought in first, as the release brings them in.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MEBIBYTE = 1024 * 1024
MOST_ZIPPED = 50 * MEBIBYTE
MOST_UNPACKED = 250 * MEBIBYTE
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", "test", "tests", "README.md")


def archives(root: Path) -> list[str]:
    """The folders that systems name as a function's archive."""
    found: set[str] = set()

    def look(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("archive"), str):
                found.add(node["archive"])
            for value in node.values():
                look(value)
        elif isinstance(node, list):
            for value in node:
                look(value)

    for file in sorted(root.glob("systems/*/Pulumi*.yaml")):
        look(yaml.safe_load(file.read_text(encoding="utf-8")))
    return sorted(found)


@dataclass(frozen=True)
class Size:
    """How large an archive is, in bytes."""

    zipped: int
    unpacked: int

    @property
    def fits(self) -> bool:
        """Whether Lambda takes it."""
        return self.zipped <= MOST_ZIPPED and self.unpacked <= MOST_UNPACKED


def measure(folder: Path) -> Size:
    """The size of a folder's archive."""
    with tempfile.TemporaryFile() as file:
        unpacked = 0
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))
                    unpacked += path.stat().st_size
        return Size(file.tell(), unpacked)


def package(source: Path, target: Path) -> None:
    """Copy a folder and bring in its dependencies."""
    shutil.copytree(source, target, ignore=_LEFT_OUT, symlinks=True)
    if (target / "requirements.txt").is_file():
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary=:all:", "--target", str(target),
             "--requirement", str(target / "requirements.txt")],
            check=True,
        )  # fmt: skip
    if (target / "package-lock.json").is_file():
        subprocess.run(["npm", "ci", "--omit=dev", "--ignore-scripts"], cwd=target, check=True)  # noqa: S607


def main(folders: list[str]) -> int:
    """Measure each and print a line."""
    refused = 0
    for source in map(Path, folders or archives(Path())):
        if not source.is_dir() or (source / "Dockerfile").is_file():
            continue
        with tempfile.TemporaryDirectory() as work:
            target = Path(work) / source.name
            package(source, target)
            size = measure(target)
        verdict = "fits" if size.fits else "is too large"
        zipped, unpacked = size.zipped / MEBIBYTE, size.unpacked / MEBIBYTE
        print(f"{source}  {verdict}: {zipped:.1f} of 50 MiB zipped, {unpacked:.1f} of 250 MiB unpacked")
        refused += not size.fits
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
