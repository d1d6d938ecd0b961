"""MCPValidator: the rules, as parameterised SQL on a user that can read and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from askiam.database import Database
from askiam.database import from_environment as database_from_environment
from askiam.logs import log

_USER = "SELECT status FROM users WHERE user_id = :user_id"
_ROLE = "SELECT role_id FROM app_roles WHERE app_id = :app_id AND role_id = :role_id"
_HELD = "SELECT status FROM user_roles WHERE user_id = :user_id AND role_id = :role_id AND status = 'active'"
_PREREQUISITES = """
SELECT required_role_id FROM role_prerequisites WHERE role_id = :role_id AND required_role_id NOT IN
(SELECT role_id FROM user_roles WHERE user_id = :user_id AND status = 'active')
"""


def validate(event: Mapping[str, Any], database: Database) -> dict[str, Any]:
    """``{is_valid, reason, queries_executed}``.

    Args:
        event: ``{user_id, app_id, role_id, request_id}``.
        database: Where the rules' facts are.
    """
    user, app, role = event["user_id"], event["app_id"], event["role_id"]
    asked = 1
    users = database.run(_USER, user_id=user)
    if not users:
        return _answer("unknown user", asked)
    if users[0]["status"] != "active":
        return _answer("user is not active", asked)
    asked += 1
    if not database.run(_ROLE, app_id=app, role_id=role):
        return _answer("unknown role", asked)
    asked += 1
    if database.run(_HELD, user_id=user, role_id=role):
        return _answer("user has the role already", asked)
    asked += 1
    if database.run(_PREREQUISITES, user_id=user, role_id=role):
        return _answer("user lacks a role that this one requires", asked)
    return {"is_valid": True, "reason": "all rules are met", "queries_executed": asked}


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry."""
    answer = validate(event, _database())
    log("INFO", "Rules checked", request_id=event["request_id"], mcp_result=answer["reason"])
    return answer


@cache
def _database() -> Database:
    return database_from_environment(os.environ)


def _answer(reason: str, asked: int) -> dict[str, Any]:
    return {"is_valid": False, "reason": reason, "queries_executed": asked}
