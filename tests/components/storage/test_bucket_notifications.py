"""Buckets that tell functions of their objects."""

from __future__ import annotations

import json
from typing import Any

from guardrails.resource import UNKNOWN
from tests.support.stacks import Planned, planned, reviewed

NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
PROCESS = {
    "archive": "workloads/log_copier",
    "runtime": "python3.13",
    "handler": "handler.handle",
    "description": "Reads documents",
    "links": ["bucket:documents/done"],
    "asyncCalls": {},
}
OVERRIDES: dict[str, Any] = {
    "functions": {"process": PROCESS},
    "buckets": {
        "documents": {
            "notify": {
                "uploaded": {"function": "process", "prefix": "uploads/", "suffix": ".pdf"},
                "gone": {"function": "process", "prefix": "uploads/", "events": ["removed", "restored"]},
            }
        },
        "quiet": {},
        "logs": {"receivesLogs": True, "versioned": False},
    },
}


def plan() -> Planned:
    return planned("phoney", "prod", **OVERRIDES)


def test_a_bucket_calls_the_alias_for_keys_that_fit() -> None:
    made = plan().one(NOTIFICATION)
    gone, uploaded = made.get("lambdaFunctions")
    assert (uploaded["id"], uploaded["filterPrefix"], uploaded["filterSuffix"]) == ("uploaded", "uploads/", ".pdf")
    assert uploaded["events"] == ["s3:ObjectCreated:*"]
    assert gone["events"] == ["s3:ObjectRemoved:*", "s3:ObjectRestore:Completed"]
    assert "filterSuffix" not in gone
    assert any("lambda/alias:Alias" in urn for urn in made.property_dependencies["lambdaFunctions"])
    assert plan().refers(made, "bucket") == {"bucket-documents"}


def test_only_this_bucket_of_this_account_may_call() -> None:
    permission = plan().one("aws:lambda/permission:Permission", principal="s3.amazonaws.com")
    assert permission.get("sourceArn") == "arn:aws:s3:::phoney-prod-documents-321098765432"
    assert permission.get("sourceAccount") == "321098765432"
    (notification,) = plan().all(NOTIFICATION)
    made = reviewed("phoney", "prod", **OVERRIDES).plan.by_urn[notification.urn]
    # S3 tries the call when it is told of it.
    assert permission.urn in made.dependencies


def test_the_function_may_read_what_it_is_told_of_and_write_elsewhere() -> None:
    (policy,) = [
        p for p in plan().all("aws:iam/rolePolicy:RolePolicy") if p.name == "process" and p.get("policy") is not UNKNOWN
    ]
    found = {statement["Sid"]: statement for statement in json.loads(policy.get("policy"))["Statement"]}
    base = "arn:aws:s3:::phoney-prod-documents-321098765432"
    assert found["ReadObjects"]["Resource"] == [f"{base}/uploads/*"]
    assert found["ReadObjects"]["Action"] == ["s3:GetObject"]
    assert found["UseObjects"]["Resource"] == [f"{base}/done/*"]


def test_it_passes_review() -> None:
    usage = {"aws:s3:Bucket": {"storageGb": 1}, "aws:sqs:Queue": {"requests": 1000}}
    result = reviewed("phoney", "prod", **OVERRIDES, usage=usage)
    assert [f"{f.policy} {f.resource}: {f.message}" for f in result.findings if f.level == "mandatory"] == []
    assert [str(failure) for failure in result.failures] == []
    assert result.estimate is not None
    assert [str(line) for line in (*result.estimate.unsupported, *result.estimate.unknown)] == []
