"""Three architectures of one program, chosen by one line: stages, network and isolation rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guardrails.resource import ABSENT
from tests.support.stacks import ROOT, Planned, planned, reviewed

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
BALANCER, FLEET = "aws:lb/loadBalancer:LoadBalancer", "aws:autoscaling/group:Group"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
FUNCTION, TABLE = "aws:lambda/function:Function", "aws:dynamodb/table:Table"
REST, CDN = "aws:apigateway/restApi:RestApi", "aws:cloudfront/distribution:Distribution"
DATABASE, CACHE = "aws:rds/instance:Instance", "aws:elasticache/replicationGroup:ReplicationGroup"


def of_services(plan: Planned, *services: str) -> set[str]:
    """The plan's types of some AWS services."""
    return {token for token in plan.types() if token.startswith(tuple(f"aws:{service}/" for service in services))}


@pytest.mark.requirement("PRATIKO-01")
@pytest.mark.requirement("PRATIKO-75")
def test_dev_holds_a_bucket_and_what_watches_it(dev: Planned) -> None:
    services = {token.split(":")[1].split("/")[0] for token in dev.types() if token.startswith("aws:")}
    assert services <= {"s3", "cloudwatch", "iam", "kms", "sns", "ssm", "budgets"}
    assert {"s3", "cloudwatch"} <= services
    assert not of_services(dev, "rds", "elasticache", "lambda", "lb")
    assert not dev.all(VPC)


@pytest.mark.requirement("PRATIKO-02")
def test_staging_is_load_balancer_servers_postgres_and_redis(staging: Planned) -> None:
    for token in (BALANCER, FLEET, DATABASE, CACHE):
        assert staging.all(token), token
    for token in (TABLE, REST, CDN):
        assert not staging.all(token), token


@pytest.mark.requirement("PRATIKO-03")
@pytest.mark.requirement("PRATIKO-74")
def test_prod_is_cloudfront_gateway_functions_and_a_table(prod: Planned) -> None:
    for token in (CDN, REST, FUNCTION, TABLE):
        assert prod.all(token), token
    assert not of_services(prod, "rds", "elasticache", "autoscaling", "lb", "dax")


def test_any_stage_takes_another_architecture_by_its_preset() -> None:
    servers = planned("pratikoai-mcp", "dev", preset="servers")
    assert servers.one(FLEET).get("minSize") == 1
    functions = planned("pratikoai-mcp", "staging", preset="serverless")
    assert functions.all(FUNCTION)
    assert not functions.all(FLEET)


@pytest.mark.requirement("PRATIKO-04")
def test_names_and_tags_carry_the_stage_and_no_policy_names_another(every: Planned, stage: str) -> None:
    (provider,) = [p for p in every.all("pulumi:providers:aws") if not p.name.startswith("default")]
    tags = json.loads(provider.get("defaultTags"))["tags"]
    assert tags["Environment"] == stage
    for token, prop in (("aws:s3/bucket:Bucket", "bucket"), (TABLE, "name"), (FUNCTION, "name")):
        for resource in every.all(token):
            assert stage in resource.get(prop).split("-"), resource.name
    others = {"dev", "staging", "prod"} - {stage}
    documents = [
        r for r in every.stack.resources if isinstance(r.get("policy"), str) and "Statement" in r.get("policy")
    ]
    assert documents
    for resource in documents:
        for other in others:
            assert f"pratikoai-mcp-{other}" not in resource.get("policy"), resource.name
            assert f"pratiko-mcp-{other}" not in resource.get("policy"), resource.name


@pytest.mark.requirement("PRATIKO-125")
def test_everything_carries_project_environment_and_cost_center(every: Planned, stage: str) -> None:
    (provider,) = [p for p in every.all("pulumi:providers:aws") if not p.name.startswith("default")]
    tags = json.loads(provider.get("defaultTags"))["tags"]
    assert (tags["project"], tags["Environment"], tags["CostCenter"]) == ("pratikoai-mcp", stage, "pratikoai-mcp")
    assert not [f for f in reviewed("pratikoai-mcp", stage).findings if "tag" in f.policy.lower()]


@pytest.mark.requirement("PRATIKO-125")
def test_the_account_splits_its_bill_by_the_tags() -> None:
    tags = ["project", "Environment", "CostCenter"]
    plan = planned("account-baseline", "prod", accountBaseline={"costAllocationTags": tags})
    active = plan.all("aws:costexplorer/costAllocationTag:CostAllocationTag")
    assert sorted(tag.get("tagKey") for tag in active) == sorted(tags)
    assert {tag.get("status") for tag in active} == {"Active"}


@pytest.mark.requirement("PRATIKO-05")
def test_staging_has_the_smallest_classes(staging: Planned) -> None:
    assert staging.one(TEMPLATE).get("instanceType") == "t3.micro"
    database = staging.one(DATABASE)
    assert (database.get("instanceClass"), database.get("allocatedStorage")) == ("db.t3.micro", 20)


@pytest.mark.requirement("PRATIKO-06")
def test_prod_is_called_from_outside(prod: Planned) -> None:
    check = prod.one("aws:route53/healthCheck:HealthCheck")
    assert (check.get("type"), check.get("resourcePath")) == ("HTTPS", "/health")
    assert check.get("fqdn") == "mcp.pratikoai.example"


@pytest.mark.requirement("PRATIKO-09")
def test_private_subnets_hold_servers_and_data(staging: Planned) -> None:
    private = [s for s in staging.all(SUBNET) if s.get("cidrBlock") in ("10.0.3.0/24", "10.0.4.0/24")]
    assert [s.get("mapPublicIpOnLaunch") for s in private] == [False, False]
    assert len({s.get("availabilityZone") for s in private}) == 2
    names = {s.name for s in private}
    assert staging.refers(staging.one(FLEET), "vpcZoneIdentifiers") == names
    assert staging.refers(staging.one("aws:rds/subnetGroup:SubnetGroup"), "subnetIds") == names
    assert staging.refers(staging.one("aws:elasticache/subnetGroup:SubnetGroup"), "subnetIds") == names


@pytest.mark.requirement("PRATIKO-10")
def test_public_subnets_hold_the_load_balancer(staging: Planned) -> None:
    vpc = staging.one(VPC)
    assert (vpc.get("cidrBlock"), vpc.get("enableDnsHostnames")) == ("10.0.0.0/16", True)
    public = [s for s in staging.all(SUBNET) if s.get("cidrBlock") in ("10.0.1.0/24", "10.0.2.0/24")]
    assert staging.refers(staging.one(BALANCER), "subnets") == {s.name for s in public}
    assert len(public) == 2
    assert len(staging.all(SUBNET)) == 4
    staging.one("aws:ec2/internetGateway:InternetGateway")


def group(plan: Planned, label: str) -> Any:
    """The security group that people know by a name."""
    (found,) = [g for g in plan.all(GROUP) if g.get("tags")["Name"] == label]
    return found


def admitted(plan: Planned, label: str) -> list[Any]:
    """The ingress rules of such a group."""
    name = group(plan, label).name
    return [rule for rule in plan.all(INGRESS) if name in plan.refers(rule, "securityGroupId")]


@pytest.mark.requirement("PRATIKO-11")
def test_alb_sg_admits_the_internet_on_80_and_443(staging: Planned) -> None:
    rules = admitted(staging, "alb-sg")
    assert sorted((r.get("fromPort"), r.get("toPort"), r.get("cidrIpv4")) for r in rules) == [
        (80, 80, "0.0.0.0/0"),
        (443, 443, "0.0.0.0/0"),
    ]


@pytest.mark.requirement("PRATIKO-12")
@pytest.mark.requirement("PRATIKO-13")
@pytest.mark.requirement("PRATIKO-14")
@pytest.mark.parametrize(
    ("label", "port", "source"),
    [("app-sg", 8080, "alb-sg"), ("db-sg", 5432, "app-sg"), ("cache-sg", 6379, "app-sg")],
)
def test_each_group_admits_the_one_before_it_alone(staging: Planned, label: str, port: int, source: str) -> None:
    (rule,) = admitted(staging, label)
    assert (rule.get("fromPort"), rule.get("toPort"), rule.get("ipProtocol")) == (port, port, "tcp")
    assert rule.get("cidrIpv4") is ABSENT
    assert staging.refers(rule, "referencedSecurityGroupId") == {group(staging, source).name}


@pytest.mark.requirement("PRATIKO-15")
def test_servers_leave_by_a_nat_instance_and_the_endpoint_of_s3(staging: Planned) -> None:
    endpoint = staging.one("aws:ec2/vpcEndpoint:VpcEndpoint")
    assert endpoint.get("vpcEndpointType") == "Gateway"
    assert endpoint.get("serviceName").endswith(".s3")
    assert not staging.all("aws:ec2/natGateway:NatGateway")
    assert staging.all("aws:ec2/instance:Instance")
    single = planned("pratikoai-mcp", "staging", network={"natMode": "single"})
    assert len(single.all("aws:ec2/natGateway:NatGateway")) == 1


@pytest.mark.requirement("PRATIKO-16")
def test_functions_stay_outside_of_any_network(prod: Planned) -> None:
    assert {function.get("vpcConfig") for function in prod.all(FUNCTION)} == {ABSENT}
    assert not prod.all(VPC)


@pytest.mark.requirement("PRATIKO-31")
def test_the_load_balancer_lets_web_sockets_idle(staging: Planned) -> None:
    assert staging.one(BALANCER).get("idleTimeout") == 300


@pytest.mark.requirement("PRATIKO-38")
def test_the_load_balancer_redirects_to_https_and_forwards_to_8080(staging: Planned) -> None:
    plain, secure = (staging.one("aws:lb/listener:Listener", port=port) for port in (80, 443))
    assert plain.get("defaultActions[0].type") == "redirect"
    assert plain.get("defaultActions[0].redirect.port") == "443"
    assert secure.get("sslPolicy").startswith("ELBSecurityPolicy-TLS13-1-2-")
    target = staging.one("aws:lb/targetGroup:TargetGroup")
    assert (target.get("port"), target.get("healthCheck.path")) == (8080, "/health")
    rule = staging.one("aws:lb/listenerRule:ListenerRule")
    assert staging.refers(rule, "listenerArn") == {secure.name}
    assert rule.get("conditions[0].pathPattern.values") == ["/*"]


@pytest.mark.requirement("PRATIKO-52")
def test_one_or_two_servers_that_the_load_balancer_judges(staging: Planned) -> None:
    fleet = staging.one(FLEET)
    assert (fleet.get("minSize"), fleet.get("maxSize")) == (1, 2)
    assert fleet.get("healthCheckType") == "ELB"
    assert fleet.get("healthCheckGracePeriod") >= 300
    assert staging.refers(fleet, "targetGroupArns") == {staging.one("aws:lb/targetGroup:TargetGroup").name}
    assert fleet.get("launchConfiguration") is ABSENT


@pytest.mark.requirement("PRATIKO-53")
def test_servers_are_hardened(staging: Planned) -> None:
    template = staging.one(TEMPLATE)
    assert template.get("metadataOptions.httpTokens") == "required"
    assert [mapping["ebs"]["encrypted"] for mapping in template.get("blockDeviceMappings")] == ["true"]


@pytest.mark.requirement("PRATIKO-54")
def test_operators_come_in_by_session_manager_alone(staging: Planned) -> None:
    attached = staging.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert any(
        a.get("policyArn").endswith("/AmazonSSMManagedInstanceCore") and staging.refers(a, "role") == {"app-instance"}
        for a in attached
    )
    assert staging.one(TEMPLATE).get("keyName") is ABSENT
    assert not [rule for rule in staging.all(INGRESS) if rule.get("fromPort") <= 22 <= rule.get("toPort") < 65535]


@pytest.mark.requirement("PRATIKO-55")
def test_patches_come_by_replacement(staging: Planned) -> None:
    assert staging.one(FLEET).get("instanceRefresh.strategy") == "Rolling"
    assert staging.one(TEMPLATE).get("imageId").startswith("resolve:ssm:/aws/service/ami-amazon-linux-latest/")


@pytest.mark.requirement("PRATIKO-56")
def test_servers_scale_at_60_percent(staging: Planned) -> None:
    policy = staging.one("aws:autoscaling/policy:Policy")
    assert policy.get("policyType") == "TargetTrackingScaling"
    assert policy.get("targetTrackingConfiguration.targetValue") == 60


def test_a_system_is_configured_in_one_sitting() -> None:
    for stage in ("dev", "staging", "prod"):
        assert len((ROOT / f"systems/pratikoai-mcp/Pulumi.{stage}.yaml").read_text().splitlines()) <= 20
