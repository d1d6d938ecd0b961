"""What holds for every component, read from its source, and for every resource of the network and the edge."""

from __future__ import annotations

import ast
import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from guardrails.resource import Resource
from tests.components.contract import broken_rules, orphans, strays, tagged_types, without_component
from tests.support.program import Sample, sample_of
from tests.support.sections import cdn, domain, firewall, load_balancer, names, network

COMPONENTS = Path(__file__).parents[2] / "components"


def _component_classes() -> list[tuple[str, ast.ClassDef]]:
    found: list[tuple[str, ast.ClassDef]] = []
    for path in sorted(COMPONENTS.rglob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(base, ast.Name) and base.id == "Component" for base in node.bases
            ):
                found.append((path.name, node))
    return found


#: A site composes the others: the platform takes the settings alone, and what stands by takes the platform.
CLASSES = [(file, node) for file, node in _component_classes() if node.name != "Site"]
IDS = [f"{file}:{node.name}" for file, node in CLASSES]


def _constructor(node: ast.ClassDef) -> ast.FunctionDef:
    return next(item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__")


def _registers(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "register_outputs"


def test_there_are_components() -> None:
    assert {"Vpc", "LoadBalancer", "Cdn", "Firewall", "Domain"} <= {node.name for _, node in CLASSES}


@pytest.mark.parametrize(("file", "node"), CLASSES, ids=IDS)
def test_it_ends_with_its_only_register_outputs(file: str, node: ast.ClassDef) -> None:
    assert sum(_registers(item) for item in ast.walk(node)) == 1, f"{file}: one register_outputs a component"
    last = _constructor(node).body[-1]
    assert isinstance(last, ast.Expr), f"{file}: the constructor ends with register_outputs"
    assert _registers(last.value), f"{file}: the constructor ends with register_outputs"


@pytest.mark.parametrize(("file", "node"), CLASSES, ids=IDS)
def test_its_arguments_are_keywords(file: str, node: ast.ClassDef) -> None:
    arguments = _constructor(node).args
    positional = [argument.arg for argument in arguments.args]
    assert positional[:2] == ["self", "name"], f"{file}: the name comes first"
    assert len(positional) <= 3, f"{file}: everything after the name (and one args object) is a keyword"


@pytest.mark.parametrize(("file", "node"), CLASSES, ids=IDS)
def test_its_docstring_names_the_page_that_decides(file: str, node: ast.ClassDef) -> None:
    text = ast.get_docstring(node) or ""
    assert text, f"{file}: a component says what it makes"
    assert "https://docs.aws.amazon.com/" in text, f"{file}: a component names the AWS page that decides"


@functools.cache
def everything() -> Sample:
    """A stack with all of network and edge."""

    def create() -> None:
        from pulumi_aws import s3

        from components.edge.alias_records import AliasRecords
        from components.edge.cdn import Cdn
        from components.edge.domain import Domain
        from components.edge.firewall import Firewall
        from components.edge.health_check import HealthCheck
        from components.network.load_balancer import LoadBalancer
        from components.network.vpc import Vpc
        from settings.observability import HealthCheck as HealthCheckSettings

        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        admitted = s3.BucketPolicy("logs", bucket="logs", policy=json.dumps(policy))
        logs: dict[str, Any] = {"log_bucket_arn": "arn:aws:s3:::logs", "log_access": [admitted]}
        vpc = Vpc(
            "network",
            settings=network(
                natMode="instance",
                interfaceEndpoints=["ecr.api"],
                databaseNetworkAcl=True,
                flowLogs={"enabled": True, "destination": "cloudwatch"},
            ),
            names=names(),
        )
        Vpc("gateways", settings=network(natMode="per-zone", flowLogs={"enabled": True}), names=names(), **logs)
        site = Domain("domain", settings=domain(), regions=["us-east-1", "eu-west-1"])
        wall = Firewall("firewall", settings=firewall(botControl=True), names=names(), log_retention_days=7)
        for scheme in ("public", "internal"):
            balancer = LoadBalancer(
                f"alb-{scheme}",
                settings=load_balancer(scheme=scheme, deletionProtection=True),
                names=names(),
                vpc=vpc,
                target_ports=[8080],
                behind_cdn=True,
                certificate_arn=site.certificate_arns["us-east-1"],
                log_bucket="logs",
                log_access=[admitted],
            )
            balancer.add_target("api", port=8080, paths=["/api/*"], health_path="/health", priority=1, blue_green=True)
            distribution = Cdn(
                f"cdn-{scheme}",
                settings=cdn(),
                names=names(),
                site_bucket_domain="site.s3.us-east-1.amazonaws.com",
                load_balancer=balancer,
                domain_name=site.name,
                certificate_arn=site.certificate_arns["us-east-1"],
                web_acl_arn=wall.arn,
                **logs,
            )
        AliasRecords(
            "alias",
            zone_id=site.zone_id,
            record_name=site.name,
            target=distribution.domain_name,
            target_zone_id=distribution.hosted_zone_id,
            ipv6=True,
            evaluate_health=False,
        )
        HealthCheck("outside", settings=HealthCheckSettings.model_validate({"enabled": True}), host=distribution.host)

    return sample_of(create)


def aws_resources() -> list[Resource]:
    """What the components make."""
    return [r for r in everything().stack.resources if r.type.startswith("aws:") and r.name != "logs"]


def test_everything_that_aws_tags_says_which_component_it_belongs_to() -> None:
    assert len(tagged_types(aws_resources())) > 15
    assert without_component(aws_resources()) == []


def test_every_input_is_one_that_aws_accepts() -> None:
    from tierwise.preview.checks import check

    assert check(everything().plan.resources) == []


def test_no_rule_that_binds_production_is_broken() -> None:
    assert broken_rules(everything(), aws_resources()) == []


def test_nothing_writes_logs_before_it_may() -> None:
    policy = everything().one("aws:s3/bucketPolicy:BucketPolicy").urn
    writers = [
        *everything().all("aws:ec2/flowLog:FlowLog", logDestinationType="s3"),
        *everything().all("aws:lb/loadBalancer:LoadBalancer"),
        *everything().all("aws:cloudwatch/logDelivery:LogDelivery"),
    ]
    assert len(writers) == 5
    assert [r.name for r in writers if policy not in r.dependencies] == []


def test_every_resource_has_its_component_as_parent() -> None:
    assert orphans(everything(), aws_resources()) == []


def test_every_name_begins_with_that_of_its_component() -> None:
    assert strays(everything()) == []


def test_no_name_holds_a_list_position() -> None:
    # A region ends in a number that is its name, not a position.
    plain = {r.name: re.sub(r"[a-z]{2}-[a-z]+-\d", "region", r.name) for r in everything().stack.resources}
    numbered = [name for name, text in plain.items() if re.search(r"-\d{1,2}(-|$)", text)]
    assert numbered == []


def test_no_security_group_is_open_to_the_world_but_a_load_balancers() -> None:
    world: list[Any] = [
        r.name
        for r in everything().all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if r.get("cidrIpv4") == "0.0.0.0/0"
    ]
    assert world == []
