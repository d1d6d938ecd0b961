"""``db-bootstrap`` of an RDS instance: a task and a permission of its own, and nothing of either left over.

The database has no public address and admits the services' tasks alone, and instances have no Data API. So a task like
a service's runs ``python -m starter.bootstrap`` once: as the owner, in the service's subnets and security groups, with
the service's execution role, which may read the owner's secret and the users' for as long as that takes. The task gets
no role of its own: it calls nothing of AWS. No password passes through this process.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from settings.links import parse_link
from tierwise.operations.answers import listed, part
from tierwise.operations.database.instance_plan import DUMP, database_users, plan_instance, role_of
from tierwise.operations.database.task import Answer, OneOff, container_of, describe, run_once
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step
from tierwise.operations.smoke.services import describe_services
from tierwise.targets import find_root

if TYPE_CHECKING:
    from settings.data import Database

#: Name of the permission, and last part of the task definition's name.
MARK: Final = "db-bootstrap"
COMMAND: Final = ("python", "-m", "starter.bootstrap")
#: A permission that was just given is not everywhere at once.
_STARTS: Final = 4
_PAUSE: Final = 15.0
_NOT_YET: Final = ("AccessDenied", "not authorized")
_COPIED: Final = ("networkMode", "cpu", "memory", "executionRoleArn", "runtimePlatform", "volumes")


@dataclass(frozen=True)
class _Host:
    """The service that lends its task.

    Attributes:
        name: Its name.
        definition: Its task definition.
        network: Its network.
        role: Name of its execution role.
    """

    name: str
    definition: Mapping[str, Any]
    network: Mapping[str, Any]
    role: str


def bootstrap_instance(operation: Operation, database: Database, chosen: str | None) -> Outcome:
    """Give an instance its extensions, and each service a role and a schema; again, only passwords are set anew.

    Args:
        operation: The command.
        database: The instance's settings.
        chosen: The service that lends its task; the dump's, or the first critical one, by default.

    Raises:
        OperationError: Something is missing, or the task ended otherwise than it should.
    """
    stack = operation.stack
    users = database_users(stack.settings)
    host_name = _choose(operation, database, chosen, users)
    sql = list(plan_instance(find_root(stack.target.directory), database.name, database.extensions, users))
    instance = _instance(operation)
    host = _find_host(operation, host_name)
    references = {user: _reference(operation, user) for user in users}
    if operation.options.dry_run:
        for script in sql:
            operation.console.say(script.rstrip())
    name = str(instance["DBInstanceIdentifier"])
    operation.confirm(f"A task prepares {name}: {len(users)} roles and schemas; what is there already stays.")
    with operation.exclusive():
        _clean(operation, host.role)
        entry = operation.record.begin([Step(f"database {name}", "", f"{len(users)} roles")])
        try:
            answer = _run(operation, instance, database, host, references)
        except BaseException as error:
            with suppress(AwsError):
                operation.record.end(entry, "failed", str(error) if isinstance(error, OperationError) else "given up")
            raise
        entry.steps[0].done = True
        operation.record.end(entry, "done")
    roles = [role_of(user) for user in users]
    if not operation.options.dry_run:
        for line in answer.lines:
            operation.console.say(line)
        operation.console.say(f"{name} is prepared for {', '.join(roles)}; the task and its permission are gone")
    return Outcome(document={"database": name, "service": host.name, "roles": roles, "sql": sql})


def clean_instance(operation: Operation) -> Outcome:
    """Take away what an interrupted bootstrap has left."""
    database = operation.stack.settings.database
    if database is None or not database.enabled:
        operation.console.say("nothing is left of a bootstrap: it leaves nothing in Aurora")
        return Outcome(document={"removed": []})
    host = _find_host(operation, _choose(operation, database, None, database_users(operation.stack.settings)))
    with operation.exclusive():
        removed = _clean(operation, host.role)
    if not removed:
        operation.console.say("nothing is left of a bootstrap")
    return Outcome(document={"removed": removed})


def _choose(operation: Operation, database: Database, chosen: str | None, users: list[str]) -> str:
    stack = operation.stack
    services = [user for user in users if user != DUMP]
    if not services:
        fleets = [
            name
            for name, fleet in stack.settings.active_fleets.items()
            if any(parse_link(link).kind == "database" for link in fleet.links)
        ]
        where = f"; {', '.join(fleets)} runs on servers, which prepare it themselves: docs/bootstrap.md#databases"
        raise OperationError(
            f"{stack.key}  no service on Fargate uses the database, so no task can reach it{where if fleets else ''}"
        )
    if database.proxy:
        raise OperationError(
            f"{stack.key}  database.proxy stands before the database and knows no owner: deploy with proxy: false, "
            "bootstrap, switch it on again"
        )
    if chosen is not None:
        if chosen not in services:
            raise OperationError(f"{stack.key}  --service {chosen} does not use the database: {', '.join(services)} do")
        return chosen
    dump = stack.settings.database_dump
    if dump is not None and dump.enabled and dump.service in services:
        return dump.service
    return min(services, key=lambda name: (not stack.settings.services[name].critical, services.index(name)))


def _instance(operation: Operation) -> dict[str, Any]:
    stack = operation.stack
    name = str(stack.require("database", "database"))
    try:
        found = listed(operation.aws.read("rds", "DescribeDBInstances", DBInstanceIdentifier=name), "DBInstances")[0]
    except AwsError as error:
        if not error.missing:
            raise
        raise OperationError(f"{stack.key}  {name} does not exist in AWS: deploy the stack first") from None
    status = str(found.get("DBInstanceStatus", ""))
    if status in ("stopped", "stopping", "starting"):
        raise OperationError(
            f"{stack.key}  {name} is {status}: `tierwise schedule resume {stack.key}` wakes it, then repeat"
        )
    if not part(found, "MasterUserSecret").get("SecretArn"):
        raise OperationError(
            f"{stack.key}  {name} has no owner's secret of RDS: deploy the stack, which has RDS keep the password"
        )
    return found


def _find_host(operation: Operation, name: str) -> _Host:
    stack = operation.stack
    cluster = str(stack.require("cluster", "cluster"))
    service = describe_services(operation, cluster, [name]).get(name)
    if service is None:
        raise OperationError(f"{stack.key}  service {name} does not run in {cluster}: deploy the stack first")
    # Where CodeDeploy moves the traffic, a service's task sets say what runs.
    sets: list[Mapping[str, Any]] = [service, *listed(service, "taskSets")]
    running = next((found for found in sets if found.get("taskDefinition")), None)
    if running is None:
        raise OperationError(f"{stack.key}  service {name} has no task definition yet: wait for its deployment")
    definition = describe(operation, str(running["taskDefinition"]))
    role = str(definition.get("executionRoleArn", "")).rpartition("/")[2]
    return _Host(name, definition, part(running, "networkConfiguration"), role)


def _reference(operation: Operation, user: str) -> str:
    """Where a user's credentials are, as the task that uses them says it."""
    stack = operation.stack
    arn = str(stack.mapping("taskDefinitions").get(user) or f"{stack.prefix}{user}")
    for secret in listed(container_of(describe(operation, arn), user), "secrets"):
        if secret["name"] == "DATABASE_SECRET":
            return str(secret["valueFrom"])
    raise OperationError(
        f"{stack.key}  what runs as {user} was deployed without a database user: deploy the stack first"
    )


def _run(
    operation: Operation, instance: Mapping[str, Any], database: Database, host: _Host, references: Mapping[str, str]
) -> Answer:
    owner = part(instance, "MasterUserSecret")
    document = _permission(operation, owner, references)
    try:
        operation.aws.change("iam", "PutRolePolicy", RoleName=host.role, PolicyName=MARK, PolicyDocument=document)
        definition = _definition(operation, instance, database, host, references)
        registered = operation.aws.change("ecs", "RegisterTaskDefinition", **definition)
        arn = str(part(registered, "taskDefinition").get("taskDefinitionArn") or "the one above")
        logs = part(part(definition["containerDefinitions"][0], "logConfiguration"), "options")
        task = OneOff(
            cluster=str(operation.stack.output("cluster")),
            definition=arn,
            network=host.network,
            container=host.name,
            log_group=str(logs.get("awslogs-group", "")),
            log_prefix=str(logs.get("awslogs-stream-prefix", "")),
        )
        return _until_it_starts(operation, task)
    finally:
        # Also after a failure: what cannot go now goes with the next run.
        try:
            if operation.options.dry_run:
                _show_cleaning(operation, host.role)
            else:
                _clean(operation, host.role)
        except OperationError as error:
            operation.console.note(
                f"the task's permission or definition is still there ({error}): "
                f"`tierwise db-bootstrap {operation.stack.key} --cleanup` takes them away"
            )


def _until_it_starts(operation: Operation, task: OneOff) -> Answer:
    """Run it; a task that was not let at its secrets yet is started again."""
    starts = 1
    while (answer := run_once(operation, task, "database bootstrap")).status != 0:
        waits = answer.status is None and any(word in answer.reason for word in _NOT_YET)
        if not waits or starts == _STARTS:
            break
        operation.console.note("the permission has not arrived everywhere yet: once more")
        operation.console.clock.sleep(_PAUSE)
        starts += 1
    else:
        return answer
    raise OperationError(f"{operation.stack.key}  {_meaning(answer, task.container)}")


def _meaning(answer: Answer, service: str) -> str:
    said = " | ".join(answer.lines) or answer.reason or "no reason given"
    if any("No module named" in line for line in answer.lines):
        return f"the image of {service} has no {COMMAND[-1]} ({said}): name a service that has it with --service"
    if answer.status is None:
        return f"the bootstrap never ran: {answer.reason or 'no reason given'}"
    if answer.status == 1:
        return f"the database refused, and nothing was changed: {said}"
    if answer.status == 2:
        return f"the image finds its environment wrong, and nothing was changed: {said}"
    return f"the bootstrap ended with status {answer.status}, and nothing was changed: {said}"


def _permission(operation: Operation, owner: Mapping[str, Any], references: Mapping[str, str]) -> str:
    """Reading the owner's secret and the users', and nothing else."""
    aws = operation.aws
    secrets, parameters = [str(owner["SecretArn"])], list[str]()
    for reference in references.values():
        if ":secretsmanager:" in reference:
            # With the suffix that Secrets Manager adds, or without.
            secrets += [reference, f"{reference}-??????"]
        elif reference.startswith("arn:"):
            parameters.append(reference)
        else:
            parameters.append(f"arn:aws:ssm:{aws.region}:{aws.account}:parameter{reference}")
    statements: list[dict[str, Any]] = [_allow("secretsmanager:GetSecretValue", secrets)]
    if parameters:
        statements.append(_allow("ssm:GetParameters", parameters))
    if key := owner.get("KmsKeyId"):
        services = [f"{service}.{aws.region}.amazonaws.com" for service in ("secretsmanager", "ssm")]
        via = {"StringEquals": {"kms:ViaService": services}}
        statements.append({**_allow("kms:Decrypt", [str(key)]), "Condition": via})
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _allow(action: str, resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resources}


def _definition(
    operation: Operation,
    instance: Mapping[str, Any],
    database: Database,
    host: _Host,
    references: Mapping[str, str],
) -> dict[str, Any]:
    """The service's task definition, made into the bootstrap's."""
    stack = operation.stack
    own = container_of(host.definition, host.name)
    variables = {entry["name"]: entry["value"] for entry in listed(own, "environment")}
    endpoint = part(instance, "Endpoint")
    variables |= {
        "SERVICE_NAME": "bootstrap",
        "DATABASE_HOST": str(endpoint["Address"]),
        "DATABASE_PORT": str(endpoint["Port"]),
        "DATABASE_NAME": database.name,
    }
    if database.extensions:
        variables["DATABASE_EXTENSIONS"] = ",".join(database.extensions)
    secrets = {"DATABASE_SECRET": str(part(instance, "MasterUserSecret")["SecretArn"])} | {
        f"SERVICE_SECRET_{role_of(user).upper()}": reference for user, reference in references.items()
    }
    dropped = ("portMappings", "healthCheck", "command", "environment", "secrets", "dependsOn")
    container = {key: value for key, value in own.items() if key not in dropped} | {
        "essential": True,
        "command": [*COMMAND],
        "environment": [{"name": name, "value": value} for name, value in sorted(variables.items())],
        "secrets": [{"name": name, "valueFrom": value} for name, value in sorted(secrets.items())],
    }
    return {
        "family": f"{stack.prefix}{MARK}",
        "requiresCompatibilities": ["FARGATE"],
        "containerDefinitions": [container],
        "tags": [
            {"key": "project", "value": stack.system},
            {"key": "stage", "value": stack.stage},
            {"key": "component", "value": MARK},
        ],
        **{key: host.definition[key] for key in _COPIED if host.definition.get(key)},
    }


def _show_cleaning(operation: Operation, role: str) -> None:
    family = f"{operation.stack.prefix}{MARK}"
    operation.aws.change("iam", "DeleteRolePolicy", RoleName=role, PolicyName=MARK)
    operation.aws.change("ecs", "DeregisterTaskDefinition", taskDefinition=family)
    operation.aws.change("ecs", "DeleteTaskDefinitions", taskDefinitions=[family])


def _clean(operation: Operation, role: str) -> list[str]:
    """Take away the permission, the task definition and a task that still runs; says what there was."""
    aws, family, removed = operation.aws, f"{operation.stack.prefix}{MARK}", list[str]()
    cluster = str(operation.stack.require("cluster", "cluster"))
    try:
        aws.read("iam", "GetRolePolicy", RoleName=role, PolicyName=MARK)
    except AwsError as error:
        if not error.missing:
            raise
    else:
        aws.change("iam", "DeleteRolePolicy", RoleName=role, PolicyName=MARK)
        removed.append(f"permission {MARK} of {role}")
    for task in list(aws.pages("ecs", "ListTasks", "taskArns", cluster=cluster, family=family)):
        aws.change("ecs", "StopTask", cluster=cluster, task=str(task), reason="left by an interrupted db-bootstrap")
        removed.append(f"task {str(task).rpartition('/')[2]}")
    found = aws.pages("ecs", "ListTaskDefinitions", "taskDefinitionArns", familyPrefix=family, status="ACTIVE")
    definitions = [str(arn) for arn in found if str(arn).rpartition("/")[2].partition(":")[0] == family]
    for arn in definitions:
        aws.change("ecs", "DeregisterTaskDefinition", taskDefinition=arn)
        removed.append(f"task definition {arn.rpartition('/')[2]}")
    for start in range(0, len(definitions), 10):
        aws.change("ecs", "DeleteTaskDefinitions", taskDefinitions=definitions[start : start + 10])
    for what in removed:
        operation.console.note(f"{what} is taken away")
    return removed
