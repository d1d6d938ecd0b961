"""The alias ``live`` of a bot: how it must be, and how it is made so.

https://docs.aws.amazon.com/lexv2/latest/dg/aliases.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tierwise.operations.answers import part
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.lex.draft import SERVICE, everything
from tierwise.operations.operation import Operation
from tierwise.operations.smoke.expectations import mismatch
from tierwise.operations.smoke.functions import LIVE

#: Version of what a function is told and answers.
_INTERFACE: Final = "1.0"
_LOGS: Final = "conversationLogSettings"


def all_aliases(operation: Operation, bot_id: str) -> list[dict[str, Any]]:
    """Every alias of a bot, in short.

    Raises:
        OperationError: There is no such bot in AWS.
    """
    try:
        return everything(operation, "ListBotAliases", "botAliasSummaries", botId=bot_id)
    except AwsError as error:
        if error.missing:
            raise OperationError(f"{operation.stack.key}  has no bot {bot_id} in AWS: deploy the stack again") from None
        raise


def live_alias(operation: Operation, bot_id: str) -> dict[str, Any] | None:
    """The alias ``live`` with everything about it, or None."""
    for found in all_aliases(operation, bot_id):
        if found["botAliasName"] == LIVE:
            id_ = str(found["botAliasId"])
            return operation.aws.read(SERVICE, "DescribeBotAlias", botId=bot_id, botAliasId=id_)
    return None


def alias_settings(operation: Operation) -> dict[str, Any]:
    """How the alias must be configured, its version aside.

    Args:
        operation: The command; the output ``functions`` names the function, ``botLogGroup`` the log of conversations.

    Raises:
        OperationError: The stack has no bot, or does not export what the alias names.
    """
    stack = operation.stack
    settings = stack.settings.active_bot
    if settings is None:
        raise OperationError(f"{stack.key}  has no bot: its configuration has no section bot")
    function = stack.mapping("functions").get(settings.function)
    if not function:
        raise OperationError(f"{stack.key}  exports no function {settings.function}, which the bot calls: deploy it")
    arn = f"arn:aws:lambda:{stack.settings.region}:{operation.aws.account}:function:{function}:{LIVE}"
    hook = {"lambdaARN": arn, "codeHookInterfaceVersion": _INTERFACE}
    wanted: dict[str, Any] = {
        "botAliasLocaleSettings": {
            settings.locale: {"enabled": True, "codeHookSpecification": {"lambdaCodeHook": hook}}
        }
    }
    if settings.conversation_logs:
        group = str(stack.require("botLogGroup", "log group of conversations"))
        log = {"cloudWatch": {"cloudWatchLogGroupArn": group, "logPrefix": ""}}
        wanted[_LOGS] = {"textLogSettings": [{"enabled": True, "destination": log}]}
    return wanted


def differs(alias: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an alias is configured otherwise than it must be, as far as ``wanted`` says."""
    # AWS answers defaults that nobody has set as well.
    if mismatch(dict(wanted), dict(alias)):
        return True
    languages = (part(one, "botAliasLocaleSettings") for one in (alias, wanted))
    if len({frozenset(one) for one in languages}) > 1:
        return True
    return bool(alias.get(_LOGS)) and _LOGS not in wanted


def point(operation: Operation, bot_id: str, alias: Mapping[str, Any] | None, version: str | None) -> bool:
    """Make the alias, or change it, and wait until it answers.

    Args:
        operation: The command.
        bot_id: The bot.
        alias: As it is, None where there is none.
        version: The version that it shall call; None in a dry run, which has made none.

    Returns:
        Whether something had to be done.
    """
    wanted = {**({} if version is None else {"botVersion": version}), **alias_settings(operation)}
    if alias is None:
        made = operation.aws.change(SERVICE, "CreateBotAlias", botId=bot_id, botAliasName=LIVE, **wanted)
        id_ = str(made.get("botAliasId", ""))
    elif version is not None and not differs(alias, wanted):
        return False
    else:
        id_ = str(alias["botAliasId"])
        operation.aws.change(SERVICE, "UpdateBotAlias", botId=bot_id, botAliasId=id_, botAliasName=LIVE, **wanted)
    if operation.options.dry_run:
        return True

    def there() -> str | None:
        status = str(operation.aws.read(SERVICE, "DescribeBotAlias", botId=bot_id, botAliasId=id_)["botAliasStatus"])
        if status == "Failed":
            raise OperationError(
                f"{operation.stack.key}  the alias {LIVE} failed: publish again, or `lex remove` first"
            )
        return None if status == "Available" else status

    operation.console.wait(f"alias {LIVE}", there, timeout=operation.options.timeout)
    return True
