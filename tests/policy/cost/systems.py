"""The reference systems' cost tables as stacks: what each design declares, and the load it assumes."""

from __future__ import annotations

from typing import Any

from guardrails.resource import Resource, Stack
from tests.policy.cost.build import Build

Usage = dict[str, dict[str, Any]]

_MANAGED = ("AWSManagedRulesSQLiRuleSet", "AWSManagedRulesCommonRuleSet")
BOT_CONTROL = {
    "name": "bots",
    "statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesBotControlRuleSet", "vendorName": "AWS"}},
}
_RATE = {"name": "rate", "statement": {"rateBasedStatement": {"limit": 1000, "aggregateKeyType": "IP"}}}
_GEO = {"name": "geo", "statement": {"geoMatchStatement": {"countryCodes": ["KP"]}}}


def _managed(name: str) -> dict[str, Any]:
    return {"name": name, "statement": {"managedRuleGroupStatement": {"name": name, "vendorName": "AWS"}}}


def _subnets(b: Build) -> tuple[Resource, list[Resource]]:
    vpc = b.add("aws:ec2/vpc:Vpc", "vpc", cidrBlock="10.0.0.0/16")
    found = [
        b.add(
            "aws:ec2/subnet:Subnet",
            f"public-{zone}",
            vpcId=vpc,
            availabilityZone=f"us-east-1{zone}",
            cidrBlock=f"10.0.{n}.0/24",
        )
        for n, zone in enumerate("ab", 1)
    ]
    return vpc, found


def _services(b: Build, *, arm: bool, spot: bool) -> None:
    """Seven services of one task, 0.25 vCPU and 0.5 GB, scaling to two; only the gateway has a load balancer."""
    cluster = b.add("aws:ecs/cluster:Cluster", "cluster")
    for name in ("gateway", "users", "listings", "search", "orders", "chat", "media"):
        task = b.add(
            "aws:ecs/taskDefinition:TaskDefinition",
            name,
            family=name,
            cpu="256",
            memory="512",
            containerDefinitions="[]",
            runtimePlatform={"cpuArchitecture": "ARM64" if arm else "X86_64", "operatingSystemFamily": "LINUX"},
        )
        provider = "FARGATE_SPOT" if spot and name != "gateway" else "FARGATE"
        extra: dict[str, Any] = (
            {"loadBalancers": [{"containerName": name, "containerPort": 80}]} if name == "gateway" else {}
        )
        service = b.add(
            "aws:ecs/service:Service",
            name,
            cluster=cluster,
            taskDefinition=task,
            desiredCount=1,
            capacityProviderStrategies=[{"capacityProvider": provider, "weight": 1}],
            **extra,
        )
        b.add(
            "aws:appautoscaling/target:Target",
            name,
            minCapacity=1,
            maxCapacity=2,
            resourceId=service,
            scalableDimension="ecs:service:DesiredCount",
            serviceNamespace="ecs",
        )


def pika(*, fits: bool) -> tuple[Stack, Usage]:
    """Pika as its document draws it, or the design that fits its budget."""
    b = Build("pika", "prod")
    vpc, public = _subnets(b)
    if fits:
        b.add(
            "aws:ec2/instance:Instance",
            "nat",
            ami="ami-1",
            instanceType="t4g.nano",
            subnetId=public[0],
            sourceDestCheck=False,
            associatePublicIpAddress=True,
            rootBlockDevice={"volumeSize": 8, "volumeType": "gp3", "encrypted": True},
        )
    else:
        for zone, subnet in zip("ab", public, strict=True):
            address = b.add("aws:ec2/eip:Eip", f"nat-{zone}", domain="vpc")
            b.add("aws:ec2/natGateway:NatGateway", f"nat-{zone}", allocationId=address, subnetId=subnet)
    b.add(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "s3",
        vpcId=vpc,
        serviceName="com.amazonaws.us-east-1.s3",
        vpcEndpointType="Gateway",
    )
    b.add(
        "aws:lb/loadBalancer:LoadBalancer", "web", loadBalancerType="application", internal=fits, subnets=list(public)
    )
    _services(b, arm=fits, spot=fits)
    b.add(
        "aws:rds/instance:Instance",
        "database",
        engine="postgres",
        engineVersion="16",
        instanceClass="db.t4g.micro" if fits else "db.t3.micro",
        allocatedStorage=20,
        storageType="gp3",
        multiAz=False,
        backupRetentionPeriod=7,
        manageMasterUserPassword=True,
        monitoringInterval=60,
        performanceInsightsEnabled=True,
        performanceInsightsRetentionPeriod=7,
    )
    b.add(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "cache",
        description="cache",
        engine="valkey" if fits else "redis",
        nodeType="cache.t4g.micro" if fits else "cache.t3.micro",
        numCacheClusters=1,
        snapshotRetentionLimit=1,
    )
    bucket = b.add("aws:s3/bucket:Bucket", "static")
    b.add(
        "aws:cloudfront/distribution:Distribution",
        "cdn",
        enabled=True,
        origins=[{"domainName": bucket, "originId": "s3"}],
        defaultCacheBehavior={
            "targetOriginId": "s3",
            "viewerProtocolPolicy": "redirect-to-https",
            "allowedMethods": ["GET"],
            "cachedMethods": ["GET"],
        },
        restrictions={"geoRestriction": {"restrictionType": "none"}},
        viewerCertificate={"cloudfrontDefaultCertificate": True},
    )
    rules = [*(_managed(name) for name in _MANAGED), _RATE] + ([] if fits else [_GEO, BOT_CONTROL])
    b.add(
        "aws:wafv2/webAcl:WebAcl",
        "firewall",
        region="us-east-1",
        scope="CLOUDFRONT",
        defaultAction={"allow": {}},
        rules=rules,
    )
    b.many("aws:cloudwatch/dashboard:Dashboard", 1 if fits else 4, "dashboard", dashboardName="d", dashboardBody="{}")
    b.many(
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        10 if fits else 15,
        "alarm",
        comparisonOperator="GreaterThanThreshold",
        evaluationPeriods=1,
        metricName="CPUUtilization",
        namespace="AWS/ECS",
        period=300,
    )
    b.add("aws:cloudwatch/logGroup:LogGroup", "services", retentionInDays=7)
    b.add("aws:route53/zone:Zone", "zone", name="pika.example")
    b.add("aws:ecr/repository:Repository", "images")
    usage: Usage = {
        "aws:lb:LoadBalancer": {"lcu": {"expected": 0.2, "max": 0.2, "why": "50 users"}},
        "aws:rds:Instance": {"backupGb": 20, "monitoringLogGb": 0},
        "static": {"storageGb": 10},
        "aws:cloudfront:Distribution": {"dataOutGb": 50, "httpsRequests": 1_000_000},
        "services": {"ingestGb": 3 if fits else 5, "storedGb": 3 if fits else 5},
        "aws:route53:Zone": {"queries": 1_000_000},
        "aws:wafv2:WebAcl": {"requests": 1_000_000 if fits else 2_000_000},
        "aws:ecr:Repository": {"storageGb": 1.4},
        "stack": {"crossAzGb": 20, "internetOutGb": 0},
    }
    if not fits:
        b.many("aws:secretsmanager/secret:Secret", 3, "secret")
        group = b.add("aws:cloudwatch/logGroup:LogGroup", "flow", retentionInDays=7)
        b.add("aws:ec2/flowLog:FlowLog", "flow", vpcId=vpc, trafficType="ALL", logDestination=group)
        b.add("aws:cfg/recorder:Recorder", "recorder", roleArn="arn")
        b.add("aws:cfg/rule:Rule", "rule", source={"owner": "AWS"})
        copy = b.add("aws:s3/bucket:Bucket", "copy", region="us-west-2")
        b.add(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            "copy",
            bucket=bucket,
            role="arn",
            rules=[{"destination": {"bucket": copy}}],
        )
        usage |= {
            "flow": {"ingestGb": 2, "storedGb": 0},
            "aws:ec2:NatGateway": {"dataGb": 10},
            "aws:cfg:Recorder": {"configurationItems": 200},
            "aws:cfg:Rule": {"evaluations": 1000},
            "copy": {"storageGb": 1, "replicatedGb": 1},
        }
    return b.stack(), usage


def phoney(memory: int) -> tuple[Stack, Usage]:
    """Phoney at one million requests: a Lambda container behind an HTTP API."""
    b = Build("phoney", "prod")
    duration = 200 if memory < 1024 else 150
    b.add(
        "aws:lambda/function:Function",
        "api",
        role="arn",
        memorySize=memory,
        packageType="Image",
        architectures=["x86_64"],
        tracingConfig={"mode": "Active"},
    )
    b.add("aws:apigatewayv2/api:Api", "http", protocolType="HTTP")
    b.add("aws:apigatewayv2/stage:Stage", "http", name="$default")
    b.add("aws:cloudwatch/logGroup:LogGroup", "logs", retentionInDays=30)
    b.add("aws:ecr/repository:Repository", "images")
    b.many("aws:secretsmanager/secret:Secret", 2, "secret")
    b.add("aws:route53/zone:Zone", "zone", name="phoney.example")
    b.many("aws:cloudwatch/metricAlarm:MetricAlarm", 4, "alarm", metricName="Errors", namespace="AWS/Lambda", period=60)
    b.add("aws:cloudwatch/dashboard:Dashboard", "dashboard", dashboardName="d", dashboardBody="{}")
    b.many(
        "aws:cloudwatch/logMetricFilter:LogMetricFilter",
        2,
        "filter",
        metricTransformation={"name": "m", "namespace": "Phoney", "value": "1"},
    )
    return b.stack(), {
        "aws:lambda:Function": {"requests": 1_000_000, "durationMs": duration},
        "aws:apigatewayv2:Api": {"requests": 1_000_000},
        "aws:cloudwatch:LogGroup": {"ingestGb": 2, "storedGb": 2},
        "aws:ecr:Repository": {"storageGb": 1},
        "aws:route53:Zone": {"queries": 0},
        "stack": {"tracesRecorded": 50_000, "internetOutGb": 0},
    }


#: AskIAM's functions: memory in MB, milliseconds as drawn, milliseconds when the orchestrator waits asynchronously.
_FUNCTIONS = {
    "orchestrator": (512, 1500, 300),
    "parser": (256, 400, 400),
    "answer": (1024, 1200, 1200),
    "audit": (256, 200, 200),
    "notify": (256, 100, 100),
}


def askiam(*, fits: bool) -> tuple[Stack, Usage]:
    """AskIAM at one million requests, as its document draws it or as the design that fits."""
    b = Build("askiam", "prod")
    durations: Usage = {}
    functions: dict[str, Resource] = {}
    for name, (memory, drawn, quick) in _FUNCTIONS.items():
        functions[name] = b.add(
            "aws:lambda/function:Function",
            name,
            role="arn",
            memorySize=memory,
            architectures=["arm64" if fits else "x86_64"],
            tracingConfig={"mode": "Active"},
        )
        durations[name] = {"durationMs": quick if fits else drawn}
    vpc, _subnets_found = _subnets(b)
    if fits:
        for service in ("secretsmanager", "bedrock-runtime"):
            b.add(
                "aws:ec2/vpcEndpoint:VpcEndpoint",
                service,
                vpcId=vpc,
                serviceName=f"com.amazonaws.us-east-1.{service}",
                vpcEndpointType="Interface",
                subnetIds=["subnet-1"],
            )
    else:
        b.add(
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
            "ready",
            functionName=functions["orchestrator"],
            qualifier="live",
            provisionedConcurrentExecutions=10,
        )
        address = b.add("aws:ec2/eip:Eip", "nat", domain="vpc")
        b.add("aws:ec2/natGateway:NatGateway", "nat", allocationId=address)
    cluster = b.add(
        "aws:rds/cluster:Cluster",
        "database",
        engine="aurora-postgresql",
        backupRetentionPeriod=30,
        serverlessv2ScalingConfiguration={"minCapacity": 0.5, "maxCapacity": 4},
    )
    for name in ("writer",) if fits else ("writer", "reader"):
        b.add(
            "aws:rds/clusterInstance:ClusterInstance",
            name,
            clusterIdentifier=cluster,
            engine="aurora-postgresql",
            instanceClass="db.serverless",
        )
    _search(b, fits=fits)
    b.add("aws:apigateway/restApi:RestApi", "api")
    b.add("aws:cloudwatch/logGroup:LogGroup", "logs", retentionInDays=7)
    b.add("aws:lex/v2modelsBot:V2modelsBot", "bot", roleArn="arn", idleSessionTtlInSeconds=60, dataPrivacies=[])
    b.add("aws:cloudwatch/eventBus:EventBus", "bus")
    b.many("aws:cloudwatch/metricAlarm:MetricAlarm", 4, "alarm", metricName="Errors", namespace="AWS/Lambda", period=60)
    b.many("aws:secretsmanager/secret:Secret", 2 if fits else 4, "secret")
    usage: Usage = {
        "aws:lambda:Function": {"requests": 1_000_000},
        **durations,
        "database": {"averageAcu": 0.7 if fits else 0.5, "storageGb": 100, "ioRequests": 10_000_000, "backupGb": 200},
        "aws:apigateway:RestApi": {"requests": 1_000_000},
        "logs": {"ingestGb": 10, "storedGb": 10},
        "bot": {"textRequests": 5_000 if fits else 100_000},
        "bus": {"events": 1_000_000},
        "stack": {
            "crossAzGb": 0,
            "internetOutGb": 0,
            "tracesRecorded": 50_000 if fits else 1_000_000,
            "customMetrics": 10,
        },
    }
    if fits:
        usage["aws:ec2:VpcEndpoint"] = {"dataGb": 2.5}
        usage["aws:opensearch:ServerlessCollectionGroup"] = {"ocuHours": 900, "storageGb": 5}
    else:
        usage["aws:ec2:NatGateway"] = {"dataGb": 20}
        usage["search"] = {"ocuHours": 2920, "storageGb": 0}
        usage["secret-0"] = {"requests": 50_000}
        usage["stack"] |= {"novaLiteInputTokens": 1_500_000_000, "novaLiteOutputTokens": 200_000_000}
    return b.stack(), usage


def _search(b: Build, *, fits: bool) -> None:
    if fits:
        group = b.add(
            "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup",
            "group",
            standbyReplicas="ENABLED",
            generation="NEXTGEN",
        )
        b.add(
            "aws:opensearch/serverlessCollection:ServerlessCollection",
            "search",
            type="SEARCH",
            collectionGroupName=group,
        )
    else:
        b.add(
            "aws:opensearch/serverlessCollection:ServerlessCollection",
            "search",
            type="SEARCH",
            standbyReplicas="ENABLED",
        )
