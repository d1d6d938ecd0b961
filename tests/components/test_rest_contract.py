"""What holds for every resource of tables, users and REST APIs: with AWS's keys, and with a key of the stack's own."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest

from guardrails.resource import Resource
from tests.components.contract import broken_rules, orphans, strays, tagged_types, without_component
from tests.support import data
from tests.support.program import Sample, sample_of
from tests.support.sections import firewall, names
from tests.support.serverless import identity, rest_api, table

KEYS = ("aws", "customer")
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
REPLICA_KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
ROUTES = {
    "GET /items": {"authorizer": "users", "cacheSeconds": 60, "required": ["query:page"]},
    "POST /items/{id}": {"authorizer": "checked", "body": "item", "throttle": {"rate": 5, "burst": 5}},
    "ANY /partner/{proxy+}": {"apiKey": True},
}
API: dict[str, Any] = {
    "authorizers": {"users": {"kind": "users"}, "checked": {"kind": "token", "function": "check"}},
    "routes": ROUTES,
    "models": {"item": {"type": "object"}},
    "cache": {},
    "cors": {"origins": ["https://shop.example", "https://www.shop.example"], "credentials": False},
    "usagePlans": {"partner": {"keys": ["acme"], "throttle": {"rate": 5, "burst": 10}, "quota": {"limit": 1000}}},
    "variables": {"FEATURE_AUDIT": "on"},
    "canary": {"percent": 5, "stableDeployment": "a1b2c3", "variables": {"FEATURE_AUDIT": "off"}},
}


@functools.cache
def everything(keys: str) -> Sample:
    """A stack with all of it."""
    return sample_of(lambda: _create(customer_key=keys == "customer"))


def _create(*, customer_key: bool) -> None:
    from components.api.rest_api import RestApi
    from components.data.table import Table
    from components.edge.firewall import Firewall
    from components.identity.user_directory import UserDirectory
    from components.secrets.customer_key import CustomerKey
    from tests.support.serverless import function

    key = CustomerKey("key", settings=data.encryption(), names=names(), protect=True).arn if customer_key else None
    shapes: dict[str, dict[str, Any]] = {
        "orders": {"ttlAttribute": "ttl", "stream": "both", "contributorInsights": True},
        "busy": {"provisioned": {"read": {"min": 5, "max": 50}, "write": {"min": 5, "max": 50}}},
        "copied": {"replicate": True, **({"replicaKeyArn": REPLICA_KEY} if customer_key else {})},
    }
    for name, shape in shapes.items():
        Table(
            f"table-{name}",
            table_name=name,
            settings=table(**shape),
            names=names(),
            kms_key_arn=key,
            replica_region="us-west-2",
        )
    users = UserDirectory("users", settings=identity(password={"history": 5}), names=names())
    UserDirectory("others", settings=identity(domainPrefix="shop-others", clients={"app": {}}), names=names())
    wall = Firewall(
        "firewall", settings=firewall(), names=names(), role="rest-api", scope="REGIONAL", log_retention_days=7
    )
    functions = {name: function(name) for name in ("api", "check")}
    RestApi(
        "rest-api",
        settings=rest_api(**API),
        names=names(),
        functions=functions,
        user_pool_arn=users.arn,
        domain_name="api.shop.example",
        certificate_arn=CERTIFICATE,
        web_acl_arn=wall.arn,
        kms_key_arn=key,
    )


def aws_resources(keys: str) -> list[Resource]:
    """What the components of this contract make."""
    return [
        r
        for r in everything(keys).stack.resources
        if r.type.startswith("aws:") and r.name.startswith(("table-", "users", "others", "firewall", "rest-api"))
    ]


@pytest.mark.parametrize("keys", KEYS)
def test_every_input_is_one_that_aws_accepts(keys: str) -> None:
    from tierwise.preview.checks import check

    assert check(everything(keys).plan.resources) == []


@pytest.mark.parametrize("keys", KEYS)
def test_no_rule_that_binds_production_is_broken(keys: str) -> None:
    assert broken_rules(everything(keys), aws_resources(keys)) == []


def test_everything_has_a_price_or_is_free() -> None:
    from guardrails.cost import estimate, load_book

    priced = estimate(everything("customer").stack, {}, load_book(["us-east-1", "us-west-2"]), "us-east-1")
    assert priced.unsupported == ()


def test_everything_that_aws_tags_says_which_component_it_belongs_to() -> None:
    assert len(tagged_types(aws_resources("customer"))) >= 9
    assert without_component(aws_resources("customer")) == []


def test_every_resource_has_its_component_as_parent() -> None:
    assert orphans(everything("customer"), aws_resources("customer")) == []


def test_every_name_begins_with_that_of_its_component() -> None:
    assert strays(everything("customer")) == []


def test_no_name_holds_a_list_position() -> None:
    numbered = [r.name for r in aws_resources("customer") if re.search(r"-\d{1,2}(-|$)", r.name)]
    assert numbered == []


def test_the_customer_key_encrypts_what_is_kept() -> None:
    sample = everything("customer")
    tables = sample.all("aws:dynamodb/table:Table")
    assert len(tables) == 3
    assert all(sample.refers(found, "serverSideEncryption") == {"key"} for found in tables)
    logs = [g for g in sample.all("aws:cloudwatch/logGroup:LogGroup") if g.name.startswith("rest-api")]
    assert len(logs) == 2
    assert all(sample.refers(found, "kmsKeyId") == {"key"} for found in logs)


def test_a_regional_web_acl_is_where_its_api_is() -> None:
    wall = everything("aws").one("aws:wafv2/webAcl:WebAcl")
    assert (wall.get("scope"), wall.get("region")) == ("REGIONAL", "us-east-1")
    (group,) = [g for g in everything("aws").all("aws:cloudwatch/logGroup:LogGroup") if g.name == "firewall-logs"]
    assert group.get("name") == "aws-waf-logs-shop-prod-rest-api"
