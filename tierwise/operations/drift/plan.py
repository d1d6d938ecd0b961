"""Drift without the CLI: what matters, read through boto3, against the plan of the program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from guardrails.resource import UNKNOWN, Resource, Stack
from tierwise.operations.answers import as_mapping, part
from tierwise.operations.drift.facts import DEFAULTS, MATTERS, READERS
from tierwise.operations.drift.findings import Difference
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation
from tierwise.operations.outputs import read_state, resources_of_state

_WORLD: Final = ("0.0.0.0/0", "::/0")
_INGRESS: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


def plan_differences(operation: Operation) -> tuple[list[Difference], int]:
    """What differs, and how many resources were compared.

    Args:
        operation: The command.

    Raises:
        OperationError: The program does not run.
    """
    from tierwise.preview.engine import plan

    found = plan(operation.stack.target.directory, operation.stack.stage)
    if found.error is not None:
        raise OperationError(f"{operation.stack.key}  cannot be planned: {found.error.message.splitlines()[-1]}")
    planned = found.view()
    ids = _ids(operation)
    differences: list[Difference] = []
    compared = 0
    for type_, (naming, _) in READERS.items():
        for resource in planned.of_type(type_):
            name = resource.get(naming)
            # What AWS or Pulumi named is known from the state alone.
            name = name if isinstance(name, str) else ids.get(resource.urn)
            if name is None:
                operation.console.note(f"{resource.type} {resource.name}: not compared, its name is in the state alone")
                continue
            compared += 1
            differences += _compare(operation, planned, resource, {**resource.props, naming: name})
    return [*differences, *_open_rules(operation, planned)], compared


def _ids(operation: Operation) -> dict[str, str]:
    """The ids in the stack's state by URN; nothing where the state cannot be read from here."""
    try:
        state = read_state(operation.stack.target, operation.stack.system)
    except OperationError:
        return {}
    return {str(found["urn"]): str(found["id"]) for found in resources_of_state(state) if found.get("id")}


def _compare(operation: Operation, planned: Stack, resource: Resource, props: Mapping[str, Any]) -> list[Difference]:
    label = f"{resource.type.rpartition('/')[0]} {resource.name}"
    region = resource.region if isinstance(resource.region, str) else operation.stack.settings.region
    reader = READERS[resource.type][1]
    try:
        actual = reader(_In(operation.aws, region), props)
    except AwsError as error:
        if not error.missing:
            raise
        actual = None
    if actual is None:
        return [Difference(label, "", "exists", "gone", "safety")]
    wanted = _wanted(planned, resource)
    return [
        Difference(label, name, wanted[name], value, MATTERS.get(name, "other"))
        for name, value in actual.items()
        if name in wanted and wanted[name] is not UNKNOWN and not _same(wanted[name], value)
    ]


class _In:
    """AWS in the resource's own region; a replica lives elsewhere."""

    def __init__(self, aws: Any, region: str) -> None:
        self._aws, self._region = aws, region

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        return self._aws.read(service, operation, region=self._region, **parameters)


def _wanted(planned: Stack, resource: Resource) -> Mapping[str, Any]:
    wanted = {**DEFAULTS.get(resource.type, {}), **{k: v for k, v in resource.props.items() if v is not None}}
    if resource.type != "aws:s3/bucket:Bucket":
        return wanted
    # S3's settings are resources of their own; every bucket of ours is closed and encrypted.
    wanted |= dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets", "encrypted"), True
    )
    versioned = [
        part(own.props, "versioningConfiguration").get("status")
        for own in planned.of_type("aws:s3/bucketVersioning:BucketVersioning")
        if resource in planned.referenced(own, "bucket") or own.get("bucket") == resource.get("bucket")
    ]
    return {**wanted, "versioning": versioned == ["Enabled"]}


def _same(planned: Any, actual: Any) -> bool:
    wanted, given = as_mapping(planned), as_mapping(actual)
    if wanted is not None and given is not None:
        return all(_same(wanted.get(key), value) for key, value in given.items())
    return str(planned).lower() == str(actual).lower() or (planned is None and not actual)


def _open_rules(operation: Operation, planned: Stack) -> list[Difference]:
    """Doors that the program did not open, in the stack's own security groups."""
    wanted = {_door(rule.props, "cidrIpv4", "fromPort", "toPort", "ipProtocol") for rule in planned.of_type(_INGRESS)}
    tags = {"project": operation.stack.system, "stage": operation.stack.stage}
    groups = list(
        operation.aws.pages(
            "ec2",
            "DescribeSecurityGroups",
            "SecurityGroups",
            Filters=[{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()],
        )
    )
    names = {str(group["GroupId"]): str(group.get("GroupName", "")) for group in groups}
    if not names:
        return []
    rules = operation.aws.pages(
        "ec2",
        "DescribeSecurityGroupRules",
        "SecurityGroupRules",
        Filters=[{"Name": "group-id", "Values": sorted(names)}],
    )
    found: list[Difference] = []
    for rule in rules:
        address = rule.get("CidrIpv4") or rule.get("CidrIpv6")
        if rule.get("IsEgress") or not address:
            continue
        door = (str(address), rule.get("FromPort"), rule.get("ToPort"), str(rule.get("IpProtocol")))
        if door not in wanted:
            matter = "security"
            name = f"ingress {door[3]} {door[1]}-{door[2]} from {address}"
            where = f"aws:ec2 {names[str(rule['GroupId'])]}"
            found.append(
                Difference(where, name, "closed", "open to the world" if address in _WORLD else "open", matter)
            )
    return found


def _door(props: Mapping[str, Any], *keys: str) -> tuple[Any, ...]:
    address, low, high, protocol = (props.get(key) for key in keys)
    return (str(address or props.get("cidrIpv6")), _whole(low), _whole(high), str(protocol))


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) else value
