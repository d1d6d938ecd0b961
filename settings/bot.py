"""The ``bot`` section: a conversation in Amazon Lex V2."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field, model_validator

from settings.base import Name, Section, form
from settings.problems import nearest

#: Names inside a bot.
LexName = Annotated[str, form(r"^([0-9a-zA-Z][_-]?){1,100}$", "AccessRequest")]
#: Slot types that Lex brings along.
#: https://docs.aws.amazon.com/lexv2/latest/dg/howitworks-builtins-slots.html
BUILT_IN: Final = (
    "AMAZON.AlphaNumeric", "AMAZON.City", "AMAZON.Confirmation", "AMAZON.Country", "AMAZON.Date", "AMAZON.Duration",
    "AMAZON.EmailAddress", "AMAZON.FirstName", "AMAZON.FreeFormInput", "AMAZON.LastName", "AMAZON.Number",
    "AMAZON.Percentage", "AMAZON.PhoneNumber", "AMAZON.State", "AMAZON.StreetName", "AMAZON.Time",
)  # fmt: skip
_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")


class SlotType(Section):
    """A kind of value that a slot takes."""

    description: str = Field(default="", max_length=200)
    """What it is."""
    values: Annotated[dict[str, tuple[str, ...]], Field(min_length=1)]
    """Values, each with its synonyms."""
    expand: bool = False
    """Whether other words are taken as well, the values being examples; otherwise only values and synonyms are."""


class Slot(Section):
    """Something that an intent needs to know."""

    type: str
    """A slot type of the bot, or one that Lex brings along, such as ``AMAZON.Date``."""
    prompt: str = Field(min_length=1, max_length=1000)
    """How the bot asks for it."""
    required: bool = True
    """Whether the bot asks until it knows."""
    retries: int = Field(default=2, ge=0, le=5)
    """Times that the bot asks again."""
    secret: bool = False
    """Whether the value is left out of conversation logs."""


class Intent(Section):
    """Something that people come for."""

    description: str = Field(default="", max_length=200)
    """What it is."""
    utterances: Annotated[tuple[str, ...], Field(min_length=1)]
    """How people say it; a slot stands in braces, ``I need {RoleName}``."""
    slots: dict[LexName, Slot] = Field(default_factory=dict[str, Slot])
    """What it needs to know."""
    asks: tuple[LexName, ...] = ()
    """Its slots in the order in which the bot asks, each once; by name where this is left out. Publishing sets it."""

    @property
    def order(self) -> tuple[str, ...]:
        """The slots in the order in which the bot asks."""
        return self.asks or tuple(sorted(self.slots))

    @model_validator(mode="after")
    def _asks_for_each(self) -> Intent:
        for name in self.asks:
            if name not in self.slots:
                raise ValueError(f'asks: no such slot "{name}"; {nearest(name, self.slots)}')
        left = [name for name in self.slots if name not in self.asks]
        if self.asks and (left or len(self.asks) != len(self.slots)):
            what = f"leaves {left[0]} out" if left else "names a slot twice"
            raise ValueError(f"asks {what}: each slot stands there once, or the list is left out")
        return self

    @model_validator(mode="after")
    def _slots_exist(self) -> Intent:
        for utterance in self.utterances:
            for slot in _IN_BRACES.findall(utterance):
                if slot not in self.slots:
                    raise ValueError(f'utterance "{utterance}": no such slot "{slot}"; {nearest(slot, self.slots)}')
        return self


class Bot(Section):
    """A bot with one language, whose intents a function fulfils."""

    enabled: bool = True
    """Whether the bot exists in this stack."""
    description: str = Field(default="", max_length=200)
    """What it is for."""
    function: Name
    """Function that fulfils the intents, called through the alias that ``lex publish`` makes."""
    idle_session_seconds: int = Field(default=300, ge=60, le=86_400)
    """Seconds of silence after which a conversation is forgotten."""
    child_directed: bool = False
    """Whether it is directed at children, which the Children's Online Privacy Protection Act asks to be said."""
    locale: str = form(r"^[a-z]{2}_[A-Z0-9]{2,3}$", "en_US", default="en_US")
    """Language."""
    confidence: float = Field(default=0.4, ge=0, le=1)
    """Confidence below which an intent is not recognised."""
    conversation_logs: bool = False
    """Whether what is said is kept in a log group, encrypted, through the alias that ``lex publish`` makes."""
    slot_types: dict[LexName, SlotType] = Field(default_factory=dict[str, SlotType])
    """Slot types of the bot's own, by name."""
    intents: Annotated[dict[LexName, Intent], Field(min_length=1)]
    """Intents by name."""

    @model_validator(mode="after")
    def _types_exist(self) -> Bot:
        used = {slot.type for intent in self.intents.values() for slot in intent.slots.values()}
        for intent_name, intent in self.intents.items():
            for slot_name, slot in intent.slots.items():
                if slot.type not in self.slot_types and slot.type not in BUILT_IN:
                    hint = nearest(slot.type, (*self.slot_types, *BUILT_IN))
                    raise ValueError(
                        f'intents {intent_name}.slots.{slot_name}: no such slot type "{slot.type}"; {hint}'
                    )
        for name in self.slot_types:
            if name not in used:
                raise ValueError(f"slotTypes {name}: no slot uses it")
        return self
