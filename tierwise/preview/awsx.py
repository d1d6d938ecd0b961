"""The container-registry components of ``awsx``, expanded into the resources that its provider makes.

Names, parents and inputs follow the provider; so does the point that an image, whose repository is yet to be created,
shows no build in a preview: the provider makes it only once the repository's address is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from guardrails.resource import UNKNOWN
from tierwise.preview.errors import EngineError
from tierwise.preview.plan import PlannedResource
from tierwise.preview.policy_document import go_json
from tierwise.preview.registration import Registration
from tierwise.preview.remote import EXPANSIONS, Construction
from tierwise.preview.urns import parse_urn
from tierwise.preview.values import (
    OutputValue,
    ResourceReference,
    contains_unknown,
    flatten,
    output_dependencies,
)

#: The packages that the awsx provider is built with; its children ask for these versions of their default providers.
_VERSIONS: Final[Mapping[str, str]] = {"aws": "7.42.0", "docker-build": "0.0.14", "docker": "4.6.0"}

_REPOSITORY: Final = "aws:ecr/repository:Repository"
_LIFECYCLE_POLICY: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
_DOCKER_IMAGE: Final = "docker-build:index:Image"
_DEFAULT_RULE: Final = {"description": "remove untagged images", "tagStatus": "untagged", "maximumNumberOfImages": 1}


def _child(construction: Construction, type_: str, name: str, props: Mapping[str, Any]) -> Registration:
    """A child of the component, whose inputs carry the dependencies of the component's own."""
    component = construction.component
    present = {key: value for key, value in props.items() if value is not None}
    dependencies = {key: output_dependencies(value) for key, value in present.items()}
    return Registration(
        type=type_,
        name=name,
        custom=True,
        remote=False,
        parent=component.urn,
        props=flatten(present),
        dependencies=set[str]().union(*dependencies.values()),
        property_dependencies=dependencies,
        protect=construction.registration.protect,
        retain_on_delete=construction.registration.retain_on_delete,
        deleted_with=construction.registration.deleted_with,
        version=_VERSIONS[type_.partition(":")[0]],
        source_position=construction.registration.source_position,
        stack_trace=construction.registration.stack_trace,
    )


def _repository(construction: Construction) -> dict[str, Any]:
    """``awsx:ecr:Repository``: a repository and, unless skipped, a lifecycle policy."""
    registration = construction.registration
    args = dict(registration.props)
    lifecycle: Any = flatten(args.pop("lifecyclePolicy", None)) or {}
    name = registration.name.lower()
    repository = construction.monitor.register_child(_child(construction, _REPOSITORY, name, args))
    outputs: dict[str, Any] = {
        "repository": _reference(repository),
        "url": OutputValue(repository.outputs.get("repositoryUrl", UNKNOWN), dependencies=(repository.urn,)),
    }
    if lifecycle is UNKNOWN or not lifecycle.get("skip"):
        policy = construction.monitor.register_child(
            _child(
                construction,
                _LIFECYCLE_POLICY,
                name,
                {
                    "repository": OutputValue(repository.outputs.get("name", UNKNOWN), dependencies=(repository.urn,)),
                    "policy": _lifecycle_document(lifecycle),
                    "region": args.get("region"),
                },
            )
        )
        outputs["lifecyclePolicy"] = _reference(policy)
    return outputs


def _reference(child: PlannedResource) -> OutputValue:
    identity = child.id if isinstance(child.id, str) and child.id else UNKNOWN
    return OutputValue(ResourceReference(child.urn, identity), dependencies=(child.urn,))


def _lifecycle_document(lifecycle: Any) -> Any:
    """The lifecycle policy as JSON text; the rule for any image comes last, as AWS demands."""
    if lifecycle is UNKNOWN or contains_unknown(lifecycle):
        return UNKNOWN
    rules: Sequence[Mapping[str, Any]] = lifecycle.get("rules") or [_DEFAULT_RULE]
    for_any = [rule for rule in rules if rule.get("tagStatus") == "any"]
    if len(for_any) > 1:
        raise EngineError('At most one [selection: "any"] rule can be provided.')
    ordered = [rule for rule in rules if rule.get("tagStatus") != "any"] + for_any
    return go_json({"rules": [_rule(rule, number) for number, rule in enumerate(ordered, 1)]}, indent=False)


def _rule(rule: Mapping[str, Any], priority: int) -> dict[str, Any]:
    selection: dict[str, Any] = {}
    if rule.get("maximumNumberOfImages") is not None:
        selection |= {"countNumber": rule["maximumNumberOfImages"], "countType": "imageCountMoreThan"}
    elif rule.get("maximumAgeLimit") is not None:
        selection |= {"countNumber": rule["maximumAgeLimit"], "countType": "sinceImagePushed", "countUnit": "days"}
    else:
        raise EngineError("Either [maximumNumberOfImages] or [maximumAgeLimit] must be provided with a rule.")
    if rule.get("tagStatus") in ("any", "untagged"):
        selection["tagStatus"] = rule["tagStatus"]
    elif rule.get("tagPrefixList"):
        selection |= {"tagPrefixList": rule["tagPrefixList"], "tagStatus": "tagged"}
    else:
        raise EngineError("tagPrefixList cannot be empty.")
    written: dict[str, Any] = {"action": {"type": "expire"}}
    if rule.get("description") is not None:
        written["description"] = rule["description"]
    return {**written, "rulePriority": priority, "selection": selection}


def _image(construction: Construction) -> dict[str, Any]:
    """``awsx:ecr:Image``: an image built and pushed, once the repository's address and all arguments are known."""
    args: dict[str, Any] = flatten(construction.registration.props)
    if contains_unknown(args):
        return {"imageUri": UNKNOWN}
    dependencies = tuple(sorted(output_dependencies(construction.registration.props)))
    name = (
        args.get("imageName") or args.get("imageTag") or _unique_name(args, parse_urn(construction.component.urn).stack)
    )
    canonical = f"{args['repositoryUrl']}:{name}"
    cached = args.get("cacheFrom") or [canonical]
    props: dict[str, Any] = {
        "tags": [canonical],
        "buildArgs": args.get("args"),
        "cacheFrom": [{"registry": {"ref": reference}} for reference in cached],
        "cacheTo": [{"inline": {}}],
        "context": {"location": args.get("context", ".")},
        "dockerfile": {"location": args["dockerfile"]} if args.get("dockerfile") is not None else {},
        "platforms": [args["platform"]] if args.get("platform") else [],
        "target": args.get("target"),
        "push": True,
        "registries": [construction.credentials],
    }
    image = construction.monitor.register_child(
        _child(
            construction,
            _DOCKER_IMAGE,
            name,
            {key: OutputValue(value, dependencies=dependencies) for key, value in props.items() if value is not None},
        )
    )
    return {"imageUri": OutputValue(image.outputs.get("ref", UNKNOWN), dependencies=(image.urn,))}


def _unique_name(args: Mapping[str, Any], stack: str) -> str:
    """The provider's own name for an image: it tells builds of one stack apart."""
    signature = args.get("context") or "."
    if args.get("dockerfile"):
        signature += f";dockerfile={args['dockerfile']}"
    arguments: Mapping[str, Any] = args.get("args") or {}
    for key, value in arguments.items():
        signature += f";arg[{key}]={value}"
    signature += stack
    return f"{hashlib.sha1(signature.encode(), usedforsecurity=False).hexdigest()[:8]}-container"


EXPANSIONS["awsx:ecr:Repository"] = _repository
EXPANSIONS["awsx:ecr:Image"] = _image
