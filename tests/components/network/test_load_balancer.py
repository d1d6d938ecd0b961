"""The load balancer: who may call it, what it serves, and how services hang on it."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from guardrails.resource import ABSENT
from tests.support.program import Sample, plan_of, sample_of
from tests.support.sections import load_balancer, names, network

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
RULE = "aws:lb/listenerRule:ListenerRule"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"


def planned(
    *, cdn: bool = False, certificate: bool = True, target: dict[str, Any] | None = None, **overrides: Any
) -> Sample:
    """The plan of a load balancer with one target, made once."""
    return _planned(cdn, certificate, json.dumps(target or {}), json.dumps(overrides))


@functools.cache
def _planned(cdn: bool, certificate: bool, target: str, overrides: str) -> Sample:
    return sample_of(lambda: _create(cdn, certificate, json.loads(target), json.loads(overrides)))


def _create(cdn: bool, certificate: bool, target: dict[str, Any], overrides: dict[str, Any]) -> None:
    from components.network.load_balancer import LoadBalancer
    from components.network.vpc import Vpc

    vpc = Vpc("network", settings=network(), names=names())
    balancer = LoadBalancer(
        "alb",
        settings=load_balancer(**overrides),
        names=names(),
        vpc=vpc,
        target_ports=[8080],
        behind_cdn=cdn,
        certificate_arn=CERTIFICATE if certificate else None,
        log_bucket="logs",
    )
    balancer.add_target(
        "gateway",
        **{
            "port": 8080,
            "paths": ["/api/*"],
            "health_path": "/api/health",
            "priority": 1,
            "blue_green": False,
            **target,
        },
    )


def admitted(sample: Sample) -> set[tuple[int, str]]:
    """Port and source of each ingress rule."""
    return {
        (rule.get("fromPort"), "prefix list" if rule.is_set("prefixListId") else rule.get("cidrIpv4"))
        for rule in sample.all(INGRESS)
    }


@pytest.mark.parametrize(
    ("scheme", "cdn", "certificate", "only_from_cdn", "expected"),
    [
        ("public", False, True, True, {(443, "0.0.0.0/0"), (80, "0.0.0.0/0")}),
        ("public", True, True, False, {(443, "0.0.0.0/0"), (80, "0.0.0.0/0")}),
        # The prefix list fills the quota of a security group, so only the port in use is open.
        ("public", True, True, True, {(443, "prefix list")}),
        ("internal", True, True, True, {(443, "prefix list")}),
        ("internal", True, False, True, {(80, "prefix list")}),
        ("internal", True, False, False, {(80, "prefix list")}),
        ("internal", False, True, True, {(443, "10.0.0.0/16"), (80, "10.0.0.0/16")}),
    ],
)
def test_who_may_call_it(
    scheme: str, cdn: bool, certificate: bool, only_from_cdn: bool, expected: set[tuple[int, str]]
) -> None:
    sample = planned(scheme=scheme, cdn=cdn, certificate=certificate, onlyFromCdn=only_from_cdn)
    assert admitted(sample) == expected


def test_it_calls_its_targets_ports_inside_the_vpc_only() -> None:
    (rule,) = planned().all("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    assert (rule.get("fromPort"), rule.get("toPort"), rule.get("cidrIpv4")) == (8080, 8080, "10.0.0.0/16")


@pytest.mark.parametrize(("scheme", "tier"), [("public", "public"), ("internal", "private")])
def test_it_lives_in_the_subnets_of_its_scheme(scheme: str, tier: str) -> None:
    sample = planned(scheme=scheme, cdn=True)
    balancer = sample.one("aws:lb/loadBalancer:LoadBalancer")
    assert sample.refers(balancer, "subnets") == {f"network-{tier}-us-east-1a", f"network-{tier}-us-east-1b"}
    assert balancer.get("internal") is (scheme == "internal")


def test_it_is_hardened_logged_and_protected() -> None:
    sample = planned(deletionProtection=True)
    balancer = sample.one("aws:lb/loadBalancer:LoadBalancer")
    assert balancer.get("dropInvalidHeaderFields") is True
    assert balancer.get("enableDeletionProtection") is True
    assert balancer.protect
    assert balancer.get("accessLogs.bucket") == "logs"
    assert balancer.get("accessLogs.enabled") is True
    assert not planned().one("aws:lb/loadBalancer:LoadBalancer").protect
    assert planned(accessLogs=False).one("aws:lb/loadBalancer:LoadBalancer").get("accessLogs") is ABSENT


def test_with_a_certificate_it_serves_https_and_redirects_http() -> None:
    sample = planned()
    https = sample.one("aws:lb/listener:Listener", port=443)
    assert https.get("protocol") == "HTTPS"
    assert "TLS13-1-2" in https.get("sslPolicy")
    assert https.get("certificateArn") == CERTIFICATE
    assert https.get("defaultActions[0].fixedResponse.statusCode") == "404"
    http = sample.one("aws:lb/listener:Listener", port=80)
    assert http.get("defaultActions[0].redirect.protocol") == "HTTPS"
    assert sample.refers(sample.one(RULE), "listenerArn") == {"alb-https"}


def test_without_a_certificate_it_serves_http() -> None:
    sample = planned(scheme="internal", cdn=True, certificate=False)
    listener = sample.one("aws:lb/listener:Listener")
    assert (listener.get("port"), listener.get("protocol")) == (80, "HTTP")
    assert sample.refers(sample.one(RULE), "listenerArn") == {"alb-http"}


def test_only_a_public_one_behind_the_cdn_demands_the_secret_header() -> None:
    for scheme, cdn, demanded in (("public", True, True), ("public", False, False), ("internal", True, False)):
        sample = planned(scheme=scheme, cdn=cdn)
        headers = [name for name in sample.one(RULE).all("conditions[].httpHeader.httpHeaderName") if name]
        assert (headers == ["X-Origin-Verify"]) is demanded, (scheme, cdn)
        assert bool(sample.all("aws:ssm/parameter:Parameter", type="SecureString")) is demanded


def test_the_secret_is_drawn_once_and_stays_secret() -> None:
    sample = planned(scheme="public", cdn=True)
    parameter = sample.planned(sample.one("aws:ssm/parameter:Parameter"))
    assert parameter.ignore_changes == ("value",)
    assert "value" in parameter.additional_secret_outputs
    assert sample.refers(sample.one(RULE), "conditions") == {parameter.name}


def test_a_rolling_target_has_one_group() -> None:
    sample = planned()
    group = sample.one(TARGET_GROUP)
    assert group.get("name") == "shop-prod-gateway-8080"
    assert group.get("targetType") == "ip"
    assert group.get("healthCheck.path") == "/api/health"
    rule = sample.one(RULE)
    assert rule.all("conditions[].pathPattern.values[]") == ["/api/*"]
    assert sample.refers(rule, "actions") == {"alb-gateway"}
    assert sample.planned(rule).ignore_changes == ()


def test_a_blue_green_target_has_two_groups_and_leaves_the_weights_to_ecs() -> None:
    sample = planned(target={"blue_green": True})
    assert {g.get("name") for g in sample.all(TARGET_GROUP)} == {
        "shop-prod-gateway-8080",
        "shop-prod-gateway-green-8080",
    }
    rule = sample.one(RULE)
    assert rule.all("actions[].forward.targetGroups[].weight") == [100, 0]
    assert sample.planned(rule).ignore_changes == ("actions",)


def test_a_change_of_deployment_replaces_the_rule_without_a_clash() -> None:
    rolling, blue_green = planned(), planned(target={"blue_green": True})
    assert rolling.one(RULE).name != blue_green.one(RULE).name
    assert rolling.one(RULE).get("priority") != blue_green.one(RULE).get("priority")
    kept = {g.urn for g in rolling.all(TARGET_GROUP)}
    assert kept < {g.urn for g in blue_green.all(TARGET_GROUP)}


def test_priorities_never_clash_between_targets() -> None:
    used = [
        planned(target={"priority": priority, "blue_green": blue_green}).one(RULE).get("priority")
        for priority in (1, 2, 3)
        for blue_green in (False, True)
    ]
    assert len(set(used)) == len(used)
    assert min(used) >= 1


def test_names_fit_and_change_with_what_replaces() -> None:
    sample = planned(scheme="public")
    assert sample.one("aws:lb/loadBalancer:LoadBalancer").get("name") == "shop-prod-public"
    long = planned(target={"port": 8080, "blue_green": True})
    assert all(len(g.get("name")) <= 32 for g in long.all(TARGET_GROUP))


@pytest.mark.parametrize(("cdn", "room"), [(False, 5), (True, 4)])
def test_more_paths_than_a_rule_holds_are_refused(cdn: bool, room: int) -> None:
    paths = [f"/{letter}/*" for letter in "abcdef"]
    planned(cdn=cdn, target={"paths": paths[:room]})
    error = plan_of(lambda: _create(cdn, True, {"paths": paths[: room + 1]}, {})).error
    assert error is not None
    assert f"room for {room} paths" in error.message
