"""The pack's side of the wire, without the SDK's repetition.

The SDK's servicer decodes every resource anew for every policy: with some 280 policies that is 5 ms a resource, and the
rules themselves take 0.08. This one decodes once, asks the session once, and reports under the policies that have
something to say; levels, metadata and remediation stay the SDK's. It rests on private parts of one SDK version, which
``requirements.txt`` pins and the tests drive both ways; where they are gone, the SDK's own servicer does the work.
"""

# pyright: reportPrivateUsage=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

import pulumi_policy.policy as sdk
from google.protobuf import json_format
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, Policy, ResourceValidationArgs, StackValidationArgs
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import unknown_checking_proxy

from guardrails.crossguard import LEVELS, Session, message_of
from guardrails.evaluation import catalogue
from guardrails.finding import Finding
from guardrails.pack_config import Asked, settle
from guardrails.stack_config import StackConfig

_LEVELS: Final[Mapping[int, Literal["disabled", "advisory", "mandatory", "remediate"]]] = {
    proto.DISABLED: "disabled",
    proto.ADVISORY: "advisory",
    proto.MANDATORY: "mandatory",
    proto.REMEDIATE: "remediate",
}


class SharedServicer(sdk._PolicyAnalyzerServicer):
    """Answers the engine from one evaluation a resource and one a stack."""

    session: Session
    by_name: dict[str, Policy]
    #: The stack's own configuration, which a second call of ``Configure`` starts from too.
    own: StackConfig

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Take the levels that the engine hands over, as far as the pack allows."""
        rules = catalogue()
        asked = {
            name: Asked(_LEVELS[found.enforcementLevel], str(_reason(found)))
            for name, found in request.policyConfig.items()
        }
        self.session.config = settle(self.own, asked, rules, set(self.by_name) - set(rules))
        return super().Configure(request, context)

    def _get_enforcement_level(self, policy: Policy) -> EnforcementLevel:
        rule = catalogue().get(policy.name)
        return super()._get_enforcement_level(policy) if rule is None else LEVELS[rule.level(self.session.config)]

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Judge one resource on its inputs."""
        self._configure_runtime_settings()
        args = ResourceValidationArgs(
            request.type,
            _props(request),
            request.urn,
            request.name,
            self._get_resource_options(request),
            self._get_provider_resource(request),
        )
        return self._report(self.session.judge_resource(args), with_urn=False)

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Judge the stack."""
        self._configure_runtime_settings()
        resources = {
            sent.urn: sdk.PolicyResource(
                sent.type,
                _props(sent),
                sent.urn,
                sent.name,
                self._get_resource_options(sent),
                self._get_provider_resource(sent),
                None,
                [],
                {},
            )
            for sent in request.resources
        }
        for sent in request.resources:
            resource = resources[sent.urn]
            resource.parent = resources.get(sent.parent)
            resource.dependencies.extend(_known(sent.dependencies, resources))
            for prop, found in sent.propertyDependencies.items():
                resource.property_dependencies[prop] = _known(found.urns, resources)
        return self._report(self.session.judge_stack(StackValidationArgs(list(resources.values()))), with_urn=True)

    def _report(self, findings: Iterable[Finding], *, with_urn: bool) -> Any:
        response = proto.AnalyzeResponse()
        for finding in findings:
            policy = self.by_name[finding.policy]
            level = self._get_enforcement_level(policy)
            if level == EnforcementLevel.DISABLED:
                continue
            if level == EnforcementLevel.REMEDIATE:
                level = EnforcementLevel.MANDATORY
            report = self._create_report_violation(response, policy.name, policy.description, level, policy.severity)
            report(message_of(finding), finding.urn if with_urn else None)
        return response


def _reason(found: Any) -> Any:
    return json_format.MessageToDict(found.properties).get("reason", "")


def _props(sent: Any) -> Any:
    return unknown_checking_proxy(deserialize_properties(json_format.MessageToDict(sent.properties)))


def _known(urns: Iterable[str], resources: dict[str, sdk.PolicyResource]) -> list[sdk.PolicyResource]:
    return [resources[urn] for urn in urns if urn in resources]


def shared(session: Session) -> Callable[..., SharedServicer]:
    """A constructor with the SDK servicer's own parameters, for policies that ``session`` answers.

    Args:
        session: Judges.
    """

    def make(name: str, version: str, policies: list[Policy], *rest: Any) -> SharedServicer:
        servicer = SharedServicer(name, version, policies, *rest)
        servicer.session = session
        servicer.own = session.config
        servicer.by_name = {policy.name: policy for policy in policies}
        return servicer

    return make


def install(session: Session) -> bool:
    """Let the next ``PolicyPack`` of this process use the shared servicer.

    Args:
        session: Judges.

    Returns:
        False when this SDK builds its server in another way; the SDK's own servicer then does the work.
    """
    if not hasattr(sdk, "_PolicyAnalyzerServicer"):
        return False
    sdk._PolicyAnalyzerServicer = shared(session)  # type: ignore[misc,assignment]
    return True
