"""Resources as the engine records them: identity, inputs, options and dependencies."""

from __future__ import annotations

from pathlib import Path

import pytest

from guardrails.resource import UNKNOWN
from tests.preview.case import named, planned
from tierwise.preview.plan import CustomTimeouts
from tierwise.preview.values import UNKNOWN_SENTINEL, Archive, Asset, ResourceReference, Secret

PREFIX = "urn:pulumi:dev::demo::"
DEFAULT = f"{PREFIX}pulumi:providers:aws::default_7_51_1::{UNKNOWN_SENTINEL}"


def test_identity_of_stack_component_and_child(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        class Site(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("demo:web:Site", name, {"size": 3})
                self.bucket = aws.s3.Bucket(f"{name}-files", opts=pulumi.ResourceOptions(parent=self))
                self.register_outputs({"arn": self.bucket.arn, "size": 3})

        site = Site("web")
        pulumi.export("arn", site.bucket.arn)
        """,
    )
    assert [resource.urn for resource in plan.resources] == [
        f"{PREFIX}pulumi:pulumi:Stack::demo-dev",
        f"{PREFIX}demo:web:Site::web",
        f"{PREFIX}pulumi:providers:aws::default_7_51_1",
        f"{PREFIX}demo:web:Site$aws:s3/bucket:Bucket::web-files",
    ]
    site, provider, bucket = plan.resources[1:]
    assert not site.custom
    assert site.inputs == {"size": 3}
    assert site.outputs == {"arn": UNKNOWN, "size": 3}
    assert site.parent == plan.resources[0].urn
    assert site.provider == ""
    assert bucket.parent == site.urn
    assert bucket.provider == DEFAULT
    assert bucket.source_position == "project:///__main__.py#7"
    assert bucket.stack_trace[:2] == ("project:///__main__.py#7", "project:///__main__.py#10")
    assert provider.inputs == {"region": "eu-west-1", "version": "7.51.1", "__internal": {}}
    assert provider.parent is None
    assert provider.is_default_provider
    assert plan.outputs == {"arn": UNKNOWN}


def test_known_inputs_come_back_and_what_aws_decides_is_unknown(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        bucket = aws.s3.Bucket("files", bucket="known-name", tags={"team": "web"}, force_destroy=True)
        policy = aws.s3.BucketPolicy("policy", bucket=bucket.id, policy={"Version": "2012-10-17"})
        rule = aws.s3.BucketVersioning("on", bucket=bucket.bucket, versioning_configuration={"status": "Enabled"})
        pulumi.export("name", bucket.bucket)
        pulumi.export("tags", bucket.tags)
        pulumi.export("id", bucket.id)
        pulumi.export("domain", bucket.bucket_domain_name)
        pulumi.export("policy", policy.policy)
        pulumi.export("status", rule.versioning_configuration.status)
        """,
    )
    assert plan.outputs == {
        "name": "known-name",
        "tags": {"team": "web"},
        "id": UNKNOWN,
        "domain": UNKNOWN,
        "policy": '{"Version":"2012-10-17"}',
        "status": "Enabled",
    }
    assert named(plan, "files").outputs["arn"] is UNKNOWN
    assert named(plan, "files").outputs["forceDestroy"] is True
    assert named(plan, "policy").inputs == {"bucket": UNKNOWN, "policy": {"Version": "2012-10-17"}}


def test_nested_members_that_aws_fills_in_are_unknown(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        domain = aws.apigatewayv2.DomainName("api", domain_name="api.example.com", domain_name_configuration={
            "certificate_arn": "arn:aws:acm:x", "endpoint_type": "REGIONAL", "security_policy": "TLS_1_2"})
        configuration = domain.domain_name_configuration
        pulumi.export("target", configuration.target_domain_name)
        pulumi.export("zone", configuration.hosted_zone_id)
        pulumi.export("policy", configuration.security_policy)
        """,
    )
    assert plan.outputs == {"target": UNKNOWN, "zone": UNKNOWN, "policy": "TLS_1_2"}
    assert "targetDomainName" not in named(plan, "api").inputs["domainNameConfiguration"]


def test_dependencies_by_property_and_in_all(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        class Pair(pulumi.ComponentResource):
            def __init__(self, name):
                super().__init__("demo:web:Pair", name)
                child = pulumi.ResourceOptions(parent=self)
                aws.s3.Bucket(f"{name}-1", opts=child)
                aws.s3.Bucket(f"{name}-2", opts=child)

        pair = Pair("pair")
        first = aws.s3.Bucket("first")
        aws.s3.BucketPolicy(
            "policy",
            bucket=first.id,
            policy=pulumi.Output.json_dumps({"Resource": first.arn}),
            opts=pulumi.ResourceOptions(depends_on=[pair]),
        )
        """,
    )
    first = named(plan, "first").urn
    policy = named(plan, "policy")
    assert policy.property_dependencies == {"bucket": (first,), "policy": (first,)}
    assert policy.dependencies == tuple(sorted((first, named(plan, "pair-1").urn, named(plan, "pair-2").urn)))
    assert named(plan, "first").property_dependencies == {}
    stack = plan.view()
    assert stack.referenced(stack.by_urn[policy.urn], "bucket") == (stack.by_urn[first],)


def test_every_option(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        owner = aws.s3.Bucket("owner")
        aws.s3.Bucket(
            "files",
            bucket_prefix="x",
            opts=pulumi.ResourceOptions(
                protect=True,
                retain_on_delete=True,
                ignore_changes=["bucket_prefix", "tags"],
                replace_on_changes=["force_destroy"],
                additional_secret_outputs=["bucket_domain_name"],
                delete_before_replace=True,
                deleted_with=owner,
                replace_with=[owner],
                custom_timeouts=pulumi.CustomTimeouts(create="1h30m", delete="90s"),
                aliases=[pulumi.Alias(name="old"), "urn:pulumi:dev::demo::aws:s3/bucket:Bucket::older"],
                hide_diffs=["tags"],
            ),
        )
        aws.s3.Bucket("adopted", bucket="there", opts=pulumi.ResourceOptions(import_="there"))
        """,
    )
    files = named(plan, "files")
    assert files.protect
    assert files.retain_on_delete
    assert files.ignore_changes == ("bucketPrefix", "tags")
    assert files.replace_on_changes == ("forceDestroy",)
    assert files.additional_secret_outputs == ("bucketDomainName",)
    assert files.outputs["bucketDomainName"] == Secret(UNKNOWN)
    assert files.delete_before_replace is True
    assert files.deleted_with == files.replace_with[0] == named(plan, "owner").urn
    assert files.custom_timeouts == CustomTimeouts(create="1h30m", delete="90s")
    assert files.aliases == (
        f"{PREFIX}aws:s3/bucket:Bucket::old",
        f"{PREFIX}aws:s3/bucket:Bucket::older",
        f"{PREFIX}aws:s3/bucketV2:BucketV2::files",  # the SDK's own
    )
    assert named(plan, "owner").delete_before_replace is None
    adopted = named(plan, "adopted")
    assert adopted.import_id == adopted.id == "there"


def test_protection_and_retention_flow_to_children(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        parent = pulumi.ComponentResource(
            "demo:web:Site", "site", None, pulumi.ResourceOptions(protect=True, retain_on_delete=True)
        )
        aws.s3.Bucket("inherits", opts=pulumi.ResourceOptions(parent=parent))
        aws.s3.Bucket("refuses", opts=pulumi.ResourceOptions(parent=parent, protect=False, retain_on_delete=False))
        """,
    )
    assert (named(plan, "inherits").protect, named(plan, "inherits").retain_on_delete) == (True, True)
    assert (named(plan, "refuses").protect, named(plan, "refuses").retain_on_delete) == (False, False)


def test_children_inherit_the_aliases_of_their_parents(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        parent = pulumi.ComponentResource(
            "demo:web:Site",
            "web",
            None,
            pulumi.ResourceOptions(aliases=[pulumi.Alias(name="site", type_="demo:old:Site")]),
        )
        aws.s3.BucketObject(
            "web-files", bucket="b", opts=pulumi.ResourceOptions(parent=parent, aliases=[pulumi.Alias(name="web-data")])
        )
        aws.s3.Bucket("moved", opts=pulumi.ResourceOptions(parent=parent, aliases=[pulumi.Alias(parent=None)]))
        """,
    )
    assert named(plan, "web").aliases == (f"{PREFIX}demo:old:Site::site",)
    assert named(plan, "web-files").aliases == (
        f"{PREFIX}demo:web:Site$aws:s3/bucketObject:BucketObject::web-data",
        f"{PREFIX}demo:old:Site$aws:s3/bucketObject:BucketObject::site-files",
        f"{PREFIX}demo:old:Site$aws:s3/bucketObject:BucketObject::site-data",
    )
    assert named(plan, "moved").aliases[0] == f"{PREFIX}aws:s3/bucket:Bucket::moved"


def test_explicit_providers_reach_children_and_their_region_counts(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        west = aws.Provider("west", region="us-west-2", allowed_account_ids=["123456789012"],
                            default_tags={"tags": {"team": "web"}})
        parent = pulumi.ComponentResource("demo:web:Site", "site", None, pulumi.ResourceOptions(providers=[west]))
        nested = pulumi.ComponentResource("demo:web:Part", "part", None, pulumi.ResourceOptions(parent=parent))
        bucket = aws.s3.Bucket("inherits", opts=pulumi.ResourceOptions(parent=nested))
        aws.s3.BucketVersioning("of-bucket", bucket=bucket.id, versioning_configuration={"status": "Enabled"},
                                opts=pulumi.ResourceOptions(parent=bucket))
        aws.s3.Bucket("elsewhere", region="ap-south-1", opts=pulumi.ResourceOptions(provider=west))
        aws.s3.Bucket("default")
        """,
    )
    west = named(plan, "west")
    assert west.inputs == {
        "region": "us-west-2",
        "allowedAccountIds": '["123456789012"]',
        "defaultTags": '{"tags": {"team": "web"}}',
        "skipCredentialsValidation": "false",
        "skipRegionValidation": "true",
        "version": "7.51.1",
        "__internal": {},
    }
    assert not west.is_default_provider
    reference = f"{west.urn}::{UNKNOWN_SENTINEL}"
    assert named(plan, "inherits").provider == named(plan, "of-bucket").provider == reference
    assert named(plan, "default").provider == DEFAULT
    assert [named(plan, name).region for name in ("inherits", "elsewhere", "default")] == [
        "us-west-2",
        "ap-south-1",
        "eu-west-1",
    ]
    assert west.dependencies == ()


def test_secrets_stay_secret(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        password = pulumi.Output.secret("hunter2")
        aws.ssm.Parameter("key", type="SecureString", value=password)
        aws.s3.Bucket("files", tags={"hint": password.apply(lambda p: p[0]), "plain": "x"})
        pulumi.export("password", password)
        """,
    )
    assert named(plan, "key").inputs["value"] == Secret("hunter2")
    assert named(plan, "files").inputs["tags"] == {"hint": Secret("h"), "plain": "x"}
    assert plan.outputs == {"password": Secret("hunter2")}
    assert "hunter2" not in repr(plan)
    assert plan.view().of_type("aws:ssm/parameter:Parameter")[0].get("value") == "hunter2"


def test_assets_archives_and_resource_references(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("print(1)\n")
    source = """
        import pulumi
        import pulumi_aws as aws

        bucket = aws.s3.Bucket("files")
        aws.s3.BucketObject("text", bucket=bucket, source=pulumi.StringAsset("hello"))
        aws.s3.BucketObject("file", bucket=bucket.id, source=pulumi.FileAsset("code/app.py"))
        aws.s3.BucketObject("folder", bucket=bucket.id, source=pulumi.FileArchive("code"))
        aws.s3.BucketObject("set", bucket=bucket.id, source=pulumi.AssetArchive({"a.txt": pulumi.StringAsset("x")}))
        """
    plan = planned(tmp_path, source)
    assert named(plan, "text").inputs == {
        "bucket": ResourceReference(named(plan, "files").urn, UNKNOWN),
        "source": Asset("text", "hello", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
    }
    file, folder = named(plan, "file").inputs["source"], named(plan, "folder").inputs["source"]
    assert (file.kind, file.value) == ("path", "code/app.py")
    assert isinstance(folder, Archive)
    (tmp_path / "code" / "app.py").write_text("print(2)\n")
    again = planned(tmp_path, source)
    assert named(again, "file").inputs["source"].hash != file.hash
    assert named(again, "folder").inputs["source"].hash != folder.hash
    assert named(again, "set").inputs == named(plan, "set").inputs


def test_reading_an_existing_resource(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        bucket = aws.s3.Bucket.get("there", "known-bucket")
        pulumi.export("id", bucket.id)
        pulumi.export("arn", bucket.arn)
        """,
    )
    there = named(plan, "there")
    assert there.external
    assert there.id == "known-bucket"
    assert there.code_line == "project:///__main__.py#4"
    assert plan.outputs == {"id": "known-bucket", "arn": UNKNOWN}


def test_stack_references(tmp_path: Path) -> None:
    source = """
        import pulumi

        other = pulumi.StackReference("organization/net/dev")
        pulumi.export("vpc", other.get_output("vpc"))
        pulumi.export("key", other.require_output("key"))
        """
    unknown = planned(tmp_path, source)
    assert unknown.outputs == {"vpc": UNKNOWN, "key": UNKNOWN}
    outputs = {"organization/net/dev": {"vpc": "vpc-1", "key": Secret("k")}}
    known = planned(tmp_path, source, stack_outputs=outputs)
    assert known.outputs == {"vpc": "vpc-1", "key": Secret("k")}
    assert named(known, "organization/net/dev").external


def test_unknown_remote_component_is_registered_with_a_warning(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi

        thing = pulumi.ComponentResource("other:index:Thing", "thing", {"size": 1, "out": None}, remote=True)
        pulumi.export("out", thing.out)
        """,
    )
    assert named(plan, "thing").remote
    assert plan.outputs == {"out": UNKNOWN}
    assert [(d.severity, d.urn) for d in plan.diagnostics] == [("warning", named(plan, "thing").urn)]
    assert "other:index:Thing" in plan.diagnostics[0].message


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            'aws.s3.Bucket("a"); aws.s3.Bucket("a")',
            "Duplicate resource URN 'urn:pulumi:dev::demo::aws:s3/bucket:Bucket::a'; try giving it a unique name",
        ),
        ('pulumi.CustomResource("nonsense", "a")', "Type 'nonsense' is not a valid type token"),
        (
            'aws.s3.Bucket("a", opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="soon")))',
            "unable to parse customTimeout value soon",
        ),
    ],
)
def test_what_the_engine_refuses(tmp_path: Path, statement: str, message: str) -> None:
    plan = planned(tmp_path, f"import pulumi\nimport pulumi_aws as aws\n{statement}\n", fails=True)
    assert plan.error is not None
    assert message in plan.error.message
    assert [d.severity for d in plan.diagnostics] == ["error"]
    if "Duplicate" in message:
        assert (plan.error.file, plan.error.line) == (str(tmp_path / "__main__.py"), 3)


def test_default_providers_can_be_disabled(tmp_path: Path) -> None:
    config = 'config: {"pulumi:disable-default-providers": ["aws"]}'
    plan = planned(tmp_path, 'import pulumi_aws as aws\naws.s3.Bucket("a")\n', config=config, fails=True)
    assert plan.error is not None
    assert (
        "Default provider for 'aws' disabled. 'aws:s3/bucket:Bucket' must use an explicit provider."
        in plan.error.message
    )


def test_code_that_breaks_on_unknowns_is_not_run(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        bucket = aws.s3.Bucket("files")
        bucket.arn.apply(lambda arn: 1 / 0)
        pulumi.Output.all(bucket.id, "x").apply(lambda both: 1 / 0)
        pulumi.export("joined", pulumi.Output.concat("s3://", bucket.id))
        """,
    )
    assert plan.outputs == {"joined": UNKNOWN}


def test_asynchronous_programs_and_log_messages(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import asyncio
        import pulumi
        import pulumi_aws as aws

        async def main():
            await asyncio.sleep(0.001)
            bucket = aws.s3.Bucket("late")
            pulumi.log.warn("careful", resource=bucket)
            print("hello")
            return {"x": 1}

        pulumi.run(main)
        pulumi.log.debug("not shown")
        """,
    )
    assert plan.outputs == {"x": 1}
    assert [(d.severity, d.message, d.urn) for d in plan.diagnostics] == [
        ("info", "hello", ""),
        ("warning", "careful", named(plan, "late").urn),
    ]
