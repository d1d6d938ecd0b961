"""Aurora settings that AWS would refuse, each told in one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settings.system import Settings
from settings.tiers import TIERS

FUNCTIONS = """\
  functions:
    value:
      validator: {archive: workloads/log_copier, runtime: python3.13, handler: handler.h, vpc: true, links: [aurora]}
  aurora:
    value: {version: "16.9"}
  secrets:
"""
SAMPLE = ("  secrets:\n", FUNCTIONS)
AURORA = 'aurora:\n    value: {version: "16.9"}'


def test_readers_and_backups_follow_the_tier(system: Callable[..., Settings]) -> None:
    for stage, profile in TIERS.items():
        aurora = system(SAMPLE, stack=stage).aurora
        assert aurora is not None
        assert aurora.readers == profile.database_readers
        assert aurora.backup_retention_days == profile.backup_retention_days
        assert aurora.deletion_protection is profile.protect


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        (AURORA, "aurora:\n    value: {minAcu: 0.7}", "aurora.minAcu", "steps of 0.5; nearest are 0.5 and 1"),
        (AURORA, "aurora:\n    value: {maxAcu: 2.25}", "aurora.maxAcu", "nearest are 2 and 2.5"),
        (AURORA, "aurora:\n    value: {maxAcu: 300}", "aurora.maxAcu", "256"),
        (AURORA, "aurora:\n    value: {minAcu: 4, maxAcu: 2}", "aurora", "maxAcu 2 is below minAcu 4"),
        (AURORA, "aurora:\n    value: {minAcu: 0, proxy: true}", "aurora", "never pauses behind a proxy"),
        (AURORA, "aurora:\n    value: {autoPauseSeconds: 600}", "aurora", "needs minAcu 0"),
        (AURORA, "aurora:\n    value: {minAcu: 0, autoPauseSeconds: 60}", "aurora.autoPauseSeconds", "300"),
        (AURORA, 'aurora:\n    value: {version: "15.5", minAcu: 0}', "aurora", "15.7 or later"),
        (AURORA, 'aurora:\n    value: {version: "14.9"}', "aurora", "below 15"),
        (AURORA, 'aurora:\n    value: {parameters: {rds.force_ssl: "0"}}', "aurora.parameters", "clients must use TLS"),
        ("vpc: true, links: [aurora]", "links: [aurora]", "functions.validator.links[0]", "inside the network only"),
        ("links: [aurora]", 'links: ["aurora:raeder"]', "functions.validator.links[0]", 'did you mean "reader"?'),
        ("links: [aurora]", "links: [arora]", "functions.validator.links[0]", 'did you mean "aurora"?'),
        ("[database, ", "[aurora, database, ", "services.gateway.links[0]", "only functions take it"),
    ],
)
def test_a_mistake_is_one_line(refused: Callable[..., list[str]], old: str, new: str, where: str, words: str) -> None:
    (problem,) = refused(SAMPLE, (old, new))
    assert problem.startswith("Pulumi.yaml:")
    assert where in problem
    assert words in problem
