"""The sandbox's provider, called as the engine calls it, without the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2

from guardrails.resource import UNKNOWN
from tests.sandbox.client import Client, serve, urn
from tierwise.preview.values import Secret, encode_struct
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.faults import Fault
from tierwise.sandbox.wire import WireDecoder

BUCKET, SUBNET, ROLE = "aws:s3/bucket:Bucket", "aws:ec2/subnet:Subnet", "aws:iam/role:Role"
PARAMETER = "aws:ssm/parameter:Parameter"


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(tmp_path / "cloud.db")


@pytest.fixture
def client(cloud: Cloud) -> Iterator[Client]:
    yield from serve(cloud)


def test_name_is_made_up_once_and_kept(client: Client) -> None:
    first, failures = client.check(BUCKET, {}, name="Assets")
    assert failures == []
    assert first["bucket"].startswith("assets-")
    assert len(first["bucket"]) == len("assets-1234567")
    assert first["__defaults"] == ["bucket"]
    assert client.check(BUCKET, {}, name="Assets")[0] == first
    client.create(BUCKET, first, name="Assets")
    assert client.check(BUCKET, {}, first, name="Assets")[0]["bucket"] == first["bucket"]
    assert client.check(BUCKET, {}, name="Assets")[0]["bucket"] != first["bucket"]


def test_inputs_that_aws_refuses(client: Client) -> None:
    _, failures = client.check(SUBNET, {"vpcId": "vpc-1", "cidrBlok": "10.0.0.0/24"})
    assert [path for path, _ in failures] == ["cidrBlok"]
    assert "cidr_block" in failures[0][1] or "cidrBlock" in failures[0][1]


def test_preview_knows_inputs_only(client: Client) -> None:
    id_, outputs = client.create(SUBNET, {"vpcId": UNKNOWN, "cidrBlock": "10.0.0.0/24"}, preview=True)
    assert id_ == ""
    assert outputs["cidrBlock"] == "10.0.0.0/24"
    assert outputs["arn"] is UNKNOWN
    assert outputs["vpcId"] is UNKNOWN
    assert client.cloud.all() == []


def test_created_has_ids_and_tags_of_aws_shape(client: Client) -> None:
    id_, outputs = client.create(SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "tags": {"Name": "a"}})
    assert id_.startswith("subnet-")
    assert len(id_) == len("subnet-") + 17
    assert outputs["arn"] == f"arn:aws:ec2:us-east-1:123456789012:subnet/{id_}"
    assert outputs["tagsAll"] == {"owner": "me", "Name": "a"}
    assert outputs["region"] == "us-east-1"
    assert not any(value is UNKNOWN for value in outputs.values())


def test_secrets_stay_secret(client: Client) -> None:
    id_, outputs = client.create(PARAMETER, {"name": "/demo", "type": "SecureString", "value": Secret("hush")})
    assert outputs["value"] == Secret("hush")
    read = client.stub.Read(provider_pb2.ReadRequest(id=id_, urn=urn(PARAMETER)))
    assert WireDecoder().struct(read.properties)["value"] == Secret("hush")


@pytest.mark.parametrize(
    ("type_", "old", "new", "replaces"),
    [
        (SUBNET, {"cidrBlock": "10.0.0.0/24"}, {"cidrBlock": "10.0.1.0/24"}, ["cidrBlock"]),
        (SUBNET, {"mapPublicIpOnLaunch": False}, {"mapPublicIpOnLaunch": True}, []),
        (ROLE, {"path": "/"}, {"path": "/x/"}, ["path"]),
        (BUCKET, {"region": "us-east-1"}, {"region": "us-west-2"}, ["region"]),
    ],
)
def test_update_or_replace(
    client: Client, type_: str, old: dict[str, Any], new: dict[str, Any], replaces: list[str]
) -> None:
    difference = client.diff(type_, old, new)
    assert difference.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(difference.replaces) == replaces
    assert list(difference.diffs) == list(new)


def test_same_inputs_are_no_difference(client: Client) -> None:
    inputs, _ = client.check(ROLE, {"assumeRolePolicy": '{"Version":"2012-10-17","Statement":[]}'})
    _, state = client.create(ROLE, inputs)
    assert client.diff(ROLE, inputs, inputs, state).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_what_keeps_its_name_goes_before_its_successor_comes(client: Client) -> None:
    named = {"name": "fixed", "path": "/"}
    assert client.diff(ROLE, named, {**named, "path": "/x/"}).deleteBeforeReplace
    assert not client.diff(
        ROLE, {**named, "__defaults": ["name"]}, {**named, "path": "/x/", "__defaults": ["name"]}
    ).deleteBeforeReplace


def test_gone_is_read_as_gone_and_not_updated(client: Client) -> None:
    assert client.stub.Read(provider_pb2.ReadRequest(id="subnet-1", urn=urn(SUBNET))).id == ""
    client.stub.Delete(provider_pb2.DeleteRequest(id="subnet-1", urn=urn(SUBNET)))
    with pytest.raises(grpc.RpcError, match="does not exist"):
        client.stub.Update(provider_pb2.UpdateRequest(id="subnet-1", urn=urn(SUBNET)))


def test_a_taken_name_is_refused(client: Client) -> None:
    client.create(BUCKET, {"bucket": "taken"})
    with pytest.raises(grpc.RpcError, match="already exists"):
        client.create(BUCKET, {"bucket": "taken"}, name="other")


def test_unknown_types_and_functions_are_told(client: Client) -> None:
    with pytest.raises(grpc.RpcError, match="knows no such type"):
        client.check("aws:nosuch/thing:Thing", {})
    answer = client.stub.Invoke(provider_pb2.InvokeRequest(tok="aws:nosuch/getThing:getThing"))
    assert "does not answer" in answer.failures[0].reason


def test_functions_find_what_was_made(client: Client) -> None:
    id_, _ = client.create("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "main"}})
    request = provider_pb2.InvokeRequest(tok="aws:ec2/getVpc:getVpc", args=encode_struct({"tags": {"Name": "main"}}))
    found = getattr(client.stub.Invoke(request), "return")
    assert found.fields["id"].string_value == id_


@pytest.mark.parametrize(("kind", "exists"), [("fail", False), ("half", True), ("lost", True)])
def test_a_fault_strikes_as_often_as_told(cloud: Cloud, kind: Any, exists: bool) -> None:
    for client in serve(cloud, Fault(kind, "create", "aws:s3/*", times=1)):
        with pytest.raises(grpc.RpcError):
            client.create(BUCKET, {"bucket": "first"})
        assert bool(cloud.all()) == exists
        client.create(BUCKET, {"bucket": "second"}, name="other")


def test_a_fault_strikes_from_a_position_on(cloud: Cloud) -> None:
    for client in serve(cloud, Fault("fail", "create", after=2, times=1)):
        for number in range(2):
            client.create(BUCKET, {"bucket": f"early-{number}"}, name=f"n{number}")
        with pytest.raises(grpc.RpcError, match="told to fail"):
            client.create(BUCKET, {"bucket": "third"}, name="n3")
        client.create(BUCKET, {"bucket": "third"}, name="n3")


@pytest.mark.parametrize("operation", ["create", "delete"])
def test_a_slow_answer_comes_after_the_work(cloud: Cloud, operation: Any) -> None:
    for client in serve(cloud, Fault("slow", operation, seconds=0.01)):
        id_, _ = client.create(BUCKET, {"bucket": "slow"})
        assert len(cloud.all()) == 1
        client.stub.Delete(provider_pb2.DeleteRequest(id=id_, urn=urn(BUCKET)))
        assert cloud.all() == []


def test_names_that_are_unique_in_their_parent_only(client: Client) -> None:
    made = [
        client.create("aws:lambda/alias:Alias", {"name": "live", "functionName": name, "functionVersion": "1"}, name)
        for name in ("api", "tokens")
    ]
    arns = [f"arn:aws:lambda:us-east-1:123456789012:function:{name}:live" for name in ("api", "tokens")]
    assert [(id_, outputs["arn"]) for id_, outputs in made] == list(zip(arns, arns, strict=True))
    for plan in ("small", "large"):
        inputs = {"keyId": "k", "keyType": "API_KEY", "usagePlanId": plan}
        assert client.create("aws:apigateway/usagePlanKey:UsagePlanKey", inputs, plan)[0] == "k"


@pytest.mark.parametrize(
    ("type_", "inputs", "known_as"),
    [
        ("aws:rds/instance:Instance", {"identifier": "orders", "instanceClass": "db.t4g.micro"}, "orders"),
        ("aws:ecs/cluster:Cluster", {"name": "orders"}, "orders"),
        ("aws:ec2/vpc:Vpc", {"cidrBlock": "10.0.0.0/16"}, None),
    ],
)
def test_import_by_id_by_name_and_by_arn(
    client: Client, type_: str, inputs: dict[str, Any], known_as: str | None
) -> None:
    made, outputs = client.create(type_, inputs)
    for name in filter(None, (made, known_as, outputs["arn"])):
        found = client.stub.Read(provider_pb2.ReadRequest(id=name, urn=urn(type_)))
        assert found.id == made
        assert WireDecoder().struct(found.inputs) == inputs
        assert WireDecoder().struct(found.properties) == outputs
    assert client.stub.Read(provider_pb2.ReadRequest(id="no-such-thing", urn=urn(type_))).id == ""


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_an_engine_that_stops_waits_for_nothing_slow(cloud: Cloud, operation: Any) -> None:
    for client in serve(cloud, Fault("slow", operation, seconds=600)):
        client.stub.Cancel(empty_pb2.Empty())
        id_, state = client.create(BUCKET, {"bucket": "slow"})
        properties = encode_struct(state)
        client.stub.Update(provider_pb2.UpdateRequest(id=id_, urn=urn(BUCKET), olds=properties, news=properties))
        assert len(cloud.all()) == 1
        client.stub.Delete(provider_pb2.DeleteRequest(id=id_, urn=urn(BUCKET)))
        assert cloud.all() == []


@pytest.mark.parametrize(("kind", "said"), [("timeout", "timeout while waiting"), ("throttle", "cancelled while")])
def test_an_engine_that_stops_ends_what_waits(cloud: Cloud, kind: Any, said: str) -> None:
    for client in serve(cloud, Fault(kind, seconds=600)):
        client.stub.Cancel(empty_pb2.Empty())
        with pytest.raises(grpc.RpcError, match=said):
            client.create(BUCKET, {"bucket": "never"})
        assert cloud.all() == []
