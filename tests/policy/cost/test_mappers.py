"""What each type is charged for: price ids and quantities, by the properties and the load that decide them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from guardrails.cost import Estimate, estimate, load_book
from guardrails.cost.services.schedules import runs_per_month
from guardrails.resource import UNKNOWN
from tests.policy.cost.build import Build

BOOK = load_book(["us-east-1", "us-west-2", "eu-west-1"], today=date(2026, 11, 21))
HOURS = Decimal(730)


def priced(b: Build, usage: dict[str, dict[str, Any]] | None = None, region: str = "us-east-1") -> Estimate:
    load = {"stack": {"crossAzGb": 0, "internetOutGb": 0, "tracesRecorded": 0}, **(usage or {})}
    return estimate(b.stack(), load, BOOK, region)


def quantities(found: Estimate) -> dict[str, Decimal]:
    """Expected quantity by price id, without zeros."""
    total: dict[str, Decimal] = {}
    for line in found.lines:
        total[line.price_id] = total.get(line.price_id, Decimal(0)) + line.quantity
    return {price_id: quantity for price_id, quantity in total.items() if quantity}


def one(token: str, usage: dict[str, Any] | None = None, **props: Any) -> dict[str, Decimal]:
    """Price one resource without unknowns."""
    b = Build()
    b.add(token, "it", **props)
    found = priced(b, {"it": usage} if usage else None)
    assert (found.unknown, found.errors, found.unsupported) == ((), (), ())
    return quantities(found)


Case = tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]
CASES: dict[str, Case] = {
    "private NAT gateway has no address": (
        "aws:ec2/natGateway:NatGateway",
        {"connectivityType": "private"},
        {"dataGb": 3},
        {"vpc.nat_gateway.hour": HOURS, "vpc.nat_gateway.gb": 3},
    ),
    "regional NAT gateway in three zones": (
        "aws:ec2/natGateway:NatGateway",
        {"availabilityMode": "regional"},
        {"dataGb": 0, "zones": 3},
        {"vpc.nat_gateway.hour": HOURS * 3, "vpc.public_ipv4.hour": HOURS * 3},
    ),
    "idle address": ("aws:ec2/eip:Eip", {"domain": "vpc"}, {}, {"vpc.public_ipv4.hour": HOURS}),
    "interface endpoint in three subnets": (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {"vpcEndpointType": "Interface", "subnetIds": [UNKNOWN, UNKNOWN, UNKNOWN]},
        {"dataGb": 1},
        {"vpc.endpoint.interface.hour": HOURS * 3, "vpc.endpoint.interface.gb": 1},
    ),
    "flow log to S3": (
        "aws:ec2/flowLog:FlowLog",
        {"logDestinationType": "s3"},
        {"gb": 2},
        {"cw.logs.vended_s3.gb": 2},
    ),
    "public load balancer in two subnets": (
        "aws:lb/loadBalancer:LoadBalancer",
        {"subnets": [UNKNOWN, UNKNOWN]},
        {"lcu": 0.5},
        {"elb.alb.hour": HOURS, "elb.alb.lcu_hour": HOURS / 2, "vpc.public_ipv4.hour": HOURS * 2},
    ),
    "internal load balancer under its twin name": (
        "aws:alb/loadBalancer:LoadBalancer",
        {"internal": True, "subnets": ["a", "b"]},
        {"lcu": 1},
        {"elb.alb.hour": HOURS, "elb.alb.lcu_hour": HOURS},
    ),
    "network load balancer": (
        "aws:lb/loadBalancer:LoadBalancer",
        {"loadBalancerType": "network", "subnetMappings": [{"subnetId": "a"}]},
        {"lcu": 0},
        {"elb.nlb.hour": HOURS, "vpc.public_ipv4.hour": HOURS},
    ),
    "instance without a public address": (
        "aws:ec2/instance:Instance",
        {
            "instanceType": "t3.micro",
            "associatePublicIpAddress": False,
            "rootBlockDevice": {"volumeSize": 30, "volumeType": "gp3"},
        },
        {"creditVcpuHours": 2},
        {"ec2.t3.micro.hour": HOURS, "ebs.gp3.gb_month": 30, "ec2.cpu_credit.t3": 2},
    ),
    "instance stopped at night": (
        "aws:ec2/instance:Instance",
        {
            "instanceType": "t4g.micro",
            "associatePublicIpAddress": False,
            "rootBlockDevice": {"volumeSize": 8, "volumeType": "gp3"},
            "ebsBlockDevices": [{"deviceName": "/dev/sdb", "volumeSize": 20, "volumeType": "gp2"}],
        },
        {"hours": 365},
        {"ec2.t4g.micro.hour": 365, "ebs.gp3.gb_month": 8, "ebs.gp2.gb_month": 20},
    ),
    "RDS Multi-AZ with 30 GB of backups": (
        "aws:rds/instance:Instance",
        {
            "engine": "postgres",
            "instanceClass": "db.t4g.small",
            "allocatedStorage": 20,
            "maxAllocatedStorage": 100,
            "storageType": "gp3",
            "multiAz": True,
            "backupRetentionPeriod": 7,
        },
        {"backupGb": 30},
        {"rds.pg.t4g.small.multi.hour": HOURS, "rds.pg.gp3.multi.gb_month": 20, "rds.backup.gb_month": 10},
    ),
    "RDS with monitoring and default storage type": (
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20, "monitoringInterval": 60},
        {"monitoringLogGb": 0.2},
        {"rds.pg.t4g.micro.single.hour": HOURS, "rds.pg.gp2.single.gb_month": 20, "cw.logs.ingest.gb": Decimal("0.2")},
    ),
    "on-demand table with recovery in two regions": (
        "aws:dynamodb/table:Table",
        {
            "billingMode": "PAY_PER_REQUEST",
            "pointInTimeRecovery": {"enabled": True},
            "replicas": [{"regionName": "us-west-2"}],
        },
        {"readUnits": 10, "writeUnits": 5, "storageGb": 4},
        {"ddb.rru": 10, "ddb.wru": 10, "ddb.storage.gb_month": 8, "ddb.pitr.gb_month": 4},
    ),
    "provisioned table with an index": (
        "aws:dynamodb/table:Table",
        {
            "readCapacity": 5,
            "writeCapacity": 2,
            "globalSecondaryIndexes": [{"name": "i", "readCapacity": 1, "writeCapacity": 1, "projectionType": "ALL"}],
        },
        {"storageGb": 0},
        {"ddb.rcu_hour": HOURS * 6, "ddb.wcu_hour": HOURS * 3},
    ),
    "replication group of two shards with a replica each": (
        "aws:elasticache/replicationGroup:ReplicationGroup",
        {"nodeType": "cache.t4g.micro", "engine": "redis", "numNodeGroups": 2, "replicasPerNodeGroup": 1},
        {},
        {"elasticache.redis.t4g.micro.hour": HOURS * 4},
    ),
    "serverless Valkey at its floor": (
        "aws:elasticache/serverlessCache:ServerlessCache",
        {"engine": "valkey"},
        {"storedGb": 0.01, "ecpu": 1000},
        {"elasticache.serverless.valkey.gb_hour": HOURS / 10, "elasticache.serverless.valkey.ecpu": 1000},
    ),
    "classic collection below its floor": (
        "aws:opensearch/serverlessCollection:ServerlessCollection",
        {"type": "SEARCH", "standbyReplicas": "DISABLED"},
        {"ocuHours": 10, "storageGb": 1},
        {"aoss.ocu_hour": HOURS, "aoss.storage.gb_month": 1},
    ),
    "collection group with a minimum": (
        "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup",
        {
            "standbyReplicas": "ENABLED",
            "capacityLimits": [
                {
                    "minIndexingCapacityInOcu": 1,
                    "minSearchCapacityInOcu": 2,
                    "maxIndexingCapacityInOcu": 2,
                    "maxSearchCapacityInOcu": 4,
                }
            ],
        },
        {"ocuHours": 100, "storageGb": 0},
        {"aoss.ocu_hour": HOURS * 3},
    ),
    "bucket with requests, under its twin name": (
        "aws:s3/bucketV2:BucketV2",
        {},
        {"storageGb": 5, "putRequests": 100, "glacierGb": 2},
        {"s3.standard.gb_month": 5, "s3.put.request": 100, "s3.glacier.gb_month": 2},
    ),
    "distribution's additional metrics": (
        "aws:cloudfront/monitoringSubscription:MonitoringSubscription",
        {
            "monitoringSubscription": {
                "realtimeMetricsSubscriptionConfig": {"realtimeMetricsSubscriptionStatus": "Enabled"}
            }
        },
        {},
        {"cw.metric.month": 8},
    ),
    "Bot Control beyond ten million requests": (
        "aws:wafv2/webAcl:WebAcl",
        {
            "rules": [
                {"name": "b", "statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesBotControlRuleSet"}}}
            ]
        },
        {"requests": 12_000_000},
        {
            "waf.acl.month": 1,
            "waf.bot_control.month": 1,
            "waf.request": 12_000_000,
            "waf.bot_control.request": 2_000_000,
        },
    ),
    "health check of an endpoint outside AWS": (
        "aws:route53/healthCheck:HealthCheck",
        {"type": "HTTPS_STR_MATCH", "fqdn": "example.com", "requestInterval": 10},
        {},
        {"route53.health_check.other.month": 1, "route53.health_check.other_feature.month": 3},
    ),
    "private DNS namespace is a zone": (
        "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
        {"vpc": UNKNOWN},
        {"queries": 1000},
        {"route53.zone.month": 1, "route53.query": 1000},
    ),
    "ARM function with disk": (
        "aws:lambda/function:Function",
        {"architectures": ["arm64"], "memorySize": 2048, "ephemeralStorage": {"size": 1536}},
        {"requests": 1000, "durationMs": 500},
        {"lambda.requests": 1000, "lambda.arm.gb_second": 1000, "lambda.ephemeral.gb_second": 500},
    ),
    "REST stage with a cache": (
        "aws:apigateway/stage:Stage",
        {"cacheClusterEnabled": True, "cacheClusterSize": "0.5"},
        {},
        {"apigw.rest.cache_0_5gb.hour": HOURS},
    ),
    "WebSocket API": (
        "aws:apigatewayv2/api:Api",
        {"protocolType": "WEBSOCKET"},
        {"messages": 10, "connectionMinutes": 20},
        {"apigw.ws.message": 10, "apigw.ws.minute": 20},
    ),
    "user pool of the default tier": (
        "aws:cognito/userPool:UserPool",
        {},
        {"monthlyUsers": 100},
        {"cognito.essentials.mau": 100},
    ),
    "alarm on a ratio of two metrics": (
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "metricQueries": [
                {"id": "rate", "expression": "100*errors/requests", "returnData": True},
                {"id": "errors", "metric": {"metricName": "5XX", "period": 60, "stat": "Sum"}},
                {"id": "requests", "metric": {"metricName": "Count", "period": 60, "stat": "Sum"}},
            ]
        },
        {},
        {"cw.alarm.standard.month": 2},
    ),
    "anomaly alarm": (
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {
            "metricQueries": [
                {"id": "band", "expression": "ANOMALY_DETECTION_BAND(m)"},
                {"id": "m", "metric": {"metricName": "Count", "period": 60, "stat": "Sum"}},
            ]
        },
        {},
        {"cw.alarm.standard.month": 3},
    ),
    "high-resolution alarm": (
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        {"metricName": "CPU", "period": 10},
        {},
        {"cw.alarm.high.month": 1},
    ),
    "target tracking makes two alarms": (
        "aws:appautoscaling/policy:Policy",
        {"serviceNamespace": "ecs", "targetTrackingScalingPolicyConfiguration": {"targetValue": 70}},
        {},
        {"cw.alarm.standard.month": 2},
    ),
    "target tracking without scale-in makes one": (
        "aws:autoscaling/policy:Policy",
        {"targetTrackingConfiguration": {"targetValue": 70, "disableScaleIn": True}},
        {},
        {"cw.alarm.standard.month": 1},
    ),
    "canary every five minutes": (
        "aws:synthetics/canary:Canary",
        {"schedule": {"expression": "rate(5 minutes)"}, "runConfig": {"memoryInMb": 1024}},
        {"durationMs": 2000},
        {"cw.synthetics.run": 8760, "lambda.requests": 8760, "lambda.x86.gb_second": 17520},
    ),
    "infrequent-access log group": (
        "aws:cloudwatch/logGroup:LogGroup",
        {"logGroupClass": "INFREQUENT_ACCESS"},
        {"ingestGb": 3, "storedGb": 1},
        {"cw.logs.ingest_ia.gb": 3, "cw.logs.storage.gb_month": 1},
    ),
    "metric filter with dimensions": (
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        {"metricTransformation": {"name": "m", "dimensions": {"route": "$.route"}}},
        {"metrics": 12},
        {"cw.metric.month": 12},
    ),
    "mail subscription": (
        "aws:sns/topicSubscription:TopicSubscription",
        {"protocol": "email"},
        {"deliveries": 50},
        {"sns.email": 50},
    ),
    "FIFO queue": ("aws:sqs/queue:Queue", {"fifoQueue": True}, {"requests": 7}, {"sqs.fifo.request": 7}),
    "schedule on weekdays at eight and eighteen": (
        "aws:scheduler/schedule:Schedule",
        {"scheduleExpression": "cron(0 8,18 ? * MON-FRI *)"},
        {},
        {"scheduler.invocation": HOURS / 24 * 10 / 7},
    ),
    "secret with a replica": (
        "aws:secretsmanager/secret:Secret",
        {"replicas": [{"region": "us-west-2"}]},
        {},
        {"secretsmanager.secret.month": 2},
    ),
    "advanced parameter": (
        "aws:ssm/parameter:Parameter",
        {"tier": "Advanced"},
        {},
        {"ssm.parameter.advanced.month": 1},
    ),
    "daily recorder": (
        "aws:cfg/recorder:Recorder",
        {"recordingMode": {"recordingFrequency": "DAILY"}},
        {"configurationItems": 9},
        {"config.item_daily": 9},
    ),
    "trail of data events": (
        "aws:cloudtrail/trail:Trail",
        {"eventSelectors": [{"dataResources": [{"type": "AWS::S3::Object", "values": ["arn"]}]}]},
        {"dataEvents": 100},
        {"cloudtrail.data.event": 100},
    ),
    "vault": ("aws:backup/vault:Vault", {}, {"auroraGb": 3}, {"backup.aurora.gb_month": 3}),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_charged_for(case: Case) -> None:
    token, props, usage, expected = case
    b = Build()
    b.add(token, "it", **props)
    found = priced(b, {"it": usage} if usage else None)
    assert (found.unknown, found.errors, found.unsupported) == ((), (), ())
    assert quantities(found) == expected


FREE: dict[str, tuple[str, dict[str, Any]]] = {
    "gateway endpoint": ("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Gateway"}),
    "standard parameter": ("aws:ssm/parameter:Parameter", {"type": "SecureString"}),
    "first trail": ("aws:cloudtrail/trail:Trail", {"s3BucketName": "logs"}),
    "Lambda subscription": ("aws:sns/topicSubscription:TopicSubscription", {"protocol": "lambda"}),
    "step scaling": ("aws:appautoscaling/policy:Policy", {"stepScalingPolicyConfiguration": {}}),
    "cluster without insights": (
        "aws:ecs/cluster:Cluster",
        {"settings": [{"name": "containerInsights", "value": "disabled"}]},
    ),
    "bot alias by template": (
        "aws:cloudformation/stack:Stack",
        {"templateBody": '{"Resources": {"Alias": {"Type": "AWS::Lex::BotAlias"}}}'},
    ),
    "public certificate": ("aws:acm/certificate:Certificate", {"domainName": "example.com"}),
    "budget": ("aws:budgets/budget:Budget", {"limitAmount": "100"}),
    "image build": ("docker-build:index:Image", {}),
}


@pytest.mark.parametrize("case", FREE.values(), ids=FREE.keys())
def test_free(case: tuple[str, dict[str, Any]]) -> None:
    b = Build()
    resource = b.add(case[0], "it", **case[1])
    found = priced(b)
    assert ([item.urn for item in found.free], found.lines[3:], found.unknown) == ([resource.urn], (), ())


UNKNOWNS: dict[str, tuple[str, dict[str, Any], str]] = {
    "no usage": ("aws:s3/bucket:Bucket", {}, "declare usage.it.storageGb or usage.aws:s3:Bucket.storageGb"),
    "no price": (
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": "db.r7g.large", "allocatedStorage": 20, "storageType": "gp3"},
        "no price for rds.pg.r7g.large.single.hour in us-east-1",
    ),
    "other engine": ("aws:rds/instance:Instance", {"engine": "mysql"}, "engine mysql has no price"),
    "unknown class": (
        "aws:rds/instance:Instance",
        {"engine": "postgres", "instanceClass": UNKNOWN},
        "instanceClass or multiAz is not known before the deployment",
    ),
    "disk left to the image": (
        "aws:ec2/instance:Instance",
        {"instanceType": "t3.micro", "associatePublicIpAddress": False},
        "rootBlockDevice.volumeSize is left to the machine image",
    ),
    "opaque template": (
        "aws:cloudformation/stack:Stack",
        {"templateUrl": "https://x"},
        "templateBody is not known JSON",
    ),
    "paid template": (
        "aws:cloudformation/stack:Stack",
        {"templateBody": '{"Resources": {"A": {"Type": "AWS::EC2::Instance"}}}'},
        "AWS::EC2::Instance, which is not priced here",
    ),
    "paid WAF group": (
        "aws:wafv2/webAcl:WebAcl",
        {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesATPRuleSet"}}}]},
        "no price for the managed group AWSManagedRulesATPRuleSet",
    ),
    "gateway load balancer": (
        "aws:lb/loadBalancer:LoadBalancer",
        {"loadBalancerType": "gateway"},
        "no price for a load balancer of type gateway",
    ),
    "long insights history": (
        "aws:rds/instance:Instance",
        {
            "engine": "postgres",
            "instanceClass": "db.t4g.micro",
            "allocatedStorage": 20,
            "performanceInsightsEnabled": True,
            "performanceInsightsRetentionPeriod": 731,
        },
        "no price for a history of 731 days",
    ),
    "schedule of nonsense": (
        "aws:synthetics/canary:Canary",
        {"schedule": {"expression": "every minute"}},
        "schedule.expression every minute is not",
    ),
}


@pytest.mark.parametrize("case", UNKNOWNS.values(), ids=UNKNOWNS.keys())
def test_unknown_with_its_reason_and_never_zero(case: tuple[str, dict[str, Any], str]) -> None:
    b = Build()
    b.add(case[0], "it", **case[1])
    found = priced(b)
    assert any(case[2] in item.reason for item in found.unknown), found.unknown
    assert f"+ {len(found.unknown)} unknown" in found.total


def fargate(**service: Any) -> Build:
    b = Build()
    cluster = b.add("aws:ecs/cluster:Cluster", "cluster")
    task = b.add("aws:ecs/taskDefinition:TaskDefinition", "task", cpu="1024", memory="2048")
    b.add("aws:ecs/service:Service", "api", cluster=cluster, taskDefinition=task, **service)
    return b


def test_fargate_base_goes_on_demand_and_the_rest_by_weight() -> None:
    strategy = [
        {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    found = priced(fargate(desiredCount=5, capacityProviderStrategies=strategy))
    by_name = {line.name: line for line in found.lines}
    assert by_name["Fargate x86 vCPU"].quantity == HOURS * 2
    assert by_name["Fargate x86 Spot vCPU"].quantity == HOURS * 3
    assert by_name["Fargate x86 Spot vCPU"].price == by_name["Fargate x86 vCPU"].price / 2
    assert by_name["Fargate x86 Spot vCPU"].unconfirmed == "an assumption, not a list price"


def test_fargate_takes_the_clusters_default_strategy() -> None:
    b = fargate(desiredCount=1)
    cluster = b.resources[0]
    b.add(
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        "providers",
        clusterName=cluster,
        defaultCapacityProviderStrategies=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    assert [line.name for line in priced(b).lines if line.service == "Containers"] == [
        "Fargate x86 Spot vCPU",
        "Fargate x86 Spot memory",
    ]


def test_fargate_disk_and_public_addresses() -> None:
    b = fargate(desiredCount=2, launchType="FARGATE", networkConfiguration={"assignPublicIp": True, "subnets": ["a"]})
    b.resources[1] = Build().add(
        "aws:ecs/taskDefinition:TaskDefinition",
        "task",
        cpu="0.5 vCPU",
        memory="1 GB",
        ephemeralStorage={"sizeInGib": 50},
        runtimePlatform={"cpuArchitecture": "ARM64"},
    )
    assert quantities(priced(b)) == {
        "fargate.arm.vcpu_hour": HOURS,
        "fargate.arm.gb_hour": HOURS * 2,
        "fargate.ephemeral.gb_hour": HOURS * 60,
        "vpc.public_ipv4.hour": HOURS * 2,
    }


def test_a_service_on_instances_is_priced_by_them() -> None:
    found = priced(fargate(desiredCount=2, launchType="EC2"))
    assert "aws:ecs/service:Service" in {item.type for item in found.by_parent}


def test_declared_average_of_tasks_replaces_the_desired_count() -> None:
    found = priced(fargate(desiredCount=3, launchType="FARGATE"), {"api": {"tasks": 1.5}})
    line = next(line for line in found.lines if line.price_id == "fargate.x86.vcpu_hour")
    assert (line.quantity, line.maximum / line.price) == (HOURS * Decimal("1.5"), HOURS * 3)


def test_a_scaling_target_given_by_name_sets_the_most() -> None:
    b = fargate(desiredCount=1, launchType="FARGATE", name="api")
    b.add("aws:appautoscaling/target:Target", "scaling", minCapacity=2, maxCapacity=6, resourceId="service/cluster/api")
    line = next(line for line in priced(b).lines if line.price_id == "fargate.x86.vcpu_hour")
    assert (line.quantity, line.maximum / line.price) == (HOURS * 2, HOURS * 6)


def test_a_nat_gateway_carries_its_address_and_an_idle_one_is_charged() -> None:
    b = Build()
    address = b.add("aws:ec2/eip:Eip", "nat", domain="vpc")
    b.add("aws:ec2/natGateway:NatGateway", "nat", allocationId=address)
    b.add("aws:ec2/eip:Eip", "idle", domain="vpc")
    found = priced(b, {"aws:ec2:NatGateway": {"dataGb": 0}})
    assert {line.resource for line in found.lines if line.price_id == "vpc.public_ipv4.hour"} == {"nat", "idle"}
    assert quantities(found)["vpc.public_ipv4.hour"] == HOURS * 2
    assert [item.urn for item in found.by_parent] == [address.urn]


def test_an_instance_with_an_elastic_ip_has_one_address() -> None:
    b = Build()
    subnet = b.add("aws:ec2/subnet:Subnet", "public", mapPublicIpOnLaunch=True)
    root = {"volumeSize": 8, "volumeType": "gp3"}
    instance = b.add("aws:ec2/instance:Instance", "nat", instanceType="t4g.nano", subnetId=subnet, rootBlockDevice=root)
    assert quantities(priced(b))["vpc.public_ipv4.hour"] == HOURS
    b.add("aws:ec2/eip:Eip", "nat", domain="vpc", instance=instance)
    assert quantities(priced(b))["vpc.public_ipv4.hour"] == HOURS


def test_an_instance_group_takes_its_size_from_the_launch_template() -> None:
    b = Build()
    template = b.add(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "fleet",
        instanceType="t3.micro",
        blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 10, "volumeType": "gp3"}}],
    )
    b.add(
        "aws:autoscaling/group:Group", "fleet", minSize=1, desiredCapacity=2, maxSize=4, launchTemplate={"id": template}
    )
    found = priced(b)
    assert quantities(found) == {"ec2.t3.micro.hour": HOURS * 2, "ebs.gp3.gb_month": 20}
    assert found.maximum == found.expected * 2


def test_a_read_replica_takes_engine_and_storage_from_its_source() -> None:
    b = Build()
    source = b.add(
        "aws:rds/instance:Instance",
        "main",
        engine="postgres",
        instanceClass="db.t4g.micro",
        allocatedStorage=20,
        storageType="gp3",
    )
    b.add("aws:rds/instance:Instance", "replica", instanceClass="db.t4g.micro", replicateSourceDb=source)
    found = priced(b)
    assert not found.unknown
    assert quantities(found) == {"rds.pg.t4g.micro.single.hour": HOURS * 2, "rds.pg.gp3.single.gb_month": 40}


def test_a_proxy_is_charged_for_its_databases_vcpus() -> None:
    b = Build()
    database = b.add(
        "aws:rds/instance:Instance", "main", engine="postgres", instanceClass="db.m6g.2xlarge", allocatedStorage=20
    )
    proxy = b.add("aws:rds/proxy:Proxy", "proxy", engineFamily="POSTGRESQL")
    b.add("aws:rds/proxyTarget:ProxyTarget", "target", dbProxyName=proxy, dbInstanceIdentifier=database)
    assert quantities(priced(b))["rds.proxy.vcpu_hour"] == HOURS * 8


def test_valkey_of_a_size_without_its_own_price_is_a_fifth_off_redis() -> None:
    b = Build()
    b.add(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "it",
        nodeType="cache.t3.micro",
        engine="valkey",
        numCacheClusters=1,
    )
    (line,) = [line for line in priced(b).lines if line.service == "Cache"]
    assert line.price == Decimal("0.017") * Decimal("0.8")


def test_serverless_aurora_bills_every_instance_at_its_minimum() -> None:
    b = Build()
    scaling = {"minCapacity": 1, "maxCapacity": 8}
    cluster = b.add(
        "aws:rds/cluster:Cluster", "c", engine="aurora-postgresql", serverlessv2ScalingConfiguration=scaling
    )
    for name in ("writer", "reader"):
        b.add("aws:rds/clusterInstance:ClusterInstance", name, clusterIdentifier=cluster, instanceClass="db.serverless")
    load = {"averageAcu": 0.2, "storageGb": 1, "ioRequests": 0, "backupGb": 0}
    found = priced(b, {"c": load})
    (line,) = [line for line in found.lines if line.price_id == "aurora.sv2.acu_hour"]
    assert (line.quantity, line.maximum / line.price) == (HOURS * 2, HOURS * 16)
    silent = priced(b)
    bound = next(item.at_least for item in silent.unknown if item.name == "ACU hours")
    assert bound == line.expected


def test_a_scaled_table_and_provisioned_function_take_the_maximum_of_their_targets() -> None:
    b = Build()
    table = b.add("aws:dynamodb/table:Table", "t", readCapacity=5, writeCapacity=5)
    b.add(
        "aws:appautoscaling/target:Target",
        "t",
        minCapacity=5,
        maxCapacity=50,
        resourceId=table,
        scalableDimension="dynamodb:table:ReadCapacityUnits",
        serviceNamespace="dynamodb",
    )
    function = b.add("aws:lambda/function:Function", "f", memorySize=1024, architectures=["arm64"])
    b.add(
        "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
        "p",
        functionName=function,
        provisionedConcurrentExecutions=2,
    )
    b.add(
        "aws:appautoscaling/target:Target",
        "f",
        minCapacity=2,
        maxCapacity=6,
        resourceId=function,
        scalableDimension="lambda:function:ProvisionedConcurrency",
        serviceNamespace="lambda",
    )
    found = priced(b, {"t": {"storageGb": 0}, "f": {"requests": 0, "durationMs": 0}})
    most = {line.price_id: line.maximum / line.price for line in found.lines if line.maximum}
    assert most == {
        "ddb.rcu_hour": HOURS * 50,
        "ddb.wcu_hour": HOURS * 5,
        "lambda.pc.arm.gb_second": HOURS * 3600 * 6,
    }


def test_collections_share_classic_capacity_and_a_group_carries_its_own() -> None:
    b = Build()
    group = b.add(
        "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup",
        "g",
        standbyReplicas="ENABLED",
        generation="NEXTGEN",
    )
    token = "aws:opensearch/serverlessCollection:ServerlessCollection"  # noqa: S105
    for name in ("a", "b"):
        b.add(token, name, type="SEARCH")
    b.add(token, "c", type="SEARCH", collectionGroupName=group)
    found = priced(b, {"g": {"ocuHours": 10, "storageGb": 0}, "a": {"ocuHours": 0, "storageGb": 0}})
    assert not found.unknown
    assert {line.resource: line.quantity for line in found.lines if line.price_id == "aoss.ocu_hour"} == {
        "g": Decimal(10),
        "a": HOURS * 2,
    }


def test_a_scheduled_task_is_priced_by_its_hours() -> None:
    b = Build()
    task = b.add("aws:ecs/taskDefinition:TaskDefinition", "task", cpu="256", memory="512")
    target = {"arn": "arn", "roleArn": "arn", "ecsParameters": {"taskDefinitionArn": task}}
    b.add("aws:scheduler/schedule:Schedule", "nightly", scheduleExpression="rate(1 day)", target=target)
    found = quantities(priced(b, {"nightly": {"taskHours": 8}}))
    assert (found["fargate.x86.vcpu_hour"], found["fargate.x86.gb_hour"]) == (2, 4)


def test_an_endpoint_in_the_stacks_own_zone_is_an_aws_endpoint() -> None:
    b = Build()
    b.add("aws:route53/record:Record", "www", name="www.example.com")
    b.add("aws:route53/healthCheck:HealthCheck", "web", type="HTTP", fqdn="www.example.com")
    assert quantities(priced(b)) == {"route53.health_check.aws.month": 1}


def test_the_third_budget_action_is_charged() -> None:
    b = Build()
    b.many("aws:budgets/budgetAction:BudgetAction", 3, "action")
    assert quantities(priced(b)) == {"budgets.action.day": HOURS / 24}


def test_contributor_insights_has_four_rules_with_a_sort_key_and_two_without() -> None:
    for sort_key, rules in ((None, 2), ("created", 4)):
        b = Build()
        table = b.add("aws:dynamodb/table:Table", "t", billingMode="PAY_PER_REQUEST", hashKey="id", rangeKey=sort_key)
        b.add("aws:dynamodb/contributorInsights:ContributorInsights", "i", tableName=table)
        load = {"t": {"readUnits": 0, "writeUnits": 0, "storageGb": 0}, "i": {"events": 10}}
        found = quantities(priced(b, load))
        assert (found["cw.contributor_insights.rule.month"], found["ddb.contributor_insights.event"]) == (
            rules,
            rules * 10,
        )


def test_rotation_raises_only_the_maximum_of_a_key() -> None:
    b = Build()
    b.add("aws:kms/key:Key", "key", enableKeyRotation=True)
    found = priced(b)
    assert (found.expected, found.maximum) == (1, 3)


def test_a_resource_is_priced_in_its_own_region() -> None:
    b = Build()
    b.add("aws:kms/key:Key", "here")
    b.add("aws:lb/loadBalancer:LoadBalancer", "there", region="eu-west-1", internal=True)
    found = priced(b, {"there": {"lcu": 0}})
    assert {line.resource: line.price for line in found.lines if line.expected} == {
        "here": 1,
        "there": Decimal("0.0252"),
    }


def test_a_price_missing_in_a_region_is_unknown_there() -> None:
    b = Build()
    b.add(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "it",
        nodeType="cache.t4g.micro",
        engine="redis",
        numCacheClusters=1,
    )
    found = priced(b, region="sa-east-1")
    assert [item.reason for item in found.unknown] == ["no price for elasticache.redis.t4g.micro.hour in sa-east-1"]
    assert found.expected == 0


NEEDS: dict[str, tuple[Callable[[Build], object], str]] = {
    "zones": (
        lambda b: (
            [b.add("aws:ec2/subnet:Subnet", zone, availabilityZone=zone) for zone in ("us-east-1a", "us-east-1b")]
            + [b.add("aws:ecs/service:Service", "s", launchType="EC2")]
        ),
        "crossAzGb",
    ),
    "public load balancer": (lambda b: b.add("aws:lb/loadBalancer:LoadBalancer", "it", subnets=[]), "internetOutGb"),
    "tracing": (
        lambda b: b.add("aws:lambda/function:Function", "f", tracingConfig={"mode": "Active"}),
        "tracesRecorded",
    ),
}


@pytest.mark.parametrize("case", NEEDS.values(), ids=NEEDS.keys())
def test_what_no_resource_causes_is_needed_when_something_can_cause_it(
    case: tuple[Callable[[Build], object], str],
) -> None:
    build, key = case
    b = Build()
    build(b)
    assert any(f"usage.stack.{key}" in item.reason for item in estimate(b.stack(), {}, BOOK, "us-east-1").unknown)
    assert not [item for item in priced(b).unknown if "usage.stack" in item.reason]


def scheduled(*actions: tuple[str, int, int]) -> Decimal:
    """vCPU-hours of a service of one task (1 vCPU) whose limits the actions move."""
    b = fargate(desiredCount=1, launchType="FARGATE")
    target = b.add("aws:appautoscaling/target:Target", "t", minCapacity=1, maxCapacity=2, resourceId=b.resources[-1])
    for number, (schedule, low, high) in enumerate(actions):
        limits = {"minCapacity": low, "maxCapacity": high}
        b.add(
            "aws:appautoscaling/scheduledAction:ScheduledAction",
            f"action-{number}",
            schedule=schedule,
            resourceId=target,
            scalableTargetAction=limits,
        )
    return quantities(priced(b)).get("fargate.x86.vcpu_hour", Decimal(0))


def test_scheduled_scaling_is_averaged_over_the_week() -> None:
    night, morning = ("cron(0 22 * * ? *)", 0, 0), ("cron(0 6 * * ? *)", 1, 2)
    assert scheduled(night, morning) == HOURS * 2 / 3
    assert scheduled(morning, night) == HOURS * 2 / 3
    weekdays = [("cron(0 20 ? * MON-FRI *)", 0, 0), ("cron(0 8 ? * MON-FRI *)", 1, 2)]
    assert scheduled(*weekdays).quantize(Decimal("0.01")) == (HOURS * 60 / 168).quantize(Decimal("0.01"))
    assert scheduled(("cron(0 8 * * ? *)", 3, 5)) == HOURS * 3


def test_a_schedule_that_does_not_repeat_weekly_saves_nothing() -> None:
    assert scheduled(("cron(0 22 1 * ? *)", 0, 0), ("cron(0 6 * * ? *)", 1, 2)) == HOURS
    assert scheduled(("at(2027-01-01T00:00:00)", 0, 0)) == HOURS


def test_a_database_is_charged_for_the_hours_between_its_start_and_stop() -> None:
    b = Build()
    database = b.add(
        "aws:rds/instance:Instance",
        "main",
        engine="postgres",
        instanceClass="db.t4g.micro",
        allocatedStorage=20,
        storageType="gp3",
    )
    for action, cron in (("stop", "cron(0 22 * * ? *)"), ("start", "cron(0 6 * * ? *)")):
        assert quantities(priced(b))["rds.pg.t4g.micro.single.hour"] == HOURS
        target = {"arn": f"arn:aws:scheduler:::aws-sdk:rds:{action}DBInstance", "roleArn": "arn", "input": database}
        b.add("aws:scheduler/schedule:Schedule", action, scheduleExpression=cron, target=target)
    assert quantities(priced(b))["rds.pg.t4g.micro.single.hour"] == HOURS * 2 / 3


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ("rate(5 minutes)", "8760"),
        ("rate(1 hour)", "730"),
        ("cron(0/15 * * * ? *)", "2920"),
        ("cron(0 8 ? * 2-6 *)", "21.73"),
        ("cron(0 8 ? * SAT-MON *)", "13.04"),
        ("at(2027-01-01T00:00:00)", "1"),
    ],
)
def test_runs_of_a_schedule(expression: str, runs: str) -> None:
    found = runs_per_month(expression)
    assert found is not None
    assert found.quantize(Decimal("0.01")) == Decimal(runs).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    "expression",
    [
        "rate(0 minutes)",
        "cron(61 * * * ? *)",
        "cron(0 8)",
        "cron(0 x * * ? *)",
        "daily",
    ],
)
def test_nonsense_is_no_schedule(expression: str) -> None:
    assert runs_per_month(expression) is None
