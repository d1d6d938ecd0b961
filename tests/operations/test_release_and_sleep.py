"""Release windows, deployments of functions, sleep, leftovers: and what each must leave alone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.operations.conftest import ROOT, Desk, Result
from tests.operations.test_common import cli
from tests.operations.test_smoke_requests import account_of
from tests.support import running
from tierwise.operations.console import Clock
from tierwise.operations.release import Releases, judge, read_releases

EC2M = "ec2-manager/prod"
PACIFIC = ZoneInfo("America/Los_Angeles")


def at(desk: Desk, moment: datetime) -> None:
    desk.monkeypatch.setattr(Clock, "now", lambda _: moment.timestamp())


def check(desk: Desk, *more: str) -> Result:
    desk.sign_in(account_of(EC2M))
    return desk.tierwise("release", "check", EC2M, *more, "--json", str(desk.folder / "r.json"))


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2026, 7, 1, 8, 0, tzinfo=PACIFIC), True),
        (datetime(2026, 7, 1, 7, 59, tzinfo=PACIFIC), False),
        (datetime(2026, 7, 1, 17, 59, tzinfo=PACIFIC), True),
        (datetime(2026, 7, 1, 18, 0, tzinfo=PACIFIC), False),
        # Summer and winter differ from UTC by seven and by eight hours.
        (datetime(2026, 7, 1, 15, 0, tzinfo=UTC), True),
        (datetime(2026, 12, 1, 15, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 16, 0, tzinfo=UTC), True),
    ],
)
def test_production_is_released_from_8_to_18_in_the_pacific(desk: Desk, moment: datetime, open_: bool) -> None:
    at(desk, moment)
    found = check(desk)
    assert (found.status, found.document["allowed"]) == ((0, True) if open_ else (1, False))


def test_an_emergency_is_released_at_any_time_and_says_who_approves(desk: Desk) -> None:
    at(desk, datetime(2026, 7, 1, 3, 0, tzinfo=PACIFIC))
    found = check(desk, "--emergency")
    assert found.status == 0
    assert "cto approves, and it is reviewed afterwards" in found.out


def test_once_a_day_by_the_record(desk: Desk) -> None:
    desk.sign_in(account_of(EC2M))
    at(desk, datetime(2026, 7, 1, 9, 0, tzinfo=PACIFIC))
    assert desk.tierwise("release", "note", EC2M).status == 0
    at(desk, datetime(2026, 7, 1, 17, 0, tzinfo=PACIFIC))
    found = check(desk)
    assert found.status == 1
    assert "1 of 1 releases today are done" in found.out
    at(desk, datetime(2026, 7, 2, 9, 0, tzinfo=PACIFIC))
    assert check(desk).status == 0


def test_once_a_day_by_pulumis_own_history(desk: Desk) -> None:
    """A failed update and one of yesterday do not count."""
    updates = [
        {"kind": "update", "result": "succeeded", "startTime": "2026-06-30T20:00:00.000Z"},
        {"kind": "update", "result": "failed", "startTime": "2026-07-01T16:30:00.000Z"},
        {"kind": "refresh", "result": "succeeded", "startTime": "2026-07-01T16:30:00.000Z"},
    ]
    file = desk.folder / "history.json"
    file.write_text(json.dumps(updates))
    cli(desk, f"cat {file}")
    at(desk, datetime(2026, 7, 1, 17, 0, tzinfo=PACIFIC))
    assert check(desk).status == 0
    file.write_text(json.dumps([*updates, {**updates[0], "startTime": "2026-07-01T16:00:00.000Z"}]))
    assert check(desk).status == 1


@pytest.mark.parametrize("target", ["ec2-manager/dev", "ec2-manager/staging", "pika/prod"])
def test_other_stages_and_systems_are_always_open(desk: Desk, target: str) -> None:
    at(desk, datetime(2026, 7, 4, 3, 0, tzinfo=PACIFIC))
    desk.sign_in(account_of(target))
    assert desk.tierwise("release", "check", target).status == 0


def test_closed_days_and_weekdays() -> None:
    window = Releases.model_validate(
        {"prod": {"days": ["mon"], "closed": [{"from": "2026-12-21", "until": "2026-12-26", "reason": "holidays"}]}}
    ).prod
    assert not judge(window, datetime(2026, 12, 21, 12, tzinfo=UTC), 0).allowed
    assert "holidays" in judge(window, datetime(2026, 12, 21, 12, tzinfo=UTC), 0).reason
    assert not judge(window, datetime(2026, 12, 29, 12, tzinfo=UTC), 0).allowed
    assert judge(window, datetime(2026, 12, 28, 12, tzinfo=UTC), 0).allowed


def test_a_wrong_zone_is_a_line_of_the_file(tmp_path: Any) -> None:
    from tierwise.preview.errors import ConfigError

    (tmp_path / "release.yaml").write_text("prod:\n  timezone: Pacific/Nowhere\n")
    with pytest.raises(ConfigError, match=r"release.yaml:2 .*is no time zone, such as America/Los_Angeles"):
        read_releases(tmp_path)


def test_the_calendar_names_runbooks_that_exist(desk: Desk) -> None:
    desk.sign_in(account_of(EC2M))
    found = desk.tierwise("release", "calendar", EC2M, "--json", str(desk.folder / "c.json"))
    runbooks = {event["runbook"] for event in found.document["events"] if event["runbook"]}
    assert runbooks
    assert [name for name in runbooks if not (ROOT / name).is_file()] == []


# -- Deployments of functions ------------------------------------------------------------------------------------------

NAME = "phoney-template-api"


def phoney(desk: Desk, *, live: int) -> list[str]:
    desk.sign_in("321098765432")
    running.function(desk.client("lambda"), desk.client("iam"), NAME, versions=3, live=live)
    file = desk.outputs("phoney/prod", functions={"template-api": NAME}, functionVersions={"template-api": "3"})
    return ["deploy", "phoney/prod", "--outputs", file, "--json", str(desk.folder / "d.json")]


@pytest.mark.requirement("ASKIAM-93")
@pytest.mark.requirement("PHONEY-64")
def test_callers_are_moved_to_the_published_version_by_codedeploy(desk: Desk) -> None:
    arguments = phoney(desk, live=2)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": []})
    desk.cloud.answer("codedeploy:CreateDeployment", {"deploymentId": "d-9"})
    states = ["InProgress", "Succeeded"]
    desk.cloud.answers["codedeploy:GetDeployment"] = lambda _: (
        200,
        {"content-type": "application/x-amz-json-1.1"},
        json.dumps({"deploymentInfo": {"deploymentId": "d-9", "status": states.pop(0)}}),
    )
    found = desk.tierwise(*arguments, "--yes")
    assert found.status == 0, found.err
    asked = json.loads(desk.cloud.made("codedeploy:CreateDeployment")[0].body)
    content = json.loads(asked["revision"]["appSpecContent"]["content"])
    assert content["Resources"][0]["function"]["Properties"] == {
        "Name": NAME, "Alias": "live", "CurrentVersion": "2", "TargetVersion": "3",
    }  # fmt: skip
    assert desk.client("lambda").get_alias(FunctionName=NAME, Name="live")["FunctionVersion"] == "2", "not ours to move"


def test_a_deployment_that_goes_back_fails(desk: Desk) -> None:
    arguments = phoney(desk, live=2)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": []})
    desk.cloud.answer("codedeploy:CreateDeployment", {"deploymentId": "d-9"})
    desk.cloud.answer("codedeploy:GetDeployment", {"deploymentInfo": {"status": "Stopped"}})
    assert desk.tierwise(*arguments, "--yes").status == 1


def test_a_deployment_under_way_is_not_disturbed(desk: Desk) -> None:
    arguments = phoney(desk, live=2)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": ["d-1"]})
    desk.cloud.answer("codedeploy:GetDeployment", {"deploymentInfo": {"deploymentId": "d-1", "status": "InProgress"}})
    found = desk.tierwise(*arguments, "--yes")
    assert found.status == 2
    assert "d-1 is under way: wait for it, or `tierwise rollback phoney/prod template-api`" in found.lines[-1]


def test_nothing_to_deploy_is_fine(desk: Desk) -> None:
    arguments = phoney(desk, live=3)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": []})
    assert desk.tierwise(*arguments).status == 0


# -- Sleep -------------------------------------------------------------------------------------------------------------


def staging(desk: Desk) -> list[str]:
    running.container_service(desk.client("ecs"), "pika-staging", "search", revisions=1)
    desk.client("rds").create_db_instance(
        DBInstanceIdentifier="pika-staging-database", DBInstanceClass="db.t4g.micro", Engine="postgres",
        MasterUsername="owner", MasterUserPassword="not-a-secret", AllocatedStorage=20,
    )  # fmt: skip
    desk.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs", ResourceId="service/pika-staging/search",
        ScalableDimension="ecs:service:DesiredCount", MinCapacity=1, MaxCapacity=2,
    )  # fmt: skip
    return [
        "--outputs",
        desk.outputs(
            "pika/staging", cluster="pika-staging", taskDefinitions={"search": "x"}, database="pika-staging-database"
        ),
    ]


def wanted(desk: Desk) -> tuple[int, str]:
    service = desk.client("ecs").describe_services(cluster="pika-staging", services=["search"])["services"][0]
    database = desk.client("rds").describe_db_instances(DBInstanceIdentifier="pika-staging-database")
    return service["desiredCount"], database["DBInstances"][0]["DBInstanceStatus"]


@pytest.mark.requirement("PIKA-106")
def test_staging_sleeps_and_wakes(desk: Desk) -> None:
    outputs = staging(desk)
    assert desk.tierwise("schedule", "pause", "pika/staging", *outputs).status == 0
    assert wanted(desk) == (0, "stopped")
    suspended = json.loads(desk.cloud.made("application-autoscaling:RegisterScalableTarget")[-1].body)
    assert suspended["SuspendedState"]["ScheduledScalingSuspended"] is True
    again = desk.tierwise("schedule", "pause", "pika/staging", *outputs)
    assert "everything sleeps" in again.out
    assert desk.tierwise("schedule", "resume", "pika/staging", *outputs).status == 0
    assert wanted(desk) == (1, "available")


@pytest.mark.requirement("PIKA-106")
def test_production_never_sleeps(desk: Desk) -> None:
    found = desk.tierwise("schedule", "pause", "pika/prod", "--outputs", desk.outputs("pika/prod", cluster="c"))
    assert found.status == 2
    assert "pika/prod  is production, which never sleeps" in found.lines[-1]


# -- Leftovers ---------------------------------------------------------------------------------------------------------


def tagged(desk: Desk, stage: str, until: str, project: str = "pika") -> None:
    s3 = desk.client("s3")
    name = f"{project}-{stage}-x"
    s3.create_bucket(Bucket=name)
    tags = {"project": project, "stage": stage, "ephemeral-until": until}
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})


def test_ephemeral_stacks_past_their_time_are_destroyed_and_nothing_else(desk: Desk) -> None:
    at(desk, datetime(2026, 7, 1, 12, tzinfo=UTC))
    tagged(desk, "pr-7", "2026-07-01T11:00:00Z")
    tagged(desk, "pr-8", "2026-07-02T11:00:00Z")
    tagged(desk, "prod", "2026-01-01T00:00:00Z")  # somebody tagged a stage that lasts
    tagged(desk, "demo", "2026-01-01T00:00:00Z")  # not a pull request's name
    tagged(desk, "pr-9", "2026-01-01T00:00:00Z", project="phoney")  # another system's
    cli(desk, f'echo "$@" >> {desk.folder}/asked')
    arguments = ["cleanup", "pika/dev", "--ephemeral", "--json", str(desk.folder / "c.json")]
    found = desk.tierwise(*arguments)
    assert (found.status, found.document["expired"]) == (0, ["pr-7"])
    assert not (desk.folder / "asked").exists(), "without --yes it is only shown"
    found = desk.tierwise(*arguments, "--yes", "--dry-run")
    assert not (desk.folder / "asked").exists()
    found = desk.tierwise(*arguments, "--yes")
    assert (found.status, found.document["removed"], found.document["alive"]) == (0, ["pr-7"], ["pr-8"])
    asked = (desk.folder / "asked").read_text().splitlines()
    assert [line.split(" --cwd ")[0] for line in asked] == ["destroy --yes --non-interactive --remove"]
    assert asked[0].endswith("--stack pr-7")
    assert "but prod lasts: left" in found.err


def test_a_time_that_cannot_be_read_removes_nothing(desk: Desk) -> None:
    tagged(desk, "pr-7", "soon")
    cli(desk, f'echo "$@" >> {desk.folder}/asked')
    found = desk.tierwise("cleanup", "pika/dev", "--ephemeral", "--yes")
    assert found.status == 2
    assert "pr-7  its tag ephemeral-until is 'soon', no moment" in found.lines[-1]
    assert not (desk.folder / "asked").exists()


@pytest.mark.requirement("ASKIAM-90")
def test_old_snapshots_go_but_the_newest_final_and_kept_ones_stay(desk: Desk) -> None:
    rds = desk.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="pika-prod-database", DBInstanceClass="db.t4g.micro", Engine="postgres",
        MasterUsername="owner", MasterUserPassword="not-a-secret", AllocatedStorage=20,
    )  # fmt: skip
    for name, tags in (
        ("by-hand", []), ("database-final", []), ("of-the-audit", [{"Key": "keep", "Value": "yes"}]), ("newest", []),
    ):  # fmt: skip
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier="pika-prod-database", Tags=list(tags))
    at(desk, datetime.now(UTC) + timedelta(days=40))
    arguments = ["cleanup", "pika/prod", "--outputs", desk.outputs("pika/prod", database="pika-prod-database")]
    arguments += ["--json", str(desk.folder / "c.json")]
    found = desk.tierwise(*arguments)
    assert [left["name"] for left in found.document["found"]] == ["by-hand"]
    by_hand = {"SnapshotType": "manual"}
    assert len(rds.describe_db_snapshots(**by_hand)["DBSnapshots"]) == 4, "without --yes nothing is deleted"
    assert desk.tierwise(*arguments, "--yes").document["deleted"] == ["by-hand"]
    left = {snapshot["DBSnapshotIdentifier"] for snapshot in rds.describe_db_snapshots(**by_hand)["DBSnapshots"]}
    assert left == {"database-final", "of-the-audit", "newest"}
    at(desk, datetime.now(UTC))
    assert desk.tierwise(*arguments).document["found"] == [], "younger than the limit"


def test_old_versions_go_but_ten_and_those_that_are_called_stay(desk: Desk) -> None:
    lambda_ = desk.client("lambda")
    running.function(lambda_, desk.client("iam"), "f", versions=14, live=14)
    lambda_.create_alias(FunctionName="f", Name="pinned", FunctionVersion="1")
    arguments = ["cleanup", "pika/prod", "--outputs", desk.outputs("pika/prod", functions={"f": "f"}), "--yes"]
    found = desk.tierwise(*arguments, "--json", str(desk.folder / "c.json"))
    assert found.document["deleted"] == ["f:2", "f:3"]
    assert lambda_.get_alias(FunctionName="f", Name="pinned")["FunctionVersion"] == "1"
