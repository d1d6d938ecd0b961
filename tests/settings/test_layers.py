"""Tier profile, system, presets, stack: the stronger layer wins, key by key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from settings.layers import merge
from settings.system import Settings
from settings.tiers import DEV, PROD, STAGING, TIERS

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
mappings = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


@given(mappings, mappings)
def test_merge_keeps_every_key_and_prefers_the_stronger(weak: dict[str, Any], strong: dict[str, Any]) -> None:
    merged = merge(weak, strong)
    assert set(merged) == set(weak) | set(strong)
    for key, value in strong.items():
        if not (isinstance(value, dict) and isinstance(weak.get(key), dict)):
            assert merged[key] == value


@given(mappings)
def test_merge_with_nothing_changes_nothing(layer: dict[str, Any]) -> None:
    assert merge(layer, {}) == layer
    assert merge({}, layer) == layer


@given(mappings, mappings, mappings)
def test_merge_is_associative_for_mappings(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    # A scalar between two mappings cuts the weaker one off, whichever pair is merged first; skip only those.
    def kinds(x: dict[str, Any], y: dict[str, Any]) -> bool:
        return all(
            isinstance(x[k], dict) == isinstance(y[k], dict) and (not isinstance(x[k], dict) or kinds(x[k], y[k]))
            for k in x.keys() & y.keys()
        )

    if kinds(a, b) and kinds(b, c) and kinds(a, c):
        assert merge(merge(a, b), c) == merge(a, merge(b, c))


def test_the_tier_fills_what_no_layer_sets(system: Callable[..., Settings]) -> None:
    for stage, profile in TIERS.items():
        settings = system(
            ("cpu: 256", "scaling: {cpuPercent: 60}"),
            stack=stage,
            stack_file="config:\n  shop:overrides:\n    containers: {}\n",
        )
        assert settings.database is not None
        assert settings.database.backup_retention_days == profile.backup_retention_days
        assert settings.database.multi_az == profile.multi_az
        assert settings.services["search"].scaling.min_tasks == profile.min_tasks
        assert settings.network is not None
        assert settings.network.nat_mode == profile.nat_mode


def test_a_stack_overrides_one_value_and_leaves_its_siblings(system: Callable[..., Settings]) -> None:
    settings = system(stack_file="config:\n  shop:overrides:\n    network: {natMode: single}\n")
    assert settings.network is not None
    assert settings.network.nat_mode == "single"
    assert str(settings.network.cidr) == "10.0.0.0/16"


def test_lists_are_replaced(system: Callable[..., Settings]) -> None:
    settings = system(stack_file="config:\n  shop:overrides:\n    services: {gateway: {links: [database]}}\n")
    assert settings.services["gateway"].links == ("database",)


def test_a_preset_stands_between_system_and_stack(system: Callable[..., Settings]) -> None:
    drawn = "{network: {natMode: per-zone}, database: {instanceClass: db.t3.micro}}"
    presets = f"  presets:\n    value:\n      drawn: {drawn}\n  budget:\n"
    stack_file = "config:\n  shop:preset: drawn\n  shop:overrides:\n    database: {instanceClass: db.t3.small}\n"
    settings = system(("  budget:\n", presets), stack_file=stack_file)
    assert settings.network is not None
    assert settings.database is not None
    assert settings.network.nat_mode == "per-zone"
    assert settings.database.instance_class == "db.t3.small"


def test_a_stack_may_name_its_tier(system: Callable[..., Settings]) -> None:
    settings = system(stack="load-test", stack_file="config:\n  shop:tier: staging\n")
    assert (settings.stage, settings.tier) == ("load-test", "staging")
    assert settings.database is not None
    assert settings.database.backup_retention_days == STAGING.backup_retention_days


def test_prod_is_never_weaker_than_dev() -> None:
    for field in fields(DEV):
        dev, prod = getattr(DEV, field.name), getattr(PROD, field.name)
        # Spot is the one saving that makes a stack weaker.
        if isinstance(dev, int) and field.name != "spot":
            assert prod >= dev, field.name
