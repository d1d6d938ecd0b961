"""Roles that people and other accounts take."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from components.platform import Platform


def admit_outsiders(platform: Platform) -> dict[str, str]:
    """The roles for erasure and for Grafana, where the settings ask for them. Returns their names for the outputs."""
    roles: dict[str, str] = {}
    erasure = platform.settings.erasure
    if erasure is not None and erasure.enabled:
        from components.governance.erasure_role import ErasureRole

        ErasureRole(
            "erasure",
            settings=erasure,
            names=platform.names,
            tables={name: platform.own_tables[name] for name in erasure.tables},
            buckets={name: platform.all_buckets[name] for name in erasure.buckets},
            kms_key_arn=platform.key_arn,
            opts=platform.child(),
        )
        roles["erasureRole"] = platform.names.physical("erasure", limit=64)
    grafana = platform.settings.observability.grafana
    if grafana is not None:
        from components.observability.grafana_role import GrafanaRole

        GrafanaRole("grafana", settings=grafana, names=platform.names, opts=platform.child())
        roles["grafanaRole"] = platform.names.physical("grafana", limit=64)
    return roles
