"""``tierwise lex remove TARGET``: takes away what publishing has made; the stack's own things stay."""

from __future__ import annotations

from tierwise.operations.lex.aliases import all_aliases, live_alias
from tierwise.operations.lex.draft import SERVICE, everything
from tierwise.operations.lex.publish import MARK
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step
from tierwise.operations.smoke.functions import LIVE


def remove(operation: Operation) -> Outcome:
    """Delete the alias ``live`` and the versions that publishing made and no other alias calls.

    Args:
        operation: The command; the output ``botId`` names the bot.
    """
    bot_id = str(operation.stack.require("botId", "bot"))
    alias = live_alias(operation, bot_id)
    kept = {str(found.get("botVersion")) for found in all_aliases(operation, bot_id) if found["botAliasName"] != LIVE}
    versions = [
        str(found["botVersion"])
        for found in everything(operation, "ListBotVersions", "botVersionSummaries", botId=bot_id)
        if str(found.get("description", "")).startswith(MARK) and str(found["botVersion"]) not in kept
    ]
    document = {"bot": bot_id, "alias": None if alias is None else LIVE, "versions": versions}
    if alias is None and not versions:
        operation.console.say("nothing is published")
        return Outcome(document=document)
    operation.confirm(f"The bot's alias {LIVE} is deleted: nobody can call it until it is published again.")
    with operation.exclusive():
        before = "none" if alias is None else str(alias.get("botVersion", "none"))
        entry = operation.record.begin([Step(f"alias {LIVE}", before, "none")])
        if alias is not None:
            operation.aws.change(SERVICE, "DeleteBotAlias", botId=bot_id, botAliasId=str(alias["botAliasId"]))
            if not operation.options.dry_run:
                _wait_until_gone(operation, bot_id)
        for version in versions:
            operation.aws.change(SERVICE, "DeleteBotVersion", botId=bot_id, botVersion=version)
        entry.steps[0].done = True
        operation.record.end(entry, "done")
    if not operation.options.dry_run:
        operation.console.say(f"deleted {LIVE}" + (f" and versions {', '.join(versions)}" if versions else ""))
    return Outcome(document=document)


def _wait_until_gone(operation: Operation, bot_id: str) -> None:
    def gone() -> str | None:
        there = any(found["botAliasName"] == LIVE for found in all_aliases(operation, bot_id))
        return "Deleting" if there else None

    operation.console.wait(f"alias {LIVE}", gone, timeout=operation.options.timeout)
