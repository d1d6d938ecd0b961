"""Every page names only what exists: files, headings, commands of AWS and of ours, and today's prices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from tests.docs.aws_commands import commands, problems
from tests.docs.guides import ROOT, dead_links
from tests.support.stacks import reviewed
from tierwise.cli import app

PAGES = sorted(
    [
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("systems/*/README.md"),
        *ROOT.glob("workloads/*/README.md"),
        *ROOT.glob("workloads/functions/*/README.md"),
    ]
)
#: "12 USD a month on dev, 80 on staging, 150 on prod".
PRICES = re.compile(r"(\d+) USD a month on dev, (\d+) on staging, (\d+) on prod")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_the_pages_of_every_system_are_among_them() -> None:
    folders = {page.parent.relative_to(ROOT) for page in PAGES}
    for system in ("askiam", "ec2-manager", "phoney", "pika", "pratikoai-mcp"):
        assert {Path("docs") / system, Path("systems") / system} <= folders
    assert {Path("docs/runbooks"), Path("workloads/container")} <= folders


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    assert dead_links(page) == []


@each_page
def test_every_aws_command_exists(page: Path) -> None:
    assert [problem for command in commands(page.read_text()) for problem in problems(*command)] == []


@each_page
def test_every_command_of_ours_exists(page: Path) -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"\btierwise ([a-z][a-z-]*)", page.read_text())) - known == set()


@pytest.mark.parametrize("system", ["askiam", "ec2-manager", "phoney"])
def test_prices_on_a_systems_page_are_those_of_the_preview(system: str) -> None:
    found = PRICES.search(re.sub(r"\s+", " ", (ROOT / "systems" / system / "README.md").read_text()))
    assert found is not None
    for stage, stated in zip(("dev", "staging", "prod"), found.groups(), strict=True):
        estimate = reviewed(system, stage).estimate
        assert estimate is not None
        assert round(estimate.expected) == int(stated), stage


def test_the_check_of_aws_commands_finds_mistakes() -> None:
    page = """
    CLUSTER=$(aws ecs describe-clusterz --cluster x) && aws rds wait db-instance-availabel
    aws rds modify-db-instance --db-instance-identifier "$(aws rds describe-db-instances --nope 1)" --apply-now | x --y
"""
    assert [problem for command in commands(page) for problem in problems(*command)] == [
        "aws ecs has no command describe-clusterz",
        "aws rds has no command wait db-instance-availabel",
        "aws rds modify-db-instance has no option --apply-now",
        "aws rds describe-db-instances has no option --nope",
    ]


def test_the_check_of_links_finds_mistakes(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# Here\n[a](b.md) [b](#here) [c](#there) [d](a.md#nowhere) [e](https://x.example)\n"
    )
    assert dead_links(tmp_path / "a.md") == ["b.md", "#there", "a.md#nowhere"]
