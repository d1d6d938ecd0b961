"""The pages about the pipeline and the machine outputs say what the files do."""

from __future__ import annotations

import re

import pytest
import typer.main
import yaml

from tests.ci.workflows import FOLDER, ROOT, workflow
from tierwise.cli import app
from tierwise.review.issues import OWN_RULES

DELIVERY = (ROOT / "docs/delivery.md").read_text()
MACHINE = (ROOT / "docs/machine-output.md").read_text()


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table whose first column is called `heading`, by their first cell."""
    lines = text[text.index(f"| {heading} |") :].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in cells}


def test_each_systems_branches_are_those_of_the_file() -> None:
    delivery = yaml.safe_load((ROOT / ".github/delivery.yaml").read_text())
    asked = {name: entry["branches"] for name, entry in delivery["systems"].items() if "branches" in entry}
    asked["any other"] = delivery["default"]["branches"]
    told: dict[str, list[str]] = {}
    for names, stages in rows(DELIVERY, "system").items():
        told |= dict.fromkeys(names.split(", "), stages)
    assert told == {
        name: [", ".join(branches.get(branch, [])) for branch in ("feature", "develop", "main")]
        for name, branches in asked.items()
    }


@pytest.mark.requirement("EC2M-105", check="doc")
def test_the_roles_that_approve_are_named() -> None:
    environments = yaml.safe_load((ROOT / ".github/environments.yaml").read_text())["environments"]
    told = {name.strip("`"): cells[0] for name, cells in rows(DELIVERY, "environment").items()}
    assert set(told) == {name for name, entry in environments.items() if entry["reviewers"]}
    words = {"devops-leads": "DevOps lead", "engineering-managers": "engineering manager", "security": "security team",
             "cto": "CTO"}  # fmt: skip
    for name, asked in told.items():
        assert all(words[slug] in asked for slug in environments[name]["reviewers"])
    assert "review afterwards" in DELIVERY


@pytest.mark.requirement("EC2M-09", check="doc")
def test_every_workflow_is_in_the_table_with_what_changes_by_hand() -> None:
    named = set(re.findall(r"`([\w-]+)\.yml`", " ".join(rows(DELIVERY, "file"))))
    assert named == {path.stem for path in FOLDER.glob("*.yml")}
    assert "Nothing is made by hand in AWS" in DELIVERY
    assert "looks for what was changed by hand" in rows(DELIVERY, "file")["`drift.yml`"][1]


def test_every_variable_is_told() -> None:
    used = {name for path in ROOT.glob(".github/**/*.yml") for name in re.findall(r"vars\.([A-Z_]+)", path.read_text())}
    told = set(re.findall(r"`([A-Z_]+)`", " ".join(rows(DELIVERY, "variable"))))
    assert used == told


def test_targets_of_the_makefile_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([\w-]+)`", DELIVERY + MACHINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_machine_outputs_are_flags_of_preview() -> None:
    group = typer.main.get_command(app)
    options = {name for parameter in group.commands["preview"].params for name in parameter.opts}  # type: ignore[attr-defined]
    told = {re.findall(r"--[\w-]+", cell)[0] for cell in rows(MACHINE, "flag")}
    assert told <= options
    assert set(re.findall(r"--[a-z]+", MACHINE)) <= options


def test_every_rule_of_the_previews_own_is_told() -> None:
    told = set(re.findall(r"`([\w-]+)`", " ".join(rows(MACHINE, "rule"))))
    assert set(OWN_RULES) <= told


def test_an_emergency_is_started_by_hand_on_main() -> None:
    assert "emergency" in workflow("deploy")["on"]["workflow_dispatch"]["inputs"]
    assert "*Run workflow* on `main` with *emergency*" in DELIVERY


@pytest.mark.requirement("EC2M-113")
def test_a_pull_request_asks_for_risk_reviews_and_a_way_back() -> None:
    template = (ROOT / ".github/pull_request_template.md").read_text()
    for word in ("RFC", "low:", "medium:", "high:", "peer", "security team", "DevOps lead", "Way back"):
        assert word in template, word
    # The classes are the rows': what is of high risk also asks for the second reviewer that the pipeline names.
    assert "`second-reviewer`" in template
    assert "second-reviewer" in (FOLDER / "comment.yml").read_text()
