"""Plans of small stacks with containers, for tests of the components that run them."""

from __future__ import annotations

import functools
import json
from typing import Any

from settings.services import Containers, Service
from tests.support.program import Sample, sample_of
from tests.support.sections import load_balancer, names, network

#: What a tier would fill in; a test names what differs.
SERVICE: dict[str, Any] = {
    "spot": True,
    "scaling": {"minTasks": 1, "maxTasks": 2},
    "deployment": "rolling",
    "logRetentionDays": 7,
    "errorLogRetentionDays": 30,
}
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-prod/search:4f1c2a9e6b7d8035c1e2f4a6987b0d3c5e7f9a1b"
PUBLIC = {"public": {"paths": ["/api/*"]}}


def service(**overrides: Any) -> Service:
    """A service's settings: rolling, on Spot, one or two tasks, not public."""
    scaling = {**SERVICE["scaling"], **overrides.pop("scaling", {})}
    return Service.model_validate({**SERVICE, **overrides, "scaling": scaling})


def containers(**overrides: Any) -> Containers:
    """What services share."""
    return Containers.model_validate({"containerInsights": False, **overrides})


def cluster_with(services: dict[str, dict[str, Any]], **shared: Any) -> Sample:
    """The plan of a network, a cluster and services, made once. A service's ``links`` name other services before it."""
    return _planned(json.dumps([services, shared]))


@functools.cache
def _planned(described: str) -> Sample:
    services, shared = json.loads(described)
    return sample_of(lambda: _create(services, shared))


def _create(services: dict[str, dict[str, Any]], shared: dict[str, Any]) -> None:
    from components.compute.ecs_cluster import EcsCluster
    from components.compute.error_logs import ErrorLogs
    from components.compute.fargate_service import FargateService
    from components.network.load_balancer import LoadBalancer
    from components.network.vpc import Vpc

    vpc = Vpc("network", settings=network(), names=names())
    cluster = EcsCluster(
        "cluster", settings=containers(**shared), names=names(), vpc_id=vpc.id, spot=False, log_retention_days=30
    )
    errors = ErrorLogs("error-logs", names=names(), retention_days=7)
    public = [s for s in services.values() if s.get("public")]
    balancer = None
    if public:
        balancer = LoadBalancer(
            "load-balancer",
            settings=load_balancer(accessLogs=False),
            names=names(),
            vpc=vpc,
            target_ports=[8080],
            behind_cdn=False,
            certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/0",
        )
    made: dict[str, FargateService] = {}
    for priority, (name, described) in enumerate(services.items(), start=1):
        links = described.get("links", [])
        made[name] = FargateService(
            name,
            service=name,
            settings=service(**{key: value for key, value in described.items() if key != "links"}),
            names=names(),
            cluster=cluster,
            vpc=vpc,
            image=IMAGE,
            grants=[made[link].grant() for link in links],
            load_balancer=balancer,
            priority=priority,
            error_logs=errors,
        )
