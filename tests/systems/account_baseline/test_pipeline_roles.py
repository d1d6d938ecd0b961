"""What GitHub Actions may do in the account, and what it may not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.governance.deploy_rights import AREAS, MAX_MANAGED_POLICY
from guardrails.resource import Resource
from tests.support.stacks import Planned, planned, reviewed
from tierwise.preview.checks.mapping import MAPPINGS

ROLE, PROVIDER = "aws:iam/role:Role", "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
ATTACHMENT, POLICY = "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policy:Policy"
DENIED = "aws:iam/rolePolicy:RolePolicy"
#: Services and actions whose IAM name differs from that of the API.
SERVICES = {"elbv2": "elasticloadbalancing", "lexv2-models": "lex", "opensearchserverless": "aoss"}
ACTIONS = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
#: Reading is SecurityAudit's.
READ = re.compile(r":(Describe|Get|List)")
#: What an account has once, or nobody's pipeline makes: see the README.
WITHHELD = {
    "ce:UpdateCostAllocationTagsStatus",
    "cloudtrail:CreateTrail",
    "cloudtrail:PutEventSelectors",
    "cloudtrail:PutInsightSelectors",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:StartConfigurationRecorder",
    "guardduty:CreateDetector",
    "guardduty:UpdateDetector",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreatePolicy",
    "s3control:PutPublicAccessBlock",
}


def role(plan: Planned, name: str) -> Resource:
    """The pipeline's role of a name."""
    return next(r for r in plan.all(ROLE) if r.name == f"github-access-{name}")


def trust(plan: Planned, name: str) -> dict[str, Any]:
    """The only statement of a role's trust."""
    (statement,) = json.loads(str(role(plan, name).get("assumeRolePolicy")))["Statement"]
    return statement


def allowed(plan: Planned) -> Iterator[str]:
    """Every action pattern that the deploy role is given."""
    for policy in plan.all(POLICY):
        for statement in json.loads(str(policy.get("policy")))["Statement"]:
            actions = statement["Action"]
            yield from [actions] if isinstance(actions, str) else actions


def denied(plan: Planned) -> dict[str, dict[str, Any]]:
    """What the deploy role is refused, by statement id."""
    (holder,) = [r for r in plan.all(DENIED) if r.name == "github-access-deploy-denied"]
    return {s["Sid"]: s for s in json.loads(str(holder.get("policy")))["Statement"]}


@pytest.mark.requirement("PHONEY-59")
def test_github_is_trusted_without_a_stored_key(every: Planned) -> None:
    provider = every.one(PROVIDER)
    assert provider.get("url") == "https://token.actions.githubusercontent.com"
    assert provider.get("clientIdLists") == ["sts.amazonaws.com"]
    assert not every.all("aws:iam/accessKey:AccessKey")


@pytest.mark.requirement("PHONEY-59")
@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_only_the_stages_environment_deploys(stage: str) -> None:
    statement = trust(planned("account-baseline", stage), "deploy")
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": [f"repo:example/tierwise:environment:{stage}"],
        }
    }


def test_pull_requests_and_main_may_read(prod: Planned) -> None:
    subjects = trust(prod, "preview")["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subjects == [
        "repo:example/tierwise:pull_request",
        "repo:example/tierwise:ref:refs/heads/main",
    ]


def test_a_session_is_as_long_as_its_work(every: Planned) -> None:
    # A canary lasts an hour, and what stands around it needs credentials too.
    assert role(every, "deploy").get("maxSessionDuration") == 3 * 3600
    assert role(every, "preview").get("maxSessionDuration") == 3600


def test_the_preview_role_reads_configuration_and_nothing_else(every: Planned) -> None:
    held = [a.get("policyArn") for a in every.all(ATTACHMENT) if every.refers(a, "role") == {"github-access-preview"}]
    assert held == ["arn:aws:iam::aws:policy/SecurityAudit"]
    assert not [r for r in every.all(DENIED) if every.refers(r, "role") == {"github-access-preview"}]


def test_workflows_can_name_the_roles(every: Planned) -> None:
    stage = every.one("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock").urn.split(":")[2]
    assert role(every, "preview").get("name") == f"account-baseline-{stage}-preview"
    assert role(every, "deploy").get("name") == f"account-baseline-{stage}-deploy"
    exported = reviewed("account-baseline", stage).plan.outputs
    assert str(exported["deployRole"]).endswith(f":role/account-baseline-{stage}-deploy")
    assert str(exported["previewRole"]).endswith(f":role/account-baseline-{stage}-preview")


def test_the_pipeline_cannot_blind_the_record(every: Planned) -> None:
    refused = denied(every)
    for action in ("cloudtrail:StopLogging", "config:StopConfigurationRecorder", "config:DeleteDeliveryChannel",
                   "guardduty:DeleteDetector", "access-analyzer:DeleteAnalyzer"):  # fmt: skip
        assert any(fnmatchcase(action, pattern) for pattern in refused["LeaveTheRecordAlone"]["Action"]), action
    files = refused["LeaveTheFilesAlone"]
    assert {"s3:Delete*", "s3:Put*"} <= set(files["Action"])
    assert all("-audit-" in arn for arn in files["Resource"])
    assert len(files["Resource"]) == 2
    key = refused["LeaveTheKeyAlone"]
    assert "kms:ScheduleKeyDeletion" in key["Action"]
    assert key["Condition"] == {"StringEquals": {"aws:ResourceTag/project": "account-baseline"}}


def test_the_pipeline_cannot_change_its_own_rights(prod: Planned) -> None:
    own = denied(prod)["LeaveAdministratorsAlone"]
    assert own["Action"] == "iam:*"
    mine = [str(r.get("name")) for r in prod.all(ROLE) if r.name.startswith("github-access-")]
    assert len(mine) == 2
    for name in mine:
        assert f"arn:aws:iam::333333333333:role/{name}" in own["Resource"]
    for policy in prod.all(POLICY):
        arn = f"arn:aws:iam::333333333333:policy/{policy.get('name')}"
        assert any(fnmatchcase(arn, pattern) for pattern in own["Resource"]), arn
    rules = denied(prod)["LeaveIdentitiesAlone"]["Action"]
    for action in ("iam:CreateUser", "iam:CreateAccessKey", "iam:UpdateOpenIDConnectProviderThumbprint"):
        assert any(fnmatchcase(action, pattern) for pattern in rules), action


def test_rights_end_at_the_regions_of_the_account(every: Planned) -> None:
    for policy in every.all(POLICY):
        if policy.name.endswith("-roles"):
            continue
        for statement in json.loads(str(policy.get("policy")))["Statement"]:
            assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}}


def test_objects_are_a_persons_but_for_the_code_of_canaries(prod: Planned) -> None:
    writing = ("s3:PutObject", "s3:DeleteObject", "s3:GetObject")
    found = [
        statement
        for policy in prod.all(POLICY)
        for statement in json.loads(str(policy.get("policy")))["Statement"]
        if statement["Effect"] == "Allow"
        and any(fnmatchcase(action, str(pattern)) for action in writing for pattern in statement["Action"])
    ]
    resources = {resource for statement in found for resource in statement["Resource"]}
    assert resources == {"arn:aws:s3:::*-333333333333/canaries/*/code-*"}


def test_no_area_is_longer_than_a_managed_policy_holds(every: Planned) -> None:
    lengths = {policy.name: len(str(policy.get("policy"))) for policy in every.all(POLICY)}
    assert len(lengths) == len(AREAS) + 1
    # A role holds ten managed policies, and one of them is SecurityAudit.
    assert len(lengths) < 10
    assert {name: length for name, length in lengths.items() if length > MAX_MANAGED_POLICY} == {}


def test_the_pipeline_may_make_every_kind_of_thing_but_the_accounts_own(prod: Planned) -> None:
    """Every call that makes a resource of a known type is allowed or withheld; a new type needs its right."""
    patterns = [pattern.lower() for pattern in allowed(prod)]
    refused: set[str] = set()
    for mapping in MAPPINGS.values():
        for operation in mapping.operations:
            service, name = operation.partition(":")[0].split(".")
            if service.startswith("apigateway"):
                # Its actions are the verbs of HTTP.
                continue
            action = f"{SERVICES.get(service, service)}:{name}"
            action = ACTIONS.get(action, action)
            if not READ.search(action) and not any(fnmatchcase(action.lower(), pattern) for pattern in patterns):
                refused.add(action)
    assert refused == WITHHELD


def test_a_release_can_tell_the_stacks_topic(prod: Planned) -> None:
    assert "sns:Publish" in set(allowed(prod))
