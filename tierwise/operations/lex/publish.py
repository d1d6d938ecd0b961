"""``tierwise lex publish TARGET``: what people say to the bot reaches the version that the stack describes.

The SDK has no alias for Lex V2 and no call that builds a language. Publishing builds the draft, makes a version of it,
and points the alias ``live`` to that version and to the function that fulfils its intents.
https://docs.aws.amazon.com/lexv2/latest/dg/versions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.lex.aliases import live_alias, point
from tierwise.operations.lex.draft import SERVICE, Draft
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step
from tierwise.operations.smoke.functions import LIVE

#: Begins the description of every version that publishing made; the stack's own version has another.
MARK: Final = "Published by tierwise"


def publish(operation: Operation, version: str | None = None) -> Outcome:
    """Build, make a version, and point the alias to it; what is already so is left alone.

    Args:
        operation: The command; the output ``botId`` names the bot.
        version: A version that exists, to go back to; else the draft as it stands.

    Raises:
        OperationError: The stack has no bot, the build fails, or there is no such version.
    """
    settings = operation.stack.settings.active_bot
    if settings is None:
        raise OperationError(f"{operation.stack.key}  has no bot: its configuration has no section bot")
    bot_id = str(operation.stack.require("botId", "bot"))
    alias = live_alias(operation, bot_id)
    before = "none" if alias is None else str(alias.get("botVersion", "none"))
    if version is not None:
        _created(operation, bot_id, version)
    goal = "a version of what the stack describes" if version is None else f"version {version}"
    operation.confirm(f"The bot's alias {LIVE}, now {before}, is pointed to {goal}.")
    with operation.exclusive():
        entry = operation.record.begin([Step(f"alias {LIVE}", before, version or "draft")])
        try:
            wanted = version or _version_of_draft(operation, bot_id, settings.locale, alias)
            changed = point(operation, bot_id, alias, wanted)
        except OperationError:
            operation.record.end(entry, "failed")
            raise
        entry.steps[0].after, entry.steps[0].done = wanted or "new", True
        operation.record.end(entry, "done")
    if not operation.options.dry_run:
        operation.console.say(f"{LIVE} is version {wanted}" + ("" if changed else ", as before"))
    return Outcome(document={"bot": bot_id, "alias": LIVE, "version": wanted, "before": before, "changed": changed})


def _version_of_draft(operation: Operation, bot_id: str, locale: str, alias: Mapping[str, Any] | None) -> str | None:
    draft = Draft(operation, bot_id, locale)
    ordered = draft.order_slots()
    for name in ordered:
        operation.console.note(f"intent {name}: asks in the configured order")
    built = draft.build(again=bool(ordered))
    current = "" if alias is None else str(alias.get("botVersion", ""))
    if not built and current and draft.changed <= _created(operation, bot_id, current):
        return current
    made = operation.aws.change(
        SERVICE,
        "CreateBotVersion",
        botId=bot_id,
        description=f"{MARK} for {operation.stack.key}",
        botVersionLocaleSpecification={locale: {"sourceBotVersion": "DRAFT"}},
    )
    if operation.options.dry_run:
        return None
    version = str(made["botVersion"])

    def there() -> str | None:
        try:
            found = operation.aws.read(SERVICE, "DescribeBotVersion", botId=bot_id, botVersion=version)
        except AwsError as error:
            if error.missing:
                return "Creating"
            raise
        status = str(found["botStatus"])
        if status == "Failed":
            raise OperationError(f"{operation.stack.key}  version {version} of the bot failed: publish again")
        return None if status == "Available" else status

    operation.console.wait(f"version {version}", there, timeout=operation.options.timeout)
    return version


def _created(operation: Operation, bot_id: str, version: str) -> Any:
    try:
        return operation.aws.read(SERVICE, "DescribeBotVersion", botId=bot_id, botVersion=version)["creationDateTime"]
    except AwsError as error:
        if error.missing or error.code == "ValidationException":
            raise OperationError(
                f"{operation.stack.key}  the bot has no version {version}: "
                f"`aws lexv2-models list-bot-versions --bot-id {bot_id}` lists them; nothing was done"
            ) from None
        raise
