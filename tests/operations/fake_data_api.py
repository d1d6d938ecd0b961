"""Aurora's Data API, of which moto has one call: transactions, and enough of PostgreSQL to tell what is there."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.aws import Answer, Call, FakeAws, error
from tierwise.operations.database.cluster import INVENTORY

_MADE = (
    (re.compile(r'CREATE EXTENSION IF NOT EXISTS "(\w+)"'), "extension {0}"),
    (re.compile(r'CREATE ROLE "(\w+)" LOGIN'), "role {0}"),
    (re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)"), "table {0}"),
    (re.compile(r"CREATE INDEX IF NOT EXISTS (\w+)"), "index {0}"),
    (re.compile(r"CREATE OR REPLACE VIEW (\w+)"), "view {0}"),
    (re.compile(r"GRANT rds_iam TO \"(\w+)\""), "sign-in with IAM of {0}"),
    (re.compile(r"GRANT ([\w, ]+) ON (.+) TO \"?(\w+)\"?"), "grant of {0} on {1} to {2}"),
)
_PASSWORD = re.compile(r"ALTER ROLE %I PASSWORD %L', '(\w+)', current_setting\('([\w.]+)'\)")


@dataclass
class FakeDataApi:
    """The API of one cluster.

    Attributes:
        secret_of: Reads a secret's text by its ARN.
        there: What is committed.
        verifiers: What the database keeps of passwords, by role.
        statements: Every statement that arrived, with its parameters.
        ended: How transactions ended.
        refuse: A statement that contains this is refused.
        waking: How often the cluster says that it is waking up.
    """

    secret_of: Callable[[str], str]
    there: set[str] = field(default_factory=set)
    verifiers: dict[str, str] = field(default_factory=dict)
    statements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    refuse: str = ""
    waking: int = 0
    _pending: set[str] = field(default_factory=set)
    _pending_verifiers: dict[str, str] = field(default_factory=dict)
    _held: dict[str, str] = field(default_factory=dict)

    def attach(self, cloud: FakeAws) -> FakeDataApi:
        """Answer in a cloud."""
        cloud.answers["rds-data:POST /BeginTransaction"] = self._begin
        cloud.answers["rds-data:POST /Execute"] = self._execute
        cloud.answers["rds-data:POST /CommitTransaction"] = self._commit
        cloud.answers["rds-data:POST /RollbackTransaction"] = self._roll_back
        return self

    def texts(self) -> list[str]:
        """The statements that change something."""
        return [text for text, _ in self.statements if not text.startswith("SELECT")]

    def _begin(self, _: Call) -> Answer:
        if self.waking:
            self.waking -= 1
            return error("DatabaseResumingException")
        self._pending, self._pending_verifiers, self._held = set(self.there), dict(self.verifiers), {}
        return _json({"transactionId": "one"})

    def _execute(self, call: Call) -> Answer:
        asked = json.loads(call.body)
        text = asked["sql"]
        values = {entry["name"]: entry["value"]["stringValue"] for entry in asked.get("parameters", [])}
        if "transactionId" not in asked:
            return self._sign_in(asked["secretArn"])
        self.statements.append((text, values))
        if self.refuse and self.refuse in text:
            message = "ERROR: permission denied to create extension; SQLState: 42501"
            return 400, {"x-amzn-errortype": "DatabaseErrorException"}, json.dumps({"message": message})
        if text == INVENTORY.text:
            return _json({"records": [[{"stringValue": line}] for line in sorted(self._pending)]})
        if found := re.match(r"SELECT set_config\('([\w.]+)', :verifier, true\)", text):
            self._held[found[1]] = values["verifier"]
        elif found := _PASSWORD.search(text):
            self._pending_verifiers[found[1]] = self._held[found[2]]
        else:
            self._pending |= {words.format(*m.groups()) for pattern, words in _MADE if (m := pattern.search(text))}
        return _json({"records": []})

    def _sign_in(self, arn: str) -> Answer:
        secret = json.loads(self.secret_of(arn))
        if _matches(self.verifiers.get(secret["username"], ""), secret["password"]):
            return _json({"records": [[{"longValue": 1}]]})
        message = f'FATAL: password authentication failed for user "{secret["username"]}"; SQLState: 28P01'
        return 400, {"x-amzn-errortype": "BadRequestException"}, json.dumps({"message": message})

    def _commit(self, _: Call) -> Answer:
        self.there, self.verifiers = self._pending, self._pending_verifiers
        self.ended.append("committed")
        return _json({"transactionStatus": "Transaction Committed"})

    def _roll_back(self, _: Call) -> Answer:
        self.ended.append("rolled back")
        return _json({"transactionStatus": "Rollback Complete"})


def _json(content: dict[str, Any]) -> Answer:
    return 200, {"content-type": "application/json"}, json.dumps(content)


def _matches(verifier: str, password: str) -> bool:
    """Whether a server with this verifier lets a password in (RFC 5802)."""
    found = re.fullmatch(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)", verifier)
    if found is None:
        return False
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(found[2]), int(found[1]))
    key = hmac.new(salted, b"Client Key", "sha256").digest()
    return base64.b64encode(hashlib.sha256(key).digest()).decode() == found[3]
