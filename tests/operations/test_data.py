"""Copies of data: taken, listed, restored beside what is there, rehearsed, and never lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.test_smoke_requests import account_of, region_of
from tierwise.operations.data.stores import guard
from tierwise.operations.errors import OperationError

TABLE = "ec2-manager-prod-audit"


def run(desk: Desk, command: str, target: str, *arguments: str, **outputs: Any) -> Result:
    file = desk.outputs(target, region=region_of(target), **outputs)
    return desk.tierwise(command, target, *arguments, "--outputs", file, "--json", str(desk.folder / "o.json"))


def table(desk: Desk, name: str = TABLE, *, region: str = "us-west-2", recovery: bool = True) -> Any:
    dynamodb = desk.client("dynamodb", region)
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )  # fmt: skip
    for number in range(3):
        dynamodb.put_item(TableName=name, Item={"pk": {"S": str(number)}})
    if recovery:
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
    return dynamodb


def database(desk: Desk, name: str = "pika-prod-database") -> Any:
    rds = desk.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier=name, DBInstanceClass="db.t4g.micro", Engine="postgres", MasterUsername="owner",
        MasterUserPassword="not-a-secret", AllocatedStorage=20, BackupRetentionPeriod=7, StorageEncrypted=True,
    )  # fmt: skip
    return rds


def aurora(desk: Desk, name: str, region: str = "us-east-1") -> Any:
    rds = desk.client("rds", region)
    rds.create_db_cluster(
        DBClusterIdentifier=name, Engine="aurora-postgresql", MasterUsername="owner", MasterUserPassword="not-a-secret",
        ServerlessV2ScalingConfiguration={"MinCapacity": 0.5, "MaxCapacity": 2},
    )  # fmt: skip
    return rds


@pytest.mark.requirement("EC2M-118")
@pytest.mark.requirement("PRATIKO-132")
def test_a_table_is_restored_to_a_moment_beside_the_old_one(desk: Desk) -> None:
    target = "ec2-manager/prod"
    desk.sign_in(account_of(target))
    dynamodb = table(desk)
    moment = (datetime.now(UTC) - timedelta(minutes=10)).replace(microsecond=0)
    found = run(desk, "restore", target, "table:audit", "--to", moment.isoformat(), "--yes", tables={"audit": TABLE})
    assert found.status == 0, found.err
    assert set(dynamodb.list_tables()["TableNames"]) == {TABLE, f"{TABLE}-restored"}
    assert dynamodb.scan(TableName=f"{TABLE}-restored")["Count"] == 3
    asked = json.loads(desk.cloud.made("dynamodb:RestoreTableToPointInTime")[0].body)
    assert asked["RestoreDateTime"] == moment.timestamp()
    assert "within the objective of 2 h" in found.out
    assert "Callers still use ec2-manager-prod-audit" in found.out


@pytest.mark.requirement("PIKA-100")
@pytest.mark.requirement("PIKA-101")
@pytest.mark.requirement("PRATIKO-133")
def test_a_database_is_restored_to_a_moment_and_the_time_is_told(desk: Desk) -> None:
    rds = database(desk)
    found = run(
        desk, "restore", "pika/prod", "database", "--to", "2026-01-01T10:00", "--yes", database="pika-prod-database"
    )
    assert found.status == 0, found.err
    names = {instance["DBInstanceIdentifier"] for instance in rds.describe_db_instances()["DBInstances"]}
    assert names == {"pika-prod-database", "pika-prod-database-restored"}
    asked = desk.cloud.made("rds:RestoreDBInstanceToPointInTime")[0].body
    for words in ("RestoreTime=2026-01-01T10%3A00%3A00Z", "PubliclyAccessible=false", "DeletionProtection=true"):
        assert words in asked
    assert "within the objective of 1 h" in found.out
    assert found.document["seconds"] >= 0


@pytest.mark.requirement("ASKIAM-96")
def test_a_cluster_is_restored_with_an_instance_that_serves_it(desk: Desk) -> None:
    rds = aurora(desk, "pika-prod-aurora")
    found = run(desk, "restore", "pika/prod", "aurora", "--to", "2026-01-01T10:00", "--yes", aurora="pika-prod-aurora")
    assert found.status == 0, found.err
    cluster = rds.describe_db_clusters(DBClusterIdentifier="pika-prod-aurora-restored")["DBClusters"][0]
    assert [member["DBInstanceIdentifier"] for member in cluster["DBClusterMembers"]] == ["pika-prod-aurora-restored-1"]


@pytest.mark.requirement("PIKA-103")
def test_a_cache_is_restored_from_its_last_snapshot(desk: Desk) -> None:
    elasticache = desk.client("elasticache")
    elasticache.create_replication_group(
        ReplicationGroupId="cache", ReplicationGroupDescription="c", CacheNodeType="cache.t4g.micro", Engine="redis"
    )
    elasticache.create_snapshot(ReplicationGroupId="cache", SnapshotName="last-night")
    found = run(desk, "restore", "pika/prod", "cache", "--yes", cache="cache")
    assert found.status == 0, found.err
    assert "SnapshotName=last-night" in desk.cloud.made("elasticache:CreateReplicationGroup")[-1].body
    assert "within the objective of 1 h" in found.out


def test_nothing_is_restored_over_what_is_there(desk: Desk) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    dynamodb = table(desk)
    found = run(desk, "restore", "ec2-manager/prod", "table:audit", "--as", TABLE, "--yes", tables={"audit": TABLE})
    assert found.status == 2
    assert dynamodb.scan(TableName=TABLE)["Count"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["table:audti"], "table:audti  is no store of ec2-manager/prod: there are table:audit"),
        (["table:audit", "--to", "2999-01-01"], "2999-01-01  lies ahead"),
        (["table:audit", "--to", "noon"], "noon  is no moment"),
        (["table:audit", "--as", "x-drill-1"], "x-drill-1  is a name of rehearsals"),
    ],
)
def test_what_cannot_be_restored_is_one_line(desk: Desk, arguments: list[str], words: str) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    table(desk)
    found = run(desk, "restore", "ec2-manager/prod", *arguments, "--yes", tables={"audit": TABLE})
    assert (found.status, words in found.lines[-1]) == (2, True), found.err


def test_a_table_without_recovery_says_so(desk: Desk) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    table(desk, recovery=False)
    found = run(desk, "restore", "ec2-manager/prod", "table:audit", "--yes", tables={"audit": TABLE})
    assert "point-in-time recovery is off" in found.lines[-1]


# -- Rehearsals --------------------------------------------------------------------------------------------------------


def drill(desk: Desk, *arguments: str) -> Result:
    return run(desk, "restore-drill", "ec2-manager/prod", *arguments, "--yes", tables={"audit": TABLE})


def test_a_rehearsal_restores_compares_measures_and_deletes(desk: Desk) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    dynamodb = table(desk)
    reports = desk.folder / "reports"
    found = drill(desk, "--report", str(reports))
    assert found.status == 0, found.out + found.err
    result = found.document["drills"][0]
    assert (result["store"], result["ok"], result["rtoLimit"], result["rpoLimit"]) == ("table:audit", True, 7200, 3600)
    assert "items 3" in result["detail"]
    assert dynamodb.list_tables()["TableNames"] == [TABLE], "the scratch is gone, the table is not"
    report = next(Path(reports).iterdir()).read_text()
    assert report.startswith("# Restore drill of ec2-manager/prod, ")
    assert "| table:audit | ok |" in report


def test_a_restore_that_lost_something_fails(desk: Desk) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    table(desk)
    answers = [{"Count": 3}, {"Count": 2}]
    desk.cloud.answers["dynamodb:Scan"] = lambda _: (
        200, {"content-type": "application/x-amz-json-1.0"}, json.dumps(answers.pop(0)),
    )  # fmt: skip
    found = drill(desk)
    assert found.status == 1
    assert "items 2 instead of 3" in found.out


def test_a_crash_leaves_nothing_and_what_is_left_can_be_cleaned(desk: Desk) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    dynamodb = table(desk)
    scans = [0]

    def second_is_denied(_: Any) -> Any:
        scans[0] += 1
        return None if scans[0] == 1 else (400, {"x-fault": "AccessDeniedException"}, "")

    desk.cloud.answers["dynamodb:Scan"] = second_is_denied
    assert drill(desk).status == 2
    assert dynamodb.list_tables()["TableNames"] == [TABLE]
    # The deletion itself fails: the line names the command that deletes it.
    scans[0] = 0
    desk.cloud.fail("dynamodb:DeleteTable", "ResourceInUseException", times=1)
    found = drill(desk)
    assert "`tierwise restore-drill ec2-manager/prod --cleanup` deletes it" in found.err
    assert len(dynamodb.list_tables()["TableNames"]) == 2
    found = drill(desk, "--cleanup")
    assert found.status == 0
    assert dynamodb.list_tables()["TableNames"] == [TABLE]


@pytest.mark.parametrize("name", [TABLE, "pika-prod-database", "pika-prod-database-restored"])
def test_nothing_but_a_rehearsals_own_is_ever_deleted(name: str) -> None:
    with pytest.raises(OperationError, match="was not made by a rehearsal"):
        guard(name)


def test_all_stores_of_a_stack_are_rehearsed(desk: Desk) -> None:
    rds = database(desk)
    aurora(desk, "pika-prod-aurora")
    outputs = {"database": "pika-prod-database", "aurora": "pika-prod-aurora"}
    found = run(desk, "restore-drill", "pika/prod", "--yes", **outputs)
    assert [result["store"] for result in found.document["drills"]] == ["database", "aurora"]
    assert all(result["ok"] for result in found.document["drills"]), found.out
    assert [i["DBInstanceIdentifier"] for i in rds.describe_db_instances()["DBInstances"]] == ["pika-prod-database"]
    assert len(rds.describe_db_clusters()["DBClusters"]) == 1


@pytest.mark.requirement("EC2M-117")
@pytest.mark.requirement("ASKIAM-95")
def test_the_report_holds_measured_times_against_the_objectives(desk: Desk) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    table(desk)
    before = desk.tierwise("dr-report", "ec2-manager/prod", "--json", str(desk.folder / "r.json"))
    figures = {o["scenario"]: (o["rtoSeconds"], o["rpoSeconds"], o["met"]) for o in before.document["objectives"]}
    assert figures == {
        "application error": (900, 0, None),
        "data corruption": (7200, 3600, None),
        "infrastructure": (14400, 3600, None),
        "region outage": (28800, 14400, None),
    }
    drill(desk)
    after = desk.tierwise("dr-report", "ec2-manager/prod", "--json", str(desk.folder / "r.json"))
    corruption = next(o for o in after.document["objectives"] if o["scenario"] == "data corruption")
    assert (corruption["met"], corruption["measuredRtoSeconds"] is not None) == (True, True)


def test_copies_are_listed_and_taken(desk: Desk) -> None:
    rds = database(desk)
    found = run(desk, "backup", "pika/prod", "--take", database="pika-prod-database")
    assert found.status == 0, found.err
    names = [s["DBSnapshotIdentifier"] for s in rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]]
    assert names == found.document["taken"]
    listed = run(desk, "backup", "pika/prod", database="pika-prod-database")
    assert names[0] in [copy["name"] for copy in listed.document["copies"]]


def test_a_store_without_any_copy_fails(desk: Desk) -> None:
    desk.sign_in(account_of("ec2-manager/prod"))
    table(desk, recovery=False)
    found = run(desk, "backup", "ec2-manager/prod", tables={"audit": TABLE})
    assert (found.status, found.document["withoutCopies"]) == (1, ["table:audit"])
