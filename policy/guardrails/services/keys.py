"""AWS KMS, Secrets Manager and Systems Manager: keys that rotate, secrets that are kept as secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from guardrails import documents
from guardrails.checks import at_least, has_value, is_set, is_true, not_true, number
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Kind, Outcome, Scope, declare, undecided
from guardrails.secrets import named_secret

KEY: Final = "aws:kms/key:Key"
KEY_POLICY: Final = "aws:kms/keyPolicy:KeyPolicy"
SECRET: Final = "aws:secretsmanager/secret:Secret"  # noqa: S105
ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"
SECRET_POLICY: Final = "aws:secretsmanager/secretPolicy:SecretPolicy"  # noqa: S105
PARAMETER: Final = "aws:ssm/parameter:Parameter"
DOCUMENT: Final = "aws:ssm/document:Document"
SETTING: Final = "aws:ssm/serviceSetting:ServiceSetting"

declare(
    "KMS.3",
    "critical",
    Kind.PRODUCTION,
    "AWS KMS keys should not be deleted unintentionally",
    types=KEY,
    check=at_least("deletionWindowInDays", 30, absent=30),
    why="With the key gone, everything that it encrypted is gone; the window is the time to notice.",
    fix="deletion_window_in_days=30",
)


def _rotates(key: Resource, scope: Scope) -> Iterator[Outcome]:
    usage, spec = key.get("keyUsage"), key.get("customerMasterKeySpec")
    if usage not in (ABSENT, "ENCRYPT_DECRYPT", UNKNOWN) or spec not in (ABSENT, "SYMMETRIC_DEFAULT", UNKNOWN):
        return
    yield from is_true("enableKeyRotation").run(key, scope)


declare(
    "KMS.4",
    "medium",
    Kind.FREE,
    "AWS KMS key rotation should be enabled",
    types=KEY,
    reads=("enableKeyRotation", "keyUsage", "customerMasterKeySpec"),
    check=_rotates,
    why="Rotation bounds what one leaked key protects, and the first two rotations are all that is ever charged.",
    fix="enable_key_rotation=True",
    frameworks="CIS+NIST+PCI",
)


declare(
    "KMS.5",
    "critical",
    Kind.EXPOSURE,
    "KMS keys should not be publicly accessible",
    types=(KEY, KEY_POLICY),
    reads=("policy",),
    check=documents.public("policy", "lets everybody use the key"),
    why="Whoever may decrypt owns the data, whatever else protects it.",
    fix='"Principal": {"AWS": f"arn:aws:iam::{account}:root"}',
    waivable=False,
)

declare(
    "P.KMS.policy",
    "medium",
    Kind.FREE,
    "Keys should keep the check that stops their owner from locking itself out",
    types=(KEY, KEY_POLICY),
    check=not_true("bypassPolicyLockoutSafetyCheck"),
    why="A key that nobody may manage can only be recovered by AWS support.",
    fix="leave bypass_policy_lockout_safety_check out",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
)


def _rotated(secret: Resource, scope: Scope) -> Iterator[Outcome]:
    if not scope.attached(secret, ROTATION, "secretId", "name"):
        yield "has no rotation"


declare(
    "SecretsManager.1",
    "medium",
    Kind.ADVICE,
    "Secrets Manager secrets should have automatic rotation enabled",
    types=SECRET,
    reads=("name",),
    related={ROTATION: ("secretId",)},
    check=_rotated,
    why="A leaked secret works until it is changed. Advisory: keys of other companies can only be rotated there.",
    fix="secretsmanager.SecretRotation(secret_id=secret.id, rotation_lambda_arn=function.arn, ...)",
)


def _often(rotation: Resource, _scope: Scope) -> Iterator[Outcome]:
    days = rotation.get("rotationRules.automaticallyAfterDays")
    if days is UNKNOWN:
        yield undecided("rotationRules.automaticallyAfterDays")
    elif days is ABSENT and has_value(rotation.get("rotationRules.scheduleExpression")):
        return
    elif (number(days) or 0) > 90 or days is ABSENT:
        yield "rotationRules.automaticallyAfterDays must be at most 90"


declare(
    "SecretsManager.4",
    "medium",
    Kind.FREE,
    "Secrets Manager secrets should be rotated within a specified number of days",
    types=ROTATION,
    reads=("rotationRules.automaticallyAfterDays", "rotationRules.scheduleExpression"),
    check=_often,
    references=("rotationRules.scheduleExpression",),
    why="A leaked secret works until it is changed.",
    fix='rotation_rules={"automatically_after_days": 30}',
)

declare(
    "P.SM.cmk",
    "medium",
    Kind.CUSTOMER_KEY,
    "Secrets should use a customer-managed key",
    types=SECRET,
    check=is_set("kmsKeyId"),
    why="The AWS-managed key encrypts as well; your own can be refused, shared and audited.",
    fix="kms_key_id=key.arn",
    url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
)


_readable_by_all: Final = documents.public("policy", "lets everybody read the secret")


def _open_secret(holder: Resource, scope: Scope) -> Iterator[Outcome]:
    yield from _readable_by_all(holder, scope)
    if holder.type == SECRET_POLICY and holder.get("blockPublicPolicy") is not True:
        yield "blockPublicPolicy is not true"


declare(
    "P.SM.policy",
    "high",
    Kind.EXPOSURE,
    "Policies of secrets should not open them to everybody",
    types=(SECRET, SECRET_POLICY),
    reads=("policy", "blockPublicPolicy"),
    check=_open_secret,
    why="The secret opens whatever it is the key to.",
    fix="SecretPolicy(block_public_policy=True, ...)",
    url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
    waivable=False,
)


def _recoverable(secret: Resource, scope: Scope) -> Iterator[Outcome]:
    days = secret.get("recoveryWindowInDays")
    if scope.tier == "prod" and days is UNKNOWN:
        yield undecided("recoveryWindowInDays")
    elif scope.tier == "prod" and number(days) == 0:
        yield "recoveryWindowInDays is 0, so a deletion cannot be taken back"


declare(
    "P.SM.recovery",
    "medium",
    Kind.PRODUCTION,
    "Deleted secrets should be recoverable on production",
    types=SECRET,
    reads=("recoveryWindowInDays",),
    check=_recoverable,
    why="A wrong deletion would lock the application out for good.",
    fix="recovery_window_in_days=7",
    url="https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html",
)


def _secure(parameter: Resource, _scope: Scope) -> Iterator[Outcome]:
    kind, name = parameter.get("type"), parameter.get("name")
    if kind is UNKNOWN:
        yield undecided("type")
        return
    if kind == "SecureString":
        if has_value(parameter.get("insecureValue")):
            yield "insecureValue shows the value in every preview"
        return
    label = name.rsplit("/", 1)[-1] if isinstance(name, str) else parameter.name
    for path in ("value", "insecureValue"):
        value = parameter.get(path)
        reason = named_secret(label, value) if isinstance(value, str) else None
        if value is UNKNOWN and named_secret(label, "a literal") and name is not UNKNOWN:
            yield f"{path} is not known before deployment, its name is that of a secret, and type is not SecureString"
        elif reason:
            yield f"{path} {reason}, and type is not SecureString"


declare(
    "P.SSM.secure",
    "high",
    Kind.ENCRYPTION,
    "Parameters that hold secrets should be encrypted",
    types=PARAMETER,
    reads=("type", "name", "value", "insecureValue"),
    check=_secure,
    references=("name", "value"),
    why="A plain parameter is readable by everybody who may describe the account's parameters.",
    fix='Parameter(type="SecureString", value=config.require_secret("stripeKey"))',
    url="https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
)


def _shared(document: Resource, _scope: Scope) -> Iterator[Outcome]:
    accounts = document.get("permissions.account_ids")
    if accounts is UNKNOWN or document.get("permissions") is UNKNOWN:
        yield undecided("permissions")
    elif accounts is not ABSENT and str(accounts).lower() == "all":
        yield "permissions opens the document to every account"


declare(
    "SSM.4",
    "critical",
    Kind.EXPOSURE,
    "SSM documents should not be public",
    types=DOCUMENT,
    reads=("permissions",),
    check=_shared,
    why="Documents tell how the systems are built, and often hold commands with secrets.",
    fix='permissions={"type": "Share", "account_ids": "123456789012"}',
)


def _setting(suffix: str, wanted: str) -> Any:
    def run(setting: Resource, _scope: Scope) -> Iterator[Outcome]:
        name, value = setting.get("settingId"), setting.get("settingValue")
        if name is UNKNOWN or value is UNKNOWN:
            yield undecided("settingId" if name is UNKNOWN else "settingValue")
        elif str(name).endswith(suffix) and value != wanted:
            yield f"settingValue is not {wanted}"

    return run


declare(
    "SSM.6",
    "low",
    Kind.ADVICE,
    "SSM Automation should have CloudWatch logging enabled",
    types=SETTING,
    reads=("settingId", "settingValue"),
    check=_setting("/ssm/automation/customer-script-log-destination", "CloudWatch"),
    why="What an automation did is gone when it ends.",
    fix='ServiceSetting(setting_id="/ssm/automation/customer-script-log-destination", setting_value="CloudWatch")',
)

declare(
    "SSM.7",
    "critical",
    Kind.EXPOSURE,
    "SSM documents should have block public sharing enabled",
    types=SETTING,
    reads=("settingId", "settingValue"),
    check=_setting("/ssm/documents/console/public-sharing-permission", "Disable"),
    why="One click would publish a document.",
    fix='ServiceSetting(setting_id="/ssm/documents/console/public-sharing-permission", setting_value="Disable")',
)
