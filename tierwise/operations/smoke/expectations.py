"""``smoke.yaml`` beside a system's ``Pulumi.yaml``: what a deployed stack must answer.

::

    token: {secret: jwt}                     # or {variable: SMOKE_TOKEN}
    requests:
      health:
        path: /api/health
        expect: {status: 200, json: {status: ok, version: "{release}"}}
        seconds: 0.2                         # the median of five calls must be faster
      refused: {method: POST, path: /api/listings, expect: {status: 401}}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from tierwise.operations.answers import as_list, as_mapping
from tierwise.operations.stack import Stack
from tierwise.operations.system_file import Part, read_system_file

FILE = "smoke.yaml"


class Expected(Part):
    """What an answer must be.

    Attributes:
        status: One status, or any of several.
        body: What its JSON must hold at least; ``{stage}`` and the like are filled in, ``*`` is any value.
        headers: Headers that must be there.
    """

    status: int | tuple[int, ...] = 200
    body: Any = Field(default=None, alias="json")
    headers: tuple[str, ...] = ()

    @property
    def statuses(self) -> tuple[int, ...]:
        """The statuses that are right."""
        return self.status if isinstance(self.status, tuple) else (self.status,)


class Request(Part):
    """One request.

    Attributes:
        path: Path below the stack's ``url``.
        method: HTTP method, or ``WEBSOCKET``: the body is sent as a message and the first answer is judged.
        body: Sent as JSON.
        token: Whether it carries the token.
        token_query: Query parameter in which the token goes along as well, where a gateway looks for it there.
        key: Whether it carries the API key.
        stages: Stages in which it is asked; all by default.
        output: Output that holds the address, ``url`` by default.
        expect: What must come back.
        seconds: What the median of five calls must stay below.
        keep: Words for later requests by member of the answer: ``{id: request_id}`` is ``{id}`` in their paths.
        eventually: Whether another status than expected is none yet: what is asked for is still being made.
    """

    path: str = "/"
    method: Literal["GET", "POST", "PUT", "DELETE", "HEAD", "WEBSOCKET"] = "GET"
    body: Any = None
    token: bool = False
    token_query: str | None = Field(default=None, alias="tokenQuery", pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")
    key: bool = False
    stages: tuple[str, ...] = ()
    output: str = "url"
    expect: Expected = Expected()
    seconds: float | None = Field(default=None, gt=0)
    keep: dict[str, str] = Field(default_factory=dict[str, str])
    eventually: bool = False

    @field_validator("path")
    @classmethod
    def _absolute(cls, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError("a path begins with a slash")
        return path


class Token(Part):
    """Where a token comes from; the variable ``SMOKE_TOKEN`` always comes first.

    Attributes:
        secret: Secret of the settings that signs tokens (HS256); a token of five minutes is made with it.
        entry: Its field, where it holds several.
        claims: Claims besides ``sub`` and ``exp``.
    """

    secret: str | None = None
    entry: str | None = Field(default=None, alias="field")
    claims: dict[str, Any] = Field(default_factory=dict[str, Any])


class Expectations(Part):
    """Everything that a system must answer.

    Attributes:
        token: Where a token comes from.
        requests: Requests by name.
    """

    token: Token = Token()
    requests: dict[str, Request] = Field(default_factory=dict[str, Request])

    def of_stage(self, stage: str) -> dict[str, Request]:
        """The requests that a stage is asked."""
        return {
            name: request for name, request in self.requests.items() if not request.stages or stage in request.stages
        }


def load_expectations(stack: Stack) -> Expectations:
    """The expectations of a system; without a file, that its health path answers.

    Raises:
        ConfigError: The file cannot be used, one line a problem.
    """
    file = stack.target.directory / FILE
    if not file.is_file():
        path = getattr(stack.settings.observability.health_check, "path", None) or "/"
        return Expectations(requests={"health": Request(path=path)})
    return read_expectations(file)


def read_expectations(file: Path) -> Expectations:
    """Read a file.

    Raises:
        ConfigError: It cannot be used, one line a problem.
    """
    return read_system_file(file, Expectations)


def filled(value: Any, words: dict[str, str]) -> Any:
    """A value with ``{name}`` replaced; a name without a value stands for any."""
    if isinstance(value, str):
        for name, word in words.items():
            value = value.replace("{" + name + "}", word)
        return value
    if (mapping := as_mapping(value)) is not None:
        return {key: filled(member, words) for key, member in mapping.items()}
    if (members := as_list(value)) is not None:
        return [filled(member, words) for member in members]
    return value


def mismatch(expected: Any, actual: Any, path: str = "") -> str | None:
    """Where an answer differs from what it must hold at least; None where it does not."""
    where = path or "the answer"
    if expected == "*":
        return None if actual not in (None, "") else f"{where} is missing"
    if (mapping := as_mapping(expected)) is not None:
        given = as_mapping(actual)
        if given is None:
            return f"{where} is {actual!r}, no object"
        for key, member in mapping.items():
            found = (
                mismatch(member, given[key], f"{path}.{key}".lstrip(".")) if key in given else f"{where} has no {key!r}"
            )
            if found:
                return found
        return None
    if (members := as_list(expected)) is not None:
        several = as_list(actual)
        if several is None or len(several) != len(members):
            return f"{where} is {actual!r}, not {expected!r}"
        found = (mismatch(m, given, f"{path}[{n}]") for n, (m, given) in enumerate(zip(members, several, strict=True)))
        return next(filter(None, found), None)
    return None if expected == actual else f"{where} is {actual!r}, not {expected!r}"
