"""Transforms and hooks, which the engine calls back."""

from __future__ import annotations

from pathlib import Path

from guardrails.resource import UNKNOWN
from tests.preview.case import named, planned


def test_stack_component_and_resource_transforms_in_order(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        def stamp(word):
            def transform(args):
                if args.type_ != "aws:s3/bucket:Bucket":
                    return None
                props = dict(args.props)
                props["tags"] = {**props.get("tags", {}), "order": props.get("tags", {}).get("order", "") + word}
                return pulumi.ResourceTransformResult(props, args.opts)
            return transform

        pulumi.runtime.register_resource_transform(stamp("S"))
        parent = pulumi.ComponentResource(
            "demo:web:Site", "site", None, pulumi.ResourceOptions(transforms=[stamp("P")])
        )
        aws.s3.Bucket("all", opts=pulumi.ResourceOptions(parent=parent, transforms=[stamp("R")]))
        aws.s3.Bucket("stack-only")
        """,
    )
    assert named(plan, "all").inputs["tags"] == {"order": "RPS"}
    assert named(plan, "stack-only").inputs["tags"] == {"order": "S"}
    assert named(plan, "stack-only").outputs["tags"] == {"order": "S"}


def test_a_transform_can_change_options_and_may_be_asynchronous(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import asyncio
        import pulumi
        import pulumi_aws as aws

        async def protect(args):
            await asyncio.sleep(0)
            args.opts.protect = True
            args.opts.ignore_changes = ["tags"]
            return pulumi.ResourceTransformResult(args.props, args.opts)

        first = aws.s3.Bucket("first")
        aws.s3.BucketVersioning(
            "changed",
            bucket=first.id,
            versioning_configuration={"status": "Enabled"},
            opts=pulumi.ResourceOptions(transforms=[protect]),
        )
        aws.s3.BucketVersioning(
            "kept",
            bucket=first.id,
            versioning_configuration={"status": "Enabled"},
            opts=pulumi.ResourceOptions(transforms=[lambda args: None]),
        )
        """,
    )
    changed, kept, first = named(plan, "changed"), named(plan, "kept"), named(plan, "first").urn
    assert changed.protect
    assert changed.ignore_changes == ("tags",)
    assert changed.inputs == kept.inputs == {"bucket": UNKNOWN, "versioningConfiguration": {"status": "Enabled"}}
    assert kept.property_dependencies == {"bucket": (first,), "versioningConfiguration": ()}
    assert changed.dependencies == kept.dependencies == (first,)
    assert not kept.protect


def test_invoke_transforms(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        def elsewhere(args):
            return pulumi.InvokeTransformResult({**args.args, "region": "us-east-2"}, args.opts)

        pulumi.runtime.register_invoke_transform(elsewhere)
        pulumi.export("prompt", aws.get_region().region)
        pulumi.export("output", aws.get_region_output().region)
        """,
    )
    assert plan.outputs == {"prompt": "us-east-2", "output": "us-east-2"}


def test_legacy_transformations(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        def tag(args):
            if args.type_ == "aws:s3/bucket:Bucket":
                return pulumi.ResourceTransformationResult({**args.props, "tags": {"by": "stack"}}, args.opts)

        pulumi.runtime.register_stack_transformation(tag)
        aws.s3.Bucket("files")
        """,
    )
    assert named(plan, "files").inputs["tags"] == {"by": "stack"}


def test_hooks_are_recorded_and_run_when_they_ask_for_previews(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        def say(args):
            print(args.name, dict(args.new_inputs)["bucket"])

        quiet = pulumi.ResourceHook("quiet", say)
        loud = pulumi.ResourceHook("loud", say, opts=pulumi.ResourceHookOptions(on_dry_run=True))
        aws.s3.Bucket("files", bucket="name", opts=pulumi.ResourceOptions(
            hooks=pulumi.ResourceHookBinding(before_create=[quiet, loud])))
        """,
    )
    assert named(plan, "files").hooks == {"beforeCreate": ("quiet", "loud")}
    assert [d.message for d in plan.diagnostics] == ["files name"]
