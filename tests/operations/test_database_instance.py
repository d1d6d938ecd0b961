"""Pika's database is prepared by a task that runs once, and whose permission and definition are gone afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.support.aws import Answer, Call

TARGET = "pika/prod"
SERVICES = ("api-gateway", "users", "listings", "orders", "payments", "messaging", "search")
USERS = (*SERVICES, "database-dump")
ROLE = "pika-prod-api-gateway-execution"
PREPARED = json.dumps({"level": "INFO", "message": "database prepared", "service": "bootstrap", "roles": ["users"]})


class Pika:
    """Pika's prod as far as the bootstrap sees it; tasks end at once, as ``ends`` says."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ecs, self.iam, self.rds = desk.client("ecs"), desk.client("iam"), desk.client("rds")
        self.ecs.create_cluster(clusterName="pika-prod")
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        self.role_arn = self.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        definitions = {name: self._define(name) for name in USERS}
        ec2 = desk.client("ec2")
        self.group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
        network = {"subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]], "securityGroups": [self.group]}
        self.ecs.create_service(
            cluster="pika-prod", serviceName="api-gateway", taskDefinition=definitions["api-gateway"], desiredCount=0,
            launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": network},
        )  # fmt: skip
        self.rds.create_db_instance(
            DBInstanceIdentifier="pika-prod-database", DBInstanceClass="db.t4g.micro", Engine="postgres",
            MasterUsername="dbadmin", ManageMasterUserPassword=True, AllocatedStorage=20, DBName="pika",
        )  # fmt: skip
        self.outputs = desk.outputs(
            TARGET, cluster="pika-prod", database="pika-prod-database",
            taskDefinitions={name: definitions[name] for name in SERVICES},
        )  # fmt: skip
        self.ends: list[Mapping[str, Any]] = [{"exitCode": 0}]
        self.lines = [PREPARED]
        self.seen: dict[str, Any] = {}
        desk.cloud.answers["ecs:DescribeTasks"] = self._describe
        desk.cloud.answers["logs:GetLogEvents"] = self._log
        desk.cloud.calls.clear()

    def _define(self, name: str) -> str:
        secrets = [
            {"name": "DATABASE_HOST", "valueFrom": "/pika/prod/database/host"},
            {"name": "DATABASE_SECRET", "valueFrom": f"/pika/prod/db/{name}"},
            {"name": "JWT_SECRET", "valueFrom": "arn:aws:secretsmanager:us-east-1:210987654321:secret:pika/prod/jwt"},
        ]
        made = self.ecs.register_task_definition(
            family=f"pika-prod-{name}", networkMode="awsvpc", cpu="256", memory="512", executionRoleArn=self.role_arn,
            taskRoleArn=self.role_arn, requiresCompatibilities=["FARGATE"], volumes=[{"name": "tmp"}],
            runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
            containerDefinitions=[{
                "name": name, "image": "210987654321.dkr.ecr.us-east-1.amazonaws.com/pika:4f1c", "essential": True,
                "memory": 512,  # moto asks for it, Fargate does not
                "environment": [{"name": "SERVICE_NAME", "value": name}, {"name": "DATABASE_NAME", "value": "pika"},
                                {"name": "SYSTEM", "value": "pika"}],
                "secrets": secrets, "portMappings": [{"containerPort": 8080}],
                "healthCheck": {"command": ["CMD", "true"]}, "readonlyRootFilesystem": True,
                "logConfiguration": {"logDriver": "awslogs", "options": {
                    "awslogs-group": f"/pika/prod/{name}", "awslogs-stream-prefix": name,
                    "awslogs-region": "us-east-1"}},
            }],
        )  # fmt: skip
        return made["taskDefinition"]["taskDefinitionArn"]

    def _describe(self, call: Call) -> Answer:
        arn = json.loads(call.body)["tasks"][0]
        self.seen = self.left()
        end = self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]
        container = {"name": "api-gateway", **{key: end[key] for key in ("exitCode", "reason") if key in end}}
        task = {"taskArn": arn, "lastStatus": end.get("lastStatus", "STOPPED"), "containers": [container],
                "stoppedReason": end.get("stoppedReason", "")}  # fmt: skip
        return 200, {"content-type": "application/x-amz-json-1.1"}, json.dumps({"tasks": [task], "failures": []})

    def _log(self, _: Call) -> Answer:
        events = [{"timestamp": 1, "message": line, "ingestionTime": 1} for line in self.lines]
        return 200, {"content-type": "application/x-amz-json-1.1"}, json.dumps({"events": events})

    def left(self) -> dict[str, Any]:
        """What there is of the bootstrap's own."""
        definitions = self.ecs.list_task_definitions(familyPrefix="pika-prod-db-bootstrap", status="ACTIVE")
        return {
            "policies": self.iam.list_role_policies(RoleName=ROLE)["PolicyNames"],
            "definitions": [arn.rpartition("/")[2] for arn in definitions["taskDefinitionArns"]],
        }

    def run(self, *arguments: str) -> Result:
        return self.desk.tierwise(
            "db-bootstrap", TARGET, *arguments, "--outputs", self.outputs, "--json", str(self.desk.folder / "o.json")
        )


NOTHING = {"policies": [], "definitions": []}


@pytest.fixture
def pika(desk: Desk) -> Pika:
    return Pika(desk)


def registered(desk: Desk) -> dict[str, Any]:
    return json.loads(desk.cloud.made("ecs:RegisterTaskDefinition")[0].body)


@pytest.mark.requirement("PIKA-50")
def test_the_task_creates_the_extensions_that_the_configuration_names(desk: Desk, pika: Pika) -> None:
    result = pika.run("--yes")
    assert result.status == 0, result.err
    [container] = registered(desk)["containerDefinitions"]
    assert container["command"] == ["python", "-m", "starter.bootstrap"]
    variables = {entry["name"]: entry["value"] for entry in container["environment"]}
    assert variables["DATABASE_EXTENSIONS"] == "postgis,pgcrypto"
    sql = "\n".join(result.document["sql"])
    assert 'CREATE EXTENSION IF NOT EXISTS "postgis" WITH SCHEMA extensions;' in sql
    assert 'CREATE EXTENSION IF NOT EXISTS "pgcrypto" WITH SCHEMA extensions;' in sql


@pytest.mark.requirement("PIKA-55")
def test_each_service_gets_a_role_and_a_schema_of_its_own(pika: Pika) -> None:
    result = pika.run("--yes", "--dry-run")
    assert result.status == 0, result.err
    for role in [name.replace("-", "_") for name in SERVICES]:
        [script] = [text for text in result.document["sql"] if f'CREATE SCHEMA IF NOT EXISTS "{role}"' in text]
        assert f'CREATE ROLE "{role}" LOGIN NOINHERIT;' in script
        others = [name.replace("-", "_") for name in SERVICES if name.replace("-", "_") != role]
        assert not [other for other in others if f'"{other}"' in script]
        assert script.rstrip() in result.out
    granting = [text for text in result.document["sql"] if "GRANT SELECT" in text]
    assert len(granting) == len(SERVICES)
    assert all('TO "database_dump"' in text for text in granting)


@pytest.mark.requirement("PIKA-55")
def test_the_task_gets_each_users_secret_and_the_owners_and_nothing_else(desk: Desk, pika: Pika) -> None:
    assert pika.run("--yes").status == 0
    asked = registered(desk)
    [container] = asked["containerDefinitions"]
    owner = pika.rds.describe_db_instances()["DBInstances"][0]["MasterUserSecret"]["SecretArn"]
    expected = {f"SERVICE_SECRET_{name.replace('-', '_').upper()}": f"/pika/prod/db/{name}" for name in USERS}
    assert {s["name"]: s["valueFrom"] for s in container["secrets"]} == {**expected, "DATABASE_SECRET": owner}
    assert "taskRoleArn" not in asked
    assert not {"portMappings", "healthCheck"} & container.keys()
    host = pika.rds.describe_db_instances()["DBInstances"][0]["Endpoint"]["Address"]
    assert {"name": "DATABASE_HOST", "value": host} in container["environment"]
    [started] = [json.loads(call.body) for call in desk.cloud.made("ecs:RunTask")]
    assert started["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"] == [pika.group]
    assert started["launchType"] == "FARGATE"


def test_the_permission_names_these_secrets_alone_and_lasts_for_the_run(desk: Desk, pika: Pika) -> None:
    assert pika.run("--yes").status == 0
    from urllib.parse import parse_qs

    [put] = [parse_qs(call.body) for call in desk.cloud.made("iam:PutRolePolicy")]
    assert put["RoleName"] == [ROLE]
    statements = json.loads(put["PolicyDocument"][0])["Statement"]
    resources = [resource for statement in statements for resource in statement["Resource"]]
    assert not [resource for resource in resources if resource.endswith("*")]
    assert {r for r in resources if ":ssm:" in r} == {
        f"arn:aws:ssm:us-east-1:210987654321:parameter/pika/prod/db/{name}" for name in USERS
    }
    assert {s["Action"] for s in statements} <= {"secretsmanager:GetSecretValue", "ssm:GetParameters", "kms:Decrypt"}
    assert pika.seen == {"policies": ["db-bootstrap"], "definitions": ["pika-prod-db-bootstrap:1"]}
    assert pika.left() == NOTHING


def test_a_dry_run_prints_sql_and_calls_and_makes_none(desk: Desk, pika: Pika) -> None:
    result = pika.run("--dry-run")
    assert (result.status, pika.left()) == (0, NOTHING), result.err
    for call in ("iam:PutRolePolicy", "ecs:RegisterTaskDefinition", "ecs:RunTask", "iam:DeleteRolePolicy",
                 "ecs:DeregisterTaskDefinition", "ecs:DeleteTaskDefinitions"):  # fmt: skip
        assert f"would call {call} " in result.out
        assert not desk.cloud.made(call)
    assert 'REVOKE ALL ON DATABASE "pika" FROM PUBLIC;' in result.out


def test_production_asks(pika: Pika) -> None:
    result = pika.run()
    assert (result.status, pika.left()) == (2, NOTHING)
    assert "repeat with --yes" in result.lines[-1]


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        (1, {"message": "database refused", "reason": "permission denied", "sqlstate": "42501"},
         "the database refused, and nothing was changed: database refused reason=permission denied sqlstate=42501"),
        (1, {"message": "x", "exception": "Traceback\n ALTER ROLE x PASSWORD 'SCRAM-SHA-256$4096:a$b:c'"},
         "x ALTER ROLE x [not shown]"),
        (1, "/usr/local/bin/python: No module named starter", "the image of api-gateway has no starter.bootstrap"),
        (2, "DATABASE_SECRET: expected JSON", "the image finds its environment wrong, and nothing was changed: "
         "DATABASE_SECRET: expected JSON"),
        (137, "", "ended with status 137"),
    ],
)  # fmt: skip
def test_a_task_that_fails_says_why_and_leaves_nothing(pika: Pika, code: int, line: Any, words: str) -> None:
    pika.ends = [{"exitCode": code}]
    pika.lines = [line if isinstance(line, str) else json.dumps(line)]
    result = pika.run("--yes")
    assert (result.status, pika.left()) == (2, NOTHING)
    assert words in result.lines[-1]
    assert "SCRAM" not in result.out + result.err
    assert "failed" in pika.desk.tierwise("history", TARGET).out


def test_a_permission_that_has_not_arrived_is_waited_for(desk: Desk, pika: Pika) -> None:
    late = "ResourceInitializationError: unable to pull secrets: AccessDeniedException: not authorized to perform"
    pika.ends = [{"stoppedReason": late}, {"stoppedReason": late}, {"exitCode": 0}]
    result = pika.run("--yes")
    assert result.status == 0, result.err
    assert len(desk.cloud.made("ecs:RunTask")) == 3
    assert pika.left() == NOTHING


def test_a_secret_that_has_vanished_is_told_in_awss_words(desk: Desk, pika: Pika) -> None:
    gone = "ResourceInitializationError: unable to retrieve secret: invalid parameters: /pika/prod/db/users"
    pika.ends = [{"stoppedReason": gone}]
    result = pika.run("--yes")
    assert (result.status, pika.left()) == (2, NOTHING)
    assert f"the bootstrap never ran: {gone}" in result.lines[-1]
    assert len(desk.cloud.made("ecs:RunTask")) == 1


def test_a_task_that_takes_too_long_is_stopped_and_everything_taken_away(desk: Desk, pika: Pika) -> None:
    pika.ends = [{"lastStatus": "RUNNING"}]
    result = pika.run("--yes", "--timeout", "1")
    assert (result.status, pika.left()) == (2, NOTHING)
    assert "not there after 1 min (running)" in result.lines[-1]
    assert "was given up" in desk.cloud.made("ecs:StopTask")[0].body


def test_no_capacity_is_told(desk: Desk, pika: Pika) -> None:
    desk.cloud.answer("ecs:RunTask", {"tasks": [], "failures": [{"reason": "Capacity is unavailable at this time"}]})
    result = pika.run("--yes")
    assert (result.status, pika.left()) == (2, NOTHING)
    assert "cannot start: Capacity is unavailable at this time; repeat later" in result.lines[-1]


def interrupt(desk: Desk, pika: Pika) -> None:
    """A run that could not take its things away."""
    desk.cloud.fail("iam:DeleteRolePolicy", "AccessDenied", status=403)
    result = pika.run("--yes")
    assert "`tierwise db-bootstrap pika/prod --cleanup` takes them away" in result.err
    desk.cloud.answers.pop("iam:DeleteRolePolicy")
    assert pika.left() != NOTHING


def test_what_a_crash_left_goes_with_cleanup(desk: Desk, pika: Pika) -> None:
    interrupt(desk, pika)
    result = pika.run("--cleanup")
    assert (result.status, pika.left()) == (0, NOTHING)
    assert f"permission db-bootstrap of {ROLE}" in result.document["removed"]
    assert pika.run("--cleanup").document["removed"] == []


def test_what_a_crash_left_goes_with_the_next_run(desk: Desk, pika: Pika) -> None:
    interrupt(desk, pika)
    result = pika.run("--yes")
    assert (result.status, pika.left()) == (0, NOTHING)


def test_denied_in_the_middle_still_takes_away_what_was_made(desk: Desk, pika: Pika) -> None:
    desk.cloud.fail("ecs:RegisterTaskDefinition", "AccessDeniedException")
    result = pika.run("--yes")
    assert (result.status, pika.left()) == (2, NOTHING)
    assert "access denied" in result.lines[-1]


def test_another_service_can_lend_its_image(desk: Desk, pika: Pika) -> None:
    result = pika.run("--yes", "--service", "static")
    assert result.lines[-1].startswith("pika/prod  --service static does not use the database: api-gateway, listings")
    assert "service users does not run in pika-prod" in pika.run("--yes", "--service", "users").lines[-1]


def test_a_database_that_sleeps_is_one_line(pika: Pika) -> None:
    pika.rds.stop_db_instance(DBInstanceIdentifier="pika-prod-database")
    assert "is stopped: `tierwise schedule resume pika/prod` wakes it" in pika.run("--yes").lines[-1]


def test_servers_prepare_their_database_themselves(desk: Desk) -> None:
    from tests.operations.test_smoke_requests import account_of

    target = "pratikoai-mcp/staging"
    desk.sign_in(account_of(target))
    result = desk.tierwise("db-bootstrap", target, "--outputs", desk.outputs(target, database="d"))
    assert result.status == 2
    assert "no service on Fargate uses the database" in result.lines[-1]
    assert "docs/bootstrap.md#databases" in result.lines[-1]
