"""Every mistake gets one line: file, line, key, what is allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import get_args

import pytest
from pulumi_aws._enums import Region as ProviderRegion

from settings.base import EXAMPLES, Region
from settings.system import Settings
from tests.settings.conftest import SYSTEM

Refused = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("database:\n", "databse:\n", "databse:", 'databse: no such key; did you mean "database"?'),
        ("cpu: 256", "cpuu: 256", "cpuu:", 'services.gateway.cpuu: no such key; did you mean "cpu"?'),
        ("cpu: 256", "cpu: many", "cpu: many", 'services.gateway.cpu: "many" is not allowed; allowed: '),
        ("memory: 512", "memory: 500", "memory: 500", "services.gateway.memory: memory 500 with cpu 256: Fargate"),
        ("10.0.12.0/24", "10.0.1.0/25", "privateSubnets", "privateSubnets[1]: privateSubnets[1] 10.0.1.0/25 overlaps"),
        ("10.0.12.0/24", "10.9.12.0/24", "privateSubnets", "is outside the VPC range cidr 10.0.0.0/16"),
        ("10.0.0.0/16", "10.0.0.5/16", "cidr:", "network.cidr"),
        ("zones: [us-east-1a, us-east-1b]", "zones: [us-east-1a]", "zones:", "network.zones"),
        ("us-east-1b", "eu-west-1b", "zones:", 'network.zones[1]: "eu-west-1b" is not in region us-east-1'),
        ("bucket:uploads/in", "bucket:upload", "gateway:", 'links to nothing: no such bucket; did you mean "uploads"?'),
        ("service:search", "service:serch", "gateway:", 'no such service; did you mean "search"?'),
        ("[database,", "[cache,", "gateway:", '"cache" links to nothing: the system has no cache section'),
        ("[database,", "[databse,", "gateway:", 'no such kind of link; did you mean "database"?'),
        ("monthly: 100", "monthly: 0", "monthly:", "budget.monthly: 0"),
        ('version: "16.9"', 'version: "14.9"', "14.9", "database.version: version 14.9"),
        ("emails: [team@example.com]", "emails: []", "notifications:", "notifications: name at least one"),
        ("owner: {value: team@example.com}", "owner: {value: team}", "owner:", 'form of "team@example.com" (^[^@'),
        ("us-east-1}", "us-eaast-1}", "us-eaast-1}", 'region: "us-eaast-1" is not allowed; did you mean "us-east-1"?'),
        ("monthly: 100", "monthly: much", "monthly:", 'budget.monthly: "much" is not a number'),
        ("value: {monthly: 100}", "value: 100", "budget:", "budget: \"100\" is no mapping of monthly, "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(refused: Refused, old: str, new: str, at: str, says: str) -> None:
    problems = refused((old, new))
    assert any(says in problem for problem in problems), problems
    lines = SYSTEM.replace(old, new, 1).splitlines()
    line = next(number for number, text in enumerate(lines, 1) if at in text)
    assert any(problem.startswith(f"Pulumi.yaml:{line}  ") for problem in problems), (line, problems)


def test_all_mistakes_are_told_at_once(refused: Refused) -> None:
    problems = refused(
        ("monthly: 100", "monthly: -1"), ("cpu: 256", "cpu: 7"), ("region: {value: us-east-1}", "region: {value: mars}")
    )
    assert {problem.split("  ")[1].split(":")[0] for problem in problems} >= {
        "budget.monthly",
        "services.gateway.cpu",
        "region",
    }


def test_sections_are_compared_even_when_a_value_is_wrong(refused: Refused) -> None:
    problems = refused(
        ("cpu: 256\n      memory: 512", "cpu: 256\n      memory: 500"), ("bucket:uploads/in", "bucket:upload")
    )
    assert any("memory 500 with cpu 256" in problem for problem in problems)
    assert any("no such bucket" in problem for problem in problems)


def test_a_mistake_in_a_stack_file_names_the_stack_file(refused: Refused) -> None:
    stack_file = "config:\n  shop:overrides:\n    services:\n      gateway:\n        port: 70000\n"
    (problem,) = refused(stack_file=stack_file)
    assert problem.startswith("Pulumi.dev.yaml:5  services.gateway.port: 70000")


def test_a_misspelt_steering_key_gets_the_nearest_name(refused: Refused) -> None:
    (problem,) = refused(stack_file="config:\n  shop:overides: {}\n")
    assert problem == 'Pulumi.dev.yaml:2  overides: no such key; did you mean "overrides"?'


def test_the_regions_are_those_of_the_provider() -> None:
    assert set(get_args(Region)) == {region.value for region in ProviderRegion}


def test_every_form_has_an_example_that_has_it() -> None:
    assert all(re.search(pattern, example) for pattern, example in EXAMPLES.items())
    written = set(re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', json.dumps(Settings.model_json_schema())))
    assert {json.loads(f'"{pattern}"') for pattern in written} <= set(EXAMPLES)


def test_a_domain_without_a_zone_is_refused(refused: Refused) -> None:
    stack_file = "config:\n  shop:overrides:\n    domain: {name: shop.example.com}\n"
    (problem,) = refused(stack_file=stack_file)
    assert problem.startswith("Pulumi.dev.yaml:3  domain: shop.example.com has no hosted zone: set zoneId")


def test_a_stage_without_a_tier_is_told_how_to_name_one(refused: Refused) -> None:
    (problem,) = refused(stack="qa")
    assert 'the stack is called "qa", which is no tier: set shop:tier to one of dev, staging, prod' in problem


def test_an_unknown_preset_gets_the_nearest_name(refused: Refused) -> None:
    (problem,) = refused(
        ("  budget:\n", "  presets:\n    value: {drawn: {}}\n  budget:\n"), stack_file="config:\n  shop:preset: drwan\n"
    )
    assert 'no such preset "drwan"; did you mean "drawn"?' in problem
    assert problem.startswith("Pulumi.dev.yaml:2  ")


def test_a_required_section_that_is_missing_is_named(refused: Refused) -> None:
    (problem,) = refused(("  budget:\n    value: {monthly: 100}\n", ""))
    assert "budget: is required and not set" in problem


def test_a_secret_value_is_never_shown(refused: Refused) -> None:
    problems = refused(("generate: true", "generate: true, value: hunter2-hunter2"))
    assert problems
    assert not any("hunter2" in problem for problem in problems)
