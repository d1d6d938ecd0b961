"""ECS on Fargate, and image repositories. https://aws.amazon.com/fargate/pricing/

The size and architecture come from the task definition behind the service, the Spot share from the capacity provider
strategy (the service's own or its cluster's), the most tasks from the scaling target.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from guardrails.cost.mapping import Bill, Key, by_parent, free, optional, prices
from guardrails.cost.model import HOURS, ZERO, Quantity
from guardrails.cost.services.network import IPV4
from guardrails.cost.services.schedules import weekly_average, weekly_minutes
from guardrails.cost.values import entries, first, to_decimal
from guardrails.resource import ABSENT, UNKNOWN, Resource

SERVICE: Final = "Containers"
#: Taken off the on-demand price for Fargate Spot.
SPOT: Final = "fargate.spot.discount"
_INCLUDED_EPHEMERAL_GB: Final = Decimal(20)
_UNITS_PER_VCPU: Final = Decimal(1024)
_MIB_PER_GB: Final = Decimal(1024)
_TASK_DEFINITION: Final = "aws:ecs/taskDefinition:TaskDefinition"
_CLUSTER: Final = "aws:ecs/cluster:Cluster"
_SCHEDULED_ACTION: Final = "aws:appautoscaling/scheduledAction:ScheduledAction"

free(
    SERVICE,
    "no charge",
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
    "aws:ecs/capacityProvider:CapacityProvider",
    "aws:ecs/accountSettingDefault:AccountSettingDefault",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
)
by_parent(SERVICE, "in the lines of the service or schedule that runs it", _TASK_DEFINITION)


@dataclass(frozen=True, slots=True)
class TaskSize:
    """What one task of a definition occupies: vCPU, memory and extra disk in GB, and ``arm`` or ``x86``."""

    vcpu: Decimal
    memory: Decimal
    extra_disk: Decimal
    architecture: str


@prices(
    _CLUSTER,
    service=SERVICE,
    keys=(
        Key(
            "insightsMetrics",
            "Container Insights metrics billed as custom metrics",
            "containerInsights enabled or enhanced",
        ),
    ),
)
def cluster(bill: Bill) -> None:
    """Free, but for Container Insights."""
    for setting in entries(bill.get("settings")):
        if setting.get("name") == "containerInsights" and setting.get("value") != "disabled":
            bill.usage("insightsMetrics", "Container Insights metrics", "cw.metric.month")
            return
    bill.free("a cluster is free; its tasks are priced at the services")


@prices(
    "aws:ecs/service:Service",
    service=SERVICE,
    keys=(
        optional(
            "tasks", "average number of tasks, when load keeps it off the desired count (scheduled actions are seen)"
        ),
    ),
)
def service(bill: Bill) -> None:
    """Fargate vCPU, memory and disk hours for the desired tasks, Spot and on demand, plus public addresses."""
    strategy = _strategy(bill)
    if strategy is None:
        bill.undecided("tasks", "the capacity provider strategy")
        return
    if not strategy:
        bill.by_parent("runs on instances that are priced themselves")
        return
    tasks = _tasks(bill)
    if tasks is None:
        return
    size = task_size(bill, bill.resource, "taskDefinition")
    if size is None:
        return
    expected, most = split(tasks.expected, strategy), split(tasks.maximum, strategy)
    for provider in ("FARGATE", "FARGATE_SPOT"):
        share = Quantity(expected.get(provider, ZERO), max(most.get(provider, ZERO), expected.get(provider, ZERO)))
        if share.maximum:
            fargate(bill, size, share * HOURS, spot=provider == "FARGATE_SPOT")
    if bill.flag("networkConfiguration.assignPublicIp"):
        bill.fixed("public IPv4 addresses", IPV4, tasks * HOURS)


def fargate(bill: Bill, size: TaskSize, hours: Quantity, *, spot: bool, metered: bool = False) -> None:
    """Write the vCPU, memory and disk lines of ``hours`` task-hours."""
    arch = size.architecture
    label = f"Fargate {'ARM' if arch == 'arm' else 'x86'}{' Spot' if spot else ''}"
    write = bill.metered if metered else bill.fixed
    off = SPOT if spot else None
    write(f"{label} vCPU", f"fargate.{arch}.vcpu_hour", hours * size.vcpu, discount=off)
    write(f"{label} memory", f"fargate.{arch}.gb_hour", hours * size.memory, discount=off)
    if size.extra_disk:
        write("Fargate disk above 20 GB", "fargate.ephemeral.gb_hour", hours * size.extra_disk)


def task_size(bill: Bill, source: Resource, prop: str) -> TaskSize | None:
    """The size of the task definition behind ``prop``; None, having noted why, when it cannot be known."""
    definition = first(bill.links.targets(source, prop, _TASK_DEFINITION))
    if definition is None:
        bill.unknown("tasks", "the task definition is not in this stack")
        return None
    vcpu, memory = _cpu(definition.get("cpu")), _memory(definition.get("memory"))
    if vcpu is None or memory is None:
        bill.unknown("tasks", f"cpu or memory of {definition.name} is not known")
        return None
    disk = definition.get("ephemeralStorage.sizeInGib")
    size = _INCLUDED_EPHEMERAL_GB if disk is ABSENT else to_decimal(disk)
    if size is None:
        bill.unknown("tasks", f"ephemeralStorage.sizeInGib of {definition.name} is not known")
        return None
    system = definition.get("runtimePlatform.operatingSystemFamily")
    if isinstance(system, str) and system.startswith("WINDOWS"):
        bill.unknown("tasks", "no price for Windows on Fargate")
        return None
    architecture = definition.get("runtimePlatform.cpuArchitecture")
    if architecture is UNKNOWN:
        bill.unknown("tasks", f"runtimePlatform.cpuArchitecture of {definition.name} is not known")
        return None
    arm = str(architecture).upper() == "ARM64"
    return TaskSize(vcpu, memory, max(size - _INCLUDED_EPHEMERAL_GB, ZERO), "arm" if arm else "x86")


def split(tasks: Decimal, strategy: Sequence[tuple[str, Decimal, Decimal]]) -> dict[str, Decimal]:
    """Divide tasks over capacity providers as ECS does: the base first, the rest by weight.

    Args:
        tasks: How many run.
        strategy: (provider, base, weight) in order.
    """
    placed: dict[str, Decimal] = {}
    left = tasks
    for provider, base, _weight in strategy:
        taken = min(left, base)
        placed[provider] = placed.get(provider, ZERO) + taken
        left -= taken
    weights = sum((weight for _provider, _base, weight in strategy), ZERO)
    if left and weights:
        for provider, _base, weight in strategy:
            placed[provider] += left * weight / weights
    elif left:
        placed[strategy[0][0]] += left
    return placed


def _strategy(bill: Bill) -> list[tuple[str, Decimal, Decimal]] | None:
    """Capacity providers with base and weight; empty when the tasks run on instances, None when unknown."""
    launch = bill.get("launchType")
    if launch is UNKNOWN:
        return None
    if launch is not ABSENT:
        return [("FARGATE", ZERO, Decimal(1))] if str(launch).upper() == "FARGATE" else []
    own = bill.get("capacityProviderStrategies")
    if own is UNKNOWN:
        return None
    if own is ABSENT or not own:
        own = _cluster_default(bill)
    if own is None:
        return None
    placed: list[tuple[str, Decimal, Decimal]] = []
    for entry in entries(own):
        # A provider that AWS names is a group of instances, which are priced themselves.
        provider = str(entry.get("capacityProvider"))
        base, weight = to_decimal(entry.get("base") or 0), to_decimal(entry.get("weight") or 0)
        if base is None or weight is None:
            return None
        placed.append((provider, base, weight))
    return placed if any(name.startswith("FARGATE") for name, _, _ in placed) else []


def _cluster_default(bill: Bill) -> Sequence[Any] | None:
    for found in bill.links.targets(bill.resource, "cluster", _CLUSTER):
        token = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"  # noqa: S105 (a type, not a secret)
        for providers in bill.links.referrers(found, token, "clusterName"):
            default = providers.get("defaultCapacityProviderStrategies")
            if default is UNKNOWN:
                return None
            if default is not ABSENT:
                return default
    return []


def _tasks(bill: Bill) -> Quantity | None:
    """Average tasks: the desired count within the scaling limits, as scheduled actions move them over the week."""
    desired = bill.number("desiredCount", 0)
    if desired is None:
        bill.undecided("tasks", "desiredCount")
        return None
    tasks = Quantity.of(desired)
    target = scaling_target(bill)
    if target is not None:
        low, high = bill.number("minCapacity", 0, of=target), bill.number("maxCapacity", of=target)
        if low is None or high is None:
            bill.undecided("tasks", f"minCapacity or maxCapacity of {target.name}")
            return None
        tasks = _over_the_week(bill, target, desired, low, high) or _within(desired, low, high)
    declared = bill.declares("tasks")
    return tasks if declared is None else Quantity(declared.expected, max(declared.maximum, tasks.maximum))


def _within(desired: Decimal, low: Decimal, high: Decimal) -> Quantity:
    return Quantity.of(min(max(desired, low), max(high, low)), high)


def _over_the_week(bill: Bill, target: Resource, desired: Decimal, low: Decimal, high: Decimal) -> Quantity | None:
    """Tasks averaged over a week of scheduled actions; None without actions, or when one does not repeat weekly."""
    actions = [
        *bill.links.referrers(target, _SCHEDULED_ACTION, "resourceId"),
        *bill.links.referrers(bill.resource, _SCHEDULED_ACTION, "resourceId"),
    ]
    expected: list[tuple[int, Decimal]] = []
    most: list[tuple[int, Decimal]] = []
    for action in actions:
        schedule = action.get("schedule")
        minutes = weekly_minutes(schedule) if isinstance(schedule, str) else None
        floor = bill.number("scalableTargetAction.minCapacity", low, of=action)
        ceiling = bill.number("scalableTargetAction.maxCapacity", high, of=action)
        if minutes is None or floor is None or ceiling is None:
            return None
        tasks = _within(desired, floor, ceiling)
        expected += [(minute, tasks.expected) for minute in minutes]
        most += [(minute, tasks.maximum) for minute in minutes]
    average, peak = weekly_average(expected), weekly_average(most)
    return None if average is None or peak is None else Quantity(average, max(average, peak))


def scaling_target(bill: Bill) -> Resource | None:
    """The scaling target of an ECS service, by dependency or by the names in its ``resourceId``."""
    token = "aws:appautoscaling/target:Target"  # noqa: S105 (a type, not a secret)
    found = bill.links.referrers(bill.resource, token, "resourceId")
    if found:
        return found[0]
    name = bill.get("name")
    if isinstance(name, str):
        for target in bill.links.of_type(token):
            resource_id = target.get("resourceId")
            if isinstance(resource_id, str) and resource_id.startswith("service/") and resource_id.endswith(f"/{name}"):
                return target
    return None


def _cpu(value: Any) -> Decimal | None:
    """vCPU from CPU units (``256``) or text (``.25 vCPU``)."""
    if isinstance(value, str) and (match := re.fullmatch(r"\s*([\d.]+)\s*vcpu\s*", value, re.IGNORECASE)):
        return Decimal(match[1])
    units = to_decimal(value)
    return None if units is None else units / _UNITS_PER_VCPU


def _memory(value: Any) -> Decimal | None:
    """GB from MiB (``512``) or text (``0.5 GB``)."""
    if isinstance(value, str) and (match := re.fullmatch(r"\s*([\d.]+)\s*gb\s*", value, re.IGNORECASE)):
        return Decimal(match[1])
    mib = to_decimal(value)
    return None if mib is None else mib / _MIB_PER_GB


@prices(
    "aws:ecr/repository:Repository", service=SERVICE, keys=(Key("storageGb", "GB of images kept, shared layers once"),)
)
def repository(bill: Bill) -> None:
    """GB stored."""
    bill.usage("storageGb", "image storage", "ecr.storage.gb_month")
