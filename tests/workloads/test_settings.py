"""The environment is read whole, refused whole, and never repeated in a message."""

from __future__ import annotations

import json
import re

import pytest
from starter.database import connection_arguments
from starter.settings import Settings, SettingsError

from .conftest import KEY, PREVIOUS_KEY, SERVICES, environment

DATABASE = {"DATABASE_HOST": "db.internal", "DATABASE_NAME": "pika"}
SECRET = json.dumps({"username": "listings", "password": "p'%{w", "engine": "postgres", "host": "elsewhere"})


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = {"STAGE": "", "PORT": "70000", "LOG_LEVEL": "loud", "SERVICES": "users", "SERVICE_NAME": "No Name"}
    wrong["JWT_SECRET"] = "short"  # noqa: S105  not one of ours
    with pytest.raises(SettingsError) as error:
        Settings.from_env(environment() | wrong)
    lines = str(error.value).splitlines()
    assert {line.split(":")[0] for line in lines} == set(wrong)
    assert "SERVICES: expected name=http://host:port, got 'users'" in lines


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"JWT_SECRET": ""}, "JWT_SECRET is required by api-gateway"),
        ({"CORS_ORIGINS": "https://a.example,*"}, "CORS_ORIGINS must name each origin"),
        ({"REDIS_URL": "redis://cache.internal:6379"}, r"REDIS_URL must start with rediss:// \(TLS\)"),
        ({"DATABASE_HOST": "db"}, "DATABASE_NAME is required .*; DATABASE_SECRET, or DATABASE_USERNAME"),
        ({**DATABASE, "DATABASE_USERNAME": "x"}, "DATABASE_SECRET, or DATABASE_USERNAME and DATABASE_PASSWORD"),
        ({**DATABASE, "DATABASE_SECRET": "not json"}, "DATABASE_SECRET: Invalid JSON"),
        ({**DATABASE, "DATABASE_SECRET": SECRET, "DATABASE_SSLMODE": "prefer"}, "DATABASE_SSLMODE: Input should be"),
    ],
)
def test_an_incomplete_environment_is_refused(variables: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.from_env(environment(**variables))


def test_no_message_repeats_a_secret() -> None:
    variables = {"JWT_SECRET": "short-key", **DATABASE, "DATABASE_SECRET": '{"username": "u", "pass": "hunter2"}'}
    with pytest.raises(SettingsError) as error:
        Settings.from_env(environment(**variables))
    assert not re.search("short-key|hunter2", str(error.value))
    assert error.value.__cause__ is None


def test_no_representation_shows_a_secret() -> None:
    settings = Settings.from_env(environment(**DATABASE, DATABASE_SECRET=SECRET))
    assert KEY not in repr(settings)
    assert "p'%{w" not in repr(settings) + repr(settings.database)


def test_a_service_needs_no_token_key() -> None:
    assert Settings.from_env(environment("users", JWT_SECRET="")).jwt_secrets == ()


def test_the_current_key_comes_first() -> None:
    assert Settings.from_env(environment(JWT_PREVIOUS_SECRET=PREVIOUS_KEY)).jwt_secrets == (KEY, PREVIOUS_KEY)


def test_services_are_read_in_order() -> None:
    settings = Settings.from_env(environment())
    assert tuple(settings.services) == SERVICES
    assert settings.services["users"] == "http://users.pika.local:8080"


@pytest.mark.requirement("PIKA-62")
def test_the_cache_is_reached_over_tls() -> None:
    settings = Settings.from_env(environment(REDIS_URL="rediss://cache.internal:6379"))
    assert settings.redis_url is not None
    assert Settings.from_env(environment(REDIS_URL="redis://localhost:6379")).redis_url is not None


@pytest.mark.parametrize(
    ("variables", "sslmode"),
    [
        ({}, "require"),
        ({"DATABASE_SSLROOTCERT": "/etc/ssl/rds.pem"}, "verify-full"),
        ({"DATABASE_SSLROOTCERT": "/etc/ssl/rds.pem", "DATABASE_SSLMODE": "verify-ca"}, "verify-ca"),
    ],
)
def test_the_database_is_reached_over_tls(variables: dict[str, str], sslmode: str) -> None:
    database = Settings.from_env(environment("listings", **DATABASE, DATABASE_SECRET=SECRET, **variables)).database
    assert database is not None
    arguments = connection_arguments(database, "pika-listings")
    assert arguments["sslmode"] == sslmode
    assert arguments.get("sslrootcert") == variables.get("DATABASE_SSLROOTCERT")
    assert (arguments["host"], arguments["user"], arguments["password"]) == ("db.internal", "listings", "p'%{w")


def test_separate_variables_name_the_database_user_too() -> None:
    database = Settings.from_env(
        environment("listings", **DATABASE, DATABASE_USERNAME="listings", DATABASE_PASSWORD="p'%{w")  # noqa: S106  not one of ours
    ).database
    assert database is not None
    assert (database.username, database.password.get_secret_value()) == ("listings", "p'%{w")


@pytest.mark.requirement("PIKA-54")
def test_all_pools_together_stay_below_the_connection_alarm() -> None:
    pool = Settings.from_env(environment("users")).database_pool_size
    services, most_tasks, while_deploying, alarm = 1 + len(SERVICES), 2, 2, 80
    assert services * most_tasks * while_deploying * pool < alarm
