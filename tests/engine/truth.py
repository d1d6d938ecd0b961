"""Compares what the real engine and the embedded preview say about one stack."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tierwise.preview.values import SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_SENTINEL
from tierwise.sandbox.functions import _OWNED
from tierwise.sandbox.identity import ACCOUNT

#: Members of a state that are sets; the SDK sends them in no order.
_SETS = ("dependencies", "aliases", "additionalSecretOutputs")
#: The real CLI's preview has no outputs: its steps are told before the provider has answered. Its events have them.
_LEFT_OUT = ("outputs", "stackTrace", "sourcePosition", "inputs", "propertyDependencies", *_SETS)

#: What events have instead of a long text; its hash is there.
_ELIDED = "<contents elided>"
#: How a preview shows what is secret.
_SECRET = "[secret]"  # noqa: S105 - see above


def decided(preview: Mapping[str, Any]) -> set[str]:
    """Texts that the sandbox decides and that nobody knows offline: automatic names, what AWS owns, its account.

    Where the stack names no account, what is secret may be made of the sandbox's; a preview does not show it.
    """
    names = {str(owned["id"]) for owned in _OWNED.values()}
    if not any(key.endswith(":account") for key in preview["config"]):
        names |= {ACCOUNT, _SECRET}
    for step in preview["steps"]:
        inputs = step["newState"].get("inputs", {})
        names |= {str(inputs[name]) for name in inputs.get("__defaults", ())}
    return names


def differences(real: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    """Everything that the two say differently, a line each."""
    found: list[str] = []
    theirs = {step["urn"]: step for step in real["steps"]}
    own = {step["urn"]: step for step in ours["steps"]}
    found += [f"only the engine has {urn}" for urn in theirs.keys() - own.keys()]
    found += [f"only the preview has {urn}" for urn in own.keys() - theirs.keys()]
    names = decided(real)
    for urn in sorted(theirs.keys() & own.keys()):
        found += [f"{urn}  {line}" for line in _step(theirs[urn], own[urn], names)]
    for member in ("config", "changeSummary"):
        if real[member] != ours[member]:
            found.append(f"{member}: {real[member]} and {ours[member]}")
    return found


def output_differences(
    real: Mapping[str, Any], events: Iterable[Mapping[str, Any]], ours: Mapping[str, Any]
) -> list[str]:
    """What the two know of outputs before anything is made, the stack's own included; a line each.

    Args:
        real: The engine's preview, for what the sandbox decides.
        events: The engine's, which tell outputs where its preview does not.
        ours: The embedded preview.
    """
    told = {
        event["resOutputsEvent"]["metadata"]["urn"]: event["resOutputsEvent"]["metadata"]["new"]["outputs"]
        for event in events
        if "resOutputsEvent" in event
    }
    names = decided(real)
    found: list[str] = []
    for step in ours["steps"]:
        own, theirs = step["newState"].get("outputs", {}), _blinded(told.get(step["urn"], {}))
        for name in sorted(own.keys() | theirs.keys()):
            found += [
                f"{step['urn']}  {line}" for line in _known("outputs", name, theirs.get(name), own.get(name), names)
            ]
    return found


def _blinded(value: Any) -> Any:
    """A value with its secrets written as a preview writes them; events keep what marks them."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return _SECRET
        return {key: _blinded(member) for key, member in value.items()}
    return [_blinded(member) for member in value] if isinstance(value, list) else value


def _step(real: Mapping[str, Any], ours: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for member in ("op", "provider"):
        yield from _values(member, real.get(member), ours.get(member))
    theirs, own = real["newState"], ours["newState"]
    for member in sorted((theirs.keys() | own.keys()) - set(_LEFT_OUT)):
        yield from _values(member, theirs.get(member), own.get(member))
    for member in _SETS:
        yield from _values(member, sorted(theirs.get(member, ())), sorted(own.get(member, ())))
    # What a provider expands has no line of the program in the real engine, and a library's line is not the program's.
    position = theirs.get("sourcePosition")
    if position and "/site-packages/" not in position:
        yield from _values("sourcePosition", theirs["sourcePosition"], own.get("sourcePosition"))
    yield from _values(
        "propertyDependencies",
        {key: sorted(urns) for key, urns in theirs.get("propertyDependencies", {}).items()},
        {key: sorted(urns) for key, urns in own.get("propertyDependencies", {}).items()},
    )
    inputs = dict(theirs.get("inputs", {}))
    for name in inputs.pop("__defaults", ()):
        inputs.pop(name)
    for name in sorted(inputs.keys() | own.get("inputs", {}).keys()):
        yield from _known("inputs", name, inputs.get(name), own.get("inputs", {}).get(name), names)


def _known(where: str, name: str, real: Any, ours: Any, names: Iterable[str]) -> Iterator[str]:
    """As ``_values``; what the preview does not know may be known where the sandbox has decided it."""
    text = json.dumps(real)
    from_sandbox = any(decided in text for decided in names)
    for line in _values(f"{where}.{name}", real, ours):
        if not (from_sandbox and line.endswith(f" and {UNKNOWN_SENTINEL!r}")):
            yield line


def _values(path: str, real: Any, ours: Any) -> Iterator[str]:
    if isinstance(real, dict) and isinstance(ours, dict):
        for key in sorted(real.keys() | ours.keys()):
            yield from _values(f"{path}.{key}", real.get(key), ours.get(key))
    elif isinstance(real, list) and isinstance(ours, list) and len(real) == len(ours):
        for index, (theirs, own) in enumerate(zip(real, ours, strict=True)):
            yield from _values(f"{path}[{index}]", theirs, own)
    elif real not in (ours, _ELIDED):
        yield f"{path}: {real!r} and {ours!r}"
