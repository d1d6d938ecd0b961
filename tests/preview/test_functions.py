"""Provider functions, answered offline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guardrails.resource import UNKNOWN
from tests.preview.case import named, planned
from tierwise.preview.values import Secret


def test_what_aws_publishes_is_known(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        zones = aws.get_availability_zones(state="available", exclude_names=["eu-west-1b"])
        region = aws.get_region()
        partition = aws.get_partition()
        pulumi.export("zones", zones.names)
        pulumi.export("zone_ids", zones.zone_ids)
        pulumi.export("region", region.region)
        pulumi.export("description", region.description)
        pulumi.export("arn", f"arn:{partition.partition}:s3:::{partition.dns_suffix}")
        pulumi.export("principal", aws.get_service_principal(service_name="ec2").name)
        pulumi.export("cache", aws.cloudfront.get_cache_policy(name="Managed-CachingDisabled").id)
        pulumi.export("origin", aws.cloudfront.get_origin_request_policy_output(name="Managed-AllViewer").id)
        pulumi.export("headers", aws.cloudfront.get_response_headers_policy(name="Managed-SimpleCORS").id)
        pulumi.export("elb", aws.elb.get_service_account().arn)
        pulumi.export("other", aws.get_availability_zones_output(region="us-west-1").names)
        """,
    )
    assert plan.outputs == {
        "zones": ["eu-west-1a", "eu-west-1c"],
        "zone_ids": [UNKNOWN],
        "region": "eu-west-1",
        "description": "Europe (Ireland)",
        "arn": "arn:aws:s3:::amazonaws.com",
        "principal": "ec2.amazonaws.com",
        "cache": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "origin": "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "headers": "60669652-455b-4ae9-85a4-c4c02393f86c",
        "elb": "arn:aws:iam::156460612806:root",
        "other": ["us-west-1a", "us-west-1c"],
    }
    assert plan.diagnostics == []


def test_region_and_account_come_from_the_provider(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        provider = aws.Provider("p", region="ap-south-1", allowed_account_ids=["012345678901"])
        opts = pulumi.InvokeOptions(provider=provider)
        pulumi.export("account", aws.get_caller_identity(opts=opts).account_id)
        pulumi.export("zones", aws.get_availability_zones(opts=opts).names)
        pulumi.export("nobody", aws.get_caller_identity().account_id)
        pulumi.export("built", f"arn:aws:iam::{aws.get_caller_identity().account_id}:root")
        """,
    )
    assert plan.outputs == {
        "account": "012345678901",
        "zones": ["ap-south-1a", "ap-south-1b", "ap-south-1c"],
        "nobody": UNKNOWN,
        "built": UNKNOWN,
    }


def test_what_an_account_holds_is_unknown(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        zone = aws.route53.get_zone(name="example.com")
        key = aws.ssm.get_parameter_output(name="/app/key")
        image = aws.ssm.get_parameter(name="/aws/service/ami-amazon-linux-latest/x")
        aws.s3.Bucket("files", bucket=zone.zone_id, tags={"key": key.value, "image": image.value, "name": zone.name})
        token = aws.ecr.get_authorization_token_output()
        pulumi.export("password", token.password)
        vpc = aws.ec2.get_vpc_output(default=True)
        vpc.id.apply(lambda identity: 1 / 0)
        pulumi.export("vpc", vpc.id)
        edge = aws.ec2.get_managed_prefix_list_output(name="com.amazonaws.global.cloudfront.origin-facing")
        pulumi.export("lists", edge.id)
        """,
    )
    assert named(plan, "files").inputs == {
        "bucket": UNKNOWN,
        "tags": {"key": Secret(UNKNOWN), "image": UNKNOWN, "name": "example.com"},
    }
    assert plan.outputs == {"password": Secret(UNKNOWN), "vpc": UNKNOWN, "lists": UNKNOWN}


def test_a_function_of_pending_resources_is_unknown(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        bucket = aws.s3.Bucket("files")
        document = aws.iam.get_policy_document_output(statements=[{"actions": ["s3:*"], "resources": [bucket.arn]}])
        waits = aws.get_region_output(opts=pulumi.InvokeOutputOptions(depends_on=[bucket]))
        pulumi.export("json", document.json)
        pulumi.export("region", waits.region)
        """,
    )
    assert plan.outputs == {"json": UNKNOWN, "region": UNKNOWN}


def test_an_unheard_of_function_is_named_once(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        for name in ("a", "b"):
            pulumi.export(name, aws.s3.get_object(bucket="x", key=name).etag)
        pulumi.export("raw", pulumi.runtime.invoke("other:index:getThing", {"x": 1}).value["x"])
        """,
    )
    assert plan.outputs == {"a": UNKNOWN, "b": UNKNOWN, "raw": 1}
    assert [d.message.partition(": this")[0] for d in plan.diagnostics] == [
        "aws:s3/getObject:getObject",
        "other:index:getThing",
    ]


def test_a_refused_argument_fails_the_program(tmp_path: Path) -> None:
    plan = planned(tmp_path, 'import pulumi_aws as aws\naws.get_arn(arn="nonsense")\n', fails=True)
    assert plan.error is not None
    assert "invoke of aws:index/getArn:getArn failed: value (nonsense) is an invalid ARN (arn)" in plan.error.message
    assert plan.error.line == 2


def test_the_same_program_gives_the_same_plan(tmp_path: Path) -> None:
    source = """
        import pulumi
        import pulumi_aws as aws

        for zone in aws.get_availability_zones().names:
            aws.s3.Bucket(zone, tags={word: word for word in "the quick brown fox jumps over".split()})
        """
    first, second = planned(tmp_path, source), planned(tmp_path, source)
    assert first.resources == second.resources
    assert json.dumps(first.resources[-1].inputs) == json.dumps(second.resources[-1].inputs)


@pytest.mark.parametrize(
    ("arguments", "rendered"),
    [
        (
            {"statements": [{"actions": ["s3:GetObject"], "resources": ["*"]}]},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        ),
        (
            {
                "statements": [
                    {
                        "sid": "One",
                        "effect": "Deny",
                        "notActions": ["b:X", "a:Y", "c:Z"],
                        "notResources": ["arn:aws:s3:::&{aws:username}"],
                        "principals": [
                            {"type": "Service", "identifiers": ["a", "b"]},
                            {"type": "AWS", "identifiers": ["*"]},
                            {"type": "Service", "identifiers": ["c"]},
                        ],
                        "conditions": [
                            {"test": "StringLike", "variable": "z", "values": ["1", "2"]},
                            {"test": "Bool", "variable": "s", "values": ["false"]},
                        ],
                    }
                ]
            },
            {
                "Sid": "One",
                "Effect": "Deny",
                "NotAction": ["c:Z", "b:X", "a:Y"],
                "NotResource": "arn:aws:s3:::${aws:username}",
                "Principal": {"AWS": "*", "Service": ["b", "a", "c"]},
                "Condition": {"Bool": {"s": "false"}, "StringLike": {"z": ["2", "1"]}},
            },
        ),
        (
            {"statements": [{"actions": ["a:B"], "notPrincipals": [{"type": "*", "identifiers": ["*"]}]}]},
            {"Effect": "Allow", "Action": "a:B", "NotPrincipal": "*"},
        ),
    ],
)
def test_policy_documents_are_rendered_as_the_provider_does(
    arguments: dict[str, object], rendered: dict[str, object]
) -> None:
    from tierwise.preview.policy_document import render

    result = render(arguments)
    assert json.loads(result["json"]) == {"Version": "2012-10-17", "Statement": [rendered]}
    assert list(json.loads(result["json"])["Statement"][0]) == list(rendered)
    assert result["json"].startswith('{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n')
    assert json.loads(result["minifiedJson"]) == json.loads(result["json"])


def test_policy_documents_merge_sources_and_overrides() -> None:
    from tierwise.preview.policy_document import PolicyError, render

    source = json.dumps({"Statement": [{"Sid": "A", "Effect": "Allow"}, {"Effect": "Allow", "Action": "x:Y"}]})
    override = json.dumps({"Statement": {"Sid": "B", "Effect": "Deny", "Action": "z:Z"}})
    result = render(
        {
            "policyId": "p",
            "sourcePolicyDocuments": [source],
            "statements": [{"sid": "A", "actions": ["a:A<b"]}, {"sid": "B", "actions": ["b:B"]}],
            "overridePolicyDocuments": [override],
        }
    )
    assert json.loads(result["json"]) == {
        "Version": "2012-10-17",
        "Id": "p",
        "Statement": [
            {"Sid": "A", "Effect": "Allow", "Action": "a:A<b"},
            {"Effect": "Allow", "Action": "x:Y"},
            {"Sid": "B", "Effect": "Deny", "Action": "z:Z"},
        ],
    }
    assert "a:A\\u003cb" in result["json"]
    with pytest.raises(PolicyError, match="duplicate Sid"):
        render({"statements": [{"sid": "A"}, {"sid": "A"}]})
    with pytest.raises(PolicyError, match="not JSON"):
        render({"sourceJson": "{"})
    with pytest.raises(PolicyError, match="version"):
        render({"version": "2020-01-01"})
    with pytest.raises(PolicyError, match="policy variables"):
        render({"version": "2008-10-17", "statements": [{"resources": ["&{aws:x}"]}]})
