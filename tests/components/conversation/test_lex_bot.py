"""A bot on Lex V2: its language, intents and slots, and the function that it may call."""

from __future__ import annotations

import functools
import json
from typing import Any

from guardrails.resource import ABSENT, Resource
from tests.support.functions import function
from tests.support.happenings import bot
from tests.support.program import Sample, sample_of
from tests.support.sections import names
from tierwise.preview.checks import check

BOT, LOCALE = "aws:lex/v2modelsBot:V2modelsBot", "aws:lex/v2modelsBotLocale:V2modelsBotLocale"
INTENT, SLOT = "aws:lex/v2modelsIntent:V2modelsIntent", "aws:lex/v2modelsSlot:V2modelsSlot"
KIND, VERSION = "aws:lex/v2modelsSlotType:V2modelsSlotType", "aws:lex/v2modelsBotVersion:V2modelsBotVersion"


@functools.cache
def _planned(described: str) -> Sample:
    def create() -> None:
        from components.conversation.lex_bot import LexBot
        from components.functions.lambda_function import LambdaFunction

        orders = LambdaFunction("orders", function="orders", settings=function(), names=names())
        LexBot("bot", settings=bot(**json.loads(described)), names=names(), function=orders)

    return sample_of(create)


def planned(**overrides: Any) -> Sample:
    """The plan of a bot, made once."""
    return _planned(json.dumps(overrides))


def slots(sample: Sample) -> dict[str, Resource]:
    return {slot.get("name"): slot for slot in sample.all(SLOT)}


def test_a_bot_forgets_after_some_silence_and_says_whom_it_is_for() -> None:
    found = planned(idleSessionSeconds=600).one(BOT)
    assert found.get("name") == "shop-prod-bot"
    assert found.get("idleSessionTtlInSeconds") == 600
    assert found.get("dataPrivacies") == [{"childDirected": False}]
    assert planned().refers(planned().one(BOT), "roleArn") == {"bot-role"}


def test_it_speaks_one_language() -> None:
    found = planned(locale="de_DE", confidence=0.6).one(LOCALE)
    assert (found.get("localeId"), found.get("nLuIntentConfidenceThreshold")) == ("de_DE", 0.6)
    assert found.get("botVersion") == "DRAFT"


def test_an_intent_is_fulfilled_by_code() -> None:
    found = planned().one(INTENT)
    assert found.get("name") == "Order"
    assert found.get("fulfillmentCodeHook.enabled") is True
    assert [entry["utterance"] for entry in found.get("sampleUtterances")] == ["I want a {Size} one", "order"]


def test_slots_ask_until_they_know() -> None:
    found = slots(planned())
    constraints = {name: slot.get("valueElicitationSetting.slotConstraint") for name, slot in found.items()}
    assert constraints == {"Size": "Required", "When": "Optional", "Name": "Required"}
    prompt = found["When"].get("valueElicitationSetting.promptSpecification")
    assert prompt["maxRetries"] == 1
    assert prompt["messageGroups"][0]["message"]["plainTextMessage"]["value"] == "When?"


def test_a_slot_has_a_type_of_the_bot_or_one_of_lex() -> None:
    sample = planned()
    found = slots(sample)
    assert found["When"].get("slotTypeId") == "AMAZON.Date"
    assert sample.refers(found["Size"], "slotTypeId") == {"bot-Size"}
    strategies = {kind.get("name"): kind.get("valueSelectionSetting.resolutionStrategy") for kind in sample.all(KIND)}
    assert strategies == {"Size": "TopResolution", "Name": "OriginalValue"}
    (size,) = [kind for kind in sample.all(KIND) if kind.get("name") == "Size"]
    values = {entry["sampleValues"][0]["value"]: entry.get("synonyms") for entry in size.get("slotTypeValues")}
    assert values == {"large": [{"value": "big"}], "small": None}


def test_what_is_secret_is_left_out_of_conversation_logs() -> None:
    found = slots(planned())
    assert found["Name"].get("obfuscationSettings")[0]["obfuscationSettingType"] == "DefaultObfuscation"
    assert found["Size"].get("obfuscationSettings") is ABSENT


def test_conversations_are_kept_only_where_that_is_asked_for() -> None:

    def log_groups(sample: Sample) -> list[Resource]:
        return [g for g in sample.all("aws:cloudwatch/logGroup:LogGroup") if g.name == "bot-conversations"]

    assert log_groups(planned()) == []
    sample = planned(conversationLogs=True)
    (group,) = log_groups(sample)
    assert (group.get("name"), group.get("retentionInDays")) == ("/shop/prod/bot", 30)
    (policy,) = [p for p in sample.all("aws:iam/rolePolicy:RolePolicy") if p.name == "bot-role"]
    (statement,) = json.loads(policy.get("policy"))["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"][0].endswith(":log-group:/shop/prod/bot:*")


def test_the_version_waits_for_everything_that_it_holds() -> None:
    sample = planned()
    version = sample.one(VERSION)
    assert version.get("localeSpecification") == {"en_US": {"sourceBotVersion": "DRAFT"}}
    waits = {urn.rpartition("::")[2] for urn in version.dependencies}
    assert {"bot", "bot-Size", "bot-Order", "bot-Order-Name"} <= waits


def test_every_alias_of_this_bot_may_call_the_function() -> None:
    permission = planned().one("aws:lambda/permission:Permission")
    assert permission.get("principal") == "lexv2.amazonaws.com"
    assert any(urn.endswith("V2modelsBot::bot") for urn in permission.property_dependencies["sourceArn"])


def test_nothing_of_lex_v1_is_left_and_aws_accepts_every_input() -> None:
    sample = planned()
    tokens = {token for token in sample.stack.by_type if token.startswith("aws:lex/")}
    assert all("v2models" in token for token in tokens)
    assert len(tokens) == 6
    assert check(sample.plan.resources) == []
    assert sample.one("aws:ssm/parameter:Parameter").get("name") == "/shop/prod/lex/bot-id"
