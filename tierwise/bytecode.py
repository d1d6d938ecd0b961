"""Compiles what the stacks import, once, so that every preview starts fast.

Importing the SDK's modules from source takes three times as long as from bytecode, and the whole SDK is too large to
compile: only the services that the components name are.
"""

from __future__ import annotations

import ast
import compileall
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[1]
#: Packages that every preview loads, whatever the stack holds.
_ALWAYS: Final = (
    "pulumi",
    "pulumi_awsx",
    "grpc",
    "google",
    "opentelemetry",
    "pydantic",
    "yaml",
    "typer",
    "wrapt",
    "semver",
)
_OURS: Final = ("components", "settings", "policy", "tierwise")


def services() -> list[str]:
    """The ``pulumi_aws`` modules that the components import, such as ``ec2``."""
    found: set[str] = set()
    for file in (_ROOT / "components").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "pulumi_aws":
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pulumi_aws."):
                found.add((node.module or "").split(".")[1])
    return sorted(found)


def _folder(package: str) -> Path | None:
    spec = find_spec(package)
    locations = spec.submodule_search_locations if spec is not None else None
    return Path(next(iter(locations))) if locations else None


def compile_all() -> None:
    """Write bytecode for the SDK modules that stacks use and for our own packages, on every core."""
    aws = _folder("pulumi_aws")
    folders = [folder for folder in map(_folder, _ALWAYS) if folder is not None]
    folders += [_ROOT / name for name in _OURS]
    if aws is not None:
        compileall.compile_dir(aws, maxlevels=0, quiet=2, workers=0)
        folders += [aws / service for service in services() if (aws / service).is_dir()]
    for folder in folders:
        compileall.compile_dir(folder, quiet=2, workers=0)


if __name__ == "__main__":
    compile_all()
