"""Services: what runs, who may call whom, how versions come in, and that all of it is readable before deployment."""

from __future__ import annotations

import json
from typing import Any

import pytest

import guardrails
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.stack_config import StackConfig
from tests.support.compute import IMAGE, PUBLIC, cluster_with
from tests.support.program import Sample, plan_of, sample_of
from tierwise.preview.checks import check

SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

BLUE_GREEN = {**PUBLIC, "deployment": "blue-green", "critical": True}


def alone(**overrides: Any) -> Sample:
    """One service, named search."""
    return cluster_with({"search": overrides})


def pair(**overrides: Any) -> Sample:
    """A service search, and a gateway that links to it."""
    return cluster_with({"search": {}, "gateway": {"links": ["search"], **overrides}})


def service(sample: Sample, name: str = "search") -> Resource:
    return sample.one(SERVICE, name=name)


def container(sample: Sample, name: str = "search") -> dict[str, Any]:
    document = sample.one(TASK, family=f"shop-prod-{name}").get("containerDefinitions")
    assert isinstance(document, str), "the task definition is known before deployment"
    (found,) = json.loads(document)
    return found


def environment(sample: Sample, name: str = "search") -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container(sample, name)["environment"]}


def statements(sample: Sample, name: str) -> dict[str, Any]:
    (document,) = [policy for policy in sample.all(ROLE_POLICY) if policy.name == name]
    return {entry["Sid"]: entry for entry in json.loads(document.get("policy"))["Statement"]}


def test_the_task_is_fargate_of_the_given_size_and_processor() -> None:
    task = alone(cpu=512, memory=2048, architecture="X86_64").one(TASK)
    assert task.get("requiresCompatibilities") == ["FARGATE"]
    assert task.get("networkMode") == "awsvpc"
    assert (task.get("cpu"), task.get("memory")) == ("512", "2048")
    assert task.get("runtimePlatform.cpuArchitecture") == "X86_64"


def test_the_task_knows_itself() -> None:
    assert environment(alone(environment={"COLOUR": "red"}, logLevel="DEBUG")) == {
        "SYSTEM": "shop",
        "STAGE": "prod",
        "SERVICE_NAME": "search",
        "VERSION": IMAGE.rpartition(":")[2],
        "PORT": "8080",
        "LOG_LEVEL": "DEBUG",
        "COLOUR": "red",
    }


def test_the_component_holds_the_containers_as_data_too() -> None:
    sample = alone()
    component = sample.one("tierwise:compute:FargateTask")
    assert component.get("containerDefinitions") == [container(sample)]


def test_the_health_check_asks_the_configured_path_and_port() -> None:
    command = " ".join(container(alone(port=9000, healthPath="/live"))["healthCheck"]["command"])
    assert "9000" in command
    assert "'/live'" in command


def test_old_revisions_stay_so_that_a_release_can_be_gone_back_to() -> None:
    assert alone().one(TASK).get("skipDestroy") is True


def test_tasks_run_in_private_subnets_without_a_public_address() -> None:
    sample = alone()
    assert service(sample).get("networkConfiguration.assignPublicIp") is False
    assert sample.refers(service(sample), "networkConfiguration") >= {
        "network-private-us-east-1a",
        "network-private-us-east-1b",
        "search-task-group",
    }
    assert not {name for name in sample.refers(service(sample), "networkConfiguration") if "public" in name}


@pytest.mark.parametrize(
    ("settings", "provider"),
    [
        ({}, "FARGATE_SPOT"),
        ({"critical": True}, "FARGATE"),
        ({"spot": False}, "FARGATE"),
    ],
)
def test_spot_is_for_what_is_not_critical(settings: dict[str, Any], provider: str) -> None:
    found = service(alone(**settings))
    assert found.get("capacityProviderStrategies") == [{"capacityProvider": provider, "base": 0, "weight": 1}]
    assert found.get("launchType") is ABSENT
    # A change of capacity provider would replace the service without it.
    assert found.get("forceNewDeployment") is True


def test_a_failed_deployment_goes_back() -> None:
    for sample in (alone(), alone(**BLUE_GREEN)):
        assert service(sample).get("deploymentCircuitBreaker") == {"enable": True, "rollback": True}


def test_a_service_starts_after_what_it_needs() -> None:
    sample = alone(**BLUE_GREEN)
    names = {sample.plan.by_urn[urn].name for urn in service(sample).dependencies}
    assert {
        "cluster",
        "search-logs",
        "search-task-execution",
        "load-balancer-search-blue-green",
        "search-blue-green",
    } <= names
    types = {sample.plan.by_urn[urn].type for urn in service(sample).dependencies}
    assert {
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    } <= types


# How services find and call each other


def test_a_link_gives_the_address_and_opens_the_port_on_both_sides() -> None:
    sample = pair()
    assert environment(sample, "gateway")["SERVICES"] == "search=http://search.shop-prod.internal:8080"
    (ingress,) = sample.all(INGRESS)
    assert ingress.get("fromPort") == ingress.get("toPort") == 8080
    assert sample.refers(ingress, "securityGroupId") == {"search-task-group"}
    assert sample.refers(ingress, "referencedSecurityGroupId") == {"gateway-task-group"}
    (egress,) = [rule for rule in sample.all(EGRESS) if rule.get("fromPort") == 8080]
    assert sample.refers(egress, "securityGroupId") == {"gateway-task-group"}
    assert sample.refers(egress, "referencedSecurityGroupId") == {"search-task-group"}


def test_without_links_nobody_may_call_a_service() -> None:
    assert alone().all(INGRESS) == []


def test_a_task_leaves_by_https_and_nothing_else() -> None:
    (rule,) = alone().all(EGRESS)
    assert (rule.get("ipProtocol"), rule.get("fromPort"), rule.get("toPort")) == ("tcp", 443, 443)


def test_only_a_public_service_hangs_on_the_load_balancer() -> None:
    sample = pair(**PUBLIC)
    assert service(sample, "search").get("loadBalancers") in ([], ABSENT)
    (balancer,) = service(sample, "gateway").get("loadBalancers")
    assert (balancer["containerName"], balancer["containerPort"]) == ("gateway", 8080)
    callers = {
        name
        for rule in sample.all(INGRESS, fromPort=8080)
        if "gateway-task-group" in sample.refers(rule, "securityGroupId")
        for name in sample.refers(rule, "referencedSecurityGroupId")
    }
    assert callers == {"load-balancer-group"}


def test_a_service_has_a_private_name() -> None:
    sample = alone()
    found = sample.one("aws:servicediscovery/service:Service")
    assert found.get("name") == "search"
    assert found.get("dnsConfig.dnsRecords") == [{"type": "A", "ttl": 10}]
    assert sample.refers(service(sample), "serviceRegistries") == {"search"}


def test_service_connect_keeps_the_addresses() -> None:
    sample = cluster_with({"search": {}, "gateway": {"links": ["search"]}}, discovery="service-connect")
    assert environment(sample, "gateway")["SERVICES"] == "search=http://search.shop-prod.internal:8080"
    connect = service(sample).get("serviceConnectConfiguration")
    assert connect["services"][0]["clientAlias"] == [{"dnsName": "search.shop-prod.internal", "port": 8080}]
    assert connect["services"][0]["portName"] == container(sample)["portMappings"][0]["name"]
    assert sample.all("aws:servicediscovery/service:Service") == []
    assert service(sample).get("serviceRegistries") is ABSENT


def test_a_blue_green_service_cannot_be_linked_to_by_dns() -> None:
    with pytest.raises(AssertionError, match="search takes new versions by blue-green and has no private name"):
        cluster_with({"search": BLUE_GREEN, "gateway": {"links": ["search"]}})


def test_a_public_service_needs_a_load_balancer() -> None:
    def program() -> None:
        from components.compute.ecs_cluster import EcsCluster
        from components.compute.fargate_service import FargateService
        from components.network.vpc import Vpc
        from tests.support.compute import containers
        from tests.support.compute import service as settings
        from tests.support.sections import names, network

        vpc = Vpc("network", settings=network(), names=names())
        cluster = EcsCluster(
            "cluster", settings=containers(), names=names(), vpc_id=vpc.id, spot=False, log_retention_days=7
        )
        FargateService(
            "search",
            service="search",
            settings=settings(**PUBLIC),
            names=names(),
            cluster=cluster,
            vpc=vpc,
            image=IMAGE,
        )

    error = plan_of(program).error
    assert error is not None
    assert "service search: public needs a load balancer" in error.message


# How a new version comes in


def test_blue_green_by_ecs_has_two_groups_a_rule_and_a_role() -> None:
    sample = alone(**BLUE_GREEN)
    found = service(sample)
    assert found.get("deploymentConfiguration") == {"strategy": "BLUE_GREEN", "bakeTimeInMinutes": "5"}
    (balancer,) = found.get("loadBalancers")
    assert set(balancer["advancedConfiguration"]) == {"alternateTargetGroupArn", "productionListenerRule", "roleArn"}
    assert sample.refers(found, "loadBalancers") == {
        "load-balancer-search",
        "load-balancer-search-green",
        "load-balancer-search-blue-green",
        "search-blue-green",
    }


def test_a_service_that_is_not_public_always_rolls() -> None:
    found = service(alone(deployment="blue-green"))
    assert found.get("deploymentConfiguration") is ABSENT
    assert found.get("deploymentController.type") == "ECS"


def test_code_deploy_owns_the_service_after_its_creation() -> None:
    sample = alone(**PUBLIC, deployment="code-deploy")
    found = service(sample)
    assert found.get("deploymentController.type") == "CODE_DEPLOY"
    assert found.get("deploymentCircuitBreaker") is ABSENT
    assert {"taskDefinition", "loadBalancers"} <= set(sample.planned(found).ignore_changes)
    group = sample.one("aws:codedeploy/deploymentGroup:DeploymentGroup")
    assert sample.refers(group, "loadBalancerInfo") == {
        "load-balancer-https",
        "load-balancer-search",
        "load-balancer-search-green",
    }
    assert group.get("ecsService") == {"clusterName": "shop-prod", "serviceName": "search"}
    assert group.get("autoRollbackConfiguration.enabled") is True


# How many tasks run


def test_the_number_of_tasks_follows_the_load_between_its_limits() -> None:
    sample = alone(scaling={"minTasks": 2, "maxTasks": 5, "cpuPercent": 60})
    target = sample.one("aws:appautoscaling/target:Target")
    assert (target.get("minCapacity"), target.get("maxCapacity")) == (2, 5)
    assert target.get("resourceId") == "service/shop-prod/search"
    policy = sample.one("aws:appautoscaling/policy:Policy").get("targetTrackingScalingPolicyConfiguration")
    assert policy["targetValue"] == 60
    assert policy["predefinedMetricSpecification"] == {"predefinedMetricType": "ECSServiceAverageCPUUtilization"}
    assert service(sample).get("desiredCount") == 2
    assert "desiredCount" in sample.planned(service(sample)).ignore_changes


def test_a_fixed_number_of_tasks_needs_no_scaling() -> None:
    sample = alone(scaling={"minTasks": 1, "maxTasks": 1})
    assert sample.all("aws:appautoscaling/target:Target") == []
    assert "desiredCount" not in sample.planned(service(sample)).ignore_changes


@pytest.mark.parametrize(("deployment", "groups"), [("rolling", 1), ("blue-green", 2)])
def test_requests_are_counted_in_every_target_group(deployment: str, groups: int) -> None:
    sample = alone(**PUBLIC, deployment=deployment, scaling={"requestsPerTask": 600})
    counted = [
        policy.get("targetTrackingScalingPolicyConfiguration")
        for policy in sample.all("aws:appautoscaling/policy:Policy")
        if "requests" in policy.name
    ]
    assert len(counted) == groups
    for policy in counted:
        assert policy["targetValue"] == 600
        assert policy["predefinedMetricSpecification"]["predefinedMetricType"] == "ALBRequestCountPerTarget"
        assert policy["predefinedMetricSpecification"]["resourceLabel"] is UNKNOWN
        # The idle group of two reports nothing, and would keep the service from shrinking.
        assert policy["disableScaleIn"] is (groups == 2)


def test_the_clock_changes_the_limits() -> None:
    night = {"name": "night", "schedule": "cron(0 20 * * ? *)", "timezone": "Europe/Rome", "minTasks": 0, "maxTasks": 0}
    sample = alone(scaling={"minTasks": 1, "maxTasks": 1, "scheduled": [night]})
    action = sample.one("aws:appautoscaling/scheduledAction:ScheduledAction")
    assert action.name == "search-scaling-night"
    assert action.get("scalableTargetAction") == {"minCapacity": 0, "maxCapacity": 0}
    assert (action.get("schedule"), action.get("timezone")) == ("cron(0 20 * * ? *)", "Europe/Rome")


# Logs


def test_lines_and_errors_have_a_group_each_with_its_own_retention() -> None:
    groups = {
        group.get("name"): group.get("retentionInDays")
        for group in alone().all("aws:cloudwatch/logGroup:LogGroup")
        if str(group.get("name")).startswith("/shop/prod/search")
    }
    assert groups == {"/shop/prod/search": 7, "/shop/prod/search/errors": 30}
    assert container(alone())["logConfiguration"]["options"]["awslogs-group"] == "/shop/prod/search"


def test_errors_are_copied_by_a_function_that_may_write_error_groups_only() -> None:
    sample = alone()
    copy = sample.one("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter")
    assert sample.refers(copy, "destinationArn") == {"error-logs"}
    assert statements(sample, "error-logs")["WriteLogs"]["Resource"] == [
        "arn:aws:logs:us-east-1:123456789012:log-group:/shop/prod/*/errors:*",
        "arn:aws:logs:us-east-1:123456789012:log-group:/shop/prod/error-copier:*",
    ]
    permission = sample.one("aws:lambda/permission:Permission")
    assert permission.get("principal") == "logs.amazonaws.com"
    assert permission.get("sourceAccount") == "123456789012"
    assert {sample.plan.by_urn[urn].type for urn in copy.dependencies} >= {"aws:lambda/permission:Permission"}


def test_no_copy_is_kept_where_none_is_asked_for() -> None:
    assert alone(errorLogRetentionDays=0).all("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter") == []


# What is known, and whose it is


def test_a_looked_up_account_leaves_the_document_to_deployment_and_the_component_readable() -> None:
    def program() -> None:
        import pulumi

        from components.compute.ecs_cluster import EcsCluster
        from components.compute.fargate_service import FargateService
        from components.compute.image_repository import ImageRepository
        from components.names import Names
        from components.network.vpc import Vpc
        from tests.support.compute import containers
        from tests.support.compute import service as settings
        from tests.support.sections import network

        looked_up = pulumi_aws_account()
        names = Names(system="shop", stage="dev", region="us-east-1", account=looked_up)
        vpc = Vpc("network", settings=network(), names=names)
        cluster = EcsCluster(
            "cluster", settings=containers(), names=names, vpc_id=vpc.id, spot=False, log_retention_days=7
        )
        repository = ImageRepository("repository", service="search", names=names)
        FargateService(
            "search",
            service="search",
            settings=settings(),
            names=names,
            cluster=cluster,
            vpc=vpc,
            image=repository.image_uri("0123456789" * 4),
        )
        pulumi.export("done", True)

    def pulumi_aws_account() -> Any:
        from pulumi_aws import ec2

        # Stands for an account that only AWS can tell.
        return ec2.Vpc("unknown", cidr_block="10.9.0.0/16").owner_id

    sample = sample_of(program)
    task = sample.one(TASK)
    assert task.get("containerDefinitions") is UNKNOWN
    (found,) = sample.one("tierwise:compute:FargateTask").get("containerDefinitions")
    assert found["image"] is UNKNOWN
    assert found["readonlyRootFilesystem"] is True
    assert {e["name"]: e["value"] for e in found["environment"]}["STAGE"] == "dev"
    (policy,) = sample.all(ROLE_POLICY)
    assert policy.get("policy") is UNKNOWN


def full() -> Sample:
    return cluster_with(
        {"search": {}, "gateway": {**BLUE_GREEN, "links": ["search"]}, "old": {**PUBLIC, "deployment": "code-deploy"}}
    )


def test_everything_that_aws_tags_says_which_component_it_belongs_to() -> None:
    untagged = {
        resource.type
        for resource in full().stack.resources
        if resource.type.startswith("aws:") and not (resource.get("tags") or {}).get("component")
    }
    assert untagged == {
        "aws:appautoscaling/policy:Policy",
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        "aws:ec2/route:Route",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:lambda/permission:Permission",
    }


def test_every_name_begins_with_that_of_its_component() -> None:
    by_urn = {resource.urn: resource for resource in full().stack.resources}
    strays = [
        f"{resource.type} {resource.name}"
        for resource in full().stack.resources
        if resource.type.startswith("aws:") and not resource.name.startswith(by_urn[resource.parent or ""].name)
    ]
    assert strays == []


def test_aws_would_accept_every_input() -> None:
    failures = [f"{f.resource} {f.path}: {f.message}" for f in check(full().plan.resources) if f.level == "error"]
    assert failures == []


# Rights


def test_the_execution_role_pulls_one_image_and_writes_one_log() -> None:
    found = statements(alone(), "search-task-execution")
    assert found["PullImage"]["Resource"] == ["arn:aws:ecr:us-east-1:123456789012:repository/shop-prod/search"]
    assert found["WriteLogs"]["Resource"] == ["arn:aws:logs:us-east-1:123456789012:log-group:/shop/prod/search:*"]
    assert set(found) == {"PullImage", "SignInToRegistry", "WriteLogs"}


def test_a_service_without_links_may_do_nothing() -> None:
    assert [policy.name for policy in alone().all(ROLE_POLICY)] == ["error-logs", "search-task-execution"]


def test_the_two_roles_differ() -> None:
    sample = alone()
    task = sample.one(TASK)
    assert sample.refers(task, "executionRoleArn") == {"search-task-execution"}
    assert sample.refers(task, "taskRoleArn") == {"search-task-task"}


def test_a_shell_is_off_until_it_is_asked_for() -> None:
    assert service(alone()).get("enableExecuteCommand") is False
    opened = alone(exec=True)
    assert service(opened).get("enableExecuteCommand") is True
    found = statements(opened, "search-task-task")
    assert "ssmmessages:OpenDataChannel" in found["OpenShell"]["Action"]
    assert found["RecordShell"]["Resource"] == ["arn:aws:logs:us-east-1:123456789012:log-group:/shop/prod/exec:*"]


def test_no_rule_on_containers_and_rights_is_broken() -> None:
    sample = cluster_with({"search": {}, "gateway": {**BLUE_GREEN, "links": ["search"]}}, containerInsights=True)
    config = StackConfig.from_pulumi({"shop:tier": "prod"}, "shop", "prod")
    ours = ("ECS.", "ECR.", "IAM.", "Lambda.", "P.ECS", "P.ECR", "P.IAM", "P.Lambda")
    found = [
        f"{finding.policy} {finding.resource}: {finding.message}"
        for finding in guardrails.evaluate(sample.stack, config)
        if finding.policy.startswith(ours) and finding.level == "mandatory"
    ]
    assert found == []
