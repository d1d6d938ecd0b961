"""What holds for any stack: more never costs less, the expected amount is within the maximum, amounts are linear."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.cost import Estimate, as_json, estimate
from guardrails.cost.model import HOURS, Quantity
from guardrails.cost.services.containers import split
from guardrails.resource import Resource, Stack
from tests.policy.cost.build import BOOK, Build
from tests.policy.cost.systems import askiam, phoney, pika

SYSTEMS = [pika(fits=False), pika(fits=True), phoney(512), askiam(fits=False), askiam(fits=True)]


def _apart(resource: Resource, system: int) -> Resource:
    """The same resource under URNs of its own, so that systems can be mixed."""
    links = {prop: tuple(f"{urn}#{system}" for urn in urns) for prop, urns in resource.property_dependencies.items()}
    return dataclasses.replace(resource, urn=f"{resource.urn}#{system}", property_dependencies=links)


RESOURCES = [_apart(r, number) for number, (stack, _usage) in enumerate(SYSTEMS) for r in stack.resources]
BY_URN = {resource.urn: resource for resource in RESOURCES}
LOAD = {key: value for _stack, usage in SYSTEMS for key, value in usage.items() if key.startswith("aws:")}


def priced(resources: list[Resource], usage: dict[str, Any] | None = None) -> Estimate:
    return estimate(Stack(resources, "demo", "prod"), {**LOAD, **(usage or {})}, BOOK, "us-east-1")


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(range(len(RESOURCES))), unique=True, max_size=25),
    st.sampled_from(
        range(
            len(
                RESOURCES,
            )
        )
    ),
)
def test_adding_a_resource_never_lowers_the_total(chosen: list[int], extra: int) -> None:
    """With what each resource refers to, as in a program."""

    def closed(indexes: list[int]) -> list[Resource]:
        waiting = [RESOURCES[index] for index in indexes]
        kept: dict[str, Resource] = {}
        while waiting:
            resource = waiting.pop()
            if resource.urn not in kept:
                kept[resource.urn] = resource
                waiting += [BY_URN[urn] for found in resource.property_dependencies.values() for urn in found]
        return [kept[urn] for urn in sorted(kept)]

    before, after = priced(closed(chosen)), priced(closed([*chosen, extra]))
    assert after.expected >= before.expected
    assert after.maximum >= before.maximum
    assert after.unpriced >= before.unpriced


def test_removing_the_nat_gateway_lowers_the_total_by_exactly_gateway_and_address() -> None:
    stack, usage = pika(fits=False)
    usage = {**usage, "aws:ec2:NatGateway": {"dataGb": 0}}
    kept = [
        r
        for r in stack.resources
        if not (
            r.name == "nat-a"
            and r.type
            in (
                "aws:ec2/natGateway:NatGateway",
                "aws:ec2/eip:Eip",
            )
        )
    ]
    assert len(kept) == len(stack.resources) - 2
    before, after = (
        estimate(stack, usage, BOOK, "us-east-1"),
        estimate(
            Stack(kept, "pika", "prod"),
            usage,
            BOOK,
            "us-east-1",
        ),
    )
    assert before.expected - after.expected == HOURS * (Decimal("0.045") + Decimal("0.005"))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
def test_every_task_is_placed_once(expected: int, more: int, base: int, weight: int, spot: int) -> None:
    strategy = [("FARGATE", Decimal(base), Decimal(weight)), ("FARGATE_SPOT", Decimal(0), Decimal(spot))]
    for tasks in (expected, expected + more):
        placed = split(Decimal(tasks), strategy)
        assert abs(sum(placed.values(), Decimal(0)) - tasks) < Decimal("1e-20")
        assert all(share >= 0 for share in placed.values())
        assert placed["FARGATE"] >= min(base, tasks)


@settings(max_examples=40)
@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.booleans())
def test_expected_is_within_the_maximum_whatever_the_scaling(desired: int, low: int, span: int, spot: bool) -> None:
    b = Build()
    task = b.add("aws:ecs/taskDefinition:TaskDefinition", "t", cpu="256", memory="512")
    strategy = [{"capacityProvider": "FARGATE_SPOT" if spot else "FARGATE", "base": 0, "weight": 1}]
    service = b.add(
        "aws:ecs/service:Service",
        "s",
        taskDefinition=task,
        desiredCount=desired,
        capacityProviderStrategies=strategy,
    )
    b.add("aws:appautoscaling/target:Target", "s", minCapacity=low, maxCapacity=low + span, resourceId=service)
    found = estimate(b.stack(), {}, BOOK, "us-east-1")
    assert all(line.expected <= line.maximum for line in found.lines)
    assert found.expected <= found.maximum


@given(st.decimals(0, 10**9, places=3), st.decimals(0, 10**9, places=3), st.integers(0, 1000))
def test_quantities_are_linear_and_ordered(expected: Decimal, more: Decimal, factor: int) -> None:
    quantity = Quantity(expected, expected + more)
    assert (quantity * factor).expected == expected * factor
    assert (quantity + quantity) == quantity * 2
    for derived in (quantity * factor, quantity.above(more), quantity.at_least(more), quantity.times(quantity)):
        assert 0 <= derived.expected <= derived.maximum


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 50))
def test_twice_the_usage_is_twice_the_amount(gb: int, factor: int) -> None:
    b = Build()
    b.add("aws:s3/bucket:Bucket", "it")
    once = estimate(b.stack(), {"it": {"storageGb": gb}}, BOOK, "us-east-1").expected
    assert estimate(b.stack(), {"it": {"storageGb": gb * factor}}, BOOK, "us-east-1").expected == once * factor


def test_the_same_inputs_give_the_same_answer() -> None:
    stack, usage = pika(fits=False)
    first, second = estimate(stack, usage, BOOK, "us-east-1"), estimate(stack, usage, BOOK, "us-east-1")
    assert as_json(first, {"monthly": 100}) == as_json(second, {"monthly": 100})
