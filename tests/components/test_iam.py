"""Policy documents: what they say, what they refuse, and that they are readable before deployment."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.grant import Statement
from components.iam import MAX_ROLE_POLICY, UNSCOPED_ACTIONS, PolicyError, policy_document, trust_document
from components.names import Names
from tests.support.program import sample_of
from tests.support.sections import names

ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "ecr:GetAuthorizationToken"]
ARNS = [f"arn:aws:s3:::bucket-{letter}/*" for letter in "abc"]
CONDITIONS: list[dict[str, dict[str, Any]]] = [
    {},
    {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    {"StringEquals": {"s3:prefix": ["b/", "a/"]}},
]

statements = st.builds(
    Statement,
    sid=st.sampled_from(["Read", "Write", "Send"]),
    actions=st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3),
    resources=st.lists(st.sampled_from(ARNS), min_size=1, max_size=3),
    conditions=st.sampled_from(CONDITIONS),
)


def known(document: pulumi.Input[str]) -> dict[str, Any]:
    assert isinstance(document, str), "known before deployment"
    return json.loads(document)


def allowed(entries: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    """Every (action, resource, conditions) that statements of a document allow."""
    found: set[tuple[str, str, str]] = set()
    for entry in entries:
        conditions = {
            operator: {key: sorted(v) if isinstance(v, list) else v for key, v in keys.items()}
            for operator, keys in entry.get("Condition", {}).items()
        }
        for action, resource in itertools.product(entry["Action"], entry["Resource"]):
            found.add((action, resource, json.dumps(conditions, sort_keys=True)))
    return found


@given(st.lists(statements, min_size=1, max_size=6))
def test_merging_neither_adds_nor_drops_a_right(given_: list[Statement]) -> None:
    plain = [
        {"Action": list(s.actions), "Resource": list(s.resources), "Condition": dict(s.conditions)} for s in given_
    ]
    assert allowed(known(policy_document(given_))["Statement"]) == allowed(plain)


@given(st.lists(statements, min_size=1, max_size=5), st.randoms())
def test_order_does_not_matter(given_: list[Statement], random: Any) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)
    assert policy_document(shuffled) == policy_document(given_)


@given(st.lists(statements, min_size=1, max_size=6))
def test_statement_ids_are_unique(given_: list[Statement]) -> None:
    ids = [entry["Sid"] for entry in known(policy_document(given_))["Statement"]]
    assert len(ids) == len(set(ids))


def test_statements_of_one_purpose_become_one() -> None:
    document = known(
        policy_document(
            [
                Statement(sid="Read", actions=["s3:GetObject"], resources=[ARNS[1]]),
                Statement(sid="Read", actions=["s3:GetObject"], resources=[ARNS[0]]),
            ]
        )
    )
    assert document == {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ARNS[:2]}],
    }


def test_statements_of_different_purposes_stay_apart() -> None:
    document = known(
        policy_document([Statement(sid=sid, actions=["s3:GetObject"], resources=ARNS) for sid in ("Write", "Read")])
    )
    assert [entry["Sid"] for entry in document["Statement"]] == ["Read", "Write"]


@pytest.mark.parametrize("action", ["*", "s3:*", "s3:Get*", "GetObject"])
def test_a_wildcard_action_is_refused(action: str) -> None:
    with pytest.raises(PolicyError, match="is not one action"):
        policy_document([Statement(sid="All", actions=[action], resources=[ARNS[0]])])


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::*", "arn:aws:ecs:us-east-1:123456789012:*"])
def test_a_bare_wildcard_resource_is_refused_where_aws_can_scope(resource: str) -> None:
    with pytest.raises(PolicyError, match=r"statement All: .* with s3:GetObject, which AWS can limit"):
        policy_document([Statement(sid="All", actions=["s3:GetObject", *UNSCOPED_ACTIONS], resources=[resource])])


@pytest.mark.parametrize("action", sorted(UNSCOPED_ACTIONS))
def test_a_bare_wildcard_resource_is_accepted_where_aws_cannot_scope(action: str) -> None:
    document = known(policy_document([Statement(sid="One", actions=[action], resources=["*"])]))
    assert document["Statement"][0]["Resource"] == ["*"]


@pytest.mark.parametrize(("actions", "resources"), [([], ["arn:aws:s3:::a"]), (["s3:GetObject"], [])])
def test_an_empty_statement_is_refused(actions: list[str], resources: list[str]) -> None:
    with pytest.raises(PolicyError, match="at least one action and one resource"):
        policy_document([Statement(sid="None", actions=actions, resources=resources)])


def test_an_empty_document_is_refused() -> None:
    with pytest.raises(PolicyError, match="at least one statement"):
        policy_document([])


def test_a_document_that_no_role_can_hold_is_refused() -> None:
    many = [f"arn:aws:s3:::bucket-{number:04}/folder/*" for number in range(300)]
    with pytest.raises(PolicyError, match=rf"a role holds {MAX_ROLE_POLICY}; statement Read is the largest"):
        policy_document([Statement(sid="Read", actions=["s3:GetObject"], resources=many)])


def test_actions_are_checked_before_the_arns_are_known() -> None:
    def program() -> None:
        statement = Statement(sid="All", actions=["s3:*"], resources=[pulumi.Output.from_input(ARNS[0])])
        with pytest.raises(PolicyError, match="is not one action"):
            policy_document([statement])

    sample_of(program)


def test_a_resolved_arn_is_checked_too() -> None:
    def program() -> None:
        statement = Statement(sid="All", actions=["s3:GetObject"], resources=[pulumi.Output.from_input("*")])
        pulumi.export("policy", policy_document([statement]))

    with pytest.raises(AssertionError, match="which AWS can limit"):
        sample_of(program)


def test_a_service_acts_for_this_account_only() -> None:
    trust = known(trust_document("ecs-tasks.amazonaws.com", names()))
    assert trust["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "123456789012"},
                "ArnLike": {"aws:SourceArn": "arn:aws:ecs:us-east-1:123456789012:*"},
            },
        }
    ]


def test_a_service_that_does_not_say_for_whom_it_acts_is_trusted_without_condition() -> None:
    trust = known(trust_document("lambda.amazonaws.com", names()))
    assert "Condition" not in trust["Statement"][0]


def test_an_account_that_is_looked_up_leaves_the_trust_to_deployment() -> None:
    def program() -> None:
        account = pulumi.Output.from_input("1" * 12)
        looked_up = Names(system="shop", stage="dev", region="us-east-1", account=account)
        document = trust_document("ecs-tasks.amazonaws.com", looked_up)
        assert isinstance(document, pulumi.Output)
        pulumi.export("trust", document)

    trust = json.loads(sample_of(program).plan.outputs["trust"])
    assert trust["Statement"][0]["Condition"]["StringEquals"] == {"aws:SourceAccount": "1" * 12}
