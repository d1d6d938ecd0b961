"""The list of types that take tags is the installed SDK's."""

from __future__ import annotations

import re
from pathlib import Path

import pulumi_aws

from guardrails.services.project import taggable

_TOKEN = re.compile(r"super\((\w+), __self__\)\.__init__\(\s*['\"](aws:[^'\"]+)['\"]")


def declared_in(source: str) -> str | None:
    """The type token of a resource module whose inputs have a map of tags, or None."""
    token = _TOKEN.search(source)
    start = source.find("def _internal_init")
    inputs = source[start : source.find("super(", start)]
    return token[2] if token and re.search(r"\n\s+tags: .*Mapping\[str", inputs) else None


def test_the_list_is_the_sdks() -> None:
    root = Path(pulumi_aws.__file__).parent
    modules = (path for path in root.glob("*/*.py") if not path.name.startswith(("_", "get_")))
    found = {token for path in modules if (token := declared_in(path.read_text(encoding="utf-8")))}
    assert taggable() == found
