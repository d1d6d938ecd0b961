"""Whether what runs is what was asked for: services, functions, servers, alarms, canaries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.support import running
from tests.support.aws import Call

CLUSTER = "pika-prod"
ARN = "arn:aws:ecs:us-east-1:210987654321:task-definition/pika-prod-search"


def smoke(desk: Desk, target: str = "pika/prod", **outputs: Any) -> Result:
    file = desk.outputs(target, **outputs)
    return desk.tierwise("smoke", target, "--outputs", file, "--json", str(desk.folder / "j.json"))


def found(result: Result, group: str) -> list[tuple[str, str, str]]:
    return [(c["name"], c["state"], c["detail"]) for c in result.document["checks"] if c["group"] == group]


def describe(desk: Desk, *services: dict[str, Any]) -> None:
    desk.cloud.answer("ecs:DescribeServices", {"services": list(services), "failures": []})


def of(desk: Desk, *services: dict[str, Any], expected: str = f"{ARN}:12") -> Result:
    describe(desk, *services)
    desk.cloud.answer("ecs:ListTasks", {"taskArns": []})
    return smoke(desk, cluster=CLUSTER, taskDefinitions={"search": expected})


@pytest.mark.requirement("PIKA-105")
def test_a_service_of_moto_that_is_stopped_for_the_night_passes(desk: Desk) -> None:
    arns = running.container_service(desk.client("ecs"), CLUSTER, "search", revisions=2, desired=0)
    result = smoke(desk, cluster=CLUSTER, taskDefinitions={"search": arns[-1]})
    assert found(result, "services") == [("search", "pass", "pika-prod-search:2, stopped: no task is wanted now")]


def test_a_service_as_asked_for_passes(desk: Desk) -> None:
    result = of(desk, running.described("search", f"{ARN}:12"))
    assert (result.status, found(result, "services")) == (
        0, [("search", "pass", "pika-prod-search:12, 1 of 1 tasks")]
    )  # fmt: skip


@pytest.mark.requirement("PIKA-105")
def test_a_circuit_breaker_that_went_back_is_no_success(desk: Desk) -> None:
    """The update ended green, with the old version running."""
    reason = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."
    service = running.described("search", f"{ARN}:11", events=[{"message": "(service search) was unable to place"}])
    service["deployments"][0]["rolloutStateReason"] = reason
    describe(desk, service)
    crashed: dict[str, Any] = {
        "stoppedReason": "Essential container in task exited",
        "containers": [{"name": "search", "exitCode": 1}],
    }
    stopped = [crashed, crashed, {"stoppedReason": "CannotPullContainerError: no such image"}, crashed]
    desk.cloud.answer("ecs:ListTasks", {"taskArns": ["t"]})
    desk.cloud.answer("ecs:DescribeTasks", {"tasks": stopped})
    result = smoke(desk, cluster=CLUSTER, taskDefinitions={"search": f"{ARN}:12"})
    assert result.status == 1
    assert found(result, "services") == [
        ("search", "fail", f"runs pika-prod-search:11, not pika-prod-search:12: {reason}")
    ]
    assert result.document["checks"][0]["lines"] == [
        "3 × Essential container in task exited; search ended with status 1",
        "1 × CannotPullContainerError: no such image",
        "event: (service search) was unable to place",
    ]


def test_a_failed_rollout_is_said_with_its_reason(desk: Desk) -> None:
    service = running.described("search", f"{ARN}:12")
    service["deployments"][0] |= {"rolloutState": "FAILED", "rolloutStateReason": "tasks failed to start"}
    result = of(desk, service)
    assert (result.status, "tasks failed to start" in result.out) == (1, True)


def test_tasks_of_another_version_beside_the_right_one_fail(desk: Desk) -> None:
    describe(desk, running.described("search", f"{ARN}:12", desired=2, running=2))
    desk.cloud.answer("ecs:ListTasks", {"taskArns": ["a", "b"]})
    tasks = [{"taskDefinitionArn": f"{ARN}:12"}, {"taskDefinitionArn": f"{ARN}:9"}]
    desk.cloud.answer("ecs:DescribeTasks", {"tasks": tasks})
    result = smoke(desk, cluster=CLUSTER, taskDefinitions={"search": f"{ARN}:12"})
    assert "1 tasks run pika-prod-search:9, not pika-prod-search:12" in found(result, "services")[0][2]


def test_a_service_that_vanished_fails(desk: Desk) -> None:
    result = of(desk)
    assert found(result, "services") == [("search", "fail", "is not in the cluster pika-prod: deploy the stack again")]


def test_a_rollout_that_goes_on_is_waited_for(desk: Desk) -> None:
    moving = running.described("search", f"{ARN}:12")
    moving["deployments"][0]["rolloutState"] = "IN_PROGRESS"
    answers = [moving, moving, running.described("search", f"{ARN}:12")]

    def answer(_: Call) -> Any:
        service = answers.pop(0) if len(answers) > 1 else answers[0]
        return 200, {"content-type": "application/json"}, json.dumps({"services": [service]})

    desk.cloud.answers["ecs:DescribeServices"] = answer
    desk.cloud.answer("ecs:ListTasks", {"taskArns": []})
    result = smoke(desk, cluster=CLUSTER, taskDefinitions={"search": f"{ARN}:12"})
    assert (result.status, len(desk.slept)) == (0, 2)
    assert "services: search of 1 still moving" in result.err


def test_a_rollout_that_never_ends_is_one_line_with_what_to_do(desk: Desk) -> None:
    moving = running.described("search", f"{ARN}:12")
    moving["deployments"][0]["rolloutState"] = "IN_PROGRESS"
    describe(desk, moving)
    file = desk.outputs("pika/prod", cluster=CLUSTER, taskDefinitions={"search": f"{ARN}:12"})
    result = desk.tierwise("smoke", "pika/prod", "--outputs", file, "--timeout", "2")
    assert result.status == 2
    assert result.lines[-1] == (
        "services: not there after 2 min (search of 1 still moving); it goes on in AWS, so look again later"
    )


def phoney(desk: Desk, stage: str, *, versions: int, live: int) -> str:
    desk.sign_in("321098765432")
    name = "phoney-template-api" + ("" if stage == "prod" else f"-{stage}")
    running.function(desk.client("lambda"), desk.client("iam"), name, versions=versions, live=live)
    return name


@pytest.mark.requirement("PHONEY-64")
def test_a_function_whose_alias_is_the_deployed_version_passes(desk: Desk) -> None:
    name = phoney(desk, "dev", versions=3, live=3)
    result = smoke(desk, "phoney/dev", functions={"template-api": name}, functionVersions={"template-api": "3"})
    assert found(result, "functions") == [("template-api", "pass", "live is version 3")]


def test_a_function_whose_alias_was_moved_fails(desk: Desk) -> None:
    name = phoney(desk, "dev", versions=3, live=2)
    result = smoke(desk, "phoney/dev", functions={"template-api": name}, functionVersions={"template-api": "3"})
    assert result.status == 1
    assert "live is version 2, not 3: it was moved since" in found(result, "functions")[0][2]


def test_a_version_that_no_deployment_has_brought_in_yet_fails_with_the_command(desk: Desk) -> None:
    name = phoney(desk, "prod", versions=3, live=2)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": []})
    result = smoke(desk, "phoney/prod", functions={"template-api": name}, functionVersions={"template-api": "3"})
    assert "`tierwise deploy phoney/prod` moves the calls from 2 to it" in found(result, "functions")[0][2]


def test_a_deployment_that_went_back_fails_with_its_reason(desk: Desk) -> None:
    name = phoney(desk, "prod", versions=3, live=2)
    desk.cloud.answer("codedeploy:ListDeployments", {"deployments": ["d-1"]})
    info = {"deploymentId": "d-1", "status": "Stopped", "rollbackInfo": {"rollbackMessage": "alarm error-rate rang"}}
    desk.cloud.answer("codedeploy:GetDeployment", {"deploymentInfo": info})
    result = smoke(desk, "phoney/prod", functions={"template-api": name}, functionVersions={"template-api": "3"})
    assert found(result, "functions")[0][1:] == (
        "fail", "live is version 2, not 3: d-1 is Stopped: alarm error-rate rang"
    )  # fmt: skip


def test_a_canary_under_way_is_a_note(desk: Desk) -> None:
    name = phoney(desk, "prod", versions=3, live=2)
    desk.client("lambda").update_alias(
        FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {"3": 0.05}}
    )
    result = smoke(desk, "phoney/prod", functions={"template-api": name}, functionVersions={"template-api": "3"})
    assert found(result, "functions")[0][1:] == (
        "warn", "live is version 2, 5% on version 3: a deployment is under way"
    )  # fmt: skip


def test_a_function_that_vanished_fails(desk: Desk) -> None:
    result = smoke(desk, functions={"error-logs": "pika-prod-error-logs"})
    assert found(result, "functions")[0][1] == "fail"
    assert "does not exist: deploy the stack again" in found(result, "functions")[0][2]


def test_servers_in_service_pass_and_sick_ones_fail(desk: Desk) -> None:
    autoscaling = desk.client("autoscaling")
    running.fleet(autoscaling, desk.client("ec2"), "web", servers=2)
    assert found(smoke(desk, fleets={"web": "web"}), "servers") == [("web", "pass", "2 of 2 servers in service")]
    group = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"][0]
    autoscaling.set_instance_health(InstanceId=group["Instances"][0]["InstanceId"], HealthStatus="Unhealthy")
    result = smoke(desk, fleets={"web": "web"})
    assert found(result, "servers") == [("web", "fail", "1 of 2 servers in service")]
    assert "1 × InService, Unhealthy" in result.out
    assert found(smoke(desk, fleets={"web": "gone"}), "servers")[0][1] == "fail"


def test_a_ringing_alarm_fails_and_shows_its_runbook(desk: Desk) -> None:
    cloudwatch = desk.client("cloudwatch")
    running.alarm(cloudwatch, "pika-prod-api-errors", "OK")
    running.alarm(cloudwatch, "pika-prod-database-cpu", "INSUFFICIENT_DATA")
    running.alarm(cloudwatch, "pika-staging-health", "ALARM")
    assert found(smoke(desk), "alarms") == [("all", "pass", "2 quiet, 1 of them without data yet")]
    running.alarm(cloudwatch, "pika-prod-health", "ALARM", "fails", "Down. docs/runbooks/alarms.md#health")
    result = smoke(desk)
    assert found(result, "alarms") == [("pika-prod-health", "fail", "rings: fails")]
    assert "docs/runbooks/alarms.md#health" in result.out


@pytest.mark.parametrize(
    ("state", "expected"), [("PASSED", "pass"), ("FAILED", "fail"), ("RUNNING", "warn"), (None, "warn")]
)
def test_the_last_run_of_the_canary_decides(desk: Desk, state: str | None, expected: str) -> None:
    runs = [] if state is None else [{"Status": {"State": state, "StateReason": "step 2"}}]
    path = "/canary/pika-prod/runs"
    desk.cloud.answer(f"synthetics:POST {path}", {"CanaryRuns": runs})
    result = smoke(desk, canary="pika-prod")
    assert [(name, outcome) for name, outcome, _ in found(result, "canaries")] == [("pika-prod", expected)]
