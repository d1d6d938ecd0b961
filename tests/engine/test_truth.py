"""The embedded preview says what the real engine says, for every shipped stack."""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any

import pytest

from tests.engine.engine import ROOT, Engine, needs_cli
from tests.engine.truth import differences
from tierwise.preview.state import preview_json
from tierwise.review.stack import StackReview, review
from tierwise.targets import Target, all_targets

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("truth")]

_KEYS = [target.key for target in all_targets(ROOT)]
_Said = tuple[dict[str, Any], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def said(engine: Engine) -> Any:
    """What both say about a stack, each asked once."""

    @functools.cache
    def ask(key: str) -> tuple[_Said, StackReview]:
        system, _, stage = key.rpartition("/")
        engine.run("stack", "init", stage, system=system)
        folder = engine.root / "systems" / system if system else engine.root
        pack = "../../policy" if system else "policy"
        ours = review(Target(folder, system, stage))
        return engine.preview(stage, system, "--policy-pack", pack, ok=ours.ok), ours

    return ask


@pytest.mark.parametrize("key", _KEYS)
def test_same_resources(key: str, said: Any) -> None:
    (real, _), ours = said(key)
    assert ours.plan.error is None
    assert differences(real, preview_json(ours.plan)) == []


@pytest.mark.parametrize("key", _KEYS)
def test_same_findings(key: str, said: Any) -> None:
    (_, events), ours = said(key)
    real = Counter(
        (
            event["policyEvent"]["policyName"],
            event["policyEvent"]["enforcementLevel"],
            event["policyEvent"].get("resourceUrn", ""),
        )
        for event in events
        if "policyEvent" in event
    )
    expected = Counter(
        ("exception-active" if finding.exception else finding.policy, finding.level, finding.urn)
        for finding in ours.findings
    )
    # Where the sandbox knows an account's number that the stack does not name, the engine's pack need not wait for it.
    deferred = {entry for entry in expected - real if entry[0] == "policy-deferred"}
    assert real == Counter({entry: count for entry, count in expected.items() if entry not in deferred})
    assert not deferred or f"{ours.plan.project}:account" not in ours.plan.config
    assert not any("can't run policy" in str(event) for event in events)
