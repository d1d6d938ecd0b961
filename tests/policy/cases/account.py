"""Cases for what an account has once: trail, recorder, detectors, scanners and contacts."""

from __future__ import annotations

from typing import Any

from guardrails.services import account, s3, trail
from guardrails.services.observability import ALARM
from tests.policy.build import Case, Spec, one, r

from .data import FLAGS

OWNER = {"account_baseline": True}
TRAIL = r(trail.TRAIL, {"isMultiRegionTrail": True, "s3BucketName": "audit"}, "trail")
LOGGED_TRAIL = TRAIL.but(cloudWatchLogsGroupArn="arn:aws:logs:us-east-1:1:log-group:t:*")
AUDIT = r(s3.BUCKET, {"bucket": "audit"}, "audit")
FILTER = r(
    trail.FILTER, {"pattern": '{ $.userIdentity.type = "Root" }', "metricTransformation": {"name": "RootUse"}}, "filter"
)
ALARMED = r(ALARM, {"metricName": "RootUse", "alarmActions": ["arn:aws:sns:us-east-1:1:t"]}, "alarm")
SERVICE_ROLE = "arn:aws:iam::1:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
RECORDER = r(
    account.RECORDER,
    {"roleArn": SERVICE_ROLE, "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}},
    "recorder",
)
STARTED = r(account.RECORDER_STATUS, {"isEnabled": True}, "status")
DETECTOR = r(account.DETECTOR, {"enable": True}, "detector")


def singleton(token: str, ok: dict[str, Any], *bad: dict[str, Any], **more: Any) -> Case:
    """A resource that the owner of the account needs: with, without, and made wrongly."""
    return Case(ok=((r(token, ok),),), bad=((), *((r(token, props),) for props in bad)), config={**OWNER, **more})


def feature(name: str, agent: str = "") -> Case:
    """A GuardDuty plan, or the agent of one."""
    agents = [{"name": agent, "status": "ENABLED"}] if agent else None
    on = r(account.FEATURE, {"name": name, "status": "ENABLED"}, "feature").but(additionalConfigurations=agents)
    bad: list[tuple[Spec, ...]] = [(DETECTOR,), (DETECTOR, on.but(status="DISABLED"))]
    if agent:
        bad.append((DETECTOR, on.but(additionalConfigurations=None)))
        bad.append((DETECTOR, on.but(additionalConfigurations=[{"name": agent, "status": "DISABLED"}])))
    return Case(ok=((), (DETECTOR, on)), bad=tuple(bad), config=OWNER)


def selectors(kind: str | None, *objects: str) -> dict[str, Any]:
    """A trail's basic selector for the calls on objects."""
    data = [{"type": "AWS::S3::Object", "values": list(objects)}]
    return {"eventSelectors": [{"readWriteType": kind, "dataResources": data}]}


def fine(**fields: str) -> dict[str, Any]:
    """A trail's advanced selector; a double underscore stands for the dot."""
    found = [{"field": name.replace("__", "."), "equals": [value]} for name, value in fields.items()]
    return {"advancedEventSelectors": [{"fieldSelectors": found}]}


OBJECTS = {"eventCategory": "Data", "resources__type": "AWS::S3::Object"}
OFF_FIRST = {"eventSelectors": [{"includeManagementEvents": False}]}

CASES: dict[str, Case] = {
    "Account.1": singleton(account.CONTACT, {"alternateContactType": "SECURITY"}, {"alternateContactType": "BILLING"}),
    "CloudTrail.1": Case(
        ok=(
            (TRAIL,),
            (TRAIL.but(**fine(eventCategory="Management")),),
            (TRAIL, r(trail.TRAIL, {"s3BucketName": "other"}, "regional")),
        ),
        bad=(
            (),
            (TRAIL.but(isMultiRegionTrail=None),),
            (TRAIL.but(isMultiRegionTrail=False),),
            (TRAIL.but(**OFF_FIRST),),
            (TRAIL.but(eventSelectors=[{"readWriteType": "WriteOnly"}]),),
            (TRAIL.but(**fine(eventCategory="Management", readOnly="false")),),
        ),
        config=OWNER,
    ),
    "CloudTrail.2": one(trail.TRAIL, {"kmsKeyId": "arn:aws:kms:us-east-1:1:key/k"}, {}, {"kmsKeyId": ""}),
    "CloudTrail.3": Case(ok=((TRAIL,),), bad=((), (TRAIL.but(enableLogging=False),)), config=OWNER),
    "CloudTrail.4": one(trail.TRAIL, {"enableLogFileValidation": True}, {}, {"enableLogFileValidation": False}),
    "CloudTrail.5": one(
        trail.TRAIL,
        {"cloudWatchLogsGroupArn": "arn:g", "cloudWatchLogsRoleArn": "arn:r"},
        {},
        {"cloudWatchLogsGroupArn": "arn:g"},
    ),
    "CloudTrail.6": Case(
        ok=(
            (TRAIL,),
            (TRAIL, AUDIT, r(s3.PUBLIC_ACCESS, {**FLAGS, "bucket": "audit"}, "block")),
        ),
        bad=(
            (TRAIL, AUDIT),
            (r(trail.TRAIL, {}, "t", s3BucketName="audit"), AUDIT),
            (TRAIL, AUDIT, r(s3.PUBLIC_ACCESS, {**FLAGS, "blockPublicPolicy": False}, "block", bucket="audit")),
        ),
    ),
    "CloudTrail.7": Case(
        ok=((TRAIL,), (TRAIL, AUDIT, r(s3.LOGGING, {"targetBucket": "logs"}, "log", bucket="audit"))),
        bad=((TRAIL, AUDIT), (r(trail.TRAIL, {}, "t", s3BucketName="audit"), AUDIT)),
    ),
    "CloudWatch.1": Case(
        ok=((TRAIL,), (LOGGED_TRAIL, FILTER, ALARMED)),
        bad=(
            (LOGGED_TRAIL,),
            (LOGGED_TRAIL, FILTER),
            (LOGGED_TRAIL, FILTER, ALARMED.but(alarmActions=[])),
            (LOGGED_TRAIL, FILTER.but(pattern="ERROR"), ALARMED),
            (LOGGED_TRAIL, FILTER, ALARMED.but(metricName="Other")),
        ),
    ),
    "S3.22": Case(
        ok=(
            (TRAIL.but(**selectors("All", "arn:aws:s3")),),
            (TRAIL.but(**selectors("WriteOnly", "arn:aws:s3")),),
            (TRAIL.but(**fine(**OBJECTS)),),
            (TRAIL.but(**fine(**OBJECTS, readOnly="false")),),
        ),
        bad=(
            (),
            (TRAIL,),
            (TRAIL.but(**selectors("ReadOnly", "arn:aws:s3")),),
            (TRAIL.but(**fine(**OBJECTS, readOnly="true")),),
        ),
        config=OWNER,
    ),
    "S3.23": Case(
        ok=((TRAIL.but(**selectors(None, "arn:aws:s3")),), (TRAIL.but(**fine(**OBJECTS, readOnly="true")),)),
        bad=((), (TRAIL,), (TRAIL.but(**selectors("WriteOnly", "arn:aws:s3")),)),
        config=OWNER,
    ),
    "Config.1": Case(
        ok=(
            (RECORDER, STARTED),
            (RECORDER.but(recordingGroup={"includeGlobalResourceTypes": True}), STARTED),
            (
                r("aws:iam/serviceLinkedRole:ServiceLinkedRole", {}, "slr"),
                r(account.RECORDER, {"recordingGroup": RECORDER.props["recordingGroup"]}, "recorder", roleArn="slr"),
                STARTED,
            ),
        ),
        bad=(
            (),
            (RECORDER,),
            (RECORDER, STARTED.but(isEnabled=False)),
            (RECORDER.but(recordingGroup=None), STARTED),
            (RECORDER.but(recordingGroup={"allSupported": False, "includeGlobalResourceTypes": True}), STARTED),
            (RECORDER.but(roleArn="arn:aws:iam::1:role/own"), STARTED),
            (
                r(account.ROLE, {}, "own"),
                r(account.RECORDER, {"recordingGroup": RECORDER.props["recordingGroup"]}, "recorder", roleArn="own"),
                STARTED,
            ),
        ),
        config=OWNER,
    ),
    "GuardDuty.1": singleton(account.DETECTOR, {}, {"enable": False}),
    "GuardDuty.5": feature("EKS_AUDIT_LOGS"),
    "GuardDuty.6": feature("LAMBDA_NETWORK_LOGS"),
    "GuardDuty.7": feature("RUNTIME_MONITORING", "EKS_ADDON_MANAGEMENT"),
    "GuardDuty.8": feature("EBS_MALWARE_PROTECTION"),
    "GuardDuty.9": feature("RDS_LOGIN_EVENTS"),
    "GuardDuty.10": feature("S3_DATA_EVENTS"),
    "GuardDuty.11": feature("RUNTIME_MONITORING"),
    "GuardDuty.12": feature("RUNTIME_MONITORING", "ECS_FARGATE_AGENT_MANAGEMENT"),
    "GuardDuty.13": feature("RUNTIME_MONITORING", "EC2_AGENT_MANAGEMENT"),
    "Inspector.1": singleton(account.ENABLER, {"resourceTypes": ["EC2", "ECR"]}, {"resourceTypes": ["ECR"]}),
    "Inspector.2": singleton(account.ENABLER, {"resourceTypes": ["ECR"]}, {"resourceTypes": ["EC2"]}),
    "Inspector.3": singleton(account.ENABLER, {"resourceTypes": ["LAMBDA_CODE"]}, {"resourceTypes": ["LAMBDA"]}),
    "Inspector.4": singleton(account.ENABLER, {"resourceTypes": ["LAMBDA"]}, {"resourceTypes": ["EC2"]}),
    "EC2.172": singleton(
        account.BLOCK_OPTIONS, {"internetGatewayBlockMode": "block-ingress"}, {"internetGatewayBlockMode": "off"}
    ),
    "IAM.18": Case(
        ok=(
            (r(account.ROLE_ATTACHMENT, {"policyArn": "arn:aws:iam::aws:policy/AWSSupportAccess"}),),
            (r(account.ROLE, {"managedPolicyArns": ["arn:aws:iam::aws:policy/AWSSupportAccess"]}),),
        ),
        bad=((), (r(account.ROLE_ATTACHMENT, {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),)),
        config=OWNER,
    ),
    "IAM.28": singleton(account.ANALYZER, {"analyzerName": "a"}, {"type": "ACCOUNT_UNUSED_ACCESS"}),
    "RDS.19": Case(
        ok=(
            (r(account.SUBSCRIPTION, {"sourceType": "db-cluster"}),),
            (r(account.SUBSCRIPTION, {"sourceType": "db-cluster", "eventCategories": ["maintenance", "failure"]}),),
            (r(account.SUBSCRIPTION, {"sourceType": "db-instance", "eventCategories": ["creation"]}),),
        ),
        bad=(
            (r(account.SUBSCRIPTION, {"sourceType": "db-cluster", "eventCategories": ["failure"]}),),
            (r(account.SUBSCRIPTION, {"sourceType": "db-cluster", "enabled": False}),),
        ),
    ),
    "RDS.20": Case(
        ok=(
            (
                r(
                    account.SUBSCRIPTION,
                    {
                        "sourceType": "db-instance",
                        "eventCategories": ["maintenance", "configuration change", "failure"],
                    },
                ),
            ),
        ),
        bad=((r(account.SUBSCRIPTION, {"sourceType": "db-instance", "eventCategories": ["failure", "maintenance"]}),),),
    ),
    "RDS.21": singleton(
        account.SUBSCRIPTION,
        {"sourceType": "db-parameter-group", "eventCategories": ["configuration change"]},
        {"sourceType": "db-instance"},
        {"sourceType": "db-parameter-group", "enabled": False},
    ),
    "RDS.22": singleton(
        account.SUBSCRIPTION,
        {"sourceType": "db-security-group"},
        {"sourceType": "db-security-group", "eventCategories": ["failure"]},
    ),
    "P.Budget.action": singleton(
        account.BUDGET_ACTION, {"approvalModel": "AUTOMATIC"}, {"approvalModel": "MANUAL"}, tier="dev"
    ),
}
