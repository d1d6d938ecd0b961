"""The provider's functions in the sandbox: what the preview answers, what AWS owns, and what the cloud holds."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview.invokes import Call, CallError, Lookup, answer
from tierwise.preview.values import Secret
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.identity import ACCOUNT

#: What every account has, though nobody made it there, by function; ids of AWS's shape, the same ones each time.
_OWNED: Final[Mapping[str, Mapping[str, Any]]] = {
    "aws:ec2/getAmi:getAmi": {
        "id": "ami-0a1b2c3d4e5f60718",
        "imageId": "ami-0a1b2c3d4e5f60718",
        "name": "al2023-ami-2023.9.20251117.1-kernel-6.12-arm64",
        "architecture": "arm64",
        "ownerId": "137112412989",
        "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda",
        "state": "available",
    },
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": {
        "id": "pl-3b927c52",
        "ownerId": "AWS",
        "addressFamily": "IPv4",
        "maxEntries": 55,
    },
    "aws:ec2/getPrefixList:getPrefixList": {"id": "pl-63a5400a", "cidrBlocks": ["3.5.0.0/19"]},
    "aws:s3/getCanonicalUserId:getCanonicalUserId": {
        "id": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"
    },
}
_FUNCTION: Final = re.compile(r"aws:(?P<module>\w+)/get(?P<name>\w+):get\w+")
_LONGEST_PASSWORD: Final = 4096
#: What a password is made of, by the argument that leaves it out.
_LETTERS: Final = {
    "excludeLowercase": string.ascii_lowercase,
    "excludeUppercase": string.ascii_uppercase,
    "excludeNumbers": string.digits,
    "excludePunctuation": string.punctuation,
}
_PASSWORD: Final = "aws:secretsmanager/getRandomPassword:getRandomPassword"  # noqa: S105 - a function's token


def invoke(token: str, args: Mapping[str, Any], *, cloud: Cloud, region: str, account: str) -> dict[str, Any]:
    """The result of a function, all of it known.

    Args:
        token: Such as ``aws:ec2/getVpc:getVpc``.
        args: Its arguments.
        cloud: Where lookups look.
        region: The provider's region, unless the arguments name another.
        account: The account's number.

    Raises:
        CallError: The arguments are wrong, or what they ask for does not exist.
    """
    region = str(args.get("region") or region)
    if token == _PASSWORD:
        return {**args, "id": "", "randomPassword": Secret(_password(args))}
    unheard: list[str] = []
    found = answer(Call(token, args, region, account, unheard.append))
    if unheard:
        raise CallError(f"{token}: the sandbox does not answer this function")
    if isinstance(found, Lookup):
        return _looked_up(token, args, cloud, region, account)
    return {name: value for name, value in found.items() if value is not UNKNOWN}


def _looked_up(token: str, args: Mapping[str, Any], cloud: Cloud, region: str, account: str) -> dict[str, Any]:
    if token in _OWNED:
        return {**args, **_OWNED[token], "region": region}
    match = _FUNCTION.fullmatch(token)
    if match is None:
        raise CallError(f"{token}: the sandbox does not answer this function")
    if args.get("filters"):
        raise CallError(f"{token}: the sandbox looks things up by their properties and tags only", "filters")
    name = match["name"]
    type_ = f"aws:{match['module']}/{name[0].lower()}{name[1:]}:{name}"
    wanted = {key: value for key, value in args.items() if key not in ("region", "tags") and value}
    wanted_tags: Mapping[str, Any] = args.get("tags") or {}
    for held in cloud.all(type_):
        state = {**held.outputs, "id": held.id}
        tags: Mapping[str, Any] = held.outputs.get("tagsAll") or {}
        if (
            held.account == account
            and held.region in (region, "")
            and all(state.get(key, value) == value for key, value in wanted.items())
            and all(tags.get(key) == value for key, value in wanted_tags.items())
        ):
            return {**args, **state}
    raise CallError(f"{token}: the sandbox holds no {type_} that matches {wanted or 'this'}")


def _password(args: Mapping[str, Any]) -> str:
    """A password as Secrets Manager draws it.

    See docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html.
    """
    length = args.get("passwordLength") or 32
    if not isinstance(length, int) or not 1 <= length <= _LONGEST_PASSWORD:
        raise CallError(f"{length}: a password has 1 to {_LONGEST_PASSWORD} characters", "passwordLength")
    excluded = str(args.get("excludeCharacters") or "")
    letters = "".join(kind for switch, kind in _LETTERS.items() if not args.get(switch))
    alphabet = [letter for letter in letters + " " * bool(args.get("includeSpace")) if letter not in excluded]
    if not alphabet:
        raise CallError("nothing is left that a password could be made of", "excludeCharacters")
    return "".join(secrets.choice(alphabet) for _ in range(length))


def account_of(allowed: Any) -> str:
    """The account that a provider works in: the only one that it allows, or the sandbox's own."""
    if isinstance(allowed, list) and len(allowed) == 1:  # type: ignore[reportUnknownArgumentType]
        return str(allowed[0]).zfill(12)  # type: ignore[reportUnknownArgumentType]
    return ACCOUNT
