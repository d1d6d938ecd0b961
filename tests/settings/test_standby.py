"""A standby that could not take over is told in one line, before any resource exists."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settings.standby_view import LAG_ALARM, standby_view
from settings.system import Settings

STANDBY = """\
  standby:
    value:
      network:
        cidr: 10.1.0.0/16
        zones: [us-west-2a, us-west-2b]
        publicSubnets: [10.1.1.0/24, 10.1.2.0/24]
        privateSubnets: [10.1.11.0/24, 10.1.12.0/24]
        flowLogs: {enabled: false}
"""
FUNCTIONS = """\
  functions:
    value:
      validator:
        {archive: workloads/log_copier, runtime: python3.13, handler: handler.h, vpc: true, links: [aurora]}
  aurora:
    value: {version: "16.9"}
"""
SAMPLE = ("  secrets:\n", f"{FUNCTIONS}{STANDBY}  secrets:\n")
SECOND = ("  region: {value: us-east-1}\n", "  region: {value: us-east-1}\n  secondaryRegion: {value: us-west-2}\n")
AURORA = 'aurora:\n    value: {version: "16.9"}'
QUIET = "flowLogs: {enabled: false}"
FUNCTION = "links: [aurora]}"
COPIES = (STANDBY, "  standby:\n    value: {database: copies}\n")


def test_a_standby_equal_to_the_first_region_is_one_line(refused: Callable[..., list[str]]) -> None:
    (problem,) = refused(SAMPLE, (SECOND[0], SECOND[1].replace("us-west-2", "us-east-1")))
    assert problem.startswith("Pulumi.yaml:")
    assert "secondaryRegion: us-east-1 is the first region too, and what stands there fails with it" in problem


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ([(SECOND[1], SECOND[0])], "standby", "needs secondaryRegion"),
        ([("us-west-2b]", "us-east-1b]")], "standby.network.zones[1]", '"us-east-1b" is not in secondaryRegion'),
        ([(f"        {QUIET}", f"        {QUIET.replace('false', 'true')}")], "standby.network.flowLogs", "cloudwatch"),
        ([(AURORA, "aurora:\n    value: {minAcu: 0}")], "standby", "never pauses: aurora.minAcu 0.5 at least"),
        ([(AURORA, "aurora:\n    value: {rotationDays: 30}")], "aurora.rotationDays", "leave it out"),
        ([(STANDBY, "  standby:\n    value: {traffic: health}\n")], "standby.network", "needs a network there"),
        ([("      network:\n        cidr: 10.1", "      traffic: standby\n      network:\n        cidr: 10.1")],
         "standby.traffic", "standby needs a record that fails over"),
        ([(STANDBY, "  standby:\n    value: {database: copies, traffic: health}\n")], "standby.database",
         "snapshots alone"),
        ([(STANDBY, "  standby:\n    value: {database: copies, copyHours: 5}\n")], "standby.copyHours", "not allowed"),
        ([COPIES, ("  aurora:\n", "  aurora:\n    value: {enabled: false}\n  auroraa:\n")], "auroraa", "aurora"),
        ([(FUNCTION, 'links: [aurora, "bucket:uploads"]}')], "functions.validator.links[1]",
         "buckets.uploads.replicate true for a standby"),
        ([(FUNCTION, "links: [aurora, database]}")], "functions.validator.links[1]", "is in the first region alone"),
        ([("archive: workloads/log_copier, runtime: python3.13, handler: handler.h",
           "image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:" + "a" * 64 + "'")],
         "functions.validator", "an archive works in both"),
        ([("handler: handler.h", "handler: handler.h, layers: ['arn:aws:lambda:us-east-1:123456789012:layer:x:1']")],
         "functions.validator.layers", "pack them into the archive"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(
    refused: Callable[..., list[str]], changes: list[tuple[str, str]], where: str, words: str
) -> None:
    problems = refused(SECOND, SAMPLE, *changes)
    (problem,) = [line for line in problems if f"  {where}: " in line]
    assert problem.startswith("Pulumi.yaml:")
    assert words in problem


def test_what_stands_by_does_nothing_by_itself(system: Callable[..., Settings]) -> None:
    clock = 'links: [aurora], reservedConcurrency: 5, schedules: {daily: {description: Reports, at: "rate(1 day)"}}}'
    first = system(SECOND, SAMPLE, (FUNCTION, clock))
    there = standby_view(first)
    assert (there.region, there.secondary_region, there.standby) == ("us-west-2", None, None)
    assert there.network is not None
    assert str(there.network.cidr) == "10.1.0.0/16"
    (validator,) = there.functions.values()
    assert (validator.provisioned_concurrency, validator.reserved_concurrency, validator.schedules) == (None, None, {})
    assert validator.deployment.strategy == "direct"
    assert not there.active_services
    assert there.database is None
    assert not there.observability.dashboards_enabled
    assert there.observability.metric_alarms[LAG_ALARM].watches == "aurora"


def test_a_system_without_a_standby_has_no_view(system: Callable[..., Settings]) -> None:
    with pytest.raises(ValueError, match="no standby that follows"):
        standby_view(system())
    copies = system(SECOND, SAMPLE, COPIES)
    assert copies.active_standby is not None
    assert (copies.active_standby.follows, copies.active_standby.copy_hours, copies.global_aurora) == (False, 24, False)
