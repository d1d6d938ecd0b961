"""Lambda. https://aws.amazon.com/lambda/pricing/"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guardrails.cost.mapping import Bill, Key, free, optional, prices
from guardrails.cost.model import HOURS, Quantity
from guardrails.resource import ABSENT, UNKNOWN, Resource

SERVICE: Final = "Functions"
_FUNCTION: Final = "aws:lambda/function:Function"
_MIB_PER_GB: Final = Decimal(1024)
_MS_PER_SECOND: Final = Decimal(1000)
_SECONDS_PER_MONTH: Final = HOURS * 3600
#: Memory of a function that sets none, in MB.
_DEFAULT_MEMORY: Final = 128
#: Ephemeral storage that is free, in MB.
_FREE_DISK_MB: Final = Decimal(512)

free(
    SERVICE,
    "no charge",
    "aws:lambda/alias:Alias",
    "aws:lambda/permission:Permission",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/functionUrl:FunctionUrl",
    "aws:lambda/layerVersion:LayerVersion",
    "aws:lambda/layerVersionPermission:LayerVersionPermission",
    "aws:lambda/codeSigningConfig:CodeSigningConfig",
    "aws:lambda/runtimeManagementConfig:RuntimeManagementConfig",
)


@prices(
    _FUNCTION,
    service=SERVICE,
    keys=(
        Key("requests", "invocations"),
        Key("durationMs", "average billed duration of one invocation, in milliseconds"),
    ),
)
def function(bill: Bill) -> None:
    """Requests and GB-seconds by architecture and memory; disk above 512 MB."""
    bill.usage("requests", "Lambda requests", "lambda.requests")
    duration = bill.declared("durationMs", "Lambda duration")
    requests = bill.declares("requests")
    if duration is None or requests is None:
        return
    memory = memory_gb(bill, bill.resource)
    arch = architecture(bill.resource)
    if memory is None or arch is None:
        bill.undecided("Lambda duration", "memorySize or architectures")
        return
    seconds = requests.times(duration) * (1 / _MS_PER_SECOND)
    bill.metered(f"Lambda duration, {'ARM' if arch == 'arm' else 'x86'}", f"lambda.{arch}.gb_second", seconds * memory)
    disk = bill.number("ephemeralStorage.size", _FREE_DISK_MB)
    if disk is None:
        bill.undecided("Lambda disk above 512 MB", "ephemeralStorage.size")
    elif disk > _FREE_DISK_MB:
        bill.metered(
            "Lambda disk above 512 MB", "lambda.ephemeral.gb_second", seconds * ((disk - _FREE_DISK_MB) / _MIB_PER_GB)
        )


def memory_gb(bill: Bill, resource: Resource) -> Decimal | None:
    """Memory of a function in GB; None when it is unknown."""
    memory = bill.number("memorySize", _DEFAULT_MEMORY, of=resource)
    return None if memory is None else memory / _MIB_PER_GB


def architecture(resource: Resource) -> str | None:
    """``arm`` or ``x86``; None when it is unknown."""
    value = resource.get("architectures")
    if value is UNKNOWN:
        return None
    first = value[0] if value is not ABSENT and value else "x86_64"
    return None if first is UNKNOWN else ("arm" if first == "arm64" else "x86")


@prices(
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    service=SERVICE,
    keys=(optional("durationGbSeconds", "GB-seconds that run on provisioned instances, when requests exclude them"),),
)
def provisioned_concurrency(bill: Bill) -> None:
    """GB-seconds kept ready the whole month, up to the scaling target's maximum."""
    functions = bill.links.targets(bill.resource, "functionName", _FUNCTION)
    count = bill.number("provisionedConcurrentExecutions")
    if not functions or count is None:
        what = "provisionedConcurrentExecutions" if functions else "the function"
        bill.undecided("provisioned concurrency", what)
        return
    memory, arch = memory_gb(bill, functions[0]), architecture(functions[0])
    if memory is None or arch is None:
        bill.undecided("provisioned concurrency", "memorySize or architectures")
        return
    most = count
    for target in bill.links.referrers(functions[0], "aws:appautoscaling/target:Target", "resourceId"):
        if target.get("serviceNamespace") == "lambda":
            most = bill.number("maxCapacity", count, of=target) or count
    ready = Quantity.of(count, most) * (_SECONDS_PER_MONTH * memory)
    bill.fixed("provisioned concurrency", f"lambda.pc.{arch}.gb_second", ready)
    bill.usage("durationGbSeconds", "duration on provisioned concurrency", f"lambda.pc.{arch}.duration")
