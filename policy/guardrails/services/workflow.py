"""AWS Step Functions, Amazon Lex and CloudWatch Synthetics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from guardrails.checks import PathCheck, at_most, every, is_set, one_of
from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Kind, Outcome, Scope, declare, undecided

MACHINE: Final = "aws:sfn/stateMachine:StateMachine"
BOT: Final = "aws:lex/v2modelsBot:V2modelsBot"
CANARY: Final = "aws:synthetics/canary:Canary"

#: Seconds that a bot may remember an unfinished conversation.
_LONGEST_SESSION: Final = 3600
#: Runs of a canary in an hour beyond which its price should be a decision: one every five minutes.
_RUNS_AN_HOUR: Final = 12
_RATE: Final = re.compile(r"rate\((\d+) (minute|hour)s?\)")
_CRON: Final = re.compile(r"cron\((\S+) (\S+) \S+ \S+ \S+(?: \S+)?\)")

declare(
    "StepFunctions.1",
    "medium",
    Kind.FREE,
    "Step Functions state machines should have logging turned on",
    types=MACHINE,
    check=one_of("loggingConfiguration.level", ("ALL", "ERROR", "FATAL")),
    why="Where a run failed is gone after 90 days, and at once for an express workflow.",
    fix='logging_configuration={"level": "ERROR", "log_destination": pulumi.Output.concat(group.arn, ":*")}',
)


def _declared(bot: Resource, _scope: Scope) -> Iterator[Outcome]:
    if ABSENT in bot.all("dataPrivacies[].childDirected"):
        yield "dataPrivacies[].childDirected is not set"


#: Whether children use the bot is said, one way or the other.
_DECLARED: Final = PathCheck(_declared, ("dataPrivacies[].childDirected",), ("dataPrivacies[].childDirected",))

declare(
    "P.Lex.privacy",
    "medium",
    Kind.FREE,
    "Bots should say whether children use them and forget conversations soon",
    types=BOT,
    check=every(
        is_set("dataPrivacies"),
        _DECLARED,
        at_most("idleSessionTtlInSeconds", _LONGEST_SESSION),
        is_set("roleArn"),
    ),
    why="AWS may use what is said to improve its service unless the bot is declared to be for children, and a session "
    "holds what was said so far.",
    fix='data_privacies=[{"child_directed": False}], idle_session_ttl_in_seconds=300',
    url="https://docs.aws.amazon.com/lexv2/latest/dg/children-privacy-protection.html",
)

declare(
    "P.Syn.artifact-kms",
    "medium",
    Kind.CUSTOMER_KEY,
    "Canaries should encrypt their artifacts with a customer-managed key",
    types=CANARY,
    check=every(
        one_of("artifactConfig.s3Encryption.encryptionMode", ("SSE_KMS",)),
        is_set("artifactConfig.s3Encryption.kmsKeyArn"),
    ),
    why="Screenshots show what the page shows. They are always encrypted; your own key can be refused and audited.",
    fix='artifact_config={"s3_encryption": {"encryption_mode": "SSE_KMS", "kms_key_arn": key.arn}}',
    url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Synthetics_artifact_encryption.html",
)


def runs_an_hour(expression: str) -> float | None:
    """Runs an hour, in the busiest hour, of a canary's schedule; None for one that cannot be read.

    Args:
        expression: ``rate(5 minutes)``, ``cron(0/5 * * * ? *)``; ``rate(0 minute)`` runs once.
    """
    rate = _RATE.fullmatch(expression)
    if rate:
        count, unit = int(rate[1]), rate[2]
        return (60 if unit == "minute" else 1) / count if count else 0
    cron = _CRON.fullmatch(expression)
    return _times(cron[1]) if cron else None


def _times(minutes: str) -> float | None:
    """How often a cron field of minutes matches in an hour."""
    total = 0.0
    for part in minutes.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("0-59" if span == "*" else span).partition("-")
        if not first.isdigit() or (last and not last.isdigit()) or (step and not step.isdigit()):
            return None
        width = (int(last) if last else 59 if step else int(first)) - int(first) + 1
        total += -(-width // max(int(step or 1), 1))
    return total


def _often(canary: Resource, _scope: Scope) -> Iterator[Outcome]:
    expression = canary.get("schedule.expression")
    if expression is UNKNOWN:
        yield undecided("schedule.expression")
        return
    runs = runs_an_hour(expression) if isinstance(expression, str) else None
    if runs is None:
        yield f"schedule.expression is {'not set' if expression is ABSENT else 'neither a rate nor a cron expression'}"
    elif runs > _RUNS_AN_HOUR:
        yield f"runs {runs:g} times an hour, {runs * 730:,.0f} times a month, each of them paid for"


declare(
    "P.Syn.cost",
    "medium",
    Kind.BUDGET,
    "Canaries should run at most every five minutes",
    types=CANARY,
    reads=("schedule.expression",),
    check=_often,
    why="A canary a minute costs as much as the service that it watches.",
    fix='schedule={"expression": "rate(5 minutes)"}',
    url="https://aws.amazon.com/cloudwatch/pricing/",
)
