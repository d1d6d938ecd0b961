"""What runs by the clock: tasks, and the nightly stop of a database."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT
from tests.support.compute import IMAGE, containers
from tests.support.program import Sample, sample_of
from tests.support.sections import names, network

SCHEDULE = "aws:scheduler/schedule:Schedule"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
ECS = "arn:aws:ecs:us-east-1:123456789012"


@functools.cache
def planned() -> Sample:
    def program() -> None:
        from components.compute.ecs_cluster import EcsCluster
        from components.compute.fargate_task import TaskSpec
        from components.compute.scheduled_task import ScheduledTask
        from components.grant import Grant, Statement
        from components.network.vpc import Vpc

        vpc = Vpc("network", settings=network(), names=names())
        cluster = EcsCluster(
            "cluster", settings=containers(), names=names(), vpc_id=vpc.id, spot=True, log_retention_days=7
        )
        ScheduledTask(
            "dump",
            spec=TaskSpec(
                role="database-dump",
                image=IMAGE,
                cpu=256,
                memory=512,
                architecture="ARM64",
                environment={"DUMP_PREFIX": "nightly"},
                command=["python", "-m", "starter.dump"],
            ),
            schedule="cron(30 3 * * ? *)",
            names=names(),
            cluster=cluster,
            vpc=vpc,
            grants=[
                Grant(
                    secrets={"DATABASE_SECRET": "/shop/prod/db"},
                    statements=[Statement(sid="Put", actions=["s3:PutObject"], resources=["arn:aws:s3:::backups/*"])],
                )
            ],
            log_retention_days=30,
        )

    return sample_of(program)


def container() -> dict[str, Any]:
    (found,) = json.loads(planned().one(TASK).get("containerDefinitions"))
    return found


def policy(name: str) -> dict[str, Any]:
    (found,) = [p for p in planned().all("aws:iam/rolePolicy:RolePolicy") if p.name == name]
    document = found.get("policy")
    assert isinstance(document, str), "known before deployment"
    return json.loads(document)


def test_the_task_runs_its_command_and_ends() -> None:
    found = container()
    assert found["command"] == ["python", "-m", "starter.dump"]
    assert {"portMappings", "healthCheck"}.isdisjoint(found)
    assert found["secrets"] == [{"name": "DATABASE_SECRET", "valueFrom": "/shop/prod/db"}]
    assert {"name": "SERVICE_NAME", "value": "database-dump"} in found["environment"]


def test_the_schedule_starts_one_task_off_spot_in_private_subnets() -> None:
    sample = planned()
    schedule = sample.one(SCHEDULE)
    assert schedule.get("scheduleExpression") == "cron(30 3 * * ? *)"
    assert schedule.get("scheduleExpressionTimezone") == "UTC"
    assert schedule.get("flexibleTimeWindow") == {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15}
    task = schedule.get("target.ecsParameters")
    assert (task["taskCount"], task["launchType"]) == (1, "FARGATE")
    assert task["networkConfiguration"]["assignPublicIp"] is False
    assert sample.refers(schedule, "target") == {
        "cluster",
        "dump-schedule",
        "dump-task",
        "dump-task-group",
        "network-private-us-east-1a",
        "network-private-us-east-1b",
    }


def test_the_scheduler_may_start_this_task_only() -> None:
    (role,) = [r for r in planned().all("aws:iam/role:Role") if r.name == "dump-schedule"]
    trust = json.loads(role.get("assumeRolePolicy"))["Statement"][0]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:aws:scheduler:us-east-1:123456789012:schedule-group/default"
    }
    document = {entry["Sid"]: entry for entry in policy("dump-schedule")["Statement"]}
    assert set(document) == {"PassTaskRoles", "RunTask", "TagTask"}
    assert document["RunTask"]["Resource"] == [f"{ECS}:task-definition/shop-prod-database-dump:*"]
    assert document["RunTask"]["Condition"] == {"ArnEquals": {"ecs:cluster": f"{ECS}:cluster/shop-prod"}}
    passed = [name.rpartition("/")[2] for name in document["PassTaskRoles"]["Resource"]]
    assert passed == ["shop-prod-database-dump-execution", "shop-prod-database-dump-task"]
    assert {r.get("name") for r in planned().all("aws:iam/role:Role")} >= set(passed)


def test_the_task_may_do_what_its_links_grant() -> None:
    document = policy("dump-task-task")
    assert [entry["Sid"] for entry in document["Statement"]] == ["Put"]


def test_its_lines_go_to_a_group_of_its_own() -> None:
    groups = {g.get("name"): g.get("retentionInDays") for g in planned().all("aws:cloudwatch/logGroup:LogGroup")}
    assert groups["/shop/prod/database-dump"] == 30
    assert "/shop/prod/database-dump/errors" not in groups


@functools.cache
def night() -> Sample:
    def program() -> None:
        from components.compute.night_stop import NightStop

        NightStop(
            "night",
            names=names(),
            instance_identifier="shop-dev",
            instance_arn=names().arn("rds", "db:shop-dev"),
            stop="cron(0 20 ? * * *)",
            start="cron(0 6 ? * MON-FRI *)",
            timezone="Europe/Rome",
        )

    return sample_of(program)


@pytest.mark.parametrize(("name", "expression"), [("stop", "cron(0 20 ? * * *)"), ("start", "cron(0 6 ? * MON-FRI *)")])
def test_the_database_stops_and_starts_by_the_clock(name: str, expression: str) -> None:
    (schedule,) = [s for s in night().all(SCHEDULE) if s.name == f"night-{name}"]
    assert schedule.get("scheduleExpression") == expression
    assert schedule.get("scheduleExpressionTimezone") == "Europe/Rome"
    assert schedule.get("target.arn") == f"arn:aws:scheduler:::aws-sdk:rds:{name}DBInstance"
    assert json.loads(schedule.get("target.input")) == {"DbInstanceIdentifier": "shop-dev"}
    assert schedule.get("target.deadLetterConfig") is ABSENT


def test_the_scheduler_may_stop_and_start_this_database_only() -> None:
    document = json.loads(night().one("aws:iam/rolePolicy:RolePolicy").get("policy"))
    assert document["Statement"] == [
        {
            "Sid": "StopAndStart",
            "Effect": "Allow",
            "Action": ["rds:StartDBInstance", "rds:StopDBInstance"],
            "Resource": ["arn:aws:rds:us-east-1:123456789012:db:shop-dev"],
        }
    ]
