"""A fleet of instances: its template, its group, what its instances may do and what they run."""

from __future__ import annotations

import base64
import functools
import json
import subprocess
from typing import Any

import pytest

from components.compute.fleet_user_data import InstanceSpec, fleet_user_data
from guardrails.resource import ABSENT
from settings.fleets import Fleet
from tests.support.compute import IMAGE
from tests.support.program import Sample, sample_of
from tests.support.sections import load_balancer, names, network

GROUP, TEMPLATE = "aws:autoscaling/group:Group", "aws:ec2/launchTemplate:LaunchTemplate"
POLICY = "aws:autoscaling/policy:Policy"
TAGS = {"project": "shop", "owner": "shop@example.com"}


def fleet(**overrides: Any) -> Fleet:
    settings = {"public": {}, "scaling": {"minInstances": 1, **overrides.pop("scaling", {})}, "logRetentionDays": 14}
    return Fleet.model_validate({**settings, **overrides})


@functools.cache
def planned(described: str = "{}") -> Sample:
    def program() -> None:
        from components.compute.instance_fleet import InstanceFleet
        from components.grant import Grant, Opening, Statement
        from components.network.load_balancer import LoadBalancer
        from components.network.vpc import Vpc

        vpc = Vpc("vpc", settings=network(securityGroupNames={"app": "app-sg"}), names=names())
        balancer = LoadBalancer(
            "alb",
            settings=load_balancer(),
            names=names(),
            vpc=vpc,
            target_ports=[8080],
            behind_cdn=False,
            certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/1f0c3b9a-7e24-68d0-c1b3-f5a7986e4d2c",
        )
        InstanceFleet(
            "app",
            fleet="app",
            settings=fleet(**json.loads(described)),
            names=names(),
            vpc=vpc,
            image=IMAGE,
            load_balancer=balancer,
            grants=[
                Grant(
                    environment={"DATABASE_PORT": "5432"},
                    secrets={"DATABASE_SECRET": "/shop/prod/db/app"},
                    secret_statements=[
                        Statement(
                            sid="ReadParameters",
                            actions=["ssm:GetParameters"],
                            resources=["arn:aws:ssm:us-east-1:123456789012:parameter/shop/prod/db/app"],
                        )
                    ],
                    openings=[Opening(target="database", security_group_id="sg-0123456789abcdef0", port=5432)],
                )
            ],
            metrics_namespace="Shop",
            shared_tags=TAGS,
        )

    return sample_of(program)


def variant(**settings: Any) -> Sample:
    return planned(json.dumps(settings, sort_keys=True))


def script(sample: Sample) -> str:
    return base64.b64decode(sample.one(TEMPLATE).get("userData")).decode()


def allowed(sample: Sample) -> dict[str, Any]:
    document = json.loads(sample.one("aws:iam/rolePolicy:RolePolicy").get("policy"))
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_instances_answer_metadata_by_token_only_and_one_hop_away() -> None:
    options = planned().one(TEMPLATE).get("metadataOptions")
    assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)


def test_the_disk_is_encrypted() -> None:
    (mapping,) = planned().one(TEMPLATE).get("blockDeviceMappings")
    assert mapping["ebs"]["encrypted"] == "true"
    assert (mapping["ebs"]["volumeType"], mapping["ebs"]["volumeSize"]) == ("gp3", 8)


def test_nobody_comes_in_but_through_the_load_balancer_and_session_manager() -> None:
    sample = planned()
    assert sample.one(TEMPLATE).get("keyName") is ABSENT
    rules = [
        r for r in sample.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") if "app-group" in r.name
    ]
    (rule,) = rules
    assert (rule.get("fromPort"), rule.get("toPort"), rule.get("cidrIpv4")) == (8080, 8080, ABSENT)
    assert sample.refers(rule, "referencedSecurityGroupId") == {"alb-group"}
    (attached,) = sample.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attached.get("policyArn").endswith("/AmazonSSMManagedInstanceCore")


def test_its_security_group_bears_the_name_that_people_know() -> None:
    groups = {r.name: r.get("tags")["Name"] for r in planned().all("aws:ec2/securityGroup:SecurityGroup")}
    assert groups["app-group"] == "app-sg"
    assert groups["alb-group"] == "alb-group"


def test_every_start_takes_the_newest_image_of_the_types_processor() -> None:
    assert planned().one(TEMPLATE).get("imageId").endswith("al2023-ami-kernel-default-arm64")
    other = variant(instanceType="t3.micro").one(TEMPLATE)
    assert other.get("imageId").endswith("al2023-ami-kernel-default-x86_64")
    assert other.get("creditSpecification.cpuCredits") == "standard"
    assert variant(instanceType="m7g.medium").one(TEMPLATE).get("creditSpecification") is ABSENT


def test_the_group_stands_in_private_subnets_and_the_load_balancer_judges_it() -> None:
    sample = planned()
    group = sample.one(GROUP)
    assert sample.refers(group, "vpcZoneIdentifiers") == {"vpc-private-us-east-1a", "vpc-private-us-east-1b"}
    assert sample.refers(group, "targetGroupArns") == {"alb-app"}
    assert (group.get("healthCheckType"), group.get("healthCheckGracePeriod")) == ("ELB", 300)
    assert (group.get("minSize"), group.get("maxSize"), group.get("waitForElbCapacity")) == (1, 2, 1)
    assert sample.one("aws:lb/targetGroup:TargetGroup").get("targetType") == "instance"


def test_a_new_template_replaces_instances_one_after_another() -> None:
    sample = planned()
    refresh = sample.one(GROUP).get("instanceRefresh")
    assert refresh["strategy"] == "Rolling"
    assert refresh["preferences"]["minHealthyPercentage"] == 100
    assert refresh["preferences"]["maxHealthyPercentage"] == 200
    assert sample.refers(sample.one(GROUP), "launchTemplate") == {"app"}
    fewer = variant(healthyPercent=50).one(GROUP).get("instanceRefresh.preferences")
    assert (fewer["minHealthyPercentage"], fewer.get("maxHealthyPercentage")) == (50, None)


def test_processor_use_moves_their_number() -> None:
    policy = planned().one(POLICY)
    assert policy.get("policyType") == "TargetTrackingScaling"
    tracking = policy.get("targetTrackingConfiguration")
    assert tracking["targetValue"] == 60
    assert tracking["predefinedMetricSpecification"]["predefinedMetricType"] == "ASGAverageCPUUtilization"
    assert not variant(scaling={"cpuPercent": None}).all(POLICY)
    assert not variant(scaling={"maxInstances": 1}).all(POLICY)


def test_instances_and_volumes_carry_the_stacks_tags() -> None:
    sample = planned()
    specifications = sample.one(TEMPLATE).get("tagSpecifications")
    assert {s["resourceType"] for s in specifications} == {"instance", "volume"}
    for specification in specifications:
        assert TAGS.items() <= specification["tags"].items()
    on_group = {tag["key"]: tag["value"] for tag in sample.one(GROUP).get("tags")}
    assert TAGS.items() <= on_group.items()


def test_the_role_allows_what_the_instance_does_and_no_more() -> None:
    statements = allowed(planned())
    assert set(statements) == {"WriteLogs", "ReportMetrics", "SignInToRegistry", "PullImage", "ReadParameters"}
    assert statements["ReportMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Shop/Instances"}}
    assert statements["PullImage"]["Resource"] == ["arn:aws:ecr:us-east-1:123456789012:repository/shop-prod/search"]
    unscoped = {sid for sid, statement in statements.items() if statement["Resource"] == ["*"]}
    assert unscoped == {"ReportMetrics", "SignInToRegistry"}
    assert "ReportMetrics" not in allowed(variant(agent=False))


def test_links_open_the_way_to_the_database() -> None:
    sample = planned()
    (into,) = [
        r
        for r in sample.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if r.name.startswith("app-to")
    ]
    assert (into.get("fromPort"), into.get("securityGroupId")) == (5432, "sg-0123456789abcdef0")
    assert sample.refers(into, "referencedSecurityGroupId") == {"app-group"}


def test_the_script_names_secrets_and_holds_none() -> None:
    text = script(planned())
    assert "DATABASE_SECRET_NAME=/shop/prod/db/app" in text
    assert "\nDATABASE_SECRET=" not in text
    assert f" {IMAGE}\n" in text
    assert "--network host" in text
    assert "awslogs-group=/shop/prod/app" in text
    assert '"namespace": "Shop/Instances"' in text
    assert "amazon-cloudwatch-agent" not in script(variant(agent=False))


def test_the_script_is_one_that_bash_reads() -> None:
    done = subprocess.run(["/bin/bash", "-n"], input=script(planned()), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_variable_with_a_line_break_is_refused() -> None:
    spec = InstanceSpec(
        name="app", image=IMAGE, region="us-east-1", log_group="/a", environment={"A": "b\nC=d"}, metrics_namespace=None
    )
    with pytest.raises(ValueError, match="A holds a line break"):
        fleet_user_data(spec)
