"""The embedded preview says what the real engine says, for every shipped stack."""

from __future__ import annotations

import functools
import json
from collections import Counter
from typing import Any

import pytest

from tests.engine.engine import ROOT, Engine, needs_cli
from tests.engine.truth import differences, output_differences
from tierwise.preview.deployment import deployment_json
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
    _hold(differences(real, preview_json(ours.plan)))


@pytest.mark.parametrize("key", _KEYS)
def test_same_outputs(key: str, said: Any) -> None:
    (real, events), ours = said(key)
    _hold(output_differences(real, events, preview_json(ours.plan)))


def _hold(found: list[str]) -> None:
    assert not found, "the engine and the preview differ (the engine's value first):\n" + "\n".join(found)


def _verdicts(events: list[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    """What the engine's pack says: rule, level and resource."""
    said = (event["policyEvent"] for event in events if "policyEvent" in event)
    return Counter((event["policyName"], event["enforcementLevel"], event.get("resourceUrn", "")) for event in said)


def _found(review: StackReview) -> Counter[tuple[str, str, str]]:
    """The same from the embedded preview."""
    return Counter(
        ("exception-active" if finding.exception else finding.policy, finding.level, finding.urn)
        for finding in review.findings
    )


@pytest.mark.parametrize("key", _KEYS)
def test_same_findings(key: str, said: Any) -> None:
    (_, events), ours = said(key)
    real = _verdicts(events)
    expected = _found(ours)
    # Where the sandbox knows an account's number that the stack does not name, the engine's pack need not wait for it.
    deferred = {entry for entry in expected - real if entry[0] == "policy-deferred"}
    assert real == Counter({entry: count for entry, count in expected.items() if entry not in deferred})
    assert not deferred or f"{ours.plan.project}:account" not in ours.plan.config
    assert not any("can't run policy" in str(event) for event in events)


@pytest.mark.parametrize("key", _KEYS)
def test_same_findings_from_the_deployment_file(key: str, said: Any, engine: Engine) -> None:
    _, ours = said(key)
    file = engine.places.folder / "deployment.json"
    file.write_text(json.dumps(deployment_json(ours.plan)), encoding="utf-8")
    told = {
        "PULUMI_PROJECT": ours.plan.project,
        "PULUMI_STACK": ours.plan.stack,
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": json.dumps(ours.plan.config),
    }
    done = engine.output(
        "policy", "analyze", "--json", "--file", str(file), "--policy-pack", str(engine.root / "policy"), **told
    )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert any("summaryEvent" in event for event in events), done.stderr
    assert _verdicts(events) == _found(ours)
    assert (done.returncode == 0) == (not any(finding.level == "mandatory" for finding in ours.findings))
