"""Fills a function's archive with its dependencies: ``python workloads/build_archive.py FOLDER``.

The folder holds ``requirements.lock``, with a digest for every file, and ``function/``, which is what Lambda gets. The
dependencies go to ``function/vendor``, for Lambda's processor whatever this machine's is; the commit to ``VERSION`` in
the package. The same lock gives the same bytes, so that a second build changes no function. Nothing of this is needed
for a preview.

Status 1 when the archive is larger than Lambda takes.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

#: What Lambda takes: zipped in an upload, and unpacked. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_ZIPPED, MAX_UNPACKED = 50 * 2**20, 250 * 2**20
PLATFORMS = {"ARM64": "aarch64-manylinux_2_28", "X86_64": "x86_64-manylinux_2_28"}
#: The earliest moment that a zip file can name.
_EPOCH = (1980, 1, 1, 0, 0, 0)
#: What the installer leaves that differs from machine to machine, or is never imported.
_LEFT_OUT = ("__pycache__", "bin", ".lock")


def install(lock: Path, target: Path, architecture: str) -> None:
    """Install what ``lock`` names into ``target``: wheels alone, each with its digest checked."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(target)]
    command += ["--python-version", "3.13", "--python-platform", PLATFORMS[architecture]]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--link-mode", "copy", "-r", str(lock)]
    subprocess.run(command, check=True)  # noqa: S603 - its parts are fixed


def build(
    folder: Path, version: str, architecture: str, installer: Callable[[Path, Path, str], None] = install
) -> tuple[int, int]:
    """Fill the archive.

    Args:
        folder: Folder of the function.
        version: Commit that is built.
        architecture: ``ARM64`` or ``X86_64``.
        installer: Puts the dependencies into a folder.

    Returns:
        Its size in bytes, zipped and unpacked.
    """
    function = folder / "function"
    vendor = function / "vendor"
    for entry in vendor.iterdir() if vendor.exists() else ():
        if entry.name != ".gitignore":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    vendor.mkdir(exist_ok=True)
    installer(folder / "requirements.lock", vendor, architecture)
    for name in _LEFT_OUT:
        for entry in sorted(function.rglob(name)):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    # Who installed, and from which folder, differs from machine to machine.
    for pattern in ("*.dist-info/RECORD", "*.dist-info/INSTALLER", "*.dist-info/direct_url.json"):
        for entry in vendor.glob(pattern):
            entry.unlink()
    (package,) = [path.parent for path in function.glob("*/__init__.py")]
    (package / "VERSION").write_text(f"{version}\n")
    packed = pack(function)
    return len(packed), sum(path.stat().st_size for path in function.rglob("*") if path.is_file())


def pack(function: Path) -> bytes:
    """The archive as Lambda would get it, the same for the same files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(function.rglob("*")):
            if path.is_file() and path.name != ".gitignore":
                entry = zipfile.ZipInfo(path.relative_to(function).as_posix(), _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    return content.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Build and measure."""
    parser = argparse.ArgumentParser(prog="build_archive.py", description="Fill a function's archive.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--version", default="unknown", help="commit that is built")
    parser.add_argument("--architecture", choices=sorted(PLATFORMS), default="ARM64")
    options = parser.parse_args(arguments)
    if not (options.folder / "requirements.lock").is_file():
        print(f"{options.folder}: no requirements.lock there", file=sys.stderr)
        return 2
    zipped, unpacked = build(options.folder, options.version, options.architecture)
    print(f"{options.folder}: {zipped / 2**20:.1f} MiB zipped, {unpacked / 2**20:.1f} MiB unpacked")
    if zipped > MAX_ZIPPED or unpacked > MAX_UNPACKED:
        print("Lambda takes 50 MiB zipped and 250 MiB unpacked: split the function", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
