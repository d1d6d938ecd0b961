"""Properties that AWS judges together: what each service refuses although every property is fine by itself."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from tierwise.preview.checks.failure import Failure, nearest
from tierwise.preview.checks.reading import Check, Inputs, number
from tierwise.preview.checks.tables import table

_WARN_WITHIN_DAYS: Final = 365

#: Properties that hold JSON text which has no grammar of its own here.
JSON_TEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:cloudwatch/dashboard:Dashboard": ("dashboardBody",),
    "aws:cloudwatch/eventRule:EventRule": ("eventPattern",),
    "aws:cloudwatch/eventArchive:EventArchive": ("eventPattern",),
    "aws:cloudwatch/eventTarget:EventTarget": ("input",),
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": ("policyDocument",),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("policy",),
    "aws:sqs/queue:Queue": ("redrivePolicy", "redriveAllowPolicy"),
    "aws:sns/topicSubscription:TopicSubscription": ("filterPolicy", "redrivePolicy"),
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": ("policy",),
    "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy": ("policy",),
    "aws:apigateway/model:Model": ("schema",),
    "aws:cfg/rule:Rule": ("inputParameters",),
}


def check_json(inputs: Inputs) -> Iterator[Failure]:
    """Text that is not JSON where the service parses it."""
    for path in JSON_TEXT.get(inputs.resource.type, ()):
        for place in inputs.places(path):
            if isinstance(place.value, str) and place.value:
                try:
                    json.loads(place.value)
                except ValueError as error:
                    yield inputs.refuse(place, f"not valid JSON: {error}")


def lambda_function(inputs: Inputs, today: date) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html and API_CreateFunction.html"""
    runtime = next(inputs.places("runtime"), None)
    if runtime is not None:
        yield from _lifecycle(inputs, str(runtime.value), today)
    image = inputs.get("packageType") == "Image"
    for name in ("runtime", "handler"):
        if image and inputs.has(name):
            yield inputs.refuse(name, "a function from a container image has none: the image decides")
        elif not image and not inputs.has(name) and not inputs.has("imageUri"):
            yield inputs.refuse(name, "required for a function from an archive")
    if image and not inputs.has("imageUri"):
        yield inputs.refuse("imageUri", "required when packageType is Image")
    if not inputs.has("capacityProviderConfig"):
        for path, most, unit in _LAMBDA_LIMITS:
            place = next(inputs.places(path), None)
            if place is not None and (number(place.value) or 0) > most:
                message = "more than Lambda gives a function outside Managed Instances"
                yield inputs.refuse(place, message, allowed=f"at most {most} {unit}")
    variables: dict[str, Any] = inputs.get("environment.variables") or {}
    for name in variables:
        if name in _RESERVED or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]+", name):
            allowed = "names of 2 or more letters, digits and underscores that Lambda does not use itself"
            yield inputs.refuse(f"environment.variables.{name}", "Lambda refuses this name", allowed=allowed)
    size = sum(len(str(name)) + len(str(value)) for name, value in variables.items())
    if size > 4096:
        yield inputs.refuse("environment.variables", f"{size} bytes of variables", allowed="at most 4096")


#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html#function-configuration-deployment-and-execution
_LAMBDA_LIMITS: Final = (
    ("timeout", 900, "seconds"),
    ("memorySize", 10240, "MB"),
    ("ephemeralStorage.size", 10240, "MB"),
)
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_RESERVED: Final = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)


def _lifecycle(inputs: Inputs, runtime: str, today: date) -> Iterator[Failure]:
    dates: dict[str, Any] | None = table("lambdaRuntimes").get(runtime)
    if not dates or not dates["deprecated"]:
        return
    deprecated = date.fromisoformat(dates["deprecated"])
    place = next(inputs.places("runtime"))
    successor: str | None = dates["successor"]
    if deprecated <= today:
        yield inputs.refuse(place, f"AWS deprecated this runtime on {deprecated}", nearest=successor)
    elif (deprecated - today).days <= _WARN_WITHIN_DAYS:
        message = f"AWS deprecates this runtime on {deprecated}"
        yield inputs.refuse(place, message, nearest=successor, level="warning")


def bucket_name(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    for place in inputs.places("bucket"):
        name = str(place.value)
        wrong = not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name or _is_address(name)
        if wrong or name.startswith(_BAD_STARTS) or name.endswith(_BAD_ENDS):
            allowed = "3 to 63 lower-case letters, digits, hyphens and single dots, a letter or digit at either end"
            yield inputs.refuse(place, "S3 does not accept this bucket name", allowed=allowed)
    for place in inputs.places("bucketPrefix"):
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,36}", str(place.value)):
            allowed = "at most 37 lower-case letters, digits, hyphens and dots"
            yield inputs.refuse(place, "S3 does not accept a bucket name that starts so", allowed=allowed)


_BAD_STARTS: Final = ("xn--", "sthree-", "amzn-s3-demo-")
_BAD_ENDS: Final = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def database(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""
    yield from _engine_version(inputs)
    allocated, most = number(inputs.get("allocatedStorage")), number(inputs.get("maxAllocatedStorage"))
    if allocated is not None and most and most < allocated:
        yield inputs.refuse("maxAllocatedStorage", f"less than allocatedStorage, {allocated:.0f} GiB")
    interval = number(inputs.get("monitoringInterval"))
    if interval and not inputs.has("monitoringRoleArn"):
        yield inputs.refuse("monitoringRoleArn", "required when monitoringInterval is not 0")
    yield from _master_password(inputs, "password")


def database_cluster(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBCluster.html"""
    yield from _engine_version(inputs)
    yield from _in_order(
        inputs, "serverlessv2ScalingConfiguration.minCapacity", "serverlessv2ScalingConfiguration.maxCapacity"
    )
    yield from _serverless_capacity(inputs, "serverlessv2ScalingConfiguration")
    yield from _master_password(inputs, "masterPassword")


def _serverless_capacity(inputs: Inputs, path: str) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html"""
    for name in ("minCapacity", "maxCapacity"):
        for place in inputs.places(f"{path}.{name}"):
            units = number(place.value)
            if units is not None and units % 0.5:
                yield inputs.refuse(place, "Aurora scales in steps of 0.5 ACU", allowed="0, 0.5, 1, 1.5 … 256")
    least = number(inputs.get(f"{path}.minCapacity"))
    if least and inputs.has(f"{path}.secondsUntilAutoPause"):
        yield inputs.refuse(f"{path}.secondsUntilAutoPause", f"only a cluster of minCapacity 0 pauses, not {least:g}")


def _master_password(inputs: Inputs, name: str) -> Iterator[Failure]:
    if inputs.get("manageMasterUserPassword") and inputs.has(name):
        yield inputs.refuse(
            name, "manageMasterUserPassword leaves the password to Secrets Manager: give one or the other"
        )
    for place in inputs.places(name):
        text = str(place.value)
        if not 8 <= len(text) <= 128 or not re.fullmatch(r"[ -~]+", text) or re.search(r'[/"@ ]', text):
            allowed = '8 to 128 printable ASCII characters without /, ", @ and blanks'
            message = "RDS does not accept this password"
            yield inputs.refuse(name, message, allowed=allowed)


def _engine_version(inputs: Inputs) -> Iterator[Failure]:
    engine = inputs.get("engine")
    versions: list[str] = table("rdsVersions").get(engine, [])
    for place in inputs.places("engineVersion"):
        version = str(place.value)
        if not versions or version in versions or any(each.startswith(f"{version}.") for each in versions):
            if version in table("rdsDeprecated").get(engine, []):
                yield inputs.refuse(place, f"RDS has deprecated this version of {engine}", level="warning")
            continue
        major = version.partition(".")[0]
        known = any(each.partition(".")[0] == major for each in versions)
        majors = sorted({each.partition(".")[0] for each in versions}, key=lambda text: (len(text), text))
        if known:  # a minor version younger than the list
            yield inputs.refuse(place, f"not among the known versions of {engine}", level="warning")
        else:
            yield inputs.refuse(
                place, f"{engine} has no such version on RDS", allowed=f"major versions {', '.join(majors)}"
            )


def replication_group(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html"""
    nodes = number(inputs.get("numCacheClusters"))
    if inputs.get("automaticFailoverEnabled") is True and nodes is not None and nodes < 2:
        yield inputs.refuse("automaticFailoverEnabled", "needs at least two nodes: numCacheClusters is 1")
    failover = inputs.get("automaticFailoverEnabled")
    if (
        inputs.get("multiAzEnabled") is True
        and not failover
        and not (failover is None and inputs.has("automaticFailoverEnabled"))
    ):
        yield inputs.refuse("multiAzEnabled", "needs automaticFailoverEnabled")
    if inputs.has("authToken") and inputs.get("transitEncryptionEnabled") is False:
        yield inputs.refuse("authToken", "needs transitEncryptionEnabled")
    for place in inputs.places("authToken"):
        if not re.fullmatch(r"[!-~]{16,128}", str(place.value)) or re.search(r'[/"@]', str(place.value)):
            allowed = '16 to 128 printable ASCII characters without /, " and @'
            yield inputs.refuse("authToken", "ElastiCache does not accept this token", allowed=allowed)


def table_keys(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html"""
    declared = {str(place.value) for place in inputs.places("attributes[].name")}
    used: dict[str, str] = {}
    for path in ("hashKey", "rangeKey", *_INDEX_KEYS):
        for place in inputs.places(path):
            used.setdefault(str(place.value), place.path)
    if declared and len(declared) == len(inputs.resource.inputs.get("attributes") or []):
        for name, path in used.items():
            if name not in declared:
                yield inputs.refuse(
                    path, f"attribute {name} is not declared in attributes", nearest=nearest(name, declared)
                )
        for name in sorted(declared - used.keys()):
            yield inputs.refuse("attributes", f"attribute {name} is declared, but no key or index uses it")
    for capacity in ("readCapacity", "writeCapacity"):
        on_demand = inputs.get("billingMode") == "PAY_PER_REQUEST"
        if on_demand and number(inputs.get(capacity)):
            yield inputs.refuse(capacity, "billingMode PAY_PER_REQUEST has no provisioned capacity")
        elif not inputs.has(capacity) and (not inputs.has("billingMode") or inputs.get("billingMode") == "PROVISIONED"):
            yield inputs.refuse(capacity, "required when billingMode is PROVISIONED")


_INDEX_KEYS: Final = (
    "globalSecondaryIndexes[].hashKey",
    "globalSecondaryIndexes[].rangeKey",
    "globalSecondaryIndexes[].keySchemas[].attributeName",
    "localSecondaryIndexes[].rangeKey",
)


def distribution(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DistributionConfig.html"""
    origins = inputs.resource.inputs.get("origins")
    count = len(origins) if isinstance(origins, list) else None  # type: ignore[reportUnknownArgumentType]
    ids = [
        str(place.value) for path in ("origins[].originId", "originGroups[].originId") for place in inputs.places(path)
    ]
    if count is not None and len(ids) >= count and not inputs.has("originGroups"):
        for path in ("defaultCacheBehavior.targetOriginId", "orderedCacheBehaviors[].targetOriginId"):
            for place in inputs.places(path):
                if place.value not in ids:
                    yield inputs.refuse(
                        place, "no origin has this id", allowed=", ".join(ids), nearest=nearest(str(place.value), ids)
                    )
    if inputs.get("aliases") and inputs.get("viewerCertificate.cloudfrontDefaultCertificate") is True:
        yield inputs.refuse(
            "viewerCertificate", "aliases need a certificate of their own: the default one covers cloudfront.net"
        )


def target_group(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"""
    kind = inputs.get("targetType")
    if kind in (None, "instance", "ip", "alb") and (kind or not inputs.has("targetType")):
        for name in ("port", "protocol", "vpcId"):
            if not inputs.has(name):
                yield inputs.refuse(name, "required unless targetType is lambda")
    interval, timeout = number(inputs.get("healthCheck.interval")), number(inputs.get("healthCheck.timeout"))
    if interval is not None and timeout is not None and timeout >= interval:
        yield inputs.refuse(
            "healthCheck.timeout", f"{timeout:.0f} s is not shorter than the interval, {interval:.0f} s"
        )
    for place in inputs.places("healthCheck.port"):
        port = number(place.value)
        if place.value != "traffic-port" and (port is None or not 1 <= port <= 65535):
            yield inputs.refuse(place, "not a TCP or UDP port", allowed="1 to 65535, or traffic-port")


def listener(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html"""
    secure = inputs.get("protocol") in ("HTTPS", "TLS")
    if secure and not inputs.has("certificateArn"):
        yield inputs.refuse("certificateArn", f"required when protocol is {inputs.get('protocol')}")


def load_balancer(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"""
    subnets = inputs.resource.inputs.get("subnets")
    kind = inputs.get("loadBalancerType")
    if (kind or "application") == "application" and isinstance(subnets, list) and len(subnets) == 1:  # type: ignore[reportUnknownArgumentType]
        yield inputs.refuse("subnets", "an Application Load Balancer needs subnets in at least two Availability Zones")


def queue(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html; topics are alike."""
    for place in inputs.places("name"):
        fifo = inputs.get("fifoQueue") is True or inputs.get("fifoTopic") is True
        if fifo != str(place.value).endswith(".fifo"):
            yield inputs.refuse(place, "a FIFO name ends in .fifo, and no other does")


def ecs_service(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"""
    if inputs.has("launchType") and inputs.resource.inputs.get("capacityProviderStrategies"):
        yield inputs.refuse("launchType", "capacityProviderStrategies and launchType exclude each other")
    yield from _in_order(inputs, "deploymentMinimumHealthyPercent", "deploymentMaximumPercent")


def scalable_target(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"""
    yield from _in_order(inputs, "minCapacity", "maxCapacity")


def auto_scaling_group(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html"""
    yield from _in_order(inputs, "minSize", "maxSize")
    yield from _in_order(inputs, "minSize", "desiredCapacity")
    yield from _in_order(inputs, "desiredCapacity", "maxSize")


def alarm(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    for path in ("period", "metricQueries[].metric.period"):
        for place in inputs.places(path):
            period = number(place.value)
            if period is not None and period not in (10, 20, 30) and period % 60:
                yield inputs.refuse(
                    place, "not a period of CloudWatch", allowed="10, 20, 30 or a multiple of 60 seconds"
                )
    if inputs.has("metricName") and inputs.resource.inputs.get("metricQueries"):
        yield inputs.refuse("metricName", "metricQueries and metricName exclude each other")
    if inputs.has("statistic") and inputs.has("extendedStatistic"):
        yield inputs.refuse("statistic", "statistic and extendedStatistic exclude each other")


def web_acl(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html"""
    yield from _distinct(inputs, "rules[].priority", "another rule has this priority")
    yield from _distinct(inputs, "rules[].name", "another rule has this name")


def lifecycle_rules(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""
    yield from _distinct(inputs, "rules[].id", "another rule has this id")
    for place in inputs.places("rules[]"):
        rule: dict[str, Any] = place.value
        expiration: dict[str, Any] = rule.get("expiration") or {}
        expires = number(expiration.get("days"))
        for index, transition in enumerate(rule.get("transitions") or []):
            days, storage = number(transition.get("days")), transition.get("storageClass")
            where = f"{place.path}.transitions[{index}].days"
            if days is not None and days < 30 and storage in ("STANDARD_IA", "ONEZONE_IA"):
                yield inputs.refuse(where, f"{days:.0f} days: S3 moves nothing to {storage} before 30 days")
            if days is not None and expires is not None and days >= expires:
                yield inputs.refuse(
                    where, f"{days:.0f} days: the rule's expiration after {expires:.0f} days comes first"
                )


def network_acl(inputs: Inputs) -> Iterator[Failure]:
    """https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html"""
    for direction in ("ingress", "egress"):
        yield from _distinct(inputs, f"{direction}[].ruleNo", "another rule of this direction has this number")


def _in_order(inputs: Inputs, low_path: str, high_path: str) -> Iterator[Failure]:
    low, high = number(inputs.get(low_path)), number(inputs.get(high_path))
    if low is not None and high is not None and low > high:
        yield inputs.refuse(low_path, f"{low:g} is more than {high_path}, {high:g}")


def _distinct(inputs: Inputs, path: str, message: str) -> Iterator[Failure]:
    seen: set[Any] = set()
    for place in inputs.places(path):
        if place.value in seen:
            yield inputs.refuse(place, message)
        seen.add(place.value)


#: The checks of one type's own rules. ``lambda_function`` takes the day as well; see ``crosschecks.py``.
COMBINATIONS: Final[Mapping[str, Check]] = {
    "aws:s3/bucket:Bucket": bucket_name,
    "aws:rds/instance:Instance": database,
    "aws:rds/cluster:Cluster": database_cluster,
    "aws:elasticache/replicationGroup:ReplicationGroup": replication_group,
    "aws:dynamodb/table:Table": table_keys,
    "aws:cloudfront/distribution:Distribution": distribution,
    "aws:lb/targetGroup:TargetGroup": target_group,
    "aws:lb/listener:Listener": listener,
    "aws:lb/loadBalancer:LoadBalancer": load_balancer,
    "aws:sqs/queue:Queue": queue,
    "aws:sns/topic:Topic": queue,
    "aws:ecs/service:Service": ecs_service,
    "aws:appautoscaling/target:Target": scalable_target,
    "aws:autoscaling/group:Group": auto_scaling_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
    "aws:wafv2/webAcl:WebAcl": web_acl,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle_rules,
    "aws:ec2/networkAcl:NetworkAcl": network_acl,
}
