"""``tierwise cost``: what stacks cost, and what a change of their configuration would add or save."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.stacks import ROOT, reviewed
from tierwise.exit_status import FINE, REFUSED
from tierwise.preview.errors import ConfigError
from tierwise.review import cost


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def ask(capsys: pytest.CaptureFixture[str], target: str, *what_if: str) -> tuple[int, Any]:
    status = cost.run([target], list(what_if), as_json=True, verbose=False)
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == 1
    return status, document["stacks"][target]


def refused(*what_if: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        cost.run(["phoney/dev"], list(what_if), as_json=False, verbose=False)
    return caught.value.problems


def test_without_a_question_it_is_the_preview_s_cost(capsys: pytest.CaptureFixture[str]) -> None:
    status, entry = ask(capsys, "phoney/dev")
    assert status == FINE
    shown = reviewed("phoney", "dev").to_json()["cost"]
    assert (entry["cost"]["total"], entry["cost"]["verdict"]) == (shown["total"], shown["verdict"])
    assert {json.dumps(line) for line in entry["cost"]["lines"]} == {json.dumps(line) for line in shown["lines"]}
    assert "whatIf" not in entry
    assert cost.run(["phoney/dev"], [], as_json=False, verbose=True) == FINE
    text = capsys.readouterr().out
    assert text.startswith("phoney/dev:\nCost a month at list price:\n")
    assert " × " in text


def test_several_changes_are_made_together(capsys: pytest.CaptureFixture[str]) -> None:
    status, entry = ask(
        capsys, "dev", "services.api-gateway.cpu=512", "services.api-gateway.memory=1024", "database.storageGb=40"
    )
    assert status == FINE
    answer = entry["whatIf"]
    assert answer["changes"] == {
        "services.api-gateway.cpu": 512,
        "services.api-gateway.memory": 1024,
        "database.storageGb": 40,
    }
    changed = {change["resource"]: change["delta"] for change in answer["diff"]["changes"]}
    assert set(changed) == {"api-gateway", "database"}
    # Twice the task for twice the price, and twenty gigabytes of gp3 more.
    before = {line["resource"]: 0.0 for line in entry["cost"]["lines"]}
    for line in entry["cost"]["lines"]:
        if "vCPU" in line["name"] or "memory" in line["name"]:
            before[line["resource"]] += line["expected"]
    assert changed["api-gateway"] == pytest.approx(before["api-gateway"], abs=0.02)
    assert answer["diff"]["delta"] == pytest.approx(sum(changed.values()), abs=0.02)
    assert answer["cost"]["expected"] == pytest.approx(entry["cost"]["expected"] + answer["diff"]["delta"], abs=0.02)


def test_the_answer_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.run(["dev"], ["services.api-gateway.memory=1024"], as_json=False, verbose=False) == FINE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "dev, what if services.api-gateway.memory=1024:"
    assert lines[1].split()[0] == "api-gateway"
    assert lines[1].split()[1].startswith("+$")
    assert lines[2].split()[:2] == ["a", "month"]
    advice = lines.index("Next: to have it so, merge this into Pulumi.dev.yaml")
    assert [line.strip() for line in lines[advice + 1 :]] == [
        "config:",
        "tierwise:overrides:",
        "services:",
        "api-gateway:",
        "memory: 1024",
    ]


def test_what_breaks_the_budget_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, entry = ask(capsys, "dev", "budget.monthly=10")
    assert status == REFUSED
    assert entry["ok"] is False
    assert entry["whatIf"]["cost"]["verdict"] == "block"
    assert entry["cost"]["verdict"] != "block"


def test_what_changes_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cost.run(["dev"], ["services.api-gateway.port=8081"], as_json=False, verbose=False) == FINE
    text = capsys.readouterr().out
    assert "It changes nothing that is paid for." in text
    assert "Next:" not in text


@pytest.mark.parametrize(
    ("what_if", "said"),
    [
        ("functoins.x.memory=1", 'functoins: there is no such key; did you mean "functions"?'),
        ("functions.template-pai.memory=256", 'functions: there is no template-pai; did you mean "template-api"?'),
        (
            "functions.template-api.memroy=256",
            'functions.template-api.memroy: there is no such key; did you mean "memory"?',
        ),
        ("memory", "is written as services.api.cpu=512"),
        ("=3", "is written as services.api.cpu=512"),
        ("budget..monthly=3", "is written as services.api.cpu=512"),
        ("budget.monthly={", "the value is no YAML"),
    ],
)
def test_a_slip_gets_the_nearest_name(what_if: str, said: str) -> None:
    (problem,) = refused(what_if)
    assert problem.startswith(f"--what-if {what_if}  {said}")


def test_a_value_that_is_not_allowed_is_told_at_the_change() -> None:
    (problem,) = refused("functions.template-api.memory=1")
    assert problem.startswith("--what-if functions.template-api.memory=1  functions.template-api.memory: ")


def test_what_does_not_fit_the_rest_is_told_at_the_change_too() -> None:
    with pytest.raises(ConfigError) as caught:
        cost.run(["dev"], ["services.api-gateway.cpu=512"], as_json=False, verbose=False)
    (problem,) = caught.value.problems
    assert problem.startswith(
        "--what-if services.api-gateway.cpu=512  services.api-gateway.memory: memory 512 with cpu 512"
    )


def test_every_slip_is_told_at_once() -> None:
    assert len(refused("functoins.x=1", "budgte.monthly=3")) == 2


def test_a_new_entry_is_a_change_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    status, entry = ask(capsys, "dev", "tables.sessions={partitionKey: id, attributes: {id: string}}")
    assert status in (FINE, REFUSED)
    assert entry["whatIf"]["changes"] == {"tables.sessions": {"partitionKey": "id", "attributes": {"id": "string"}}}


def test_the_plan_that_was_not_asked_about_is_untouched(capsys: pytest.CaptureFixture[str]) -> None:
    _, first = ask(capsys, "dev", "budget.monthly=10")
    _, second = ask(capsys, "dev")
    assert first["cost"] == second["cost"]


def test_the_page_s_example_is_real(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")
    block = page.split("```console\n$ tierwise cost pika/prod\n")[1].split("```")[0]
    command, _, printed = block.partition("\n")
    changes = [text for text in command.split() if "=" in text]
    assert cost.run(["pika/prod"], changes, as_json=False, verbose=False) in (FINE, REFUSED)
    # Prices move; the form, the resources and the advice are what the page shows.
    shown, told = (re.sub(r"\$[\d,.]+\d", "$", text).strip().split("\n") for text in (printed, capsys.readouterr().out))
    assert [" ".join(line.split()) for line in told[:3]] == [" ".join(line.split()) for line in shown[:3]]
    assert told[told.index("") :] == shown[shown.index("") :]
    slip = next(line for line in page.splitlines() if line.startswith("--what-if"))
    with pytest.raises(ConfigError) as caught:
        cost.run(["pika/prod"], [slip.split()[1]], as_json=False, verbose=False)
    assert caught.value.problems == [slip]
