"""Container repositories and images of awsx, expanded as its provider does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guardrails.resource import UNKNOWN
from tests.preview.case import named, planned

PREFIX = "urn:pulumi:dev::demo::awsx:ecr:"


def test_a_repository_has_a_lifecycle_policy(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_awsx as awsx

        repository = awsx.ecr.Repository("API", force_delete=True, opts=pulumi.ResourceOptions(protect=True))
        pulumi.export("url", repository.url)
        pulumi.export("arn", repository.repository.arn)
        pulumi.export("mutability", repository.repository.force_delete)
        """,
    )
    repository, policy = (r for r in plan.resources if r.name == "api")
    assert repository.urn == f"{PREFIX}Repository$aws:ecr/repository:Repository::api"
    assert policy.urn == f"{PREFIX}Repository$aws:ecr/lifecyclePolicy:LifecyclePolicy::api"
    assert repository.inputs == {"forceDelete": True}
    assert repository.region == "eu-west-1"
    assert repository.protect
    assert policy.protect
    assert "default_7_42_0" in repository.provider
    assert policy.inputs["repository"] is UNKNOWN
    assert policy.property_dependencies["repository"] == (repository.urn,)
    assert json.loads(policy.inputs["policy"]) == {
        "rules": [
            {
                "rulePriority": 1,
                "description": "remove untagged images",
                "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1},
                "action": {"type": "expire"},
            }
        ]
    }
    assert plan.outputs == {"url": UNKNOWN, "arn": UNKNOWN, "mutability": True}
    assert plan.diagnostics == []


def test_lifecycle_rules_and_an_explicit_provider(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws
        import pulumi_awsx as awsx

        provider = aws.Provider("p", region="us-east-2")
        awsx.ecr.Repository(
            "r",
            name="exact",
            lifecycle_policy=awsx.ecr.LifecyclePolicyArgs(rules=[
                awsx.ecr.LifecyclePolicyRuleArgs(
                    tag_status=awsx.ecr.LifecycleTagStatus.ANY, maximum_number_of_images=9),
                awsx.ecr.LifecyclePolicyRuleArgs(tag_status="tagged", tag_prefix_list=["v"], maximum_age_limit=30),
            ]),
            opts=pulumi.ResourceOptions(providers=[provider]),
        )
        awsx.ecr.Repository("bare", lifecycle_policy=awsx.ecr.LifecyclePolicyArgs(skip=True))
        """,
    )
    policy = next(r for r in plan.resources if r.type.endswith(":LifecyclePolicy"))
    assert policy.inputs["repository"] == "exact"
    assert policy.region == "us-east-2"
    rules = json.loads(policy.inputs["policy"])["rules"]
    assert [(r["rulePriority"], r["selection"]["tagStatus"], r["selection"]["countNumber"]) for r in rules] == [
        (1, "tagged", 30),
        (2, "any", 9),
    ]
    assert [r.type for r in plan.resources].count("aws:ecr/lifecyclePolicy:LifecyclePolicy") == 1


def test_an_image_is_built_once_its_repository_is_known(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_awsx as awsx

        repository = awsx.ecr.Repository("r")
        later = awsx.ecr.Image("later", repository_url=repository.url, context="app")
        now = awsx.ecr.Image("now", repository_url="1.dkr.ecr.eu-west-1.amazonaws.com/app", context="app",
                             args={"A": "1"}, platform="linux/arm64", image_tag="v1")
        pulumi.export("uri", later.image_uri)
        pulumi.export("now", now.image_uri)
        """,
    )
    assert named(plan, "later").remote
    build = named(plan, "v1")
    assert build.urn == f"{PREFIX}Image$docker-build:index:Image::v1"
    assert build.inputs["tags"] == ["1.dkr.ecr.eu-west-1.amazonaws.com/app:v1"]
    assert build.inputs["buildArgs"] == {"A": "1"}
    assert build.inputs["platforms"] == ["linux/arm64"]
    assert build.inputs["context"] == {"location": "app"}
    assert build.inputs["push"] is True
    assert [r.type for r in plan.resources].count("docker-build:index:Image") == 1
    assert plan.outputs == {"uri": UNKNOWN, "now": UNKNOWN}


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ('{"tag_status": "any"}', "must be provided with a rule"),
        ('{"tag_status": "tagged", "maximum_age_limit": 1}', "tagPrefixList cannot be empty"),
        ('{"tag_status": "any", "maximum_age_limit": 1}, {"tag_status": "any", "maximum_age_limit": 2}', "At most one"),
    ],
)
def test_rules_that_the_provider_refuses(tmp_path: Path, rules: str, message: str) -> None:
    source = f'import pulumi_awsx as awsx\nawsx.ecr.Repository("r", lifecycle_policy={{"rules": [{rules}]}})\n'
    plan = planned(tmp_path, source, fails=True)
    assert plan.error is not None
    assert message in plan.error.message
