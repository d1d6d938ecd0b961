"""Bad fleets: one clear line each, with file and line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from settings.system import Settings

NETWORK = "      flowLogs: {enabled: false}\n"
FLEET = """\
  fleets:
    value:
      app: {instanceType: t3.micro, links: [database]}
  loadBalancer:
    value: {certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1f0c3b9a", accessLogs: false}
"""
SECRETS = """\
  secrets:
    value:
      jwt: {description: Signs tokens, generate: true}
"""

Refused = Callable[..., list[str]]


def test_the_sample_is_fine(system: Callable[..., Settings]) -> None:
    settings = system((SECRETS, SECRETS + FLEET))
    fleet = settings.active_fleets["app"]
    assert (fleet.scaling.min_instances, fleet.scaling.max_instances, fleet.port) == (1, 2, 8080)
    assert system((SECRETS, SECRETS + FLEET), stack="prod").fleets["app"].scaling.min_instances == 2


def test_databases_may_stand_beside_what_uses_them(system: Callable[..., Settings]) -> None:
    beside = ("databaseSubnets: [10.0.21.0/24, 10.0.22.0/24]", "databaseSubnets: private")
    settings = system(beside, (SECRETS, SECRETS + FLEET))
    assert settings.network is not None
    assert set(settings.network.subnet_tiers) == {"public", "private"}


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("instanceType: t3.micro", "instanceType: t3", "fleets.app.instanceType", "t3"),
        ("instanceType: t3.micro", "scaling: {maxInstances: 0}", "fleets.app.scaling.maxInstances", "1"),
        ("instanceType: t3.micro", "scaling: {minInstances: 3}", "fleets.app.scaling", "below minInstances 3"),
        ("instanceType: t3.micro", "healthyPercent: 101", "fleets.app.healthyPercent", "100"),
        ("links: [database]", "links: [databse]", "fleets.app.links[0]", '"database"'),
        ("links: [database]", 'links: ["bucket:upload"]', "fleets.app.links[0]", '"uploads"'),
        ("      app:", "      search:", "fleets.search", "a service has that name too"),
        ("instanceType: t3.micro", f'build: a, image: "shop/app:{"0" * 40}"', "fleets.app", "name one"),
    ],
)
def test_a_bad_fleet_is_one_line(refused: Refused, old: str, new: str, where: str, words: str) -> None:
    (line,) = [text for text in refused((SECRETS, SECRETS + FLEET), (old, new)) if where in text]
    assert words in line


def test_a_fleet_needs_a_load_balancer_and_a_network(refused: Refused) -> None:
    alone = FLEET.partition("  loadBalancer")[0]
    assert any("fleets.app: needs a loadBalancer section" in line for line in refused((SECRETS, SECRETS + alone)))


def test_without_a_way_out_a_fleet_names_the_endpoints(refused: Refused) -> None:
    closed = (NETWORK, NETWORK + "      natMode: none\n      interfaceEndpoints: [ecr.api, logs]\n")
    (line,) = [text for text in refused((SECRETS, SECRETS + FLEET), closed) if "fleets.app" in text]
    assert "ecr.dkr, ssm, ssmmessages" in line


def test_a_name_for_no_group_is_refused(refused: Refused) -> None:
    names = (NETWORK, NETWORK + "      securityGroupNames: {alb: alb-sg}\n")
    (line,) = refused(names)
    assert "network.securityGroupNames.alb: no such group" in line
    assert "load-balancer" in line
