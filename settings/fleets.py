"""The ``fleets`` section: equal EC2 instances behind the load balancer, each running one container."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from settings.base import Link, LogRetentionDays, Section, by_tier, form, subsection
from settings.services import PinnedImage, Route


class FleetScaling(Section):
    """How many instances run."""

    min_instances: int = by_tier("min_tasks", ge=1)
    """Fewest instances."""
    max_instances: int = Field(default=2, ge=1)
    """Most instances; an instance refresh starts new ones before it ends old ones, where there is room."""
    cpu_percent: int | None = Field(default=60, ge=10, le=95)
    """Target of average CPU use; null for none."""

    @model_validator(mode="after")
    def _ordered(self) -> FleetScaling:
        if self.max_instances < self.min_instances:
            raise ValueError(f"maxInstances {self.max_instances} is below minInstances {self.min_instances}")
        return self


class Fleet(Section):
    """EC2 instances in the private subnets, equal by one launch template, kept in number by an auto-scaling group."""

    enabled: bool = True
    """Whether the fleet exists in this stack."""
    image: PinnedImage | None = None
    """Image to run, pinned by digest or commit. Without it and ``build``, the fleet's repository at ``release``."""
    build: str | None = None
    """Folder with a Dockerfile; the image is built and pushed to the fleet's repository on deployment."""
    instance_type: str = form(r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$", "t4g.micro", default="t4g.micro")
    """EC2 instance type; decides the processor that the image must be built for."""
    volume_gb: int = Field(default=8, ge=8, le=16384)
    """Size of the encrypted root volume."""
    port: int = Field(default=8080, ge=1, le=65535)
    """Port that the container listens on."""
    public: Route = subsection()
    """What the load balancer sends here."""
    grace_seconds: int = Field(default=300, ge=0, le=7200)
    """Seconds after its start in which an instance is not judged: it installs, pulls its image and starts."""
    scaling: FleetScaling = subsection()
    """How many instances run."""
    healthy_percent: int = Field(default=100, ge=0, le=100)
    """Share of the instances that an instance refresh keeps in service. At 100 it starts new ones first."""
    agent: bool = True
    """Whether the CloudWatch agent reports memory and disk use, two custom metrics at 0.30 USD a month each."""
    environment: dict[str, str] = Field(default_factory=dict[str, str])
    """Plain environment variables. What ``links`` provide need not be repeated."""
    links: tuple[Link, ...] = ()
    """What the container uses; derives access, environment and security-group rules."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Level passed to the container as LOG_LEVEL."""
    log_retention_days: LogRetentionDays = by_tier("log_retention_days")
    """Days that the container's log is kept."""

    @model_validator(mode="after")
    def _valid(self) -> Fleet:
        if self.image is not None and self.build is not None:
            raise ValueError("image and build are both set: name one")
        return self
