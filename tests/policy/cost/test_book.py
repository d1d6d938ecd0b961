"""The price book is complete for what the mappers ask, and its documentation is current."""

from __future__ import annotations

import ast
import inspect
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from guardrails.cost import available_regions, estimate, keys_of, load_book, regions_of, services, stackwide, usage_keys
from guardrails.cost.book import PRICES, STALE_AFTER
from guardrails.cost.reference import updated
from guardrails.cost.services import REGISTRY
from guardrails.cost.tokens import canonical, short
from tests.policy.cost.build import Build

TODAY = date(2026, 11, 21)
CATALOGUE: dict[str, Any] = yaml.safe_load((PRICES / "catalogue.yaml").read_text())
ALL = load_book(available_regions(), today=TODAY)
_PRICE_ID = re.compile(r"^[a-z0-9]+(\.[a-z0-9_]*[a-z0-9])+$")


def test_every_price_is_exact_dated_sourced_and_in_the_catalogue() -> None:
    sources = set(CATALOGUE["meta"]["sources"])
    for region, table in ALL.prices.items():
        for price_id, price in table.items():
            assert price.amount >= 0, price
            assert price.region == region
            assert price.read <= TODAY
            assert price.unit == CATALOGUE["prices"][price_id]["unit"]
            assert price.confidence in CATALOGUE["meta"]["confidence"]
            assert set(price.source.split(",")) <= sources


def test_the_catalogue_has_nothing_that_no_region_prices() -> None:
    assert [price_id for price_id in CATALOGUE["prices"] if not ALL.has(price_id)] == []


def test_every_price_id_in_the_code_is_in_the_book() -> None:
    modules = [module for name in services.__all__ if isinstance(module := getattr(services, name), ModuleType)]
    named: set[str] = set()
    for module in [*modules, stackwide]:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _PRICE_ID.match(node.value):
                named.add(node.value)
    services_in_book = {price_id.partition(".")[0] for price_id in CATALOGUE["prices"]}
    assert [name for name in sorted(named) if name.partition(".")[0] in services_in_book and not ALL.has(name)] == []
    assert len(named) > 90


def test_a_region_loads_only_itself_and_the_worldwide_prices() -> None:
    book = load_book(["eu-west-1"], today=TODAY)
    assert set(book.prices) == {"global", "eu-west-1"}
    assert book.price("vpc.nat_gateway.hour", "us-east-1") is None
    found = book.price("waf.acl.month", "eu-west-1")
    assert found is not None
    assert found.region == "global"


def test_a_missing_price_is_none_and_never_another_regions() -> None:
    assert ALL.price("elasticache.valkey.t4g.micro.hour", "eu-south-1") is None
    assert load_book(["xx-none-1"]).price("kms.key.month", "xx-none-1") is None


def test_ages_are_counted_to_the_books_day() -> None:
    price = ALL.price("elb.alb.hour", "us-east-1")
    assert price is not None
    assert price.unconfirmed(price.read + STALE_AFTER) is None
    assert "more than 180 days ago" in str(price.unconfirmed(price.read + STALE_AFTER + timedelta(days=1)))


def test_the_regions_of_a_stack_are_its_default_and_those_its_resources_name() -> None:
    b = Build()
    b.add("aws:kms/key:Key", "a", region="us-west-2")
    b.resources.append(Build().add("aws:kms/key:Key", "b"))
    assert regions_of(b.stack(), "eu-west-1") == {"eu-west-1", "us-west-2"}


def test_the_readme_lists_the_current_usage_keys() -> None:
    readme = Path(inspect.getfile(services)).parents[1] / "README.md"
    text = readme.read_text(encoding="utf-8")
    assert updated(text) == text, "run `python -m guardrails.cost` in the policy folder"
    assert "| `aws:lb:LoadBalancer` | `lcu` |" in text


@pytest.mark.parametrize("token", sorted(token for token, mapper in REGISTRY.items() if mapper.keys))
def test_every_documented_usage_key_is_accepted_and_never_ignored_silently(token: str) -> None:
    b = Build()
    b.add(token, "it")
    found = estimate(b.stack(), {"it": {key.name: 1 for key in keys_of(token)}}, ALL, "us-east-1")
    assert found.errors == ()
    assert {key.name for key in usage_keys()[short(token)]} == {key.name for key in REGISTRY[token].keys}


def test_every_usage_key_is_read_by_its_mapper() -> None:
    sources = "\n".join(
        inspect.getsource(m)
        for name in services.__all__
        if isinstance(
            m := getattr(services, name),
            ModuleType,
        )
    )
    strings = {
        node.value
        for node in ast.walk(ast.parse(sources))
        if isinstance(node, ast.Constant)
        and isinstance(
            node.value,
            str,
        )
    }
    keys = {key.name for mapper in REGISTRY.values() for key in mapper.keys}
    uses = [name for name in keys if len(re.findall(f'"{name}"', sources)) < 2 and not name.endswith("Gb")]
    assert keys <= strings
    assert uses == []


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("aws:alb/listener:Listener", "aws:lb/listener:Listener"),
        ("aws:s3/bucketVersioningV2:BucketVersioningV2", "aws:s3/bucketVersioning:BucketVersioning"),
        ("aws:apigatewayv2/api:Api", "aws:apigatewayv2/api:Api"),
    ],
)
def test_twin_types_are_one(token: str, expected: str) -> None:
    assert canonical(token) == expected


def test_the_short_form_is_the_clis() -> None:
    assert short("aws:lb/loadBalancer:LoadBalancer") == "aws:lb:LoadBalancer"
    assert short("aws:lex/v2modelsBot:V2modelsBot") == "aws:lex:V2modelsBot"


def test_spot_is_priced_at_half() -> None:
    discount = ALL.price("fargate.spot.discount", "us-east-1")
    assert discount is not None
    assert (discount.amount, discount.confidence) == (Decimal("0.5"), "assumption")
