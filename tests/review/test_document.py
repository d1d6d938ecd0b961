"""The document of ``--json``: described, versioned, and what every shipped stack really writes."""

from __future__ import annotations

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.stacks import ROOT, reviewed
from tierwise.review import document_page
from tierwise.review.document import VERSION
from tierwise.review.run import run
from tierwise.targets import all_targets

STACKS = [(target.system, target.stage) for target in all_targets(ROOT)]


@functools.cache
def validator() -> Draft202012Validator:
    schema = document_page.schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(document: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(document)]


def test_the_committed_schema_and_page_are_the_types() -> None:
    assert json.loads(document_page.SCHEMA_FILE.read_text()) == document_page.schema(), "run make generate"
    assert document_page.PAGE.read_text() == document_page.page(), "run make generate"


@pytest.mark.parametrize(
    ("system", "stage"), STACKS, ids=[f"{system or 'reference'}-{stage}" for system, stage in STACKS]
)
def test_every_shipped_stack_is_as_described(system: str, stage: str) -> None:
    entry = reviewed(system, stage).to_json()
    assert problems({"schema": VERSION, "stacks": {"it": json.loads(json.dumps(entry))}}) == []


def test_a_member_that_nobody_described_is_noticed() -> None:
    entry = json.loads(json.dumps(reviewed("phoney", "dev").to_json()))
    entry["cost"]["surprise"] = 1
    (problem,) = problems({"schema": VERSION, "stacks": {"it": entry}})
    assert problem.startswith("$.stacks.it.cost: ")
    assert problems({"schema": VERSION + 1, "stacks": {}})


PROGRAM = """
from pulumi_aws import dynamodb, sqs
{kept}
sqs.Queue("q", name="{name}")
"""


def git(folder: Path, *words: str) -> None:
    subprocess.run(  # noqa: S603
        ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", "-C", str(folder), *words],  # noqa: S607
        check=True,
        capture_output=True,
    )


def test_a_comparison_and_a_program_that_fails_are_as_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = 'dynamodb.Table("t", hash_key="k", attributes=[{"name": "k", "type": "S"}], billing_mode="PAY_PER_REQUEST")'
    program = tmp_path / "__main__.py"
    program.write_text(PROGRAM.format(kept=table, name="a"))
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\nconfig: {aws:region: us-east-1}\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "one")
    monkeypatch.chdir(tmp_path)
    for changed in (PROGRAM.format(kept="", name="b"), "raise ValueError('no')\n"):
        program.write_text(changed)
        run(["dev"], everything=False, json_file=Path("o.json"), judge=True, verbose=False, base="HEAD")
        written = json.loads(Path("o.json").read_text())
        assert problems(written) == []
        entry = written["stacks"]["dev"]
        assert not entry["ok"]
        if "ValueError" not in changed:
            assert entry["diff"]["dataLoss"][0]["blocks"]
            assert {change["op"] for change in entry["diff"]["resources"]} == {"replace", "delete"}
