"""Back to the release before: every kind of part, deployments under way, interruptions, and what must not go back."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import ROOT, Desk, Result
from tests.operations.test_smoke_requests import account_of, ec2_manager, region_of, site  # noqa: F401 - a fixture
from tests.support import running
from tests.support.website import Website

CLUSTER = "pika-prod"
NAME = "phoney-template-api"


def go(desk: Desk, target: str, *arguments: str, yes: bool = True, **outputs: Any) -> Result:
    file = desk.outputs(target, **outputs)
    more = ["--yes"] if yes else []
    return desk.tierwise(
        "rollback", target, *arguments, *more, "--outputs", file, "--json", str(desk.folder / "r.json")
    )


# -- Functions ---------------------------------------------------------------------------------------------------------


def phoney(desk: Desk, *, versions: int = 3, live: int = 3) -> dict[str, Any]:
    desk.sign_in("321098765432")
    running.function(desk.client("lambda"), desk.client("iam"), NAME, versions=versions, live=live)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": []})
    return {"functions": {"template-api": NAME}, "functionVersions": {"template-api": "3"}}


def live(desk: Desk, name: str = NAME) -> str:
    return desk.client("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"]


@pytest.mark.requirement("PHONEY-64")
def test_the_alias_goes_to_the_version_before_and_is_smoked(desk: Desk) -> None:
    result = go(desk, "phoney/prod", **phoney(desk))
    assert (result.status, live(desk)) == (0, "2"), result.err
    document = result.document
    assert document["moves"] == [{"part": "lambda template-api", "before": "3", "after": "2", "done": True}]
    assert ("template-api", "pass") in [(c["name"], c["state"]) for c in document["checks"]]
    assert (document["limitSeconds"], document["withinLimit"]) == (300, True)
    assert "set `release`" in result.out


@pytest.mark.requirement("PHONEY-64")
def test_a_version_of_choice(desk: Desk) -> None:
    outputs = phoney(desk)
    assert go(desk, "phoney/prod", "--to", "1", **outputs).status == 0
    assert live(desk) == "1"


def test_a_version_that_does_not_exist_is_named_with_those_that_do(desk: Desk) -> None:
    result = go(desk, "phoney/prod", "--to", "17", **phoney(desk))
    assert (result.status, live(desk)) == (2, "3")
    assert result.lines == [f"{NAME}  has no version 17; the latest are 1, 2, 3"]


def test_the_first_version_has_nothing_before_it(desk: Desk) -> None:
    result = go(desk, "phoney/prod", **phoney(desk, versions=1, live=1))
    assert (result.status, result.lines) == (
        2, ["phoney/prod  nothing to go back to: template-api has no earlier version"]
    )  # fmt: skip


@pytest.mark.requirement("ASKIAM-93")
def test_a_deployment_under_way_is_stopped_and_the_alias_stays(desk: Desk) -> None:
    outputs = phoney(desk, live=2)
    desk.client("lambda").update_alias(
        FunctionName=NAME, Name="live", RoutingConfig={"AdditionalVersionWeights": {"3": 0.05}}
    )
    statuses = ["InProgress", "InProgress", "InProgress", "Stopped"]
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": ["d-1"]})
    desk.cloud.answers["codedeploy:GetDeployment"] = lambda _: (
        200,
        {"content-type": "application/x-amz-json-1.1"},
        json.dumps({"deploymentInfo": {"deploymentId": "d-1", "status": statuses.pop(0) if statuses else "Stopped"}}),
    )
    desk.cloud.answer("codedeploy:StopDeployment", {"status": "Pending"})
    result = go(desk, "phoney/prod", **outputs)
    assert result.status == 0, result.err
    stopped = json.loads(desk.cloud.made("codedeploy:StopDeployment")[0].body)
    assert stopped == {"deploymentId": "d-1", "autoRollbackEnabled": True}
    alias = desk.client("lambda").get_alias(FunctionName=NAME, Name="live")
    assert (alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})) == ("2", {})


@pytest.mark.requirement("PRATIKO-134")
@pytest.mark.requirement("ASKIAM-98")
@pytest.mark.requirement("EC2M-114")
def test_only_the_functions_of_a_system_go_back(desk: Desk) -> None:
    """Any release: the version whose code says so."""
    outputs = phoney(desk)
    client = desk.client("lambda")
    release = "5d1f0c3b9a7e2468d0c1b3f5a7986e4d"
    client.update_function_configuration(FunctionName=NAME, Environment={"Variables": {"VERSION": release[:12]}})
    wanted = client.publish_version(FunctionName=NAME)["Version"]
    client.update_function_configuration(FunctionName=NAME, Environment={"Variables": {"VERSION": "0" * 12}})
    newest = client.publish_version(FunctionName=NAME)["Version"]
    client.update_alias(FunctionName=NAME, Name="live", FunctionVersion=newest)
    result = go(desk, "phoney/prod", "lambda", "--to", f"sha256:{release}", **outputs)
    assert (result.status, live(desk)) == (0, wanted), result.err


# -- Services ----------------------------------------------------------------------------------------------------------


def pika(desk: Desk, *names: str) -> dict[str, Any]:
    ecs = desk.client("ecs")
    arns = {name: running.container_service(ecs, CLUSTER, name, revisions=3, desired=0)[-1] for name in names}
    return {"cluster": CLUSTER, "taskDefinitions": arns}


def runs(desk: Desk, name: str) -> str:
    service = desk.client("ecs").describe_services(cluster=CLUSTER, services=[name])["services"][0]
    return service["taskDefinition"].rpartition("/")[2]


@pytest.mark.requirement("PIKA-104")
def test_one_service_goes_to_the_revision_before(desk: Desk) -> None:
    outputs = pika(desk, "search", "users")
    result = go(desk, "pika/prod", "search", **outputs)
    assert result.status == 0, result.err
    assert (runs(desk, "search"), runs(desk, "users")) == ("pika-prod-search:2", "pika-prod-users:3")


@pytest.mark.requirement("PIKA-104")
def test_all_services_go_back_together(desk: Desk) -> None:
    result = go(desk, "pika/prod", **pika(desk, "search", "users"))
    assert result.status == 0, result.err
    assert [runs(desk, name)[-1] for name in ("search", "users")] == ["2", "2"]


def test_the_revision_of_a_commit_is_found_by_its_image(desk: Desk) -> None:
    outputs = pika(desk, "search")
    ecs = desk.client("ecs")
    commit = "4f1c2a9e6b7d8035c1e2f4a6987b0d3c5e7f9a1b"
    for tag in (commit, "0" * 40):
        arn = ecs.register_task_definition(
            family="pika-prod-search", containerDefinitions=[{"name": "s", "image": f"r/s:{tag}", "memory": 128}]
        )["taskDefinition"]["taskDefinitionArn"]
    ecs.update_service(cluster=CLUSTER, service="search", taskDefinition=arn)
    result = go(desk, "pika/prod", "--to", commit[:12], **outputs)
    assert (result.status, runs(desk, "search")) == (0, "pika-prod-search:4"), result.err


def test_a_revision_that_does_not_exist_changes_nothing(desk: Desk) -> None:
    result = go(desk, "pika/prod", "search", "--to", "9", **pika(desk, "search"))
    assert (result.status, runs(desk, "search")) == (2, "pika-prod-search:3")
    assert "has no revision 9; the latest are pika-prod-search:3, pika-prod-search:2" in result.err


def test_one_number_for_several_parts_is_refused(desk: Desk) -> None:
    result = go(desk, "pika/prod", "--to", "2", **pika(desk, "search", "users"))
    assert result.status == 2
    assert "name the one that goes back to it" in result.err


def test_a_blue_green_switch_that_still_bakes_is_undone_by_ecs(desk: Desk) -> None:
    outputs = pika(desk, "search")
    arn = outputs["taskDefinitions"]["search"]
    service = running.described("search", arn, deploymentConfiguration={"strategy": "BLUE_GREEN"})
    baking = json.loads(json.dumps(service))
    baking["deployments"][0]["rolloutState"] = "IN_PROGRESS"
    back = running.described("search", arn.replace(":3", ":2"))
    answers = [baking, baking, back]
    desk.cloud.answers["ecs:DescribeServices"] = lambda _: (
        200,
        {"content-type": "application/json"},
        json.dumps({"services": [answers.pop(0) if len(answers) > 1 else answers[0]]}),
    )
    desk.cloud.answer("ecs:ListServiceDeployments", {"serviceDeployments": [{"serviceDeploymentArn": "arn:d"}]})
    desk.cloud.answer("ecs:StopServiceDeployment", {"serviceDeploymentArn": "arn:d"})
    result = go(desk, "pika/prod", **outputs)
    assert result.status == 0, result.err
    stopped = json.loads(desk.cloud.made("ecs:StopServiceDeployment")[0].body)
    assert stopped == {"serviceDeploymentArn": "arn:d", "stopType": "ROLLBACK"}
    assert desk.cloud.made("ecs:UpdateService") == []


# -- Interruptions, two operators, the record --------------------------------------------------------------------------


def test_an_interrupted_rollback_is_finished_and_goes_no_further(desk: Desk) -> None:
    """The second of two services fails; a second run must not take the first one yet another release back."""
    outputs = pika(desk, "search", "users")
    calls = [0]

    def second_fails(_: Any) -> Any:
        calls[0] += 1
        if calls[0] == 2:
            return 400, {"x-fault": "AccessDeniedException"}, ""
        return None

    desk.cloud.answers["ecs:UpdateService"] = second_fails
    result = go(desk, "pika/prod", **outputs)
    assert result.status == 2
    assert "ecs:UpdateService  access denied" in result.lines[-1]
    assert (runs(desk, "search"), runs(desk, "users")) == ("pika-prod-search:2", "pika-prod-users:3")
    result = go(desk, "pika/prod", **outputs)
    assert result.status == 0, result.err
    assert "finishing the rollback that " in result.err
    assert (runs(desk, "search"), runs(desk, "users")) == ("pika-prod-search:2", "pika-prod-users:2")


def test_a_second_rollback_goes_no_further_unless_told_how_far(desk: Desk) -> None:
    outputs = phoney(desk)
    assert go(desk, "phoney/prod", **outputs).status == 0
    result = go(desk, "phoney/prod", **outputs)
    assert (result.status, live(desk)) == (2, "2")
    assert "is the release before already: name an older one with --to" in result.lines[-1]
    assert go(desk, "phoney/prod", "--to", "1", **outputs).status == 0
    assert live(desk) == "1"


def test_what_was_done_is_recorded_for_everybody(desk: Desk) -> None:
    go(desk, "phoney/prod", **phoney(desk))
    name = "/tierwise/phoney/prod/operations/rollback"
    entry = json.loads(desk.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    assert (entry["state"], entry["command"], entry["note"]) == ("done", "rollback", "smoke passed")
    assert entry["steps"][0]["after"] == "2"
    result = desk.tierwise("history", "phoney/prod", "--json", str(desk.folder / "h.json"))
    assert [(run["command"], run["state"]) for run in result.document["runs"]] == [("rollback", "done")]


def test_two_operators_at_once(desk: Desk) -> None:
    outputs = phoney(desk)
    value = json.dumps({"by": "ada@desk", "command": "rollback", "since": "10:00", "until": 9e12, "token": "x"})
    desk.client("ssm").put_parameter(Name="/tierwise/phoney/prod/lock", Value=value, Type="String")
    result = go(desk, "phoney/prod", **outputs)
    assert (result.status, live(desk)) == (2, "3")
    assert "phoney/prod  ada@desk is at work here (rollback since 10:00): wait until it ends" in result.lines[-1]


def test_a_lock_that_was_left_behind_is_taken_over_and_gone_afterwards(desk: Desk) -> None:
    outputs = phoney(desk)
    name, value = "/tierwise/phoney/prod/lock", json.dumps({"by": "ada", "until": 0, "token": "x"})
    desk.client("ssm").put_parameter(Name=name, Value=value, Type="String")
    assert go(desk, "phoney/prod", **outputs).status == 0
    ssm = desk.client("ssm")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=name)


def test_of_two_that_take_over_a_dead_lock_one_wins(desk: Desk) -> None:
    """Somebody else writes between our look at the lock and our taking it."""
    outputs = phoney(desk)
    ssm, name = desk.client("ssm"), "/tierwise/phoney/prod/lock"
    ssm.put_parameter(Name=name, Value=json.dumps({"until": 0}), Type="String")
    done = [False]

    def rival(call: Any) -> None:
        if '"Overwrite": true' in call.body and "lock" in call.body and not done[0]:
            done[0] = True
            ssm.put_parameter(Name=name, Value=json.dumps({"by": "rival"}), Type="String", Overwrite=True)

    desk.cloud.answers["ssm:PutParameter"] = rival
    result = go(desk, "phoney/prod", **outputs)
    assert (result.status, live(desk)) == (2, "3")
    assert "somebody else has just begun here" in result.lines[-1]


# -- Confirmation and dry run ------------------------------------------------------------------------------------------


def test_production_asks_and_nobody_there_is_a_no(desk: Desk) -> None:
    result = go(desk, "phoney/prod", yes=False, **phoney(desk))
    assert (result.status, live(desk)) == (2, "3")
    assert "phoney/prod in account 321098765432." in result.err
    assert "repeat with --yes" in result.lines[-1]


@pytest.mark.parametrize(("typed", "expected"), [("phoney/prod\n", "2"), ("yes\n", "3"), ("phoney/dev\n", "3")])
def test_production_wants_its_name_typed(desk: Desk, typed: str, expected: str) -> None:
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    outputs = phoney(desk)
    desk.monkeypatch.setattr("sys.stdin", Terminal(typed))
    go(desk, "phoney/prod", yes=False, **outputs)
    assert live(desk) == expected


def test_a_dry_run_prints_each_call_and_makes_none(desk: Desk) -> None:
    result = go(desk, "phoney/prod", "--dry-run", yes=False, **phoney(desk))
    assert (result.status, live(desk)) == (0, "3"), result.err
    assert "would call lambda:UpdateAlias FunctionName=phoney-template-api Name=live FunctionVersion=2" in result.out
    assert not [c for c in desk.cloud.calls if c.operation in ("PutParameter", "DeleteParameter")]


# -- What must not go back, and what there is not ----------------------------------------------------------------------


@pytest.mark.parametrize("part", ["database", "tables"])
def test_data_never_goes_back_with_a_release(desk: Desk, part: str) -> None:
    result = go(desk, "pika/prod", part, **pika(desk, "search"))
    assert (result.status, runs(desk, "search")) == (2, "pika-prod-search:3")
    assert "not go back with a release" in result.err


def test_a_part_that_there_is_not_is_named_with_those_there_are(desk: Desk) -> None:
    result = go(desk, "pika/prod", "serch", **pika(desk, "search"))
    assert result.status == 2
    assert "serch  is no part of pika/prod: there are cache, cdn, fleets" in result.err


def test_a_service_that_vanished_is_one_line(desk: Desk) -> None:
    result = go(desk, "pika/prod", cluster="gone", taskDefinitions={"search": "arn:x/pika-prod-search:3"})
    assert (result.status, len(result.lines)) == (2, 1)


# -- Web site and distribution -----------------------------------------------------------------------------------------


def web(desk: Desk) -> dict[str, Any]:
    s3 = desk.client("s3")
    s3.create_bucket(Bucket="web")
    s3.put_bucket_versioning(Bucket="web", VersioningConfiguration={"Status": "Enabled"})
    cloudfront = desk.client("cloudfront")
    origin = {"Id": "s3", "DomainName": "web.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    distribution = cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {"TargetOriginId": "s3", "ViewerProtocolPolicy": "https-only"},
            "Comment": "",
            "Enabled": True,
        }
    )["Distribution"]["Id"]
    return {"buckets": {"static": "web"}, "distributionId": distribution}


def age(desk: Desk, key: str, when: datetime) -> None:
    """Make the newest version of an object as old as wanted."""
    from moto.backends import get_backend

    bucket = get_backend("s3")["210987654321"]["aws"].buckets["web"]
    newest = bucket.keys.getlist(key)[-1]
    newest.last_modified = when.replace(tzinfo=None)


@pytest.mark.requirement("EC2M-114")
@pytest.mark.requirement("EC2M-119")
@pytest.mark.requirement("EC2M-59")
def test_the_web_site_goes_back_before_the_last_upload_and_caches_are_emptied(desk: Desk) -> None:
    outputs = web(desk)
    s3, now = desk.client("s3"), datetime(2026, 11, 20, 12, tzinfo=UTC)
    for key, hours, body in (
        ("index.html", 48, "old"), ("app.js", 48, "old"), ("gone.html", 48, "old"),
        ("index.html", 0, "bad"), ("new.js", 0, "bad"),
    ):  # fmt: skip
        s3.put_object(Bucket="web", Key=key, Body=body.encode())
        age(desk, key, now - timedelta(hours=hours))
    s3.delete_object(Bucket="web", Key="gone.html")
    age(desk, "gone.html", now)
    result = go(desk, "pika/prod", "web", **outputs)
    assert result.status == 0, result.err
    assert s3.get_object(Bucket="web", Key="index.html")["Body"].read() == b"old"
    assert s3.get_object(Bucket="web", Key="gone.html")["Body"].read() == b"old"
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket="web", Key="new.js")
    versions = s3.list_object_versions(Bucket="web", Prefix="index.html")["Versions"]
    assert len(versions) == 3, "nothing is deleted"
    found = desk.client("cloudfront").list_invalidations(DistributionId=outputs["distributionId"])
    assert found["InvalidationList"]["Quantity"] == 1
    assert len(s3.list_object_versions(Bucket="web", Prefix="app.js")["Versions"]) == 1, "what was good stays"


@pytest.mark.requirement("EC2M-59")
def test_the_caches_alone_are_emptied(desk: Desk) -> None:
    outputs = web(desk)
    assert go(desk, "pika/prod", "cdn", **outputs).status == 0
    found = desk.client("cloudfront").list_invalidations(DistributionId=outputs["distributionId"])
    assert found["InvalidationList"]["Quantity"] == 1


def test_a_moment_before_the_first_version_is_refused(desk: Desk) -> None:
    outputs = web(desk)
    desk.client("s3").put_object(Bucket="web", Key="index.html", Body=b"1")
    result = go(desk, "pika/prod", "web", "--to", "2001-01-01", **outputs)
    assert result.status == 2
    assert "keeps nothing from 2001-01-01" in result.err
    result = go(desk, "pika/prod", "web", "--to", "yesterday", **outputs)
    assert "yesterday  is no moment" in result.err


# -- Servers -----------------------------------------------------------------------------------------------------------

_REFRESHED = (
    "<StartInstanceRefreshResponse><StartInstanceRefreshResult><InstanceRefreshId>r-1</InstanceRefreshId>"
    "</StartInstanceRefreshResult></StartInstanceRefreshResponse>"
)
_REFRESHES = (
    "<DescribeInstanceRefreshesResponse><DescribeInstanceRefreshesResult><InstanceRefreshes>{}</InstanceRefreshes>"
    "</DescribeInstanceRefreshesResult></DescribeInstanceRefreshesResponse>"
)


def servers(desk: Desk) -> dict[str, Any]:
    ec2 = desk.client("ec2")
    running.fleet(desk.client("autoscaling"), ec2, "web", servers=1)
    ec2.create_launch_template_version(LaunchTemplateName="web", LaunchTemplateData={"InstanceType": "t4g.small"})
    desk.cloud.answer("autoscaling:StartInstanceRefresh", _REFRESHED)
    return {"fleets": {"web": "web"}}


def test_servers_are_replaced_by_those_of_the_template_before(desk: Desk) -> None:
    outputs = servers(desk)
    desk.cloud.answer("autoscaling:DescribeInstanceRefreshes", _REFRESHES.format(""))
    result = go(desk, "pika/prod", **outputs)
    assert result.status == 0, result.err
    body = desk.cloud.made("autoscaling:StartInstanceRefresh")[0].body
    assert "DesiredConfiguration.LaunchTemplate.Version=1" in body


def test_a_replacement_under_way_is_undone_by_aws(desk: Desk) -> None:
    outputs = servers(desk)
    moving = "<member><InstanceRefreshId>r</InstanceRefreshId><Status>InProgress</Status></member>"
    desk.cloud.answer("autoscaling:DescribeInstanceRefreshes", _REFRESHES.format(moving))
    desk.cloud.answer("autoscaling:RollbackInstanceRefresh", _REFRESHED.replace("Start", "Rollback"))
    assert go(desk, "pika/prod", **outputs).status == 0
    assert desk.cloud.made("autoscaling:StartInstanceRefresh") == []


# -- Infrastructure, and the script ------------------------------------------------------------------------------------


@pytest.mark.requirement("EC2M-114")
@pytest.mark.requirement("EC2M-116")
def test_the_infrastructure_goes_back_by_pulumi_from_the_commit(desk: Desk) -> None:
    folder = desk.folder / "bin"
    folder.mkdir()
    (folder / "pulumi").write_text(f'#!/bin/sh\necho "$@" >> {desk.folder}/asked\n')
    (folder / "pulumi").chmod(0o755)
    desk.monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}:/usr/bin:/bin")
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True  # noqa: S607
    ).stdout.strip()  # fmt: skip
    result = go(desk, "pika/prod", "stack", "--to", "HEAD", "--dry-run")
    assert result.status == 0, result.err
    assert f"would run git worktree add --detach {result.out.split()[6]} {head}" in result.out
    assert "--yes" in result.out
    assert not (desk.folder / "asked").exists()
    result = go(desk, "pika/prod", "stack", "--to", "no-such-tag")
    assert result.lines[-1] == "no-such-tag  there is no such tag or commit"
    result = go(desk, "pika/prod", "stack")
    assert "name one with --to" in result.lines[-1]


@pytest.mark.requirement("EC2M-114")
@pytest.mark.requirement("EC2M-115")
@pytest.mark.requirement("EC2M-104")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["prod"], "rollback ec2-manager/prod"),
        (["staging", "lambda"], "rollback ec2-manager/staging lambda"),
        (["prod", "web", "--yes"], "rollback ec2-manager/prod web --yes"),
    ],
)
def test_the_script_of_the_seed(tmp_path: Path, arguments: list[str], expected: str) -> None:
    said = subprocess.run(  # noqa: S603
        [ROOT / "scripts" / "rollback.sh", *arguments],
        env={"TIERWISE": "/bin/echo", "PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == expected


def test_the_script_without_an_environment_says_how() -> None:
    said = subprocess.run([ROOT / "scripts" / "rollback.sh"], capture_output=True, text=True, check=False)  # noqa: S603
    assert said.returncode == 2
    assert "scripts/rollback.sh <environment> [target]" in said.stderr


@pytest.mark.requirement("EC2M-116")
@pytest.mark.requirement("EC2M-115")
def test_a_rollback_is_timed_and_followed_by_the_health_check(desk: Desk, site: Website) -> None:  # noqa: F811
    """A release that is back but does not answer is no success."""
    target = "ec2-manager/prod"
    region = region_of(target)
    desk.sign_in(account_of(target))
    running.function(desk.client("lambda", region), desk.client("iam"), "f", versions=2, live=2)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": []})
    site.answer = ec2_manager
    outputs = {"region": region, "functions": {"f": "f"}, "functionVersions": {"f": "2"}, "url": site.url}
    result = go(desk, target, **outputs)
    assert result.status == 0, result.err
    assert ("health", "pass") in [(c["name"], c["state"]) for c in result.document["checks"]]
    assert 0 <= result.document["rollbackSeconds"] < result.document["limitSeconds"] == 300
    site.answer = lambda asked: (500, {}, "broken") if asked.path == "/api/health" else ec2_manager(asked)
    result = go(desk, target, "--to", "2", **outputs)
    assert result.status == 1
    assert ("health", "fail") in [(c["name"], c["state"]) for c in result.document["checks"]]
