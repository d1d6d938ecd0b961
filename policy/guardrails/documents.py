"""IAM policy documents, parsed once and asked in three-valued terms.

A document may arrive as JSON text or as an object. One that embeds an ARN that AWS has yet to make is wholly unknown
at preview: the caller then yields ``Deferred`` and is asked again at deployment. A document that cannot be parsed is a
violation, never a pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, cast

from guardrails.resource import ABSENT, UNKNOWN, Resource
from guardrails.rule import Deferred, On, Outcome, Scope

#: Condition keys that fix who may call; a public principal narrowed by one of them with a fixed value is not public.
_FIXING_KEYS: Final = frozenset(
    {
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
    }
)
_POSITIVE: Final = ("stringequals", "stringlike", "arnequals", "arnlike", "stringequalsignorecase")


class MalformedDocumentError(ValueError):
    """The text is not a policy document."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, its texts as lists.

    Attributes:
        allow: True for Allow, False for Deny.
        actions: ``Action``, lower case, or empty.
        not_actions: ``NotAction``, lower case, or empty.
        resources: ``Resource``, or empty.
        not_resources: ``NotResource``, or empty.
        principals: ``(kind, value)`` pairs such as ``("AWS", "*")``; ``("*", "*")`` for ``Principal: "*"``.
        not_principals: True when ``NotPrincipal`` is used.
        conditions: ``(operator, key, values)``, operator and key in lower case.
        sid: The statement's id, or an empty text.
    """

    allow: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    not_principals: bool
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]
    sid: str

    @property
    def public(self) -> bool:
        """True when anybody is allowed: a ``*`` principal that no condition narrows to fixed callers."""
        if not self.allow:
            return False
        anybody = self.not_principals or any(value == "*" and kind in ("*", "AWS") for kind, value in self.principals)
        return anybody and not any(
            operator.removesuffix("ifexists") in _POSITIVE
            and not operator.endswith("ifexists")
            and key in _FIXING_KEYS
            and values
            and all(value.strip("*") and not value.startswith("*") for value in values)
            for operator, key, values in self.conditions
        )

    def allows(self, action: str) -> bool:
        """True when the statement allows ``action`` (``service:Name``), wildcards considered."""
        if not self.allow:
            return False
        wanted = action.lower()
        if self.not_actions:
            return not any(fnmatchcase(wanted, pattern) for pattern in self.not_actions)
        return any(fnmatchcase(wanted, pattern) for pattern in self.actions)

    @property
    def on_everything(self) -> bool:
        """True when it holds for every resource."""
        return "*" in self.resources or bool(self.not_resources)

    def conditions_on(self, key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """``(operator, values)`` of every condition on ``key`` (any case)."""
        wanted = key.lower()
        return ((operator, values) for operator, name, values in self.conditions if name == wanted)

    def label(self, index: int) -> str:
        """How a message names the statement."""
        return f'statement "{self.sid}"' if self.sid else f"statement {index + 1}"


def parse(document: Any) -> tuple[Statement, ...]:
    """Parse a policy document.

    Args:
        document: JSON text or the object itself; known.

    Raises:
        MalformedDocumentError: With a sentence that says what is wrong, without the document's text.
    """
    if isinstance(document, str):
        return _parse_text(document)
    return tuple(_statements(document))


@lru_cache(maxsize=512)
def _parse_text(text: str) -> tuple[Statement, ...]:
    try:
        document = json.loads(text)
    except ValueError:
        raise MalformedDocumentError("is not JSON") from None
    return tuple(_statements(document))


def _statements(document: Any) -> Iterator[Statement]:
    if not isinstance(document, Mapping):
        raise MalformedDocumentError("is not a policy document")
    raw: Any = cast(Mapping[str, Any], document).get("Statement")
    entries: list[Any] = cast(list[Any], raw) if isinstance(raw, list) else [raw]
    for entry in entries:
        if not isinstance(entry, Mapping):
            raise MalformedDocumentError("has no Statement list")
        yield _statement(cast(Mapping[str, Any], entry))


def _statement(entry: Mapping[str, Any]) -> Statement:
    effect = entry.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedDocumentError("has a statement without an Effect of Allow or Deny")
    if "Action" not in entry and "NotAction" not in entry:
        raise MalformedDocumentError("has a statement without an Action")
    return Statement(
        allow=effect == "Allow",
        actions=tuple(text.lower() for text in _texts(entry.get("Action"))),
        not_actions=tuple(text.lower() for text in _texts(entry.get("NotAction"))),
        resources=_texts(entry.get("Resource")),
        not_resources=_texts(entry.get("NotResource")),
        principals=tuple(_principals(entry.get("Principal"))),
        not_principals="NotPrincipal" in entry,
        conditions=tuple(_conditions(entry.get("Condition"))),
        sid=str(entry.get("Sid") or ""),
    )


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    members: Iterable[Any] = cast(list[Any], value) if isinstance(value, list) else [value]
    return tuple(_text(member) for member in members)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise MalformedDocumentError("has a value where text belongs")


def _principals(value: Any) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, str):
        yield "*" if value == "*" else "AWS", value
        return
    if not isinstance(value, Mapping):
        raise MalformedDocumentError("has a Principal that is neither text nor an object")
    for kind, names in cast(Mapping[str, Any], value).items():
        for name in _texts(names):
            yield kind, name


def _conditions(value: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if value is None:
        return
    if not isinstance(value, Mapping):
        raise MalformedDocumentError("has a Condition that is not an object")
    for operator, tests in cast(Mapping[str, Any], value).items():
        if not isinstance(tests, Mapping):
            raise MalformedDocumentError("has a Condition operator without tests")
        for key, values in cast(Mapping[str, Any], tests).items():
            yield re.sub(r"^for(?:any|all)values:", "", operator.lower()), key.lower(), _texts(values)


def statements(resource: Resource, path: str) -> tuple[tuple[Statement, ...], Outcome | None]:
    """The statements of a property's document, and what a check must yield when they cannot be told.

    Args:
        resource: The resource.
        path: The property; an absent one has no statements and no outcome.
    """
    value = resource.get(path)
    if value is ABSENT or value == "":
        return (), None
    if value is UNKNOWN or (isinstance(value, Mapping | list) and _holds_unknown(value)):
        return (), Deferred(path, resource)
    try:
        return parse(value), None
    except MalformedDocumentError as error:
        return (), On(resource, f"{path} {error}")


def each(resource: Resource, *paths: str) -> Iterator[tuple[str, Statement] | Outcome]:
    """Every statement of a resource's documents with the words that name it, or what a check yields instead.

    Args:
        resource: The resource.
        paths: The properties that hold documents.
    """
    for path in paths:
        found, instead = statements(resource, path)
        if instead:
            yield instead
        for index, statement in enumerate(found):
            yield f"{path} {statement.label(index)}", statement


def allowing(
    path: str, judge: Callable[[Statement, Scope], Iterable[str]]
) -> Callable[[Resource, Scope], Iterator[Outcome]]:
    """A check of each statement that allows something.

    Args:
        path: The property that holds the document.
        judge: Says what is wrong with a statement; its words follow the statement's name.
    """

    def run(resource: Resource, scope: Scope) -> Iterator[Outcome]:
        for found in each(resource, path):
            if not isinstance(found, tuple):
                yield found
            elif found[1].allow:
                yield from (f"{found[0]} {message}" for message in judge(found[1], scope))

    return run


def public(path: str, message: str) -> Callable[[Resource, Scope], Iterator[Outcome]]:
    """A check that no statement admits everybody.

    Args:
        path: The property that holds the document.
        message: What such a statement does.
    """
    return allowing(path, lambda statement, _scope: (message,) if statement.public else ())


def _holds_unknown(value: Any) -> bool:
    if value is UNKNOWN:
        return True
    if isinstance(value, Mapping):
        return any(_holds_unknown(member) for member in cast(Mapping[str, Any], value).values())
    return isinstance(value, list) and any(_holds_unknown(member) for member in cast(list[Any], value))
