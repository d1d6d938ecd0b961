"""The picture of a stack: what is in it, where, and what speaks to what."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from guardrails.resource import Resource, Stack
from tests.support.program import sample_of
from tests.support.stacks import reviewed
from tierwise.cli import app
from tierwise.review.diagram import Architecture, architecture
from tierwise.review.diagram_layout import INTERNET, Box, lay_out
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
        "Region us-west-2",
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
    assert "internet" not in text
    assert '  internet(["Internet"])\n  internet --> n' in mermaid(architecture(reviewed("pika", "prod").plan.view()))


def test_the_picture_is_whole_and_nothing_covers_another(picture: Architecture) -> None:
    root = ElementTree.fromstring(svg(picture))  # noqa: S314 - our own text
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    titles = {title.text for group in root.iter(f"{SVG}g") for title in group.findall(f"{SVG}title")}
    assert titles == {"Function worker", "Cache store", "Bucket files", "Queue jobs"}
    drawn = [element for element in root.iter(f"{SVG}path") if element.get("marker-end")]
    assert {path.findtext(f"{SVG}title") for path in drawn} == {
        "worker → store on port 6379",
        "worker → files",
        "jobs → worker",
    }
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", svg(picture))  # needs no network


@pytest.mark.parametrize(("system", "stage"), [("pika", "prod"), ("", "dev")])
def test_lines_run_through_nothing_and_boxes_lie_in_their_layers(system: str, stage: str) -> None:
    picture = architecture(reviewed(system, stage).plan.view())
    layout = lay_out(picture)
    boxes = list(layout.nodes.values())
    for index, box in enumerate(boxes):
        assert not any(overlap(box, other) for other in boxes[index + 1 :])
    for layer, frame in layout.layers:
        for node in layer.nodes:
            box = layout.nodes[node.urn]
            assert frame.x <= box.x
            assert box.x + box.width <= frame.x + frame.width
            assert frame.y <= box.y
            assert box.bottom <= frame.bottom
    # Every link is in exactly one line, and the line stays clear of all but its ends.
    assert sorted((link.source, link.target) for route in layout.routes for link in route.links) == sorted(
        [*((link.source, link.target) for link in picture.links), *((INTERNET, urn) for urn in picture.entries)]
    )
    for route in layout.routes:
        ends = {urn for link in route.links for urn in (link.source, link.target)}
        for x, y in points(route.path):
            assert not [urn for urn, box in layout.nodes.items() if urn not in ends and inside(box, x, y)], route


def test_alike_services_are_one_group_with_the_links_that_all_have() -> None:
    layout = lay_out(architecture(reviewed("pika", "prod").plan.view()))
    assert "6 × Service" in [label for label, _ in layout.groups]
    shared = [route for route in layout.routes if len(route.links) == 6]
    assert len(shared) == 3  # from the gateway, to the database, to the cache


def test_the_internet_speaks_to_what_faces_it_and_copies_have_their_own_region() -> None:
    picture = architecture(reviewed("pika", "prod").plan.view())
    names = {node.urn: node.name for node in picture.nodes}
    assert [names[urn] for urn in picture.entries] == ["cdn"]
    assert picture.network == "VPC 10.0.0.0/16"
    assert picture.layers[-1].name == "Region us-west-2"
    assert ("bucket-backups", "bucket-backups-copy-copy", "") in named(picture)


def test_events_run_from_the_bus_through_the_rule_and_a_websocket_is_called_one() -> None:
    def urn_of(name: str) -> str:
        return f"urn:pulumi:s::p::x::{name}"

    bus = Resource(urn_of("bus"), "aws:cloudwatch/eventBus:EventBus", "bus", {})
    rule = Resource(
        urn_of("rule"),
        "aws:cloudwatch/eventRule:EventRule",
        "rule",
        {},
        property_dependencies={"eventBusName": (bus.urn,)},
    )
    target = Resource(
        urn_of("target"),
        "aws:cloudwatch/eventTarget:EventTarget",
        "target",
        {},
        property_dependencies={"rule": (rule.urn,), "arn": (urn_of("work"),)},
    )
    work = Resource(urn_of("work"), "aws:sqs/queue:Queue", "work", {})
    socket = Resource(urn_of("live"), "aws:apigatewayv2/api:Api", "live", {"protocolType": "WEBSOCKET"})
    picture = architecture(Stack([bus, rule, target, work, socket], "p", "s"))
    assert named(picture) == {("bus", "rule", ""), ("rule", "work", "")}
    assert "WebSocket API" in {node.kind for node in picture.nodes}


def test_a_circle_of_calls_and_a_crowd_are_drawn() -> None:
    function = "aws:lambda/function:Function"
    urns = [f"urn:pulumi:s::p::{function}::f{number}" for number in range(300)]
    crowd = [
        Resource(urn, function, f"f{n}", {}, property_dependencies={"environment": (urns[n - 1],)})
        for n, urn in enumerate(urns[:3])
    ]
    crowd[0] = replace(crowd[0], property_dependencies={"environment": (urns[2],)})
    picture = architecture(Stack([*crowd, *(Resource(urn, function, urn[-4:], {}) for urn in urns[3:])], "p", "s"))
    assert len(lay_out(picture).nodes) == 300
    assert len([link for route in lay_out(picture).routes for link in route.links]) == 3


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width and other.x < one.x + one.width and one.y < other.bottom and other.y < one.bottom
    )


def inside(box: Box, x: float, y: float) -> bool:
    return box.x < x < box.x + box.width and box.y < y < box.bottom


def points(path: str) -> list[tuple[float, float]]:
    """Points along a path of lines and curves."""
    found: list[tuple[float, float]] = []
    x = y = 0.0
    for letter, text in re.findall(r"([MVC])([^MVC]*)", path):
        values = [float(value) for value in text.split()]
        if letter == "M":
            x, y = values
        elif letter == "V":
            found += [(x, y + (values[0] - y) * step / 20) for step in range(21)]
            y = values[0]
        else:
            x1, y1, x2, y2, x3, y3 = values
            for step in range(21):
                t = step / 20
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                found.append((a * x + b * x1 + c * x2 + d * x3, a * y + b * y1 + c * y2 + d * y3))
            x, y = x3, y3
    return found


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
