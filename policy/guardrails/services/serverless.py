"""AWS Lambda and Amazon DynamoDB: supported runtimes, no strangers, no plaintext secrets, data that can be restored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from guardrails.checks import PathCheck, has_value, is_block, is_set, is_true, number, one_of
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import STACK_TYPE, Deferred, Kind, On, Outcome, Scope, declare, undecided
from guardrails.runtimes import DEPRECATED
from guardrails.secrets import named_secret
from guardrails.services.ec2 import SUBNET, zone_count

FUNCTION: Final = "aws:lambda/function:Function"
PERMISSION: Final = "aws:lambda/permission:Permission"
URL: Final = "aws:lambda/functionUrl:FunctionUrl"
INVOKE_CONFIG: Final = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
TABLE: Final = "aws:dynamodb/table:Table"
SCALING: Final = "aws:appautoscaling/target:Target"
BACKUP_SELECTION: Final = "aws:backup/selection:Selection"
#: How long before its end a runtime is worth a note.
NOTICE: Final = timedelta(days=365)
#: Services that call a function without waiting for its answer, and so need somewhere to put what failed.
_ASYNCHRONOUS: Final = ("events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com", "ses.amazonaws.com")


def _public_function(permission: Resource, _scope: Scope) -> Iterator[Outcome]:
    principal = permission.get("principal")
    if principal is UNKNOWN:
        yield undecided("principal")
    if principal == "*" and not (
        has_value(permission.get("principalOrgId")) or permission.get("functionUrlAuthType") == "AWS_IAM"
    ):
        yield "principal is *, so anybody may call the function"
    if principal == "s3.amazonaws.com" and not has_value(permission.get("sourceAccount")):
        yield "principal is S3 and sourceAccount is not set, so anybody's bucket may call the function"


declare(
    "Lambda.1",
    "critical",
    Kind.EXPOSURE,
    "Lambda function policies should prohibit public access",
    types=PERMISSION,
    reads=("principal", "principalOrgId", "functionUrlAuthType", "sourceAccount"),
    check=_public_function,
    references=("principalOrgId", "sourceAccount"),
    why="Anybody could run the code, at your expense and with its rights.",
    fix='Permission(principal="s3.amazonaws.com", source_arn=bucket.arn, source_account=account_id)',
    waivable=False,
)


def _source(permission: Resource, _scope: Scope) -> Iterator[Outcome]:
    principal = permission.get("principal")
    service = principal is UNKNOWN or (isinstance(principal, str) and principal.endswith(".amazonaws.com"))
    if service and not any(has_value(permission.get(path)) for path in ("sourceArn", "sourceAccount")):
        yield "any resource of that service, in any account, may call the function"


declare(
    "P.Lambda.source",
    "high",
    Kind.IAM,
    "Permissions for AWS services should name the resource that calls",
    types=PERMISSION,
    reads=("principal", "sourceArn", "sourceAccount"),
    check=_source,
    references=("sourceArn", "sourceAccount"),
    why="The service acts for all its customers; without a source it can be made to act for another one (the confused "
    "deputy).",
    fix="Permission(source_arn=rule.arn, ...)",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
)


def _runtime(judge_until: timedelta, *, past: bool) -> PathCheck:
    def run(function: Resource, scope: Scope) -> Iterator[Outcome]:
        runtime = function.get("runtime")
        if function.get("packageType") == "Image" or runtime is ABSENT:
            return
        if runtime is UNKNOWN:
            yield undecided("runtime")
            return
        ends: date | None = DEPRECATED.get(str(runtime))
        if ends is None:
            if past:
                yield "runtime is none that AWS supports"
        elif past and ends <= scope.today:
            yield f"runtime {runtime} has had no fixes since {ends}"
        elif not past and scope.today < ends <= scope.today + judge_until:
            yield f"runtime {runtime} gets no more fixes after {ends}"

    return PathCheck(run, ("runtime", "packageType"))


declare(
    "Lambda.2",
    "medium",
    Kind.FREE,
    "Lambda functions should use supported runtimes",
    types=FUNCTION,
    check=_runtime(timedelta(), past=True),
    why="Holes found from now on stay open, and some day AWS refuses to update the function.",
    fix='runtime="python3.13"',
)

declare(
    "P.Lambda.runtime-soon",
    "low",
    Kind.ADVICE,
    "Lambda runtimes should have a year left",
    types=FUNCTION,
    check=_runtime(NOTICE, past=False),
    why="Time to test the next one.",
    fix='runtime="python3.13"',
    url="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
)

declare(
    "Lambda.3",
    "low",
    Kind.OFF,
    "Lambda functions should be in a VPC",
    types=FUNCTION,
    check=is_set("vpcConfig.subnetIds"),
    why="Off by default: a function that needs nothing in the VPC is no safer inside, and then needs a paid way out.",
    fix='vpc_config={"subnet_ids": private, "security_group_ids": [group.id]}',
    frameworks="NIST+PCI",
)


def _function_zones(function: Resource, scope: Scope) -> Iterator[Outcome]:
    if not has_value(function.get("vpcConfig.subnetIds")):
        return
    path = "vpcConfig.subnetIds"
    if zone_count(scope, function, "vpcConfig", path) < 2:
        unknown = function.get(path) is UNKNOWN and not scope.stack.referenced(function, "vpcConfig")
        yield undecided(path) if unknown else "is in one availability zone"


declare(
    "Lambda.5",
    "medium",
    Kind.FREE,
    "VPC Lambda functions should operate in multiple Availability Zones",
    types=FUNCTION,
    reads=("vpcConfig.subnetIds",),
    related={SUBNET: ("availabilityZone",)},
    check=_function_zones,
    why="One zone's failure would stop the function.",
    fix='vpc_config={"subnet_ids": [subnet.id for subnet in vpc.private_subnets], ...}',
)

declare(
    "Lambda.7",
    "low",
    Kind.ADVICE,
    "Lambda functions should have X-Ray active tracing enabled",
    types=FUNCTION,
    check=one_of("tracingConfig.mode", ("Active",)),
    why="A trace shows which call was slow. Advisory: traces cost by the million.",
    fix='tracing_config={"mode": "Active"}',
    frameworks="NIST",
)


def _open_url(url: Resource, _scope: Scope) -> Iterator[Outcome]:
    kind = url.get("authorizationType")
    if kind != "AWS_IAM":
        yield undecided("authorizationType") if kind is UNKNOWN else "authorizationType is not AWS_IAM"
    origins = url.all("cors.allowOrigins[]")
    if "*" in origins or UNKNOWN in origins:
        yield "cors.allowOrigins holds *" if "*" in origins else undecided("cors.allowOrigins")


declare(
    "P.Lambda.url",
    "high",
    Kind.EXPOSURE,
    "Function URLs should ask who is calling",
    types=URL,
    reads=("authorizationType", "cors.allowOrigins"),
    check=_open_url,
    why="Anybody could run the code, at your expense, around every firewall.",
    fix='FunctionUrl(authorization_type="AWS_IAM", ...)',
    url="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
)


def _environment_key(function: Resource, _scope: Scope) -> Iterator[Outcome]:
    if has_value(function.get("environment.variables")) and not has_value(function.get("kmsKeyArn")):
        yield "has environment variables and no kmsKeyArn"


declare(
    "P.Lambda.env-kms",
    "medium",
    Kind.CUSTOMER_KEY,
    "Environment variables of functions should use a customer-managed key",
    types=FUNCTION,
    reads=("environment.variables", "kmsKeyArn"),
    check=_environment_key,
    references=("kmsKeyArn",),
    why="Variables are always encrypted; your own key can be refused and audited.",
    fix="kms_key_arn=key.arn",
    url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
)


def _environment_secret(function: Resource, _scope: Scope) -> Iterator[Outcome]:
    variables = function.get("environment.variables")
    if variables is UNKNOWN or function.get("environment") is UNKNOWN:
        yield Deferred("environment")
    elif is_block(variables):
        for name, value in variables.items():
            if value is UNKNOWN:
                continue  # It comes from another resource: an address, or a secret that AWS makes.
            if isinstance(value, str) and (reason := named_secret(str(name), value)):
                yield f"environment variable {name} {reason}"


declare(
    "P.Lambda.env-secret",
    "high",
    Kind.ENCRYPTION,
    "Environment variables of functions should hold no secrets",
    types=FUNCTION,
    reads=("environment.variables",),
    check=_environment_secret,
    why="Everybody who may describe the function reads them, and every version keeps its own.",
    fix='environment={"variables": {"STRIPE_SECRET_ARN": secret.arn}}, read at start',
    url="https://docs.aws.amazon.com/lambda/latest/dg/with-secrets-manager.html",
)


def _failures(function: Resource, scope: Scope) -> Iterator[Outcome]:
    callers = scope.attached(function, PERMISSION, "function", "name")
    principals = [caller.get("principal") for caller in callers]
    if not any(principal is UNKNOWN or principal in _ASYNCHRONOUS for principal in principals):
        return
    configured = any(
        has_value(found.get("destinationConfig.onFailure"))
        for found in scope.attached(function, INVOKE_CONFIG, "functionName", "name")
    )
    if not configured and not has_value(function.get("deadLetterConfig.targetArn")):
        unknown = UNKNOWN in principals
        lost = "is called without waiting for the answer, and has nowhere to put what failed"
        yield undecided("principal of its permission") if unknown else lost


declare(
    "P.Lambda.dlq",
    "medium",
    Kind.PRODUCTION,
    "Functions that are called asynchronously should keep what failed",
    types=FUNCTION,
    reads=("deadLetterConfig.targetArn", "name"),
    related={PERMISSION: ("function", "principal"), INVOKE_CONFIG: ("functionName", "destinationConfig.onFailure")},
    check=_failures,
    references=("deadLetterConfig.targetArn", "destinationConfig.onFailure"),
    why="After two retries the event is gone without a word.",
    fix='FunctionEventInvokeConfig(destination_config={"on_failure": {"destination": queue.arn}}, ...)',
    url="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
)

#: Calls at once that Lambda keeps for functions without a reservation.
UNRESERVED: Final = 100


def _over_reserved(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    functions = scope.stack.of_type(FUNCTION)
    values = [(function, function.get("reservedConcurrentExecutions")) for function in functions]
    for function, value in values:
        if value is UNKNOWN:
            yield On(function, undecided("reservedConcurrentExecutions"))
    reserved = sum(max(number(value) or 0, 0) for _, value in values)
    most = scope.config.concurrency_quota - UNRESERVED
    if reserved > max(most, 0):
        yield (
            f"functions reserve {reserved:g} calls at once; of a quota of {scope.config.concurrency_quota} "
            f"Lambda keeps {UNRESERVED} for the rest"
        )


declare(
    "P.Lambda.concurrency",
    "medium",
    Kind.FREE,
    "Functions should not reserve more calls at once than the account has",
    types=STACK_TYPE,
    related={FUNCTION: ("reservedConcurrentExecutions",)},
    check=_over_reserved,
    why="AWS refuses the reservation in the middle of a deployment. A new account may have ten calls in all: name its "
    "quota.",
    fix="reserved_concurrent_executions=50, or accountConcurrencyQuota: 2000 once AWS has raised it",
    url="https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
)


def _scales(table: Resource, scope: Scope) -> Iterator[Outcome]:
    mode = table.get("billingMode")
    if mode == "PAY_PER_REQUEST":
        return
    if mode is UNKNOWN:
        yield undecided("billingMode")
        return
    targets = scope.stack.referring(table, SCALING, "resourceId")
    name = table.get("name")
    targets += tuple(t for t in scope.stack.of_type(SCALING) if t.get("resourceId") == f"table/{name}")
    scaled = [target.get("scalableDimension") for target in targets]
    if not all(f"dynamodb:table:{side}CapacityUnits" in scaled for side in ("Read", "Write")):
        path = "scalableDimension"
        yield undecided(path) if UNKNOWN in scaled else "has fixed capacity and no scaling for reads and writes"


declare(
    "DynamoDB.1",
    "medium",
    Kind.FREE,
    "DynamoDB tables should automatically scale capacity with demand",
    types=TABLE,
    reads=("billingMode", "name"),
    related={SCALING: ("resourceId", "scalableDimension")},
    check=_scales,
    why="A busy hour is throttled, and a quiet month is paid for.",
    fix='billing_mode="PAY_PER_REQUEST"',
)

declare(
    "DynamoDB.2",
    "medium",
    Kind.PRODUCTION,
    "DynamoDB tables should have point-in-time recovery enabled",
    types=TABLE,
    check=is_true("pointInTimeRecovery.enabled"),
    why="Without it a wrong write is for ever.",
    fix='point_in_time_recovery={"enabled": True}',
)

declare(
    "DynamoDB.4",
    "medium",
    Kind.OFF,
    "DynamoDB tables should be present in a backup plan",
    types=TABLE,
    related={BACKUP_SELECTION: ("resources",)},
    check=lambda table, scope: (
        () if scope.stack.referring(table, BACKUP_SELECTION, "resources") else ("is in no backup selection",)
    ),
    why="Off by default: point-in-time recovery (DynamoDB.2) covers 35 days; AWS Backup is paid for on top.",
    fix="backup.Selection(plan_id=plan.id, iam_role_arn=role.arn, resources=[table.arn])",
    frameworks="NIST",
)

declare(
    "DynamoDB.6",
    "medium",
    Kind.PRODUCTION,
    "DynamoDB tables should have deletion protection enabled",
    types=TABLE,
    check=is_true("deletionProtectionEnabled"),
    why="One wrong `pulumi destroy` or click deletes the data.",
    fix="deletion_protection_enabled=True",
)


def _table_key(table: Resource, _scope: Scope) -> Iterator[Outcome]:
    if not has_value(table.get("serverSideEncryption.kmsKeyArn")):
        yield "serverSideEncryption.kmsKeyArn is not set"


declare(
    "P.DDB.cmk",
    "medium",
    Kind.CUSTOMER_KEY,
    "Tables should use a customer-managed key",
    types=TABLE,
    reads=("serverSideEncryption.kmsKeyArn",),
    check=_table_key,
    references=("serverSideEncryption.kmsKeyArn",),
    why="Tables are always encrypted; your own key can be refused, shared and audited.",
    fix='server_side_encryption={"enabled": True, "kms_key_arn": key.arn}',
    url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html",
)
