"""The account's protections, contacts and tags, its budget, and that no rule refuses it."""

from __future__ import annotations

import pytest

from tests.support.stacks import Planned, reviewed

REGIONS = {"us-east-1", "us-west-2"}
#: A type of which an account or a region holds one, so that a second stack would fight over it.
SINGLETONS = {
    "aws:cloudtrail/trail:Trail",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:account/alternativeContact:AlternativeContact",
}


def test_public_buckets_are_refused(every: Planned) -> None:
    block = every.one("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock")
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [block.get(flag) for flag in flags] == [True] * 4


def test_volumes_are_encrypted_and_snapshots_stay_private_in_every_region(every: Planned) -> None:
    volumes = every.all("aws:ebs/encryptionByDefault:EncryptionByDefault", enabled=True)
    snapshots = every.all("aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess", state="block-all-sharing")
    assert {r.get("region") for r in volumes} == REGIONS
    assert {r.get("region") for r in snapshots} == REGIONS


def test_passwords_are_long(every: Planned) -> None:
    policy = every.one("aws:iam/accountPasswordPolicy:AccountPasswordPolicy")
    assert policy.get("minimumPasswordLength") >= 14
    assert policy.get("passwordReusePrevention") == 24
    for kind in ("Lowercase", "Uppercase"):
        assert policy.get(f"require{kind}Characters") is True
    assert policy.get("requireNumbers") is True
    assert policy.get("requireSymbols") is True


def test_outside_access_is_looked_for_in_every_region(every: Planned) -> None:
    analyzers = every.all("aws:accessanalyzer/analyzer:Analyzer", type="ACCOUNT")
    assert {r.get("region") for r in analyzers} == REGIONS


def test_aws_knows_whom_to_call(every: Planned) -> None:
    contact = every.one("aws:account/alternativeContact:AlternativeContact")
    assert contact.get("alternateContactType") == "SECURITY"
    assert contact.get("emailAddress") == "security@example.com"


def test_the_paying_account_splits_its_bills_by_tag(dev: Planned, prod: Planned) -> None:
    tags = prod.all("aws:costexplorer/costAllocationTag:CostAllocationTag", status="Active")
    assert {tag.get("tagKey") for tag in tags} >= {"project", "stage", "component"}
    assert not dev.all("aws:costexplorer/costAllocationTag:CostAllocationTag")


def test_api_gateway_may_log_in_every_region(every: Planned) -> None:
    accounts = every.all("aws:apigateway/account:Account")
    assert {r.get("region") for r in accounts} == REGIONS
    (attached,) = [
        r
        for r in every.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if str(r.get("policyArn")).endswith("/AmazonAPIGatewayPushToCloudWatchLogs")
    ]
    for account in accounts:
        assert every.refers(account, "cloudwatchRoleArn") == {"api-gateway-logs"}
        assert attached.urn in account.dependencies


def test_what_exists_once_is_declared_once(every: Planned) -> None:
    assert {token: len(every.all(token)) for token in SINGLETONS} == dict.fromkeys(SINGLETONS, 1)


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_a_stage_previews_without_a_finding_that_binds_and_without_an_unpriced_line(stage: str) -> None:
    review = reviewed("account-baseline", stage)
    assert [f"{f.policy} {f.resource}: {f.message}" for f in review.findings if f.level == "mandatory"] == []
    assert list(review.failures) == []
    assert review.estimate is not None
    assert list(review.estimate.unknown) == []
    assert list(review.estimate.unsupported) == []
    # A document that waits for AWS would be judged only on deployment.
    assert [f.resource for f in review.findings if f.policy == "policy-deferred"] == []


@pytest.mark.parametrize(("stage", "limit"), [("dev", 1), ("staging", 5), ("prod", 40)])
def test_an_account_costs_little(stage: str, limit: int) -> None:
    estimate = reviewed("account-baseline", stage).estimate
    assert estimate is not None
    assert estimate.expected < limit
