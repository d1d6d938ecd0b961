"""Amazon ECS and ECR: unprivileged containers, no secrets in plain sight, images that are scanned and cannot change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from guardrails import documents
from guardrails.checks import PathCheck, is_block, none_of, not_true, one_of, when
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Deferred, Kind, Outcome, Scope, declare, undecided
from guardrails.secrets import named_secret

TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
SERVICE: Final = "aws:ecs/service:Service"
CLUSTER: Final = "aws:ecs/cluster:Cluster"
REPOSITORY: Final = "aws:ecr/repository:Repository"
SCANNING: Final = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
ECR_LIFECYCLE: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"

Container = Mapping[str, Any]
_CONTAINERS: Final = "containerDefinitions"


def containers(task: Resource) -> list[Container] | Outcome:
    """A task definition's containers, or what a check yields when they cannot be told."""
    text = task.get(_CONTAINERS)
    if text is UNKNOWN:
        return Deferred(_CONTAINERS)
    if not isinstance(text, str):
        return f"{_CONTAINERS} is not set"
    try:
        found: Any = json.loads(text)
    except ValueError:
        return f"{_CONTAINERS} is not JSON"
    if not isinstance(found, list) or not all(is_block(one) for one in cast(list[Any], found)):
        return f"{_CONTAINERS} is not a list of containers"
    return cast(list[Container], found)


def _each(judge: Callable[[Container, Resource], Iterator[str]], *reads: str) -> PathCheck:
    """Judge every container of a task definition; what ``judge`` yields is prefixed with the container's name."""

    def run(task: Resource, _scope: Scope) -> Iterator[Outcome]:
        found = containers(task)
        if not isinstance(found, list):
            yield found
            return
        for container in found:
            for message in judge(container, task):
                yield f"container {container.get('name', '?')}: {message}"

    return PathCheck(run, (_CONTAINERS, *reads))


def _list(container: Container, key: str) -> list[Mapping[str, Any]]:
    value = container.get(key)
    entries = cast(list[Any], value) if isinstance(value, list) else []
    return [entry for entry in entries if is_block(entry)]


def _root_on_host(container: Container, task: Resource) -> Iterator[str]:
    if task.get("networkMode") in ("host", UNKNOWN) and not container.get("privileged") and _is_root(container):
        unknown = task.get("networkMode") is UNKNOWN
        yield undecided("networkMode") if unknown else "runs as root in the host's network"


def _is_root(container: Container) -> bool:
    user = str(container.get("user") or "").split(":")[0]
    return user in ("", "root", "0")


declare(
    "ECS.1",
    "high",
    Kind.FREE,
    "Amazon ECS task definitions should have secure networking modes and user definitions",
    types=TASK,
    check=_each(_root_on_host, "networkMode"),
    why="Root in the host's network namespace reaches everything on the host.",
    fix='network_mode="awsvpc"',
)

declare(
    "ECS.2",
    "high",
    Kind.EXPOSURE,
    "ECS services should not have public IP addresses assigned to them automatically",
    types=SERVICE,
    check=not_true("networkConfiguration.assignPublicIp"),
    why="A task with a public address can be called around the load balancer and its firewall.",
    fix='network_configuration={"assign_public_ip": False, "subnets": private_subnets}',
)

declare(
    "ECS.16",
    "high",
    Kind.EXPOSURE,
    "ECS task sets should not automatically assign public IP addresses",
    types="aws:ecs/taskSet:TaskSet",
    check=not_true("networkConfiguration.assignPublicIp"),
    why="A task with a public address can be called around the load balancer and its firewall.",
    fix='network_configuration={"assign_public_ip": False}',
)

declare(
    "ECS.3",
    "high",
    Kind.FREE,
    "ECS task definitions should not share the host's process namespace",
    types=TASK,
    check=none_of("pidMode", ("host",)),
    why="A container that sees the host's processes can read their memory and secrets.",
    fix="leave pid_mode out",
)


def _privileged(container: Container, _task: Resource) -> Iterator[str]:
    if container.get("privileged") not in (None, False):
        yield "privileged is true"


declare(
    "ECS.4",
    "high",
    Kind.FREE,
    "ECS containers should run as non-privileged",
    types=TASK,
    check=_each(_privileged),
    why="A privileged container is root on its host.",
    fix='container definition: "privileged": False, or leave it out',
)


def _writable(container: Container, task: Resource) -> Iterator[str]:
    if _windows(task):
        return
    if container.get("readonlyRootFilesystem") is not True:
        yield "readonlyRootFilesystem is not true"


def _windows(task: Resource) -> bool:
    return str(task.get("runtimePlatform.operatingSystemFamily")).upper().startswith("WINDOWS")


declare(
    "ECS.5",
    "high",
    Kind.PRODUCTION,
    "ECS containers should be limited to read-only access to root filesystems",
    types=TASK,
    check=_each(_writable, "runtimePlatform.operatingSystemFamily"),
    why="What cannot be written cannot be replaced by an attacker's tools.",
    fix='container definition: "readonlyRootFilesystem": True, with a volume mounted on /tmp where one is needed',
)

_FORBIDDEN_NAMES: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ECS_ENGINE_AUTH_DATA")


def _plain_secret(container: Container, _task: Resource) -> Iterator[str]:
    image = str(container.get("image") or "")
    for variable in _list(container, "environment"):
        name, value = str(variable.get("name")), variable.get("value")
        # The image's own tag or digest, passed on as the version, is random to look at and known to everybody.
        version = isinstance(value, str) and image.endswith((f":{value}", f"@{value}"))
        reason = named_secret(name, value) if isinstance(value, str) and not version else None
        if name in _FORBIDDEN_NAMES:
            yield f"environment variable {name} passes a credential"
        elif reason:
            yield f"environment variable {name} {reason}"


declare(
    "ECS.8",
    "high",
    Kind.ENCRYPTION,
    "Secrets should not be passed as container environment variables",
    types=TASK,
    check=_each(_plain_secret),
    why="Everybody who may describe the task definition reads its environment, for every revision ever made.",
    fix='container definition: "secrets": [{"name": "STRIPE_KEY", "valueFrom": secret.arn}]',
)


def _unlogged(container: Container, _task: Resource) -> Iterator[str]:
    logging = container.get("logConfiguration")
    if not is_block(logging) or not logging.get("logDriver"):
        yield "logConfiguration is not set"


declare(
    "ECS.9",
    "high",
    Kind.FREE,
    "ECS task definitions should have a logging configuration",
    types=TASK,
    check=_each(_unlogged),
    why="A container without a log driver takes its last words with it.",
    fix='container definition: "logConfiguration": {"logDriver": "awslogs", "options": {...}}',
)

declare(
    "ECS.10",
    "medium",
    Kind.FREE,
    "ECS Fargate services should run on the latest Fargate platform version",
    types=SERVICE,
    check=when(
        "launchType",
        lambda value: value in (ABSENT, "FARGATE"),
        one_of("platformVersion", ("LATEST", "1.4.0"), absent=True),
    ),
    why="Older platforms get no security fixes.",
    fix='platform_version="LATEST"',
)


def _insights(cluster: Resource, _scope: Scope) -> Iterator[Outcome]:
    for setting in cluster.all("settings[]"):
        if setting is UNKNOWN:
            yield undecided("settings")
            return
        if is_block(setting) and setting.get("name") == "containerInsights":
            if setting.get("value") in ("enabled", "enhanced"):
                return
            yield undecided("settings[].value") if setting.get("value") is UNKNOWN else "containerInsights is disabled"
            return
    yield "containerInsights is not set"


declare(
    "ECS.12",
    "medium",
    Kind.ADVICE,
    "ECS clusters should use Container Insights",
    types=CLUSTER,
    reads=("settings[].name", "settings[].value"),
    check=_insights,
    why="Figures by task and container. Advisory: they are custom metrics at $0.30 each, more than a small cluster's "
    "tasks cost; the free service metrics carry the alarms.",
    fix='settings=[{"name": "containerInsights", "value": "enabled"}]',
)

declare(
    "ECS.17",
    "medium",
    Kind.FREE,
    "ECS task definitions should not use host network mode",
    types=TASK,
    check=none_of("networkMode", ("host",)),
    why="A container in the host's network hears every other container's traffic.",
    fix='network_mode="awsvpc"',
    frameworks="NIST",
)


def _plain_efs(task: Resource, _scope: Scope) -> Iterator[Outcome]:
    for volume in task.all("volumes[].efsVolumeConfiguration"):
        if volume is UNKNOWN:
            yield undecided("volumes")
        elif is_block(volume) and volume.get("transitEncryption") != "ENABLED":
            unknown = volume.get("transitEncryption") is UNKNOWN
            path = "volumes[].efsVolumeConfiguration.transitEncryption"
            yield undecided(path) if unknown else f"{path} is not ENABLED"


declare(
    "ECS.18",
    "medium",
    Kind.ENCRYPTION,
    "ECS task definitions should use in-transit encryption for EFS volumes",
    types=TASK,
    reads=("volumes[].efsVolumeConfiguration.transitEncryption",),
    check=_plain_efs,
    why="Files cross the network in plain text otherwise.",
    fix='efs_volume_configuration={"file_system_id": fs.id, "transit_encryption": "ENABLED"}',
    frameworks="NIST",
)

declare(
    "ECS.19",
    "medium",
    Kind.PRODUCTION,
    "ECS capacity providers should have managed termination protection enabled",
    types="aws:ecs/capacityProvider:CapacityProvider",
    check=when(
        "autoScalingGroupProvider",
        lambda value: value is not ABSENT,
        one_of("autoScalingGroupProvider.managedTerminationProtection", ("ENABLED",)),
    ),
    why="Scaling in would stop instances that still run tasks.",
    fix='auto_scaling_group_provider={"managed_termination_protection": "ENABLED", ...}',
    frameworks="NIST",
)


def _root_user(container: Container, task: Resource) -> Iterator[str]:
    if not _windows(task) and _is_root(container):
        yield "user is not set to anybody but root"


declare(
    "ECS.20",
    "medium",
    Kind.ADVICE,
    "ECS task definitions should configure non-root users",
    types=TASK,
    check=_each(_root_user, "runtimePlatform.operatingSystemFamily"),
    why="A break-out from a root container starts as root. Advisory: the image's own USER is not visible here.",
    fix='container definition: "user": "1000:1000"',
    frameworks="NIST",
)


def _administrator(container: Container, task: Resource) -> Iterator[str]:
    path = "runtimePlatform.operatingSystemFamily"
    unknown = task.get(path) is UNKNOWN
    user = str(container.get("user") or "containeradministrator").lower()
    if (_windows(task) or unknown) and user == "containeradministrator":
        yield undecided(path) if unknown else "runs as containeradministrator"


declare(
    "ECS.21",
    "medium",
    Kind.ADVICE,
    "ECS task definitions should configure non-administrator users on Windows",
    types=TASK,
    check=_each(_administrator, "runtimePlatform.operatingSystemFamily"),
    why="A break-out from an administrator's container starts as administrator.",
    fix='container definition: "user": "containeruser"',
    frameworks="NIST",
)


def _moving_image(container: Container, _task: Resource) -> Iterator[str]:
    image = str(container.get("image", ""))
    name = image.rsplit("/", 1)[-1]
    if "@sha256:" not in image and (":" not in name or name.endswith(":latest")):
        yield "image has no fixed tag or digest"


declare(
    "P.ECS.image",
    "high",
    Kind.FREE,
    "Containers should run an image that cannot change under them",
    types=TASK,
    check=_each(_moving_image),
    why="With :latest nobody can say what ran yesterday, and a roll-back starts the same broken image.",
    fix='container definition: "image": f"{repository.repository_url}@{digest}"',
    url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html",
)


def _exec_log(cluster: Resource, _scope: Scope) -> Iterator[Outcome]:
    path = "configuration.executeCommandConfiguration"
    logging = cluster.get(f"{path}.logging")
    if cluster.is_set(path) and logging in (ABSENT, "NONE"):
        yield f"{path}.logging is off"
    elif logging is UNKNOWN:
        yield undecided(f"{path}.logging")


declare(
    "P.ECS.exec-log",
    "medium",
    Kind.FREE,
    "Commands run inside containers should be logged",
    types=CLUSTER,
    reads=("configuration.executeCommandConfiguration.logging",),
    check=_exec_log,
    why="A shell in production without a record is a change that nobody can trace.",
    fix='configuration={"execute_command_configuration": {"logging": "OVERRIDE", "log_configuration": {...}}}',
    url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
)

declare(
    "P.ECS.exec-off",
    "medium",
    Kind.PRODUCTION,
    "Services should not allow shells in their containers",
    types=SERVICE,
    check=not_true("enableExecuteCommand"),
    why="A shell in production is access to every secret that the task has.",
    fix="enable_execute_command=False",
    url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
)


def _same_role(task: Resource, scope: Scope) -> Iterator[Outcome]:
    task_role, execution = task.get("taskRoleArn"), task.get("executionRoleArn")
    shared = {r.urn for r in scope.stack.referenced(task, "taskRoleArn")} & {
        r.urn for r in scope.stack.referenced(task, "executionRoleArn")
    }
    linked = scope.stack.referenced(task, "taskRoleArn") and scope.stack.referenced(task, "executionRoleArn")
    if not shared and not linked and UNKNOWN in (task_role, execution) and ABSENT not in (task_role, execution):
        yield undecided("taskRoleArn" if task_role is UNKNOWN else "executionRoleArn")
    elif shared or (isinstance(task_role, str) and task_role == execution):
        yield "taskRoleArn and executionRoleArn are the same role"


declare(
    "P.ECS.roles",
    "medium",
    Kind.IAM,
    "Tasks should have a role of their own, apart from the one that starts them",
    types=TASK,
    reads=("taskRoleArn", "executionRoleArn"),
    related={"aws:iam/role:Role": ("name",)},
    check=_same_role,
    why="The execution role reads every secret of the task and pulls images; the application needs neither.",
    fix="task_role_arn=task_role.arn, execution_role_arn=execution_role.arn",
    url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
)


def _rolls_back(service: Resource, _scope: Scope) -> Iterator[Outcome]:
    controller = service.get("deploymentController.type")
    strategy = service.get("deploymentConfiguration.strategy")
    if controller not in (ABSENT, "ECS", UNKNOWN) or strategy not in (ABSENT, "ROLLING", UNKNOWN):
        return
    for path in ("deploymentCircuitBreaker.enable", "deploymentCircuitBreaker.rollback"):
        value = service.get(path)
        if value is not True:
            yield undecided(path) if value is UNKNOWN else f"{path} is not true"


declare(
    "P.ECS.rollback",
    "medium",
    Kind.FREE,
    "Failed deployments should roll back by themselves",
    types=SERVICE,
    reads=(
        "deploymentCircuitBreaker.enable",
        "deploymentCircuitBreaker.rollback",
        "deploymentController.type",
        "deploymentConfiguration.strategy",
    ),
    check=_rolls_back,
    why="Without the circuit breaker ECS starts a broken image again and again, for hours.",
    fix='deployment_circuit_breaker={"enable": True, "rollback": True}',
    url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html",
)


def _scanned(repository: Resource, scope: Scope) -> Iterator[Outcome]:
    path = "imageScanningConfiguration.scanOnPush"
    value = repository.get(path)
    if value is True or scope.stack.of_type(SCANNING):
        return
    yield undecided(path) if value is UNKNOWN else f"{path} is not true"


declare(
    "ECR.1",
    "high",
    Kind.FREE,
    "ECR private repositories should have image scanning configured",
    types=REPOSITORY,
    reads=("imageScanningConfiguration.scanOnPush",),
    related={SCANNING: ("scanType",)},
    check=_scanned,
    why="Known holes in the image's packages go unnoticed; the basic scan is free.",
    fix='image_scanning_configuration={"scan_on_push": True}',
)

declare(
    "ECR.2",
    "medium",
    Kind.FREE,
    "ECR private repositories should have tag immutability configured",
    types=REPOSITORY,
    check=one_of("imageTagMutability", ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION")),
    why="A tag that can move lets somebody replace the image that a roll-back would start.",
    fix='image_tag_mutability="IMMUTABLE"',
)


def _images_expire(repository: Resource, scope: Scope) -> Iterator[Outcome]:
    if not scope.attached(repository, ECR_LIFECYCLE, "repository", "name"):
        yield "has no lifecycle policy, so every image is kept and paid for"


declare(
    "ECR.3",
    "medium",
    Kind.FREE,
    "ECR repositories should have at least one lifecycle policy configured",
    types=REPOSITORY,
    reads=("name",),
    related={ECR_LIFECYCLE: ("repository",)},
    check=_images_expire,
    why="Every push adds an image at $0.10 a GB and month.",
    fix="ecr.LifecyclePolicy(repository=repository.name, policy=...)",
)

declare(
    "ECR.5",
    "medium",
    Kind.CUSTOMER_KEY,
    "ECR repositories should be encrypted with customer managed AWS KMS keys",
    types=REPOSITORY,
    reads=("encryptionConfigurations[].encryptionType",),
    check=lambda repository, _scope: (
        () if "KMS" in repository.all("encryptionConfigurations[].encryptionType") else ("is not encrypted with KMS",)
    ),
    why="Images are always encrypted; a KMS key adds control over who may pull them.",
    fix='encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}]',
    frameworks="NIST",
)


declare(
    "P.ECR.open",
    "critical",
    Kind.EXPOSURE,
    "Repositories should not be open to everybody",
    types="aws:ecr/repositoryPolicy:RepositoryPolicy",
    reads=("policy",),
    check=documents.public("policy", "gives everybody access"),
    why="Anybody could pull the application, or push another one in its place.",
    fix='name the account or the service: "Principal": {"AWS": "arn:aws:iam::123456789012:root"}',
    url="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
    waivable=False,
)
