"""The grammar of IAM policy documents.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from tierwise.preview.checks.failure import Failure, nearest, safe
from tierwise.preview.checks.reading import Inputs, Place

Kind = Literal["identity", "trust", "resource", "repository"]

#: Where policy documents are, by resource type: property path to the kind of policy.
DOCUMENTS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "aws:iam/role:Role": {"assumeRolePolicy": "trust", "inlinePolicies[].policy": "identity"},
    "aws:iam/rolePolicy:RolePolicy": {"policy": "identity"},
    "aws:iam/policy:Policy": {"policy": "identity"},
    "aws:iam/userPolicy:UserPolicy": {"policy": "identity"},
    "aws:iam/groupPolicy:GroupPolicy": {"policy": "identity"},
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": "resource"},
    "aws:sqs/queuePolicy:QueuePolicy": {"policy": "resource"},
    "aws:sqs/queue:Queue": {"policy": "resource"},
    "aws:sns/topicPolicy:TopicPolicy": {"policy": "resource"},
    "aws:sns/topic:Topic": {"policy": "resource"},
    "aws:kms/key:Key": {"policy": "resource"},
    "aws:secretsmanager/secret:Secret": {"policy": "resource"},
    "aws:secretsmanager/secretPolicy:SecretPolicy": {"policy": "resource"},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {"policy": "resource"},
    "aws:ecr/repositoryPolicy:RepositoryPolicy": {"policy": "repository"},
    "aws:apigateway/restApi:RestApi": {"policy": "resource"},
    "aws:backup/vaultPolicy:VaultPolicy": {"policy": "resource"},
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {"policyDocument": "resource"},
}

_VERSIONS: Final = ("2012-10-17", "2008-10-17")
_TOP: Final = ("Version", "Id", "Statement")
_STATEMENT: Final = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
_PRINCIPALS: Final = ("AWS", "Federated", "Service", "CanonicalUser")
_ACTION: Final = re.compile(r"^(\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+|[A-Za-z0-9-]+:\*)$")
_OPERATOR: Final = re.compile(
    r"^(ForAnyValue:|ForAllValues:)?"
    r"(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(NotEquals|Equals|LessThan|LessThanEquals|GreaterThan"
    r"|GreaterThanEquals)|Date(NotEquals|Equals|LessThan|LessThanEquals|GreaterThan|GreaterThanEquals)|Bool|BinaryEquals"
    r"|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$"
)
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
_LONGEST: Final[Mapping[str, int]] = {
    "aws:iam/policy:Policy policy": 6144,
    "aws:iam/rolePolicy:RolePolicy policy": 10240,
    "aws:iam/role:Role assumeRolePolicy": 4096,
}


def check_policies(inputs: Inputs) -> Iterator[Failure]:
    """Every mistake in a resource's policy documents, whether written as JSON text or as an object."""
    token = inputs.resource.type
    for path, kind in DOCUMENTS.get(token, {}).items():
        for place in inputs.places(path):
            yield from _document(inputs, place, kind)


def _document(inputs: Inputs, place: Place, kind: Kind) -> Iterator[Failure]:
    document = place.value
    if isinstance(document, str):
        if not document:
            return
        try:
            document = json.loads(document)
        except ValueError as error:
            yield inputs.refuse(place, f"not valid JSON: {error}")
            return
    if not isinstance(document, dict):
        yield inputs.refuse(place, "a policy is a JSON object")
        return
    reader = _Document(inputs, place, kind)
    yield from reader.check(document)  # type: ignore[reportUnknownArgumentType]
    longest = _LONGEST.get(f"{inputs.resource.type} {place.path}")
    size = len(re.sub(r"\s", "", json.dumps(document, ensure_ascii=False)))
    if longest and size > longest:
        yield inputs.refuse(
            place.path, f"the policy is {size} characters long without blanks", allowed=f"at most {longest}"
        )


class _Document:
    def __init__(self, inputs: Inputs, place: Place, kind: Kind) -> None:
        self.inputs = inputs
        self.root = place.path
        self.secret = place.secret
        self.kind: Kind = kind

    def refuse(
        self, path: str, value: Any, message: str, *, allowed: str | None = None, nearest: str | None = None
    ) -> Failure:
        """A failure inside the document; ``value`` None when there is none."""
        where = self.root + path
        if value is None:
            return self.inputs.refuse(where, message, allowed=allowed, nearest=nearest)
        return self.inputs.refuse(Place(where, value, self.secret), message, allowed=allowed, nearest=nearest)

    def check(self, document: dict[str, Any]) -> Iterator[Failure]:
        """The whole document."""
        yield from self._keys("", document, _TOP)
        version = document.get("Version")
        if version is not None and version not in _VERSIONS:
            yield self.refuse(".Version", version, "no such policy version", allowed=" or ".join(_VERSIONS))
        statements: Any = document.get("Statement")
        if isinstance(statements, dict):
            statements = [statements]
        if not isinstance(statements, list) or not statements:
            yield self.refuse(".Statement", None, "a policy needs at least one statement")
            return
        sids: set[str] = set()
        for index, statement in enumerate(statements):  # type: ignore[reportUnknownVariableType]
            path = f".Statement[{index}]"
            if not isinstance(statement, dict):
                yield self.refuse(path, statement, "a statement is an object")
                continue
            yield from self._statement(path, statement)  # type: ignore[reportUnknownArgumentType]
            sid: Any = statement.get("Sid")  # type: ignore[reportUnknownMemberType]
            if sid and sid in sids:
                yield self.refuse(f"{path}.Sid", sid, "two statements have this id")
            sids.add(str(sid))  # type: ignore[reportUnknownArgumentType]

    def _statement(self, path: str, statement: dict[str, Any]) -> Iterator[Failure]:
        yield from self._keys(path, statement, _STATEMENT)
        given = {key for key, value in statement.items() if value is not None}
        effect = statement.get("Effect")
        if effect not in ("Allow", "Deny"):
            close = nearest(str(effect), ("Allow", "Deny")) if effect else None
            yield self.refuse(
                f"{path}.Effect",
                effect,
                "required" if effect is None else "no such effect",
                allowed="Allow or Deny",
                nearest=close,
            )
        yield from self._one_of(path, given, "Action", "NotAction", needed=True)
        yield from self._one_of(path, given, "Resource", "NotResource", needed=self.kind in ("identity", "resource"))
        if self.kind in ("trust", "repository"):
            for key in given & {"Resource", "NotResource"}:
                yield self.refuse(f"{path}.{key}", None, "this kind of policy names no resource: it is attached to one")
        yield from self._one_of(path, given, "Principal", "NotPrincipal", needed=self.kind != "identity")
        if self.kind == "identity":
            for key in given & {"Principal", "NotPrincipal"}:
                yield self.refuse(f"{path}.{key}", None, "a policy attached to an identity names no principal")
        sid = statement.get("Sid")
        if sid and self.kind in ("identity", "trust") and not re.fullmatch(r"[A-Za-z0-9]*", str(sid)):
            yield self.refuse(f"{path}.Sid", sid, "a statement id holds letters and digits only")
        yield from self._actions(path, statement)
        yield from self._principal(path, statement)
        yield from self._condition(path, statement)

    def _keys(self, path: str, found: dict[str, Any], known: tuple[str, ...]) -> Iterator[Failure]:
        for key in found:
            if key not in known:
                message = "no such element of a policy"
                yield self.refuse(f"{path}.{key}", None, message, allowed=", ".join(known), nearest=nearest(key, known))

    def _one_of(self, path: str, given: set[str], plain: str, negated: str, *, needed: bool) -> Iterator[Failure]:
        if plain in given and negated in given:
            yield self.refuse(path, None, f"{plain} and {negated} exclude each other")
        elif needed and plain not in given and negated not in given:
            yield self.refuse(f"{path}.{plain}", None, f"required: {plain} or {negated}")

    def _actions(self, path: str, statement: dict[str, Any]) -> Iterator[Failure]:
        for key in ("Action", "NotAction"):
            for action in _listed(statement.get(key)):
                if not isinstance(action, str) or not _ACTION.match(action):
                    yield self.refuse(
                        f"{path}.{key}", action, "not an action", allowed="service:Action, with * and ? as wildcards"
                    )
        for key in ("Resource", "NotResource"):
            for resource in _listed(statement.get(key)):
                if not isinstance(resource, str) or not (resource == "*" or resource.startswith(("arn:", "*"))):
                    yield self.refuse(f"{path}.{key}", resource, "not a resource", allowed="an ARN or *")

    def _principal(self, path: str, statement: dict[str, Any]) -> Iterator[Failure]:
        for key in ("Principal", "NotPrincipal"):
            principal: Any = statement.get(key)
            if isinstance(principal, str) and principal != "*":
                yield self.refuse(f"{path}.{key}", principal, "text stands for everyone", allowed="* or an object")
            elif isinstance(principal, dict):
                for name in principal:  # type: ignore[reportUnknownVariableType]
                    if name not in _PRINCIPALS:
                        close = nearest(str(name), _PRINCIPALS)  # type: ignore[reportUnknownArgumentType]
                        yield self.refuse(
                            f"{path}.{key}.{name}",
                            None,
                            "no such kind of principal",
                            allowed=", ".join(_PRINCIPALS),
                            nearest=close,
                        )

    def _condition(self, path: str, statement: dict[str, Any]) -> Iterator[Failure]:
        condition: Any = statement.get("Condition")
        if condition is None:
            return
        if not isinstance(condition, dict):
            yield self.refuse(f"{path}.Condition", condition, "a condition is an object")
            return
        for operator, operands in condition.items():  # type: ignore[reportUnknownVariableType]
            if not _OPERATOR.match(str(operator)):  # type: ignore[reportUnknownArgumentType]
                yield self.refuse(f"{path}.Condition.{operator}", None, "no such condition operator")
            elif not isinstance(operands, dict):
                where = f"{path}.Condition.{operator}"
                yield self.refuse(where, safe(operands), "an operator holds an object of condition keys")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]  # type: ignore[reportUnknownVariableType]
