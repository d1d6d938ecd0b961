"""What each type is charged for: price ids and quantities, by the properties and the load that decide them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from guardrails.resource import UNKNOWN
from tests.policy.cost.build import HOURS, Build, priced, quantities

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
    "target tracking of a table's units makes four alarms, two without scale-in": (
        "aws:appautoscaling/policy:Policy",
        {
            "serviceNamespace": "dynamodb",
            "targetTrackingScalingPolicyConfiguration": {"targetValue": 70, "disableScaleIn": True},
        },
        {},
        {"cw.alarm.standard.month": 2},
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
