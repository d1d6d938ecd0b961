"""``python -m tierwise.preview.replacement_generate`` compiles what is known of replacements.

Three sources, strongest first: facts declared below, where a type is one part of what CloudFormation models; the SDK's
documentation; CloudFormation's create-only properties, matched by name as for the value checks.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pulumi_aws  # noqa: F401  # type: ignore[reportUnusedImport] - registers the type tokens

from tierwise.preview.checks import sdk
from tierwise.preview.checks.mapping import MAPPINGS, TypeMapping
from tierwise.preview.checks.models import raw_schema, versions
from tierwise.preview.replacement import DATA

#: How the SDK's documentation says it.
_SENTENCE: Final = re.compile(
    r"(?:forces?|will force|forcing)\s+(?:the\s+|a\s+)?"
    r"(?:new\s+(?:resource|component)|(?:resource\s+)?(?:re-?creation|replacement))"
    r"|(?:changing|change|modifying)\s+(?:this|it)[^.]{0,60}(?:new resource|re-?creat|replace[sd]?\b|forces? new)"
    r"|creates?\s+a\s+new\s+resource|cannot be (?:changed|updated|modified) after",
    re.IGNORECASE,
)
#: "If the subnet was created with …, changing it forces …": true for some resources only, so no source.
_CONDITION: Final = re.compile(r"\b(?:if|when|unless|once|disabling|removing|from)\b", re.IGNORECASE)

#: Parts of a resource that is a type of its own here; the provider's documentation of each names what it belongs to.
#: ``*`` is for associations and the like, which AWS can only make and remove.
FACTS: Final[Mapping[str, str]] = {
    "aws:acm/certificateValidation:CertificateValidation": "*",
    "aws:appautoscaling/policy:Policy": "name resourceId scalableDimension serviceNamespace",
    "aws:appautoscaling/scheduledAction:ScheduledAction": "name resourceId scalableDimension serviceNamespace",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "*",
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": "logGroup name",
    "aws:ec2/eipAssociation:EipAssociation": "*",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "vpcId",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "*",
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": "clusterName",
    "aws:iam/rolePolicy:RolePolicy": "role name namePrefix",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "*",
    "aws:rds/instance:Instance": (
        "dbName username characterSetName ncharCharacterSetName kmsKeyId storageEncrypted engine timezone "
        "snapshotIdentifier availabilityZone customIamInstanceProfile identifierPrefix"
    ),
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": "bucket expectedBucketOwner",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "bucket expectedBucketOwner",
    "aws:s3/bucketLogging:BucketLogging": "bucket expectedBucketOwner",
    "aws:s3/bucketNotification:BucketNotification": "bucket",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "bucket",
    "aws:s3/bucketPolicy:BucketPolicy": "bucket",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "bucket",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "bucket",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "bucket expectedBucketOwner"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "bucket expectedBucketOwner",
    "aws:secretsmanager/secretVersion:SecretVersion": "secretId secretString secretBinary",
    "aws:sns/topicPolicy:TopicPolicy": "arn",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "resourceArn",
}
#: Besides what the sources say: names that differ too much to be matched, and keys that AWS cannot change afterwards.
_REPLACED: Final[Mapping[str, frozenset[str]]] = {
    "aws:kms/key:Key": frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"}),
    "aws:lb/loadBalancer:LoadBalancer": frozenset({"internal"}),
    "aws:ec2/instance:Instance": frozenset({"subnetId"}),
    "aws:ecs/service:Service": frozenset({"launchType"}),
    "aws:secretsmanager/secret:Secret": frozenset({"namePrefix"}),
    "aws:iam/role:Role": frozenset({"namePrefix"}),
}
#: CloudFormation replaces where the provider updates in place, by the provider's own documentation.
_UPDATABLE: Final[Mapping[str, frozenset[str]]] = {
    "aws:rds/instance:Instance": frozenset({"port", "dbSubnetGroupName", "identifier"}),
    "aws:lb/loadBalancer:LoadBalancer": frozenset({"subnets"}),
    "aws:ecs/service:Service": frozenset({"loadBalancers", "serviceRegistries", "propagateTags"}),
}


def render() -> str:
    """The whole data file for the installed SDK and CloudFormation schemas."""
    lines = [f"# {name} {version}" for name, version in versions().items() if name != "botocore"]
    for token in sorted(MAPPINGS.keys() | FACTS.keys()):
        args = sdk.args_class(token)
        if args is None:
            continue
        replacing, updating = _compile(token, args, MAPPINGS.get(token))
        lines.append(f"{token}\t{' '.join(sorted(replacing))}\t{' '.join(sorted(updating))}")
    return "\n".join(lines) + "\n"


def _compile(token: str, args: type, mapping: TypeMapping | None) -> tuple[set[str], set[str]]:
    declared = sdk.describe(args)
    replacing, updating = set(_documented(args, "", frozenset())), set[str]()
    for schema in _whole_schemas(mapping):
        create_only, mutable = _properties(schema)
        if not mutable:
            return {"*"}, set()
        for name in declared:
            model = _match(name, token, mapping, create_only | mutable)
            if model in create_only:
                replacing.add(name)
            elif model is not None:
                updating.add(name)
    stated = FACTS.get(token, "")
    if stated == "*":
        return {"*"}, set()
    if stated:
        unknown = set(stated.split()) - declared.keys()
        if unknown:
            raise LookupError(f"{token}: no such property: {', '.join(sorted(unknown))}")
        # A type that is stated is stated whole: what is not named is changed in place.
        replacing |= set(stated.split())
        updating |= declared.keys()
    replacing |= _REPLACED.get(token, frozenset())
    replacing -= _UPDATABLE.get(token, frozenset())
    updating |= _UPDATABLE.get(token, frozenset())
    return replacing, updating - replacing


def _whole_schemas(mapping: TypeMapping | None) -> Iterator[Mapping[str, Any]]:
    """CloudFormation's schemas that describe the type itself; one with a path describes a part of something else."""
    for place in mapping.cloudformation if mapping is not None else ():
        if place.count(":") == 4:
            yield raw_schema(place)


def _properties(schema: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Create-only properties, and those that can be changed; none of the latter where AWS has no update at all."""
    written = set(schema["properties"]) - {
        path.removeprefix("/properties/") for path in schema.get("readOnlyProperties", ())
    }
    create_only = {path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", ())}
    top = {path for path in create_only if "/" not in path}
    return top, written - top


def _match(name: str, token: str, mapping: TypeMapping | None, models: set[str]) -> str | None:
    """CloudFormation's name of a property."""
    declared = mapping.names.get(name) if mapping is not None else None
    if declared in models:
        return declared
    by_folded = {_folded(model): model for model in models}
    folded, title = _folded(name), _folded(token.rpartition(":")[2])
    for form in (
        folded,
        folded.removesuffix("s"),
        f"{folded}s",
        f"{title}{folded}",
        f"db{folded}",
        f"{folded}list",
        f"{folded}name",
    ):
        if form in by_folded:
            return by_folded[form]
    return None


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower()).replace("configuration", "config")


def _documented(cls: type, path: str, above: frozenset[type]) -> Iterator[str]:
    """Paths of properties whose documentation says that a change makes a new resource."""
    for field in sdk.describe(cls).values():
        getter: Any = vars(cls)[field.python_name].fget
        text = inspect.getdoc(getter) or ""
        if any(_SENTENCE.search(part) and not _CONDITION.search(part) for part in re.split(r"(?<=[.!;])\s", text)):
            yield path + field.name
        for block in _blocks(field.shape):
            if block.cls not in above:
                yield from _documented(block.cls, f"{path}{field.name}.", above | {block.cls})


def _blocks(shape: sdk.Shape) -> Iterator[sdk.Block]:
    for alternative in shape:
        if isinstance(alternative, sdk.Block):
            yield alternative
        elif isinstance(alternative, sdk.ListOf | sdk.MapOf):
            yield from _blocks(alternative.element)


def main() -> None:
    """Write the file."""
    text = render()
    DATA.parent.mkdir(exist_ok=True)
    DATA.write_text(text, encoding="utf-8")
    types = sum(not line.startswith("#") for line in text.splitlines())
    sys.stdout.write(f"{DATA}: {len(text) / 1024:.0f} KiB, {types} types\n")


if __name__ == "__main__":
    main()
