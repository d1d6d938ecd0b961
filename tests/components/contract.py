"""What holds for every resource of every component, asked of a sample stack; each answer lists the exceptions."""

from __future__ import annotations

from collections.abc import Iterable

import guardrails
from guardrails.resource import Resource
from guardrails.services.project import taggable
from guardrails.stack_config import StackConfig
from tests.support.program import Sample


def broken_rules(sample: Sample, ours: Iterable[Resource]) -> list[str]:
    """Rules that bind production and that our resources break."""
    urns = {resource.urn for resource in ours}
    config = StackConfig.from_pulumi({"sample:tier": "prod"}, "sample", "test")
    # Tags for the whole stack come from the provider, which the platform makes.
    return [
        f"{finding.policy} {finding.resource}: {finding.message}"
        for finding in guardrails.evaluate(sample.stack, config)
        if finding.level == "mandatory" and finding.urn in urns and finding.policy != "P.Tags"
    ]


def tagged_types(ours: Iterable[Resource]) -> set[str]:
    """The types among our resources that take tags."""
    return {resource.type for resource in ours} & taggable()


def without_component(ours: Iterable[Resource]) -> list[str]:
    """Our resources that take tags and do not say which component they belong to."""
    return [_said(r) for r in ours if r.type in taggable() and not (r.get("tags") or {}).get("component")]


def orphans(sample: Sample, ours: Iterable[Resource]) -> list[str]:
    """Our resources whose parent is no component."""
    components = {resource.urn for resource in sample.stack.resources if resource.type.startswith("tierwise:")}
    return [_said(resource) for resource in ours if resource.parent not in components]


def strays(sample: Sample) -> list[str]:
    """Resources whose name does not begin with that of their component."""
    parents = {resource.urn: resource for resource in sample.stack.resources if resource.type.startswith("tierwise:")}
    return [
        _said(resource)
        for resource in sample.stack.resources
        if resource.parent in parents and not resource.name.startswith(parents[resource.parent].name)
    ]


def _said(resource: Resource) -> str:
    return f"{resource.type} {resource.name}"
