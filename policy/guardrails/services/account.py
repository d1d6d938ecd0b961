"""What an AWS account has once: detectors, recorders, scanners and contacts.

These rules ask for a resource only where the stack owns the account's baseline (its configuration has the section
``accountBaseline``); any other stack would be told to make what its account has already. A stack that makes such a
resource is held to the rule either way, where the resource alone can break it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from guardrails.checks import PathCheck, contains, every, has_value, is_block, not_false, one_of, when
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import STACK_TYPE, Check, Kind, On, Outcome, Scope, declare, undecided

CONTACT: Final = "aws:account/alternativeContact:AlternativeContact"
RECORDER: Final = "aws:cfg/recorder:Recorder"
RECORDER_STATUS: Final = "aws:cfg/recorderStatus:RecorderStatus"
DETECTOR: Final = "aws:guardduty/detector:Detector"
FEATURE: Final = "aws:guardduty/detectorFeature:DetectorFeature"
ENABLER: Final = "aws:inspector2/enabler:Enabler"
BLOCK_OPTIONS: Final = "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions"
ROLE: Final = "aws:iam/role:Role"
ROLE_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ANALYZER: Final = "aws:accessanalyzer/analyzer:Analyzer"
SUBSCRIPTION: Final = "aws:rds/eventSubscription:EventSubscription"
BUDGET_ACTION: Final = "aws:budgets/budgetAction:BudgetAction"
_SERVICE_ROLE: Final = "/aws-service-role/config.amazonaws.com/"


def one_in_account(token: str, check: PathCheck, missing: str, *, wherever: bool = False) -> Check:
    """The stack that owns the account's baseline has a resource of type ``token`` that passes ``check``.

    Args:
        token: The type.
        check: What one of them must pass.
        missing: What the violation says when there is none.
        wherever: Whether a resource that fails is a violation in any stack, because it speaks for the whole account.
    """

    def run(_root: Resource, scope: Scope) -> Iterator[Outcome]:
        found = scope.stack.of_type(token)
        owner = scope.config.account_baseline
        if not found:
            if owner:
                yield missing
            return
        if not owner and not wherever:
            return
        judged = [(resource, list(check(resource, scope))) for resource in found]
        if all(outcomes for _, outcomes in judged):
            resource, outcomes = judged[0]
            yield from (On(resource, outcome) for outcome in outcomes if isinstance(outcome, str))

    return run


def _declare_one(
    rule_id: str,
    severity: Any,
    kind: Kind,
    title: str,
    token: str,
    check: PathCheck,
    missing: str,
    *,
    why: str,
    fix: str,
    frameworks: str = "FSBP",
    wherever: bool = False,
    url: str = "",
) -> None:
    declare(
        rule_id,
        severity,
        kind,
        title,
        types=STACK_TYPE,
        related={token: check.reads},
        check=one_in_account(token, check, missing, wherever=wherever),
        references=check.references,
        why=why,
        fix=fix,
        frameworks=frameworks,
        url=url,
    )


_declare_one(
    "Account.1",
    "medium",
    Kind.FREE,
    "Security contact information should be provided for an AWS account",
    CONTACT,
    one_of("alternateContactType", ("SECURITY",)),
    "the account has no security contact",
    why="AWS reports abuse and leaked keys to the owner's address, which nobody reads on a Sunday.",
    fix='AlternativeContact(alternative_contact_type="SECURITY", email_address=..., phone_number=...)',
)


def _recorded(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    recorders = scope.stack.of_type(RECORDER)
    if not recorders:
        if scope.config.account_baseline:
            yield "AWS Config has no recorder"
        return
    reasons = [(recorder, list(_recorder_lacks(recorder, scope))) for recorder in recorders]
    if all(lacks for _, lacks in reasons):
        recorder, lacks = reasons[0]
        yield from (On(recorder, lack) for lack in lacks)
    statuses = scope.stack.of_type(RECORDER_STATUS)
    if not statuses:
        yield On(recorders[0], "no RecorderStatus starts it")
    for status in statuses:
        if status.get("isEnabled") is UNKNOWN:
            yield On(status, undecided("isEnabled"))
        elif status.get("isEnabled") is not True:
            yield On(status, "isEnabled is not true, so nothing is recorded")


def _recorder_lacks(recorder: Resource, scope: Scope) -> Iterator[str]:
    supported = recorder.get("recordingGroup.allSupported")
    worldwide = recorder.get("recordingGroup.includeGlobalResourceTypes")
    if UNKNOWN in (supported, worldwide):
        yield undecided("recordingGroup")
    elif supported is not ABSENT and supported is not True:
        yield "recordingGroup.allSupported is not true, so some types are not recorded"
    elif worldwide is not True:
        yield "recordingGroup.includeGlobalResourceTypes is not true, so roles and policies are not recorded"
    role = recorder.get("roleArn")
    named = isinstance(role, str) and _SERVICE_ROLE in role
    own = [found for found in scope.stack.referenced(recorder, "roleArn") if found.type == ROLE]
    if own or not (named or role is UNKNOWN):
        yield "roleArn is not Config's service-linked role"


declare(
    "Config.1",
    "critical",
    Kind.PRODUCTION,
    "AWS Config should be enabled and use the service-linked role for resource recording",
    types=STACK_TYPE,
    related={
        RECORDER: ("recordingGroup.allSupported", "recordingGroup.includeGlobalResourceTypes", "roleArn"),
        RECORDER_STATUS: ("isEnabled",),
    },
    check=_recorded,
    references=("roleArn",),
    why="Without a record of what a resource was, nobody can tell when it was opened. One region records what belongs "
    "to no region. Priced by change, so it binds where the data is real.",
    fix='Recorder(role_arn=service_linked_role.arn, recording_group={"all_supported": True, '
    '"include_global_resource_types": True}), RecorderStatus(is_enabled=True)',
)

_declare_one(
    "GuardDuty.1",
    "high",
    Kind.PRODUCTION,
    "GuardDuty should be enabled",
    DETECTOR,
    not_false("enable"),
    "the account has no GuardDuty detector",
    why="A stolen key is used within minutes; GuardDuty sees the calls that no workload makes. Priced by event, so it "
    "binds where the data is real.",
    fix="guardduty.Detector(enable=True)",
    wherever=True,
)


def _feature(name: str, agent: str = "") -> Check:
    """A detector of the account has the feature, or the feature's additional configuration ``agent``, enabled."""

    def run(_root: Resource, scope: Scope) -> Iterator[Outcome]:
        detectors = scope.stack.of_type(DETECTOR)
        if not scope.config.account_baseline or not detectors:
            return
        features = [feature for feature in scope.stack.of_type(FEATURE) if feature.get("name") in (name, UNKNOWN)]
        answers = [_feature_lacks(feature, agent) for feature in features]
        if None in answers:
            return
        if features:
            yield On(features[0], answers[0] or "")
        else:
            yield On(detectors[0], f"has no DetectorFeature {name}")

    return run


def _feature_lacks(feature: Resource, agent: str) -> str | None:
    if UNKNOWN in (feature.get("name"), feature.get("status")):
        return undecided("name" if feature.get("name") is UNKNOWN else "status")
    if feature.get("status") != "ENABLED":
        return "status is not ENABLED"
    if not agent:
        return None
    found: list[Any] = feature.all("additionalConfigurations[]")
    members = [(entry.get("name"), entry.get("status")) for entry in found if is_block(entry)]
    if (agent, "ENABLED") in members:
        return None
    if UNKNOWN in found or any(UNKNOWN in member for member in members):
        return undecided("additionalConfigurations")
    return f"additionalConfigurations has no {agent} that is ENABLED"


_PRICED: Final = "Advisory: each plan is priced by what it looks at."
_NO_EKS: Final = "Off by default: nothing here runs on EKS, and a plan for it would watch nothing."

for _id, _severity, _name, _agent, _title, _why in (
    ("GuardDuty.5", "high", "EKS_AUDIT_LOGS", "", "GuardDuty EKS Audit Log Monitoring should be enabled", _NO_EKS),
    (
        "GuardDuty.6",
        "high",
        "LAMBDA_NETWORK_LOGS",
        "",
        "GuardDuty Lambda Protection should be enabled",
        f"A function that calls a known bad address has been taken over. {_PRICED}",
    ),
    (
        "GuardDuty.7",
        "medium",
        "RUNTIME_MONITORING",
        "EKS_ADDON_MANAGEMENT",
        "GuardDuty EKS Runtime Monitoring should be enabled",
        _NO_EKS,
    ),
    (
        "GuardDuty.8",
        "high",
        "EBS_MALWARE_PROTECTION",
        "",
        "GuardDuty Malware Protection for EC2 should be enabled",
        f"An instance that behaves badly is scanned at once. {_PRICED}",
    ),
    (
        "GuardDuty.9",
        "high",
        "RDS_LOGIN_EVENTS",
        "",
        "GuardDuty RDS Protection should be enabled",
        f"A log-in from where nobody lives is a stolen password; Aurora only. {_PRICED}",
    ),
    (
        "GuardDuty.10",
        "high",
        "S3_DATA_EVENTS",
        "",
        "GuardDuty S3 Protection should be enabled",
        f"Somebody who copies a whole bucket shows in its object calls only. {_PRICED}",
    ),
    (
        "GuardDuty.11",
        "high",
        "RUNTIME_MONITORING",
        "",
        "GuardDuty Runtime Monitoring should be enabled",
        f"A shell in a container shows inside the container only. {_PRICED}",
    ),
    (
        "GuardDuty.12",
        "medium",
        "RUNTIME_MONITORING",
        "ECS_FARGATE_AGENT_MANAGEMENT",
        "GuardDuty ECS Runtime Monitoring should be enabled",
        f"Without its agent a Fargate task is not watched. {_PRICED}",
    ),
    (
        "GuardDuty.13",
        "medium",
        "RUNTIME_MONITORING",
        "EC2_AGENT_MANAGEMENT",
        "GuardDuty EC2 Runtime Monitoring should be enabled",
        f"Without its agent an instance is not watched. {_PRICED}",
    ),
):
    declare(
        _id,
        "high" if _severity == "high" else "medium",
        Kind.OFF if _why is _NO_EKS else Kind.ADVICE,
        _title,
        types=STACK_TYPE,
        related={
            DETECTOR: ("enable",),
            FEATURE: ("name", "status", *(("additionalConfigurations[].name",) if _agent else ())),
        },
        check=_feature(_name, _agent),
        why=_why,
        fix=f'DetectorFeature(detector_id=detector.id, name="{_name}", status="ENABLED"'
        + (f', additional_configurations=[{{"name": "{_agent}", "status": "ENABLED"}}])' if _agent else ")"),
    )

for _id, _type, _what, _why in (
    ("Inspector.1", "EC2", "EC2", "An unpatched instance is found by the whole internet."),
    ("Inspector.2", "ECR", "ECR", "An image that was clean when it was pushed is not so for ever."),
    (
        "Inspector.3",
        "LAMBDA_CODE",
        "Lambda code",
        "A secret or an injection in a function's code is found by reading it.",
    ),
    ("Inspector.4", "LAMBDA", "Lambda standard", "A function's libraries age though nobody deploys it."),
):
    _declare_one(
        _id,
        "high",
        Kind.ADVICE,
        f"Amazon Inspector {_what} scanning should be enabled",
        ENABLER,
        contains("resourceTypes", _type),
        f"the account has no Inspector Enabler with {_type}",
        why=f"{_why} Advisory: priced by what is scanned.",
        fix=f'inspector2.Enabler(account_ids=[account_id], resource_types=["{_type}", ...])',
    )

_declare_one(
    "EC2.172",
    "medium",
    Kind.OFF,
    "EC2 VPC Block Public Access settings should block internet gateway traffic",
    BLOCK_OPTIONS,
    one_of("internetGatewayBlockMode", ("block-bidirectional", "block-ingress")),
    "the account does not block internet gateways",
    why="Off by default: it refuses every public load balancer of the account, but in VPCs that are excluded.",
    fix='VpcBlockPublicAccessOptions(internet_gateway_block_mode="block-ingress")',
)


def _support_role(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    if not scope.config.account_baseline:
        return
    given = [attachment.get("policyArn") for attachment in scope.stack.of_type(ROLE_ATTACHMENT)]
    given += [arn for role in scope.stack.of_type(ROLE) for arn in role.all("managedPolicyArns[]")]
    if not any(isinstance(arn, str) and arn.endswith("/AWSSupportAccess") for arn in given):
        yield "no role has the policy AWSSupportAccess"


declare(
    "IAM.18",
    "low",
    Kind.ADVICE,
    "Ensure a support role has been created to manage incidents with AWS Support",
    types=STACK_TYPE,
    related={ROLE_ATTACHMENT: ("policyArn",), ROLE: ("managedPolicyArns",)},
    check=_support_role,
    why="During an incident is a bad time to find out who may open a case. Advisory: an account whose people come "
    "through IAM Identity Center has the right there.",
    fix='RolePolicyAttachment(role=support.name, policy_arn="arn:aws:iam::aws:policy/AWSSupportAccess")',
    frameworks="CIS+PCI",
)

_declare_one(
    "IAM.28",
    "high",
    Kind.FREE,
    "IAM Access Analyzer external access analyzer should be enabled",
    ANALYZER,
    one_of("type", ("ACCOUNT", "ORGANIZATION"), absent=True),
    "the account has no analyzer of external access",
    why="It finds what is open to other accounts, whatever opened it, and costs nothing.",
    fix='accessanalyzer.Analyzer(analyzer_name="external", type="ACCOUNT")',
    frameworks="CIS",
)


def _source(kind: str, *categories: str) -> PathCheck:
    """A subscription for ``kind`` is on and has the categories; AWS's default is every source and every category."""
    return every(
        not_false("enabled"),
        when("eventCategories", has_value, every(*(contains("eventCategories", c) for c in categories))),
    )


for _id, _kind, _title, _categories in (
    (
        "RDS.19",
        "db-cluster",
        "Existing RDS event notification subscriptions should be configured for critical cluster events",
        ("maintenance", "failure"),
    ),
    (
        "RDS.20",
        "db-instance",
        "Existing RDS event notification subscriptions should be configured for critical database instance events",
        ("maintenance", "configuration change", "failure"),
    ),
):
    declare(
        _id,
        "low",
        Kind.FREE,
        _title,
        types=SUBSCRIPTION,
        check=when("sourceType", lambda value, kind=_kind: value == kind, _source(_kind, *_categories)),
        why="A subscription that leaves out failures tells of everything but what matters.",
        fix=f"event_categories={[*_categories]}".replace("'", '"'),
    )


def _groups_told(subscription: Resource, scope: Scope) -> Iterator[Outcome]:
    kind = subscription.get("sourceType")
    if kind is UNKNOWN:
        yield undecided("sourceType")
    elif kind is not ABSENT and kind != "db-parameter-group":
        yield "sourceType is not db-parameter-group"
    yield from _source("db-parameter-group", "configuration change")(subscription, scope)


def _security_groups_told(subscription: Resource, scope: Scope) -> Iterator[Outcome]:
    kind = subscription.get("sourceType")
    if kind is UNKNOWN:
        yield undecided("sourceType")
    elif kind is not ABSENT and kind != "db-security-group":
        yield "sourceType is not db-security-group"
    yield from _source("db-security-group", "configuration change", "failure")(subscription, scope)


_SUBSCRIPTION_READS: Final = ("sourceType", "eventCategories", "enabled")

_declare_one(
    "RDS.21",
    "low",
    Kind.ADVICE,
    "An RDS event notifications subscription should be configured for critical database parameter group events",
    SUBSCRIPTION,
    PathCheck(_groups_told, _SUBSCRIPTION_READS),
    "nobody is told of changes to parameter groups",
    why="One parameter switches TLS off. Advisory: here parameter groups change through a reviewed program.",
    fix='EventSubscription(sns_topic=topic.arn, source_type="db-parameter-group", '
    'event_categories=["configuration change"])',
)

_declare_one(
    "RDS.22",
    "low",
    Kind.OFF,
    "An RDS event notifications subscription should be configured for critical database security group events",
    SUBSCRIPTION,
    PathCheck(_security_groups_told, _SUBSCRIPTION_READS),
    "nobody is told of changes to database security groups",
    why="Off by default: database security groups belong to EC2-Classic, which AWS has ended; in a VPC there are none.",
    fix='EventSubscription(sns_topic=topic.arn, source_type="db-security-group")',
)


def _stops_spending(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    if scope.tier != "prod":
        yield from _action(_root, scope)


_action = one_in_account(
    BUDGET_ACTION, one_of("approvalModel", ("AUTOMATIC",)), "no budget action stops the account from spending on"
)

declare(
    "P.Budget.action",
    "medium",
    Kind.ADVICE,
    "An account that serves no customers should stop spending by itself",
    types=STACK_TYPE,
    related={BUDGET_ACTION: ("approvalModel",)},
    check=_stops_spending,
    why="A forgotten experiment runs until somebody reads the alert. Never on production, where the action would be "
    "the outage.",
    fix='BudgetAction(action_type="APPLY_IAM_POLICY", approval_model="AUTOMATIC", ...)',
    url="https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-controls.html",
)
