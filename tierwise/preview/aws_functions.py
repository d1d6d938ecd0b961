"""The AWS provider's functions, answered offline: what AWS publishes is known, what an account holds is not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview import aws_facts, policy_document
from tierwise.preview.invokes import ANSWERS, Call, CallError, Lookup, answers
from tierwise.preview.values import Secret

#: Functions that look something up in the account; only their arguments are known.
_LOOKUPS: Final = (
    "acm/getCertificate",
    "apigatewayv2/getApi",
    "cloudwatch/getLogGroup",
    "cognito/getUserPools",
    "dynamodb/getTable",
    "ec2/getAmi",
    "ec2/getAmiIds",
    "ec2/getInstance",
    "ec2/getInternetGateway",
    "ec2/getManagedPrefixList",
    "ec2/getNatGateway",
    "ec2/getPrefixList",
    "ec2/getRouteTable",
    "ec2/getRouteTables",
    "ec2/getSecurityGroup",
    "ec2/getSecurityGroups",
    "ec2/getSubnet",
    "ec2/getSubnets",
    "ec2/getVpc",
    "ec2/getVpcs",
    "ec2transitgateway/getTransitGateway",
    "ecr/getImage",
    "ecr/getRepository",
    "ecs/getCluster",
    "elasticache/getReplicationGroup",
    "elb/getHostedZoneId",
    "iam/getPolicy",
    "iam/getRole",
    "iam/getSessionContext",
    "index/getIpRanges",
    "kms/getAlias",
    "kms/getKey",
    "lambda/getFunction",
    "lambda/getLayerVersion",
    "lb/getHostedZoneId",
    "lb/getLoadBalancer",
    "organizations/getOrganization",
    "rds/getCertificate",
    "rds/getEngineVersion",
    "rds/getInstance",
    "rds/getOrderableDbInstance",
    "route53/getZone",
    "route53/getZones",
    "s3/getBucket",
    "s3/getCanonicalUserId",
    "secretsmanager/getSecret",
    "sns/getTopic",
    "ssoadmin/getInstances",
)

#: Functions whose result holds secrets, with the members that are.
_SECRET_LOOKUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "ecr/getAuthorizationToken": ("authorizationToken", "password"),
    "ecr/getCredentials": ("authorizationToken",),
    "kms/getSecrets": ("plaintext",),
    "secretsmanager/getSecretVersion": ("secretBinary", "secretString"),
}


def _token(short: str) -> str:
    return f"aws:{short}:{short.partition('/')[2]}"


def _lookup(call: Call) -> Any:
    return Lookup(call.args)


def _secret_lookup(members: tuple[str, ...]) -> Any:
    def answer(call: Call) -> Any:
        return {**call.args, **dict.fromkeys(members, Secret(UNKNOWN))}

    return answer


for _short in _LOOKUPS:
    ANSWERS[_token(_short)] = _lookup
for _short, _members in _SECRET_LOOKUPS.items():
    ANSWERS[_token(_short)] = _secret_lookup(_members)


def _region(call: Call) -> str | None:
    return call.region if isinstance(call.region, str) else None


@answers("aws:index/getRegion:getRegion")
def _get_region(call: Call) -> Any:
    name = call.args.get("name") or _region(call)
    if name is None:
        return Lookup(call.args)
    facts = aws_facts.REGIONS.get(name)
    endpoint = f"ec2.{name}.{aws_facts.partition_of(name).dns_suffix}"
    description = facts.description if facts else UNKNOWN
    return {"id": name, "name": name, "region": name, "endpoint": endpoint, "description": description}


@answers("aws:index/getRegions:getRegions")
def _get_regions(call: Call) -> Any:
    partition = aws_facts.partition_of(_region(call) or "")
    names = [
        name
        for name, facts in aws_facts.REGIONS.items()
        if aws_facts.partition_of(name) == partition and (call.args.get("allRegions") or not facts.opt_in)
    ]
    return {**call.args, "id": partition.name, "names": names}


@answers("aws:index/getPartition:getPartition")
def _get_partition(call: Call) -> Any:
    partition = aws_facts.partition_of(_region(call) or "")
    return {
        "id": partition.name,
        "partition": partition.name,
        "dnsSuffix": partition.dns_suffix,
        "reverseDnsPrefix": ".".join(reversed(partition.dns_suffix.split("."))),
    }


@answers("aws:index/getCallerIdentity:getCallerIdentity")
def _get_caller_identity(call: Call) -> Any:
    if not isinstance(call.account, str):
        return Lookup(call.args)
    return {"id": call.account, "accountId": call.account, "arn": UNKNOWN, "userId": UNKNOWN}


@answers("aws:index/getAvailabilityZones:getAvailabilityZones")
def _get_availability_zones(call: Call) -> Any:
    region = _region(call)
    facts = aws_facts.REGIONS.get(region or "")
    if region is None or facts is None:
        return Lookup(call.args)
    excluded: Sequence[str] = call.args.get("excludeNames") or []
    names = [region + suffix for suffix in facts.zones if region + suffix not in excluded]
    names = [name for name in names if all(_matches(name, region, entry) for entry in call.args.get("filters") or ())]
    if call.args.get("state", "available") != "available":
        names = []
    return {**call.args, "id": region, "names": names, "groupNames": [region], "zoneIds": UNKNOWN, "region": region}


def _matches(zone: str, region: str, entry: Mapping[str, Any]) -> bool:
    """Whether an availability zone passes one filter; zones of the region are never local or wavelength zones."""
    known = {
        "zone-name": zone,
        "region-name": region,
        "group-name": region,
        "zone-type": "availability-zone",
        "opt-in-status": "opt-in-not-required",
        "state": "available",
    }
    value = known.get(str(entry.get("name")))
    wanted: Sequence[str] = entry.get("values") or []
    return value is None or value in wanted


@answers("aws:index/getAvailabilityZone:getAvailabilityZone")
def _get_availability_zone(call: Call) -> Any:
    region, name = _region(call), call.args.get("name")
    if region is None or not isinstance(name, str):
        return Lookup(call.args)
    return {
        **call.args,
        "id": name,
        "region": region,
        "groupName": region,
        "nameSuffix": name.removeprefix(region),
        "networkBorderGroup": region,
        "optInStatus": "opt-in-not-required",
        "parentZoneId": None,
        "parentZoneName": None,
        "state": "available",
        "zoneType": "availability-zone",
        "zoneId": UNKNOWN,
    }


@answers("aws:index/getServicePrincipal:getServicePrincipal")
def _get_service_principal(call: Call) -> Any:
    region, service = _region(call), str(call.args["serviceName"])
    if region is None:
        return Lookup(call.args)
    # China's services answer to the global name too, so one suffix does for every partition that is supported here.
    suffix = "amazonaws.com"
    return {
        **call.args,
        "id": f"{service}.{region}.{suffix}",
        "name": f"{service}.{suffix}",
        "region": region,
        "suffix": suffix,
    }


@answers("aws:index/getArn:getArn")
def _get_arn(call: Call) -> Any:
    arn = str(call.args["arn"])
    parts = arn.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        raise CallError(f"value ({arn}) is an invalid ARN", "arn")
    names = ("partition", "service", "region", "account", "resource")
    return {"arn": arn, "id": arn, **dict(zip(names, parts[1:], strict=True))}


@answers("aws:index/getBillingServiceAccount:getBillingServiceAccount")
def _get_billing_service_account(_call: Call) -> Any:
    account = aws_facts.BILLING_SERVICE_ACCOUNT
    return {"id": account, "arn": f"arn:aws:iam::{account}:root"}


@answers("aws:elb/getServiceAccount:getServiceAccount")
def _get_elb_service_account(call: Call) -> Any:
    region = _region(call)
    if region is None:
        return Lookup(call.args)
    facts = aws_facts.REGIONS.get(region)
    if facts is None or facts.load_balancer_account is None:
        raise CallError(f"unsupported AWS ELB service account region: {region}", "region")
    account, partition = facts.load_balancer_account, aws_facts.partition_of(region).name
    return {"id": account, "arn": f"arn:{partition}:iam::{account}:root", "region": region}


@answers("aws:iam/getPolicyDocument:getPolicyDocument")
def _get_policy_document(call: Call) -> Any:
    try:
        return policy_document.render(call.args)
    except policy_document.PolicyError as error:
        raise CallError(str(error)) from error


def _managed_policy(call: Call, policies: Mapping[str, str]) -> Any:
    """A CloudFront policy that AWS manages has a fixed id; others are the account's."""
    identity, name = call.args.get("id"), call.args.get("name")
    if identity is None:
        identity = policies.get(str(name))
    if name is None:
        name = next((known for known, value in policies.items() if value == identity), None)
    if identity not in policies.values():
        return Lookup(call.args)
    return {"id": identity, "name": name}


@answers("aws:cloudfront/getCachePolicy:getCachePolicy")
def _get_cache_policy(call: Call) -> Any:
    return _managed_policy(call, aws_facts.CACHE_POLICIES)


@answers("aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy")
def _get_origin_request_policy(call: Call) -> Any:
    return _managed_policy(call, aws_facts.ORIGIN_REQUEST_POLICIES)


@answers("aws:cloudfront/getResponseHeadersPolicy:getResponseHeadersPolicy")
def _get_response_headers_policy(call: Call) -> Any:
    return _managed_policy(call, aws_facts.RESPONSE_HEADERS_POLICIES)


@answers("aws:cloudfront/getLogDeliveryCanonicalUserId:getLogDeliveryCanonicalUserId")
def _get_log_delivery_canonical_user_id(call: Call) -> Any:
    region = _region(call) or ""
    china = aws_facts.partition_of(region).name == "aws-cn"
    return {
        "id": aws_facts.LOG_DELIVERY_CANONICAL_USER_CHINA if china else aws_facts.LOG_DELIVERY_CANONICAL_USER,
        "region": call.region,
    }


#: Latest Amazon Linux images and the like are published as parameters; their values are ids that change.
PUBLIC_PARAMETER: Final = re.compile(r"/aws/service/")


@answers("aws:ssm/getParameter:getParameter")
def _get_parameter(call: Call) -> Any:
    public = PUBLIC_PARAMETER.match(str(call.args.get("name"))) is not None
    return {
        **call.args,
        "id": call.args.get("name"),
        "region": call.region,
        "value": UNKNOWN if public else Secret(UNKNOWN),
        "insecureValue": UNKNOWN,
        "type": "String" if public else UNKNOWN,
    }


@answers("aws:secretsmanager/getRandomPassword:getRandomPassword")
def _get_random_password(call: Call) -> Any:
    return {**call.args, "id": UNKNOWN, "region": call.region, "randomPassword": Secret(UNKNOWN)}
