"""EC2 instances, their volumes and groups of them. https://aws.amazon.com/ec2/pricing/on-demand/"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from guardrails.cost.mapping import Bill, by_parent, free, optional, prices
from guardrails.cost.model import HOURS, Quantity
from guardrails.cost.services.network import IPV4
from guardrails.cost.values import as_object, first, is_true, members, to_decimal
from guardrails.resource import ABSENT, UNKNOWN, Resource

SERVICE: Final = "Compute"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_KEYS: Final = (
    optional("hours", "hours that an instance runs, when it is stopped at times (730 otherwise)"),
    optional("creditVcpuHours", "surplus CPU credits of a burstable instance, in vCPU-hours"),
)

free(SERVICE, "no charge", "aws:ec2/keyPair:KeyPair", "aws:ec2/placementGroup:PlacementGroup")
free(
    SERVICE,
    "its alarms are CloudWatch's",
    "aws:autoscaling/lifecycleHook:LifecycleHook",
    "aws:autoscaling/schedule:Schedule",
)
free(SERVICE, "no charge", "aws:autoscaling/attachment:Attachment", "aws:autoscaling/notification:Notification")
by_parent(SERVICE, "in the lines of the group or instance that starts from it", "aws:ec2/launchTemplate:LaunchTemplate")


@prices("aws:ec2/instance:Instance", service=SERVICE, keys=_KEYS)
def instance(bill: Bill) -> None:
    """Hours by type, root and data volumes, a public IPv4 address, surplus CPU credits."""
    template = first(bill.links.targets(bill.resource, "launchTemplate", _TEMPLATE))
    count = Quantity.of(1)
    _machine(bill, bill.resource, template, count)
    volumes: list[Any] = [bill.get("rootBlockDevice"), *members(bill.get("ebsBlockDevices"))]
    if bill.get("rootBlockDevice") is ABSENT and template is not None:
        volumes = [_ebs(mapping) for mapping in members(template.get("blockDeviceMappings"))]
    _volumes(bill, volumes, count)
    public = _public_address(bill)
    if public is None:
        bill.unknown("public IPv4 address", "whether the subnet gives one is not known; set associatePublicIpAddress")
    elif public:
        bill.fixed("public IPv4 address", IPV4, HOURS)


@prices("aws:autoscaling/group:Group", service=SERVICE, keys=_KEYS)
def group(bill: Bill) -> None:
    """Desired instances as expected, ``maxSize`` as the most, each as its launch template says."""
    minimum, desired, most = bill.number("minSize", 0), bill.number("desiredCapacity", 0), bill.number("maxSize")
    if minimum is None or desired is None or most is None:
        bill.undecided("instances", "minSize, desiredCapacity or maxSize")
        return
    count = Quantity.of(max(minimum, desired), most)
    template = first(bill.links.targets(bill.resource, "launchTemplate", _TEMPLATE))
    if template is None:
        template = first(bill.links.targets(bill.resource, "mixedInstancesPolicy", _TEMPLATE))
    if template is None:
        bill.unknown("instances", "the group's launch template is not in this stack")
        return
    if bill.get("mixedInstancesPolicy") is not ABSENT or template.get("instanceMarketOptions") is not ABSENT:
        bill.unknown("instances", "Spot and mixed instance groups have no list price")
        return
    _machine(bill, template, None, count)
    _volumes(bill, [_ebs(mapping) for mapping in members(template.get("blockDeviceMappings"))], count)
    if _group_is_public(bill, template):
        bill.fixed("public IPv4 addresses", IPV4, count * HOURS)


def _group_is_public(bill: Bill, template: Resource) -> bool:
    """Whether the group's instances get public addresses: by the template, or by the subnets when it does not say."""
    chosen = [entry for entry in template.all("networkInterfaces[].associatePublicIpAddress") if entry is not ABSENT]
    if chosen:
        return any(is_true(entry) for entry in chosen)
    subnets = bill.links.targets(bill.resource, "vpcZoneIdentifiers", "aws:ec2/subnet:Subnet")
    return any(is_true(subnet.get("mapPublicIpOnLaunch")) for subnet in subnets)


@prices("aws:ebs/volume:Volume", service=SERVICE)
def volume(bill: Bill) -> None:
    """GB provisioned, in use or not."""
    size = bill.number("size")
    if size is None:
        bill.undecided("volume", "size")
        return
    bill.fixed("volume", f"ebs.{bill.text('type', 'gp2')}.gb_month", size)


free(SERVICE, "no charge", "aws:ec2/volumeAttachment:VolumeAttachment")


def _machine(bill: Bill, source: Resource, template: Resource | None, count: Quantity) -> None:
    kind = source.get("instanceType")
    if kind is ABSENT and template is not None:
        kind = template.get("instanceType")
    if kind is ABSENT or kind is UNKNOWN:
        bill.undecided("instance hours", "instanceType")
        return
    hours = bill.declares("hours") or Quantity.of(HOURS)
    tenancy = source.get("tenancy")
    if tenancy is not ABSENT and tenancy != "default":
        bill.unknown("instance hours", f"no price for tenancy {tenancy}")
    else:
        bill.fixed(f"{kind} hours", f"ec2.{kind}.hour", count.times(hours))
    family = str(kind).partition(".")[0]
    credits = bill.declares("creditVcpuHours")
    if credits is not None:
        bill.metered("surplus CPU credits", f"ec2.cpu_credit.{family}", credits)


def _volumes(bill: Bill, volumes: Iterable[Any], count: Quantity) -> None:
    root = True
    for volume in volumes:
        size = to_decimal(as_object(volume).get("volumeSize"))
        if size is None:
            what = "rootBlockDevice.volumeSize" if root else "volumeSize"
            bill.unknown("volume", f"{what} is left to the machine image; set it")
        else:
            kind = str(as_object(volume).get("volumeType") or "gp2")
            bill.fixed(f"{kind} volume", f"ebs.{kind}.gb_month", count * size)
        root = False
    if root:
        bill.unknown("volume", "blockDeviceMappings are left to the machine image; set them")


def _ebs(mapping: Any) -> Any:
    return as_object(mapping).get("ebs", ABSENT)


def _public_address(bill: Bill) -> bool | None:
    """Whether the instance gets an address of its own; an Elastic IP takes its place and is charged itself."""
    resource, links = bill.resource, bill.links
    if links.referrers(resource, "aws:ec2/eip:Eip", "instance") or links.referrers(
        resource, "aws:ec2/eipAssociation:EipAssociation", "instanceId"
    ):
        return False
    if bill.get("networkInterfaces") is not ABSENT or bill.get("primaryNetworkInterface") is not ABSENT:
        return False
    chosen = bill.get("associatePublicIpAddress")
    if chosen is not ABSENT:
        return None if chosen is UNKNOWN else is_true(chosen)
    subnets = links.targets(resource, "subnetId", "aws:ec2/subnet:Subnet")
    if not subnets:
        return None
    maps = subnets[0].get("mapPublicIpOnLaunch")
    return None if maps is UNKNOWN else is_true(maps)


#: vCPUs of the smaller sizes of the burstable, general and memory families in use.
VCPU_BY_SIZE: Final = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4}


def vcpus(instance_type: str) -> Decimal | None:
    """vCPUs of a current-generation instance class from its size, or None."""
    size = instance_type.rpartition(".")[2]
    if size in VCPU_BY_SIZE:
        return Decimal(VCPU_BY_SIZE[size])
    multiple = size.removesuffix("xlarge")
    return Decimal(multiple) * 4 if size.endswith("xlarge") and multiple.isdigit() else None
