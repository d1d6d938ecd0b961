"""The parts of a stack that alarms and dashboards look at, as CloudWatch names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi


@dataclass(frozen=True, kw_only=True)
class WatchedDatabase:
    """A database.

    Attributes:
        identifier: Its identifier.
        max_connections: Its connection limit.
        storage_gb: Its storage in GB.
    """

    identifier: pulumi.Input[str]
    max_connections: int
    storage_gb: int


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What exists in a stack. What is left out gets neither alarm nor widget.

    Attributes:
        cluster: Name of the ECS cluster.
        services: ECS service names by service.
        database: The database.
        cache_nodes: Ids of the cache's nodes.
        load_balancer: ARN suffix of the load balancer, ``app/<name>/<id>``.
        functions: Exact names of functions, by function.
        http_api: Id of the HTTP API.
        rest_api: Exact name and stage of the REST API.
        tables: Exact names of tables, by table.
        canaries: Exact names of canaries, by canary.
        distribution: Id of the distribution, where it has additional metrics.
        user_pool: Id of the user pool.
        user_clients: Ids of its clients, by client.
    """

    cluster: pulumi.Input[str] | None = None
    services: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    database: WatchedDatabase | None = None
    cache_nodes: Sequence[pulumi.Input[str]] = ()
    load_balancer: pulumi.Input[str] | None = None
    functions: Mapping[str, str] = field(default_factory=dict[str, str])
    http_api: pulumi.Input[str] | None = None
    rest_api: tuple[str, str] | None = None
    tables: Mapping[str, str] = field(default_factory=dict[str, str])
    canaries: Mapping[str, str] = field(default_factory=dict[str, str])
    distribution: pulumi.Input[str] | None = None
    user_pool: pulumi.Input[str] | None = None
    user_clients: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])

    def __post_init__(self) -> None:
        if self.services and self.cluster is None:
            raise ValueError("services are watched in their cluster: name it")
