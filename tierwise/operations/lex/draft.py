"""The draft of a bot: the order in which it asks, and whether it is built as it stands.

https://docs.aws.amazon.com/lexv2/latest/dg/building-bots.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from tierwise.operations.answers import listed, texts
from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation

SERVICE: Final = "lexv2-models"
_DRAFT: Final = "DRAFT"
#: States in which a language is being made; a build cannot begin then.
_MOVING: Final = ("Building", "Creating", "Importing", "Processing", "ReadyExpressTesting")
#: What an intent was described with that an update takes as well: an update replaces the whole intent.
_KEPT: Final = (
    "intentDisplayName", "description", "parentIntentSignature", "sampleUtterances", "dialogCodeHook",
    "fulfillmentCodeHook", "intentConfirmationSetting", "intentClosingSetting", "inputContexts", "outputContexts",
    "kendraConfiguration", "initialResponseSetting", "qnAIntentConfiguration", "qInConnectIntentConfiguration",
)  # fmt: skip


class Draft:
    """What the stack describes, as it stands in AWS.

    Args:
        operation: The command.
        bot_id: The bot.
        locale: Its language.
    """

    def __init__(self, operation: Operation, bot_id: str, locale: str) -> None:
        self._operation = operation
        self._where = {"botId": bot_id, "botVersion": _DRAFT, "localeId": locale}
        self._known: dict[str, list[dict[str, Any]]] = {}

    def order_slots(self) -> list[str]:
        """Have each intent ask in the order of the configuration; the names of the intents that changed.

        Slots have ids, which exist only after their intent: no program can write the order down with the intent itself.
        """
        settings = self._operation.stack.settings.active_bot
        wanted = {} if settings is None else {name: [*intent.order] for name, intent in settings.intents.items()}
        changed: list[str] = []
        for intent in self._intents:
            name, id_ = str(intent["intentName"]), str(intent["intentId"])
            if not wanted.get(name):
                continue
            ids = {str(slot["slotName"]): str(slot["slotId"]) for slot in self._slots(id_)}
            missing = [slot for slot in wanted[name] if slot not in ids]
            if missing:
                raise OperationError(
                    f"{self._operation.stack.key}  the bot's intent {name} has no slot {missing[0]} in AWS: "
                    "deploy the stack, then publish"
                )
            priorities = [{"priority": n, "slotId": ids[slot]} for n, slot in enumerate(wanted[name], 1)]
            found = self._operation.aws.read(SERVICE, "DescribeIntent", intentId=id_, **self._where)
            if _ordered(listed(found, "slotPriorities")) == _ordered(priorities):
                continue
            kept = {key: found[key] for key in _KEPT if found.get(key) is not None}
            self._operation.aws.change(
                SERVICE, "UpdateIntent", intentId=id_, intentName=name, slotPriorities=priorities, **self._where, **kept
            )
            changed.append(name)
        return changed

    def build(self, *, again: bool) -> bool:
        """Build the language unless it is built as it stands, and wait; whether a build was needed.

        Args:
            again: Whether something has just changed.

        Raises:
            OperationError: It cannot be built; AWS's reasons.
        """
        found = self._settled("bot is busy")
        built = found.get("lastBuildSubmittedDateTime") or found["creationDateTime"]
        if found["botLocaleStatus"] == "Built" and not again and self.changed <= built:
            return False
        self._operation.aws.change(SERVICE, "BuildBotLocale", **self._where)
        if not self._operation.options.dry_run:
            found = self._settled("build")
            status = str(found["botLocaleStatus"])
            if status != "Built":
                why = "; ".join(texts(found, "failureReasons")) or "AWS gives no reason"
                raise OperationError(f"{self._operation.stack.key}  the bot cannot be built ({status}): {why}")
        return True

    @cached_property
    def changed(self) -> datetime:
        """When an intent, a slot or a slot type was last changed by a deployment."""
        parts = [*self._intents, *self._all("ListSlotTypes", "slotTypeSummaries")]
        for intent in self._intents:
            parts += self._slots(str(intent["intentId"]))
        return max((part["lastUpdatedDateTime"] for part in parts), default=datetime.fromtimestamp(0, UTC))

    @cached_property
    def _intents(self) -> list[dict[str, Any]]:
        return self._all("ListIntents", "intentSummaries")

    def _slots(self, intent_id: str) -> list[dict[str, Any]]:
        if intent_id not in self._known:
            self._known[intent_id] = self._all("ListSlots", "slotSummaries", intentId=intent_id)
        return self._known[intent_id]

    def _settled(self, what: str) -> dict[str, Any]:
        """The language, once nobody is at work on it."""
        found: dict[str, Any] = {}

        def look() -> str | None:
            found.clear()
            found.update(self._operation.aws.read(SERVICE, "DescribeBotLocale", **self._where))
            status = str(found["botLocaleStatus"])
            return status if status in _MOVING else None

        self._operation.console.wait(what, look, timeout=self._operation.options.timeout)
        return found

    def _all(self, call: str, key: str, **more: Any) -> list[dict[str, Any]]:
        return everything(self._operation, call, key, **self._where, **more)


def everything(operation: Operation, call: str, key: str, **parameters: Any) -> list[dict[str, Any]]:
    """Every element of one of Lex's lists, which boto3 has no paginator for.

    Args:
        operation: The command.
        call: The API's name of the call.
        key: Name of the list in the answer.
        parameters: Its parameters.
    """
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = operation.aws.read(SERVICE, call, **parameters, **token)
        found += listed(page, key)
        if not page.get("nextToken"):
            return found
        token = {"nextToken": str(page["nextToken"])}


def _ordered(priorities: list[dict[str, Any]]) -> list[str]:
    return [str(entry["slotId"]) for entry in sorted(priorities, key=lambda entry: int(entry["priority"]))]
