"""A canary of CloudWatch Synthetics."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import pulumi
from pulumi_aws import cloudwatch, s3, synthetics

from components.component import Component
from components.documents import concat
from components.grant import Statement
from components.iam import ServiceRole, create_service_role
from components.names import Names
from components.observability import runbooks
from components.secrets.key_access import READ_WRITE, key_statements
from components.storage.bucket import Bucket
from settings.canaries import Canary as CanarySettings

#: The script, and where Synthetics looks for it.
_SCRIPT: Final = Path(__file__).parents[2] / "workloads" / "canary" / "page.js"
_IN_ARCHIVE: Final = "nodejs/node_modules/page.js"
_NAMESPACE: Final = "CloudWatchSynthetics"
_PERIOD_SECONDS: Final = 300
_NAME_LIMIT: Final = 255


class Canary(Component):
    """A browser that visits the system by the clock, with its code, role and alarm.

    The code lies in the bucket under a name that holds its digest, so that a change of it reaches the canary. What each
    run saw lies beside it.

    Costs at rest: 0.0012 USD a run and the function's time, about 11 USD a month every five minutes. Another name
    replaces it. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_Canaries_Roles.html

    Args:
        name: Logical name.
        canary: Its name in the settings.
        settings: What it visits, how often, and what must succeed.
        names: Names of the stack.
        bucket: What keeps its code and what runs saw.
        host: Name that users call.
        topic_arn: Topic that is told.
        opts: Options of the component.

    Attributes:
        physical_name: Exact name in AWS.
        canary: The canary.
        alarm: Its alarm.
        alarm_arn: The alarm's ARN, known before deployment where the account is.
    """

    token = "observability:Canary"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        canary: str,
        settings: CanarySettings,
        names: Names,
        bucket: Bucket,
        host: pulumi.Input[str],
        topic_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self._bucket = bucket
        self.physical_name = names.physical(canary, limit=_NAME_LIMIT)
        self._folder = f"canaries/{canary}"
        role = self._create_role(canary)
        code = self._upload()
        environment: dict[str, pulumi.Input[str]] = {"SITE_URL": pulumi.Output.concat("https://", host, settings.path)}
        if settings.health_path is not None:
            environment["HEALTH_PATH"] = settings.health_path
        if settings.load_ms is not None:
            environment["LOAD_MS"] = str(settings.load_ms)
        self.canary = synthetics.Canary(
            name,
            name=self.physical_name,
            runtime_version=settings.runtime,
            handler="page.handler",
            s3_bucket=code.bucket,
            s3_key=code.key,
            artifact_s3_location=concat("s3://", bucket.name, f"/{self._folder}/runs"),
            execution_role_arn=role.arn,
            schedule={"expression": settings.schedule},
            run_config={
                "timeout_in_seconds": settings.timeout_seconds,
                "memory_in_mb": settings.memory,
                "active_tracing": True,
                "environment_variables": environment,
            },
            success_retention_period=settings.keep_days,
            failure_retention_period=settings.keep_days,
            start_canary=True,
            delete_lambda=True,
            tags=self.tags,
            opts=self.child(depends_on=[*role.resources, *bucket.ready], delete_before_replace=True),
        )
        self.alarm = self._ring(topic_arn)
        self.alarm_arn = names.arn("cloudwatch", f"alarm:{self._alarm_name}")
        self.register_outputs({"name": self.physical_name})

    @property
    def _alarm_name(self) -> str:
        return f"{self.physical_name}-unavailable"

    def _create_role(self, canary: str) -> ServiceRole:
        runs = concat(self._bucket.arn, f"/{self._folder}/runs/*")
        return create_service_role(
            self,
            self.logical_name,
            # A canary is a function that Synthetics makes and calls.
            service="lambda.amazonaws.com",
            description=f"What canary {canary} may do",
            names=self._names,
            statements=[
                Statement(sid="KeepRuns", actions=["s3:PutObject"], resources=[runs]),
                Statement(sid="FindBucket", actions=["s3:GetBucketLocation"], resources=[self._bucket.arn]),
                Statement(sid="ListBuckets", actions=["s3:ListAllMyBuckets"], resources=["*"]),
                Statement(
                    sid="WriteLogs",
                    actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[self._names.arn("logs", f"log-group:/aws/lambda/cwsyn-{self.physical_name}-*")],
                ),
                Statement(
                    sid="CountRuns",
                    actions=["cloudwatch:PutMetricData"],
                    resources=["*"],
                    conditions={"StringEquals": {"cloudwatch:namespace": _NAMESPACE}},
                ),
                Statement(sid="SendTraces", actions=["xray:PutTraceSegments"], resources=["*"]),
                *key_statements(self._names, self._bucket.kms_key_arn, "s3", READ_WRITE),
            ],
        )

    def _upload(self) -> s3.BucketObjectv2:
        digest = hashlib.sha256(_SCRIPT.read_bytes()).hexdigest()[:12]
        return s3.BucketObjectv2(
            self.logical_name,
            bucket=self._bucket.bucket.id,
            key=f"{self._folder}/code-{digest}.zip",
            source=pulumi.AssetArchive({_IN_ARCHIVE: pulumi.FileAsset(str(_SCRIPT))}),
            content_type="application/zip",
            tags=self.tags,
            # The canary takes the new object before the old one goes.
            opts=self.child(depends_on=self._bucket.ready),
        )

    def _ring(self, topic_arn: pulumi.Input[str]) -> cloudwatch.MetricAlarm:
        settings = self._settings
        return cloudwatch.MetricAlarm(
            self.logical_name,
            name=self._alarm_name,
            alarm_description=(
                f"Critical: fewer than {settings.success_percent:g} % of visits from outside succeed. "
                f"{runbooks.shared('canary')}"
            ),
            namespace=_NAMESPACE,
            metric_name="SuccessPercent",
            dimensions={"CanaryName": self.physical_name},
            statistic="Average",
            period=_PERIOD_SECONDS,
            evaluation_periods=settings.evaluations,
            datapoints_to_alarm=settings.evaluations,
            comparison_operator="LessThanThreshold",
            threshold=settings.success_percent,
            # A canary that does not run sees nothing: that is no proof of health.
            treat_missing_data="breaching",
            alarm_actions=[topic_arn],
            ok_actions=[topic_arn],
            tags=self.tags,
            opts=self.child(depends_on=[self.canary]),
        )
