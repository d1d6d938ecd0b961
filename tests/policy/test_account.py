"""What an account has once is asked for in the stack that owns its baseline, and in no other."""

from __future__ import annotations

import pytest

import guardrails
from guardrails.services import account
from guardrails.services.workflow import runs_an_hour
from tests.policy.build import TODAY, config, r, stack
from tests.policy.cases.account import CASES

ROOT = r("pulumi:pulumi:Stack", {}, "shop-prod")
#: Rules that ask for something the stack has not got.
ASKING = sorted(rule_id for rule_id, case in CASES.items() if () in case.bad)


def _told(*specs: object, owner: bool) -> set[str]:
    settings = config(account_baseline=owner, levels=dict.fromkeys(ASKING, "mandatory"))
    judged = stack(ROOT, *specs)  # type: ignore[arg-type]
    return {finding.policy for finding in guardrails.evaluate(judged, settings, TODAY)}


def test_the_owner_is_asked_for_everything() -> None:
    # On production no budget action may stop the spending.
    assert set(ASKING) - {"P.Budget.action"} <= _told(owner=True)


def test_no_other_stack_is_asked_for_anything() -> None:
    assert _told(owner=False).isdisjoint(CASES)


def test_what_speaks_for_the_account_is_judged_wherever_it_is_made() -> None:
    assert "GuardDuty.1" in _told(r(account.DETECTOR, {"enable": False}), owner=False)
    assert "Config.1" in _told(r(account.RECORDER, {}), owner=False)


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(1 minute)", 60),
        ("rate(5 minutes)", 12),
        ("rate(2 hours)", 0.5),
        ("rate(0 minute)", 0),
        ("cron(0 9 * * ? *)", 1),
        ("cron(0,30 * * * ? *)", 2),
        ("cron(*/10 * * * ? *)", 6),
        ("cron(0/7 * * * ? *)", 9),
        ("cron(10-19/5 * * * ? *)", 2),
        ("cron(? * * * ? *)", None),
        ("every day", None),
    ],
)
def test_runs_of_a_canary(expression: str, runs: float | None) -> None:
    assert runs_an_hour(expression) == runs
