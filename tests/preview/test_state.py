"""The plan in the shape of the CLI's JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tests.preview.case import planned
from tierwise.preview.state import preview_json
from tierwise.preview.values import UNKNOWN_SENTINEL


def test_the_digest(tmp_path: Path) -> None:
    plan = planned(
        tmp_path,
        """
        import pulumi
        import pulumi_aws as aws

        bucket = aws.s3.Bucket("files", tags={"a": "b"}, opts=pulumi.ResourceOptions(
            protect=True, retain_on_delete=True, custom_timeouts=pulumi.CustomTimeouts(create="1m30s")))
        aws.ssm.Parameter("key", type="SecureString", value=pulumi.Output.secret("hunter2"), description=bucket.arn)
        aws.s3.Bucket.get("there", "x")
        aws.s3.Bucket("adopted", opts=pulumi.ResourceOptions(import_="y"))
        aws.s3.BucketObject("o", bucket=bucket, source=pulumi.StringAsset("hello"))
        pulumi.log.warn("careful")
        print("said")
        pulumi.export("arn", bucket.arn)
        """,
        config="config: {demo:password: {secure: v1:x}, demo:o: {a: 1}}",
    )
    digest = json.loads(json.dumps(preview_json(plan)))
    assert list(digest) == ["config", "steps", "diagnostics", "duration", "changeSummary"]
    assert digest["config"] == {"aws:region": "eu-west-1", "demo:o": '{"a":1}', "demo:password": "[secret]"}
    assert digest["changeSummary"] == {"create": 4, "import": 1}
    assert digest["diagnostics"] == [
        {"message": "warning: careful\n", "severity": "warning"},
        {"message": "said\n", "severity": "info"},
    ]
    steps = {step["urn"].rpartition("::")[2]: step for step in digest["steps"]}
    assert set(steps) == {"demo-dev", "files", "there", "adopted", "key", "o"}
    assert digest["steps"][0] is steps["demo-dev"]
    provider = f"urn:pulumi:dev::demo::pulumi:providers:aws::default_7_51_1::{UNKNOWN_SENTINEL}"
    files = steps["files"]
    trace = files["newState"].pop("stackTrace")
    assert trace[0] == {"sourcePosition": "project:///__main__.py#4"}
    outputs = files["newState"].pop("outputs")
    assert outputs["arn"] == UNKNOWN_SENTINEL
    assert outputs["tags"] == {"a": "b"}
    assert files == {
        "op": "create",
        "urn": "urn:pulumi:dev::demo::aws:s3/bucket:Bucket::files",
        "provider": provider,
        "newState": {
            "urn": "urn:pulumi:dev::demo::aws:s3/bucket:Bucket::files",
            "custom": True,
            "type": "aws:s3/bucket:Bucket",
            "inputs": {"tags": {"a": "b"}},
            "parent": "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev",
            "protect": True,
            "provider": provider,
            "propertyDependencies": {"tags": []},
            "customTimeouts": {"create": 90.0},
            "retainOnDelete": True,
            "sourcePosition": "project:///__main__.py#4",
        },
        "detailedDiff": None,
    }
    key = steps["key"]["newState"]
    assert key["inputs"] == {"type": "SecureString", "value": "[secret]", "description": UNKNOWN_SENTINEL}
    assert key["dependencies"] == ["urn:pulumi:dev::demo::aws:s3/bucket:Bucket::files"]
    assert key["additionalSecretOutputs"] == ["value", "valueWo"]
    assert (steps["there"]["op"], steps["there"]["newState"]["id"]) == ("read", "x")
    assert steps["there"]["newState"]["external"] is True
    assert (steps["adopted"]["op"], steps["adopted"]["newState"]["importID"]) == ("import", "y")
    assert steps["o"]["newState"]["inputs"]["source"] == {
        "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
        "hash": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "text": "hello",
    }
    assert steps["o"]["newState"]["inputs"]["bucket"]["4dabf18193072939515e22adb298388d"]
    assert steps["demo-dev"]["newState"]["custom"] is False
    assert steps["demo-dev"]["newState"]["outputs"] == {"arn": UNKNOWN_SENTINEL}
    assert "hunter2" not in json.dumps(digest)
