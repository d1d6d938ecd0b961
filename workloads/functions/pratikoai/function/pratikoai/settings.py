"""Configuration from the environment. What is secret or decided by AWS is named there, and read once when asked for."""

from __future__ import annotations

import functools
import json
import os
from pathlib import Path
from typing import Any

#: Written by the build of the archive; an image has its version in the environment.
VERSION_FILE = Path(__file__).with_name("VERSION")


def text(name: str, default: str | None = None) -> str:
    """The variable ``name``, or what the parameter or secret that ``<name>_NAME`` names holds.

    Raises:
        KeyError: Neither is set, and there is no default.
    """
    value = os.environ.get(name)
    if value is not None:
        return value
    reference = os.environ.get(f"{name}_NAME")
    if reference is not None:
        return _fetched(reference)
    if default is None:
        raise KeyError(f"{name} and {name}_NAME are not set")
    return default


def has(name: str) -> bool:
    """Whether the variable, or a reference to its value, is set."""
    return name in os.environ or f"{name}_NAME" in os.environ


def number(name: str, default: int) -> int:
    """The variable as a whole number."""
    return int(text(name, str(default)))


def document(name: str) -> dict[str, Any]:
    """The variable as a JSON object."""
    return json.loads(text(name))


def stage() -> str:
    """The stage that runs: ``local`` outside of AWS."""
    return text("STAGE", "local")


def version() -> str:
    """The commit or digest that runs."""
    if "VERSION" in os.environ:
        return os.environ["VERSION"]
    return VERSION_FILE.read_text().strip() if VERSION_FILE.exists() else "unknown"


@functools.cache
def _fetched(reference: str) -> str:
    from pratikoai import clients

    # Parameters have paths; secrets have names or ARNs.
    if reference.startswith("/"):
        answer = clients.ssm().get_parameters(Names=[reference], WithDecryption=True)
        if not answer["Parameters"]:
            raise KeyError(f"parameter {reference} does not exist")
        return answer["Parameters"][0]["Value"]
    return clients.secrets().get_secret_value(SecretId=reference)["SecretString"]


def forget() -> None:
    """Read parameters and secrets anew."""
    _fetched.cache_clear()
