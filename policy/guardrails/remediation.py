"""Repairs that are certain and harmless: off until ``--policy-pack-config`` sets their level to remediate.

The engine offers a resource's inputs; a remediation changes them in place. In place matters: a copy would lose the mark
of every secret among them and write them to the state in plain text. What is not known, or is itself a secret, is left
as it is, and the rule beside the remediation says what is wrong with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, cast

from guardrails.resource import UNKNOWN
from guardrails.services import ec2, messaging, project, s3
from guardrails.stack_config import StackConfig


@dataclass(frozen=True)
class Inputs:
    """A resource's inputs as a remediation may touch them: readable without raising, changed one property at a time.

    Attributes:
        plain: What is known, as plain values, ``UNKNOWN`` where nothing is.
        target: What changes are written to.
    """

    plain: Mapping[str, Any]
    target: MutableMapping[str, Any]


#: Changes the inputs; True when it changed anything. Given the stack and the remediation's own configuration.
Change = Callable[[Inputs, StackConfig, Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Remediation:
    """One repair.

    Attributes:
        id: The name of its CrossGuard policy.
        title: What it does.
        rule: The rule that says so when it is off.
        types: What it repairs; empty for every type that takes tags.
        change: Does it.
        url: The page that decides.
        schema: The properties that ``--policy-pack-config`` may give it, as JSON schema.
    """

    id: str
    title: str
    rule: str
    types: tuple[str, ...]
    change: Change
    url: str
    schema: Mapping[str, Any] | None = None

    def applies(self, token: str) -> bool:
        """Whether it repairs resources of a type."""
        return token in (self.types or project.taggable())


def _mapping(value: Any) -> Mapping[str, Any] | None:
    """A known object, ``{}`` for an absent one, None for what cannot be added to."""
    if value is None:
        return {}
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else None


def _put(inputs: Inputs, block: str, values: Mapping[str, Any]) -> bool:
    """Set the members of an object property that are missing or differ, and leave its other members alone."""
    known = _mapping(inputs.plain.get(block))
    if known is None:
        return False
    wanted = {key: value for key, value in values.items() if known.get(key) not in (value, UNKNOWN)}
    if not wanted:
        return False
    if inputs.plain.get(block) is None:
        inputs.target[block] = wanted
        return True
    member: Any = inputs.target[block]
    for key, value in wanted.items():
        member[key] = value
    return True


def _tag(inputs: Inputs, config: StackConfig, own: Mapping[str, Any]) -> bool:
    given = _mapping(own.get("tags")) or {}
    tags = {"project": config.project, "stage": config.stack, **{str(key): str(value) for key, value in given.items()}}
    present = _mapping(inputs.plain.get("tags"))
    # Tags that the provider adds to all of its resources arrive in tagsAll.
    inherited = _mapping(inputs.plain.get("tagsAll"))
    if present is None or inherited is None:
        return False
    missing = {key: value for key, value in tags.items() if key not in present and key not in inherited}
    if not missing:
        return False
    changed = _put(inputs, "tags", missing)
    # The provider has worked tagsAll out before: it must not contradict tags.
    if "tagsAll" in inputs.plain:
        _put(inputs, "tagsAll", missing)
    return changed


def _require_token(inputs: Inputs, _config: StackConfig, _own: Mapping[str, Any]) -> bool:
    return _put(inputs, "metadataOptions", {"httpTokens": "required"})


def _block_public(inputs: Inputs, _config: StackConfig, _own: Mapping[str, Any]) -> bool:
    wanted = [flag for flag in s3.FLAGS if inputs.plain.get(flag) is not True and inputs.plain.get(flag) is not UNKNOWN]
    for flag in wanted:
        inputs.target[flag] = True
    return bool(wanted)


#: What is denied without TLS, by type. A topic's policy may only name the actions of topics.
_OVER_TLS: Final = {
    s3.POLICY: "s3:*",
    messaging.QUEUE_POLICY: "sqs:*",
    messaging.TOPIC_POLICY: "sns:Publish",
}


def deny_plain_http(action: str) -> Change:
    """A change that adds the statement by which a policy denies ``action`` without TLS.

    Args:
        action: What is denied.
    """

    def change(inputs: Inputs, _config: StackConfig, _own: Mapping[str, Any]) -> bool:
        text = inputs.plain.get("policy")
        document = _document(text)
        if document is None:
            return False
        statements = document.get("Statement")
        entries = cast(list[Any], statements) if isinstance(statements, list) else [statements]
        if any(_denies(entry) for entry in entries):
            return False
        resources = _resources(entries, action)
        if not resources:
            return False
        deny = {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": action,
            "Resource": resources,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
        inputs.target["policy"] = json.dumps({**document, "Statement": [*entries, deny]})
        return True

    return change


def _document(text: Any) -> dict[str, Any] | None:
    """A policy document that is known, and text; None for any other."""
    if not isinstance(text, str):
        return None
    try:
        document: Any = json.loads(text)
    except ValueError:
        return None
    return cast(dict[str, Any], document) if isinstance(document, dict) and "Statement" in document else None


def _denies(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "securetransport" in json.dumps(entry).lower()


def _resources(entries: list[Any], action: str) -> list[str]:
    """What the document's own statements are about; a policy may name nothing but what it is attached to."""
    found: dict[str, None] = {}
    for entry in entries:
        named: Any = cast(Mapping[str, Any], entry).get("Resource") if isinstance(entry, Mapping) else None
        for arn in cast(list[Any], named) if isinstance(named, list) else [named]:
            if isinstance(arn, str) and action.startswith("s3:") and arn.startswith("arn:"):
                bucket = arn.partition("/")[0]
                found.update({bucket: None, f"{bucket}/*": None})
            elif isinstance(arn, str):
                found[arn] = None
    return [*found]


REMEDIATIONS: Final[tuple[Remediation, ...]] = (
    Remediation(
        "fix-tags",
        "Add the tags project and stage, and those of this policy's configuration, where they are missing",
        "P.Tags",
        (),
        _tag,
        "https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html",
        {"tags": {"type": "object", "additionalProperties": {"type": "string"}}},
    ),
    Remediation(
        "fix-imdsv2",
        "Require a token of whoever asks an instance's metadata service",
        "EC2.8",
        (ec2.INSTANCE, ec2.TEMPLATE, ec2.LAUNCH_CONFIGURATION),
        _require_token,
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    ),
    Remediation(
        "fix-public-access-block",
        "Set all four flags of a bucket's public access block",
        "S3.8",
        (s3.PUBLIC_ACCESS,),
        _block_public,
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    ),
    *(
        Remediation(
            f"fix-tls-{action.partition(':')[0]}",
            f"Deny {action} without TLS in policies that do not",
            rule,
            (token,),
            deny_plain_http(action),
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
            "#condition-keys-securetransport",
        )
        for (token, action), rule in zip(_OVER_TLS.items(), ("S3.5", "P.SQS.tls", "P.SNS.tls"), strict=True)
    ),
)
