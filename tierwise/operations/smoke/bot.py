"""Whether the bot is published, and its alias calls what the stack describes."""

from __future__ import annotations

from tierwise.operations.lex.aliases import alias_settings, differs, live_alias
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.checks import Check
from tierwise.operations.smoke.functions import LIVE


def check_bot(operation: Operation) -> list[Check]:
    """Look at the bot's alias.

    Args:
        operation: The command; the output ``botId`` names the bot.
    """
    bot_id = operation.stack.output("botId")
    if not bot_id or operation.stack.settings.active_bot is None:
        return []
    alias, again = live_alias(operation, str(bot_id)), f"`tierwise lex publish {operation.stack.key}`"
    if alias is None:
        return [Check("bot", LIVE, "fail", f"the bot is not published, nobody can call it: {again}")]
    if differs(alias, {"botVersion": alias.get("botVersion"), **alias_settings(operation)}):
        return [Check("bot", LIVE, "fail", f"the alias calls otherwise than the stack describes: {again}")]
    return [Check("bot", LIVE, "pass", f"{LIVE} is version {alias.get('botVersion')}")]
