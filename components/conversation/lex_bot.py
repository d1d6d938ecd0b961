"""A bot on Amazon Lex V2."""

from __future__ import annotations

from typing import Final

import pulumi
from pulumi_aws import cloudwatch, lambda_, lex, ssm

from components.component import Component
from components.documents import concat
from components.functions.lambda_function import LambdaFunction
from components.grant import Statement
from components.iam import create_service_role
from components.names import Names
from settings.bot import Bot, Intent, Slot, SlotType

_DRAFT: Final = "DRAFT"
_PRINCIPAL: Final = "lexv2.amazonaws.com"


class LexBot(Component):
    """A bot with its language, slot types, intents and slots, and a version of what the stack describes.

    The SDK has no alias for Lex V2, and no call that builds a language: the operations tool does both when it publishes
    the bot. The function admits every alias of this bot, so the stack need not wait for that.

    Costs at rest: nothing; a request by text costs 0.00075 USD. Another name or language replaces the bot's parts.
    https://docs.aws.amazon.com/lexv2/latest/dg/what-is.html

    Args:
        name: Logical name.
        settings: Language, intents and slots.
        names: Names of the stack.
        function: The function that fulfils the intents.
        log_retention_days: Days for which conversations are kept, where they are.
        kms_key_arn: Customer key of that log; AWS's otherwise.
        opts: Options of the component.

    Attributes:
        physical_name: Exact name in AWS.
        bot: The bot.
        locale: Its language.
        version: The version that holds this description.
        log_group_arn: Where conversations are kept, None where they are not; the alias that publishing makes names it.
    """

    token = "conversation:LexBot"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: Bot,
        names: Names,
        function: LambdaFunction,
        log_retention_days: int = 30,
        kms_key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self.log_group_arn = self._create_log(log_retention_days, kms_key_arn) if settings.conversation_logs else None
        self.physical_name = names.physical("bot", limit=100)
        self.bot = self._create_bot()
        self.locale = lex.V2modelsBotLocale(
            name,
            bot_id=self.bot.id,
            bot_version=_DRAFT,
            locale_id=settings.locale,
            n_lu_intent_confidence_threshold=settings.confidence,
            opts=self.child(),
        )
        self.slot_types = {key: self._create_slot_type(key, kind) for key, kind in settings.slot_types.items()}
        parts: list[pulumi.Resource] = []
        for key, intent in settings.intents.items():
            parts += self._create_intent(key, intent)
        self.version = lex.V2modelsBotVersion(
            name,
            bot_id=self.bot.id,
            description=f"As {names.system}, {names.stage} describes it",
            locale_specification={
                settings.locale: lex.V2modelsBotVersionLocaleSpecificationArgs(source_bot_version=_DRAFT)
            },
            opts=self.child(depends_on=[self.locale, *self.slot_types.values(), *parts]),
        )
        self.permission: lambda_.Permission = function.admit(
            self,
            f"{name}-fulfilment",
            principal=_PRINCIPAL,
            source_arn=concat(names.arn("lex", "bot-alias/"), self.bot.id, "/*"),
        )
        self._parameter = ssm.Parameter(
            f"{name}-id",
            name=names.path("lex", "bot-id"),
            description="Id of the bot",
            type="String",
            value=self.bot.id,
            tags=self.tags,
            opts=self.child(delete_before_replace=True),
        )
        self.register_outputs({"botId": self.bot.id, "version": self.version.bot_version})

    def _create_log(self, retention_days: int, kms_key_arn: pulumi.Input[str] | None) -> pulumi.Input[str]:
        name = self._names.path("bot")
        cloudwatch.LogGroup(
            f"{self.logical_name}-conversations",
            name=name,
            retention_in_days=retention_days,
            kms_key_id=kms_key_arn,
            tags=self.tags,
            opts=self.child(),
        )
        return self._names.arn("logs", f"log-group:{name}")

    def _create_bot(self) -> lex.V2modelsBot:
        # Text alone: a bot that speaks would also call Polly.
        role = create_service_role(
            self,
            f"{self.logical_name}-role",
            service=_PRINCIPAL,
            description=f"What the bot {self.physical_name} may do",
            names=self._names,
            statements=[]
            if self.log_group_arn is None
            else [
                Statement(
                    sid="KeepConversations",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    resources=[concat(self.log_group_arn, ":*")],
                )
            ],
        )
        settings = self._settings
        return lex.V2modelsBot(
            self.logical_name,
            name=self.physical_name,
            description=settings.description or None,
            type="Bot",
            role_arn=role.arn,
            idle_session_ttl_in_seconds=settings.idle_session_seconds,
            data_privacies=[lex.V2modelsBotDataPrivacyArgs(child_directed=settings.child_directed)],
            tags=self.tags,
            opts=self.child(depends_on=role.resources),
        )

    def _create_slot_type(self, key: str, kind: SlotType) -> lex.V2modelsSlotType:
        strategy = "OriginalValue" if kind.expand else "TopResolution"
        return lex.V2modelsSlotType(
            f"{self.logical_name}-{key}",
            bot_id=self.bot.id,
            bot_version=_DRAFT,
            locale_id=self.locale.locale_id,
            name=key,
            description=kind.description or None,
            slot_type_values=[
                lex.V2modelsSlotTypeSlotTypeValueArgs(
                    sample_values=[lex.V2modelsSlotTypeSlotTypeValueSampleValueArgs(value=value)],
                    synonyms=[lex.V2modelsSlotTypeSlotTypeValueSynonymArgs(value=word) for word in synonyms] or None,
                )
                for value, synonyms in kind.values.items()
            ],
            value_selection_setting=lex.V2modelsSlotTypeValueSelectionSettingArgs(resolution_strategy=strategy),
            opts=self.child(),
        )

    def _create_intent(self, key: str, intent: Intent) -> list[pulumi.Resource]:
        made = lex.V2modelsIntent(
            f"{self.logical_name}-{key}",
            bot_id=self.bot.id,
            bot_version=_DRAFT,
            locale_id=self.locale.locale_id,
            name=key,
            description=intent.description or None,
            sample_utterances=[
                lex.V2modelsIntentSampleUtteranceArgs(utterance=utterance) for utterance in intent.utterances
            ],
            fulfillment_code_hook=lex.V2modelsIntentFulfillmentCodeHookArgs(enabled=True),
            # The order of slots names their ids, which exist only after the intent: publishing sets it.
            opts=self.child(ignore_changes=["slotPriorities"]),
        )
        slots = [self._create_slot(key, made, name, slot) for name, slot in intent.slots.items()]
        return [made, *slots]

    def _create_slot(self, key: str, intent: lex.V2modelsIntent, name: str, slot: Slot) -> lex.V2modelsSlot:
        setting = lex.V2modelsSlotValueElicitationSettingArgs
        prompt = lex.V2modelsSlotValueElicitationSettingPromptSpecificationArgs
        group = lex.V2modelsSlotValueElicitationSettingPromptSpecificationMessageGroupArgs
        message = lex.V2modelsSlotValueElicitationSettingPromptSpecificationMessageGroupMessageArgs
        text = lex.V2modelsSlotValueElicitationSettingPromptSpecificationMessageGroupMessagePlainTextMessageArgs
        own = self.slot_types.get(slot.type)
        return lex.V2modelsSlot(
            f"{self.logical_name}-{key}-{name}",
            bot_id=self.bot.id,
            bot_version=_DRAFT,
            locale_id=self.locale.locale_id,
            intent_id=intent.intent_id,
            name=name,
            slot_type_id=slot.type if own is None else own.slot_type_id,
            obfuscation_settings=[lex.V2modelsSlotObfuscationSettingArgs(obfuscation_setting_type="DefaultObfuscation")]
            if slot.secret
            else None,
            value_elicitation_setting=setting(
                slot_constraint="Required" if slot.required else "Optional",
                prompt_specification=prompt(
                    max_retries=slot.retries,
                    allow_interrupt=True,
                    message_selection_strategy="Ordered",
                    message_groups=[group(message=message(plain_text_message=text(value=slot.prompt)))],
                ),
            ),
            opts=self.child(),
        )
