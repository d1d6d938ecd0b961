"""Finds the AWS CLI commands in a page and checks them against botocore, whose models the AWS CLI is generated from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

# botocore has no types.
xform_name: Callable[[str, str], str] = import_module("botocore").xform_name
_session: Any = import_module("botocore.session")
_exceptions: Any = import_module("botocore.exceptions")

# Options of the CLI itself, and commands that it does not generate from a model.
GLOBAL = {"query", "output", "region", "profile", "cli-input-json", "max-items", "page-size", "starting-token"}
CUSTOM: dict[tuple[str, str], set[str]] = {
    ("s3", "ls"): {"recursive"},
    ("s3", "cp"): set(),
    ("s3", "sync"): set(),
    ("ecr", "get-login-password"): set(),
    ("logs", "tail"): {"since", "follow", "format", "filter-pattern"},
}
# Services that the CLI calls otherwise than botocore does.
ALIASES = {"deploy": "codedeploy", "configservice": "config"}


def commands(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """Service, command and option names of every AWS CLI command in a page's code, nested ones included."""
    code = "\n".join(
        [
            *re.findall(r"^(?: {4}|\t)(.*)$", page.replace("\\\n", " "), re.MULTILINE),
            *re.findall(r"`([^`\n]+)`", page),
        ]
    )
    for match in re.finditer(r"(?<![\w/.-])aws ([a-z0-9-]+) (wait )?([a-z][a-z0-9-]+)", code):
        service, wait, command = match.groups()
        options = re.findall(r"(?:^|\s)--([a-z][a-z0-9-]*)", _own_text(code[match.end() :]))
        yield service, f"wait {command}" if wait else command, options


def problems(service: str, command: str, options: list[str]) -> list[str]:
    """What the AWS CLI would refuse about a command's name and options."""
    if (service, command) in CUSTOM:
        allowed = CUSTOM[service, command]
    else:
        try:
            found = _options(ALIASES.get(service, service), command)
        except _exceptions.UnknownServiceError:
            return [f"aws has no service {service}"]
        if found is None:
            return [f"aws {service} has no command {command}"]
        allowed = found
    return [f"aws {service} {command} has no option --{name}" for name in options if name not in allowed | GLOBAL]


def _own_text(text: str) -> str:
    """The rest of a command, without what stands in quotes or in $(…), up to where the shell ends it."""
    own: list[str] = []
    depth, quote = 0, ""
    for index, char in enumerate(text):
        if quote and not depth:
            if text[index - 1] == "$" and char == "(":
                depth += 1
            elif char == quote:
                quote = ""
        elif char == "(":
            depth += 1
        elif char == ")":
            if not depth:
                break
            depth -= 1
        elif depth:
            continue
        elif char in "\"'":
            quote = char
        elif char in "|;&\n":
            break
        else:
            own.append(char)
    return "".join(own)


@cache
def _models() -> Any:
    """One session, which reads each model once."""
    return _session.get_session()


@cache
def _options(service: str, command: str) -> set[str] | None:
    session = _models()
    service = {"s3api": "s3"}.get(service, service)
    model = session.get_service_model(service)
    if command.startswith("wait "):
        waiters = session.get_waiter_model(service)
        names = {xform_name(name, "-"): waiters.get_waiter(name).operation for name in waiters.waiter_names}
    else:
        names = {xform_name(name, "-"): name for name in model.operation_names}
    operation = names.get(command.removeprefix("wait "))
    if operation is None:
        return None
    shape = model.operation_model(operation).input_shape
    members: dict[str, Any] = {} if shape is None else shape.members
    options = {xform_name(name, "-") for name in members}
    return options | {
        f"no-{xform_name(name, '-')}" for name, member in members.items() if member.type_name == "boolean"
    }
