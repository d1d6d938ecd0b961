"""The policy pack with a program that knows nothing of Tierwise, through the real CLI: levels, refusals, repairs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.engine import Engine, needs_cli

pytestmark = [pytest.mark.engine, needs_cli, pytest.mark.xdist_group("pack-alone")]

PROGRAM = """
from pulumi_aws import rds, s3

uploads = s3.Bucket("uploads")
s3.BucketPublicAccessBlock("uploads", bucket=uploads.id, block_public_acls=True)
rds.Instance(
    "db", engine="postgres", engine_version="17.6", instance_class="db.t4g.micro", allocated_storage=20,
    username="app", manage_master_user_password=True, skip_final_snapshot=True,
)
"""
PROJECT = """
name: shop
runtime:
  name: python
  options: {toolchain: pip, virtualenv: ../../.venv}
config:
  aws:region: us-east-1
"""


@pytest.fixture(scope="module")
def shop(engine: Engine) -> Engine:
    """A project with no section of ours in its configuration."""
    folder = engine.root / "systems" / "shop"
    folder.mkdir()
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "Pulumi.yaml").write_text(PROJECT)
    engine.run("stack", "init", "dev", system="shop")
    return engine


def told(engine: Engine, asked: Mapping[str, Any] | None = None, *, ok: bool = False) -> list[dict[str, Any]]:
    """What the policies tell of the stack, with this ``--policy-pack-config``."""
    arguments = ["--policy-pack", "../../policy"]
    if asked is not None:
        file = engine.root / "levels.json"
        file.write_text(json.dumps(asked))
        arguments += ["--policy-pack-config", str(file)]
    _, events = engine.preview("dev", "shop", *arguments, ok=ok)
    return events


def levels(events: list[dict[str, Any]]) -> dict[str, str]:
    found = [event["policyEvent"] for event in events if "policyEvent" in event]
    return {event["policyName"]: event["enforcementLevel"] for event in found}


def test_its_defaults_judge_a_stranger(shop: Engine) -> None:
    found = levels(told(shop))
    assert found["RDS.3"] == found["S3.5"] == "mandatory"
    assert found["RDS.5"] == found["P.Budget.declared"] == "advisory"
    assert "policy-config" not in found
    assert "policy-error" not in found


def test_levels_are_what_was_asked_for(shop: Engine) -> None:
    reason = "the data can be made anew in an hour"
    found = levels(
        told(
            shop,
            {
                "RDS.3": "advisory",
                "RDS.5": "mandatory",
                "P.RDS.cmk": "advisory",
                "RDS.8": {"enforcementLevel": "disabled", "reason": reason},
            },
        )
    )
    assert found["RDS.3"] == found["P.RDS.cmk"] == "advisory"
    assert found["RDS.5"] == "mandatory"
    assert "RDS.8" not in found
    assert "policy-config" not in found


def test_what_is_asked_wrongly_stops_the_preview(shop: Engine) -> None:
    events = told(shop, {"RDS.333": "advisory", "RDS.8": "disabled", "all": "advisory"})
    messages = [
        e["policyEvent"]["message"] for e in events if e.get("policyEvent", {}).get("policyName") == "policy-config"
    ]
    assert any('no such rule "RDS.333"; did you mean "RDS.3"?' in message for message in messages)
    assert any("RDS.8 may be disabled only with a reason" in message for message in messages)
    assert levels(events)["policy-config"] == "mandatory"
    assert levels(events)["RDS.8"] == "advisory"


def test_repairs_change_the_resource_and_satisfy_the_rule(shop: Engine) -> None:
    before = levels(told(shop))
    assert {"S3.8", "P.Tags"} <= set(before)
    tags = {name: name for name in ("project", "stage", "component", "owner", "cost-center")}
    asked = {"fix-public-access-block": "remediate", "fix-tags": {"enforcementLevel": "remediate", "tags": tags}}
    events = told(shop, asked)
    assert not {"S3.8", "P.Tags"} & set(levels(events))
    repaired = {
        (event["policyRemediationEvent"]["policyName"], event["policyRemediationEvent"]["resourceUrn"].split("::")[-1])
        for event in events
        if "policyRemediationEvent" in event
    }
    assert {("fix-public-access-block", "uploads"), ("fix-tags", "db")} <= repaired
    planned = next(
        event["resourcePreEvent"]["metadata"]["new"]["inputs"]
        for event in events
        if event.get("resourcePreEvent", {}).get("metadata", {}).get("type")
        == "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    )
    assert [planned[flag] for flag in ("blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")] == [True] * 3
