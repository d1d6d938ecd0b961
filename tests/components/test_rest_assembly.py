"""Tables, users and a REST API as a system composes them: links, firewall and distribution belong together."""

from __future__ import annotations

import json
from typing import Any

from guardrails.resource import Resource
from tests.support.stacks import Planned, planned, reviewed

RULES: dict[str, Any] = {"managedRules": ["common"]}
OVERRIDES: dict[str, Any] = {
    "httpApi": {"enabled": False},
    "functions": {"template-api": {"timeoutSeconds": 15, "links": ["parameters", "table:audit/append"]}},
    "parameters": {"CORS_ORIGINS": {"description": "Origins", "corsOrigins": False, "value": "-"}},
    "tables": {"audit": {"attributes": {"id": "string", "at": "string"}, "partitionKey": "id", "sortKey": "at"}},
    "identity": {"clients": {"web": {"callbackUrls": ["https://app.phoney.example/"]}}},
    "restApi": {
        "function": "template-api",
        "authorizers": {"users": {"kind": "users"}},
        "routes": {"GET /api/items": {"authorizer": "users"}, "POST /api/items": {"authorizer": "users"}},
        "cors": {"origins": ["https://app.phoney.example"]},
        "throttle": {"rate": 50, "burst": 100},
        "firewall": RULES,
    },
    "buckets": {"site": {}, "logs": {"receivesLogs": True, "versioned": False}},
    "domain": {"name": "app.phoney.example", "zone": "phoney.example", "zoneId": "Z0123456789ABCDEFGHIJ"},
    "cdn": {"siteBucket": "site", "apiPaths": [{"path": "/api/*"}]},
    "firewall": RULES,
    "observability": {
        "savedQueries": {"refused": {"logs": ["rest-api"], "query": "filter status = 403"}},
        "metricAlarms": {
            "api-slow": {
                "description": "Answers take more than 200 ms",
                "watches": "rest-api",
                "metric": "Latency",
                "stat": "Average",
                "threshold": 200,
                "periodSeconds": 300,
            },
            "audit-throttled": {
                "description": "The table refuses requests",
                "watches": "table:audit",
                "metric": "WriteThrottleEvents",
                "threshold": 0,
                "periodSeconds": 300,
            },
        },
    },
    "usage": {
        "aws:apigateway:RestApi": {"requests": 100000},
        "aws:dynamodb:Table": {"storageGb": 1, "readUnits": 100000, "writeUnits": 100000},
        "aws:cognito:UserPool": {"monthlyUsers": 100},
        "aws:wafv2:WebAcl": {"requests": 100000},
        "aws:cloudfront:Distribution": {"httpRequests": 0, "httpsRequests": 100000, "dataOutGb": 1},
        "aws:s3:Bucket": {"storageGb": 1},
    },
}
SITE_ALONE: dict[str, Any] = {**OVERRIDES, "cdn": {"siteBucket": "site"}}


def plan() -> Planned:
    return planned("phoney", "prod", **OVERRIDES)


def variables() -> dict[str, Any]:
    return plan().one("aws:lambda/function:Function").get("environment.variables")


def alarm(name: str) -> Resource:
    return next(a for a in plan().all("aws:cloudwatch/metricAlarm:MetricAlarm") if a.name.endswith(name))


def test_a_linked_function_knows_its_table_and_may_only_add_to_it() -> None:
    assert variables()["TABLE_AUDIT"] == "phoney-prod-audit"
    policies = [p.get("policy") for p in plan().all("aws:iam/rolePolicy:RolePolicy")]
    statements = [s for policy in policies if isinstance(policy, str) for s in json.loads(policy)["Statement"]]
    (used,) = [s for s in statements if s["Sid"] == "UseItems"]
    assert used["Action"] == ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
    assert used["Resource"] == ["arn:aws:dynamodb:us-east-1:321098765432:table/phoney-prod-audit"]


def test_a_function_behind_the_api_names_the_origin_itself() -> None:
    assert variables()["CORS_ORIGINS"] == "https://app.phoney.example"


def test_the_api_knows_the_system_s_own_users() -> None:
    authorizer = plan().one("aws:apigateway/authorizer:Authorizer")
    assert plan().refers(authorizer, "providerArns") == {"users"}


def test_the_distribution_calls_the_api_and_proves_itself_to_its_firewall() -> None:
    distribution = plan().one("aws:cloudfront/distribution:Distribution")
    (origin,) = [o for o in distribution.get("origins") if o["originId"] == "api"]
    assert origin["originPath"] == "/prod"
    assert origin["customHeaders"][0]["name"] == "X-Origin-Verify"
    regional = plan().one("aws:wafv2/webAcl:WebAcl", scope="REGIONAL")
    assert "rest-api-origin-secret" in plan().refers(regional, "rules")
    assert "rest-api-origin-secret" in plan().refers(distribution, "origins")
    association = plan().one("aws:wafv2/webAclAssociation:WebAclAssociation")
    assert plan().refers(association, "webAclArn") == {"rest-api-firewall"}


def test_a_distribution_of_the_site_alone_leaves_the_api_open_to_callers() -> None:
    site_alone = planned("phoney", "prod", preset=None, **SITE_ALONE)
    regional = site_alone.one("aws:wafv2/webAcl:WebAcl", scope="REGIONAL")
    assert "past-the-distribution" not in {r["name"] for r in regional.get("rules")}
    (origin,) = site_alone.one("aws:cloudfront/distribution:Distribution").get("origins")
    assert origin["originId"] == "s3"


def test_alarms_and_queries_watch_the_api_and_the_table() -> None:
    assert alarm("api-slow").get("namespace") == "AWS/ApiGateway"
    assert alarm("api-slow").get("dimensions") == {"ApiName": "phoney-prod-rest-api", "Stage": "prod"}
    assert alarm("audit-throttled").get("dimensions") == {"TableName": "phoney-prod-audit"}
    queries = plan().all("aws:cloudwatch/queryDefinition:QueryDefinition")
    assert ["/phoney/prod/rest-api"] in [q.get("logGroupNames") for q in queries]


def test_it_passes_review_and_everything_has_a_price() -> None:
    result = reviewed("phoney", "prod", **OVERRIDES)
    assert [f"{f.policy} {f.resource}: {f.message}" for f in result.findings if f.level == "mandatory"] == []
    assert [str(failure) for failure in result.failures] == []
    assert result.estimate is not None
    assert [str(line) for line in (*result.estimate.unsupported, *result.estimate.unknown)] == []
