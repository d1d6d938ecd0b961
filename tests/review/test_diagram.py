"""The picture of a stack: what is in it, where, and what speaks to what."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from guardrails.resource import Resource, Stack
from tests.support.program import sample_of
from tests.support.stacks import reviewed
from tierwise.cli import app
from tierwise.review.diagram import Architecture, architecture
from tierwise.review.diagram_mermaid import mermaid
from tierwise.review.diagram_svg import svg

SVG = "{http://www.w3.org/2000/svg}"


def program() -> None:
    """Two subnets, a service-like function, a queue that feeds it, a cache that it may reach, and a bucket it names."""
    from pulumi_aws import ec2, elasticache, iam, lambda_, s3, sqs, vpc

    network = ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
    subnets = [
        ec2.Subnet(f"private-{zone}", vpc_id=network.id, availability_zone=zone, cidr_block=f"10.0.{index}.0/24")
        for index, zone in enumerate(("us-east-1a", "us-east-1b"))
    ]
    groups = {name: ec2.SecurityGroup(name, vpc_id=network.id) for name in ("worker", "store")}
    role = iam.Role("worker", assume_role_policy="{}")
    s3.Bucket("files", bucket="shop-files")
    iam.RolePolicy("worker", role=role.name, policy='{"Resource": "arn:aws:s3:::shop-files/*"}')
    worker = lambda_.Function(
        "worker",
        role=role.arn,
        vpc_config={"subnet_ids": [s.id for s in subnets], "security_group_ids": [groups["worker"].id]},
    )
    queue = sqs.Queue("jobs")
    lambda_.EventSourceMapping("jobs", event_source_arn=queue.arn, function_name=worker.arn)
    among = elasticache.SubnetGroup("store", subnet_ids=[s.id for s in subnets])
    elasticache.ReplicationGroup(
        "store", description="x", subnet_group_name=among.name, security_group_ids=[groups["store"].id]
    )
    vpc.SecurityGroupIngressRule(
        "in",
        security_group_id=groups["store"].id,
        referenced_security_group_id=groups["worker"].id,
        ip_protocol="tcp",
        from_port=6379,
        to_port=6379,
    )


@pytest.fixture(scope="module")
def picture() -> Architecture:
    return architecture(sample_of(program).stack)


def named(links: Architecture) -> set[tuple[str, str, str]]:
    names = {node.urn: node.name for node in links.nodes}
    return {(names[link.source], names[link.target], link.label) for link in links.links}


def test_what_is_where(picture: Architecture) -> None:
    private, outside = picture.layers
    assert (private.name, private.inside, outside.inside) == ("private", True, False)
    assert [(box.zone, box.cidr) for box in private.subnets] == [
        ("us-east-1a", "10.0.0.0/24"),
        ("us-east-1b", "10.0.1.0/24"),
    ]
    assert [(node.kind, node.name) for node in private.nodes] == [("Function", "worker"), ("Cache", "store")]
    assert [node.name for node in outside.nodes] == ["files", "jobs"]


def test_links_come_from_security_groups_policies_and_joints(picture: Architecture) -> None:
    assert named(picture) == {("worker", "store", "6379"), ("worker", "files", ""), ("jobs", "worker", "")}


def test_a_shipped_stack() -> None:
    picture = architecture(reviewed("pika", "prod").plan.view())
    assert [layer.name for layer in picture.layers] == [
        "Edge",
        "vpc-public",
        "vpc-private",
        "vpc-database",
        "Regional services",
    ]
    assert {
        ("domain", "cdn", ""),
        ("firewall", "cdn", ""),
        ("cdn", "load-balancer", ""),
        ("load-balancer", "api-gateway", "8080"),
        ("api-gateway", "users", "8080"),
        ("users", "database", "5432"),
        ("listings", "bucket-uploads", ""),
    } <= named(picture)
    assert ("users", "api-gateway", "8080") not in named(picture)


def test_the_flowchart_has_every_part_and_link(picture: Architecture) -> None:
    text = mermaid(picture)
    assert '  subgraph l0["private: us-east-1a 10.0.0.0/24, us-east-1b 10.0.1.0/24"]' in text
    assert '    n0["worker<br/>Function"]' in text
    assert '  n0 -- "6379" --> n1' in text
    assert text.count("subgraph") == text.count("\n  end") == 2


def test_the_picture_is_whole_and_nothing_covers_another(picture: Architecture) -> None:
    root = ElementTree.fromstring(svg(picture))  # noqa: S314 - our own text
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    boxes = [element for element in root.iter(f"{SVG}rect") if element.get("class") == "node"]
    assert len(boxes) == len(picture.nodes)
    corners = [(float(box.get("x", "")), float(box.get("y", ""))) for box in boxes]
    for index, (x, y) in enumerate(corners):
        assert all(abs(x - a) >= 170 or abs(y - b) >= 46 for a, b in corners[index + 1 :])
    assert sum(1 for element in root.iter(f"{SVG}path") if element.get("marker-end")) == len(picture.links)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", svg(picture))  # needs no network


def test_hostile_names_mean_nothing() -> None:
    name = 'x"]<script>&\x1b\n--> end'
    urn = f"urn:pulumi:s::p::aws:sqs/queue:Queue::{name}"
    hostile = architecture(Stack([Resource(urn, "aws:sqs/queue:Queue", name, {})], "p", "s"))
    ElementTree.fromstring(svg(hostile))  # noqa: S314
    assert "<script>" not in svg(hostile)
    line = next(line for line in mermaid(hostile).splitlines() if "<br/>Queue" in line)
    assert line.count('"') == 2
    assert "<script>" not in line


def test_a_stack_without_anything_to_draw() -> None:
    empty = architecture(Stack([], "p", "s"))
    assert empty.layers == ()
    ElementTree.fromstring(svg(empty))  # noqa: S314
    assert mermaid(empty).endswith("flowchart TB\n")


def test_the_command_writes_what_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    done = CliRunner().invoke(app, ["diagram", "dev", "--svg", str(tmp_path / "a.svg")])
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / "a.svg").read_text().startswith("<svg")
