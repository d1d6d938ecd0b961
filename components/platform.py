"""Composes a system from its settings. Each part is loaded only where the settings ask for it."""

from __future__ import annotations

from typing import Any

import pulumi

from components.assembly import (
    account,
    canaries,
    compute,
    data,
    edge,
    fleets,
    measuring,
    network,
    outsiders,
    rest,
    serverless,
    storage,
    watching,
    websocket,
)
from components.assembly.afterwards import commands_after_deploy
from components.assembly.clusters import admit_to_search, create_aurora, create_search
from components.assembly.happenings import create_bot, create_event_bus, create_queues
from components.assembly.standby import copy_backups, create_global_cluster, create_standby, find_region
from components.assembly.tracing import mask_logs, sample_traces
from components.names import Names
from components.provider import account_id, create_provider
from components.site import Site
from settings.system import Settings


class Platform(Site):
    """Everything that a system's settings ask for.

    Args:
        settings: The stack's settings.

    Attributes:
        settings: The stack's settings.
        names: Names of the stack.
    """

    token = "platform:Platform"  # noqa: S105 - a type token

    def __init__(self, settings: Settings) -> None:
        provider = create_provider(settings)
        super().__init__(
            settings.system,
            settings=settings,
            names=Names(
                system=settings.system,
                stage=settings.stage,
                region=settings.region,
                account=account_id(settings, provider),
            ),
            opts=pulumi.ResourceOptions(providers={"aws": provider}),
        )
        self.key = storage.create_key(self)
        self.log_bucket = storage.create_log_bucket(self)
        self.log_access = storage.admit_logs(self)
        self.buckets = storage.create_buckets(self)
        self.notifications = watching.create_notifications(self)
        self.channels = watching.create_channels(self)
        self.vpc = network.create_vpc(self)
        self.second_region = find_region(self)
        self.domain = network.create_domain(self)
        self.load_balancer = network.create_load_balancer(self)
        self.database = data.create_database(self)
        self.global_cluster = create_global_cluster(self)
        self.aurora = create_aurora(self)
        self.search = create_search(self)
        self.queues = create_queues(self)
        self.cache = data.create_cache(self)
        self.secrets = self.own_secrets = data.create_secrets(self)
        self.tables = self.own_tables = rest.create_tables(self)
        self.users = rest.create_users(self)
        self.cluster = compute.create_cluster(self)
        self.error_logs = compute.create_error_logs(self)
        self.repositories = compute.create_repositories(self)
        self.services = compute.create_services(self)
        self.parameters = serverless.create_parameters(self)
        self.fleets = fleets.create_fleets(self)
        self.websocket_api = websocket.create_api(self)
        self.functions = serverless.create_functions(self)
        self.websocket_routes = websocket.create_routes(self)
        storage.notify_functions(self)
        serverless.schedule_functions(self)
        admit_to_search(self)
        self.event_bus = create_event_bus(self)
        self.bot = create_bot(self)
        self.http_api = serverless.create_http_api(self)
        self.origin_secret = rest.create_origin_secret(self)
        self.rest_api = rest.create_rest_api(self)
        self.firewall = edge.create_firewall(self)
        self.cdn = edge.create_cdn(self)
        self.bucket_policies = storage.admit_to_buckets(self)
        self.bucket_copies = storage.replicate_buckets(self)
        self.standby = create_standby(self)
        self.backup_copies = copy_backups(self)
        self.traffic_switch = edge.create_records(self)
        self.health_check = edge.create_health_check(self)
        data.dump_database(self)
        data.stop_at_night(self)
        measuring.create_log_groups(self)
        measuring.count_lines(self)
        watching.tell_events(self)
        self.canaries = canaries.create_canaries(self)
        self.metric_alarms = watching.ring(self)
        self.composite_alarms = watching.combine(self)
        watching.watch(self)
        measuring.save_queries(self)
        serverless.deploy_functions(self)
        mask_logs(self)
        sample_traces(self)
        watching.govern(self)
        self.pipeline_roles = account.create_baseline(self)
        self.outsiders = outsiders.admit_outsiders(self)
        self.register_outputs({})

    def export_outputs(self) -> None:
        """Export what people and the operations tool need to find the system."""
        outputs: dict[str, Any] = {
            "system": self.settings.system,
            "stage": self.settings.stage,
            "region": self.settings.region,
        }
        if self.host is not None:
            outputs["url"] = pulumi.Output.concat("https://", self.host, self.base_path)
        if self.cdn is not None:
            outputs["distributionId"] = self.cdn.id
        if self.health_check is not None:
            outputs["healthCheckId"] = self.health_check.id
        if self.cluster is not None:
            outputs["cluster"] = self.cluster.name
            outputs["services"] = sorted(self.services)
            outputs["taskDefinitions"] = {name: s.task_definition.arn for name, s in self.services.items()}
        if self.fleets:
            outputs["fleets"] = {name: fleet.group_name for name, fleet in self.fleets.items()}
        if self.functions:
            outputs["functions"] = {name: function.physical_name for name, function in self.functions.items()}
            outputs["functionVersions"] = {name: f.function.version for name, f in self.functions.items()}
        if self.http_api is not None:
            outputs["httpApiId"] = self.http_api.api.id
        if self.rest_api is not None:
            outputs["restApiId"] = self.rest_api.api.id
        if self.websocket_api is not None:
            outputs["websocketApiId"] = self.websocket_api.api.id
            behind = websocket.gateway(self) is not None and self.cdn is not None
            host = self.cdn.host if behind and self.cdn is not None else self.websocket_api.host
            outputs["websocketUrl"] = pulumi.Output.concat("wss://", host, self.websocket_api.base_path)
        if self.users is not None:
            outputs["userPool"] = self.users.pool.id
            outputs["userClients"] = {name: client.id for name, client in self.users.clients.items()}
            if self.users.domain is not None:
                outputs["login"] = self.users.domain
        if self.tables:
            outputs["tables"] = {name: table.physical_name for name, table in self.tables.items()}
        if self.database is not None:
            outputs["database"] = self.database.identifier
        if self.aurora is not None:
            outputs["aurora"] = self.aurora.identifier
            outputs["auroraHost"] = self.aurora.host
        if self.standby is not None:
            outputs["standby"] = self.standby.addresses
        if self.standby is not None and self.standby.aurora is not None and self.global_cluster is not None:
            outputs["auroraStandby"] = self.standby.aurora.identifier
            outputs["auroraGlobal"] = self.global_cluster.global_cluster_identifier
        if self.traffic_switch is not None:
            outputs["trafficSwitch"] = self.traffic_switch.id
        if self.backup_copies is not None:
            outputs["backupVault"] = self.backup_copies.vault_name
        if self.search is not None:
            outputs["searchEndpoint"] = self.search.collection.collection_endpoint
        if self.queues:
            outputs["queues"] = {name: queue.queue.url for name, queue in self.queues.items()}
        if self.event_bus is not None:
            outputs["eventBus"] = self.event_bus.physical_name
        if self.bot is not None:
            outputs["botId"] = self.bot.bot.id
            if self.bot.log_group_arn is not None:
                outputs["botLogGroup"] = self.bot.log_group_arn
        if self.cache is not None:
            outputs["cache"] = self.cache.group.id
        outputs["buckets"] = {name: bucket.name for name, bucket in self.all_buckets.items()}
        if self.domain is not None and self.domain.name_servers is not None:
            outputs["nameServers"] = self.domain.name_servers
        if after := commands_after_deploy(self.settings):
            outputs["afterDeploy"] = after
        outputs.update(account.outputs(self.pipeline_roles))
        outputs.update(self.outsiders)
        for name, value in outputs.items():
            pulumi.export(name, value)

    @property
    def host(self) -> pulumi.Input[str] | None:
        """The name that users call, or None where nothing answers them."""
        if self.cdn is not None:
            return self.cdn.host
        if self.domain is not None and self.load_balancer is not None:
            return self.domain.name
        if self.http_api is not None:
            return self.http_api.host
        return None if self.rest_api is None else self.rest_api.host

    @property
    def base_path(self) -> str:
        """What stands before every path at ``host``: a REST API without a name of its own answers below its stage."""
        answers = self.rest_api is not None and self.host is self.rest_api.host
        return self.rest_api.base_path if answers and self.rest_api is not None else ""

    @property
    def dumps_database(self) -> bool:
        """Whether the database is dumped by schedule."""
        return self.settings.database_dump is not None and self.settings.database_dump.enabled
