"""Earlier decisions that are like a request: from the search collection, from the database, or none."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.request
from collections.abc import Mapping
from typing import Any, Protocol

from askiam.database import Database, Row
from askiam.database import from_environment as database_from_environment

#: Precedents that are read.
MOST = 20
#: Seconds that the collection may take.
_TIMEOUT = 10
_SQL = """
SELECT user_id, role_id, app_id, approved FROM access_patterns
WHERE app_id = :app_id AND role_id = :role_id ORDER BY decided_at DESC LIMIT 20
"""


class Precedents(Protocol):
    """Finds earlier decisions."""

    def find(self, app_id: int, role_id: int) -> list[Row]:
        """Decisions on the same role of the same application, the latest first."""
        ...


class NoPrecedents:
    """There is no search in this stack, so nothing is found and the rules decide."""

    def find(self, app_id: int, role_id: int) -> list[Row]:
        """None."""
        del app_id, role_id
        return []


class DatabasePrecedents:
    """Decisions kept in the Aurora cluster.

    Args:
        database: The database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, app_id: int, role_id: int) -> list[Row]:
        """Decisions on the same role."""
        return self._database.run(_SQL, app_id=app_id, role_id=role_id)


class SearchPrecedents:
    """Decisions kept in the index ``access_patterns`` of the collection; requests are signed as ``aoss``.

    Args:
        endpoint: The collection's address.
        region: Its region.
    """

    def __init__(self, endpoint: str, region: str) -> None:
        self._url = f"{endpoint}/access_patterns/_search"
        self._region = region

    def find(self, app_id: int, role_id: int) -> list[Row]:
        """Decisions on the same role."""
        wanted = [{"term": {"app_id": app_id}}, {"term": {"role_id": role_id}}]
        query = {"size": MOST, "query": {"bool": {"filter": wanted}}, "sort": [{"timestamp": "desc"}]}
        answer = self._post(json.dumps(query).encode())
        return [hit["_source"] for hit in answer["hits"]["hits"]]

    def _post(self, body: bytes) -> Any:
        import boto3
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest

        request = AWSRequest("POST", self._url, data=body, headers={"Content-Type": "application/json"})
        # The collection refuses a signature that does not cover the body's digest.
        request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
        SigV4Auth(boto3.Session().get_credentials(), "aoss", self._region).add_auth(request)
        prepared = urllib.request.Request(self._url, body, dict(request.headers), method="POST")  # noqa: S310
        with urllib.request.urlopen(prepared, timeout=_TIMEOUT) as answer:  # noqa: S310 - an https address of the stack
            return json.load(answer)


def from_environment(environment: Mapping[str, str] = os.environ) -> Precedents:
    """What ``VECTOR_STORE`` names."""
    store = environment.get("VECTOR_STORE", "none")
    if store == "opensearch":
        return SearchPrecedents(environment["SEARCH_ENDPOINT"], environment["AWS_REGION"])
    return DatabasePrecedents(database_from_environment(environment)) if store == "pgvector" else NoPrecedents()
