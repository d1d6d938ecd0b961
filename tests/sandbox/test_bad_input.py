"""What the provider makes of nonsense, and of a cloud whose file is damaged, held by another, or on a full disk."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from tests.sandbox.client import Client, serve, urn
from tierwise.preview.errors import ConfigError
from tierwise.preview.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    OUTPUT_SIGNATURE,
    RESOURCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    encode_struct,
)
from tierwise.sandbox import cloud as cloud_module
from tierwise.sandbox.cloud import Cloud, CloudError, Held
from tierwise.sandbox.command import run_command
from tierwise.sandbox.places import FOLDER, Places

BUCKET, SUBNET = "aws:s3/bucket:Bucket", "aws:ec2/subnet:Subnet"
METHODS = ("Check", "Diff", "Create", "Read", "Update", "Delete", "Invoke", "Configure", "CheckConfig", "DiffConfig")
#: What a method refuses; anything else would be the crash of a handler.
CLEAR = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNKNOWN}
#: What gRPC says for a handler that raised.
CRASH = "Exception calling application"


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return Cloud(tmp_path / "cloud.db")


@pytest.fixture
def client(cloud: Cloud) -> Iterator[Client]:
    yield from serve(cloud)


def requests(type_: str) -> dict[str, Any]:
    """A call of each method about one resource."""
    properties = encode_struct({"bucket": "b"})
    return {
        "Check": provider_pb2.CheckRequest(urn=urn(type_), news=properties),
        "Diff": provider_pb2.DiffRequest(urn=urn(type_), id="b", old_inputs=properties, news=properties),
        "Create": provider_pb2.CreateRequest(urn=urn(type_), properties=properties),
        "Read": provider_pb2.ReadRequest(urn=urn(type_), id="b"),
        "Update": provider_pb2.UpdateRequest(urn=urn(type_), id="b", news=properties, olds=properties),
        "Delete": provider_pb2.DeleteRequest(urn=urn(type_), id="b"),
    }


def refusal(call: Callable[[], Any]) -> Any:
    """How a call is refused, or None."""
    try:
        call()
    except grpc.RpcError as error:
        return error
    return None


@pytest.mark.parametrize("method", METHODS)
def test_bytes_that_are_no_message(client: Client, method: str) -> None:
    raw = client.channel.unary_unary(f"/pulumirpc.ResourceProvider/{method}")
    generator = random.Random(method)  # noqa: S311 - the same bytes each time
    for length in (1, 7, 300):
        with pytest.raises(grpc.RpcError):
            raw(b"\xff" + generator.randbytes(length))
    assert client.check(BUCKET, {})[1] == []


@pytest.mark.parametrize(
    "value",
    [
        {SIGNATURE_KEY: "no such signature"},
        {SIGNATURE_KEY: ASSET_SIGNATURE, "text": 7},
        {SIGNATURE_KEY: ARCHIVE_SIGNATURE, "assets": 7},
        {SIGNATURE_KEY: RESOURCE_SIGNATURE},
        {SIGNATURE_KEY: OUTPUT_SIGNATURE, "dependencies": 7},
        {SIGNATURE_KEY: SECRET_SIGNATURE},
        {SIGNATURE_KEY: 7},
        [[[]]],
        {"": {"": None}},
        float("nan"),
        -1e308,
        "\x00",
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Update", "Configure"])
def test_values_that_mean_nothing(client: Client, method: str, value: Any) -> None:
    made, _ = client.create(BUCKET, {"bucket": "kept"})
    properties = encode_struct({"bucket": value, "tags": value})
    request = {
        "Check": provider_pb2.CheckRequest(urn=urn(BUCKET), news=properties),
        "Diff": provider_pb2.DiffRequest(urn=urn(BUCKET), id=made, old_inputs=properties, news=properties),
        "Create": provider_pb2.CreateRequest(urn=urn(BUCKET), properties=properties),
        "Update": provider_pb2.UpdateRequest(urn=urn(BUCKET), id=made, news=properties),
        "Configure": provider_pb2.ConfigureRequest(args=encode_struct({"defaultTags": value, "region": value})),
    }[method]
    error = refusal(lambda: getattr(client.stub, method)(request))
    assert error is None or (error.code() in CLEAR and not error.details().startswith(CRASH)), error
    # Whatever it made of it, the cloud can still be read.
    assert client.cloud.find(BUCKET, made, account="123456789012", region="us-east-1")


@pytest.mark.parametrize("text", ["nonsense", "", "urn:pulumi:dev::demo", "urn:pulumi:dev::demo::x::y"])
@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_urns_that_are_none(client: Client, method: str, text: str) -> None:
    request = requests(BUCKET)[method]
    request.urn = text
    error = refusal(lambda: getattr(client.stub, method)(request))
    assert error is not None
    assert error.code() in CLEAR
    assert not error.details().startswith(CRASH)
    assert client.cloud.all() == []


@pytest.mark.parametrize("type_", ["aws:nosuch/thing:Thing", "gcp:storage/bucket:Bucket", "aws:s3/bucket:Buckets"])
@pytest.mark.parametrize("method", ["Check", "Diff", "Create", "Read", "Update", "Delete"])
def test_types_that_the_sdk_does_not_know(client: Client, method: str, type_: str) -> None:
    with pytest.raises(grpc.RpcError, match="knows no such type"):
        getattr(client.stub, method)(requests(type_)[method])


def test_a_property_with_the_name_of_a_mark_is_a_property(client: Client) -> None:
    made, _ = client.create(BUCKET, {"bucket": "kept", SIGNATURE_KEY: SECRET_SIGNATURE})
    (held,) = client.cloud.all()
    assert (held.id, held.inputs[SIGNATURE_KEY]) == (made, SECRET_SIGNATURE)


def test_numbers_beyond_reason(client: Client) -> None:
    cache = "aws:elasticache/replicationGroup:ReplicationGroup"
    _, state = client.create(cache, {"replicationGroupId": "g", "numCacheClusters": 10**15})
    assert len(state["memberClusters"]) == 6
    with pytest.raises(grpc.RpcError, match="can make nothing of what it was sent") as raised:
        client.create(cache, {"replicationGroupId": "h", "numCacheClusters": float("inf")})
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert [held.id for held in client.cloud.all()] == ["g"]


def test_deeply_nested_values(client: Client) -> None:
    value = struct_pb2.Value(string_value="x")
    for _ in range(40):
        value = struct_pb2.Value(list_value=struct_pb2.ListValue(values=[value]))
    request = provider_pb2.CheckRequest(urn=urn(BUCKET), news=struct_pb2.Struct(fields={"bucket": value}))
    assert client.stub.Check(request).failures


def test_an_update_of_what_has_been_deleted(client: Client) -> None:
    id_, state = client.create(SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"})
    client.stub.Delete(provider_pb2.DeleteRequest(id=id_, urn=urn(SUBNET), properties=encode_struct(state)))
    news = encode_struct({"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": True})
    request = provider_pb2.UpdateRequest(id=id_, urn=urn(SUBNET), olds=encode_struct(state), news=news)
    with pytest.raises(grpc.RpcError, match="does not exist; refresh to learn what has become of it"):
        client.stub.Update(request)
    assert client.cloud.all() == []


def filled(path: Path, count: int = 200) -> Cloud:
    """A cloud that holds enough to fill many pages."""
    cloud = Cloud(path)
    for number in range(count):
        cloud.add(held(number))
    return cloud


def held(number: int) -> Held:
    type_ = "aws:ssm/parameter:Parameter"
    return Held(
        "1", "r", type_, f"k{number}", f"i{number}", urn(type_, f"n{number}"), {"v": "x" * 500}, {"v": "y" * 500}
    )


def test_a_damaged_file_is_told_with_the_way_out(tmp_path: Path) -> None:
    source = filled(tmp_path / "source" / "cloud.db")
    path = tmp_path / "box" / "cloud.db"
    path.parent.mkdir()
    with sqlite3.connect(source.path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source.path, path)
    damaged = bytearray(path.read_bytes())
    # Past the schema's page: what is there looks whole until the rows are read.
    damaged[8192:-4096] = b"\xaa" * (len(damaged) - 8192 - 4096)
    path.write_bytes(damaged)
    with pytest.raises(CloudError) as raised:
        Cloud(path).all()
    assert f"remove {path.parent} to begin anew" in str(raised.value)
    with pytest.raises(CloudError):
        Cloud(path).add(held(10_000))


def test_a_row_that_is_no_json_is_told_by_name(tmp_path: Path) -> None:
    cloud = filled(tmp_path / "cloud.db", 3)
    with sqlite3.connect(cloud.path) as database:
        database.execute("UPDATE resources SET outputs = '{' WHERE key = 'k1'")
    with pytest.raises(CloudError, match="aws:ssm/parameter:Parameter i1: what the sandbox holds of it is damaged"):
        cloud.all()


def test_a_file_that_another_process_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_module, "_BUSY_SECONDS", 0.05)
    path = tmp_path / "cloud.db"
    first = filled(path, 1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for client in serve(first):
        with pytest.raises(grpc.RpcError, match=r"database is locked; another process has held it for 0\.05 s"):
            client.create(BUCKET, {"bucket": "waits"})
        holder.execute("ROLLBACK")
        client.create(BUCKET, {"bucket": "waits"})
    holder.close()
    assert len(first.all()) == 2


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "cloud.db"
    before = filled(path, 20).all()
    connect = sqlite3.connect

    def short_of_room(*arguments: Any, **options: Any) -> sqlite3.Connection:
        database = connect(*arguments, **options)
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count = {pages}")
        return database

    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", short_of_room)
        full = Cloud(path)
        error = None
        for number in range(100, 200):
            try:
                full.add(held(number))
            except CloudError as raised:
                error = raised
                break
    assert "disk is full; make room on its disk, then run the same command again" in str(error)
    after = Cloud(path).all()
    assert [one.key for one in after[:20]] == [one.key for one in before]
    with connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = next(number for number in range(100, 200) if f"k{number}" not in {one.key for one in after})
    Cloud(path).add(held(again))


def test_the_command_says_it_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "__main__.py").touch()
    monkeypatch.chdir(tmp_path)
    places = Places(tmp_path / FOLDER)
    places.folder.mkdir()
    places.cloud.write_bytes(b"not a database, and longer than a header of one hundred bytes" * 4)
    with pytest.raises(ConfigError) as raised:
        run_command(["ls"])
    assert raised.value.problems == [f"{places.cloud}: file is not a database; remove {places.folder} to begin anew"]
    shutil.rmtree(places.folder)
    places.folder.write_text("a file where the folder should be")
    with pytest.raises(ConfigError) as raised:
        run_command(["sh", "-c", "true"])
    assert str(places.folder) in raised.value.problems[0]
