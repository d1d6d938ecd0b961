"""Names, ids and ARNs of the sandbox's resources: each service's real shape, and the same ones at every run."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview.aws_facts import partition_of
from tierwise.preview.checks import sdk
from tierwise.preview.checks.constraints import constraints_of
from tierwise.sandbox.shapes import Shape, shape_of
from tierwise.sandbox.wire import reveal

#: The account of stacks that name none: the number that AWS uses in its own examples.
ACCOUNT: Final = "123456789012"
#: The property that the provider names by itself where that is not ``name``.
_NAMING: Final = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:rds/instance:Instance": "identifier",
    "aws:rds/cluster:Cluster": "clusterIdentifier",
    "aws:rds/clusterInstance:ClusterInstance": "identifier",
    "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
    "aws:elasticache/cluster:Cluster": "clusterId",
}
#: Types whose ``name`` is a name of the world, not of the resource, so that the provider never makes one up.
_NEVER_NAMED: Final = frozenset({"aws:budgets/budget:Budget", "aws:route53/record:Record"})
_LOWER: Final = frozenset(
    {
        "aws:s3/bucket:Bucket",
        "aws:ecr/repository:Repository",
        "aws:rds/subnetGroup:SubnetGroup",
        "aws:rds/parameterGroup:ParameterGroup",
        "aws:rds/instance:Instance",
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    }
)
_SUFFIX_LENGTH: Final = 7
_LONGEST: Final = 255
_PART: Final = re.compile(r"\{([xnaA])(\d+)\}")
_ALPHABETS: Final = {"x": "0123456789abcdef", "n": "0123456789", "a": "0123456789abcdefghijklmnopqrstuvwxyz"}
_UPPER: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def naming_property(token: str) -> str | None:
    """The property that names resources of a type, or None for a type without names."""
    if token in _NAMING:
        return _NAMING[token]
    args = sdk.args_class(token)
    field = sdk.describe(args).get("name") if args is not None else None
    return None if field is None else "name"


def automatic(token: str) -> bool:
    """Whether the provider makes a name up where the program gives none."""
    prop = naming_property(token)
    args = sdk.args_class(token)
    if prop is None or args is None or token in _NEVER_NAMED:
        return False
    field = sdk.describe(args)[prop]
    return not field.required and sdk.Scalar("string") in field.shape


def automatic_name(token: str, logical: str, seed: str) -> str:
    """The logical name and seven hexadecimal digits, as the provider names what the program does not.

    Args:
        token: The type token; its longest name is AWS's.
        logical: The logical name.
        seed: The same seed gives the same name.
    """
    constraints = constraints_of(token)
    limit = _LONGEST
    if constraints is not None:
        limit = constraints.of("").get(naming_property(token) or "", {}).get("maxLength", _LONGEST)
    stem = logical.lower() if token in _LOWER else logical
    if token == "aws:kms/alias:Alias":  # noqa: S105 - a type token
        stem = f"alias/{stem}"
    return f"{stem[: limit - _SUFFIX_LENGTH - 1]}-{_text(seed, 'x', _SUFFIX_LENGTH)}"


class Identity:
    """The id, the ARN and the key of one resource.

    Args:
        token: The type token.
        urn: The resource's URN, which its generated parts are made from.
        inputs: All of its inputs, known and with secrets unwrapped.
        account: The account's number.
        region: The region.
        serial: Tells apart what was made after one another under the same URN.
    """

    def __init__(self, token: str, urn: str, inputs: Mapping[str, Any], account: str, region: str, serial: int) -> None:
        self._seed = f"{token}|{urn}|{account}|{region}|{serial}"
        self._inputs = inputs
        self.token = token
        self.account = account
        self.region = region
        self.serial = serial
        shape: Shape = shape_of(token)
        self.is_global = shape.is_global
        self.name = str(inputs.get(naming_property(token) or "", ""))
        values = {
            "account": account,
            "region": region,
            "name": self.name,
            "bare_name": self.name.removeprefix("/"),
            "name_or_id": self.name or f"{token.rpartition(':')[2].lower()}-{self.text('x', 17)}",
            "revision": str(serial),
            "cluster_name": str(inputs.get("cluster", "default")).rpartition("/")[2],
            "uuid": self.uuid(),
            "loadBalancer_path": _resource_path(inputs.get("loadBalancerArn")).replace(":loadbalancer/", ":listener/"),
            "listener_path": _resource_path(inputs.get("listenerArn")).replace(":listener/", ":listener-rule/"),
            "topic_path": _resource_path(inputs.get("topic")),
        }
        prefix = f"arn:{partition_of(region).name}:"
        if "{arn}" in shape.id and "arn" not in inputs:
            self.arn = prefix + self._render(shape.arn, values)
            self.id = self._render(shape.id, {**values, "arn": self.arn})
        else:
            # Where AWS's id is a name that the program leaves to it, as a permission's statement, it is made up.
            self.id = self._render(shape.id, values) or f"terraform-{self.text('n', 26)}"
            self.arn = prefix + self._render(shape.arn, {**values, "id": self.id}) if shape.arn else ""
        self.key = self._render(shape.key, {**values, "id": self.id}) if shape.key else self.id

    def text(self, alphabet: str, length: int, purpose: str = "") -> str:
        """Generated text.

        Args:
            alphabet: ``x`` hexadecimal, ``n`` decimal, ``a`` lower-case letters and digits, ``A`` upper-case ones.
            length: Of the text.
            purpose: Tells texts of one resource apart.
        """
        return _text(f"{self._seed}|{purpose}", alphabet, length)

    def uuid(self, purpose: str = "") -> str:
        """A UUID; see ``text``."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._seed}|{purpose}"))

    def _render(self, template: str, values: Mapping[str, str]) -> str:
        text = _PART.sub(lambda match: self.text(match[1], int(match[2])), template)
        return text.format_map(_Values(values, self._inputs))


class _Values(dict[str, str]):
    def __init__(self, values: Mapping[str, str], inputs: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._inputs = inputs

    def __missing__(self, key: str) -> str:
        value = self._inputs.get(key)
        return "" if value is None else str(value)


def _resource_path(arn: Any) -> str:
    """An ARN without ``arn:aws:``."""
    return str(arn or "").split(":", 2)[-1]


def _text(seed: str, alphabet: str, length: int) -> str:
    letters = _ALPHABETS.get(alphabet, _UPPER)
    number = int.from_bytes(hashlib.shake_256(f"{alphabet}|{seed}".encode()).digest(max(16, length)), "big")
    found: list[str] = []
    for _ in range(length):
        number, index = divmod(number, len(letters))
        found.append(letters[index])
    return "".join(found)


def known(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that are known, with secrets unwrapped."""
    return {name: value for name, value in reveal(dict(inputs)).items() if value is not UNKNOWN}
