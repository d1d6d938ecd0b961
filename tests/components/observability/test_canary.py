"""Canaries: what visits, what it may do, where it writes, and when it rings."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from guardrails.resource import ABSENT
from settings.canaries import Canary
from tests.support.program import Sample, sample_of
from tests.support.sections import names

ROOT = Path(__file__).parents[3]
CANARY, ALARM = "aws:synthetics/canary:Canary", "aws:cloudwatch/metricAlarm:MetricAlarm"


def settings(**overrides: Any) -> Canary:
    return Canary.model_validate({"enabled": True, "bucket": "results", **overrides})


def planned(**overrides: Any) -> Sample:
    def create() -> None:
        from components.observability.canary import Canary as Component
        from components.storage.bucket import Bucket
        from tests.support import data

        kept = Bucket("bucket-results", bucket_name="results", settings=data.bucket(), names=names())
        Component(
            "canary-site",
            canary="site",
            settings=settings(**overrides),
            names=names(),
            bucket=kept,
            host="shop.example",
            topic_arn="arn:aws:sns:us-east-1:123456789012:alarms",
        )

    return sample_of(create)


def test_it_visits_every_five_minutes_and_writes_into_its_bucket() -> None:
    found = planned(loadMs=1000).one(CANARY)
    assert found.get("schedule.expression") == "rate(5 minutes)"
    assert found.get("name") == "shop-prod-site"
    assert found.get("artifactS3Location") == "s3://shop-prod-results-123456789012/canaries/site/runs"
    assert found.get("startCanary") is True
    assert found.get("runConfig.environmentVariables") == {
        "SITE_URL": "https://shop.example/",
        "HEALTH_PATH": "/api/health",
        "LOAD_MS": "1000",
    }


def test_its_code_is_in_the_bucket_under_its_digest() -> None:
    sample = planned()
    found, code = sample.one(CANARY), sample.one("aws:s3/bucketObjectv2:BucketObjectv2")
    assert found.get("handler") == "page.handler"
    assert sample.refers(found, "s3Key") == {"canary-site"}
    assert code.get("key").startswith("canaries/site/code-")


def test_it_may_write_its_runs_its_log_and_its_metrics_and_no_more() -> None:
    (policy,) = planned().all("aws:iam/rolePolicy:RolePolicy")
    found = {s["Sid"]: s for s in json.loads(policy.get("policy"))["Statement"]}
    assert set(found) == {"KeepRuns", "FindBucket", "ListBuckets", "WriteLogs", "CountRuns", "SendTraces"}
    assert found["KeepRuns"]["Resource"] == ["arn:aws:s3:::shop-prod-results-123456789012/canaries/site/runs/*"]
    assert found["WriteLogs"]["Resource"][0].endswith("log-group:/aws/lambda/cwsyn-shop-prod-site-*")
    assert found["CountRuns"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}}


def test_a_failing_visit_rings_and_so_does_one_that_is_missing() -> None:
    alarm = planned(successPercent=99.5, evaluations=2).one(ALARM)
    assert (alarm.get("namespace"), alarm.get("metricName")) == ("CloudWatchSynthetics", "SuccessPercent")
    assert alarm.get("dimensions") == {"CanaryName": "shop-prod-site"}
    assert (alarm.get("threshold"), alarm.get("comparisonOperator")) == (99.5, "LessThanThreshold")
    assert (alarm.get("evaluationPeriods"), alarm.get("treatMissingData")) == (2, "breaching")


def test_without_a_limit_it_only_looks() -> None:
    variables = planned(healthPath=None).one(CANARY).get("runConfig.environmentVariables")
    assert set(variables) == {"SITE_URL"}
    assert planned().one(CANARY).get("vpcConfig") is ABSENT


@pytest.mark.parametrize(
    "runtime", ["syn-nodejs-puppeteer-9.1", "syn-python-selenium-5.1", "syn-nodejs-puppeteer-13.0"]
)
def test_a_runtime_with_another_library_is_refused(runtime: str) -> None:
    with pytest.raises(ValueError, match="runtime"):
        settings(runtime=runtime)


VISIT = """
const steps = [];
const fake = {
  getPage: async () => ({
    goto: async () => ({ status: () => Number(process.env.STATUS) }),
    evaluate: async () => Number(process.env.TOOK),
  }),
  executeStep: async (name, step) => { await step(); steps.push(name); },
};
const loader = require('module');
const load = loader._load;
loader._load = (name, ...rest) => (name === '@aws/synthetics-puppeteer' ? fake : load(name, ...rest));
const fail = (error) => { console.error(error.message); process.exit(1); };
require(process.argv[1]).handler().then(() => console.log(steps.join()), fail);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on PATH: the script is JavaScript")
@pytest.mark.parametrize(
    ("status", "took", "passes"), [("200", "800", True), ("200", "1200", False), ("503", "100", False)]
)
def test_a_slow_or_failing_page_fails_the_run(status: str, took: str, passes: bool) -> None:
    node = shutil.which("node")
    assert node is not None
    environment = {"SITE_URL": "https://shop.example/", "LOAD_MS": "1000", "STATUS": status, "TOOK": took, "PATH": ""}
    done = subprocess.run(  # noqa: S603 - node, and code of ours
        [node, "-e", VISIT, str(ROOT / "workloads/canary/page.js")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is passes, done.stderr
    if passes:
        assert done.stdout.strip() == "page"
