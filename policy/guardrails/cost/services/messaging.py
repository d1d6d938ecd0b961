"""SNS, SQS, EventBridge and Scheduler. https://aws.amazon.com/sns/pricing/ and its neighbours"""

from __future__ import annotations

from typing import Final

from guardrails.cost.mapping import Bill, Key, free, prices
from guardrails.cost.model import Quantity
from guardrails.cost.services.containers import fargate, task_size
from guardrails.cost.services.schedules import runs_per_month
from guardrails.resource import ABSENT

SERVICE: Final = "Messaging"
#: Deliveries of these protocols are charged; SQS, Lambda and Firehose deliveries are not.
_DELIVERIES: Final = {"email": "sns.email", "email-json": "sns.email", "http": "sns.http", "https": "sns.http"}

free(
    SERVICE,
    "no charge",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sqs/redrivePolicy:RedrivePolicy",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    "aws:cloudwatch/eventPermission:EventPermission",
    "aws:scheduler/scheduleGroup:ScheduleGroup",
)
free(SERVICE, "rules are free; custom events are the bus's", "aws:cloudwatch/eventRule:EventRule")


@prices(
    "aws:sns/topic:Topic",
    service=SERVICE,
    keys=(Key("publishes", "messages published, in units of 64 KB"),),
)
def topic(bill: Bill) -> None:
    """Messages published."""
    bill.usage("publishes", "SNS publishes", "sns.publish")


@prices(
    "aws:sns/topicSubscription:TopicSubscription",
    service=SERVICE,
    keys=(Key("deliveries", "messages delivered", "protocol email, http or https"),),
)
def subscription(bill: Bill) -> None:
    """Deliveries by mail or HTTP; others are free or have no list price here."""
    protocol = bill.text("protocol")
    if protocol in _DELIVERIES:
        bill.usage("deliveries", f"SNS {protocol} deliveries", _DELIVERIES[protocol])
    elif protocol in ("sms", "application", None):
        bill.unknown("SNS deliveries", f"no price for deliveries by {protocol or 'an unknown protocol'}")
    else:
        bill.free(f"deliveries to {protocol} are free")


@prices(
    "aws:sqs/queue:Queue", service=SERVICE, keys=(Key("requests", "API requests, polls included, in units of 64 KB"),)
)
def queue(bill: Bill) -> None:
    """Requests, by kind of queue."""
    fifo = bill.flag("fifoQueue")
    bill.usage("requests", "SQS requests", "sqs.fifo.request" if fifo else "sqs.standard.request")


@prices(
    "aws:cloudwatch/eventBus:EventBus",
    service=SERVICE,
    keys=(Key("events", "custom events, in units of 64 KB"),),
)
def event_bus(bill: Bill) -> None:
    """Custom events."""
    bill.usage("events", "EventBridge events", "eventbridge.custom.event")


@prices(
    "aws:cloudwatch/eventArchive:EventArchive",
    service=SERVICE,
    keys=(Key("archivedGb", "GB of events archived"), Key("storedGb", "GB of events kept")),
)
def event_archive(bill: Bill) -> None:
    """GB archived and kept."""
    bill.usage("archivedGb", "event archiving", "eventbridge.archive.gb")
    bill.usage("storedGb", "archived events", "eventbridge.archive.gb_month")


_TASK_HOURS: Final = Key("taskHours", "hours that the started tasks run, summed", "the target is an ECS task")


@prices("aws:cloudwatch/eventTarget:EventTarget", service=SERVICE, keys=(_TASK_HOURS,))
def event_target(bill: Bill) -> None:
    """Free, but for the Fargate tasks that it starts."""
    if bill.get("ecsTarget") is ABSENT:
        bill.free("invoking a target is free")
    else:
        _scheduled_task(bill, "ecsTarget")


@prices("aws:scheduler/schedule:Schedule", service=SERVICE, keys=(_TASK_HOURS,))
def schedule(bill: Bill) -> None:
    """Invocations by the schedule's own expression, and the Fargate tasks that it starts."""
    expression = bill.text("scheduleExpression")
    runs = None if expression is None else runs_per_month(expression)
    if bill.text("state", "ENABLED") == "DISABLED":
        bill.free("the schedule is disabled")
        return
    if runs is None:
        bill.unknown("schedule invocations", f"scheduleExpression {expression} is not a rate, cron or known")
    else:
        bill.fixed("schedule invocations", "scheduler.invocation", runs)
    if bill.get("target.ecsParameters") is not ABSENT:
        _scheduled_task(bill, "target")


def _scheduled_task(bill: Bill, prop: str) -> None:
    hours = bill.declared("taskHours", "scheduled tasks")
    if hours is None:
        return
    size = task_size(bill, bill.resource, prop)
    if size is not None:
        fargate(bill, size, Quantity(hours.expected, hours.maximum), spot=False, metered=True)
