"""Settings of the data, secret and observability sections for tests, each with only what it needs."""

from __future__ import annotations

from typing import Any

from components.observability.watched import Watched, WatchedDatabase
from settings.aurora import Aurora
from settings.data import Bucket, Cache, Database
from settings.governance import Budget
from settings.observability import ConfigRules, Notifications, Observability
from settings.secrets import Encryption, Secret

VPC = "vpc-0123456789abcdef0"
SUBNETS = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def database(**overrides: Any) -> Database:
    """A protected single-zone database, watched closely."""
    return Database.model_validate(
        {
            "multiAz": False,
            "backupRetentionDays": 7,
            "deletionProtection": True,
            "monitoringSeconds": 60,
            "performanceInsights": True,
            "userRecoveryDays": 30,
            **overrides,
        }
    )


def aurora(**overrides: Any) -> Aurora:
    """A protected cluster of a writer and a reader, watched closely."""
    return Aurora.model_validate(
        {
            "readers": 1,
            "backupRetentionDays": 30,
            "deletionProtection": True,
            "monitoringSeconds": 60,
            "performanceInsights": True,
            **overrides,
        }
    )


def cache(**overrides: Any) -> Cache:
    """A cache of one node with a snapshot a day."""
    return Cache.model_validate({"multiAz": False, "snapshotRetentionDays": 1, **overrides})


def bucket(**overrides: Any) -> Bucket:
    """A retained bucket with versions."""
    return Bucket.model_validate({"retain": True, **overrides})


def secret(**overrides: Any) -> Secret:
    """A secret that an operator writes."""
    return Secret.model_validate({"description": "For the test", "recoveryDays": 30, **overrides})


def encryption(**overrides: Any) -> Encryption:
    """A customer key."""
    return Encryption.model_validate({"customerKey": True, **overrides})


def notifications(**overrides: Any) -> Notifications:
    """One address."""
    return Notifications.model_validate({"emails": ["team@shop.example"], **overrides})


def observability(**overrides: Any) -> Observability:
    """Alarms with their defaults and all four dashboards."""
    return Observability.model_validate(
        {
            "alarms": {"enabled": True, **overrides.pop("alarms", {})},
            "dashboardsEnabled": True,
            "logRetentionDays": 30,
            "healthCheck": {"enabled": True},
            "configRules": {"enabled": True},
            **overrides,
        }
    )


def budget(**overrides: Any) -> Budget:
    """100 USD a month."""
    return Budget.model_validate({"monthly": 100, "unknowns": "block", **overrides})


def config_rules(**overrides: Any) -> ConfigRules:
    """The default rules."""
    return ConfigRules.model_validate({"enabled": True, **overrides})


def watched(**overrides: Any) -> Watched:
    """A service, a database, a cache node and a load balancer."""
    parts: dict[str, Any] = {
        "cluster": "shop-prod",
        "services": {"search": "search-0a1b2c3"},
        "database": WatchedDatabase(identifier="shop-prod-database", max_connections=100, storage_gb=20),
        "cache_nodes": ["shop-cache-001"],
        "load_balancer": "app/shop/0123456789abcdef",
    }
    return Watched(**{**parts, **overrides})
