"""What AWS has charged for a stack, beside what was estimated, and which assumption to change.

Cost Explorer is a day behind, fills in tags only from the day on which they were activated for billing, and leaves out
what is not tagged; a month that is not over is compared with its share of the estimate.
https://docs.aws.amazon.com/cost-management/latest/userguide/ce-what-is.html
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome

_REGION: Final = "us-east-1"
#: A service whose charge is this far from its estimate deserves a look, in percent and in USD.
_FAR_PERCENT: Final = 20
_FAR_USD: Final = 1.0
#: What the report groups by, and the key of Cost Explorer.
_GROUPS: Final[Mapping[str, dict[str, str]]] = {
    "service": {"Type": "DIMENSION", "Key": "SERVICE"},
    "environment": {"Type": "TAG", "Key": "stage"},
    "component": {"Type": "TAG", "Key": "component"},
}
#: Cost Explorer's name of a service, for each part of our type tokens that is charged under it.
_SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "AWS Config": ("cfg",),
    "AWS CloudTrail": ("cloudtrail",),
    "AWS Key Management Service": ("kms",),
    "AWS Lambda": ("lambda",),
    "AWS Secrets Manager": ("secretsmanager",),
    "AWS WAF": ("wafv2",),
    "AWS X-Ray": ("xray",),
    "Amazon API Gateway": ("apigateway", "apigatewayv2"),
    "Amazon CloudFront": ("cloudfront",),
    "Amazon Cognito": ("cognito",),
    "Amazon DynamoDB": ("dynamodb",),
    "Amazon EC2 Container Registry (ECR)": ("ecr",),
    "Amazon ElastiCache": ("elasticache",),
    "Amazon Elastic Compute Cloud - Compute": ("ec2", "autoscaling"),
    "Amazon Elastic Container Service": ("ecs",),
    "Amazon Elastic Load Balancing": ("lb",),
    "Amazon GuardDuty": ("guardduty",),
    "Amazon Lex": ("lex",),
    "Amazon OpenSearch Service": ("opensearch",),
    "Amazon Relational Database Service": ("rds",),
    "Amazon Route 53": ("route53",),
    "Amazon Simple Notification Service": ("sns",),
    "Amazon Simple Queue Service": ("sqs",),
    "Amazon Simple Storage Service": ("s3",),
    "Amazon Virtual Private Cloud": ("vpc",),
    "AmazonCloudWatch": ("cloudwatch", "synthetics"),
}
#: Charged under two names, shown under one.
_ALIASES: Final = {"EC2 - Other": "Amazon Elastic Compute Cloud - Compute"}


@dataclass(frozen=True, slots=True)
class Month:
    """A month, or as much of it as Cost Explorer knows.

    Attributes:
        start: Its first day.
        end: The day after the last one that is known.
    """

    start: date
    end: date

    @property
    def share(self) -> float:
        """How much of the month it is."""
        return (self.end - self.start).days / calendar.monthrange(self.start.year, self.start.month)[1]


def month_of(text: str | None, today: date) -> Month:
    """The month to look at.

    Args:
        text: ``2026-10``; the last whole month when None.
        today: The day.

    Raises:
        OperationError: It is no month, or nothing is known of it yet.
    """
    first = today.replace(day=1)
    try:
        start = date.fromisoformat(f"{text}-01") if text else (first - timedelta(days=1)).replace(day=1)
    except ValueError:
        raise OperationError(f'"{text}"  is no month, such as {first:%Y-%m}') from None
    following = (start + timedelta(days=31)).replace(day=1)
    month = Month(start, min(following, today))
    if month.end <= month.start:
        raise OperationError(f"{start:%Y-%m}  has no charges yet: Cost Explorer is a day behind")
    return month


def actual(operation: Operation, month: str | None, by: list[str], revenue: float | None) -> Outcome:
    """Compare what AWS charged with the estimate.

    Args:
        operation: The command.
        month: ``2026-10``; the last whole month when None.
        by: ``service``, ``environment``, ``component``: what to group by; the comparison is by service.
        revenue: USD a month that the system earns; more than five percent of it fails.

    Raises:
        OperationError: A wrong month or group, or Cost Explorer knows nothing of the stack.
    """
    span = month_of(month, datetime.fromtimestamp(operation.console.clock.now(), UTC).date())
    if by:
        return _grouped(operation, span, by, revenue)
    charged: dict[str, float] = {}
    for keys, amount in _charges(operation, span, ["service"], stage=True):
        name = _ALIASES.get(keys[0], keys[0])
        charged[name] = charged.get(name, 0.0) + amount
    estimated = _estimated(operation)
    rows: list[dict[str, Any]] = []
    for name in sorted({*charged, *estimated}, key=lambda name: -charged.get(name, 0.0)):
        expected, keys = estimated.get(name, (0.0, ()))
        rows.append(_row(name, charged.get(name, 0.0), expected * span.share, keys))
    total = sum(charged.values())
    expected = sum(amount for amount, _ in estimated.values()) * span.share
    _print(operation, span, rows, total, expected)
    document = {
        "month": f"{span.start:%Y-%m}",
        "until": f"{span.end}",
        "rows": rows,
        "charged": total,
        "estimated": expected,
    }
    return _judged(operation, total / span.share, revenue, document)


def spent(operation: Operation, days: int) -> float:
    """USD that AWS charged for the stack in the last days."""
    today = datetime.fromtimestamp(operation.console.clock.now(), UTC).date()
    span = Month(today - timedelta(days=days), today)
    return sum(amount for _, amount in _charges(operation, span, ["service"], stage=True, daily=True))


def _grouped(operation: Operation, span: Month, by: list[str], revenue: float | None) -> Outcome:
    unknown = [name for name in by if name not in _GROUPS]
    if unknown or len(by) > 2:
        raise OperationError(f"--by {','.join(by)}: one or two of {', '.join(_GROUPS)}")
    rows = sorted(_charges(operation, span, by, stage=False), key=lambda row: -row[1])
    operation.console.table((*by, "USD"), [(*keys, f"{amount:,.2f}") for keys, amount in rows])
    total = sum(amount for _, amount in rows)
    operation.console.say(f"total {total:,.2f} USD")
    document = {
        "month": f"{span.start:%Y-%m}",
        "rows": [{**dict(zip(by, keys, strict=True)), "charged": amount} for keys, amount in rows],
        "charged": total,
    }
    return _judged(operation, total / span.share, revenue, document)


def _judged(operation: Operation, monthly: float, revenue: float | None, document: dict[str, Any]) -> Outcome:
    if revenue is None:
        return Outcome(document=document)
    share = monthly / revenue * 100
    ok = share <= 5
    operation.console.say(f"{share:.1f} % of the revenue of {revenue:,.0f} USD{'' if ok else ': more than 5 %'}")
    return Outcome(ok, {**document, "shareOfRevenue": share})


def _charges(
    operation: Operation, span: Month, by: list[str], *, stage: bool, daily: bool = False
) -> list[tuple[tuple[str, ...], float]]:
    tags = [{"Tags": {"Key": "project", "Values": [operation.stack.system]}}]
    if stage:
        tags.append({"Tags": {"Key": "stage", "Values": [operation.stack.stage]}})
    totals: dict[tuple[str, ...], float] = {}
    token: dict[str, str] = {}
    while True:
        answer = operation.aws.read(
            "ce",
            "GetCostAndUsage",
            region=_REGION,
            TimePeriod={"Start": f"{span.start}", "End": f"{span.end}"},
            Granularity="DAILY" if daily else "MONTHLY",
            Metrics=["UnblendedCost"],
            Filter={"And": tags} if len(tags) > 1 else tags[0],
            GroupBy=[_GROUPS[name] for name in by],
            **token,
        )
        for period in listed(answer, "ResultsByTime"):
            for group in listed(period, "Groups"):
                keys = tuple(key.rpartition("$")[2] or "(none)" for key in group["Keys"])
                amount = part(part(group, "Metrics"), "UnblendedCost").get("Amount", "0")
                totals[keys] = totals.get(keys, 0.0) + float(amount)
        if not answer.get("NextPageToken"):
            break
        token = {"NextPageToken": answer["NextPageToken"]}
    if not totals:
        raise OperationError(
            f"{operation.stack.key}  Cost Explorer knows no charge with tag project={operation.stack.system}"
            f"{f' and stage={operation.stack.stage}' if stage else ''}: activate the cost allocation tags, wait a day"
        )
    return list(totals.items())


def _estimated(operation: Operation) -> dict[str, tuple[float, tuple[str, ...]]]:
    """USD a month by Cost Explorer's service, and the assumptions behind it."""
    from tierwise.review.stack import review

    found = review(operation.stack.target).estimate
    if found is None:
        raise OperationError(
            f"{operation.stack.key}  cannot be estimated: `tierwise preview {operation.stack.key}` says why"
        )
    names = {module: name for name, modules in _SERVICES.items() for module in modules}
    totals: dict[str, tuple[float, set[str]]] = {}
    for line in found.lines:
        module = line.type.split(":")[1].partition("/")[0] if line.type.count(":") == 2 else ""
        amount, keys = totals.get(names.get(module, "across the stack"), (0.0, set()))
        if line.kind == "usage":
            keys = {*keys, f"{line.resource}: {line.name}"}
        totals[names.get(module, "across the stack")] = (amount + float(line.expected), keys)
    return {name: (amount, tuple(sorted(keys))) for name, (amount, keys) in totals.items()}


def _row(name: str, charged: float, expected: float, keys: tuple[str, ...]) -> dict[str, Any]:
    far = abs(charged - expected) >= _FAR_USD and abs(charged - expected) > expected * _FAR_PERCENT / 100
    return {
        "service": name,
        "charged": charged,
        "estimated": expected,
        "far": far,
        "assumptions": list(keys) if far else [],
        "factor": round(charged / expected, 2) if expected else None,
    }


def _print(operation: Operation, span: Month, rows: list[dict[str, Any]], total: float, expected: float) -> None:
    last = span.end - timedelta(days=1)
    operation.console.say(f"{operation.stack.key}, {span.start} to {last}, USD")
    operation.console.table(
        ("service", "charged", "estimated", ""),
        [
            (row["service"], f"{row['charged']:,.2f}", f"{row['estimated']:,.2f}", "look" if row["far"] else "")
            for row in rows
        ],
    )
    operation.console.say(f"total {total:,.2f} charged, {expected:,.2f} estimated")
    for row in rows:
        if row["assumptions"]:
            factor = f" is off by a factor of {row['factor']:g}" if row["factor"] else " was estimated at nothing"
            operation.console.say(f"{row['service']}{factor}; what `usage` assumes there:")
            for key in row["assumptions"]:
                operation.console.say(f"  {key}")
