"""What the AWS account has once: trail, recorder, protections, and the roles of the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from components.governance.github_access import GitHubAccess
    from components.platform import Platform
    from components.storage.bucket import Bucket
    from settings.account import AccountBaseline


def admit_to_key(platform: Platform) -> list[Mapping[str, Any]]:
    """What the stack's key must say so that the account's records are encrypted with it."""
    baseline = platform.settings.account_baseline
    statements: list[Mapping[str, Any]] = []
    if platform.settings.budget.anomalies is not None:
        from components.governance.cost_anomalies import key_statement

        statements.append(key_statement(platform.names))
    if baseline is not None and baseline.trail.enabled:
        from components.governance.audit_trail import trail_key_statements

        statements += trail_key_statements(platform.names)
    if baseline is not None and baseline.recorder.enabled:
        from components.governance.config_recorder import recorder_key_statements

        statements += recorder_key_statements(platform.names)
    return statements


def admit_to_bucket(platform: Platform, name: str, bucket: Bucket) -> list[Mapping[str, Any]]:
    """What the policy of the audit bucket must say so that the account's records arrive; nothing for any other."""
    baseline = platform.settings.account_baseline
    statements: list[Mapping[str, Any]] = []
    if baseline is None or name != baseline.audit_bucket:
        return statements
    if baseline.trail.enabled:
        from components.governance.audit_trail import trail_statements

        statements += trail_statements(bucket, platform.names)
    if baseline.recorder.enabled:
        from components.governance.config_recorder import recorder_statements

        statements += recorder_statements(bucket, platform.names)
    return statements


def create_baseline(platform: Platform) -> GitHubAccess | None:
    """Everything that the account has once. Returns the roles of the pipeline, if there are any."""
    baseline = platform.settings.account_baseline
    if baseline is None:
        return None
    regions = _regions(platform)
    from components.governance.account_protection import AccountProtection

    AccountProtection(
        "account-protection", settings=baseline, names=platform.names, regions=regions, opts=platform.child()
    )
    bucket = platform.buckets.get(baseline.audit_bucket)
    if bucket is not None:
        _record(platform, baseline, bucket, regions)
    if baseline.cost_allocation_tags:
        from components.governance.cost_tags import CostTags

        CostTags("cost-tags", keys=baseline.cost_allocation_tags, opts=platform.child())
    if baseline.api_gateway_logs:
        from components.api.api_gateway_logs import ApiGatewayLogs

        ApiGatewayLogs("api-gateway-logs", regions=regions, opts=platform.child())
    if baseline.github is None:
        return None
    from components.governance.github_access import GitHubAccess

    return GitHubAccess(
        "github-access",
        settings=baseline.github,
        names=platform.names,
        regions=regions,
        audit_bucket=bucket,
        opts=platform.child(),
    )


def _record(platform: Platform, baseline: AccountBaseline, bucket: Bucket, regions: Sequence[str]) -> None:
    shared: dict[str, Any] = {
        "names": platform.names,
        "bucket": bucket,
        "bucket_policy": platform.bucket_policies[baseline.audit_bucket],
        "opts": platform.child(),
    }
    if baseline.trail.enabled:
        from components.governance.audit_trail import AuditTrail

        trail = AuditTrail("audit-trail", settings=baseline.trail, kms_key_arn=platform.key_arn, **shared)
        if trail.log_group_name is not None:
            _ring(platform, trail.log_group_name)
    if baseline.recorder.enabled:
        from components.governance.config_recorder import ConfigRecorder

        ConfigRecorder("config-recorder", settings=baseline.recorder, regions=regions, **shared)


def _ring(platform: Platform, log_group_name: pulumi.Output[str]) -> None:
    from components.governance.trail_alarms import TrailAlarms

    TrailAlarms(
        "trail-alarms",
        names=platform.names,
        log_group_name=log_group_name,
        topic_arn=platform.notifications.arn,
        opts=platform.child(),
    )


def _regions(platform: Platform) -> list[str]:
    """The regions that systems of the account live in: the stack's own first."""
    regions = (platform.settings.region, platform.settings.secondary_region)
    return [region for region in regions if region is not None]


def outputs(roles: GitHubAccess | None) -> dict[str, pulumi.Input[str]]:
    """What a workflow needs to know."""
    if roles is None:
        return {}
    return {f"{role}Role": arn for role, arn in roles.arns.items()}
