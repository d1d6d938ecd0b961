"""API, auth and compute rows."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from guardrails.resource import ABSENT
from tests.support.stacks import Planned, planned

SERVICE, TASK = "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition"
TARGET, POLICY = "aws:appautoscaling/target:Target", "aws:appautoscaling/policy:Policy"
SIX = ("users", "listings", "orders", "payments", "messaging", "search")
SEVEN = ("api-gateway", *SIX)


def container(plan: Planned, service: str) -> dict[str, Any]:
    """The one container of a service's task."""
    (task,) = [t for t in plan.all(TASK) if t.name.startswith(service)]
    (definition,) = json.loads(task.get("containerDefinitions"))
    return definition


def services(plan: Planned) -> dict[str, Any]:
    return {next(n for n in SEVEN if r.name.startswith(n)): r for r in plan.all(SERVICE)}


@pytest.mark.requirement("PIKA-28")
def test_the_load_balancer_serves_tls_in_two_zones(every: Planned) -> None:
    balancer = every.one("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.get("loadBalancerType") == "application"
    assert len(balancer.get("subnets")) == 2
    assert balancer.get("dropInvalidHeaderFields") is True
    https = every.one("aws:lb/listener:Listener", port=443)
    assert re.match(r"ELBSecurityPolicy-TLS13-1-2", https.get("sslPolicy"))
    plain = every.one("aws:lb/listener:Listener", port=80)
    assert plain.get("defaultActions[0].type") == "redirect"


@pytest.mark.requirement("PIKA-29")
def test_only_the_gateway_is_reachable_from_outside(prod: Planned) -> None:
    namespace = prod.one("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace")
    assert namespace.property_dependencies["vpc"]
    found = services(prod)
    assert found["api-gateway"].is_set("loadBalancers")
    for name in SIX:
        assert found[name].is_set("serviceRegistries.registryArn"), name
        assert not found[name].is_set("loadBalancers"), name


@pytest.mark.requirement("PIKA-30")
def test_the_gateway_is_fed_what_its_duties_need(prod: Planned) -> None:
    definition = container(prod, "api-gateway")
    secrets = {entry["name"]: entry["valueFrom"] for entry in definition["secrets"]}
    assert secrets["REDIS_URL"].startswith("/pika/prod/")
    assert ":secret:pika/prod/jwt" in secrets["JWT_SECRET"]
    names = {entry["name"] for entry in definition["environment"]}
    assert "RATE_LIMIT_PER_MINUTE" in names
    assert "JWT_SECRET" not in names


@pytest.mark.requirement("PIKA-31")
@pytest.mark.parametrize(
    ("stage", "origin"),
    [
        ("dev", "https://dev.pika.example"),
        ("staging", "https://staging.pika.example"),
        ("prod", "https://pika.example"),
    ],
)
def test_the_site_may_call_the_uploads(stage: str, origin: str) -> None:
    rule = planned("pika", stage).one("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration").get("corsRules[0]")
    assert rule["allowedOrigins"] == [origin]


@pytest.mark.requirement("PIKA-32")
def test_the_target_group_asks_the_gateways_health(every: Planned) -> None:
    groups = every.all("aws:lb/targetGroup:TargetGroup")
    assert groups
    assert {group.get("healthCheck.path") for group in groups} == {"/api/health"}


@pytest.mark.requirement("PIKA-33")
def test_every_container_has_a_health_check(prod: Planned) -> None:
    for name in SEVEN:
        command = " ".join(container(prod, name)["healthCheck"]["command"])
        assert ("/api/health" if name == "api-gateway" else "/health") in command


@pytest.mark.requirement("PIKA-36")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_seven_services_on_one_fargate_cluster(stage: str) -> None:
    plan = planned("pika", stage)
    plan.one("aws:ecs/cluster:Cluster")
    assert set(services(plan)) == set(SEVEN)
    tasks = [task for task in plan.all(TASK) if task.name.startswith(SEVEN)]
    assert len(tasks) == 7
    for task in tasks:
        assert task.get("requiresCompatibilities") == ["FARGATE"]
        assert task.get("networkMode") == "awsvpc"


@pytest.mark.requirement("PIKA-37")
def test_a_task_has_a_quarter_vcpu_and_half_a_gib(every: Planned) -> None:
    for task in every.all(TASK):
        assert (task.get("cpu"), task.get("memory")) == ("256", "512")
    for service in every.all(SERVICE):
        assert service.get("desiredCount") == 1


@pytest.mark.requirement("PIKA-38")
def test_services_scale_from_one_to_two_at_70_percent_cpu(every: Planned) -> None:
    targets = every.all(TARGET)
    assert len(targets) == len(every.all(SERVICE))
    for target in targets:
        assert (target.get("minCapacity"), target.get("maxCapacity")) == (1, 2)
        assert target.get("scalableDimension") == "ecs:service:DesiredCount"
    metric = "targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType"
    cpu = [p for p in every.all(POLICY) if p.get(metric) == "ECSServiceAverageCPUUtilization"]
    assert len(cpu) == len(targets)
    assert {p.get("targetTrackingScalingPolicyConfiguration.targetValue") for p in cpu} == {70}


@pytest.mark.requirement("PIKA-39")
def test_tasks_are_private(every: Planned) -> None:
    private = {every.one("aws:ec2/subnet:Subnet", cidrBlock=f"10.0.{n}.0/24").urn for n in (11, 12)}
    for service in every.all(SERVICE):
        assert service.get("networkConfiguration.assignPublicIp") in (False, ABSENT)
        subnets = {
            r.urn for r in every.stack.referenced(service, "networkConfiguration") if r.type == "aws:ec2/subnet:Subnet"
        }
        assert subnets == private


@pytest.mark.requirement("PIKA-40")
def test_only_the_gateway_runs_on_demand(prod: Planned) -> None:
    providers = prod.one("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders").get("capacityProviders")
    assert sorted(providers) == ["FARGATE", "FARGATE_SPOT"]
    chosen = {n: s.get("capacityProviderStrategies[0].capacityProvider") for n, s in services(prod).items()}
    assert chosen == {"api-gateway": "FARGATE", **dict.fromkeys(SIX, "FARGATE_SPOT")}


@pytest.mark.requirement("PIKA-41")
def test_tasks_run_on_arm_and_x86_is_one_line_away(prod: Planned, drawn: Planned) -> None:
    assert {t.get("runtimePlatform.cpuArchitecture") for t in prod.all(TASK)} == {"ARM64"}
    assert {t.get("runtimePlatform.cpuArchitecture") for t in drawn.all(TASK)} == {"X86_64"}


@pytest.mark.requirement("PIKA-42")
def test_the_gateway_scales_on_requests(prod: Planned) -> None:
    metric = "targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType"
    policies = [p for p in prod.all(POLICY) if p.get(metric) == "ALBRequestCountPerTarget"]
    # One for each target group that blue-green deployment shifts between.
    assert [p.get("targetTrackingScalingPolicyConfiguration.targetValue") for p in policies] == [600, 600]
    assert all(p.name.startswith("api-gateway") for p in policies)


@pytest.mark.requirement("PIKA-43")
def test_capacity_goes_down_in_off_hours(prod: Planned) -> None:
    actions = prod.all("aws:appautoscaling/scheduledAction:ScheduledAction")
    night = [a for a in actions if a.get("scalableTargetAction.minCapacity") == 0]
    assert night
    assert all(str(a.get("schedule")).startswith("cron(") for a in actions)
    morning = [a for a in actions if a.get("scalableTargetAction.minCapacity") == 1]
    assert len(morning) == len(night)


@pytest.mark.requirement("PIKA-44")
def test_failed_deployments_roll_back(every: Planned) -> None:
    for service in every.all(SERVICE):
        assert service.get("deploymentCircuitBreaker.enable") is True, service.name
        assert service.get("deploymentCircuitBreaker.rollback") is True, service.name


@pytest.mark.requirement("PIKA-45")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_every_service_has_its_repository(stage: str) -> None:
    plan = planned("pika", stage)
    repositories = plan.all("aws:ecr/repository:Repository")
    assert len(repositories) == 7
    for repository in repositories:
        assert repository.get("imageScanningConfiguration.scanOnPush") is True
        assert repository.get("imageTagMutability") == "IMMUTABLE"
    assert len(plan.all("aws:ecr/lifecyclePolicy:LifecyclePolicy")) == 7


@pytest.mark.requirement("PIKA-97")
def test_the_gateway_is_released_blue_green(prod: Planned) -> None:
    found = services(prod)
    gateway = found["api-gateway"]
    assert gateway.get("deploymentConfiguration.strategy") == "BLUE_GREEN"
    assert gateway.is_set("loadBalancers[0].advancedConfiguration.alternateTargetGroupArn")
    for name in SIX:
        assert found[name].get("deploymentConfiguration.strategy") in (ABSENT, "ROLLING")


@pytest.mark.requirement("PIKA-97")
def test_code_deploy_is_a_switch() -> None:
    plan = planned("pika", "prod", services={"api-gateway": {"deployment": "code-deploy"}})
    gateway = services(plan)["api-gateway"]
    assert gateway.get("deploymentController.type") == "CODE_DEPLOY"
    group = plan.one("aws:codedeploy/deploymentGroup:DeploymentGroup")
    assert len(group.get("loadBalancerInfo.targetGroupPairInfo.targetGroups")) == 2


@pytest.mark.requirement("PIKA-98")
def test_images_are_pinned(every: Planned) -> None:
    for task in every.all(TASK):
        for definition in json.loads(task.get("containerDefinitions")):
            assert re.search(r"(@sha256:[0-9a-f]{64}|:[0-9a-f]{40})$", definition["image"]), task.name


@pytest.mark.requirement("PIKA-106")
def test_staging_sleeps_at_night(staging: Planned) -> None:
    actions = staging.all("aws:appautoscaling/scheduledAction:ScheduledAction")
    asleep = [a for a in actions if a.get("scalableTargetAction.maxCapacity") == 0]
    assert len(asleep) == 7
