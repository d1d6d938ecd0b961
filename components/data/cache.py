"""A Redis or Valkey cache on ElastiCache: encrypted both ways, with a token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_aws import elasticache, ssm

from components.component import Component
from components.grant import Grant, Opening, Statement
from components.names import Names
from components.network.security_group import SecurityGroup
from components.secrets.key_access import key_statements
from components.secrets.random_text import random_text
from components.secrets.secret_names import parameter_arn
from components.secrets.stored_value import SSM_KEY
from settings.data import Cache as CacheSettings

#: Longest id that ElastiCache accepts.
MAX_ID: Final = 40
_DAY_MINUTES: Final = 24 * 60


class Cache(Component):
    """A replication group in the database subnets, its token, and the URL that clients use.

    A replication group even for one node, because only it encrypts at rest.

    Costs at rest: the node type by the hour for each node; Valkey a fifth less than Redis. Node type, number of nodes
    and version (upwards) change in place; the engine's downgrade, the port and the key replace the group, and with it
    what is cached. Where snapshots are kept, changes wait for the maintenance window and a last snapshot is taken.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.html

    Args:
        name: Logical name.
        settings: Engine, size and snapshots.
        names: Names of the stack.
        vpc_id: The VPC.
        subnet_ids: Database subnets.
        kms_key_arn: Customer key; AWS's own key otherwise.
        group_label: Name that people know the security group by.
        opts: Options of the component.

    Attributes:
        group: The replication group.
        security_group: The group that its users must reach.
        node_ids: Ids of the nodes, as CloudWatch names them.
        url: Parameter that holds the ``rediss://`` URL.
    """

    token = "data:Cache"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: CacheSettings,
        names: Names,
        vpc_id: pulumi.Input[str],
        subnet_ids: Sequence[pulumi.Input[str]],
        kms_key_arn: pulumi.Input[str] | None = None,
        group_label: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._kms_key_arn = kms_key_arn
        self._group_label = group_label
        self.security_group = self._create_security_group(vpc_id)
        self._token = self._create_token() if settings.auth else None
        self.group = self._create_group(subnet_ids)
        self.node_ids = [
            pulumi.Output.concat(self.group.replication_group_id, f"-{number:03}")
            for number in range(1, settings.nodes + 1)
        ]
        self.url = self._publish_url()
        self.register_outputs({"endpoint": self.group.primary_endpoint_address})

    def grant(self, user: str) -> Grant:
        """Give a service the cache, in the variable ``REDIS_URL``.

        Args:
            user: The service's name.
        """
        del user  # ElastiCache has one token for all
        name = self._names.path("cache", "url")
        return Grant(
            secrets={"REDIS_URL": name},
            secret_statements=[
                Statement(
                    sid="ReadParameters",
                    actions=["ssm:GetParameters"],
                    resources=[parameter_arn(self._names, name)],
                ),
                *key_statements(self._names, self._kms_key_arn, "ssm"),
            ],
            openings=[
                Opening(
                    target=self.logical_name,
                    security_group_id=self.security_group.id,
                    port=self._settings.port,
                )
            ],
            depends_on=[self.url],
        )

    def _create_security_group(self, vpc_id: pulumi.Input[str]) -> SecurityGroup:
        # Each user opens the port for itself with a rule of its own; nothing leaves.
        return SecurityGroup(
            self.logical_name, vpc_id=vpc_id, description="Cache", label=self._group_label, opts=self.child()
        )

    def _create_token(self) -> ssm.Parameter:
        # The cache and the URL must hold the same token even when one of them is made again, so it is made up once and
        # both read it from here. It is encrypted in Pulumi's state.
        return ssm.Parameter(
            f"{self.logical_name}-token",
            name=self._names.path("cache", "token"),
            description="Token that clients of the cache sign in with",
            type="SecureString",
            key_id=self._key_id,
            value=random_text(),
            tags=self.tags,
            opts=self.child(ignore_changes=["value"], delete_before_replace=True),
        )

    @property
    def _key_id(self) -> pulumi.Input[str]:
        return SSM_KEY if self._kms_key_arn is None else self._kms_key_arn

    def _create_group(self, subnet_ids: Sequence[pulumi.Input[str]]) -> elasticache.ReplicationGroup:
        settings = self._settings
        subnet_group = elasticache.SubnetGroup(
            self.logical_name,
            subnet_ids=subnet_ids,
            description="Database subnets, without a route to the internet",
            tags=self.tags,
            opts=self.child(),
        )
        kept = settings.snapshot_retention_days > 0
        return elasticache.ReplicationGroup(
            self.logical_name,
            description=f"{self._names.system} {self._names.stage} cache",
            engine=settings.engine,
            engine_version=settings.version,
            node_type=settings.node_type,
            num_cache_clusters=settings.nodes,
            automatic_failover_enabled=settings.multi_az,
            multi_az_enabled=settings.multi_az,
            parameter_group_name=f"default.{settings.engine}{settings.version.partition('.')[0]}",
            port=settings.port,
            subnet_group_name=subnet_group.name,
            security_group_ids=[self.security_group.id],
            at_rest_encryption_enabled=True,
            kms_key_id=self._kms_key_arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            auth_token=None if self._token is None else self._token.value,
            # A new token replaces the old one at once; with it every client starts again from the new URL.
            auth_token_update_strategy=None if self._token is None else "SET",
            snapshot_retention_limit=settings.snapshot_retention_days,
            snapshot_window=settings.snapshot_window if kept else None,
            maintenance_window=window_after(settings.snapshot_window),
            final_snapshot_identifier=self._names.physical("cache", "final", limit=MAX_ID) if kept else None,
            auto_minor_version_upgrade=True,
            apply_immediately=not kept,
            tags=self.tags,
            opts=self.child(),
        )

    def _publish_url(self) -> ssm.Parameter:
        host = self.group.primary_endpoint_address
        port = str(self._settings.port)
        url = (
            pulumi.Output.concat("rediss://", host, ":", port)
            if self._token is None
            else pulumi.Output.secret(pulumi.Output.concat("rediss://:", self._token.value, "@", host, ":", port))
        )
        return ssm.Parameter(
            f"{self.logical_name}-url",
            name=self._names.path("cache", "url"),
            description="URL of the cache, with its token",
            type="SecureString",
            key_id=self._key_id,
            value=url,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )


def window_after(snapshot_window: str) -> str:
    """The Sunday hour that follows the snapshot window; ElastiCache refuses windows that overlap.

    Args:
        snapshot_window: Daily window in UTC, such as ``03:00-04:00``.
    """
    hours, minutes = snapshot_window.partition("-")[2].split(":")
    start = int(hours) * 60 + int(minutes)
    end = start + 60
    end_day = "sun" if end < _DAY_MINUTES else "mon"
    end %= _DAY_MINUTES
    return f"sun:{start // 60:02}:{start % 60:02}-{end_day}:{end // 60:02}:{end % 60:02}"
