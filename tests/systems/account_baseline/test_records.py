"""What the account records: the trail, the configuration, threats, and where it all is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.stacks import Planned, planned

TRAIL, POLICY, KEY = "aws:cloudtrail/trail:Trail", "aws:s3/bucketPolicy:BucketPolicy", "aws:kms/key:Key"
RECORDER, CHANNEL = "aws:cfg/recorder:Recorder", "aws:cfg/deliveryChannel:DeliveryChannel"
STATUS = "aws:cfg/recorderStatus:RecorderStatus"
ACCOUNTS = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}


def statements(plan: Planned, token: str, name: str) -> list[dict[str, Any]]:
    """The statements of a policy, which must be known before deployment."""
    (holder,) = [r for r in plan.all(token) if r.name == name]
    return json.loads(str(holder.get("policy")))["Statement"]


def by_service(found: list[dict[str, Any]], service: str) -> dict[str, dict[str, Any]]:
    """The statements for an AWS service, by id."""
    return {s["Sid"]: s for s in found if s["Principal"] == {"Service": service}}


@pytest.mark.requirement("PIKA-90")
@pytest.mark.requirement("EC2M-89")
def test_every_account_has_one_trail_of_everything_in_validated_files(every: Planned) -> None:
    trail = every.one(TRAIL)
    assert trail.get("isMultiRegionTrail") is True
    assert trail.get("includeGlobalServiceEvents") is True
    assert trail.get("enableLogFileValidation") is True
    assert trail.get("enableLogging") is True
    assert trail.get("eventSelectors") == [{"includeManagementEvents": True, "readWriteType": "All"}]


@pytest.mark.requirement("PRATIKO-113")
@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_where_data_is_real_the_trail_is_encrypted_with_a_key_of_ones_own(stage: str) -> None:
    plan = planned("account-baseline", stage)
    assert plan.refers(plan.one(TRAIL), "kmsKeyId") == {"key"}
    assert plan.one(KEY).get("enableKeyRotation") is True
    own = by_service(statements(plan, KEY, "key"), "cloudtrail.amazonaws.com")
    trail = f"arn:aws:cloudtrail:us-east-1:{ACCOUNTS[stage]}:trail/account-baseline-{stage}-trail"
    assert {s["Condition"]["StringEquals"]["aws:SourceArn"] for s in own.values()} == {trail}
    assert "kms:GenerateDataKey*" in own["TrailFiles"]["Action"]
    assert own["TrailChecks"]["Action"] == "kms:DescribeKey"


def test_dev_needs_no_key_of_its_own(dev: Planned) -> None:
    assert not dev.one(TRAIL).is_set("kmsKeyId")
    assert not dev.all(KEY)


@pytest.mark.parametrize("stage", ["dev", "staging", "prod"])
def test_only_this_trail_writes_its_files_and_only_under_its_account(stage: str) -> None:
    plan, account = planned("account-baseline", stage), ACCOUNTS[stage]
    trail = plan.one(TRAIL)
    bucket = f"arn:aws:s3:::account-baseline-{stage}-audit-{account}"
    own = by_service(statements(plan, POLICY, "bucket-audit-access"), "cloudtrail.amazonaws.com")
    source = f"arn:aws:cloudtrail:us-east-1:{account}:trail/{trail.get('name')}"
    assert own["TrailFiles"]["Action"] == "s3:PutObject"
    assert own["TrailFiles"]["Resource"] == f"{bucket}/AWSLogs/{account}/*"
    assert own["TrailFiles"]["Condition"]["StringEquals"] == {
        "aws:SourceArn": source,
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    assert own["TrailChecks"]["Resource"] == bucket
    assert own["TrailChecks"]["Condition"]["StringEquals"] == {"aws:SourceArn": source}


def test_the_trail_waits_for_the_buckets_policy(every: Planned) -> None:
    (policy,) = [r for r in every.all(POLICY) if r.name == "bucket-audit-access"]
    assert policy.urn in every.one(TRAIL).dependencies
    assert every.refers(every.one(TRAIL), "s3BucketName") == {"bucket-audit"}


def test_the_files_are_versioned_private_logged_and_end_after_400_days(every: Planned) -> None:
    (block,) = [r for r in every.all("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock") if "audit" in r.name]
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(block.get(flag) is True for flag in flags)
    (versions,) = every.all("aws:s3/bucketVersioning:BucketVersioning")
    assert versions.name == "bucket-audit"
    assert versions.get("versioningConfiguration.status") == "Enabled"
    (logging,) = every.all("aws:s3/bucketLogging:BucketLogging")
    assert every.refers(logging, "targetBucket") == {"bucket-logs"}
    (lifecycle,) = [
        r
        for r in every.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
        if r.name == "bucket-audit"
    ]
    assert [rule["expiration"]["days"] for rule in lifecycle.get("rules") if rule["id"] == "expire"] == [400]


def test_in_production_the_files_outlive_the_program(prod: Planned) -> None:
    (bucket,) = [r for r in prod.all("aws:s3/bucket:Bucket") if r.name == "bucket-audit"]
    assert bucket.protect
    assert bucket.get("forceDestroy") is False
    assert prod.one(KEY).protect


def test_in_production_events_can_be_searched_for_90_days(prod: Planned, staging: Planned) -> None:
    group = prod.one("aws:cloudwatch/logGroup:LogGroup")
    assert group.get("name") == "/account-baseline/prod/trail"
    assert group.get("retentionInDays") == 90
    assert prod.refers(prod.one(TRAIL), "cloudWatchLogsGroupArn") == {group.name}
    assert prod.one(TRAIL).is_set("cloudWatchLogsRoleArn")
    assert not staging.all("aws:cloudwatch/logGroup:LogGroup")


@pytest.mark.parametrize("event", ["root-user", "trail-changed"])
def test_the_root_user_and_a_stopped_trail_ring(prod: Planned, dev: Planned, event: str) -> None:
    found = prod.one("aws:cloudwatch/logMetricFilter:LogMetricFilter", name=f"account-baseline-prod-{event}")
    alarm = prod.one("aws:cloudwatch/metricAlarm:MetricAlarm", name=f"account-baseline-prod-{event}")
    assert prod.refers(found, "logGroupName") == {"audit-trail-group"}
    assert found.get("metricTransformation.name") == alarm.get("metricName")
    assert found.get("metricTransformation.namespace") == alarm.get("namespace")
    assert prod.refers(alarm, "alarmActions") == {"notifications"}
    assert alarm.get("treatMissingData") == "notBreaching"
    assert not dev.all("aws:cloudwatch/metricAlarm:MetricAlarm")


def test_configuration_is_recorded_where_rules_need_it(dev: Planned, staging: Planned, prod: Planned) -> None:
    assert not dev.all(RECORDER)
    for plan in (staging, prod):
        assert {r.get("region") for r in plan.all(RECORDER)} == {"us-east-1", "us-west-2"}
        assert {r.get("region") for r in plan.all(CHANNEL)} == {"us-east-1", "us-west-2"}
        assert all(status.get("isEnabled") is True for status in plan.all(STATUS))
        assert len(plan.all(STATUS)) == 2


def test_production_records_everything_and_roles_once(prod: Planned) -> None:
    groups = {r.get("region"): r.get("recordingGroup") for r in prod.all(RECORDER)}
    assert all(group["allSupported"] is True for group in groups.values())
    assert groups["us-east-1"]["includeGlobalResourceTypes"] is True
    assert groups["us-west-2"]["includeGlobalResourceTypes"] is False


def test_staging_records_what_the_systems_rules_look_at(staging: Planned) -> None:
    for recorder in staging.all(RECORDER):
        assert recorder.get("recordingGroup.allSupported") is False
        assert "AWS::S3::Bucket" in recorder.get("recordingGroup.resourceTypes")


def test_the_recorder_uses_configs_own_role_and_starts_after_its_channel(prod: Planned) -> None:
    role = prod.one("aws:iam/serviceLinkedRole:ServiceLinkedRole", awsServiceName="config.amazonaws.com")
    for recorder in prod.all(RECORDER):
        assert str(recorder.get("roleArn")).endswith(
            ":333333333333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        )
        assert role.urn in recorder.dependencies
    channels = {channel.urn for channel in prod.all(CHANNEL)}
    assert all(channels & set(status.dependencies) for status in prod.all(STATUS))
    own = by_service(statements(prod, POLICY, "bucket-audit-access"), "config.amazonaws.com")
    assert all(s["Condition"]["StringEquals"]["aws:SourceAccount"] == "333333333333" for s in own.values())
    assert str(own["RecorderFiles"]["Resource"]).endswith("/AWSLogs/333333333333/Config/*")


def test_threats_are_looked_for_in_production_only(dev: Planned, staging: Planned, prod: Planned) -> None:
    detector = "aws:guardduty/detector:Detector"
    assert prod.one(detector).get("enable") is True
    assert not dev.all(detector)
    assert not staging.all(detector)
