"""Renders IAM policy documents as the AWS provider's ``getPolicyDocument`` does: same keys, same order, same text."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeGuard

_VERSION: Final = "2012-10-17"
_VERSIONS: Final = ("2008-10-17", _VERSION)
#: ``&{aws:username}`` stands for ``${aws:username}``, which would otherwise be taken for an interpolation.
_VARIABLE: Final = re.compile(r"&\{")


class PolicyError(ValueError):
    """The arguments make no valid document."""


def render(args: Mapping[str, Any]) -> dict[str, Any]:
    """The result of ``getPolicyDocument``: ``json``, ``minifiedJson``, ``id`` and the arguments.

    Args:
        args: The function's arguments in camelCase.

    Raises:
        PolicyError: A statement id is used twice, a source is not JSON, or the version does not exist.
    """
    version = args.get("version") or _VERSION
    if version not in _VERSIONS:
        raise PolicyError(f"expected version to be one of {list(_VERSIONS)}, got {version}")
    document: dict[str, Any] = {"Version": version}
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    own = [_statement(statement, version) for statement in args.get("statements") or ()]
    statements: list[dict[str, Any]] = []
    for number, source in enumerate([args.get("sourceJson"), *(args.get("sourcePolicyDocuments") or ())]):
        if source:
            statements.extend(_parse(source, f"source policy document {number}"))
    _unique(statements)
    statements = _override(statements, own)
    for number, override in enumerate([args.get("overrideJson"), *(args.get("overridePolicyDocuments") or ())]):
        if override:
            statements = _override(statements, _parse(override, f"override policy document {number}"))
    _unique(own)
    document["Statement"] = statements
    text = go_json(document, indent=True)
    return {
        **args,
        "id": str(zlib.crc32(text.encode())),
        "json": text,
        "minifiedJson": go_json(document, indent=False),
        "version": version,
    }


def go_json(value: Any, *, indent: bool) -> str:
    """JSON as Go's encoder writes it: HTML characters escaped, empty containers closed on the spot."""
    text = json.dumps(value, indent=2, ensure_ascii=False) if indent else _compact(value)
    for character, escape in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(character, escape)
    return text


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _statement(statement: Mapping[str, Any], version: str) -> dict[str, Any]:
    rendered: dict[str, Any] = {}
    if statement.get("sid"):
        rendered["Sid"] = statement["sid"]
    rendered["Effect"] = statement.get("effect") or "Allow"
    for key, name in (("actions", "Action"), ("notActions", "NotAction")):
        if statement.get(key):
            rendered[name] = _strings(statement[key])
    for key, name in (("resources", "Resource"), ("notResources", "NotResource")):
        if statement.get(key):
            rendered[name] = _strings(_interpolate(statement[key], version))
    for key, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if statement.get(key):
            rendered[name] = _principals(statement[key], version)
    if statement.get("conditions"):
        rendered["Condition"] = _conditions(statement["conditions"], version)
    return rendered


def _strings(values: Sequence[str]) -> str | list[str]:
    """One value stands alone; several are sorted backwards, as the provider has always done."""
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


def _interpolate(values: Sequence[Any], version: str) -> list[str]:
    texts = [str(value) for value in values]
    if version == _VERSION:
        return [_VARIABLE.sub("${", text) for text in texts]
    if any(_VARIABLE.search(text) for text in texts):
        raise PolicyError(f"policy variables are not supported by policy version {version}")
    return texts


def _principals(principals: Sequence[Mapping[str, Any]], version: str) -> Any:
    if (
        len(principals) == 1
        and principals[0].get("type") == "*"
        and list(principals[0].get("identifiers", ())) == ["*"]
    ):
        return "*"
    rendered: dict[str, Any] = {}
    for principal in principals:
        kind = principal["type"]
        values = _strings(_interpolate(principal.get("identifiers", ()), version))
        if kind not in rendered:
            rendered[kind] = values
            continue
        known = rendered[kind]
        rendered[kind] = ([known] if isinstance(known, str) else known) + (
            [values] if isinstance(values, str) else values
        )
    return dict(sorted(rendered.items()))


def _conditions(conditions: Sequence[Mapping[str, Any]], version: str) -> dict[str, Any]:
    rendered: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        values = _strings(_interpolate(condition["values"], version))
        variables = rendered.setdefault(condition["test"], {})
        known = variables.get(condition["variable"])
        if known is not None:
            values = ([known] if isinstance(known, str) else known) + ([values] if isinstance(values, str) else values)
        variables[condition["variable"]] = values
    return {test: dict(sorted(variables.items())) for test, variables in sorted(rendered.items())}


def _parse(text: str, what: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise PolicyError(f"{what} is not JSON: {error}") from error
    statements: list[dict[str, Any]] | dict[str, Any] = document.get("Statement", []) if _is_document(document) else []
    return [statements] if isinstance(statements, dict) else statements


def _is_document(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _override(statements: Sequence[dict[str, Any]], overrides: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """``overrides`` replace statements of the same id and come after the others."""
    merged = list(statements)
    for override in overrides:
        sid = override.get("Sid")
        index = next((i for i, statement in enumerate(merged) if sid and statement.get("Sid") == sid), None)
        if index is None:
            merged.append(override)
        else:
            merged[index] = override
    return merged


def _unique(statements: Sequence[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for statement in statements:
        sid = statement.get("Sid")
        if sid and sid in seen:
            raise PolicyError(f"duplicate Sid ({sid})")
        if sid:
            seen.add(sid)
