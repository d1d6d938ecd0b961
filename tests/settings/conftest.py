"""A small valid system on disk, to be bent in one place at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings.loader import read
from settings.problems import SettingsError
from settings.system import Settings

SYSTEM = """\
name: shop
runtime: python
config:
  region: {value: us-east-1}
  owner: {value: team@example.com}
  costCenter: {value: shop}
  release: {value: 4f1c2a9e6b7d8035c1e2f4a6987b0d3c5e7f9a1b}
  network:
    value:
      cidr: 10.0.0.0/16
      zones: [us-east-1a, us-east-1b]
      publicSubnets: [10.0.1.0/24, 10.0.2.0/24]
      privateSubnets: [10.0.11.0/24, 10.0.12.0/24]
      databaseSubnets: [10.0.21.0/24, 10.0.22.0/24]
      flowLogs: {enabled: false}
  serviceDefaults:
    value:
      cpu: 256
      memory: 512
  services:
    value:
      gateway: {links: [database, "bucket:uploads/in", "secret:jwt", "service:search"]}
      search: {}
  database:
    value: {version: "16.9"}
  buckets:
    value:
      uploads: {}
  secrets:
    value:
      jwt: {description: Signs tokens, generate: true}
  notifications:
    value: {emails: [team@example.com]}
  observability:
    value: {healthCheck: {enabled: false}}
  budget:
    value: {monthly: 100}
"""

Reader = Callable[..., Settings]


def flatten(project_file: Path, stack_file: Path) -> dict[str, str]:
    """The two files as Pulumi hands them to a program, without the namespace."""
    project = yaml.safe_load(project_file.read_text())
    stack = yaml.safe_load(stack_file.read_text()) or {}

    def text(value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value)

    flat = {key: text(entry["value"]) for key, entry in project["config"].items()}
    flat.update({key.split(":", 1)[1]: text(value) for key, value in (stack.get("config") or {}).items()})
    return flat


@pytest.fixture
def system(tmp_path: Path) -> Reader:
    """Read the small system with some text replaced, or with a stack file of one's own."""

    def read_it(*replacements: tuple[str, str], stack: str = "dev", stack_file: str = "") -> Settings:
        text = SYSTEM
        for old, new in replacements:
            assert old in text, f"{old!r} is not in the sample system"
            text = text.replace(old, new, 1)
        (tmp_path / "Pulumi.yaml").write_text(text)
        (tmp_path / f"Pulumi.{stack}.yaml").write_text(stack_file)
        values = flatten(tmp_path / "Pulumi.yaml", tmp_path / f"Pulumi.{stack}.yaml")
        return read("shop", stack, values, tmp_path)

    return read_it


@pytest.fixture
def refused(system: Reader, tmp_path: Path) -> Callable[..., list[str]]:
    """The problems that a bent system is refused with, file paths shortened to names."""

    def refuse(*replacements: tuple[str, str], **options: Any) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            system(*replacements, **options)
        return [line.replace(f"{tmp_path}/", "") for line in caught.value.problems]

    return refuse
