"""The generated files are those of the installed models, the mapping is whole, and using them is fast."""

from __future__ import annotations

from typing import Any

import pytest

from tierwise.preview.checks import coverage, report
from tierwise.preview.checks.constraints import DATA, constraints_of, mapped_types
from tierwise.preview.checks.generate import render, render_tables
from tierwise.preview.checks.mapping import MAPPINGS
from tierwise.preview.checks.models import usable_pattern
from tierwise.preview.checks.tables import TABLES

AGAIN = "run: python -m tierwise.preview.checks.generate"


def test_the_generated_files_are_those_of_the_installed_models() -> None:
    assert DATA.read_text(encoding="utf-8") == render(), AGAIN
    assert TABLES.read_text(encoding="utf-8") == render_tables(), AGAIN


def test_every_mapped_type_has_a_line() -> None:
    assert mapped_types() == sorted(MAPPINGS)


@pytest.mark.parametrize(
    ("kind", "block", "name", "constraint"),
    [
        ("aws:iam/role:Role", "", "maxSessionDuration", {"minimum": 3600, "maximum": 43200}),
        (
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "",
            "statistic",
            {"enum": ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]},
        ),
        (
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "BucketLifecycleConfigurationRuleArgs",
            "status",
            {"enum": ["Enabled", "Disabled"]},
        ),
        ("aws:wafv2/webAcl:WebAcl", "", "scope", {"enum": ["CLOUDFRONT", "REGIONAL"]}),
    ],
)
def test_names_are_matched_at_any_depth(kind: str, block: str, name: str, constraint: dict[str, Any]) -> None:
    constraints = constraints_of(kind)
    assert constraints is not None
    assert constraints.of(block)[name] == constraint


@pytest.mark.parametrize(
    ("pattern", "whole", "result"),
    [
        ("[a-z]+", True, r"^(?:[a-z]+)\Z"),
        ("^[a-z]+$", True, "^[a-z]+$"),
        ("[a-z]+", False, "[a-z]+"),
        (r"[\s\S]*", True, None),
        (".*", False, None),
        (r"[\p{L}]+", True, None),
        ("[a-z&&[^b]]+", True, None),
    ],
)
def test_a_pattern_is_used_only_when_python_reads_it_alike(pattern: str, *, whole: bool, result: str | None) -> None:
    assert usable_pattern(pattern, whole=whole) == result


def test_the_report_counts_what_is_checked() -> None:
    [row] = report(["aws:s3/bucketVersioning:BucketVersioning"])
    assert (row.properties, row.booleans) == (6, 0)
    assert row.values >= 3
    total = coverage(["aws:s3/bucketVersioning:BucketVersioning", "aws:iam/role:Role", "acme:a/b:C"])
    assert total.properties == sum(
        each.properties for each in report(["aws:s3/bucketVersioning:BucketVersioning", "aws:iam/role:Role"])
    )
    assert 0 < total.share <= 1
