"""The guide to a first deployment says what the command prints and does."""

from __future__ import annotations

import re

import pytest

from tests.docs.guides import ROOT, section_as_written, section_of
from tierwise.operations.bootstrap.bucket import OLD_DAYS
from tierwise.operations.bootstrap.documents import Admitted, bucket_policy
from tierwise.operations.bootstrap.lines import Neighbour, backend_url, next_lines, secrets_provider
from tierwise.operations.bootstrap.run import ALIAS
from tierwise.targets import Target

GUIDE = ROOT / "docs" / "bootstrap.md"


def test_the_commands_of_one_account_are_those_that_are_printed() -> None:
    stacks = [
        Neighbour(Target(ROOT / "systems" / system, system, stage), system, system == "account-baseline", {})
        for system, stage in (("account-baseline", "prod"), ("pika", "dev"))
    ]
    printed = next_lines(
        stacks,
        (),
        root=ROOT,
        url=backend_url("pulumi-state-333333333333-us-east-1", "us-east-1"),
        provider=secrets_provider(ALIAS, "us-east-1"),
        again="tierwise bootstrap account-baseline/prod",
    )
    assert "\n".join(printed) in section_as_written(GUIDE, "One account")


def test_three_accounts_are_the_baselines_three_stages() -> None:
    told = re.findall(r"tierwise bootstrap account-baseline/(\w+)", section_as_written(GUIDE, "Three accounts"))
    assert told == ["dev", "staging", "prod"]
    for stage in told:
        assert (ROOT / f"systems/account-baseline/Pulumi.{stage}.yaml").is_file()


@pytest.mark.parametrize("url", ["azblob://", "gs://", "file://", "s3://", "awskms", "gcpkms://", "azurekeyvault://"])
def test_other_backends_are_pulumis_own(url: str) -> None:
    assert url in section_of(GUIDE, "Pulumi Cloud or another backend")


def test_what_is_made_is_told_as_it_is() -> None:
    made = section_of(GUIDE, "What is made")
    assert f"versions ({OLD_DAYS} days back)" in made
    assert f"key `{ALIAS}`" in made
    sids = [statement["Sid"] for statement in bucket_policy("b", Admitted())["Statement"]]
    assert "NobodyDeletesTheState" in sids
    assert "`NobodyDeletesTheState`" in made


def test_whoever_outgrows_one_machine_needs_nothing_of_ours() -> None:
    beyond = section_of(GUIDE, "Beyond one machine")
    for fact in (
        "Pulumi's own engine",
        "remote backend",
        "your CI's runners",
        "nothing of `tierwise` stands in between",
    ):
        assert fact in beyond


def test_the_ways_to_the_guide() -> None:
    for page in ("README.md", "docs/delivery.md", "docs/operations.md", "systems/account-baseline/README.md"):
        assert "bootstrap.md" in (ROOT / page).read_text(), page
