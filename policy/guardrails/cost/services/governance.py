"""Budgets, Config, CloudTrail, Backup, CloudFormation. https://aws.amazon.com/config/pricing/ and its neighbours"""

from __future__ import annotations

import json
from typing import Any, Final

from guardrails.cost.mapping import Bill, Key, free, optional, prices
from guardrails.cost.model import HOURS, Quantity
from guardrails.cost.values import as_object, entries
from guardrails.resource import UNKNOWN

SERVICE: Final = "Governance"
_ACTION: Final = "aws:budgets/budgetAction:BudgetAction"
#: Action-enabled budgets that are free.
_FREE_ACTIONS: Final = 2
#: CloudFormation types that cost nothing by themselves.
_FREE_TEMPLATES: Final = frozenset(
    {
        "AWS::Lex::BotAlias",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::IAM::Role",
        "AWS::SSM::Parameter",
        "AWS::Chatbot::SlackChannelConfiguration",
    }
)

free(SERVICE, "a budget without actions is free", "aws:budgets/budget:Budget")
free(
    SERVICE,
    "no charge",
    "aws:account/alternativeContact:AlternativeContact",
    "aws:costexplorer/costAllocationTag:CostAllocationTag",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
    "aws:costexplorer/anomalySubscription:AnomalySubscription",
    "aws:resourcegroups/group:Group",
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess",
    "aws:ebs/encryptionByDefault:EncryptionByDefault",
    "aws:ebs/defaultKmsKey:DefaultKmsKey",
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess",
)
free(
    SERVICE,
    "in the recorder's items",
    "aws:cfg/deliveryChannel:DeliveryChannel",
    "aws:cfg/recorderStatus:RecorderStatus",
)


@prices(_ACTION, service=SERVICE)
def budget_action(bill: Bill) -> None:
    """The account's first two action-enabled budgets are free."""
    place = [action.urn for action in bill.links.of_type(_ACTION)].index(bill.resource.urn)
    if place < _FREE_ACTIONS:
        bill.free("the first two action-enabled budgets are free")
    else:
        bill.fixed("budget action", "budgets.action.day", HOURS / 24)


@prices(
    "aws:cfg/recorder:Recorder",
    service=SERVICE,
    keys=(Key("configurationItems", "configuration items recorded"),),
)
def recorder(bill: Bill) -> None:
    """Items, continuous or daily."""
    daily = bill.text("recordingMode.recordingFrequency", "CONTINUOUS") == "DAILY"
    bill.usage("configurationItems", "configuration items", "config.item_daily" if daily else "config.item")


@prices("aws:cfg/rule:Rule", service=SERVICE, keys=(Key("evaluations", "evaluations of resources"),))
def rule(bill: Bill) -> None:
    """Evaluations."""
    bill.usage("evaluations", "rule evaluations", "config.rule_evaluation")


@prices(
    "aws:cloudtrail/trail:Trail",
    service=SERVICE,
    keys=(
        Key("dataEvents", "data events recorded", "eventSelectors or advancedEventSelectors"),
        Key("insightEvents", "events analysed for Insights", "insightSelectors"),
        optional("managementEvents", "management events, when another trail of the account already records them"),
    ),
)
def trail(bill: Bill) -> None:
    """The first copy of management events is free; data events, Insights and further copies are not."""
    if bill.resource.is_set("advancedEventSelectors") or _data_events(bill.get("eventSelectors")):
        bill.usage("dataEvents", "CloudTrail data events", "cloudtrail.data.event")
    if bill.resource.is_set("insightSelectors"):
        bill.usage("insightEvents", "CloudTrail Insights", "cloudtrail.insight.event")
    bill.usage("managementEvents", "further copy of management events", "cloudtrail.management_extra.event")
    bill.free("the account's first copy of management events is free")


def _data_events(selectors: Any) -> bool:
    return selectors is UNKNOWN or any(entry.get("dataResources") for entry in entries(selectors))


free(SERVICE, "the vault's lines carry what it stores", "aws:backup/plan:Plan", "aws:backup/selection:Selection")
free(
    SERVICE,
    "no charge",
    "aws:backup/vaultPolicy:VaultPolicy",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
)
free(
    SERVICE, "no charge", "aws:backup/vaultNotifications:VaultNotifications", "aws:backup/regionSettings:RegionSettings"
)

_VAULT: Final = (
    ("rdsGb", "GB of RDS snapshots", "backup.rds.gb_month"),
    ("auroraGb", "GB of Aurora snapshots", "backup.aurora.gb_month"),
    ("dynamodbGb", "GB of DynamoDB backups", "backup.dynamodb.gb_month"),
    ("s3Gb", "GB of S3 backups", "backup.s3.gb_month"),
)


@prices(
    "aws:backup/vault:Vault",
    service=SERVICE,
    keys=tuple(Key(name, f"{what} kept", "none of the vault's other figures is declared") for name, what, _ in _VAULT),
)
def vault(bill: Bill) -> None:
    """GB kept, by what was backed up; at least one figure is needed."""
    declared: list[tuple[str, str, Quantity]] = []
    for name, what, price_id in _VAULT:
        quantity = bill.declares(name)
        if quantity is not None:
            declared.append((what, price_id, quantity))
    for what, price_id, quantity in declared:
        bill.metered(what, price_id, quantity)
    if not declared:
        bill.unknown(
            "backups", f"declare what usage.{bill.resource.name} keeps: {', '.join(name for name, _, _ in _VAULT)}"
        )


@prices("aws:cloudformation/stack:Stack", service=SERVICE)
def template(bill: Bill) -> None:
    """Free when everything that the template makes is free by itself; otherwise unknown."""
    body = bill.get("templateBody")
    types = _template_types(body)
    if types is None:
        bill.unknown("template", "templateBody is not known JSON, so what it makes cannot be priced")
        return
    priced = sorted(types - _FREE_TEMPLATES)
    if priced:
        bill.unknown("template", f"the template makes {', '.join(priced)}, which is not priced here")
    else:
        bill.free("what the template makes is free or priced by its parent")


def _template_types(body: Any) -> set[str] | None:
    if not isinstance(body, str):
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return {str(as_object(entry).get("Type")) for entry in as_object(as_object(document).get("Resources")).values()}
