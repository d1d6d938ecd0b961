"""The entries of a PostgreSQL parameter group, and when each takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

#: Parameters that PostgreSQL reads only when it starts. AWS refuses to apply them at once.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
STATIC: Final = frozenset(
    {
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "autovacuum_multixact_freeze_max_age",
        "cron.database_name",
        "huge_pages",
        "max_connections",
        "max_files_per_process",
        "max_locks_per_transaction",
        "max_logical_replication_workers",
        "max_pred_locks_per_transaction",
        "max_prepared_transactions",
        "max_replication_slots",
        "max_wal_senders",
        "max_worker_processes",
        "old_snapshot_threshold",
        "pg_stat_statements.max",
        "rds.custom_dns_resolution",
        "rds.logical_replication",
        "reserved_connections",
        "shared_buffers",
        "shared_preload_libraries",
        "superuser_reserved_connections",
        "track_activity_query_size",
        "track_commit_timestamp",
        "wal_buffers",
    }
)

#: What every group sets: clients must use TLS, and slow statements and long waits for locks are logged.
_ALWAYS: Final[Mapping[str, str]] = {
    "rds.force_ssl": "1",
    "log_min_duration_statement": "1000",
    "log_lock_waits": "1",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of a parameter group.

    Attributes:
        name: Parameter.
        value: Its value, as text.
        apply_method: ``immediate``, or ``pending-reboot`` for a parameter that only a restart changes.
    """

    name: str
    value: str
    apply_method: Literal["immediate", "pending-reboot"]


def parameter_entries(max_connections: int, further: Mapping[str, str]) -> list[Entry]:
    """The entries of a group, by name.

    Args:
        max_connections: Connection limit.
        further: More entries; they may change the logging, not TLS or the connection limit.

    Raises:
        ValueError: ``further`` sets ``rds.force_ssl`` or ``max_connections``.
    """
    if "max_connections" in further:
        raise ValueError("database.parameters: max_connections is set by database.maxConnections")
    if further.get("rds.force_ssl", "1") != "1":
        raise ValueError("database.parameters: rds.force_ssl stays 1: clients must use TLS")
    return _entries({**_ALWAYS, **further, "max_connections": str(max_connections)})


def cluster_entries(further: Mapping[str, str]) -> list[Entry]:
    """The entries of an Aurora cluster's group, by name; Aurora derives its connection limit from its capacity.

    Args:
        further: More entries; they may change the logging, not TLS.

    Raises:
        ValueError: ``further`` switches ``rds.force_ssl`` off.
    """
    if further.get("rds.force_ssl", "1") != "1":
        raise ValueError("aurora.parameters: rds.force_ssl stays 1: clients must use TLS")
    return _entries({**_ALWAYS, **further})


def _entries(values: Mapping[str, str]) -> list[Entry]:
    return [
        Entry(name=name, value=value, apply_method="pending-reboot" if name in STATIC else "immediate")
        for name, value in sorted(values.items())
    ]
