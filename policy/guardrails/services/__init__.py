"""The rules, one module a service. Importing a module registers its rules."""

from __future__ import annotations

import importlib
from typing import Final

#: In the order of the catalogue.
MODULES: Final = (
    "pack",
    "s3",
    "rds",
    "network",
    "ec2",
    "elb",
    "containers",
    "cache",
    "iam",
    "keys",
    "edge",
    "messaging",
    "observability",
    "serverless",
    "api",
    "project",
)


def load() -> None:
    """Import every module, so that the registry is complete."""
    for name in MODULES:
        importlib.import_module(f"{__name__}.{name}")
