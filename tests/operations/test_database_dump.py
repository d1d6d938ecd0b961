"""The daily dump, started by hand: what the schedule would start, and whether it landed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.support.aws import Answer, Call
from tierwise.operations.console import Clock

TARGET = "pika/prod"
BUCKET = "pika-prod-backups-210987654321"
KEY = "database/2026/11/21/pika-20261121T100000Z.dump"


class Dumps:
    """Pika's schedule, its task, and the bucket; the task writes ``lands`` when it is started."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ecs, self.s3 = desk.client("ecs"), desk.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        self.s3.put_object(Bucket=BUCKET, Key="database/2026/11/20/pika-20261120T033000Z.dump", Body=b"yesterday")
        self.cluster = self.ecs.create_cluster(clusterName="pika-prod")["cluster"]["clusterArn"]
        made = self.ecs.register_task_definition(
            family="pika-prod-database-dump", networkMode="awsvpc", cpu="256", memory="512",
            requiresCompatibilities=["FARGATE"],
            containerDefinitions=[{"name": "database-dump", "image": "pika:4f1c", "memory": 512, "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": "/pika/prod/database-dump", "awslogs-stream-prefix": "database-dump"}}}],
        )  # fmt: skip
        self.definition = made["taskDefinition"]["taskDefinitionArn"]
        for stage, definition in (("staging", self.definition.replace("prod", "staging")), ("prod", self.definition)):
            self._schedule(f"database-dump-{stage}1a2b", definition)
        self.ends: dict[str, Any] = {"exitCode": 0}
        self.lands: dict[str, bytes] = {KEY: b"PGDMP"}
        desk.cloud.answers["ecs:RunTask"] = self._start
        desk.cloud.answers["ecs:DescribeTasks"] = self._describe
        desk.cloud.calls.clear()

    def _schedule(self, name: str, definition: str) -> None:
        self.desk.client("scheduler").create_schedule(
            Name=name, ScheduleExpression="cron(30 3 * * ? *)", FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": self.cluster, "RoleArn": "arn:aws:iam::210987654321:role/x",
                "EcsParameters": {
                    "TaskDefinitionArn": definition, "TaskCount": 1, "LaunchType": "FARGATE",
                    "NetworkConfiguration": {"awsvpcConfiguration": {
                        "Subnets": ["subnet-a"], "SecurityGroups": ["sg-dump"], "AssignPublicIp": "DISABLED"}},
                },
            },
        )  # fmt: skip

    def _start(self, _: Call) -> Answer:
        if self.ends.get("exitCode") == 0:
            for key, body in self.lands.items():
                self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        task = {"taskArn": f"{self.cluster.replace('cluster', 'task')}/0123"}
        return 200, {"content-type": "application/x-amz-json-1.1"}, json.dumps({"tasks": [task], "failures": []})

    def _describe(self, call: Call) -> Answer:
        task = {"taskArn": json.loads(call.body)["tasks"][0], "lastStatus": "STOPPED", "stoppedReason": "it ended",
                "containers": [{"name": "database-dump", **self.ends}]}  # fmt: skip
        return 200, {"content-type": "application/x-amz-json-1.1"}, json.dumps({"tasks": [task], "failures": []})

    def said(self, line: str) -> None:
        """What the task wrote to its log."""
        self.desk.cloud.answer("logs:GetLogEvents", {"events": [{"timestamp": 1, "message": line}]})

    def run(self, *arguments: str) -> Result:
        file = self.desk.outputs(TARGET, buckets={"backups": BUCKET})
        return self.desk.tierwise(
            "db-dump", TARGET, *arguments, "--outputs", file, "--json", str(self.desk.folder / "o.json")
        )


@pytest.fixture
def dumps(desk: Desk) -> Dumps:
    made = Dumps(desk)
    made.said(json.dumps({"message": "database dumped"}))
    return made


@pytest.mark.requirement("PIKA-102")
def test_a_dump_with_content_lands_in_the_backups_bucket(desk: Desk, dumps: Dumps) -> None:
    later = 4_000_000_000.0
    desk.monkeypatch.setattr(Clock, "now", lambda _: later)
    result = dumps.run("--yes")
    assert result.status == 0, result.err
    [found] = result.document["dumps"]
    assert (found["key"], found["bytes"], result.document["bucket"]) == (KEY, 5, BUCKET)
    written = dumps.s3.head_object(Bucket=BUCKET, Key=KEY)["LastModified"]
    assert found["ageSeconds"] == later - written.timestamp()
    assert f"s3://{BUCKET}/{KEY}  5 bytes" in result.out
    [started] = [json.loads(call.body) for call in desk.cloud.made("ecs:RunTask")]
    assert (started["taskDefinition"], started["cluster"]) == (dumps.definition, dumps.cluster)
    assert started["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-a"], "securityGroups": ["sg-dump"], "assignPublicIp": "DISABLED"
    }  # fmt: skip


@pytest.mark.requirement("PIKA-102")
@pytest.mark.parametrize(
    ("lands", "words"),
    [({}, "the task ended well, and no new dump lies below"), ({KEY: b""}, f"{KEY}  0 bytes")],
)
def test_a_dump_that_is_missing_or_empty_is_status_1(dumps: Dumps, lands: dict[str, bytes], words: str) -> None:
    dumps.lands = lands
    result = dumps.run("--yes")
    assert (result.status, result.document["ok"]) == (1, False)
    assert words in result.out
    assert "failed" in dumps.desk.tierwise("history", TARGET).out


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ({"exitCode": 1}, "the dump broke off, and nothing was written: pg_dump failed reason=no space"),
        ({"exitCode": 2}, "the image finds its environment wrong: pg_dump failed reason=no space; deploy the stack"),
        ({"exitCode": 137, "reason": "OutOfMemory"}, "the dump ended with status 137"),
        ({"reason": "CannotPullContainerError"}, "the dump never ran: CannotPullContainerError; it ended"),
    ],
)
def test_a_task_that_fails_says_why(dumps: Dumps, end: dict[str, Any], words: str) -> None:
    dumps.ends = end
    dumps.said(json.dumps({"message": "pg_dump failed", "reason": "no space", "level": "ERROR"}))
    result = dumps.run("--yes")
    assert result.status == 2
    assert words in result.lines[-1]


def test_a_dry_run_starts_nothing(desk: Desk, dumps: Dumps) -> None:
    result = dumps.run("--dry-run")
    assert (result.status, desk.cloud.made("ecs:RunTask")) == (0, [])
    assert "would call ecs:RunTask" in result.out


def test_throttling_is_waited_out_and_denial_is_named(desk: Desk, dumps: Dumps) -> None:
    desk.cloud.fail("scheduler:GET /schedules", "ThrottlingException", times=3, status=429)
    assert dumps.run("--yes").status == 0
    desk.cloud.fail("scheduler:GET /schedules", "AccessDeniedException", status=403)
    result = dumps.run("--yes")
    assert (result.status, "scheduler:ListSchedules  access denied" in result.lines[-1]) == (2, True)


def test_production_asks(desk: Desk, dumps: Dumps) -> None:
    result = dumps.run()
    assert (result.status, desk.cloud.made("ecs:RunTask")) == (2, [])


def test_a_stack_that_was_never_deployed_or_dumps_nothing(desk: Desk) -> None:
    file = desk.outputs(TARGET, buckets={"backups": BUCKET})
    result = desk.tierwise("db-dump", TARGET, "--yes", "--outputs", file)
    assert "has no schedule that starts pika-prod-database-dump in us-east-1" in result.lines[-1]
    result = desk.tierwise("db-dump", TARGET, "--yes", "--outputs", desk.outputs(TARGET, cluster="c"))
    assert "exports no bucket backups" in result.lines[-1]
    result = desk.tierwise("db-dump", "pika/dev", "--yes", "--outputs", desk.outputs("pika/dev", cluster="c"))
    assert "dumps no database: databaseDump is not configured" in result.lines[-1]
