"""``python -m tierwise.preview.checks.generate`` writes the constraints file from the installed models."""

from __future__ import annotations

import json
import sys
from typing import Any

import pulumi_aws  # noqa: F401  # type: ignore[reportUnusedImport] - registers the type tokens

from tierwise.preview.checks.compilation import compile_type
from tierwise.preview.checks.constraints import DATA
from tierwise.preview.checks.mapping import MAPPINGS
from tierwise.preview.checks.models import (
    engine_versions,
    fargate_sizes,
    member_types,
    regions,
    retired_versions,
    runtime_lifecycle,
    versions,
)
from tierwise.preview.checks.tables import TABLES


def render() -> str:
    """The whole constraints file for the installed botocore, cfn-lint and SDK."""
    lines = [f"# {name} {version}" for name, version in versions().items()]
    for token in sorted(MAPPINGS):
        lines.append(f"{token}\t{_line(compile_type(token, MAPPINGS[token]))}")
    return "\n".join(lines) + "\n"


def render_tables() -> str:
    """The tables file; see ``tables.py`` for what it holds."""
    tables = {
        "lambdaRuntimes": {
            name: {key: dates[key] for key in ("deprecated", "create-block", "successor")}
            for name, dates in sorted(runtime_lifecycle().items())
        },
        "regions": regions(),
        "fargate": fargate_sizes(),
        "rdsVersions": engine_versions(),
        "rdsDeprecated": retired_versions(),
        "containerDefinition": member_types("ecs", "ContainerDefinition"),
    }
    return "{\n" + ",\n".join(f"{_json(name)}:{_json(value)}" for name, value in tables.items()) + "\n}\n"


def _line(blocks: dict[str, dict[str, dict[str, Any]]]) -> str:
    numbers: dict[str, int] = {}
    numbered = {
        block: {name: numbers.setdefault(_json(constraint), len(numbers)) for name, constraint in sorted(props.items())}
        for block, props in sorted(blocks.items())
    }
    return f'{{"c":[{",".join(numbers)}],"b":{_json(numbered)}}}'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    """Write the files."""
    text = render()
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_text(text, encoding="utf-8")
    TABLES.write_text(render_tables(), encoding="utf-8")
    sys.stdout.write(f"{DATA}: {len(text) / 1024:.0f} KiB, {text.count(chr(9))} types\n")


if __name__ == "__main__":
    main()
