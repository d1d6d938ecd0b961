"""The ``services`` and ``loadBalancer`` sections: containers on Fargate, and the way in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from settings.base import (
    Link,
    LogRetentionDays,
    Name,
    OptionalLogRetentionDays,
    ScheduleExpression,
    Section,
    by_tier,
    form,
    subsection,
)
from settings.fargate import check_task_size

#: An image pinned by digest or by a full commit id; never a moving tag.
PinnedImage = Annotated[
    str,
    form(
        r"^[^\s@:]+(:\d+)?(/[^\s@:]+)*(@sha256:[0-9a-f]{64}|:[0-9a-f]{40})$",
        "registry.example/billing:0123456789abcdef0123456789abcdef01234567",
    ),
]


class ScheduledScaling(Section):
    """A change of the task limits at a time of day."""

    name: Name
    """Name of the action, such as ``night``."""
    schedule: ScheduleExpression
    """When, as an AWS schedule expression."""
    timezone: str = "UTC"
    """IANA time zone of the schedule."""
    min_tasks: int = Field(ge=0)
    """Fewest tasks from then on."""
    max_tasks: int = Field(ge=0)
    """Most tasks from then on."""


class Scaling(Section):
    """How many tasks run."""

    min_tasks: int = by_tier("min_tasks", ge=0)
    """Fewest tasks."""
    max_tasks: int = by_tier("max_tasks", ge=1)
    """Most tasks."""
    cpu_percent: int | None = Field(default=70, ge=10, le=95)
    """Target of average CPU use; null for none."""
    requests_per_task: int | None = Field(default=None, ge=1)
    """Target of load-balancer requests a task and minute; null for none. Only for a service with ``public``."""
    scheduled: tuple[ScheduledScaling, ...] = ()
    """Changes of the limits by the clock."""

    @property
    def varies(self) -> bool:
        """Whether the number of tasks ever changes by itself."""
        return self.max_tasks > self.min_tasks or bool(self.scheduled)

    @model_validator(mode="after")
    def _ordered(self) -> Scaling:
        if self.max_tasks < max(self.min_tasks, 1):
            raise ValueError(f"maxTasks {self.max_tasks} is below minTasks {self.min_tasks}")
        return self


class Route(Section):
    """What the load balancer sends to a service."""

    paths: Annotated[tuple[str, ...], Field(min_length=1, max_length=5)] = ("/*",)
    """Path patterns, such as ``/api/*``."""
    health_path: str = form(r"^/", "/health", default="/health")
    """Path of the target group's health check."""


class Service(Section):
    """One container on Fargate."""

    enabled: bool = True
    """Whether the service exists in this stack."""
    image: PinnedImage | None = None
    """Image to run, pinned by digest or commit. Without it and ``build``, the service's repository at ``release``."""
    build: str | None = None
    """Folder with a Dockerfile; the image is built and pushed to the service's repository on deployment."""
    cpu: Literal[256, 512, 1024, 2048, 4096, 8192, 16384] = 256
    """CPU units, 1024 to a vCPU."""
    memory: int = 512
    """Memory in MiB; each CPU size allows certain values."""
    architecture: Literal["ARM64", "X86_64"] = "ARM64"
    """Processor. ARM64 is a fifth cheaper."""
    port: int = Field(default=8080, ge=1, le=65535)
    """Port that the container listens on."""
    critical: bool = False
    """Whether the service must not run on Spot."""
    spot: bool = by_tier("spot")
    """Whether tasks run on Fargate Spot, unless ``critical``."""
    public: Route | None = None
    """What the load balancer sends here. A service without it is reachable only from inside."""
    health_path: str = form(r"^/", "/health", default="/health")
    """Path of the container's own health check."""
    scaling: Scaling = subsection()
    """How many tasks run."""
    deployment: Literal["rolling", "blue-green", "code-deploy"] = by_tier("deployment")
    """How a new version comes in, where the load balancer sends traffic to the service; others always roll."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Plain environment variables. What ``links`` provide need not be repeated."""
    links: tuple[Link, ...] = ()
    """What the service uses; derives access, environment and security-group rules."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Level passed to the container as LOG_LEVEL."""
    log_retention_days: LogRetentionDays = by_tier("log_retention_days")
    """Days that the service's logs are kept."""
    error_log_retention_days: OptionalLogRetentionDays = by_tier("error_log_retention_days")
    """Days that a copy of its error lines is kept; 0 keeps no copy."""
    exec: bool = False
    """Whether ``aws ecs execute-command`` can open a shell in a task."""

    @model_validator(mode="after")
    def _valid(self) -> Service:
        check_task_size(self.cpu, self.memory)
        if self.image is not None and self.build is not None:
            raise ValueError("image and build are both set: name one")
        if self.scaling.requests_per_task is not None and self.public is None:
            raise ValueError("scaling.requestsPerTask needs public: only the load balancer counts requests")
        return self


class Containers(Section):
    """What all services share."""

    container_insights: bool = by_tier("container_insights")
    """Whether ECS publishes task-level metrics."""
    discovery: Literal["dns", "service-connect"] = "dns"
    """How services find each other: Cloud Map private DNS names, or ECS Service Connect."""
    namespace: str = form(r"^[a-z][a-z0-9.-]*$", "internal", default="internal")
    """Private namespace in which services are named, such as ``search.pika-prod.internal``."""
    blue_green_bake_minutes: int = Field(default=5, ge=0, le=1440)
    """Minutes that the old version stays ready after a blue-green switch."""


class LoadBalancer(Section):
    """The application load balancer in front of public services."""

    scheme: Literal["public", "internal"] = "public"
    """``internal`` is reached only through CloudFront's VPC origin, and needs no public IPv4 addresses."""
    only_from_cdn: bool = True
    """Whether only CloudFront may connect, where the stack has a CDN."""
    certificate_arn: str | None = form(
        r"^arn:aws[a-z-]*:acm:",
        "arn:aws:acm:us-east-1:123456789012:certificate/4f2a",
        default=None,
    )
    """Existing certificate for the HTTPS listener. Without it the ``domain`` section's certificate is used."""
    idle_timeout_seconds: int = Field(default=60, ge=1, le=4000)
    """Seconds before an idle connection is closed."""
    access_logs: bool = True
    """Whether requests are logged, to the bucket that the ``buckets`` section marks ``receivesLogs``."""
    deletion_protection: bool = by_tier("protect")
    """Whether AWS refuses to delete it."""
