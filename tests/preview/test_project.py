"""Project and stack files, read as the CLI reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guardrails.resource import UNKNOWN
from tests.preview.case import named, planned
from tierwise.preview.errors import ConfigError
from tierwise.preview.project import load_project, load_stack_config
from tierwise.preview.values import UNKNOWN_SENTINEL, Secret

PROJECT = "name: demo\nruntime: {name: python, options: {virtualenv: .venv}}\n"


def _config(folder: Path, project: str = PROJECT, stack: str | None = "config: {}\n") -> dict[str, str]:
    (folder / "Pulumi.yaml").write_text(project)
    (folder / "__main__.py").touch()
    if stack is not None:
        (folder / "Pulumi.dev.yaml").write_text(stack)
    return load_stack_config(load_project(folder), "dev").values


def _problems(folder: Path, project: str = PROJECT, stack: str | None = "config: {}\n") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _config(folder, project, stack)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]


def test_a_stack_replaces_values_and_objects_whole(tmp_path: Path) -> None:
    project = PROJECT + (
        "config:\n"
        "  aws:region: eu-west-1\n"
        "  size: 3\n"
        "  list: [1, 2]\n"
        "  network: {value: {cidr: 10.0.0.0/16, zones: 2, ratio: 1.5, on: true, none: null}}\n"
        "  typed: {type: integer, default: 5, description: how many}\n"
        "  names: {type: array, items: {type: string}, default: [a]}\n"
    )
    assert _config(tmp_path, project) == {
        "aws:region": "eu-west-1",
        "demo:size": "3",
        "demo:list": "[1,2]",
        "demo:network": '{"cidr":"10.0.0.0/16","none":null,"on":true,"ratio":1.5,"zones":2}',
        "demo:typed": "5",
        "demo:names": '["a"]',
    }
    stack = "config:\n  size: 4\n  demo:network: {cidr: 10.1.0.0/16}\n  demo:config:list: true\n  other:x: y\n"
    values = _config(tmp_path, project, stack)
    assert values["demo:size"] == "4"
    assert json.loads(values["demo:network"]) == {"cidr": "10.1.0.0/16"}
    assert values["demo:list"] == "true"
    assert values["other:x"] == "y"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("Off", "Off"),
        ("y", "y"),
        ("True", True),
        ("~", None),
        ("0x10", 16),
        ("0o17", 15),
        ("017", 15),
        ("1_000", 1000),
        ("-3", -3),
        ("1e3", 1000),
        ("1.50", 1.5),
        ("12:30:45", "12:30:45"),
        ("2027-03-01", "2027-03-01T00:00:00Z"),
        ('"2027-03-01"', "2027-03-01"),
        ("'5'", "5"),
        ("!!str 5", "5"),
        ("1.2.3", "1.2.3"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("018", 18),
    ],
)
def test_scalars_are_those_of_the_clis_parser(tmp_path: Path, text: str, value: object) -> None:
    values = _config(tmp_path, stack=f"config:\n  demo:o: {{a: {text}}}\n")
    assert json.loads(values["demo:o"]) == {"a": value}


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    stack = "config:\n  demo:a: &a {x: 1, y: 2}\n  demo:b: {<<: *a, y: 3}\n"
    assert json.loads(_config(tmp_path, stack=stack)["demo:b"]) == {"x": 1, "y": 3}


def test_a_program_elsewhere_runs_in_its_own_folder(tmp_path: Path) -> None:
    system = tmp_path / "systems" / "pika"
    system.mkdir(parents=True)
    (tmp_path / "shared_part.py").write_text("NAME = 'shared'\n")
    (tmp_path / "__main__.py").write_text(
        "import os, sys, pulumi, pulumi_aws as aws\nfrom shared_part import NAME\n"
        "pulumi.export('where', [os.getcwd(), pulumi.get_root_directory() if hasattr(pulumi, 'get_root_directory')"
        " else pulumi.runtime.get_root_directory(), NAME])\n"
        "aws.s3.Bucket('a')\n"
    )
    (system / "Pulumi.yaml").write_text("name: pika\nruntime: python\nmain: ../..\n")
    (system / "Pulumi.prod.yaml").write_text("config: {aws:region: eu-west-1}\n")
    from tierwise.preview.engine import plan

    result = plan(system, "prod")
    assert result.error is None
    assert result.outputs["where"] == [str(tmp_path), str(system), "shared"]
    assert named(result, "a").source_position == "project:///../../__main__.py#4"
    assert result.resources[0].urn == "urn:pulumi:prod::pika::pulumi:pulumi:Stack::pika-prod"


def test_secure_values_are_secret_unknowns(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        config = pulumi.Config()
        password = config.require_secret("password")
        database = config.require_secret_object("database")
        aws.ssm.Parameter("direct", type="SecureString", value=password)
        aws.ssm.Parameter("nested", type="SecureString", value=database["password"])
        aws.ssm.Parameter("built", type="SecureString", value=f"postgres://{config.require('password')}@host")
        aws.ssm.Parameter("known", type="String", value=database["name"])
        print("password", config.require("password"))
        pulumi.export("password", password)
        """,
        config="""
        config:
          demo:password: {secure: v1:abcdef}
          demo:database: {name: app, password: {secure: v1:123}}
        encryptionsalt: v1:x
        """,
    )
    assert plan.secret_keys == {"demo:password", "demo:database"}
    assert plan.config["demo:password"] == UNKNOWN_SENTINEL
    for name in ("direct", "nested", "built"):
        assert named(plan, name).inputs["value"] == Secret(UNKNOWN), name
    assert named(plan, "known").inputs["value"] == Secret("app")
    assert plan.outputs == {"password": Secret(UNKNOWN)}
    assert [d.message for d in plan.diagnostics] == ["password [secret]"]


@pytest.mark.parametrize(
    ("project", "stack", "problem"),
    [
        (PROJECT, "", "Pulumi.dev.yaml:1  the file is empty"),
        (PROJECT, "# only a comment\n", "Pulumi.dev.yaml:1  the file is empty"),
        (PROJECT, None, "Pulumi.dev.yaml  there is no such file: the project demo has the stacks none"),
        (PROJECT, "config:\n  a: [1\n", "Pulumi.dev.yaml:3:1  invalid YAML"),
        (
            PROJECT,
            "config:\n  a: 1\n  a: 2\n",
            'Pulumi.dev.yaml:3:3  invalid YAML: the key "a" is already defined in line 2',
        ),
        (PROJECT, "config:\n\ta: 1\n", "Pulumi.dev.yaml:2:1  invalid YAML: a tab; indent with spaces"),
        (PROJECT, "- a\n", "Pulumi.dev.yaml:1  a stack file is a mapping"),
        (PROJECT, "config: [a]\n", "Pulumi.dev.yaml:1  `config` must be a mapping"),
        (PROJECT, "config:\n  a:b:c:d: 1\n", "Pulumi.dev.yaml:2  a:b:c:d: a configuration key is"),
        (PROJECT, "environment: [x]\n", "Pulumi.dev.yaml:1  Pulumi ESC environments cannot be read offline"),
        ("runtime: python\n", "config: {}\n", "Pulumi.yaml:1  the project is missing its `name`"),
        ("name: x\nruntime: nodejs\n", "config: {}\n", "Pulumi.yaml:2  the runtime must be python, not 'nodejs'"),
        (PROJECT + "main: nowhere\n", "config: {}\n", "Pulumi.yaml:3  main: there is no program at"),
        ("x", "config: {}\n", "Pulumi.yaml:1  a project file is a mapping"),
        (
            PROJECT + "config:\n  network: {cidr: x}\n",
            "config: {}\n",
            "Pulumi.yaml:4  network: write the value under `value:`; cidr is no attribute",
        ),
        (
            PROJECT + "config:\n  size: {type: integer}\n",
            "config: {}\n",
            "Pulumi.yaml:4  Stack 'dev' is missing configuration value 'size'",
        ),
        (
            PROJECT + "config:\n  size: {type: integer}\n",
            "config:\n  demo:size: big\n",
            "Pulumi.dev.yaml:2  size: the value must be of type 'integer'",
        ),
        (
            PROJECT + "config:\n  names: {type: array, items: {type: integer}}\n",
            "config:\n  names: [a]\n",
            "Pulumi.dev.yaml:2  names: the value must be of type 'array<integer>'",
        ),
        (
            PROJECT + "config:\n  key: {type: string, secret: true}\n",
            "config:\n  key: plain\n",
            "Pulumi.dev.yaml:2  key: the value must be encrypted as it's secret",
        ),
        (
            PROJECT + "config:\n  size: {type: integer, default: x}\n",
            "config: {}\n",
            "Pulumi.yaml:4  The default value specified for configuration key 'size'",
        ),
        (
            PROJECT + "config:\n  aws:region: {default: x}\n",
            "config: {}\n",
            "Pulumi.yaml:4  Configuration key 'aws:region' is not namespaced by the project",
        ),
        (
            PROJECT + "config:\n  a: {type: number}\n",
            "config: {}\n",
            "Pulumi.yaml:4  a: the type 'number' is not one of",
        ),
    ],
)
def test_each_problem_is_one_line(tmp_path: Path, project: str, stack: str | None, problem: str) -> None:
    problems = _problems(tmp_path, project, stack)
    assert len(problems) == 1
    assert problems[0].startswith(problem)
    assert "\n" not in problems[0]


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Pulumi\.yaml  there is no such file: the folder holds no Pulumi project"):
        load_project(tmp_path)


def test_problems_come_all_at_once(tmp_path: Path) -> None:
    project = PROJECT + "config:\n  a: {type: integer}\n  b: {type: boolean}\n"
    assert len(_problems(tmp_path, project, "config: {a: x, b: y}\n")) == 2


def test_an_unknown_stack_names_those_that_exist(tmp_path: Path) -> None:
    _config(tmp_path)
    with pytest.raises(ConfigError, match="the project demo has the stacks dev"):
        load_stack_config(load_project(tmp_path), "prod")
