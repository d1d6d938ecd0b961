"""Bad canaries and dashboards: one clear line each, with file and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PARTS = """\
  functions:
    value:
      orders: {archive: workloads/log_copier, runtime: python3.13, handler: handler.handle}
  httpApi:
    value: {function: orders, throttle: {rate: 10, burst: 20}, routes: {$default: {}}}
  notifications:
"""
WATCH = "value: {healthCheck: {enabled: false}}"


@pytest.mark.parametrize(
    ("canary", "where", "words"),
    [
        ("{enabled: true}", "", "a canary needs a bucket for what it saw: set bucket to one of buckets (uploads)"),
        ("{enabled: true, bucket: upload}", ".bucket", 'no such bucket "upload"; did you mean "uploads"?'),
        ("{enabled: true, bucket: uploads, schedule: often}", ".schedule", "rate"),
        ("{enabled: true, bucket: uploads, runtime: syn-nodejs-puppeteer-9.1}", ".runtime", "syn-nodejs-puppeteer-9.1"),
        ("{enabled: true, bucket: uploads, successPercent: 101}", ".successPercent", "100"),
        ("{enabled: true, bucket: uploads, patch: /}", ".patch", '"path"'),
    ],
)
def test_a_canary_that_could_not_work_is_one_line(
    refused: Callable[..., list[str]], canary: str, where: str, words: str
) -> None:
    entry = f"value: {{healthCheck: {{enabled: false}}, canaries: {{site: {canary}}}}}"
    problems = refused(("  notifications:\n", PARTS), (WATCH, entry))
    assert len(problems) == 1, problems
    assert problems[0].startswith("Pulumi.yaml:")
    assert f"observability.canaries.site{where}" in problems[0]
    assert words in problems[0]


def test_a_canary_with_nothing_to_visit_is_refused(refused: Callable[..., list[str]]) -> None:
    entry = "value: {healthCheck: {enabled: false}, canaries: {site: {enabled: true, bucket: uploads}}}"
    (problem,) = refused((WATCH, entry))
    assert "has nothing to visit" in problem
