"""``tierwise policies``: every rule, one at length, and how much of AWS's own standard is judged."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from guardrails import rules
from guardrails.page import RUNTIME, coverage
from guardrails.rule import Rule
from tierwise.cli import app
from tierwise.preview.errors import ConfigError
from tierwise.review import catalogue

RUNNER = CliRunner()


def told(*words: str) -> str:
    result = RUNNER.invoke(app, ["policies", *words])
    assert result.exit_code == 0, result.output
    return result.output


def test_every_rule_has_a_line_with_its_levels() -> None:
    lines = told().splitlines()
    for rule in rules():
        (line,) = [line for line in lines if line.startswith(f"{rule.id} ")]
        assert line.split()[1:5] == [rule.severity, *(rule.levels[tier] for tier in ("dev", "staging", "prod"))]
    assert lines[-1].startswith(f"{len(rules())} rules")


def test_a_rule_is_told_at_length_in_any_spelling() -> None:
    text = " ".join(told("s3.9").split())
    assert text.startswith("S3.9 medium")
    for part in ("log its own writes", "BucketLogging(", "mandatory on prod", "CKV_AWS_18", "AwsSolutions-S1", "s3-9"):
        assert part in text


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_each_rule_can_be_told(rule: Rule) -> None:
    text = " ".join(catalogue.rules_at_length([rule.id]).split())
    for part in (rule.id, rule.severity, *rule.types, rule.url, " ".join(rule.fix.split()), " ".join(rule.why.split())):
        assert part in text


def test_a_rule_that_nothing_waives_on_prod_says_so() -> None:
    unwaivable = next(rule for rule in rules() if not rule.waivable)
    assert "nothing waives it on prod" in told(unwaivable.id)
    assert "exceptions: [{rule: S3.9, resource" in told("S3.9")


def test_an_unknown_rule_names_the_nearest() -> None:
    result = RUNNER.invoke(app, ["policies", "S3.9", "S3.99", "nonsense"])
    assert isinstance(result.exception, ConfigError)
    assert result.exception.problems == ['S3.99: no such rule; did you mean "S3.9"?', "nonsense: no such rule"]


def test_json_of_some_rules_and_of_all() -> None:
    (entry,) = json.loads(told("--json", "RDS.3"))
    assert (entry["id"], entry["levels"]["dev"], entry["waivable"]) == ("RDS.3", "mandatory", True)
    assert "storageEncrypted" in entry["reads"]
    assert [entry["id"] for entry in json.loads(told("--json"))] == [rule.id for rule in rules()]


def test_coverage_by_service_adds_up() -> None:
    lines = told("--coverage").splitlines()
    by_service = {line.split()[0]: int(line.split()[1]) for line in lines[1:-1]}
    assert by_service == {row.service: len(row.judged) for row in coverage()}
    judged = [rule for rule in rules() if "FSBP" in rule.frameworks]
    assert sum(by_service.values()) == len(judged)
    assert lines[-1].startswith(f"{len(judged)} controls")
    assert f"{len(RUNTIME)} only the running account" in lines[-1]
    entries = json.loads(told("--coverage", "--json"))
    assert sum(len(entry["judged"]) for entry in entries) == len(judged)


def test_coverage_is_about_every_rule() -> None:
    assert RUNNER.invoke(app, ["policies", "--coverage", "S3.9"]).exit_code == 2
