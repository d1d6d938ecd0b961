"""Walks one resource's inputs against what the SDK declares and what AWS's models accept.

What counts as a wrong type follows what the AWS provider's bridge really converts: a number or a boolean where a string
is declared, numeric text where a number is, ``"true"`` and ``"false"`` where a boolean is. Everything else is refused.
"""

from __future__ import annotations

from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview.checks import sdk
from tierwise.preview.checks.constraints import Constraint, TypeConstraints, constraints_of, judge
from tierwise.preview.checks.failure import Failure, Kind, Level, listed, nearest, safe
from tierwise.preview.plan import PlannedResource
from tierwise.preview.values import Archive, Asset, OutputValue, ResourceReference, Secret

#: Inputs that Pulumi itself adds; no SDK declares them.
_ENGINE_INPUTS: Final = frozenset({"__defaults", "__internal"})
_PROVIDER_INPUTS: Final = _ENGINE_INPUTS | {"version", "pluginDownloadURL", "pluginChecksums"}

_WORDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "any": "anything",
    "asset": "a pulumi.Asset",
    "archive": "a pulumi.Archive",
}


def unwrap(value: Any) -> tuple[Any, bool]:
    """The value without secret and output wrappers, and whether it was secret."""
    secret = False
    while True:
        if isinstance(value, Secret):
            secret, value = True, value.value
        elif isinstance(value, OutputValue):
            secret, value = secret or value.secret, value.value
        else:
            return value, secret


def failure(
    resource: PlannedResource,
    path: str,
    value: str | None,
    message: str,
    *,
    allowed: str | None = None,
    nearest: str | None = None,
    level: Level = "error",
    kind: Kind = "value",
) -> Failure:
    """A failure of ``resource``; see ``Failure`` for the arguments."""
    return Failure(
        resource.urn,
        resource.type,
        resource.name,
        path,
        value,
        message,
        allowed,
        nearest,
        resource.source_position,
        level,
        kind,
    )


def check_inputs(resource: PlannedResource) -> list[Failure]:
    """Every undeclared, missing, wrongly typed or refused input of one resource, in the order of its inputs."""
    args = sdk.args_class(resource.type)
    if args is None:
        return []
    walk = _Walk(resource, constraints_of(resource.type))
    is_provider = sdk.encoded(resource.type)
    added = _PROVIDER_INPUTS if is_provider else _ENGINE_INPUTS
    inputs = {name: value for name, value in resource.inputs.items() if name not in added}
    if is_provider:
        fields = sdk.describe(args)
        inputs = {name: sdk.decoded(v, fields[name].shape) if name in fields else v for name, v in inputs.items()}
    walk.block(inputs, sdk.describe(args), "", "", secret=False)
    return walk.found


class _Walk:
    def __init__(self, resource: PlannedResource, constraints: TypeConstraints | None) -> None:
        self.resource = resource
        self.constraints = constraints
        self.found: list[Failure] = []

    def block(self, value: dict[str, Any], fields: dict[str, sdk.Field], name: str, path: str, *, secret: bool) -> None:
        """One object: ``name`` is its SDK class (``""`` for the resource), ``path`` ends in a dot unless empty."""
        constraints = self.constraints.of(name) if self.constraints else {}
        meant: set[str | None] = set()
        for key, member in value.items():
            if member is None:
                continue
            field = fields.get(key)
            if field is None:
                meant.add(self._unknown(key, member, fields, path, secret=secret))
            elif member is not UNKNOWN:
                self.value(member, field.shape, constraints.get(key), path + key, secret=secret)
        for field in fields.values():
            if field.required and value.get(field.name) is None and meant.isdisjoint((field.name, field.python_name)):
                self._missing(field, path)

    def value(
        self, wrapped: Any, shape: sdk.Shape, constraint: Constraint | None, path: str, *, secret: bool = False
    ) -> None:
        """One value of any kind."""
        value, was_secret = unwrap(wrapped)
        secret = secret or was_secret
        if value is UNKNOWN or value is None:
            return
        chosen = _choose(value, shape)
        if chosen is None:
            wanted = " or ".join(dict.fromkeys(_describe(alternative) for alternative in shape))
            message = f"wrong type: {_kind_of(value)} where {wanted} is declared"
            self._add(path, safe(value, secret=secret), message, kind="type")
            return
        if constraint is not None:
            refusal = judge(value, constraint)
            if refusal:
                self._add(
                    path,
                    safe(value, secret=secret),
                    refusal.message,
                    allowed=refusal.allowed,
                    nearest=refusal.nearest,
                )
        if isinstance(chosen, sdk.Block):
            self.block(value, chosen.fields, chosen.cls.__name__, path + ".", secret=secret)
        elif isinstance(chosen, sdk.ListOf):
            items = constraint.get("items") if constraint else None
            for index, member in enumerate(value):
                if member is not UNKNOWN:
                    self.value(member, chosen.element, items, f"{path}[{index}]", secret=secret)
        elif isinstance(chosen, sdk.MapOf):
            self._map(value, chosen, constraint or {}, path, secret=secret)

    def _map(
        self, value: dict[str, Any], chosen: sdk.MapOf, constraint: Constraint, path: str, *, secret: bool
    ) -> None:
        keys, values = constraint.get("keys"), constraint.get("values")
        for key, member in value.items():
            refusal = judge(key, keys) if keys else None
            if refusal:
                self._add(
                    f"{path}[{safe(key)}]",
                    None,
                    f"the name is not accepted: {refusal.message}",
                    allowed=refusal.allowed,
                )
            if member is not UNKNOWN:
                self.value(member, chosen.element, values, f"{path}[{safe(key)}]", secret=secret)

    def _unknown(self, key: str, value: Any, fields: dict[str, sdk.Field], path: str, *, secret: bool) -> str | None:
        """Report an undeclared property; returns the name that was meant, so that it is not called missing too."""
        # The SDK's own spelling in Python is snake_case; a key that reached us in camelCase was written in it.
        by_python = {field.python_name: field for field in fields.values()}
        close = nearest(key, by_python if not any(map(str.isupper, key)) else fields)
        self._add(
            path + key,
            safe(value, secret=secret),
            "no such property",
            allowed=None if close else listed(sorted(by_python)),
            nearest=close,
            kind="unknown-property",
        )
        return close

    def _missing(self, field: sdk.Field, path: str) -> None:
        self._add(path + field.name, None, "required, but not given", kind="missing")

    def _add(
        self,
        path: str,
        value: str | None,
        message: str,
        *,
        allowed: str | None = None,
        nearest: str | None = None,
        kind: Kind = "value",
    ) -> None:
        self.found.append(failure(self.resource, path, value, message, allowed=allowed, nearest=nearest, kind=kind))


def _choose(value: Any, shape: sdk.Shape) -> sdk.Alternative | None:
    """The alternative that ``value`` is of, preferring the one without conversion; None when there is none."""
    if len(shape) == 1:
        return shape[0] if _fits(value, shape[0]) else None
    fitting = [alternative for alternative in shape if _fits(value, alternative)]
    if isinstance(value, dict) and len(fitting) > 1:
        keys: set[str] = set(value)  # type: ignore[reportUnknownArgumentType]
        fitting.sort(key=lambda a: len(keys - a.fields.keys()) if isinstance(a, sdk.Block) else len(keys))
    return fitting[0] if fitting else None


def _fits(value: Any, alternative: sdk.Alternative) -> bool:
    if isinstance(alternative, sdk.Scalar):
        return _fits_scalar(value, alternative.kind)
    if isinstance(alternative, sdk.ListOf):
        return isinstance(value, list)
    return isinstance(value, dict)


def _fits_scalar(value: Any, kind: str) -> bool:
    if kind == "any":
        return True
    if kind == "string":
        # A resource passed for its id (subnet_id=subnet) travels as a reference.
        return isinstance(value, str | int | float | ResourceReference)
    if kind == "boolean":
        return isinstance(value, bool) or value in ("true", "false")
    if kind == "asset":
        return isinstance(value, Asset)
    if kind == "archive":
        return isinstance(value, Archive)
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return _is_number(value, whole=kind == "integer")
    if kind == "integer":
        return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return isinstance(value, int | float)


def _is_number(text: str, *, whole: bool) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return not whole or number.is_integer()


def _describe(alternative: sdk.Alternative) -> str:
    if isinstance(alternative, sdk.Scalar):
        return _WORDS[alternative.kind]
    if isinstance(alternative, sdk.ListOf):
        return "a list"
    return "a map" if isinstance(alternative, sdk.MapOf) else "an object"


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, Asset):
        return "an asset"
    if isinstance(value, Archive):
        return "an archive"
    return "a resource" if isinstance(value, ResourceReference) else "a value"
