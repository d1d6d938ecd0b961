"""A search collection: capacity, who reaches it, and who may read what."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

import guardrails
from components.grant import Grant
from guardrails.resource import UNKNOWN
from guardrails.stack_config import StackConfig
from tests.support import data
from tests.support.happenings import search
from tests.support.program import Sample, sample_of
from tests.support.sections import names
from tierwise.preview.checks import check

COLLECTION = "aws:opensearch/serverlessCollection:ServerlessCollection"
GROUP = "aws:opensearch/serverlessCollectionGroup:ServerlessCollectionGroup"
ACCESS = "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy"
SECURITY = "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy"
ENDPOINT = "aws:opensearch/serverlessVpcEndpoint:ServerlessVpcEndpoint"
OPERATOR = "arn:aws:iam::123456789012:role/search-operator"


@functools.cache
def _planned(described: str, kms_key_arn: str | None) -> tuple[Sample, list[Grant]]:
    grants: list[Grant] = []

    def create() -> None:
        from components.component import Component
        from components.iam import create_service_role
        from components.search.collection import SearchCollection

        class Owner(Component):
            token = "test:Owner"  # noqa: S105 - a type token

        owner = Owner("owner")
        roles = [
            create_service_role(
                owner,
                f"owner-{kind}",
                service="lambda.amazonaws.com",
                description=kind,
                names=names(),
                role_name=f"shop-prod-{kind}",
            )
            for kind in ("reader", "writer")
        ]
        owner.register_outputs({})
        made = SearchCollection(
            "search",
            settings=search(**json.loads(described)),
            names=names(),
            vpc_id=data.VPC,
            subnet_ids=data.SUBNETS,
            retain=True,
            kms_key_arn=kms_key_arn,
        )
        made.admit(readers=[roles[0]], writers=[roles[1]])
        grants.append(made.grant("rag"))

    return sample_of(create), grants


def planned(kms_key_arn: str | None = None, **overrides: Any) -> Sample:
    """The plan of a collection, made once."""
    return _planned(json.dumps(overrides), kms_key_arn)[0]


def limits(sample: Sample) -> tuple[int, int, int, int]:
    """Least and most units that write, least and most that read."""
    (found,) = sample.one(GROUP).get("capacityLimits")
    return (
        found["minIndexingCapacityInOcu"],
        found["maxIndexingCapacityInOcu"],
        found["minSearchCapacityInOcu"],
        found["maxSearchCapacityInOcu"],
    )


def test_a_group_limits_the_capacity_of_its_one_collection() -> None:
    sample = planned(indexing={"min": 2, "max": 8}, searching={"min": 2, "max": 8})
    assert limits(sample) == (2, 8, 2, 8)
    assert sample.one(GROUP).get("generation") == "CLASSIC"
    collection = sample.one(COLLECTION)
    assert collection.get("type") == "VECTORSEARCH"
    assert sample.refers(collection, "collectionGroupName") == {"search"}


def test_an_idle_collection_that_may_fall_to_nothing_does() -> None:
    sample = planned(alwaysOn=False, standbyReplicas=False)
    assert limits(sample) == (0, 8, 0, 8)
    assert sample.one(GROUP).get("generation") == "NEXTGEN"


@pytest.mark.parametrize(("redundant", "replicas"), [(True, "ENABLED"), (False, "DISABLED")])
def test_group_and_collection_agree_about_copies(redundant: bool, replicas: str) -> None:
    sample = planned(standbyReplicas=redundant)
    assert sample.one(GROUP).get("standbyReplicas") == replicas
    assert sample.one(COLLECTION).get("standbyReplicas") == replicas


@pytest.mark.parametrize(("kind", "token"), [("search", "SEARCH"), ("time-series", "TIMESERIES")])
def test_other_kinds_are_made_on_demand(kind: str, token: str) -> None:
    assert planned(kind=kind).one(COLLECTION).get("type") == token


def test_only_the_vpc_reaches_it() -> None:
    sample = planned()
    (network,) = [p for p in sample.all(SECURITY) if p.get("type") == "network"]
    # The policy names the endpoint, whose id AWS makes.
    assert network.get("policy") is UNKNOWN
    assert sample.refers(network, "policy") == {"search"}
    assert len(sample.one(ENDPOINT).get("subnetIds")) == 2
    assert len(planned(endpointZones=1).one(ENDPOINT).get("subnetIds")) == 1


def test_it_waits_for_its_policies() -> None:
    sample = planned()
    waits = {urn.rpartition("::")[2] for urn in sample.one(COLLECTION).dependencies}
    assert {"search-encryption", "search-network"} <= waits


def test_it_is_encrypted_by_the_key_that_is_asked_for() -> None:
    def policy(sample: Sample) -> Any:
        (found,) = [p for p in sample.all(SECURITY) if p.get("type") == "encryption"]
        return json.loads(found.get("policy"))

    rules = [{"ResourceType": "collection", "Resource": ["collection/shop-prod-search"]}]
    assert policy(planned()) == {"Rules": rules, "AWSOwnedKey": True}
    assert policy(planned(data.KEY)) == {"Rules": rules, "AWSOwnedKey": False, "KmsARN": data.KEY}


def test_readers_read_writers_write_and_only_administrators_make_indexes() -> None:
    blocks = json.loads(planned(administrators=[OPERATOR]).one(ACCESS).get("policy"))
    found = {principal: set(block["Rules"][0]["Permission"]) for block in blocks for principal in block["Principal"]}
    assert found["arn:aws:iam::123456789012:role/shop-prod-reader"] == {"aoss:DescribeIndex", "aoss:ReadDocument"}
    assert "aoss:WriteDocument" in found["arn:aws:iam::123456789012:role/shop-prod-writer"]
    assert {who for who, may in found.items() if "aoss:CreateIndex" in may} == {OPERATOR}
    assert not any("*" in permission for permissions in found.values() for permission in permissions)


def test_nobody_administers_it_unless_named() -> None:
    blocks = json.loads(planned().one(ACCESS).get("policy"))
    assert len(blocks) == 2
    assert {block["Rules"][0]["Resource"][0] for block in blocks} == {"index/shop-prod-search/*"}


def test_a_user_finds_the_endpoint_and_reaches_it_on_443() -> None:
    (grant,) = _planned("{}", None)[1]
    assert set(grant.addresses) == {"SEARCH_ENDPOINT"}
    (statement,) = grant.statements
    assert list(statement.actions) == ["aoss:APIAccessAll"]
    assert [opening.port for opening in grant.openings] == [443]
    parameter = planned().one("aws:ssm/parameter:Parameter")
    assert parameter.get("name") == "/shop/prod/opensearch/endpoint"


def test_aws_accepts_every_input_and_no_rule_is_broken() -> None:
    for sample in (planned(), planned(alwaysOn=False, standbyReplicas=False), planned(data.KEY)):
        assert check(sample.plan.resources) == []
    config = StackConfig.from_pulumi({"sample:tier": "prod"}, "sample", "test")
    broken = [f for f in guardrails.evaluate(planned().stack, config) if f.level == "mandatory" and "AOSS" in f.policy]
    assert broken == []
    assert planned().planned(planned().one(COLLECTION)).protect
