"""Provider functions answered offline, by token.

An answer is a mapping of what is known; members that it leaves out, and those that are UNKNOWN, only AWS can tell. The
same call always gives the same answer. A function that is not in the table is unknown, and the user is told.
"""

from __future__ import annotations

import importlib
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi import _types  # pyright: ignore[reportPrivateUsage]

from guardrails.resource import UNKNOWN
from tierwise.preview.values import UNKNOWN_PLACEHOLDER, Secret


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a provider function.

    Attributes:
        token: Such as ``aws:index/getRegion:getRegion``.
        args: Its arguments in camelCase, all known.
        region: The region that the provider works in, or UNKNOWN.
        account: The account that the provider is bound to, or UNKNOWN.
        warn: Tells the user something.
    """

    token: str
    args: Mapping[str, Any]
    region: Any
    account: Any
    warn: Callable[[str], None]


class CallError(Exception):
    """The provider would refuse the arguments.

    Attributes:
        property: The argument at fault, or "".
        reason: What is wrong with it.
    """

    def __init__(self, reason: str, property: str = "") -> None:
        self.reason = reason
        self.property = property
        super().__init__(reason)


class Lookup(dict[str, Any]):
    """The answer of a function that looks something up in the account: its arguments, and nothing else is known."""


Answer = Callable[[Call], Any]

#: Every function that is answered, by token.
ANSWERS: Final[dict[str, Answer]] = {}


def answers(*tokens: str) -> Callable[[Answer], Answer]:
    """Register a function as the answer to calls of the given tokens."""

    def register(function: Answer) -> Answer:
        for token in tokens:
            ANSWERS[token] = function
        return function

    return register


def _answers() -> Mapping[str, Answer]:
    if not ANSWERS:
        importlib.import_module("tierwise.preview.aws_functions")  # registers itself
    return ANSWERS


def answer(call: Call) -> Any:
    """The result of a call: a mapping, or a ``Lookup`` with a warning for a function that is not in the table.

    Raises:
        CallError: The provider would refuse the arguments.
    """
    function = _answers().get(call.token)
    if function is None:
        call.warn(
            f"{call.token}: this function is not answered offline, so everything made from its result is unknown in "
            "this preview"
        )
        return Lookup(call.args)
    return function(call)


def placeholders(result: Mapping[str, Any], declared: type | None) -> dict[str, Any]:
    """A result that the SDK's result class accepts, for callers that cannot be given "unknown".

    Unknown text becomes a marked placeholder; whatever the program makes of it is recognized and is unknown again.
    Unknown numbers, booleans and mappings are left out. An unknown list of text has one placeholder as its member.

    Args:
        result: What is known.
        declared: The class that holds it, or None.
    """
    members: dict[str, Any] = _types.output_type_types(declared) if declared is not None else {}
    filled: dict[str, Any] = {}
    for name in dict.fromkeys((*members, *result)):
        value = result.get(name, UNKNOWN)
        secret = isinstance(value, Secret)
        if secret:
            value = value.value
        if value is UNKNOWN:
            value = _placeholder(members.get(name, str))
        if value is not None:
            filled[name] = Secret(value) if secret else value
    return filled


def _placeholder(declared: Any) -> Any:
    origin = typing.get_origin(declared)
    if origin in (typing.Union, types.UnionType):
        declared = next(choice for choice in typing.get_args(declared) if choice is not type(None))
        origin = typing.get_origin(declared)
    if declared is str:
        return UNKNOWN_PLACEHOLDER
    if origin is not None and isinstance(origin, type) and issubclass(origin, Sequence):
        inner = _placeholder(typing.get_args(declared)[0]) if typing.get_args(declared) else None
        return [] if inner is None else [inner]
    return None
