"""What is known of replacements."""

from __future__ import annotations

import pytest

from tierwise.preview.replacement import DATA, answer, replaces, report


@pytest.mark.parametrize(
    ("token", "path", "expected"),
    [
        ("aws:ec2/subnet:Subnet", "cidrBlock", True),
        ("aws:ec2/subnet:Subnet", "tags.Name", False),
        ("aws:ecs/taskDefinition:TaskDefinition", "memory", True),
        ("aws:ecs/service:Service", "desiredCount", False),
        ("aws:rds/instance:Instance", "storageEncrypted", True),
        ("aws:rds/instance:Instance", "instanceClass", False),
        ("aws:s3/bucketPolicy:BucketPolicy", "bucket", True),
        ("aws:s3/bucketPolicy:BucketPolicy", "policy", False),
        ("aws:ec2/eipAssociation:EipAssociation", "instanceId", True),
        ("aws:iam/role:Role", "region", True),
        ("aws:nosuch/thing:Thing", "name", None),
    ],
)
def test_known_cases(token: str, path: str, expected: bool | None) -> None:
    assert answer(token, path) is expected
    assert replaces(token, path) is bool(expected)


def test_data_is_what_the_sources_say() -> None:
    from tierwise.preview.replacement_generate import render

    assert DATA.read_text(encoding="utf-8") == render()


def test_report_counts_every_property() -> None:
    import pulumi_aws.ec2  # noqa: F401

    (row,) = report(["aws:ec2/subnet:Subnet"])
    assert row.replacing >= 5
    assert row.replacing + row.updating + row.assumed == row.properties
