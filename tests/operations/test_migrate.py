"""Rows become items, items a newer form: counted, rehearsed, compared, and nothing ever written over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.test_data import TABLE, table
from tests.operations.test_smoke_requests import account_of
from tests.support.aws import Answer, Call
from tierwise.operations.migration.items import MAX_BYTES, attribute, digest_of
from tierwise.operations.migration.mapping import read_mapping

STAGING, PROD = "pratikoai-mcp/staging", "pratikoai-mcp/prod"
SCRATCH = "pratikoai-mcp-staging-migration-rehearsal"
ROWS = [
    {
        "pk": f"USER#{n}",
        "sk": "PROFILE",
        "data": {"pk": f"USER#{n}", "sk": "PROFILE", "name": f"N{n}", "plan": {"seats": n}},
    }
    for n in range(90)
]


def export(desk: Desk, stage: str, rows: list[dict[str, Any]]) -> None:
    """Put rows where an operator has exported them to."""
    s3, bucket = desk.client("s3"), f"pratiko-{stage}-documents"
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="migration/items.jsonl", Body="\n".join(map(json.dumps, rows)).encode())


def migrate(desk: Desk, target: str, *arguments: str, **more: Any) -> Result:
    values = {"buckets": {"documents": f"pratiko-{target.rpartition('/')[2]}-documents"}, "tables": {"main": "main"}}
    file = desk.outputs(target, **{**values, **more})
    return desk.tierwise("migrate", target, *arguments, "--outputs", file, "--json", str(desk.folder / "o.json"))


@pytest.fixture
def operator(desk: Desk) -> Desk:
    """An operator with the rows of both stages, and prod's empty table."""
    desk.sign_in(account_of(PROD))
    for stage in ("staging", "prod"):
        export(desk, stage, ROWS)
    desk.client("dynamodb").create_table(
        TableName="main", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )  # fmt: skip
    desk.cloud.calls.clear()
    return desk


def changing(desk: Desk) -> set[str]:
    """Calls that changed something."""
    reading = ("Get", "Describe", "List", "Query", "Scan", "BatchGet", "Head", "AssumeRole", "GET")
    return {call.operation for call in desk.cloud.calls if not call.operation.startswith(reading)}


@pytest.mark.requirement("PRATIKO-68", check="ops")
def test_a_dry_run_counts_converts_and_writes_nothing(operator: Desk) -> None:
    found = migrate(operator, STAGING, "--dry-run")
    assert found.status == 0, found.err
    kind = found.document["kinds"]["items"]
    assert (kind["rows"], found.document["problems"], found.document["dryRun"]) == (90, [], True)
    assert "items  90" in found.out
    assert changing(operator) == set()
    assert migrate(operator, STAGING, "--dry-run").document["kinds"]["items"]["checksum"] == kind["checksum"]


@pytest.mark.requirement("PRATIKO-68", check="ops")
def test_staging_rehearses_into_a_scratch_table_that_goes_and_prod_follows(operator: Desk) -> None:
    found = migrate(operator, PROD, "--yes")
    assert found.status == 2
    assert "was not rehearsed: `tierwise migrate pratikoai-mcp/staging` comes first" in found.lines[-1]
    assert changing(operator) == set()

    found = migrate(operator, STAGING)
    assert found.status == 0, found.err
    assert "90 items rehearsed: 90 written, 0 there before, 0 wrong" in found.out
    dynamodb = operator.client("dynamodb")
    assert dynamodb.list_tables()["TableNames"] == ["main"]
    assert any(SCRATCH in call.body for call in operator.cloud.made("dynamodb:BatchWriteItem"))

    found = migrate(operator, PROD, "--yes")
    assert found.status == 0, found.err
    items = dynamodb.scan(TableName="main")["Items"]
    assert len(items) == 90
    (one,) = [item for item in items if item["pk"] == {"S": "USER#7"}]
    assert one == {
        "pk": {"S": "USER#7"}, "sk": {"S": "PROFILE"}, "name": {"S": "N7"}, "plan": {"M": {"seats": {"N": "7"}}},
        "schemaVersion": {"N": "1"},
    }  # fmt: skip


def test_a_second_run_finishes_what_the_first_has_left(operator: Desk) -> None:
    migrate(operator, STAGING)
    once = [2]

    def broken(_: Call) -> Answer | None:
        from tests.support.aws import error

        once[0] -= 1
        return error("InternalServerError") if once[0] < 0 else None

    operator.cloud.answers["dynamodb:BatchWriteItem"] = broken
    assert migrate(operator, PROD, "--yes").status == 2
    del operator.cloud.answers["dynamodb:BatchWriteItem"]
    found = migrate(operator, PROD, "--yes")
    assert found.status == 0, found.err
    assert (found.document["written"] + found.document["thereBefore"], found.document["wrong"]) == (90, [])
    assert found.document["thereBefore"] > 0


def test_what_is_there_already_is_never_written_over(operator: Desk) -> None:
    migrate(operator, STAGING)
    kept = {"pk": {"S": "USER#3"}, "sk": {"S": "PROFILE"}, "name": {"S": "newer"}}
    dynamodb = operator.client("dynamodb")
    dynamodb.put_item(TableName="main", Item=kept)
    found = migrate(operator, PROD, "--yes")
    assert found.status == 1
    assert found.document["wrong"] == ["USER#3 / PROFILE is another in main; it was left as it is"]
    key = {name: kept[name] for name in ("pk", "sk")}
    assert dynamodb.get_item(TableName="main", Key=key)["Item"] == kept


def test_another_migration_than_the_rehearsed_one_is_refused(operator: Desk) -> None:
    migrate(operator, STAGING)
    other = operator.folder / "migration.yaml"
    shipped = Path("systems/pratikoai-mcp/migration.yaml").read_text()
    other.write_text(shipped.replace("schemaVersion: 1", "schemaVersion: 2"))
    found = migrate(operator, PROD, "--yes", "--file", str(other))
    assert found.status == 2
    assert "this migration was not rehearsed" in found.lines[-1]


def test_a_rehearsal_in_another_account_is_shown_by_its_json(operator: Desk) -> None:
    proof = operator.folder / "proof.json"
    migrate(operator, STAGING)
    proof.write_text((operator.folder / "o.json").read_text())
    operator.client("ssm").delete_parameter(Name="/tierwise/pratikoai-mcp/staging/operations/migrate")
    assert migrate(operator, PROD, "--yes").status == 2
    wrong = operator.folder / "wrong.json"
    wrong.write_text(json.dumps({**json.loads(proof.read_text()), "dryRun": True}))
    found = migrate(operator, PROD, "--yes", "--rehearsal", str(wrong))
    assert (found.status, "dryRun is True" in found.lines[-1]) == (2, True)
    assert migrate(operator, PROD, "--yes", "--rehearsal", str(proof)).status == 0


def test_rows_that_do_not_fit_are_told_and_nothing_is_written(operator: Desk) -> None:
    bad = [
        {"pk": "USER#a", "sk": "PROFILE", "data": {"pk": "USER#a", "text": "x" * MAX_BYTES}},
        {"pk": "USER#1", "sk": "PROFILE", "data": {}},
        {"pk": "", "sk": "PROFILE", "data": {}},
        {"sk": "PROFILE", "data": {}},
        {"pk": "USER#b", "sk": "PROFILE", "data": "no object"},
    ]
    export(operator, "staging", ROWS + bad)
    found = migrate(operator, STAGING)
    assert found.status == 1
    told = "\n".join(found.document["problems"])
    for words in ("an item holds 409600", "USER#1 / PROFILE is there twice", "has no pk"):
        assert words in told
    assert len(found.document["problems"]) == 5
    assert not changing(operator) & {"CreateTable", "BatchWriteItem"}


def test_a_source_that_is_still_written_to_fails(operator: Desk) -> None:
    migrate(operator, STAGING)
    begun = [False]

    def grow(_: Call) -> None:
        if not begun[0]:
            begun[0] = True
            export(operator, "prod", [*ROWS, {"pk": "USER#new", "sk": "PROFILE", "data": {}}])

    operator.cloud.answers["dynamodb:BatchWriteItem"] = grow
    found = migrate(operator, PROD, "--yes")
    assert found.status == 1
    assert "items: the source has changed meanwhile, 90 rows were 91: freeze its writes" in found.document["wrong"]


def test_a_rehearsal_that_fails_leaves_no_table_and_no_proof(operator: Desk) -> None:
    operator.cloud.fail("dynamodb:BatchWriteItem", "AccessDeniedException")
    found = migrate(operator, STAGING)
    assert found.status == 2
    assert operator.client("dynamodb").list_tables()["TableNames"] == ["main"]
    assert "was not rehearsed" in migrate(operator, PROD, "--yes").lines[-1]


def test_writes_that_came_too_fast_are_sent_again(operator: Desk) -> None:
    left = [2]

    def slow(call: Call) -> Answer | None:
        left[0] -= 1
        if left[0] < 0:
            return None
        kind = {"content-type": "application/x-amz-json-1.0"}
        return 200, kind, json.dumps({"UnprocessedItems": json.loads(call.body)["RequestItems"]})

    operator.cloud.answers["dynamodb:BatchWriteItem"] = slow
    assert migrate(operator, STAGING).status == 0


@pytest.mark.parametrize(
    ("target", "more", "words"),
    [
        (STAGING, {"buckets": {}}, "rows.items: the stack exports no bucket documents"),
        ("pika/prod", {}, "migration.yaml  there is no such file"),
    ],
)
def test_a_stack_without_a_source_is_one_line(operator: Desk, target: str, more: Any, words: str) -> None:
    operator.sign_in(account_of(target))
    found = migrate(operator, target, "--dry-run", **more)
    assert (found.status, len(found.lines)) == (2, 1)
    assert words in found.lines[0]


def test_an_export_that_is_not_there_or_broken_is_one_line(operator: Desk) -> None:
    s3 = operator.client("s3")
    s3.put_object(Bucket="pratiko-staging-documents", Key="migration/items.jsonl", Body=b'{"pk": "a"}\n{broken\n')
    found = migrate(operator, STAGING, "--dry-run")
    assert (found.status, len(found.lines)) == (2, 1)
    assert "s3://pratiko-staging-documents/migration/items.jsonl:2  is no JSON" in found.lines[0]
    s3.delete_object(Bucket="pratiko-staging-documents", Key="migration/items.jsonl")
    found = migrate(operator, STAGING, "--dry-run")
    assert "there is no such object: export the rows of items to it first" in found.lines[0]


def test_rows_of_an_aurora_cluster_come_over_the_data_api(desk: Desk) -> None:
    desk.sign_in(account_of("askiam/dev"))
    desk.client("secretsmanager").create_secret(Name="askiam/dev/db/reader", SecretString="{}")
    rows = [("1", "ann"), ("2", "bob"), ("3", "cy")]

    def answer(call: Call) -> Answer:
        asked = json.loads(call.body)
        after = next(p["value"]["stringValue"] for p in asked["parameters"] if p["name"] == "after")
        records = [[{"stringValue": i}, {"stringValue": n}] for i, n in rows if i > after][:2]
        columns = [{"name": "id"}, {"name": "login"}]
        return 200, {"content-type": "application/json"}, json.dumps({"columnMetadata": columns, "records": records})

    desk.cloud.answers["rds-data:POST /Execute"] = answer
    file = desk.folder / "m.yaml"
    file.write_text(
        "rehearse: dev\ntable: main\nkey: [pk, sk]\nschemaVersion: 1\nrows:\n"
        "  users:\n    user: db-reader\n    order: id\n"
        "    sql: SELECT id, login FROM users WHERE id > :after ORDER BY id LIMIT :count\n"
        '    set: {pk: "USER#{login}", sk: PROFILE, number: "{id}"}\n'
    )
    found = migrate(desk, "askiam/dev", "--dry-run", "--file", str(file), aurora="askiam-dev-aurora")
    assert found.status == 0, found.err
    assert found.document["kinds"]["users"]["rows"] == 3
    found = migrate(desk, "askiam/dev", "--file", str(file), aurora="askiam-dev-aurora")
    assert found.status == 0, found.err
    assert found.document["written"] == 3


EC2M, EC2M_DEV = "ec2-manager/prod", "ec2-manager/dev"


def trail(desk: Desk, name: str, count: int = 3) -> Any:
    dynamodb = table(desk, name)
    for number in range(count):
        item = {"pk": {"S": str(number)}, "user": {"S": "ann"}, "legacy": {"S": "x"}, "schemaVersion": {"N": "1"}}
        dynamodb.put_item(TableName=name, Item=item)
    return dynamodb


def form(desk: Desk, *changes: str, version: int = 2) -> str:
    file = desk.folder / "form.yaml"
    lines = "".join(f"  - {change}\n" for change in changes)
    file.write_text(f"rehearse: dev\ntable: audit\nkey: [pk]\nschemaVersion: {version}\nchanges:\n{lines}")
    return str(file)


NEXT = '{from: 1, rename: {user: actor}, set: {source: "by {user}"}, remove: [legacy]}'


def reform(desk: Desk, target: str, *arguments: str) -> Result:
    name = f"ec2-manager-{target.rpartition('/')[2]}-audit"
    return migrate(desk, target, *arguments, region="us-west-2", tables={"audit": name})


@pytest.mark.requirement("EC2M-56", check="ops")
def test_shipped_items_are_of_the_newest_form_and_a_dry_run_says_so(desk: Desk) -> None:
    desk.sign_in(account_of(EC2M))
    dynamodb = desk.client("dynamodb", "us-west-2")
    dynamodb.create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "timestamp", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "timestamp")],
    )  # fmt: skip
    item = {"id": {"S": "1"}, "timestamp": {"S": "t"}, "schemaVersion": {"N": "1"}}
    dynamodb.put_item(TableName=TABLE, Item=item)
    found = reform(desk, EC2M, "--dry-run")
    assert (found.status, found.document["versions"], found.document["old"]) == (0, {"1": 1}, 0)
    source = Path("workloads/functions/ec2_manager/src/audit.mjs").read_text()
    version = read_mapping(Path("systems/ec2-manager/migration.yaml")).version
    assert f"export const SCHEMA_VERSION = {version};" in source
    del item["schemaVersion"]
    dynamodb.put_item(TableName=TABLE, Item={**item, "id": {"S": "2"}})
    found = reform(desk, EC2M, "--dry-run")
    assert (found.status, found.document["problems"]) == (1, ["2 / t is version 0, and no change leads on from there"])


@pytest.mark.requirement("EC2M-56", check="ops")
def test_items_are_changed_in_dev_first_and_prod_is_refused_until_then(desk: Desk) -> None:
    desk.sign_in(account_of(EC2M))
    file = form(desk, NEXT)
    dev, prod = (trail(desk, f"ec2-manager-{stage}-audit") for stage in ("dev", "prod"))
    found = reform(desk, EC2M, "--yes", "--file", file)
    assert found.status == 2
    assert "`tierwise migrate ec2-manager/dev` comes first" in found.lines[-1]
    found = reform(desk, EC2M_DEV, "--file", file)
    assert (found.status, found.document["changed"]) == (0, 3)
    assert dev.get_item(TableName="ec2-manager-dev-audit", Key={"pk": {"S": "1"}})["Item"] == {
        "pk": {"S": "1"}, "actor": {"S": "ann"}, "source": {"S": "by ann"}, "schemaVersion": {"N": "2"},
    }  # fmt: skip
    assert reform(desk, EC2M, "--yes", "--file", file).status == 0
    assert all(i["schemaVersion"] == {"N": "2"} for i in prod.scan(TableName=TABLE)["Items"])
    found = reform(desk, EC2M, "--yes", "--file", file)
    assert (found.status, found.document["old"]) == (0, 0)


def test_an_item_that_was_written_meanwhile_is_left_and_told(desk: Desk) -> None:
    desk.sign_in(account_of(EC2M))
    trail(desk, "ec2-manager-dev-audit")
    desk.cloud.fail("dynamodb:UpdateItem", "ConditionalCheckFailedException", times=1)
    found = reform(desk, EC2M_DEV, "--file", form(desk, NEXT))
    assert (found.status, found.document["changed"], found.document["writtenMeanwhile"]) == (1, 2, 1)
    assert "run it again" in found.out
    assert reform(desk, EC2M_DEV, "--file", form(desk, NEXT)).status == 0


def test_prods_items_are_not_touched_while_they_could_not_be_brought_back(desk: Desk) -> None:
    desk.sign_in(account_of(EC2M))
    trail(desk, "ec2-manager-dev-audit")
    prod = trail(desk, TABLE)
    prod.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    file = form(desk, NEXT)
    reform(desk, EC2M_DEV, "--file", file)
    found = reform(desk, EC2M, "--yes", "--file", file)
    assert found.status == 2
    assert "turn point-in-time recovery on first" in found.lines[-1]
    assert all(i["schemaVersion"] == {"N": "1"} for i in prod.scan(TableName=TABLE)["Items"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("changes: [{from: 1, rename: {pk: id}}]", "touches pk: keys and version stay"),
        ("changes: [{from: 0}]", "changes go from 0 to 2 one by one"),
        ("changes: [{form: 1}]", "changes.0.form"),
        ("rows: {a: {bucket: b}}", "exactly one of both"),
        ("rows: {a: {bucket: b, object: c, set: {name: x}}}", "rows.a.set names no pk"),
        ("note: x", "note"),
    ],
)
def test_a_mistake_in_the_file_is_a_line_of_it(tmp_path: Path, text: str, words: str) -> None:
    from tierwise.preview.errors import ConfigError

    file = tmp_path / "migration.yaml"
    file.write_text(f"rehearse: dev\ntable: audit\nkey: [pk]\nschemaVersion: 2\n{text}\n")
    with pytest.raises(ConfigError) as caught:
        read_mapping(file)
    assert any("migration.yaml:" in line and words in line for line in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("target", ["pratikoai-mcp", "ec2-manager"])
def test_shipped_migrations_are_well_formed(target: str) -> None:
    assert read_mapping(Path(f"systems/{target}/migration.yaml")).version == 1


def test_numbers_that_are_equal_are_equal_however_they_are_written() -> None:
    assert digest_of({"n": {"N": "1.50"}}) == digest_of({"n": attribute(1.5)})
    assert digest_of({"n": {"N": "100"}}) == digest_of({"n": attribute(1e2)})
    assert digest_of({"n": {"N": "1"}}) != digest_of({"n": {"S": "1"}})
    assert attribute(True) == {"BOOL": True}
    assert attribute([None, 0]) == {"L": [{"NULL": True}, {"N": "0"}]}
