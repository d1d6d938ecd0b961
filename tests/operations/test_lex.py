"""The bot's alias: made, changed, left alone, taken away. moto keeps aliases; languages and versions are kept here."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.operations.conftest import Desk, Result
from tests.operations.test_smoke_requests import account_of
from tests.support.aws import Answer, Call, error

TARGET = "askiam/dev"
ARN = "arn:aws:lambda:us-east-1:432109876543:function:askiam-dev-lex-connector:live"
SLOTS = {"UserName": "slotuser00", "RoleName": "slotrole00", "ApplicationName": "slotapp000"}


@dataclass
class Lex:
    """A bot whose draft, language and versions moto lacks.

    Attributes:
        bot: Its id.
        status: State of its language.
        built: When it was built; 0 for never.
        changed: When the intent was last changed.
        order: Ids of the slots in the order in which the bot asks.
        versions: When each version was made, and its description.
        reasons: Why a build fails; empty where it succeeds.
    """

    desk: Desk
    bot: str = ""
    status: str = "NotBuilt"
    built: float = 0.0
    changed: float = 100.0
    now: float = 1000.0
    order: list[str] = field(default_factory=list)
    versions: dict[str, tuple[float, str]] = field(default_factory=lambda: {"1": (50.0, "As askiam, dev describes it")})
    reasons: list[str] = field(default_factory=list)
    updated: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        lex = self.desk.client("lexv2-models")
        made = lex.create_bot(
            botName="askiam-dev-bot", roleArn="arn:aws:iam::432109876543:role/bot",
            dataPrivacy={"childDirected": False}, idleSessionTTLInSeconds=300,
        )  # fmt: skip
        self.bot = made["botId"]
        root, locale = f"/bots/{self.bot}", f"/bots/{self.bot}/botversions/DRAFT/botlocales/en_US"
        intent = {"intentId": "intent0001", "intentName": "AccessRequest", "lastUpdatedDateTime": 0}
        answers: dict[str, Any] = {
            f"GET {locale}/": self._locale,
            f"POST {locale}/": self._build,
            f"POST {locale}/intents/": lambda _: {"intentSummaries": [{**intent, "lastUpdatedDateTime": self.changed}]},
            f"GET {locale}/intents/intent0001/": self._intent,
            f"PUT {locale}/intents/intent0001/": self._update,
            f"POST {locale}/intents/intent0001/slots/": self._slots,
            f"POST {locale}/slottypes/": lambda _: {"slotTypeSummaries": []},
            f"PUT {root}/botversions/": self._version,
            f"POST {root}/botversions/": lambda _: {
                "botVersionSummaries": [{"botVersion": v, "description": d} for v, (_, d) in self.versions.items()]
            },
        }
        for name, answer in answers.items():
            self.desk.cloud.answers[f"lex:{name}"] = self._said(answer)
        for number in range(1, 9):
            self.desk.cloud.answers[f"lex:GET {root}/botversions/{number}/"] = self._described(str(number))
            self.desk.cloud.answers[f"lex:DELETE {root}/botversions/{number}/"] = self._deleted(str(number))
        self.desk.cloud.calls.clear()

    def _said(self, answer: Any) -> Any:
        def say(call: Call) -> Answer | None:
            found = answer(call)
            return None if found is None else (202, {"content-type": "application/json"}, json.dumps(found))

        return say

    def _locale(self, _: Call) -> dict[str, Any]:
        if self.status == "Building":
            # It is asked once while it is at work.
            self.status = "Failed" if self.reasons else "Built"
            return {"botLocaleStatus": "Building", "creationDateTime": 1, "lastBuildSubmittedDateTime": self.built}
        build = {"lastBuildSubmittedDateTime": self.built} if self.built else {}
        return {"botLocaleStatus": self.status, "creationDateTime": 1, "failureReasons": self.reasons, **build}

    def _build(self, _: Call) -> dict[str, Any]:
        self.status, self.built = "Building", self.now
        return {"botLocaleStatus": "Building"}

    def _intent(self, _: Call) -> dict[str, Any]:
        priorities = [{"priority": n, "slotId": id_} for n, id_ in enumerate(self.order, 1)]
        return {
            "intentId": "intent0001", "intentName": "AccessRequest", "fulfillmentCodeHook": {"enabled": True},
            "sampleUtterances": [{"utterance": "I need access"}], "slotPriorities": priorities,
        }  # fmt: skip

    def _update(self, call: Call) -> dict[str, Any]:
        content = json.loads(call.body)
        self.updated.append(content)
        self.order = [p["slotId"] for p in sorted(content["slotPriorities"], key=lambda p: p["priority"])]
        self.changed = self.now
        return {}

    def _slots(self, _: Call) -> dict[str, Any]:
        return {"slotSummaries": [{"slotId": i, "slotName": n, "lastUpdatedDateTime": 10} for n, i in SLOTS.items()]}

    def _version(self, call: Call) -> dict[str, Any]:
        self.now += 10
        number = str(max(map(int, self.versions)) + 1)
        self.versions[number] = (self.now, json.loads(call.body).get("description", ""))
        return {"botVersion": number, "botStatus": "Creating"}

    def _described(self, number: str) -> Any:
        def say(_: Call) -> Answer:
            if number not in self.versions:
                return error("ResourceNotFoundException", status=404)
            found = {"botVersion": number, "botStatus": "Available", "creationDateTime": self.versions[number][0]}
            return 200, {"content-type": "application/json"}, json.dumps(found)

        return say

    def _deleted(self, number: str) -> Any:
        def say(_: Call) -> Answer:
            del self.versions[number]
            return 202, {"content-type": "application/json"}, "{}"

        return say

    def aliases(self) -> list[dict[str, Any]]:
        """Every alias, whole, but the one for tests that AWS makes with a bot."""
        lex = self.desk.client("lexv2-models")
        found = lex.list_bot_aliases(botId=self.bot)["botAliasSummaries"]
        ids = [alias["botAliasId"] for alias in found if alias["botAliasName"] != "test"]
        return [lex.describe_bot_alias(botId=self.bot, botAliasId=id_) for id_ in ids]

    def made(self, words: str) -> int:
        """How many calls there were of one method and end of path."""
        return sum(call.operation.endswith(words) for call in self.desk.cloud.calls if call.service == "lex")


@pytest.fixture
def lex(desk: Desk) -> Lex:
    """A bot that was deployed and never published."""
    from moto.lexv2models.models import FakeBotAlias

    original = FakeBotAlias.__init__

    def ready(self: Any, *arguments: Any, **more: Any) -> None:
        original(self, *arguments, **more)
        self.status = "Available"

    desk.monkeypatch.setattr(FakeBotAlias, "__init__", ready)
    desk.sign_in(account_of(TARGET))
    return Lex(desk)


def run(lex: Lex, *arguments: str, target: str = TARGET, **outputs: Any) -> Result:
    values = {"botId": lex.bot, "functions": {"lex-connector": f"{target.replace('/', '-')}-lex-connector"}}
    file = lex.desk.outputs(target, **{**values, **outputs})
    report = str(lex.desk.folder / "o.json")
    return lex.desk.tierwise("lex", *arguments[:1], target, *arguments[1:], "--outputs", file, "--json", report)


@pytest.mark.requirement("ASKIAM-25", check="ops")
def test_publishing_builds_the_bot_makes_a_version_and_an_alias_that_calls_the_function(lex: Lex) -> None:
    found = run(lex, "publish")
    assert found.status == 0, found.err
    (alias,) = lex.aliases()
    assert (alias["botAliasName"], alias["botVersion"]) == ("live", "2")
    assert alias["botAliasLocaleSettings"] == {
        "en_US": {
            "enabled": True,
            "codeHookSpecification": {"lambdaCodeHook": {"lambdaARN": ARN, "codeHookInterfaceVersion": "1.0"}},
        }
    }
    assert (lex.status, lex.versions["2"][1]) == ("Built", "Published by tierwise for askiam/dev")
    assert "Building" in found.err
    assert found.out.splitlines()[-1] == "live is version 2"
    assert found.document["version"] == "2"
    recorded = lex.desk.tierwise("history", TARGET, "--json", "-").document["runs"][-1]
    assert (recorded["command"], recorded["state"]) == ("lex publish", "done")


def test_the_bot_asks_in_the_order_of_the_configuration(lex: Lex) -> None:
    assert run(lex, "publish").status == 0
    assert lex.order == [SLOTS[name] for name in ("UserName", "ApplicationName", "RoleName")]
    # An update replaces an intent: what it was described with must come along.
    (sent,) = lex.updated
    assert sent["fulfillmentCodeHook"] == {"enabled": True}
    assert sent["sampleUtterances"] == [{"utterance": "I need access"}]


def test_a_second_run_changes_nothing(lex: Lex) -> None:
    run(lex, "publish")
    lex.desk.cloud.calls.clear()
    found = run(lex, "publish")
    assert (found.status, found.out.splitlines()[-1]) == (0, "live is version 2, as before")
    assert found.document["changed"] is False
    assert [call.operation for call in lex.desk.cloud.calls if call.service == "lex" and call.method == "PUT"] == []
    assert lex.made("/botlocales/en_US/") == sum(
        call.method == "GET" for call in lex.desk.cloud.calls if call.operation.endswith("/botlocales/en_US/")
    )


def test_what_was_deployed_since_is_published(lex: Lex) -> None:
    run(lex, "publish")
    lex.changed = lex.now = lex.now + 100
    found = run(lex, "publish")
    (alias,) = lex.aliases()
    assert (found.document["before"], alias["botVersion"]) == ("2", "3")


def test_a_run_that_was_interrupted_after_the_build_is_finished(lex: Lex) -> None:
    path = f"lex:PUT /bots/{lex.bot}/botversions/"
    kept = lex.desk.cloud.answers[path]
    lex.desk.cloud.fail(path, "InternalServerException", status=500)
    found = run(lex, "publish")
    assert (found.status, lex.status, lex.aliases()) == (2, "Built", [])
    assert lex.desk.tierwise("history", TARGET, "--json", "-").document["runs"][-1]["state"] == "failed"
    lex.desk.cloud.answers[path] = kept
    assert run(lex, "publish").status == 0
    assert lex.aliases()[0]["botVersion"] == "2"


def test_an_alias_that_somebody_bent_is_set_right(lex: Lex) -> None:
    run(lex, "publish")
    client = lex.desk.client("lexv2-models")
    (alias,) = lex.aliases()
    client.update_bot_alias(botId=lex.bot, botAliasId=alias["botAliasId"], botAliasName="live", botVersion="1")
    run(lex, "publish")
    (alias,) = lex.aliases()
    assert alias["botAliasLocaleSettings"]["en_US"]["codeHookSpecification"]["lambdaCodeHook"]["lambdaARN"] == ARN


def test_one_can_go_back_to_a_version_that_exists(lex: Lex) -> None:
    run(lex, "publish")
    found = run(lex, "publish", "--to", "1")
    assert (found.status, lex.aliases()[0]["botVersion"]) == (0, "1")
    found = run(lex, "publish", "--to", "7")
    assert (found.status, len(found.lines)) == (2, 1)
    assert "the bot has no version 7" in found.lines[0]
    assert lex.aliases()[0]["botVersion"] == "1"


def test_a_build_that_fails_leaves_the_alias_where_it_was(lex: Lex) -> None:
    run(lex, "publish")
    lex.reasons, lex.changed = ["Slot RoleName has no prompt."], lex.now + 100
    found = run(lex, "publish")
    assert found.status == 2
    assert found.lines[-1] == "askiam/dev  the bot cannot be built (Failed): Slot RoleName has no prompt."
    assert lex.aliases()[0]["botVersion"] == "2"


def test_a_dry_run_calls_nothing_that_changes(lex: Lex) -> None:
    found = run(lex, "publish", "--dry-run")
    assert found.status == 0, found.err
    would = [line.split()[2] for line in found.out.splitlines() if line.startswith("would call")]
    assert would == [
        f"lexv2-models:{call}" for call in ("UpdateIntent", "BuildBotLocale", "CreateBotVersion", "CreateBotAlias")
    ]
    assert {call.method for call in lex.desk.cloud.calls if call.operation.endswith("/botaliases/")} == {"POST"}
    assert (lex.aliases(), list(lex.versions), lex.status) == ([], ["1"], "NotBuilt")


def test_production_is_asked_about(lex: Lex) -> None:
    found = run(lex, "publish", target="askiam/prod")
    assert found.status == 2
    assert "repeat with --yes to do this to askiam/prod" in found.lines[-1]
    assert lex.status == "NotBuilt"
    assert run(lex, "publish", "--yes", target="askiam/prod").status == 0


def test_somebody_else_at_work_is_waited_for(lex: Lex) -> None:
    held = {"token": "x", "command": "rollback", "by": "ann", "since": "now", "until": 1e12}
    lex.desk.client("ssm").put_parameter(Name="/tierwise/askiam/dev/lock", Value=json.dumps(held), Type="String")
    found = run(lex, "publish")
    assert (found.status, lex.status) == (2, "NotBuilt")
    assert "ann is at work here (rollback since now)" in found.lines[-1]


def test_removing_deletes_the_alias_and_what_publishing_made_and_nothing_else(lex: Lex) -> None:
    run(lex, "publish")
    found = run(lex, "remove")
    assert (found.status, lex.aliases(), list(lex.versions)) == (0, [], ["1"])
    assert found.out.splitlines()[-1] == "deleted live and versions 2"
    again = run(lex, "remove")
    assert (again.status, again.out.splitlines()[0]) == (0, "nothing is published")


@pytest.mark.parametrize(
    ("target", "outputs", "words"),
    [
        ("pika/prod", {"functions": {}}, "pika/prod  has no bot: its configuration has no section bot"),
        (TARGET, {"botId": ""}, "askiam/dev  has no bot: the stack exports no botId"),
        (TARGET, {"functions": {}}, "exports no function lex-connector, which the bot calls"),
    ],
)
def test_a_stack_that_cannot_be_published_is_one_line(lex: Lex, target: str, outputs: Any, words: str) -> None:
    lex.desk.sign_in(account_of(target))
    found = run(lex, "publish", "--dry-run", target=target, **outputs)
    assert found.status == 2
    assert words in found.lines[-1]


def test_a_bot_that_is_gone_is_one_line(lex: Lex) -> None:
    lex.desk.cloud.fail(f"lex:POST /bots/{lex.bot}/botaliases/", "ResourceNotFoundException", status=404)
    found = run(lex, "publish")
    assert (found.status, len(found.lines)) == (2, 1)
    assert f"has no bot {lex.bot} in AWS: deploy the stack again" in found.lines[0]


def test_the_smoke_test_asks_for_the_alias(lex: Lex) -> None:
    def look() -> dict[str, str]:
        file = lex.desk.outputs(TARGET, botId=lex.bot, functions={"lex-connector": "askiam-dev-lex-connector"})
        lex.desk.cloud.fail("lambda:GET /2015-03-31/functions/askiam-dev-lex-connector/aliases/live", "NotFound")
        found = lex.desk.tierwise("smoke", TARGET, "--outputs", file, "--json", "-").document
        return {c["state"]: c["detail"] for c in found["checks"] if c["group"] == "bot"}

    assert look() == {"fail": "the bot is not published, nobody can call it: `tierwise lex publish askiam/dev`"}
    run(lex, "publish")
    assert look() == {"pass": "live is version 2"}
    (alias,) = lex.aliases()
    client = lex.desk.client("lexv2-models")
    client.update_bot_alias(botId=lex.bot, botAliasId=alias["botAliasId"], botAliasName="live", botVersion="1")
    assert "calls otherwise than the stack describes" in look()["fail"]


def test_throttling_is_waited_out(lex: Lex) -> None:
    path = f"lex:POST /bots/{lex.bot}/botaliases/"
    lex.desk.cloud.fail(path, "ThrottlingException", status=429, times=3)
    assert run(lex, "publish").status == 0


@pytest.mark.parametrize(
    ("more", "other"),
    [
        ({}, False),
        ({"conversationLogSettings": {}}, False),
        ({"sentimentAnalysisSettings": {"detectSentiment": False}}, False),
        ({"conversationLogSettings": {"textLogSettings": [{"enabled": True}]}}, True),
        ({"botVersion": "1"}, True),
        ({"botAliasLocaleSettings": {"en_US": {"enabled": False, "selective": False}}}, True),
        ({"botAliasLocaleSettings": {"en_US": {"enabled": True, "selective": False}}}, False),
        ({"botAliasLocaleSettings": {"en_US": {"enabled": True}, "de_DE": {"enabled": True}}}, True),
    ],
)
def test_only_what_matters_makes_an_alias_another(more: dict[str, Any], other: bool) -> None:
    from tierwise.operations.lex.aliases import differs

    wanted = {"botVersion": "2", "botAliasLocaleSettings": {"en_US": {"enabled": True}}}
    assert differs({**wanted, **more}, wanted) is other


def test_conversations_are_logged_where_the_configuration_wants_it(lex: Lex) -> None:
    from types import SimpleNamespace
    from unittest.mock import Mock

    from settings.bot import Bot
    from tests.support.happenings import BOT
    from tierwise.operations.lex.aliases import alias_settings

    settings = Bot.model_validate({**BOT, "conversationLogs": True})
    group = "arn:aws:logs:us-east-1:432109876543:log-group:/askiam/dev/bot"
    stack = Mock(key=TARGET, settings=SimpleNamespace(active_bot=settings, region="us-east-1"))
    stack.mapping.return_value = {settings.function: "f"}
    stack.require.return_value = group
    operation: Any = SimpleNamespace(stack=stack, aws=SimpleNamespace(account="432109876543"))
    (log,) = alias_settings(operation)["conversationLogSettings"]["textLogSettings"]
    assert log["enabled"] is True
    assert log["destination"]["cloudWatch"]["cloudWatchLogGroupArn"] == group
