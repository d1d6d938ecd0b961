"""All checks that look at more than one property, or inside text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tierwise.preview.checks.combinations import COMBINATIONS, check_json, lambda_function
from tierwise.preview.checks.containers import check_task_definition
from tierwise.preview.checks.failure import Failure
from tierwise.preview.checks.networks import check_networks, check_region
from tierwise.preview.checks.policies import check_policies
from tierwise.preview.checks.reading import Inputs
from tierwise.preview.checks.schedules import check_schedules
from tierwise.preview.checks.serverless import SERVERLESS
from tierwise.preview.plan import PlannedResource


def check_combinations(resource: PlannedResource, today: date) -> Iterator[Failure]:
    """What AWS would refuse about a resource whose properties are each fine by themselves.

    Args:
        resource: As planned; its inputs have the declared names and types.
        today: The day that lifecycle dates are compared with.
    """
    inputs = Inputs(resource)
    yield from check_policies(inputs)
    yield from check_networks(inputs)
    yield from check_region(inputs)
    yield from check_schedules(inputs)
    yield from check_json(inputs)
    check = COMBINATIONS.get(resource.type) or SERVERLESS.get(resource.type)
    if check is not None:
        yield from check(inputs)
    if resource.type == "aws:ecs/taskDefinition:TaskDefinition":
        yield from check_task_definition(inputs)
    elif resource.type == "aws:lambda/function:Function":
        yield from lambda_function(inputs, today)
