"""ECS task definitions: Fargate's sizes, and the container definitions, which travel as JSON text.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any, Final

from tierwise.preview.checks.failure import Failure, nearest, safe
from tierwise.preview.checks.reading import Inputs, Place, number
from tierwise.preview.checks.tables import table

_SIZE: Final = re.compile(r"^(\d*\.?\d+)\s*(vcpu|gb)$", re.IGNORECASE)
_NAME: Final = re.compile(r"^[A-Za-z0-9_-]{1,255}$")
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def check_task_definition(inputs: Inputs) -> Iterator[Failure]:
    """Every combination of a task definition that ECS would refuse to register."""
    fargate = "FARGATE" in (inputs.get("requiresCompatibilities") or [])
    cpu, memory = units(inputs.get("cpu")), units(inputs.get("memory"))
    if fargate:
        yield from _fargate(inputs, cpu, memory)
    for place in inputs.places("containerDefinitions"):
        yield from _containers(inputs, place, cpu, memory, awsvpc=inputs.get("networkMode") == "awsvpc")


def units(size: Any) -> float | None:
    """CPU units or MiB of a size, which may be written as ``.5 vCPU`` or ``2 GB``; None when it is no size."""
    if isinstance(size, str):
        match = _SIZE.match(size.strip())
        if match:
            return float(match[1]) * 1024
    return number(size)


def _fargate(inputs: Inputs, cpu: float | None, memory: float | None) -> Iterator[Failure]:
    pairs: dict[str, list[int]] = table("fargate")
    for name in ("cpu", "memory"):
        if not inputs.has(name):
            yield inputs.refuse(name, "required for a task on Fargate")
    mode = inputs.get("networkMode")
    if mode != "awsvpc" and (mode is not None or not inputs.has("networkMode")):
        yield inputs.refuse("networkMode", "a task on Fargate has its own network interface", allowed="awsvpc")
    if cpu is None:
        return
    sizes = pairs.get(f"{cpu:.0f}")
    place = next(inputs.places("cpu"))
    if sizes is None:
        close = min(map(int, pairs), key=lambda size: abs(size - cpu))
        message = "Fargate has no task of this size"
        yield inputs.refuse(place, message, allowed=f"CPU units {', '.join(pairs)}", nearest=str(close))
    elif memory is not None and memory not in sizes:
        close = min(sizes, key=lambda size: abs(size - memory))
        yield inputs.refuse(
            next(inputs.places("memory")),
            f"Fargate has no task with {cpu:.0f} CPU units and this much memory",
            allowed=_memory_text(sizes),
            nearest=str(close),
        )


def _memory_text(sizes: list[int]) -> str:
    steps = {high - low for low, high in itertools.pairwise(sizes)}
    if len(sizes) > 4 and len(steps) == 1:
        return f"{sizes[0]} to {sizes[-1]} MiB in steps of {steps.pop()}"
    return f"{', '.join(map(str, sizes))} MiB"


def _containers(
    inputs: Inputs, place: Place, cpu: float | None, memory: float | None, *, awsvpc: bool
) -> Iterator[Failure]:
    try:
        containers: Any = json.loads(place.value) if isinstance(place.value, str) else place.value
    except ValueError as error:
        yield inputs.refuse(place.path, f"not valid JSON: {error}")
        return
    if not isinstance(containers, list) or not containers:
        yield inputs.refuse(place.path, "a task needs a list of at least one container definition")
        return
    shape: Any = table("containerDefinition")
    found = list(_shape(inputs, place, containers, [shape], place.path))
    yield from found
    if found:
        return
    yield from _names(inputs, place.path, containers)  # type: ignore[reportUnknownArgumentType]
    yield from _ports(inputs, place.path, containers, awsvpc=awsvpc)  # type: ignore[reportUnknownArgumentType]
    yield from _sums(inputs, place.path, containers, cpu, memory)  # type: ignore[reportUnknownArgumentType]


def _shape(inputs: Inputs, place: Place, value: Any, shape: Any, path: str) -> Iterator[Failure]:
    """Names and types against ECS's own model; the provider reads the names without regard to case."""
    if value is None:
        return
    shown = Place(path, value, place.secret)
    if isinstance(shape, str):
        wanted = _TYPES.get(shape)
        if wanted and (not isinstance(value, wanted) or (shape == "integer" and isinstance(value, bool))):
            yield inputs.refuse(shown, f"wrong type: ECS takes a {shape} here")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield inputs.refuse(shown, "wrong type: ECS takes a list here")
            return
        for index, member in enumerate(value):  # type: ignore[reportUnknownVariableType]
            yield from _shape(inputs, place, member, shape[0], f"{path}[{index}]")
    elif not isinstance(value, dict):
        yield inputs.refuse(shown, "wrong type: ECS takes an object here")
    elif "*" in shape:
        for key, member in value.items():  # type: ignore[reportUnknownVariableType]
            yield from _shape(inputs, place, member, shape["*"], f"{path}.{key}")
    else:
        names: dict[str, str] = {name.casefold(): name for name in shape}
        for key, member in value.items():  # type: ignore[reportUnknownVariableType]
            name = names.get(str(key).casefold())  # type: ignore[reportUnknownArgumentType]
            if name is None:
                close = nearest(str(key), shape)  # type: ignore[reportUnknownArgumentType]
                shown = Place(f"{path}.{key}", member, place.secret)
                yield inputs.refuse(shown, "no such property of a container definition", nearest=close)
            else:
                yield from _shape(inputs, place, member, shape[name], f"{path}.{name}")


def _names(inputs: Inputs, path: str, containers: list[dict[str, Any]]) -> Iterator[Failure]:
    seen: set[str] = set()
    for index, container in enumerate(containers):
        name = container.get("name")
        where = f"{path}[{index}]"
        for needed in ("name", "image"):
            if not container.get(needed):
                yield inputs.refuse(f"{where}.{needed}", "required, but not given")
        if name and not _NAME.match(name):
            allowed = "1 to 255 letters, digits, hyphens and underscores"
            yield inputs.refuse(f"{where}.name", f"{safe(name)} is no container name", allowed=allowed)
        if name in seen:
            yield inputs.refuse(f"{where}.name", f"another container is called {safe(name)}")
        seen.add(str(name))
    for index, container in enumerate(containers):
        for number_, dependency in enumerate(container.get("dependsOn") or []):
            target = dependency.get("containerName")
            if target not in seen:
                where = f"{path}[{index}].dependsOn[{number_}].containerName"
                yield inputs.refuse(where, f"no container is called {safe(target)}", nearest=nearest(str(target), seen))
    if not any(container.get("essential", True) for container in containers):
        yield inputs.refuse(path, "no container is essential", allowed="at least one with essential true")


def _ports(inputs: Inputs, path: str, containers: list[dict[str, Any]], *, awsvpc: bool) -> Iterator[Failure]:
    taken: dict[tuple[int, str], str] = {}
    for index, container in enumerate(containers):
        for position, mapping in enumerate(container.get("portMappings") or []):
            where = f"{path}[{index}].portMappings[{position}]"
            for name in ("containerPort", "hostPort"):
                port = mapping.get(name)
                if port is not None and not 0 <= port <= 65535:
                    yield inputs.refuse(f"{where}.{name}", f"{port} is not a TCP or UDP port", allowed="0 to 65535")
            port, host = mapping.get("containerPort"), mapping.get("hostPort")
            if not awsvpc or port is None:
                continue
            if host not in (None, 0, port):
                message = f"with network mode awsvpc the host port is the container's, {port}, not {host}"
                yield inputs.refuse(f"{where}.hostPort", message)
            key = (port, str(mapping.get("protocol") or "tcp"))
            if key in taken:
                yield inputs.refuse(f"{where}.containerPort", f"{taken[key]} already listens on port {port}")
            taken[key] = str(container.get("name"))


def _sums(
    inputs: Inputs, path: str, containers: list[dict[str, Any]], cpu: float | None, memory: float | None
) -> Iterator[Failure]:
    reserved_cpu = sum(container.get("cpu") or 0 for container in containers)
    if cpu is not None and reserved_cpu > cpu:
        yield inputs.refuse(path, f"the containers reserve {reserved_cpu} CPU units, the task has {cpu:.0f}")
    reserved = sum(container.get("memoryReservation") or container.get("memory") or 0 for container in containers)
    if memory is not None and reserved > memory:
        yield inputs.refuse(path, f"the containers reserve {reserved} MiB of memory, the task has {memory:.0f}")
    for index, container in enumerate(containers):
        hard, soft = container.get("memory"), container.get("memoryReservation")
        if memory is not None and hard is not None and hard > memory:
            yield inputs.refuse(f"{path}[{index}].memory", f"{hard} MiB, more than the task's {memory:.0f}")
        if hard is not None and soft is not None and soft > hard:
            where = f"{path}[{index}].memoryReservation"
            yield inputs.refuse(where, f"{soft} MiB, more than the container's limit of {hard}")
        if memory is None and hard is None and soft is None and not inputs.has("memory"):
            yield inputs.refuse(f"{path}[{index}].memory", "required when the task has no memory of its own")
