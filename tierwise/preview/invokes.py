"""Provider functions answered offline, by token.

An answer is a mapping in which UNKNOWN stands for what only AWS can tell, or UNKNOWN as a whole. The same call always gives
the same answer. A function that is not in the table is unknown, and the user is told.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi import _types  # pyright: ignore[reportPrivateUsage]

from guardrails.resource import UNKNOWN
from tierwise.preview.values import UNKNOWN_PLACEHOLDER


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


class CallFailed(Exception):
    """The provider would refuse the arguments.

    Attributes:
        property: The argument at fault, or "".
        reason: What is wrong with it.
    """

    def __init__(self, reason: str, property: str = "") -> None:  # noqa: A002 - the protocol's word
        self.reason = reason
        self.property = property
        super().__init__(reason)


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


def answer(call: Call) -> Any:
    """The result of a call: a mapping, or UNKNOWN with a warning for a function that is not in the table.

    Raises:
        CallFailed: The provider would refuse the arguments.
    """
    function = ANSWERS.get(call.token)
    if function is None:
        call.warn(
            f"{call.token}: this function is not answered offline, so everything made from its result is unknown in this "
            "preview"
        )
        return UNKNOWN
    return function(call)


def placeholders(result: Any, declared: type | None) -> Any:
    """A result that the SDK's result class accepts, for callers that cannot be given "unknown".

    Unknown text becomes a marked placeholder; whatever the program makes of it is recognized and is unknown again. Unknown
    numbers, booleans and mappings are left out. An unknown list of text has one placeholder as its member.

    Args:
        result: A mapping, or UNKNOWN.
        declared: The class that holds it, or None.
    """
    members: dict[str, Any] = _types.output_type_types(declared) if declared is not None else {}
    if result is UNKNOWN:
        result = dict.fromkeys(members, UNKNOWN)
    filled: dict[str, Any] = {}
    for name, value in result.items():
        if value is UNKNOWN:
            value = _placeholder(members.get(name, str))
            if value is None:
                continue
        filled[name] = value
    return filled


def _placeholder(declared: Any) -> Any:
    origin = typing.get_origin(declared)
    if origin in (typing.Union, types.UnionType):
        declared = next(choice for choice in typing.get_args(declared) if choice is not type(None))
        origin = typing.get_origin(declared)
    if declared is str:
        return UNKNOWN_PLACEHOLDER
    if origin is not None and isinstance(origin, type) and issubclass(origin, (list, typing.Sequence)):
        inner = _placeholder(typing.get_args(declared)[0]) if typing.get_args(declared) else None
        return [] if inner is None else [inner]
    return None
