"""Every stack that is shipped, under every rule: decided, clean, and with no exception that excuses nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import guardrails
from guardrails.evaluation import CONFIG, ERROR
from guardrails.exceptions import EXPIRED, REFUSED, UNUSED
from guardrails.finding import Finding
from guardrails.stack_config import StackConfig
from tests.support.stacks import ROOT, reviewed

#: A day on which no exception may be about to end unseen: the tests fail before it, not the deployment.
DAY = date(2026, 11, 21)


def _stacks() -> list[tuple[str, str]]:
    """System and stage of every stack file; the reference system, at the root, has no name."""
    files: list[Path] = [*ROOT.glob("Pulumi.*.yaml"), *ROOT.glob("systems/*/Pulumi.*.yaml")]
    return sorted(("" if file.parent == ROOT else file.parent.name, file.suffixes[0][1:]) for file in files)


STACKS = [pytest.param(system, stage, id=f"{system or 'reference'}/{stage}") for system, stage in _stacks()]


def _findings(system: str, stage: str) -> list[Finding]:
    plan = reviewed(system, stage).plan
    return guardrails.evaluate(plan.view(), StackConfig.from_pulumi(plan.config, plan.project, plan.stack), DAY)


def test_there_are_stacks() -> None:
    assert {"dev", "staging", "prod"} <= {stage for system, stage in _stacks() if not system}


@pytest.mark.parametrize(("system", "stage"), STACKS)
def test_every_rule_decides_and_none_is_broken(system: str, stage: str) -> None:
    found = _findings(system, stage)
    assert [f.message for f in found if f.policy in (ERROR, CONFIG)] == []
    assert [f"{f.policy} {f.resource}: {f.message}" for f in found if f.level == "mandatory"] == []


@pytest.mark.parametrize(("system", "stage"), STACKS)
def test_every_exception_excuses_something(system: str, stage: str) -> None:
    assert [f.message for f in _findings(system, stage) if f.policy in (UNUSED, EXPIRED, REFUSED)] == []


@pytest.mark.parametrize(("system", "stage"), STACKS)
def test_no_message_says_that_something_cannot_be_decided(system: str, stage: str) -> None:
    """A shipped program computes nothing from what AWS decides that a rule needs to know."""
    assert [f"{f.policy} {f.message}" for f in _findings(system, stage) if "cannot be decided" in f.message] == []
