"""Charges that no single resource causes: data transfer, traces, model tokens. Declared under ``usage.stack``."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from guardrails.cost.mapping import Bill, Key, Links, Mapper, Sheet, optional
from guardrails.cost.model import Quantity
from guardrails.resource import ABSENT, UNKNOWN, Resource

#: AWS bills traffic between zones in both directions.
_BOTH_WAYS: Final = Decimal(2)
_MILLION: Final = Decimal(1_000_000)

STACK_KEYS: Final = (
    Key(
        "crossAzGb", "GB that cross from one availability zone to another, counted once", "subnets in two or more zones"
    ),
    Key(
        "internetOutGb", "GB sent to the internet other than through CloudFront", "a public address, NAT gateway or API"
    ),
    Key("tracesRecorded", "X-Ray traces recorded", "a function or stage with X-Ray tracing"),
    optional("tracesRetrieved", "X-Ray traces read or scanned"),
    optional("interRegionGb", "GB sent to another region, replication of buckets aside"),
    optional("logsInsightsGb", "GB of logs scanned by Logs Insights queries"),
    optional("customMetrics", "custom CloudWatch metrics that the application publishes"),
    optional("metricRequests", "PutMetricData and GetMetricData calls"),
    optional("rumEvents", "CloudWatch RUM events"),
    optional("novaLiteInputTokens", "Bedrock Nova Lite input tokens"),
    optional("novaLiteOutputTokens", "Bedrock Nova Lite output tokens"),
    optional("titanEmbeddingTokens", "Bedrock Titan Text Embeddings V2 tokens"),
    optional("ebsSnapshotGb", "GB-months of EBS snapshots"),
)
_SERVICE: Final = "Across the stack"
_MAPPER: Final = Mapper(_SERVICE, STACK_KEYS)

#: Types with their own way to the internet.
_PUBLIC: Final = (
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/eip:Eip",
    "aws:apigateway/restApi:RestApi",
    "aws:apigatewayv2/api:Api",
)
_COMPUTE: Final = (
    "aws:ecs/service:Service",
    "aws:ec2/instance:Instance",
    "aws:autoscaling/group:Group",
    "aws:rds/instance:Instance",
    "aws:rds/clusterInstance:ClusterInstance",
    "aws:lb/loadBalancer:LoadBalancer",
)


def stack_wide(root: Resource, links: Links, sheet: Sheet, usage: Mapping[str, Quantity], region: str) -> None:
    """Write the charges of the stack as a whole."""
    bill = Bill(root, _MAPPER, links, sheet, usage, region)
    _line(bill, "crossAzGb", "traffic between zones", "dt.cross_az.gb", _spans_zones(links), _BOTH_WAYS)
    _line(bill, "internetOutGb", "traffic to the internet", "dt.internet_out.gb", _reaches_internet(links))
    _line(bill, "tracesRecorded", "X-Ray traces recorded", "xray.trace.recorded", _traces(links))
    _line(bill, "tracesRetrieved", "X-Ray traces read", "xray.trace.retrieved")
    _line(bill, "interRegionGb", "traffic to other regions", "dt.inter_region_out.gb")
    _line(bill, "logsInsightsGb", "Logs Insights scans", "cw.logs.insights.gb")
    _line(bill, "customMetrics", "custom metrics", "cw.metric.month")
    _line(bill, "metricRequests", "metric API requests", "cw.put_metric.request")
    _line(bill, "rumEvents", "RUM events", "cw.rum.event")
    _line(bill, "novaLiteInputTokens", "Nova Lite input tokens", "bedrock.nova_lite.in.mtok", per_unit=1 / _MILLION)
    _line(bill, "novaLiteOutputTokens", "Nova Lite output tokens", "bedrock.nova_lite.out.mtok", per_unit=1 / _MILLION)
    _line(bill, "titanEmbeddingTokens", "Titan embedding tokens", "bedrock.titan_embed_v2.mtok", per_unit=1 / _MILLION)
    _line(bill, "ebsSnapshotGb", "EBS snapshots", "ebs.snapshot.gb_month")


def _line(bill: Bill, key: str, name: str, price_id: str, needed: bool = False, per_unit: Decimal | int = 1) -> None:
    quantity = bill.declares(key)
    if quantity is not None:
        bill.metered(name, price_id, quantity * per_unit)
    elif needed:
        what = next(item.what for item in STACK_KEYS if item.name == key)
        bill.unknown(name, f"declare usage.stack.{key} ({what})", key=f"stack.{key}")


def _spans_zones(links: Links) -> bool:
    zones: set[object] = set()
    for subnet in links.of_type("aws:ec2/subnet:Subnet"):
        zone = subnet.get("availabilityZone")
        zones.add(subnet.urn if zone is UNKNOWN or zone is ABSENT else zone)
    return len(zones) > 1 and any(links.of_type(token) for token in _COMPUTE)


def _reaches_internet(links: Links) -> bool:
    if any(links.of_type(token) for token in _PUBLIC):
        return True
    balancers = links.of_type("aws:lb/loadBalancer:LoadBalancer")
    if any(balancer.get("internal") is not True for balancer in balancers):
        return True
    return any(
        service.get("networkConfiguration.assignPublicIp") is True
        for service in links.of_type("aws:ecs/service:Service")
    )


def _traces(links: Links) -> bool:
    functions = links.of_type("aws:lambda/function:Function")
    stages = links.of_type("aws:apigateway/stage:Stage")
    return any(f.get("tracingConfig.mode") == "Active" for f in functions) or any(
        s.get("xrayTracingEnabled") is True for s in stages
    )
