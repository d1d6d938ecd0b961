"""The rules, one module a service. Importing the package registers them all."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Final

from guardrails.rule import REGISTRY, Rule

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
    "account",
    "trail",
    "backup",
    "search",
    "workflow",
    "deputy",
    "project",
)


def rules() -> Iterable[Rule]:
    """Every rule, in the order of the catalogue."""
    return tuple(REGISTRY)


# Here and not on demand: whichever module is wanted first, the order is this one.
for _name in MODULES:
    importlib.import_module(f"{__name__}.{_name}")
