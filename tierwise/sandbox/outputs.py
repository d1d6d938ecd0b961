"""Fills in what AWS decides: every output that the SDK declares, of its type and in its service's shape."""

from __future__ import annotations

import functools
import re
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, get_origin

import pulumi
from pulumi import _types  # pyright: ignore[reportPrivateUsage]

from guardrails.resource import UNKNOWN
from tierwise.preview.checks import sdk
from tierwise.preview.outputs import OutputShapes
from tierwise.sandbox.identity import Identity

_CREATED: Final = "2026-01-01T00:00:00Z"
_ACCOUNT_NAMES: Final = frozenset({"ownerId", "accountId", "registryId", "ownerAccount", "catalogId"})
_PORTS: Final = {"postgres": 5432, "aurora-postgresql": 5432, "mysql": 3306, "mariadb": 3306, "valkey": 6379}
#: A primary and its replicas: docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
_MOST_NODES: Final = 6
#: Prefixes of ids that properties end with.
_ID_PREFIXES: Final = {
    "vpcId": "vpc",
    "subnetId": "subnet",
    "mainRouteTableId": "rtb",
    "defaultRouteTableId": "rtb",
    "defaultNetworkAclId": "acl",
    "defaultSecurityGroupId": "sg",
    "dhcpOptionsId": "dopt",
    "networkInterfaceId": "eni",
    "primaryNetworkInterfaceId": "eni",
    "associationId": "eipassoc",
    "allocationId": "eipalloc",
    "prefixListId": "pl",
    "securityGroupRuleId": "sgr",
}


class Filler:
    """Completes outputs; one for the life of the provider, as it remembers what the SDK declares."""

    def __init__(self) -> None:
        self.shapes = OutputShapes()

    def fill(
        self, identity: Identity, inputs: Mapping[str, Any], echoed: Mapping[str, Any], tags: Mapping[str, str]
    ) -> dict[str, Any]:
        """All outputs of a resource.

        Args:
            identity: What it is called.
            inputs: Its inputs, with secrets unwrapped.
            echoed: The inputs that come back as outputs.
            tags: The provider's default tags.
        """
        declared = self.shapes.types(identity.token) or {}
        outputs = dict(echoed)
        special = _SPECIAL.get(identity.token)
        if special is not None:
            for name, value in special(identity, inputs).items():
                outputs.setdefault(name, value)
        if "tagsAll" in declared:
            outputs["tagsAll"] = {**tags, **(inputs.get("tags") or {})}
        optional = _optional(sdk.resource_class(identity.token) or object)
        for name, kind in declared.items():
            if name not in outputs and name not in optional and name != "urn":
                value = self._value(identity, inputs, name, kind)
                if value is not None:
                    outputs[name] = value
            elif name in outputs and isinstance(outputs[name], dict | list):
                outputs[name] = self._settle(identity, inputs, name, outputs[name], kind)
        outputs.pop("id", None)
        return outputs

    def _settle(self, identity: Identity, inputs: Mapping[str, Any], name: str, value: Any, kind: Any) -> Any:
        """Replace what is unknown inside an echoed input, such as a target address that AWS adds."""
        target = _types.unwrap_optional_type(kind)
        if value is UNKNOWN:
            return self._value(identity, inputs, name, target)
        if isinstance(value, dict):
            members: dict[str, Any] = (
                _types.output_type_types(target) if _types.is_output_type(target) else {}  # pyright: ignore
            )
            given = typing.cast("dict[str, Any]", value)
            return {
                key: self._settle(identity, inputs, key, member, members.get(key, str)) for key, member in given.items()
            }
        if isinstance(value, list):
            inner = (typing.get_args(target) or (str,))[0]
            return [self._settle(identity, inputs, name, member, inner) for member in typing.cast("list[Any]", value)]
        return value

    def _value(self, identity: Identity, inputs: Mapping[str, Any], name: str, kind: Any) -> Any:
        if name == "region":
            return identity.region
        if name == "arn" and identity.arn:
            return identity.arn
        target = _types.unwrap_optional_type(kind)
        if target is str:
            # What the program could have set and did not is empty, as in AWS's own answers.
            return _text(identity, name) if name not in _input_names(identity.token) or name in _ID_PREFIXES else ""
        if target is bool:
            return False
        if target in (int, float):
            return _PORTS.get(str(inputs.get("engine")), 0) if name == "port" else 0
        if _types.is_output_type(target):
            members: dict[str, Any] = _types.output_type_types(target)
            return {
                member: self._value(identity, inputs, member, kind)
                for member, kind in members.items()
                if member not in _optional(target)
            }
        origin = get_origin(target)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {}
        return [] if isinstance(origin, type) and issubclass(origin, Sequence) else None


@functools.cache
def _optional(declared: type) -> frozenset[str]:
    """The outputs that may stay empty, by what one of the SDK's classes declares."""
    found: set[str] = set()
    for member in vars(declared).values():
        getter = member.fget if isinstance(member, property) else None
        name: str | None = getattr(getter, "_pulumi_name", None) or getattr(getter, "__name__", None)
        if getter is None or name is None:
            continue
        kind: Any = getter.__annotations__.get("return")
        if get_origin(kind) is pulumi.Output:
            (kind,) = typing.get_args(kind)
        if type(None) in typing.get_args(kind):
            found.add(name)
    return frozenset(found - {"region"})


@functools.cache
def _input_names(token: str) -> frozenset[str]:
    args = sdk.args_class(token)
    return frozenset(sdk.describe(args)) if args is not None else frozenset()


def _text(identity: Identity, name: str) -> str:
    """Text of the form that a property's name promises."""
    service = identity.token.partition(":")[2].partition("/")[0]
    label = identity.name or identity.text("a", 8, name)
    host = f"{re.sub(r'[^a-z0-9-]', '-', label.lower())}.{identity.text('a', 12)}.{identity.region}"
    lowered = name.lower()
    match name:
        case _ if name in _ACCOUNT_NAMES:
            return identity.account
        case _ if name in _ID_PREFIXES:
            return f"{_ID_PREFIXES[name]}-{identity.text('x', 17, name)}"
        case _ if lowered.endswith("zoneid"):
            return "Z" + identity.text("A", 13, name)
        case _ if lowered.endswith("arn"):
            return f"{identity.arn or f'arn:aws:{service}:{identity.region}:{identity.account}:{label}'}/{name}"
        case _ if lowered.endswith(("dnsname", "domainname", "endpoint", "address", "fqdn")):
            return f"{host}.{service}.amazonaws.com"
        case _ if lowered.endswith(("url", "uri")):
            return f"https://{host}.{service}.amazonaws.com"
        case _ if lowered.endswith("ip"):
            return f"10.0.0.{int(identity.text('n', 2, name)) + 4}"
        case _ if lowered.endswith(("date", "time", "at")):
            return _CREATED
        case _ if lowered.endswith(("status", "state")):
            return "ACTIVE"
        case _ if lowered.endswith("version"):
            return "1"
        case _ if lowered.endswith(("hash", "etag", "sha256", "fingerprint")):
            return identity.text("x", 64, name)
        case _ if lowered.endswith("id"):
            return identity.text("x", 17, name)
        case _:
            return label


Special = Callable[[Identity, Mapping[str, Any]], dict[str, Any]]
_SPECIAL: Final[dict[str, Special]] = {}


def _special(token: str) -> Callable[[Special], Special]:
    def register(function: Special) -> Special:
        _SPECIAL[token] = function
        return function

    return register


@_special("aws:acm/certificate:Certificate")
def _certificate(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    # A certificate that is brought along names no domain here.
    names: list[str] = [*filter(None, [inputs.get("domainName")]), *(inputs.get("subjectAlternativeNames") or ())]
    return {
        "status": "ISSUED",
        "type": "AMAZON_ISSUED" if names else "IMPORTED",
        "domainValidationOptions": [
            {
                "domainName": name,
                "resourceRecordName": f"_{identity.text('x', 32, name)}.{name.removeprefix('*.')}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_{identity.text('x', 32, name + 'v')}.acm-validations.aws.",
            }
            for name in dict.fromkeys(names)
        ],
    }


@_special("aws:cloudfront/distribution:Distribution")
def _distribution(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    # CloudFront's one hosted zone for aliases: docs.aws.amazon.com/general/latest/gr/cf_region.html
    return {"domainName": f"d{identity.text('a', 13)}.cloudfront.net", "hostedZoneId": "Z2FDTNDATAQYW2"}


@_special("aws:ec2/eip:Eip")
def _eip(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    # 203.0.113.0/24 is set aside for documentation (RFC 5737).
    return {"publicIp": f"203.0.113.{int(identity.text('n', 2)) + 1}", "allocationId": identity.id, "domain": "vpc"}


@_special("aws:ec2/vpc:Vpc")
def _vpc(_identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"enableDnsSupport": True, "instanceTenancy": "default"}


@_special("aws:ecs/taskDefinition:TaskDefinition")
def _task_definition(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"revision": identity.serial, "arnWithoutRevision": identity.arn.rpartition(":")[0]}


@_special("aws:ecr/repository:Repository")
def _repository(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"repositoryUrl": f"{identity.account}.dkr.ecr.{identity.region}.amazonaws.com/{identity.name}"}


@_special("aws:lambda/function:Function")
def _function(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    arn = identity.arn
    return {
        "version": "$LATEST",
        "qualifiedArn": f"{arn}:$LATEST",
        "invokeArn": f"arn:aws:apigateway:{identity.region}:lambda:path/2015-03-31/functions/{arn}/invocations",
    }


@_special("aws:lb/loadBalancer:LoadBalancer")
def _load_balancer(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    prefix = "internal-" if inputs.get("internal") else ""
    return {
        "dnsName": f"{prefix}{identity.name}-{identity.text('n', 10)}.{identity.region}.elb.amazonaws.com",
        "arnSuffix": identity.arn.partition(":loadbalancer/")[2],
        "zoneId": "Z35SXDOTRQ7X7K",
    }


@_special("aws:lb/targetGroup:TargetGroup")
def _target_group(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"arnSuffix": identity.arn.rpartition(":")[2]}


@_special("aws:rds/instance:Instance")
def _database(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    address = f"{identity.name}.{identity.text('a', 12)}.{identity.region}.rds.amazonaws.com"
    port = inputs.get("port") or _PORTS.get(str(inputs.get("engine")), 3306)
    outputs: dict[str, Any] = {
        "address": address,
        "endpoint": f"{address}:{port}",
        "port": port,
        "resourceId": identity.id,
        "status": "available",
        "engineVersionActual": str(inputs.get("engineVersion", "")),
    }
    if inputs.get("manageMasterUserPassword"):
        outputs["masterUserSecrets"] = [_managed_secret(identity, identity.id.lower())]
    return outputs


@_special("aws:rds/cluster:Cluster")
def _cluster(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    host = f"{identity.text('a', 12)}.{identity.region}.rds.amazonaws.com"
    resource_id = f"cluster-{identity.text('A', 26)}"
    outputs: dict[str, Any] = {
        "clusterResourceId": resource_id,
        "endpoint": f"{identity.name}.cluster-{host}",
        "readerEndpoint": f"{identity.name}.cluster-ro-{host}",
        "port": inputs.get("port") or _PORTS.get(str(inputs.get("engine")), 3306),
        "engineVersionActual": str(inputs.get("engineVersion", "")),
    }
    if inputs.get("manageMasterUserPassword"):
        outputs["masterUserSecrets"] = [_managed_secret(identity, resource_id.lower())]
    return outputs


def _managed_secret(identity: Identity, resource_id: str) -> dict[str, Any]:
    """The secret in which RDS keeps an administrator's password."""
    arn = f"arn:aws:secretsmanager:{identity.region}:{identity.account}:secret:rds!{resource_id}"
    return {
        "kmsKeyId": f"arn:aws:kms:{identity.region}:{identity.account}:key/{identity.uuid('key')}",
        "secretArn": f"{arn}-{identity.text('a', 6)}",
        "secretStatus": "active",
    }


@_special("aws:elasticache/replicationGroup:ReplicationGroup")
def _cache(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = str(inputs.get("replicationGroupId", ""))
    host = f"{name}.{identity.text('a', 6)}.{identity.region}.cache.amazonaws.com"
    count = min(int(inputs.get("numCacheClusters") or 1), _MOST_NODES)
    return {
        "primaryEndpointAddress": f"master.{host}",
        "readerEndpointAddress": f"replica.{host}",
        "memberClusters": [f"{name}-{number:03}" for number in range(1, count + 1)],
        "port": inputs.get("port") or 6379,
        "engineVersionActual": str(inputs.get("engineVersion", "")),
    }


@_special("aws:route53/zone:Zone")
def _zone(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    servers = [f"ns-{number}.awsdns-{number:02}.{end}" for number, end in enumerate(("com", "net", "org", "co.uk"), 1)]
    return {"zoneId": identity.id, "nameServers": servers, "primaryNameServer": servers[0]}


@_special("aws:route53/record:Record")
def _record(_identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"fqdn": str(inputs.get("name", "")).rstrip(".")}


@_special("aws:s3/bucket:Bucket")
def _bucket(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = inputs["bucket"]
    return {
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{identity.region}.amazonaws.com",
    }


@_special("aws:cognito/userPool:UserPool")
def _user_pool(identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"endpoint": f"cognito-idp.{identity.region}.amazonaws.com/{identity.id}"}


@_special("aws:apigatewayv2/api:Api")
def _api(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    scheme = "wss" if inputs.get("protocolType") == "WEBSOCKET" else "https"
    return {"apiEndpoint": f"{scheme}://{identity.id}.execute-api.{identity.region}.amazonaws.com"}


@_special("aws:secretsmanager/secretVersion:SecretVersion")
def _secret_version(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"versionId": f"terraform-{identity.text('x', 26)}", "arn": str(inputs.get("secretId", ""))}


@_special("aws:ssm/parameter:Parameter")
def _parameter(_identity: Identity, _inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": 1}


@_special("docker-build:index:Image")
def _image(identity: Identity, inputs: Mapping[str, Any]) -> dict[str, Any]:
    digest = f"sha256:{identity.text('x', 64)}"
    tags: list[str] = list(inputs.get("tags") or ())
    return {
        "contextHash": identity.text("x", 64, "context"),
        "digest": digest,
        "ref": f"{tags[0]}@{digest}" if tags else digest,
    }
