"""The command line's contract: exit statuses, one line a mistake, and the shape of ``--json``."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from tierwise.exit_status import FINE, REFUSED, UNUSABLE
from tierwise.preview.errors import ConfigError
from tierwise.review.run import run

PROGRAM = """
import pulumi
from pulumi_aws import ssm

config = pulumi.Config()
parameter = ssm.Parameter("greeting", type="String", value=config.require("greeting"), tags={"component": "greeting"})
pulumi.export("arn", parameter.arn)
pulumi.export("secret", pulumi.Output.secret("hunter2-hunter2"))
"""
PROJECT = """
name: shop
runtime: python
main: {main}
config:
  shop:greeting: hello
  aws:region: us-east-1
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a reference system and one more system, both of one parameter."""
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "Pulumi.yaml").write_text(PROJECT.format(main="."))
    system = tmp_path / "systems" / "shop"
    system.mkdir(parents=True)
    (system / "Pulumi.yaml").write_text(PROJECT.format(main="../.."))
    for folder, stages in ((tmp_path, ("dev",)), (system, ("dev", "prod"))):
        for stage in stages:
            (folder / f"Pulumi.{stage}.yaml").write_text("config: {}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def preview(*targets: str, json_file: Path | None = None, judge: bool = False, everything: bool = False) -> int:
    return run(list(targets), everything=everything, json_file=json_file, judge=judge, verbose=False)


def test_nothing_named_means_the_reference_systems_dev(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preview() == FINE
    text = capsys.readouterr().out
    assert "Previewing create (shop/dev):" in text
    assert "aws:ssm:Parameter" in text
    assert "+ 2 to create" in text


def test_the_json_has_the_agreed_shape(repository: Path) -> None:
    assert preview("shop/prod", json_file=repository / "out.json") == FINE
    document = json.loads((repository / "out.json").read_text())
    assert document["schema"] == 1
    entry: dict[str, Any] = document["stacks"]["shop/prod"]
    assert set(entry) >= {"preview", "policies", "cost", "ok", "duration_s"}
    assert set(entry["preview"]) >= {"config", "steps", "diagnostics", "changeSummary"}
    assert entry["preview"]["changeSummary"] == {"create": 2}
    (step,) = [s for s in entry["preview"]["steps"] if s["newState"]["type"] == "aws:ssm/parameter:Parameter"]
    assert step["op"] == "create"
    assert step["newState"]["inputs"]["type"] == "String"
    # The SDK makes a parameter's value secret, whatever it is.
    assert step["newState"]["inputs"]["value"] == "[secret]"
    assert step["newState"]["sourcePosition"].endswith("__main__.py#6")
    cost = entry["cost"]
    assert set(cost) >= {
        "currency",
        "expected",
        "maximum",
        "budget",
        "verdict",
        "lines",
        "unknown",
        "free",
        "unsupported",
    }
    assert cost["verdict"] in {"pass", "warn", "block"}
    assert entry["ok"] is True


def test_a_root_stack_is_keyed_by_its_stage(repository: Path) -> None:
    assert preview("dev", json_file=repository / "out.json") == FINE
    assert list(json.loads((repository / "out.json").read_text())["stacks"]) == ["dev"]


def test_a_secret_is_neither_printed_nor_written(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preview(json_file=repository / "out.json")
    assert "[secret]" in capsys.readouterr().out
    assert "hunter2" not in (repository / "out.json").read_text()


def test_all_reviews_every_stack(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preview(everything=True, json_file=repository / "out.json") == FINE
    assert list(json.loads((repository / "out.json").read_text())["stacks"]) == ["dev", "shop/dev", "shop/prod"]
    assert "shop/prod" in capsys.readouterr().out


def test_a_policy_that_refuses_gives_status_1(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A system alone must be tagged with its owner; this one is not.
    assert preview("shop/prod", judge=True) == REFUSED
    text = capsys.readouterr().out
    assert "[mandatory]" in text
    assert "+ 2 to create" in text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('ssm.Parameter("greeting", typ="String", value="x")', 'did you mean "type"?'),
        ('ssm.Parameter("greeting", type="Sting", value="x")', 'did you mean "String"?'),
        ('ssm.Parameter("greeting", value="x")', "type"),
    ],
)
def test_an_input_that_aws_would_refuse_gives_status_1(
    repository: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    (repository / "__main__.py").write_text(f"from pulumi_aws import ssm\n\n{line}\n")
    assert preview() == REFUSED
    text = capsys.readouterr().out
    assert says in text
    assert "__main__.py:3" in text


def test_a_program_that_raises_shows_the_users_own_line(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "__main__.py").write_text("def build():\n    return {}['missing']\n\n\nbuild()\n")
    assert preview() == REFUSED
    text = capsys.readouterr().out
    assert "KeyError: 'missing'" in text
    assert "__main__.py" in text
    assert "tierwise/preview" not in text


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("Pulumi.dev.yaml", "config:\n  shop:greeting: [unclosed\n", "Pulumi.dev.yaml:"),
        ("Pulumi.yaml", "name: shop\nruntime: python\nconfig: 7\n", "Pulumi.yaml:3"),
        ("Pulumi.yaml", "runtime: python\n", "Pulumi.yaml"),
    ],
)
def test_a_broken_file_gives_status_2_and_one_line(
    repository: Path, capsys: pytest.CaptureFixture[str], file: str, content: str, says: str
) -> None:
    (repository / file).write_text(content)
    assert preview() == UNUSABLE
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert says in line
    assert "Traceback" not in captured.out + captured.err


def test_an_empty_stack_file_is_told_apart_from_an_empty_configuration(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "Pulumi.dev.yaml").write_text("")
    assert preview() == UNUSABLE
    assert capsys.readouterr().err.startswith("Pulumi.dev.yaml")


@pytest.mark.parametrize(("name", "nearest"), [("shpo/prod", "shop/prod"), ("shop/qa", "shop"), ("devv", "dev")])
def test_an_unknown_target_gets_the_nearest_name(repository: Path, name: str, nearest: str) -> None:
    with pytest.raises(ConfigError) as caught:
        preview(name)
    assert f'no such stack; did you mean "{nearest}"?' in caught.value.problems[0]


def test_names_and_all_do_not_go_together(repository: Path) -> None:
    with pytest.raises(ConfigError):
        preview("dev", everything=True)


def test_an_encrypted_value_stays_unknown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack_file = textwrap.dedent("""
        encryptionsalt: v1:abc
        config:
          shop:greeting: {secure: AAABADQXFlU0mxZ8zp3mZtSBVtTrLCmMGBv3QR8fk0Xo}
    """)
    (repository / "Pulumi.dev.yaml").write_text(stack_file)
    assert preview(json_file=repository / "out.json") == FINE
    text = (repository / "out.json").read_text() + capsys.readouterr().out
    assert "AAABADQX" not in text
