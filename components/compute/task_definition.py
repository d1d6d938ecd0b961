"""What a task runs, as ECS reads it: pure, so that it is complete and readable before anything is deployed.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.grant import Grant
from components.names import Names

#: Numeric, so that ECS can tell that it is not root; images need no entry for it.
USER: Final = "10001:10001"
#: Seconds between SIGTERM and SIGKILL, longer than a service takes to finish its requests.
STOP_SECONDS: Final = 30
#: Variable that lists linked services as ``name=url,name=url``; every link to a service adds to it.
SERVICES: Final = "SERVICES"
#: Bytes of log lines held while CloudWatch is slow; then lines are dropped, and the service keeps answering.
_LOG_BUFFER: Final = "4m"
#: Folders that the shell of ``aws ecs execute-command`` must be able to write in.
_EXEC_FOLDERS: Final = {"exec-lib": "/var/lib/amazon", "exec-log": "/var/log/amazon"}
_IMAGE: Final = re.compile(r"^(?P<name>[^@]+?)(:(?P<tag>[^:/@]+))?(@(?P<digest>sha256:[0-9a-f]{64}))?$")
_ECR: Final = re.compile(r"^(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<repository>.+)$")


class LinkConflictError(ValueError):
    """Two links, or a link and the configuration, give one variable different values."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a task.

    Attributes:
        name: Name of the container, and of its port.
        image: Image, pinned by digest or commit.
        environment: Plain variables.
        secrets: Variables read when the task starts: variable to parameter name or secret ARN.
        log_group: Log group, by name.
        region: Region of the log group.
        port: Port that it listens on; None for a task that serves nothing.
        health_command: Command whose status tells whether it is healthy; None for none.
        command: Command instead of the image's own.
        shell: Whether ``aws ecs execute-command`` may open a shell, which needs two folders that it can write in.
        start_seconds: Seconds after the start in which a failing health check does not count.
    """

    name: str
    image: pulumi.Input[str]
    environment: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, pulumi.Input[str]]
    log_group: str
    region: str
    port: int | None = None
    health_command: Sequence[str] | None = None
    command: Sequence[str] | None = None
    shell: bool = False
    start_seconds: int = 60


def container_definition(container: Container) -> dict[str, Any]:
    """The container as ``containerDefinitions`` has it: no root, no writing outside ``/tmp``, logs to CloudWatch.

    The same container always gives the same document, whatever the order of its variables.
    """
    definition: dict[str, Any] = {
        "name": container.name,
        "image": container.image,
        "essential": True,
        "user": USER,
        "readonlyRootFilesystem": True,
        "privileged": False,
        "linuxParameters": {"initProcessEnabled": True},
        "mountPoints": [
            {"sourceVolume": volume, "containerPath": path, "readOnly": False}
            for volume, path in _folders(container.shell).items()
        ],
        "environment": [
            {"name": name, "value": value} for name, value in sorted(container.environment.items(), key=_name)
        ],
        "secrets": [{"name": name, "valueFrom": value} for name, value in sorted(container.secrets.items(), key=_name)],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": container.log_group,
                "awslogs-region": container.region,
                "awslogs-stream-prefix": container.name,
                "mode": "non-blocking",
                "max-buffer-size": _LOG_BUFFER,
            },
        },
        "stopTimeout": STOP_SECONDS,
    }
    if container.port is not None:
        definition["portMappings"] = [
            {
                "name": container.name,
                "containerPort": container.port,
                "hostPort": container.port,
                "protocol": "tcp",
                "appProtocol": "http",
            }
        ]
    if container.health_command is not None:
        definition["healthCheck"] = {
            "command": list(container.health_command),
            "interval": 30,
            "timeout": 5,
            "retries": 3,
            "startPeriod": container.start_seconds,
        }
    if container.command is not None:
        definition["command"] = list(container.command)
    return definition


def volume_names(*, shell: bool) -> tuple[str, ...]:
    """The task's volumes: what its container mounts over its read-only file system, gone with the task.

    A folder belongs to root unless the image declares it with ``VOLUME``.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
    """
    return tuple(_folders(shell))


def python_health_command(port: int, path: str) -> list[str]:
    """A health check that needs nothing in the image but Python: fails on any answer from 400 up, or none."""
    # The plainest client, because it starts every half minute on a quarter of a virtual CPU.
    program = (
        "import http.client, sys; "
        f"c = http.client.HTTPConnection('127.0.0.1', {port}, timeout=4); "
        f"c.request('GET', {path!r}); "
        "sys.exit(c.getresponse().status >= 400)"
    )
    return ["CMD", "python", "-c", program]


def merged_environment(base: Mapping[str, str], grants: Sequence[Grant]) -> dict[str, str]:
    """The plain variables of a task: the configured ones, and what its links give.

    ``SERVICES`` is a list, to which each link to a service adds an entry.

    Raises:
        LinkConflictError: Two links give one variable different values, or the configuration sets a link's variable.
    """
    merged = dict(base)
    services: set[str] = set(filter(None, base.get(SERVICES, "").split(",")))
    for grant in grants:
        for name, value in grant.environment.items():
            if name == SERVICES:
                services.update(filter(None, value.split(",")))
            elif merged.setdefault(name, value) != value:
                raise LinkConflictError(f'{name} is "{merged[name]}" and a link makes it "{value}": set it once')
    if services:
        merged[SERVICES] = ",".join(sorted(services))
    return merged


def merged_secrets(grants: Sequence[Grant], environment: Mapping[str, Any]) -> dict[str, pulumi.Input[str]]:
    """The secret variables of a task.

    Raises:
        LinkConflictError: A variable has two sources, or is a plain variable too.
    """
    merged: dict[str, pulumi.Input[str]] = {}
    for grant in grants:
        for name, source in grant.secrets.items():
            if name in environment:
                raise LinkConflictError(f"{name} is a plain variable, and a link makes it a secret: set it once")
            if name in merged and merged[name] is not source and merged[name] != source:
                raise LinkConflictError(f"two links make {name} different secrets: link one of them")
            merged[name] = source
    return merged


def image_version(image: str) -> str:
    """What an image's address says of its version: the tag, or the digest.

    Raises:
        ValueError: It has neither, or is no address.
    """
    match = _IMAGE.match(image)
    version = match and (match["tag"] or match["digest"])
    if not version:
        raise ValueError(f'image "{image}" is not pinned: add a digest or a commit as its tag')
    return version


def ecr_repository_arn(image: str) -> str | None:
    """The ARN of the ECR repository that an image comes from; None when it comes from elsewhere."""
    match = _IMAGE.match(image)
    found = match and _ECR.match(match["name"])
    if not found:
        return None
    return f"arn:aws:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"


def common_environment(names: Names, service: str, *, version: pulumi.Input[str]) -> dict[str, pulumi.Input[str]]:
    """What every task knows of itself."""
    return {"SYSTEM": names.system, "STAGE": names.stage, "SERVICE_NAME": service, "VERSION": version}


def _folders(shell: bool) -> dict[str, str]:
    return {"tmp": "/tmp", **(_EXEC_FOLDERS if shell else {})}  # noqa: S108


def _name(item: tuple[str, Any]) -> str:
    return item[0]
