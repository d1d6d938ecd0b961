"""Amazon EC2, EBS and Auto Scaling: instances without public addresses, stale metadata access or plain disks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardrails.checks import at_most, has_value, is_block, is_true, not_false, not_true, one_of
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Deferred, Kind, Outcome, Scope, declare, undecided
from guardrails.secrets import script_secret

INSTANCE: Final = "aws:ec2/instance:Instance"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
VOLUME: Final = "aws:ebs/volume:Volume"
SUBNET: Final = "aws:ec2/subnet:Subnet"
EIP: Final = "aws:ec2/eip:Eip"
LAUNCH_CONFIGURATION: Final = "aws:ec2/launchConfiguration:LaunchConfiguration"
GROUP: Final = "aws:autoscaling/group:Group"
#: Instance families that only run paravirtual images.
_PARAVIRTUAL: Final = ("c1", "cc1", "cc2", "cg1", "cr1", "hi1", "hs1", "m1", "m2", "t1")


def _disks(holder: Resource, scope: Scope) -> Iterator[Outcome]:
    if holder.type == VOLUME:
        yield from is_true("encrypted").run(holder, scope)
        return
    if not scope.stack.referenced(holder, "launchTemplate"):
        yield from is_true("rootBlockDevice.encrypted").run(holder, scope)
    yield from is_true("ebsBlockDevices[].encrypted").run(holder, scope)


declare(
    "EC2.3",
    "medium",
    Kind.ENCRYPTION,
    "Attached EBS volumes should be encrypted at-rest",
    types=(VOLUME, INSTANCE),
    reads=("encrypted", "rootBlockDevice.encrypted", "ebsBlockDevices[].encrypted"),
    related={TEMPLATE: ("blockDeviceMappings",)},
    check=_disks,
    why="A snapshot or a disk that is thrown away stays readable; a root disk is plain unless the instance says so.",
    fix='encrypted=True, or root_block_device={"encrypted": True}',
)

declare(
    "EC2.7",
    "medium",
    Kind.ENCRYPTION,
    "EBS default encryption should be enabled",
    types="aws:ebs/encryptionByDefault:EncryptionByDefault",
    check=not_false("enabled"),
    why="The account's default is what a disk gets that no program describes.",
    fix="ebs.EncryptionByDefault(enabled=True)",
)

declare(
    "EC2.182",
    "high",
    Kind.EXPOSURE,
    "Block public access settings should be enabled for EBS snapshots",
    types="aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
    check=one_of("state", ("block-all-sharing",)),
    why="A public snapshot is a public copy of the disk.",
    fix='ebs.SnapshotBlockPublicAccess(state="block-all-sharing")',
)

declare(
    "EC2.8",
    "high",
    Kind.FREE,
    "EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)",
    types=INSTANCE,
    check=one_of("metadataOptions.httpTokens", ("required",)),
    why="With version 1 a forged request inside the workload reads the instance's credentials.",
    fix='metadata_options={"http_tokens": "required"}',
)

declare(
    "EC2.170",
    "low",
    Kind.FREE,
    "EC2 launch templates should use Instance Metadata Service Version 2 (IMDSv2)",
    types=TEMPLATE,
    check=one_of("metadataOptions.httpTokens", ("required",)),
    why="With version 1 a forged request inside the workload reads the instance's credentials.",
    fix='metadata_options={"http_tokens": "required"}',
)


def _no_public_address(instance: Resource, scope: Scope) -> Iterator[Outcome]:
    if instance.get("sourceDestCheck") is False:
        return  # A NAT instance forwards packets for others; its public address is what it is for.
    asked = instance.get("associatePublicIpAddress")
    if asked is UNKNOWN:
        yield undecided("associatePublicIpAddress")
    elif asked is True:
        yield "associatePublicIpAddress is true"
    elif asked is ABSENT:
        for subnet in scope.stack.referenced(instance, "subnetId"):
            mapped = subnet.get("mapPublicIpOnLaunch")
            if mapped is UNKNOWN:
                yield undecided("associatePublicIpAddress is not set, and mapPublicIpOnLaunch of its subnet")
            elif mapped is True:
                yield f"gets a public address from subnet {subnet.name}"
    if scope.stack.referring(instance, EIP, "instance"):
        yield "has an Elastic IP address"


declare(
    "EC2.9",
    "high",
    Kind.EXPOSURE,
    "EC2 instances should not have a public IPv4 address",
    types=INSTANCE,
    reads=("associatePublicIpAddress", "subnetId", "sourceDestCheck"),
    related={SUBNET: ("mapPublicIpOnLaunch",), EIP: ("instance",)},
    check=_no_public_address,
    why="An address on the internet is probed at once. A NAT instance (source_dest_check=False) is exempt.",
    fix="associate_public_ip_address=False, and a load balancer or Session Manager in front",
)


def _one_interface(instance: Resource, _scope: Scope) -> Iterator[Outcome]:
    interfaces = instance.all("networkInterfaces[]")
    count = len(interfaces)
    if interfaces == [UNKNOWN]:
        yield undecided("networkInterfaces")
    elif count > 1:
        yield f"has {count} network interfaces"


declare(
    "EC2.17",
    "low",
    Kind.ADVICE,
    "EC2 instances should not use multiple ENIs",
    types=INSTANCE,
    reads=("networkInterfaces",),
    check=_one_interface,
    why="An instance in two networks is a bridge between them.",
    fix="name one network interface",
)


def _modern(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    kind = holder.get("instanceType")
    if kind is UNKNOWN:
        yield undecided("instanceType")
    elif isinstance(kind, str) and kind.split(".")[0] in _PARAVIRTUAL:
        yield f"instanceType is of the paravirtual family {kind.split('.')[0]}"


declare(
    "EC2.24",
    "medium",
    Kind.FREE,
    "EC2 paravirtual instance types should not be used",
    types=(INSTANCE, TEMPLATE),
    reads=("instanceType",),
    check=_modern,
    why="The family is slower, dearer and lacks current isolation.",
    fix='instance_type="t4g.micro"',
)

declare(
    "EC2.25",
    "high",
    Kind.EXPOSURE,
    "EC2 launch templates should not assign public IPs to network interfaces",
    types=TEMPLATE,
    check=not_true("networkInterfaces[].associatePublicIpAddress"),
    why="Every instance of the group would be on the internet.",
    fix='network_interfaces=[{"associate_public_ip_address": "false"}]',
)

declare(
    "EC2.173",
    "medium",
    Kind.ENCRYPTION,
    "EC2 Spot Fleet requests with launch parameters should encrypt attached EBS volumes",
    types="aws:ec2/spotFleetRequest:SpotFleetRequest",
    check=is_true("launchSpecifications[].ebsBlockDevices[].encrypted"),
    why="A snapshot or a disk that is thrown away stays readable.",
    fix="encrypted=True",
)

declare(
    "EC2.180",
    "medium",
    Kind.ADVICE,
    "EC2 network interfaces should have source/destination checking enabled",
    types="aws:ec2/networkInterface:NetworkInterface",
    check=not_false("sourceDestCheck"),
    why="Without it the interface forwards packets for others. Advisory: that is what a NAT instance is for.",
    fix="source_dest_check=True",
)

declare(
    "EC2.181",
    "medium",
    Kind.ENCRYPTION,
    "EC2 launch templates should enable encryption for attached EBS volumes",
    types=TEMPLATE,
    reads=("blockDeviceMappings[].ebs.encrypted", "blockDeviceMappings[].noDevice"),
    check=lambda template, scope: _template_disks(template),
    why="A snapshot or a disk that is thrown away stays readable.",
    fix='block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"encrypted": "true"}}]',
)


def _template_disks(template: Resource) -> Iterator[Outcome]:
    path = "blockDeviceMappings[].ebs.encrypted"
    for mapping in template.all("blockDeviceMappings[]"):
        disk = mapping.get("ebs") if is_block(mapping) else mapping
        if mapping is UNKNOWN or disk is UNKNOWN:
            yield undecided(path)
        elif is_block(disk):
            value = disk.get("encrypted")
            if value is UNKNOWN:
                yield undecided(path)
            elif str(value).lower() != "true":
                yield f"{path} is {'not set' if value is None else 'false'}"


declare(
    "P.EC2.hop",
    "medium",
    Kind.FREE,
    "Instance metadata should not travel further than a container on the instance",
    types=(INSTANCE, TEMPLATE),
    check=at_most("metadataOptions.httpPutResponseHopLimit", 2, absent=1),
    why="More hops let a proxy on the instance hand out its credentials.",
    fix='metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 1}',
    url="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
)


def _user_data(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    for path in ("userData", "userDataBase64"):
        text = holder.get(path)
        if text is UNKNOWN:
            yield Deferred(path)
        elif isinstance(text, str) and (reason := script_secret(text)):
            yield f"{path} {reason}"


declare(
    "P.EC2.userdata",
    "high",
    Kind.ENCRYPTION,
    "User data should hold no credentials",
    types=(INSTANCE, TEMPLATE),
    reads=("userData", "userDataBase64"),
    check=_user_data,
    why="Everybody who may describe the instance, and every process on it, can read its user data.",
    fix="read the secret at start: aws secretsmanager get-secret-value --secret-id ARN",
    url="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html",
)

declare(
    "EC2.28",
    "low",
    Kind.OFF,
    "EBS volumes should be in a backup plan",
    types=VOLUME,
    related={"aws:backup/selection:Selection": ("resources",)},
    check=lambda volume, scope: (
        ()
        if scope.stack.referring(volume, "aws:backup/selection:Selection", "resources")
        else ("is in no backup selection",)
    ),
    why="Off by default: disks here hold nothing that cannot be made again; name the ones that do.",
    fix="backup.Selection(plan_id=plan.id, iam_role_arn=role.arn, resources=[volume.arn])",
    frameworks="NIST",
)

declare(
    "AutoScaling.3",
    "high",
    Kind.FREE,
    "Auto Scaling group launch configurations should configure EC2 instances to require IMDSv2",
    types=LAUNCH_CONFIGURATION,
    check=one_of("metadataOptions.httpTokens", ("required",)),
    why="With version 1 a forged request inside the workload reads the instance's credentials.",
    fix='metadata_options={"http_tokens": "required"}',
)

declare(
    "Autoscaling.5",
    "high",
    Kind.EXPOSURE,
    "Amazon EC2 instances launched using Auto Scaling group launch configurations should not have Public IP addresses",
    types=LAUNCH_CONFIGURATION,
    check=not_true("associatePublicIpAddress"),
    why="Every instance of the group would be on the internet.",
    fix="associate_public_ip_address=False",
)


def _elb_health(group: Resource, scope: Scope) -> Iterator[Outcome]:
    behind = any(has_value(group.get(path)) for path in ("targetGroupArns", "loadBalancers", "trafficSources"))
    attached = scope.stack.referring(group, "aws:autoscaling/attachment:Attachment", "autoscalingGroupName")
    kind = group.get("healthCheckType")
    if (behind or attached) and kind != "ELB":
        yield undecided("healthCheckType") if kind is UNKNOWN else "is behind a load balancer and ignores its checks"


declare(
    "AutoScaling.1",
    "low",
    Kind.FREE,
    "Auto scaling groups associated with a load balancer should use ELB health checks",
    types=GROUP,
    reads=("targetGroupArns", "loadBalancers", "trafficSources", "healthCheckType"),
    related={"aws:autoscaling/attachment:Attachment": ("autoscalingGroupName",)},
    check=_elb_health,
    why="An instance that runs but does not answer would never be replaced.",
    fix='health_check_type="ELB"',
)


def zones(scope: Scope, resource: Resource, prop: str) -> set[str]:
    """The zones, or failing that the subnets, that a property's subnets are in."""
    found: set[str] = set()
    for subnet in scope.stack.referenced(resource, prop):
        if subnet.type == SUBNET:
            zone = subnet.get("availabilityZone")
            found.add(zone if isinstance(zone, str) else subnet.urn)
    return found


def zone_count(scope: Scope, resource: Resource, prop: str, path: str | None = None) -> int:
    """How many zones a property's subnets are in; literal ids count one each, an unknown list without links none.

    Args:
        scope: The stack.
        resource: Has the property.
        prop: The top-level property that names the subnets.
        path: The list itself, where it is nested.
    """
    inside = zones(scope, resource, prop)
    if inside:
        return len(inside)
    return sum(1 for member in resource.all(f"{path or prop}[]") if member is not UNKNOWN)


def _group_zones(group: Resource, scope: Scope) -> Iterator[Outcome]:
    count = max(zone_count(scope, group, "vpcZoneIdentifiers"), len(group.all("availabilityZones[]")))
    if count < 2:
        path = next((p for p in ("vpcZoneIdentifiers", "availabilityZones") if group.get(p) is UNKNOWN), None)
        linked = scope.stack.referenced(group, "vpcZoneIdentifiers")
        yield undecided(path) if path and not linked else "covers fewer than two availability zones"


declare(
    "AutoScaling.2",
    "medium",
    Kind.PRODUCTION,
    "Amazon EC2 Auto Scaling group should cover multiple Availability Zones",
    types=GROUP,
    reads=("vpcZoneIdentifiers", "availabilityZones"),
    related={SUBNET: ("availabilityZone",)},
    check=_group_zones,
    why="One zone's failure would take every instance.",
    fix="vpc_zone_identifiers=[subnet.id for subnet in vpc.private_subnets]",
)


def _several_types(group: Resource, _scope: Scope) -> Iterator[Outcome]:
    kinds = {str(kind) for kind in group.all("mixedInstancesPolicy.launchTemplate.overrides[].instanceType")}
    if len(kinds) < 2:
        yield "uses fewer than two instance types"


declare(
    "AutoScaling.6",
    "medium",
    Kind.ADVICE,
    "Auto Scaling groups should use multiple instance types in multiple Availability Zones",
    types=GROUP,
    reads=("mixedInstancesPolicy.launchTemplate.overrides[].instanceType",),
    check=_several_types,
    why="When one type runs out, another starts. Advisory: a small group seldom meets that.",
    fix='mixed_instances_policy={"launch_template": {"overrides": [{"instance_type": "t4g.small"}, ...]}}',
)


def _template_used(group: Resource, _scope: Scope) -> Iterator[Outcome]:
    if has_value(group.get("launchConfiguration")):
        yield "launchConfiguration is set"
    elif not (has_value(group.get("launchTemplate")) or has_value(group.get("mixedInstancesPolicy"))):
        yield "launchTemplate is not set"


declare(
    "AutoScaling.9",
    "medium",
    Kind.FREE,
    "EC2 Auto Scaling groups should use EC2 launch templates",
    types=GROUP,
    reads=("launchConfiguration", "launchTemplate", "mixedInstancesPolicy"),
    check=_template_used,
    references=("launchTemplate", "mixedInstancesPolicy"),
    why="Launch configurations get no new features, IMDS and instance types among them.",
    fix='launch_template={"id": template.id, "version": "$Latest"}',
)
