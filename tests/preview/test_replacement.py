"""What is known of replacements."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierwise.preview.replacement import DATA, answer, replaces, report
from tierwise.review.listing import replacement_as_text


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


def test_the_table_tells_what_is_assumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "__main__.py").write_text(
        "from pulumi_aws import sns, ssm\nsns.Topic('t')\nssm.Parameter('p', type='String')\n"
    )
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {aws:region: us-east-1}\n")
    monkeypatch.chdir(tmp_path)
    head, *rows, total = (line.split() for line in replacement_as_text(["dev"]).splitlines())
    assert head[:3] == ["type", "properties", "replaced"]
    assert [row[0] for row in rows] == ["aws:sns/topic:Topic", "aws:ssm/parameter:Parameter"]
    for row in (*rows, total):
        properties, *parts = map(int, row[1:])
        assert sum(parts) == properties
        assert parts[0] > 0
    assert [int(cell) for cell in total[1:]] == [
        sum(map(int, column)) for column in zip(*(row[1:] for row in rows), strict=True)
    ]
