"""What stands in one region: the parts that assembly makes, finds and hands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

import pulumi

from components.component import Component
from components.names import Names
from settings.system import Settings

if TYPE_CHECKING:
    from components.api.http_api import HttpApi
    from components.api.rest_api import RestApi
    from components.api.websocket_api import WebSocketApi
    from components.api.websocket_routes import WebSocketRoutes
    from components.compute.ecs_cluster import EcsCluster
    from components.compute.error_logs import ErrorLogs
    from components.compute.fargate_service import FargateService
    from components.compute.image_repository import ImageRepository
    from components.compute.instance_fleet import InstanceFleet
    from components.conversation.lex_bot import LexBot
    from components.data.aurora import AuroraCluster
    from components.data.aurora_standby import AuroraStandby
    from components.data.cache import Cache
    from components.data.postgres import PostgresInstance
    from components.data.table import Table, TableReplica
    from components.edge.cdn import Cdn
    from components.edge.domain import Domain
    from components.edge.failover_records import FailoverRecords
    from components.edge.firewall import Firewall
    from components.edge.health_check import HealthCheck
    from components.edge.origin_secret import OriginSecret
    from components.events.event_bus import EventBus
    from components.events.event_queue import EventQueue
    from components.functions.lambda_function import LambdaFunction
    from components.identity.user_directory import UserDirectory
    from components.network.load_balancer import LoadBalancer
    from components.network.vpc import Vpc
    from components.observability.canary import Canary
    from components.observability.composite_alarms import CompositeAlarms
    from components.observability.metric_alarms import MetricAlarms
    from components.observability.notifications import Notifications
    from components.search.collection import SearchCollection
    from components.secrets.customer_key import CustomerKey
    from components.secrets.parameters import Parameters
    from components.secrets.secret import ReadableSecret
    from components.storage.bucket import Bucket


class Site(Component):
    """A system in one region. What a site does not have stays None, or empty.

    The recipe is that of the class that inherits: the whole system in its first region, what stands by in the second.
    Assembly takes any site, so that both are made by the same code.

    Args:
        name: Logical name.
        settings: The settings that hold in this region.
        names: Names of the stack in this region.
        opts: Options of the component.
    """

    #: What stands before logical names, so that usage, exceptions and people can tell two sites apart.
    prefix: ClassVar[str] = ""

    key: CustomerKey | None = None
    log_bucket: Bucket | None = None
    log_access: Sequence[pulumi.Resource] = ()
    buckets: Mapping[str, Bucket] = MappingProxyType({})
    notifications: Notifications
    channels: Mapping[str, Notifications] = MappingProxyType({})
    vpc: Vpc | None = None
    domain: Domain | None = None
    load_balancer: LoadBalancer | None = None
    database: PostgresInstance | None = None
    aurora: AuroraCluster | AuroraStandby | None = None
    search: SearchCollection | None = None
    queues: Mapping[str, EventQueue] = MappingProxyType({})
    cache: Cache | None = None
    secrets: Mapping[str, ReadableSecret] = MappingProxyType({})
    tables: Mapping[str, Table | TableReplica] = MappingProxyType({})
    users: UserDirectory | None = None
    cluster: EcsCluster | None = None
    error_logs: ErrorLogs | None = None
    repositories: Mapping[str, ImageRepository] = MappingProxyType({})
    services: Mapping[str, FargateService] = MappingProxyType({})
    parameters: Parameters | None = None
    fleets: Mapping[str, InstanceFleet] = MappingProxyType({})
    websocket_api: WebSocketApi | None = None
    functions: Mapping[str, LambdaFunction] = MappingProxyType({})
    websocket_routes: WebSocketRoutes | None = None
    event_bus: EventBus | None = None
    bot: LexBot | None = None
    http_api: HttpApi | None = None
    origin_secret: OriginSecret | None = None
    rest_api: RestApi | None = None
    firewall: Firewall | None = None
    cdn: Cdn | None = None
    health_check: HealthCheck | None = None
    traffic_switch: FailoverRecords | None = None
    canaries: Mapping[str, Canary] = MappingProxyType({})
    metric_alarms: MetricAlarms | None = None
    composite_alarms: CompositeAlarms | None = None

    def __init__(
        self, name: str, *, settings: Settings, names: Names, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts=opts)
        self.settings = settings
        self.names = names

    def called(self, name: str) -> str:
        """The logical name of a part of this site."""
        return f"{self.prefix}{name}"

    @cached_property
    def key_arn(self) -> pulumi.Input[str] | None:
        """The ARN of the stack's own key, or None for AWS's keys."""
        return None if self.key is None or not self.settings.encryption.whole else self.key.arn

    def key_arn_for(self, use: Literal["functions", "notifications"]) -> pulumi.Input[str] | None:
        """The same for one of the uses that a key can be limited to."""
        chosen = self.settings.encryption.whole or use in self.settings.encryption.only
        return self.key.arn if self.key is not None and chosen else None

    @cached_property
    def global_topic(self) -> Notifications:
        """The topic in the region of global services, made when it is first asked for."""
        from components.assembly.watching import global_topic

        return global_topic(self)

    @property
    def all_buckets(self) -> Mapping[str, Bucket]:
        """Every bucket by its name in the settings, the log bucket included."""
        logs = {} if self.log_bucket is None else {self.log_bucket.bucket_name: self.log_bucket}
        return {**self.buckets, **logs}

    @property
    def answers_for_region(self) -> bool:
        """Whether the API must be reached in this region although its name may lead to the other."""
        standby = self.settings.active_standby
        return standby is not None and standby.follows and self.domain is not None and not self.behind_cdn

    @property
    def behind_cdn(self) -> bool:
        """Whether a distribution stands in front of the system."""
        return self.settings.cdn is not None and self.settings.cdn.enabled
