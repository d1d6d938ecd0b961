"""Every type that stacks are made of: its outputs as the SDK declares them, its id and its ARN in AWS's form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pulumi import _types

from tests.sandbox.client import urn
from tierwise.preview.checks import sdk
from tierwise.preview.checks.mapping import MAPPINGS
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.faults import Faults
from tierwise.sandbox.provider import Provider

#: An ARN that others are derived from, and what any other required text is.
_ARN = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/thing/0123456789abcdef"
_TEXT = "thing"
_ARN_FORM = re.compile(r"arn:aws:[a-z0-9-]+:([a-z]{2}-[a-z]+-\d)?:(\d{12})?:[^{}]+")

Made = Mapping[str, tuple[str, dict[str, Any]]]


def filled(shape: sdk.Shape, name: str) -> Any:
    """A value of a declared shape, with nothing in it that is not required."""
    match shape[0]:
        case sdk.Scalar(kind="string"):
            return _ARN if name.lower().endswith(("arn", "topic", "certificate")) else _TEXT
        case sdk.Scalar(kind="boolean"):
            return True
        case sdk.Scalar(kind="integer" | "number"):
            return 1
        case sdk.ListOf(element):
            return [filled(element, name)]
        case sdk.MapOf(element):
            return {"key": filled(element, name)}
        case sdk.Block() as block:
            return required(block.fields)
        case _:
            return _TEXT


def required(fields: Mapping[str, sdk.Field]) -> dict[str, Any]:
    return {name: filled(field.shape, name) for name, field in fields.items() if field.required}


def wrong(value: Any, declared: Any, path: str) -> list[str]:
    """Where a value is not of the declared type."""
    kind = _types.unwrap_optional_type(declared)
    origin = get_origin(kind)
    if _types.is_output_type(kind):
        if not isinstance(value, dict):
            return [f"{path}: {value!r}"]
        members = _types.output_type_types(kind)
        optional = {name for name, member in members.items() if name not in value and may_be_empty(kind, name)}
        return [
            line
            for name, member in members.items()
            if name not in optional
            for line in wrong(value.get(name), member, f"{path}.{name}")
        ]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return [] if isinstance(value, dict) else [f"{path}: {value!r}"]
    if isinstance(origin, type) and issubclass(origin, Sequence):
        if not isinstance(value, list):
            return [f"{path}: {value!r}"]
        return [
            line for index, member in enumerate(value) for line in wrong(member, get_args(kind)[0], f"{path}[{index}]")
        ]
    plain = {str: str, bool: bool, int: int, float: (int, float)}.get(kind)
    return [] if plain is None or isinstance(value, plain) else [f"{path}: {value!r}"]


def may_be_empty(declared: type, name: str) -> bool:
    """Whether the SDK declares an output as optional."""
    for member in vars(declared).values():
        if isinstance(member, property):
            own = getattr(member.fget, "_pulumi_name", None) or getattr(member.fget, "__name__", "")
            if own == name:
                return "Optional[" in str(member.fget.__annotations__["return"]) or name == "region"
    return False


def deploy(folder: Path) -> Made:
    """Each type once, made of no more than it requires."""
    cloud = Cloud(folder / "cloud.db")
    provider = Provider(cloud, Faults([], cloud))
    made: dict[str, tuple[str, dict[str, Any]]] = {}
    for token in MAPPINGS:
        args = sdk.args_class(token)
        assert args is not None, token
        inputs, _ = provider.check(urn(token), {}, required(sdk.describe(args)))
        made[token] = provider.create(urn(token), inputs)
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return deploy(tmp_path_factory.mktemp("first"))


def test_all_that_the_sdk_declares_is_there_and_of_its_type(made: Made) -> None:
    found: list[str] = []
    for token, (_, outputs) in made.items():
        cls = sdk.resource_class(token)
        assert cls is not None, token
        for name, declared in _types.resource_types(cls).items():
            if name in outputs:
                found += wrong(outputs[name], declared, f"{token} {name}")
            # A file that the program may give is nothing that AWS answers with.
            elif name not in ("id", "urn") and not may_be_empty(cls, name) and "Asset" not in str(declared):
                found.append(f"{token} {name}: is missing")
    assert found == []


def test_ids_and_arns_have_the_form_of_aws(made: Made) -> None:
    found: list[str] = []
    for token, (id_, outputs) in made.items():
        if not id_ or "{" in id_ or "None" in id_:
            found.append(f"{token}: {id_!r}")
        # Where the ARN is an input, it is what was given.
        if "arn" in outputs and outputs["arn"] != _TEXT and not _ARN_FORM.fullmatch(outputs["arn"]):
            found.append(f"{token}: {outputs['arn']}")
    assert found == []


def test_an_empty_sandbox_gives_the_same_ones_again(made: Made, tmp_path: Path) -> None:
    assert deploy(tmp_path) == made
