"""What several resources cost together: the links that decide sizes, shares, maxima and who carries a charge."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from guardrails.cost import estimate
from guardrails.cost.services.schedules import runs_per_month
from tests.policy.cost.build import BOOK, HOURS, Build, priced, quantities


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


@pytest.mark.parametrize(("interfaces", "addresses"), [([], 2), ([{"associatePublicIpAddress": False}], 0)])
def test_an_instance_groups_addresses_follow_the_template_then_the_subnets(
    interfaces: list[dict[str, Any]], addresses: int
) -> None:
    b = Build()
    subnet = b.add("aws:ec2/subnet:Subnet", "public", mapPublicIpOnLaunch=True)
    disks = [{"ebs": {"volumeSize": 8, "volumeType": "gp3"}}]
    template = b.add(
        "aws:ec2/launchTemplate:LaunchTemplate",
        "fleet",
        instanceType="t3.micro",
        blockDeviceMappings=disks,
        networkInterfaces=interfaces,
    )
    group = {"minSize": 2, "maxSize": 2, "vpcZoneIdentifiers": [subnet]}
    b.add("aws:autoscaling/group:Group", "fleet", launchTemplate={"id": template}, **group)
    assert quantities(priced(b)).get("vpc.public_ipv4.hour", 0) == HOURS * addresses


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
