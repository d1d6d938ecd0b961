"""The project's own rules: budget, tags, and what no stack may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any, Final

from guardrails.checks import is_block, number
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import STACK_TYPE, Check, Deferred, Kind, On, Outcome, Scope, declare, undecided
from guardrails.twins import TWINS, declared_type

BUDGET: Final = "aws:budgets/budget:Budget"
NAT: Final = "aws:ec2/natGateway:NatGateway"
GROUP: Final = "aws:autoscaling/group:Group"
PROVIDER: Final = "pulumi:providers:aws"
TASK: Final = "aws:ecs/taskDefinition:TaskDefinition"
FUNCTION: Final = "aws:lambda/function:Function"
DATABASE: Final = "aws:rds/instance:Instance"
CACHE: Final = "aws:elasticache/replicationGroup:ReplicationGroup"
CONCURRENCY: Final = "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"

#: A second NAT gateway costs $33 a month: below this budget it crowds out the system itself.
SMALL_BUDGET: Final = Decimal(100)
BUDGETS_URL: Final = "https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create.html"
PRICING_URL: Final = "https://calculator.aws/"


def _over(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    if scope.config.budget and scope.verdict.status == "block":
        yield scope.verdict.message.rstrip(".")


declare(
    "P.Budget.estimate",
    "critical",
    Kind.BUDGET,
    "The estimate should fit the budget",
    types=STACK_TYPE,
    check=_over,
    why="The bill comes a month later; the estimate is here before the first resource is.",
    fix="pull a lever named above, declare the missing usage, or agree on budget.acknowledgedOverrun: {amount, reason}",
    url=PRICING_URL,
    waivable=False,
)


def _near(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    if scope.config.budget and scope.verdict.status == "warn":
        yield scope.verdict.message.rstrip(".")


declare(
    "P.Budget.near",
    "low",
    Kind.ADVICE,
    "The estimate should leave room in the budget",
    types=STACK_TYPE,
    check=_near,
    why="A month with more traffic than usual should still fit.",
    fix="look at the largest lines, or raise budget.monthly",
    url=PRICING_URL,
)


def _undeclared(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    if scope.config.budget is None:
        yield f"{scope.config.project}:budget is not set, so nothing is judged against a limit"


declare(
    "P.Budget.declared",
    "medium",
    Kind.ADVICE,
    "A stack should declare its budget",
    types=STACK_TYPE,
    check=_undeclared,
    why="Without a limit no estimate is too high. Advisory, so that the pack can judge a program that knows no budget.",
    fix="budget: {monthly: 100, warnAt: 80}",
    url=PRICING_URL,
)


def _amount(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _monthly(scope: Scope) -> list[Resource]:
    return [budget for budget in scope.stack.of_type(BUDGET) if budget.get("timeUnit") == "MONTHLY"]


def _watched(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    declared = scope.config.budget
    if declared is None:
        return
    budgets = _monthly(scope)
    if not budgets:
        yield "the stack makes no monthly AWS Budget"
    elif not any(_amount(budget.get("limitAmount")) == declared.monthly for budget in budgets):
        unknown = any(budget.get("limitAmount") is UNKNOWN for budget in budgets)
        wrong = f"limitAmount is not {declared.monthly:f}, the stack's budget"
        yield On(budgets[0], undecided("limitAmount") if unknown else wrong)


declare(
    "P.Budget.exists",
    "medium",
    Kind.BUDGET,
    "A stack should make its own AWS Budget, with the limit that it declares",
    types=STACK_TYPE,
    related={BUDGET: ("timeUnit", "limitAmount")},
    check=_watched,
    why="The estimate knows what is declared; only the bill knows what happened.",
    fix='budgets.Budget(budget_type="COST", time_unit="MONTHLY", limit_unit="USD", limit_amount=str(budget.monthly))',
    url=BUDGETS_URL,
    waivable=False,
)


def _told(budget: Resource, _scope: Scope) -> Iterator[Outcome]:
    kinds: set[str] = set()
    for notice in budget.all("notifications[]"):
        if notice is UNKNOWN:
            yield undecided("notifications")
            return
        if is_block(notice):
            entry = notice
            if (
                entry.get("subscriberEmailAddresses")
                or entry.get("subscriberSnsTopicArns")
                or UNKNOWN in (entry.get("subscriberEmailAddresses"), entry.get("subscriberSnsTopicArns"))
            ):
                kinds.add(str(entry.get("notificationType")))
    wanted = {"ACTUAL", "FORECASTED"} if budget.get("timeUnit") in ("MONTHLY", UNKNOWN) else {"ACTUAL"}
    missing = sorted(wanted - kinds)
    if missing:
        yield f"tells nobody when {' or '.join(missing)} spending passes a threshold"


declare(
    "P.Budget.alerts",
    "medium",
    Kind.FREE,
    "An AWS Budget should tell somebody",
    types=BUDGET,
    reads=(
        "notifications[].notificationType",
        "notifications[].subscriberEmailAddresses",
        "notifications[].subscriberSnsTopicArns",
        "timeUnit",
    ),
    check=_told,
    references=("notifications[].subscriberEmailAddresses", "notifications[].subscriberSnsTopicArns"),
    why="A limit that tells nobody is a chart. AWS forecasts months only, not days.",
    fix='notifications=[{"notification_type": "FORECASTED", "threshold": 100, "threshold_type": "PERCENTAGE", '
    '"comparison_operator": "GREATER_THAN", "subscriber_email_addresses": [...]}]',
    url=BUDGETS_URL,
)


def _one_gateway(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    budget = scope.config.budget
    gateways = [nat for nat in scope.stack.of_type(NAT) if nat.get("connectivityType") != "private"]
    if budget is None or budget.acknowledged_overrun is not None or len(gateways) < 2:
        return
    if budget.monthly <= SMALL_BUDGET:
        yield On(
            gateways[1],
            f"is one of {len(gateways)} NAT gateways at $33 a month and more each, on a budget of ${budget.monthly:f}",
        )


declare(
    "P.Budget.nat",
    "medium",
    Kind.BUDGET,
    "A small budget should not pay for a NAT gateway in every zone",
    types=STACK_TYPE,
    related={NAT: ("connectivityType",)},
    check=_one_gateway,
    why="Two gateways are two thirds of a hundred dollars, before the first byte.",
    fix="network: {nat: single} or {nat: instance}",
    url="https://aws.amazon.com/vpc/pricing/",
    waivable=False,
)


def _forbidden(message: str) -> Check:
    def run(_resource: Resource, _scope: Scope) -> Iterator[Outcome]:
        yield message

    return run


declare(
    "P.Budget.shield",
    "critical",
    Kind.BUDGET,
    "No stack should subscribe to Shield Advanced",
    types="aws:shield/subscription:Subscription",
    reads=("autoRenew",),
    check=_forbidden("Shield Advanced costs $3,000 a month, for a year"),
    why="The subscription binds the whole organisation for a year.",
    fix="delete it: Shield Standard is on and free, and a rate-based rule in the web ACL does the rest",
    url="https://aws.amazon.com/shield/pricing/",
    waivable=False,
)


def _intel(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    if holder.type == TASK:
        architecture = holder.get("runtimePlatform.cpuArchitecture")
        windows = str(holder.get("runtimePlatform.operatingSystemFamily")).upper().startswith("WINDOWS")
        if architecture is UNKNOWN:
            yield undecided("runtimePlatform.cpuArchitecture")
        elif architecture in (ABSENT, "X86_64") and not windows:
            yield "runs on x86"
    elif holder.type == FUNCTION:
        chosen = holder.all("architectures[]")
        if "arm64" not in chosen:
            yield undecided("architectures") if UNKNOWN in chosen else "runs on x86"
    else:
        path = "instanceClass" if holder.type == DATABASE else "nodeType"
        kind = holder.get(path)
        family = str(kind).removeprefix("db.").removeprefix("cache.").split(".")[0]
        if kind is UNKNOWN:
            yield undecided(path)
        elif isinstance(kind, str) and family[:1] in ("t", "m", "r") and family.rstrip("dn")[-1:] != "g":
            yield f"{path} is of the x86 family {family}"


declare(
    "P.Budget.arm",
    "low",
    Kind.ADVICE,
    "Workloads should run on Graviton where they can",
    types=(TASK, FUNCTION, DATABASE, CACHE),
    reads=(
        "runtimePlatform.cpuArchitecture",
        "runtimePlatform.operatingSystemFamily",
        "architectures",
        "instanceClass",
        "nodeType",
    ),
    check=_intel,
    why="The same work costs a fifth less on arm64.",
    fix='runtime_platform={"cpu_architecture": "ARM64"}, architectures=["arm64"], db.t4g.micro, cache.t4g.micro',
    url="https://aws.amazon.com/ec2/graviton/",
)


def _kept_warm(config: Resource, scope: Scope) -> Iterator[Outcome]:
    if scope.tier != "prod":
        count = number(config.get("provisionedConcurrentExecutions"))
        yield f"keeps {count:g} instances warm on {scope.tier}" if count else "keeps instances warm"


declare(
    "P.Budget.provisioned",
    "medium",
    Kind.ADVICE,
    "Provisioned concurrency should be kept for production",
    types=CONCURRENCY,
    reads=("provisionedConcurrentExecutions",),
    check=_kept_warm,
    why="It is paid for by the second, called or not.",
    fix="delete it outside production",
    url="https://aws.amazon.com/lambda/pricing/",
)


def _fast_disk(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    for path in ("storageType", "type", "rootBlockDevice.volumeType"):
        if holder.get(path) is UNKNOWN:
            yield undecided(path)
        elif holder.get(path) in ("io1", "io2"):
            yield f"{path} is {holder.get(path)}"


declare(
    "P.Budget.io2",
    "low",
    Kind.ADVICE,
    "Disks with provisioned IOPS should be a decision",
    types=(DATABASE, "aws:ebs/volume:Volume", "aws:ec2/instance:Instance"),
    reads=("storageType", "type", "rootBlockDevice.volumeType"),
    check=_fast_disk,
    why="gp3 gives 3,000 IOPS for a fraction of the price.",
    fix='storage_type="gp3"',
    url="https://aws.amazon.com/ebs/pricing/",
)

declare(
    "P.Type.lex-v1",
    "high",
    Kind.FREE,
    "Lex V1 should not be used",
    types=("aws:lex/bot:Bot", "aws:lex/intent:Intent", "aws:lex/slotType:SlotType", "aws:lex/botAlias:BotAlias"),
    reads=("name",),
    check=_forbidden("is of Lex V1, which AWS has ended"),
    why="AWS ended Lex V1; nothing new can be made with it.",
    fix="lex.V2modelsBot and its kin",
    url="https://docs.aws.amazon.com/lexv2/latest/dg/migrate.html",
)


def _spelling(resource: Resource, _scope: Scope) -> Iterator[Outcome]:
    spelled = declared_type(resource)
    if spelled in TWINS:
        yield f"is declared as {spelled}, a deprecated spelling of {TWINS[spelled]}"


declare(
    "P.Type.deprecated",
    "medium",
    Kind.FREE,
    "Resource types should be declared in their current spelling",
    types=tuple(dict.fromkeys(TWINS.values())),
    check=_spelling,
    why="The deprecated twins go in the next major version of the provider, and other tools' rules miss them.",
    fix="aws.s3.Bucket in place of aws.s3.BucketV2, aws.lb in place of aws.alb",
    url="https://www.pulumi.com/registry/packages/aws/how-to-guides/7-0-migration/",
)


@cache
def taggable() -> frozenset[str]:
    """Every type that takes tags."""
    text = files("guardrails").joinpath("taggable.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _keys(tags: Any) -> set[str] | None:
    """The keys of a ``tags`` value; None when they are not known."""
    if tags is UNKNOWN:
        return None
    return set(tags) if is_block(tags) else set()


def _default_keys(provider: Resource) -> set[str] | None:
    # A provider's nested inputs travel as JSON text.
    value = provider.get("defaultTags")
    if isinstance(value, str):
        value = json.loads(value)
    if is_block(value):
        return _keys(value.get("tags"))
    return _keys(value)


def _untagged(_root: Resource, scope: Scope) -> Iterator[Outcome]:
    required = set(scope.config.required_tags)
    defaults = {provider.urn: _default_keys(provider) for provider in scope.stack.of_type(PROVIDER)}
    known = [keys for keys in defaults.values() if keys is not None]
    # Without a word on which provider makes a resource, only what all of them add counts.
    common = set[str].intersection(*known) if known and len(known) == len(defaults) else set[str]()
    for resource in scope.stack.resources:
        if resource.type == GROUP:
            own: set[str] | None = {str(key) for key in resource.all("tags[].key")}
            given: set[str] | None = set()
        elif resource.type in taggable():
            own = _keys(resource.get("tags"))
            given = defaults.get(resource.provider, common) if resource.provider else common
        else:
            continue
        if own is None or given is None:
            yield Deferred("tags", resource)
            continue
        missing = sorted(required - own - given)
        if missing:
            yield On(resource, f"has no tag {', '.join(missing)}")


declare(
    "P.Tags",
    "medium",
    Kind.FREE,
    "Resources should carry the tags that name their project, stage, component, owner and cost centre",
    types=STACK_TYPE,
    check=_untagged,
    why="An untagged resource has nobody to ask and nobody to bill.",
    fix='aws.Provider(default_tags={"tags": {...}}), and tags={"component": ...} on the resource',
    url="https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
)


def _kept(resource: Resource, scope: Scope) -> Iterator[Outcome]:
    if scope.tier == "prod" and not resource.protect:
        yield "is not protected, so a program that no longer declares it deletes it"


declare(
    "P.Protect",
    "medium",
    Kind.PRODUCTION,
    "What holds data should be protected on production",
    types=(
        DATABASE,
        "aws:rds/cluster:Cluster",
        "aws:dynamodb/table:Table",
        "aws:cognito/userPool:UserPool",
        "aws:kms/key:Key",
        "aws:efs/fileSystem:FileSystem",
    ),
    check=_kept,
    why="Removing a line of code, or renaming it, would delete the data with the next deployment.",
    fix="pulumi.ResourceOptions(protect=True)",
    url="https://www.pulumi.com/docs/iac/concepts/options/protect/",
)
