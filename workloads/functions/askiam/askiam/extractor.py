"""EntityExtractor: a sentence becomes user, application and role, as the database knows them."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from askiam.database import Database
from askiam.database import from_environment as database_from_environment
from askiam.logs import log
from askiam.parameters import parameter

_USER = "SELECT user_id FROM users WHERE name = :name"
_APPLICATIONS = "SELECT app_id, name FROM applications"
_ROLES = "SELECT role_id, name FROM roles WHERE app_id = :app_id"


def extract(event: dict[str, Any], database: Database, patterns: Sequence[str]) -> dict[str, Any]:
    """``{user_id, app_id, role_id}``, or ``{statusCode: 400, reason, similar}`` where something is not known.

    Args:
        event: ``{raw_request, request_id, user_id}``; the user is the caller unless the sentence names one.
        database: Where names are looked up.
        patterns: Regular expressions with the groups ``role``, ``application`` and, perhaps, ``user``.
    """
    found = _match(str(event["raw_request"]), patterns)
    if found is None:
        return _unknown("the request was not understood; say which role in which application", [])
    login = _plain(found.get("user") or event.get("user_id") or "")
    users = database.run(_USER, name=login)
    if not users:
        return _unknown("unknown user", [])
    applications = {_plain(row["name"]): row["app_id"] for row in database.run(_APPLICATIONS)}
    application = _plain(found["application"])
    if application not in applications:
        return _unknown("unknown application", _similar(application, applications))
    app_id = applications[application]
    roles = {_plain(row["name"]): row["role_id"] for row in database.run(_ROLES, app_id=app_id)}
    role = _plain(found["role"])
    if role not in roles:
        return _unknown("unknown role", _similar(role, roles))
    return {"user_id": users[0]["user_id"], "app_id": app_id, "role_id": roles[role], "login": login}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry."""
    answer = extract(event, _database(), json.loads(parameter("app/extraction-patterns")))
    log("INFO", "Entities extracted", request_id=event.get("request_id", ""), known="statusCode" not in answer)
    return answer


@cache
def _database() -> Database:
    return database_from_environment(os.environ)


def _match(text: str, patterns: Sequence[str]) -> dict[str, str] | None:
    for pattern in patterns:
        found = re.search(pattern, text.strip().rstrip(".?!"), re.IGNORECASE)
        if found is not None:
            return {key: value for key, value in found.groupdict().items() if value}
    return None


def _plain(name: str) -> str:
    """A name as it is compared: lower case, no word that says only what kind of thing it is."""
    words = name.lower().replace("_", " ").split()
    return " ".join(word for word in words if word not in ("application", "app", "role", "the"))


def _similar(name: str, known: dict[str, int]) -> list[str]:
    return difflib.get_close_matches(name, known, n=3, cutoff=0.5)


def _unknown(reason: str, similar: list[str]) -> dict[str, Any]:
    return {"statusCode": 400, "reason": reason, "similar": similar}
