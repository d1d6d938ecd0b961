"""Roles that people and other accounts take: for erasure, and for Grafana."""

from __future__ import annotations

import functools
import json
from typing import Any

from settings.data import Bucket as BucketSettings
from settings.outsiders import Erasure, Grafana
from settings.tables import Table as TableSettings
from tests.support.program import Sample, sample_of
from tests.support.sections import names

ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
TABLE = {"attributes": {"pk": "string"}, "partitionKey": "pk", "recoveryDays": 0, "deletionProtection": False}


@functools.cache
def planned() -> Sample:
    def program() -> None:
        from components.data.table import Table
        from components.governance.erasure_role import ErasureRole
        from components.observability.grafana_role import GrafanaRole
        from components.storage.bucket import Bucket

        table = Table(
            "main", table_name="main", settings=TableSettings.model_validate({**TABLE, "retain": False}), names=names()
        )
        bucket = Bucket(
            "docs", bucket_name="docs", settings=BucketSettings.model_validate({"retain": False}), names=names()
        )
        ErasureRole(
            "erasure",
            settings=Erasure.model_validate({"tables": ["main"], "buckets": ["docs"], "operators": ["privacy-*"]}),
            names=names(),
            tables={"main": table},
            buckets={"docs": bucket},
        )
        GrafanaRole(
            "grafana",
            settings=Grafana.model_validate({"accountId": "210987654321", "externalId": "42"}),
            names=names(),
        )

    return sample_of(program)


def trust(role: str) -> dict[str, Any]:
    (statement,) = json.loads(planned().one(ROLE, name=role).get("assumeRolePolicy"))["Statement"]
    return statement


def allowed(name: str) -> dict[str, Any]:
    (policy,) = [p for p in planned().all(POLICY) if p.name == name]
    return {s["Sid"]: s for s in json.loads(policy.get("policy"))["Statement"]}


def test_operators_alone_take_the_role_for_erasure() -> None:
    statement = trust("shop-prod-erasure")
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert statement["Condition"] == {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::123456789012:role/privacy-*"]}}
    assert planned().one(ROLE, name="shop-prod-erasure").get("maxSessionDuration") == 3600


def test_erasure_deletes_items_and_every_version_and_writes_nothing() -> None:
    statements = allowed("erasure")
    assert statements["EraseItems"]["Action"] == ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query"]
    assert statements["EraseVersions"]["Action"] == ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    assert statements["EraseVersions"]["Resource"] == ["arn:aws:s3:::shop-prod-docs-123456789012/*"]
    assert set(statements) == {"EraseItems", "FindVersions", "EraseVersions"}


def test_grafana_reads_metrics_from_its_own_account_with_its_id() -> None:
    statement = trust("shop-prod-grafana")
    assert statement["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "42"}}
    verbs = {action for s in allowed("grafana").values() for action in s["Action"]}
    assert verbs == {"cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"}
