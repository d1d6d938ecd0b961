"""Settings of tables, users and REST APIs for tests, each with only what it needs, and a function to call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from settings.functions import Function
from settings.identity import Identity
from settings.rest_api import RestApi
from settings.tables import Table
from tests.support.sections import names

if TYPE_CHECKING:
    from components.functions.lambda_function import LambdaFunction

#: Code that exists, for functions that are never run.
CODE = str(Path(__file__).parent)


def table(**overrides: Any) -> Table:
    """A protected table with two keys and an index, on demand."""
    return Table.model_validate(
        {
            "attributes": {"pk": "string", "sk": "string", "user": "string"},
            "partitionKey": "pk",
            "sortKey": "sk",
            "indexes": {"by-user": {"partitionKey": "user", "sortKey": "sk"}},
            "recoveryDays": 35,
            "deletionProtection": True,
            "retain": True,
            **overrides,
        }
    )


def identity(**overrides: Any) -> Identity:
    """A protected pool with second factors, login pages for one client, and two groups."""
    return Identity.model_validate(
        {
            "mfa": "required",
            "threatProtection": "enforced",
            "password": {},
            "groups": {
                "viewer": {"description": "Look on", "precedence": 2},
                "admin": {"description": "Decide", "precedence": 1},
            },
            "clients": {"web": {"callbackUrls": ["https://shop.example/"]}},
            "deletionProtection": True,
            "retain": True,
            **overrides,
        }
    )


def rest_api(**overrides: Any) -> RestApi:
    """An API with one guarded route and one that anybody may call."""
    return RestApi.model_validate(
        {
            "function": "api",
            "authorizers": {"users": {"kind": "users"}},
            "routes": {"GET /items/{id}": {"authorizer": "users"}, "GET /health": {}},
            "throttle": {"rate": 50, "burst": 100},
            "logRetentionDays": 30,
            **overrides,
        }
    )


def function(name: str) -> LambdaFunction:
    """A small function."""
    from components.functions.lambda_function import LambdaFunction

    settings = Function.model_validate(
        {
            "archive": CODE,
            "runtime": "python3.13",
            "handler": "app.handler",
            "logRetentionDays": 30,
            "deployment": {"strategy": "direct"},
        }
    )
    return LambdaFunction(name, function=name, settings=settings, names=names())
