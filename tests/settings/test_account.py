"""The account baseline's own mistakes, told before anything is made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from settings.account import GitHub
from settings.loader import read
from settings.problems import SettingsError
from settings.system import Settings

BASE: dict[str, Any] = {
    "region": "us-east-1",
    "owner": "team@example.com",
    "costCenter": "platform",
    "notifications": '{"emails": ["team@example.com"]}',
    "budget": '{"monthly": 5}',
    "observability": '{"healthCheck": {"enabled": false}}',
    "accountBaseline": "{}",
}


def load(tmp_path: Path, **sections: str) -> Settings:
    """Settings of a baseline in prod."""
    (tmp_path / "Pulumi.yaml").write_text("name: baseline\nruntime: python\n")
    return read("baseline", "prod", {**BASE, **sections}, tmp_path)


def test_the_tier_decides_what_is_recorded(tmp_path: Path) -> None:
    settings = load(tmp_path, buckets='{"audit": {}}')
    assert settings.account_baseline is not None
    assert settings.account_baseline.trail.enabled
    assert settings.account_baseline.recorder.enabled
    assert settings.account_baseline.github is None


@pytest.mark.parametrize(
    ("buckets", "message"),
    [
        ('{"audits": {}}', 'no such bucket "audit"; did you mean "audits"?'),
        ('{"audit": {"versioned": false}}', "needs versioned: true"),
        ('{"audit": {"receivesLogs": true}}', "the record of access to it needs another"),
    ],
)
def test_the_audit_bucket_must_be_fit_for_it(tmp_path: Path, buckets: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        load(tmp_path, buckets=buckets)
    assert message in str(error.value)


def test_without_records_no_bucket_is_needed(tmp_path: Path) -> None:
    off = '{"trail": {"enabled": false}, "recorder": {"enabled": false}}'
    settings = load(tmp_path, accountBaseline=off)
    assert settings.account_baseline is not None
    assert not settings.active_buckets


@pytest.mark.parametrize(
    "given",
    [
        {"repository": "example/shop"},
        {"repository": "example", "environments": ["prod"]},
        {"repository": "example/*", "environments": ["prod"]},
        {"repository": "example/shop", "environments": ["*"]},
        {"repository": "example/shop", "branches": ["release/*"]},
    ],
)
def test_github_is_trusted_by_name_only(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GitHub.model_validate(given)
