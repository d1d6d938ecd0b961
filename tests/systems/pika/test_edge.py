"""Edge, CDN and WAF rows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.stacks import Planned, planned

DISTRIBUTION, ACL = "aws:cloudfront/distribution:Distribution", "aws:wafv2/webAcl:WebAcl"


def managed(plan: Planned) -> dict[str, dict[str, Any]]:
    """Managed rule groups of the web ACL by name."""
    statements = [rule["statement"].get("managedRuleGroupStatement") for rule in plan.one(ACL).get("rules")]
    return {statement["name"]: statement for statement in statements if statement}


@pytest.mark.requirement("PIKA-16")
def test_the_api_goes_to_the_load_balancer_and_the_rest_to_the_bucket(prod: Planned) -> None:
    distribution = prod.one(DISTRIBUTION)
    origins = {origin["originId"]: origin for origin in distribution.get("origins")}
    assert len(origins) == 2
    api = distribution.get("orderedCacheBehaviors[0]")
    assert api["pathPattern"] == "/api/*"
    assert origins[api["targetOriginId"]].get("vpcOriginConfig") or origins[api["targetOriginId"]].get(
        "customOriginConfig"
    )
    assert "originAccessControlId" in origins[distribution.get("defaultCacheBehavior.targetOriginId")]


@pytest.mark.requirement("PIKA-17")
def test_static_files_are_cached_for_a_year(prod: Planned) -> None:
    policy = prod.one("aws:cloudfront/cachePolicy:CachePolicy")
    assert (policy.get("defaultTtl"), policy.get("maxTtl")) == (31536000, 31536000)


@pytest.mark.requirement("PIKA-18")
def test_api_caching_is_set_by_path_and_off_by_default(prod: Planned) -> None:
    disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert prod.one(DISTRIBUTION).get("orderedCacheBehaviors[0].cachePolicyId") == disabled
    paths = [{"path": "/api/listings*", "cache": "optimized"}, {"path": "/api/*"}]
    plan = planned("pika", "prod", cdn={"apiPaths": paths})
    chosen = plan.one(DISTRIBUTION).all("orderedCacheBehaviors[].cachePolicyId")
    assert chosen[1] == disabled
    assert chosen[0] != disabled


@pytest.mark.requirement("PIKA-19")
def test_viewers_need_tls_1_2(prod: Planned) -> None:
    assert prod.one(DISTRIBUTION).get("viewerCertificate.minimumProtocolVersion") == "TLSv1.2_2021"


@pytest.mark.requirement("PIKA-20")
def test_security_headers(prod: Planned) -> None:
    policy = prod.one("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")
    assert policy.get("securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec") >= 31536000
    assert policy.get("securityHeadersConfig.contentTypeOptions.override") is True
    assert policy.get("securityHeadersConfig.frameOptions.frameOption") == "DENY"
    behaviours = prod.one(DISTRIBUTION)
    assert behaviours.is_set("defaultCacheBehavior.responseHeadersPolicyId")


@pytest.mark.requirement("PIKA-21")
def test_the_firewall_is_attached(prod: Planned) -> None:
    acl = prod.one(ACL)
    assert acl.get("scope") == "CLOUDFRONT"
    assert acl.get("region") == "us-east-1"
    assert acl.urn in prod.one(DISTRIBUTION).property_dependencies["webAclId"]


@pytest.mark.requirement("PIKA-22")
def test_sql_injection_is_stopped(prod: Planned) -> None:
    assert "AWSManagedRulesSQLiRuleSet" in managed(prod)


@pytest.mark.requirement("PIKA-23")
def test_cross_site_scripting_is_stopped(prod: Planned) -> None:
    assert "AWSManagedRulesCommonRuleSet" in managed(prod)


@pytest.mark.requirement("PIKA-24")
def test_an_address_may_send_1000_requests_in_five_minutes(prod: Planned) -> None:
    (rule,) = [
        r["statement"]["rateBasedStatement"]
        for r in prod.one(ACL).get("rules")
        if "rateBasedStatement" in r["statement"]
    ]
    assert (rule["limit"], rule["evaluationWindowSec"], rule["aggregateKeyType"]) == (1000, 300, "IP")


@pytest.mark.requirement("PIKA-25")
def test_bot_control_is_a_switch(prod: Planned, drawn: Planned) -> None:
    assert "AWSManagedRulesBotControlRuleSet" not in managed(prod)
    group = managed(drawn)["AWSManagedRulesBotControlRuleSet"]
    (config,) = group["managedRuleGroupConfigs"]
    assert config["awsManagedRulesBotControlRuleSet"]["inspectionLevel"] == "COMMON"


@pytest.mark.requirement("PIKA-26")
def test_countries_can_be_refused() -> None:
    plan = planned("pika", "prod", firewall={"blockedCountries": ["KP", "SY"]})
    (rule,) = [
        r["statement"]["geoMatchStatement"] for r in plan.one(ACL).get("rules") if "geoMatchStatement" in r["statement"]
    ]
    assert rule["countryCodes"] == ["KP", "SY"]


@pytest.mark.requirement("PIKA-27")
def test_nothing_reaches_the_load_balancer_around_the_cdn(prod: Planned) -> None:
    balancer = prod.one("aws:lb/loadBalancer:LoadBalancer")
    groups = set(balancer.property_dependencies["securityGroups"])
    rules = [
        r
        for r in prod.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if groups & set(r.property_dependencies["securityGroupId"])
    ]
    assert rules
    assert all(rule.is_set("prefixListId") and not rule.is_set("cidrIpv4") for rule in rules)
