"""Indexes of the search collection: made once, extended, filled from the database, and never quietly wrong."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import ROOT, Desk, Result
from tests.operations.test_smoke_requests import account_of
from tests.support.aws import Answer as AwsAnswer
from tests.support.aws import Call
from tests.support.website import Answer, Asked, Website, website
from tierwise.operations.search.sources import read_sources

TARGET = "askiam/dev"
FOLDER = ROOT / "workloads/functions/askiam"
SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[A-Z0-9]+/[0-9]{8}/us-east-1/aoss/aws4_request, SignedHeaders=(\S+), "
)
MAPPINGS = {
    name: json.loads((FOLDER / f"search/{name}.json").read_text()) for name in ("iam_metadata", "access_patterns")
}


@dataclass
class Collection:
    """A collection as far as the commands use it; like AWS's, it takes no ids of the caller.

    Attributes:
        indexes: Mapping of each index.
        documents: What each index holds.
        faults: Statuses that are answered first, in order.
        bulk: Answers a bulk request instead; None passes.
    """

    indexes: dict[str, Any] = field(default_factory=dict[str, Any])
    documents: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    faults: list[int] = field(default_factory=list[int])
    bulk: Any = None
    made: list[str] = field(default_factory=list[str])

    def answer(self, asked: Asked) -> Answer:
        """Answer as OpenSearch does."""
        signed = SIGNED.match(asked.headers.get("authorization", ""))
        if signed is None or not {"host", "x-amz-content-sha256"} <= set(signed[1].rstrip(",").split(";")):
            return 403, {}, {"message": "not signed"}
        if self.faults:
            return self.faults.pop(0), {}, {"message": "no"}
        if asked.method != "GET":
            self.made.append(f"{asked.method} {asked.path}")
        index, _, part = asked.path.strip("/").partition("/")
        if index == "_bulk":
            return self._bulk(asked.body)
        if asked.method == "PUT" and not part:
            self.indexes[index], self.documents[index] = asked.body, []
            return 200, {}, {"acknowledged": True}
        if index not in self.indexes:
            return 404, {}, {"error": {"reason": f"no such index [{index}]"}}
        if asked.method == "DELETE":
            del self.indexes[index], self.documents[index]
        elif part == "_count":
            return 200, {}, {"count": len(self.documents[index])}
        elif asked.method == "PUT":
            self.indexes[index]["mappings"]["properties"] |= asked.body["properties"]
        else:
            return 200, {}, {index: {"mappings": self.indexes[index]["mappings"]}}
        return 200, {}, {"acknowledged": True}

    def _bulk(self, body: str) -> Answer:
        lines = [json.loads(line) for line in body.splitlines()]
        pairs = list(zip(lines[::2], lines[1::2], strict=True))
        if self.bulk is not None and (found := self.bulk(pairs)) is not None:
            return found
        results: list[Any] = []
        for action, document in pairs:
            assert list(action["index"]) == ["_index"], "a vector collection takes no ids"
            known = self.indexes[action["index"]["_index"]]["mappings"]["properties"]
            assert set(document) <= set(known), "the mapping is strict"
            self.documents[action["index"]["_index"]].append(document)
            results.append({"index": {"status": 201}})
        return 200, {}, {"errors": False, "items": results}


@pytest.fixture
def collection() -> Collection:
    return Collection()


@pytest.fixture
def site(desk: Desk, collection: Collection) -> Iterator[Website]:
    """The collection's endpoint."""
    desk.sign_in(account_of(TARGET))
    with website(desk.folder, collection.answer) as found:
        desk.monkeypatch.setenv("SSL_CERT_FILE", str(found.authority))
        yield found


def run(desk: Desk, site: Website, *arguments: str, **more: Any) -> Result:
    target = more.pop("target", TARGET)
    file = desk.outputs(target, **{"searchEndpoint": site.url, "aurora": "askiam-dev-aurora", **more})
    report = str(desk.folder / "o.json")
    return desk.tierwise("search", arguments[0], target, *arguments[1:], "--outputs", file, "--json", report)


@pytest.mark.requirement("ASKIAM-54")
def test_the_two_indexes_are_made_by_their_mappings_and_every_call_is_signed(
    desk: Desk, site: Website, collection: Collection
) -> None:
    found = run(desk, site, "bootstrap")
    assert found.status == 0, found.err
    assert collection.made == ["PUT /access_patterns", "PUT /iam_metadata"]
    assert collection.indexes == MAPPINGS
    names = {name: set(mapping["mappings"]["properties"]) for name, mapping in collection.indexes.items()}
    assert names == {
        "iam_metadata": {"user_name", "app_name", "role_name", "policy_json", "compliance_level", "embedding"},
        "access_patterns": {"user_id", "role_id", "app_id", "timestamp", "approved"},
    }
    assert collection.indexes["iam_metadata"]["mappings"]["properties"]["embedding"]["type"] == "knn_vector"
    assert all(SIGNED.match(asked.headers["authorization"]) for asked in site.asked)
    assert found.document["made"] == ["access_patterns", "iam_metadata"]


@pytest.mark.requirement("ASKIAM-54")
def test_a_second_run_makes_nothing(desk: Desk, site: Website, collection: Collection) -> None:
    run(desk, site, "bootstrap")
    collection.made.clear()
    found = run(desk, site, "bootstrap")
    assert (found.status, collection.made, found.document["made"]) == (0, [], [])
    assert found.out.count("as configured") == 2


def test_it_is_called_in_one_word_too(desk: Desk, site: Website, collection: Collection) -> None:
    file = desk.outputs(TARGET, searchEndpoint=site.url)
    assert desk.tierwise("search-bootstrap", TARGET, "--outputs", file).status == 0
    assert set(collection.indexes) == set(MAPPINGS)


def test_new_fields_are_added_and_other_types_refused(desk: Desk, site: Website, collection: Collection) -> None:
    run(desk, site, "bootstrap")
    kinds = collection.indexes["access_patterns"]["mappings"]["properties"]
    del kinds["approved"]
    found = run(desk, site, "bootstrap")
    assert (found.status, kinds["approved"]) == (0, {"type": "boolean"})
    assert "lacks approved" in found.out
    kinds["approved"] = {"type": "keyword"}
    collection.made.clear()
    found = run(desk, site, "bootstrap")
    assert (found.status, len(found.lines), collection.made) == (2, 1, [])
    assert "index access_patterns differs: approved.type is 'keyword', not 'boolean'" in found.lines[0]
    assert "tierwise search rebuild askiam/dev access_patterns" in found.lines[0]


def test_a_dry_run_makes_nothing(desk: Desk, site: Website, collection: Collection) -> None:
    found = run(desk, site, "bootstrap", "--dry-run")
    assert (found.status, collection.made) == (0, [])
    assert "would call aoss:PUT /iam_metadata" in found.out


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([403], "search.administrators must name its role, and the collection admits its VPC alone"),
        ([400], "GET /access_patterns/_mapping: 400"),
        ([429] * 8, "GET /access_patterns/_mapping: 429"),
    ],
)
def test_a_collection_that_refuses_is_one_line(
    desk: Desk, site: Website, collection: Collection, faults: list[int], words: str
) -> None:
    collection.faults = faults
    found = run(desk, site, "bootstrap")
    assert (found.status, len(found.lines), collection.made) == (2, 1, [])
    assert words in found.lines[0]


def test_throttling_is_waited_out_with_longer_and_longer_pauses(
    desk: Desk, site: Website, collection: Collection
) -> None:
    collection.faults = [429, 503, 500]
    assert run(desk, site, "bootstrap").status == 0
    assert 0.5 <= desk.slept[0] <= 1 <= desk.slept[1] <= 2 <= desk.slept[2] <= 4


def test_from_outside_of_the_vpc_it_is_said_where_to_run(desk: Desk, site: Website) -> None:
    found = run(desk, site, "bootstrap", searchEndpoint="https://127.0.0.1:9")
    assert (found.status, len(found.lines)) == (2, 1)
    assert "the collection admits its VPC alone, so run this from inside" in found.lines[0]


@pytest.mark.parametrize(
    ("target", "more", "words"),
    [
        ("pika/prod", {}, "pika/prod  has no search collection"),
        (TARGET, {"searchEndpoint": ""}, "the stack exports no searchEndpoint"),
    ],
)
def test_a_stack_without_a_collection_is_one_line(
    desk: Desk, site: Website, target: str, more: dict[str, Any], words: str
) -> None:
    desk.sign_in(account_of(target))
    found = run(desk, site, "bootstrap", target=target, **more)
    assert (found.status, len(found.lines)) == (2, 1)
    assert words in found.lines[0]


class Database:
    """AskIAM's tables, asked as the Data API asks them."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        self.connection.executescript((FOLDER / "sql/schema.sql").read_text())
        rows = [
            "INSERT INTO users VALUES (1, 'j@x', 'john.doe', 'active', '2026'), (2, 'e@x', 'eve', 'active', '2026')",
            "INSERT INTO applications VALUES (456, 'Workday', '', '', '2026')",
            "INSERT INTO roles VALUES (789, 456, 'HR Analyst', '{}', '2026'), (790, 456, 'Clerk', NULL, '2026')",
            "INSERT INTO user_roles VALUES (1, 789, '2026', NULL, 'active'), (2, 790, '2026', NULL, 'active'),"
            " (2, 789, '2026', NULL, 'revoked')",
            """INSERT INTO policies VALUES (789, '{"compliance_level": "sensitive"}', 3, '2026')""",
        ]
        for statement in rows:
            self.connection.execute(statement)
        self.decide(250)

    def decide(self, count: int, *, start: int = 0) -> None:
        """Write decisions, every tenth of them about something that nobody knows."""
        self.connection.executemany(
            "INSERT INTO audit_log VALUES (?, 'john.doe', 'access-request', ?, ?, '2026-01-21 10:30:00.5', '', '')",
            [
                (f"r-{n:05}", "456/999" if n % 10 == 9 else "456/789", "VALID" if n % 2 else "INVALID")
                for n in range(start, start + count)
            ],
        )

    def answer(self, call: Call) -> AwsAnswer:
        """One statement."""
        asked = json.loads(call.body)
        assert asked["secretArn"].startswith(
            "arn:aws:secretsmanager:us-east-1:432109876543:secret:askiam/dev/db/reader"
        )
        assert asked["resourceArn"] == "arn:aws:rds:us-east-1:432109876543:cluster:askiam-dev-aurora"
        values = {p["name"]: next(iter(p["value"].values())) for p in asked["parameters"]}
        cursor = self.connection.execute(asked["sql"], values)
        names = [column[0] for column in cursor.description]

        def cell(name: str, value: Any) -> dict[str, Any]:
            if name == "approved":
                return {"booleanValue": bool(value)}
            if value is None:
                return {"isNull": True}
            return {"longValue": value} if isinstance(value, int) else {"stringValue": value}

        content = {
            "columnMetadata": [{"name": name, "label": name} for name in names],
            "records": [[cell(n, v) for n, v in zip(names, row, strict=True)] for row in cursor.fetchall()],
        }
        return 200, {"content-type": "application/json"}, json.dumps(content)


@pytest.fixture
def database(desk: Desk, site: Website) -> Database:
    """The database, and a model that embeds."""
    desk.client("secretsmanager").create_secret(Name="askiam/dev/db/reader", SecretString="{}")
    made = Database()
    desk.cloud.answers["rds-data:POST /Execute"] = made.answer
    desk.cloud.answers["bedrock:POST /model/amazon.titan-embed-text-v2%3A0/invoke"] = embed
    return made


def embed(call: Call) -> AwsAnswer:
    asked = json.loads(call.body)
    vector = [float(len(asked["inputText"]))] * asked["dimensions"]
    return 200, {"content-type": "application/json"}, json.dumps({"embedding": vector})


@pytest.mark.requirement("ASKIAM-97", check="ops")
def test_both_indexes_are_made_anew_and_filled_from_the_database(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    run(desk, site, "bootstrap")
    collection.documents["access_patterns"].append({"user_id": 9})
    found = run(desk, site, "rebuild")
    assert found.status == 0, found.err
    held = collection.documents["iam_metadata"]
    assert [(d["user_name"], d["app_name"], d["role_name"], d["compliance_level"]) for d in held] == [
        ("john.doe", "Workday", "HR Analyst", "sensitive"),
        ("eve", "Workday", "Clerk", "standard"),
    ]
    assert [len(document["embedding"]) for document in held] == [1024, 1024]
    assert held[0]["embedding"] != held[1]["embedding"]
    decided = collection.documents["access_patterns"]
    assert len(decided) == 225
    assert decided[1] == {
        "user_id": 1, "role_id": 789, "app_id": 456, "timestamp": "2026-01-21T10:30:00.5", "approved": True,
    }  # fmt: skip
    assert found.document["indexes"] == {"iam_metadata": 2, "access_patterns": 225}
    assert "access_patterns: 200 documents" in found.err


def interrupt(collection: Collection, index: str, after: int) -> None:
    """Have bulk requests of an index refused after some."""
    left = [after]

    def bulk(pairs: Any) -> Any:
        if pairs[0][0]["index"]["_index"] != index:
            return None
        left[0] -= 1
        items = [{"index": {"status": 400, "error": {"reason": "mapper [x]"}}} for _ in pairs]
        return None if left[0] >= 0 else (200, {}, {"errors": True, "items": items})

    collection.bulk = bulk


@pytest.mark.requirement("ASKIAM-97", check="ops")
def test_an_interrupted_run_goes_on_where_it_was(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    interrupt(collection, "access_patterns", 1)
    found = run(desk, site, "rebuild")
    assert found.status == 2
    assert "access_patterns  refuses 25 of 25 documents: mapper [x]" in found.lines[-1]
    collection.bulk = None
    collection.made.clear()
    found = run(desk, site, "rebuild")
    assert found.status == 0, found.err
    assert collection.made == ["POST /_bulk", "PUT /iam_metadata", "POST /_bulk"]
    assert len(collection.documents["access_patterns"]) == 225
    assert "going on with the run of" in found.err


def test_an_index_that_holds_other_than_was_recorded_is_begun_again(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    interrupt(collection, "access_patterns", 1)
    run(desk, site, "rebuild")
    collection.bulk = None
    collection.documents["access_patterns"].append({"user_id": 1})
    found = run(desk, site, "rebuild")
    assert (found.status, len(collection.documents["access_patterns"])) == (0, 225)
    assert "DELETE /access_patterns" in collection.made


def test_documents_that_got_lost_are_said_and_the_next_run_mends_it(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    collection.bulk = lambda pairs: (200, {}, {"items": [{"index": {"status": 201}}] * len(pairs)})
    found = run(desk, site, "rebuild", "access_patterns")
    assert found.status == 1
    assert found.document["counted"] == {"access_patterns": 0}
    assert "the index counts other than was added; repeat" in found.err
    collection.bulk = None
    found = run(desk, site, "rebuild", "access_patterns")
    assert (found.status, found.document["counted"]) == (0, {"access_patterns": 225})


def test_documents_that_came_too_fast_are_sent_again(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    once = [True]

    def bulk(pairs: Any) -> Any:
        if not once.pop() if once else True:
            return None
        document = pairs[0][1]
        collection.documents["iam_metadata"].append(document)
        items = [{"index": {"status": 201}}, {"index": {"status": 429, "error": {"reason": "slower"}}}]
        return 200, {}, {"errors": True, "items": items}

    collection.bulk = bulk
    found = run(desk, site, "rebuild", "iam_metadata")
    assert (found.status, len(collection.documents["iam_metadata"])) == (0, 2)


def test_a_dry_run_counts_and_touches_nothing(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    found = run(desk, site, "rebuild", "--dry-run")
    assert (found.status, collection.made) == (0, [])
    assert "would delete access_patterns, make it anew and add 225 documents" in found.out
    assert desk.cloud.made("bedrock:POST /model/amazon.titan-embed-text-v2%3A0/invoke") == []


def test_a_cluster_that_wakes_up_is_waited_for(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    left = [2]

    def waking(call: Call) -> AwsAnswer:
        from tests.support.aws import error

        left[0] -= 1
        return error("DatabaseResumingException") if left[0] >= 0 else database.answer(call)

    desk.cloud.answers["rds-data:POST /Execute"] = waking
    found = run(desk, site, "rebuild", "access_patterns")
    assert found.status == 0, found.err
    assert "database: waking up" in found.err


def test_a_model_of_another_size_is_refused(
    desk: Desk, site: Website, collection: Collection, database: Database
) -> None:
    desk.cloud.answer("bedrock:POST /model/amazon.titan-embed-text-v2%3A0/invoke", {"embedding": [1.0]})
    found = run(desk, site, "rebuild", "iam_metadata")
    assert found.status == 2
    assert "answers 1 numbers, the index takes 1024" in found.lines[-1]


def test_an_index_that_nobody_knows_is_refused(desk: Desk, site: Website, database: Database) -> None:
    found = run(desk, site, "rebuild", "roles")
    assert (found.status, found.lines) == (2, ["roles  is no index of askiam/dev: access_patterns, iam_metadata"])


def test_a_mistake_in_the_file_is_a_line_of_it(tmp_path: Path) -> None:
    from tierwise.preview.errors import ConfigError

    (tmp_path / "search.yaml").write_text("user: a\nindexes:\n  x:\n    key: id\n    sql: SELECT 1\n  y: {ky: id}\n")
    with pytest.raises(ConfigError) as caught:
        read_sources(tmp_path)
    assert any("search.yaml:5" in line and "keys > :after" in line for line in caught.value.problems)
    assert any("search.yaml:6" in line and "indexes.y.ky" in line for line in caught.value.problems)
