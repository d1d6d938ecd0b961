"""The pack through CrossGuard's own servicer says what ``guardrails.evaluate`` says, and is never dropped to a note."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import grpc
import pulumi
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import proto
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc
from pulumi_policy import EnforcementLevel
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY
from pulumi_policy.policy import _PolicyAnalyzerServicer
from pulumi_policy.proxy import UNKNOWN_BOOLEAN_VALUE, UNKNOWN_STRING_VALUE

import guardrails
from guardrails import servicer
from guardrails.crossguard import Session, configuration, plain, policies
from guardrails.finding import Finding
from guardrails.remediation import REMEDIATIONS
from guardrails.resource import UNKNOWN, Resource, Stack
from guardrails.stack_config import RuleException, StackConfig
from tests.policy.build import PROJECT, STACK, TODAY, Case, Spec, budget, config, r, stack
from tests.policy.cases import account, application, data, foundation, operations, project
from tests.policy.cases.data import BLOCK, TLS, B, allow, policy

PACK = Path(__file__).parents[2] / "policy"
ROOT = r("pulumi:pulumi:Stack", {}, "shop-prod")
#: A secret that no message may hold.
SECRET = "hunter2-Zq9xW4rT7"  # noqa: S105


def encode(value: Any) -> Any:
    """A value as the engine sends it: sentinels for unknowns, whole numbers as they are."""
    if value is UNKNOWN:
        return UNKNOWN_STRING_VALUE
    if isinstance(value, Mapping):
        return {key: encode(member) for key, member in value.items()}
    if isinstance(value, list):
        return [encode(member) for member in value]
    return value


def secret(value: Any) -> Any:
    """A secret as the engine sends it."""
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


class Engine:
    """Plays the engine's part: each resource on its inputs, then the stack on outputs where the rest is unknown."""

    def __init__(self, settings: StackConfig, *, shared: bool = True, without: Set[str] = frozenset()) -> None:
        session = Session(settings, TODAY)
        make = servicer.shared(session) if shared else _PolicyAnalyzerServicer
        asked = [policy for policy in policies(session) if policy.name not in without]
        self.servicer = make("tierwise", "0.1.0", asked, EnforcementLevel.ADVISORY)

    def run(self, judged: Stack, *, outputs: bool = True) -> list[analyzer_pb2.AnalyzeDiagnostic]:
        diagnostics: list[analyzer_pb2.AnalyzeDiagnostic] = []
        for resource in judged.resources:
            request = analyzer_pb2.AnalyzeRequest(
                type=resource.type, urn=resource.urn, name=resource.name, options=_options(resource)
            )
            request.properties.update(encode(resource.props))
            for diagnostic in self.servicer.Analyze(request, None).diagnostics:
                diagnostic.urn = diagnostic.urn or resource.urn
                diagnostics.append(diagnostic)
        request = analyzer_pb2.AnalyzeStackRequest()
        for resource in judged.resources:
            request.resources.append(_stack_resource(resource, outputs=outputs))
        diagnostics.extend(self.servicer.AnalyzeStack(request, None).diagnostics)
        return diagnostics


def _options(resource: Resource) -> analyzer_pb2.AnalyzerResourceOptions:
    return analyzer_pb2.AnalyzerResourceOptions(protect=resource.protect)


def _stack_resource(resource: Resource, *, outputs: bool) -> analyzer_pb2.AnalyzerResource:
    # What AWS computes is unknown in outputs, and so looks as if the program had set it.
    computed = {"kmsKeyId": UNKNOWN, "publicAccessBlockConfiguration": UNKNOWN, "arn": UNKNOWN} if outputs else {}
    sent = analyzer_pb2.AnalyzerResource(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        options=_options(resource),
        dependencies=list(resource.dependencies),
        propertyDependencies={
            prop: analyzer_pb2.AnalyzerPropertyDependencies(urns=list(urns))
            for prop, urns in resource.property_dependencies.items()
        },
    )
    sent.properties.update(encode({**computed, **resource.props}))
    return sent


def told(findings: list[Finding]) -> list[tuple[str, str, str, str]]:
    """What the engine must hear of findings: policy, level, resource, and the first words of the message."""
    return sorted(("exception-active" if f.exception else f.policy, f.level, f.urn, f.message) for f in findings)


def heard(diagnostics: list[analyzer_pb2.AnalyzeDiagnostic]) -> list[tuple[str, str, str, str]]:
    """The same from the servicer's diagnostics; the description before the message is the policy's title."""
    names = {proto.ADVISORY: "advisory", proto.MANDATORY: "mandatory"}
    return sorted(
        (d.policyName, names[d.enforcementLevel], d.urn, d.message.split("\n", 1)[1].split(" [excepted until")[0])
        for d in diagnostics
    )


#: The rules' cases, by the module that holds them.
MODULES: dict[str, dict[str, Case]] = {
    module.__name__.rpartition(".")[2]: module.CASES
    for module in (data, foundation, application, project, account, operations)
}


def everything(*modules: str) -> Stack:
    """The first compliant and the first non-compliant stack of every rule, or of some modules', side by side in one."""
    specs: list[Spec] = [ROOT, r("aws:iam/rolePolicy:RolePolicy", {"policy": UNKNOWN}, "waiting")]
    for cases in [MODULES[name] for name in modules or MODULES]:
        for rule_id, case in cases.items():
            for kind, members in (("ok", case.ok[:1]), ("bad", case.bad[:1])):
                prefix = f"{rule_id}-{kind}-"
                specs.extend(_renamed(spec, prefix) for found in members for spec in found)
    return stack(*specs)


def _renamed(spec: Spec, prefix: str) -> Spec:
    links = {
        prop: tuple(prefix + target for target in ((targets,) if isinstance(targets, str) else targets))
        for prop, targets in spec.links.items()
    }
    return replace(spec, name=prefix + spec.name, links=links)


#: Not heard of on production: a compliant stack heals the non-compliant one, or the rule says nothing there.
BESIDE = {"CloudFront.12", "P.Budget.provisioned", "P.AOSS.standby"}


def enabled(settings: StackConfig) -> set[str]:
    """Rules that must be heard of, so that a comparison is about something."""
    return {r.id for r in guardrails.rules() if r.level(settings) != "off" and not r.whole_stack} - BESIDE


@pytest.mark.parametrize("tier", ["dev", "prod"])
def test_the_engine_hears_what_evaluate_finds(tier: Any) -> None:
    settings, judged = config(tier=tier, budget=budget(100), account_baseline=True), everything()
    diagnostics = Engine(settings).run(judged)
    assert not [d.message for d in diagnostics if "can't run" in d.message]
    assert heard(diagnostics) == told(guardrails.evaluate(judged, settings, TODAY))
    assert tier == "dev" or enabled(settings) <= {d.policyName for d in diagnostics}


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("tier", ["dev", "prod"])
def test_the_sdks_own_servicer_says_the_same(tier: Any, module: str) -> None:
    """Each module's rules on its own cases, because the SDK's servicer reads a resource anew for each rule."""
    settings, judged = config(tier=tier, budget=budget(100), account_baseline=True), everything(module)
    others = {rule for name, cases in MODULES.items() if name != module for rule in cases}
    diagnostics = Engine(settings, shared=False, without=others).run(judged)
    assert not [d.message for d in diagnostics if "can't run" in d.message]
    found = [f for f in guardrails.evaluate(judged, settings, TODAY) if f.policy not in others]
    assert heard(diagnostics) == told(found)
    assert tier == "dev" or enabled(settings) - others <= {d.policyName for d in diagnostics}


def test_levels_follow_the_tier() -> None:
    judged = stack(ROOT, r("aws:rds/instance:Instance", {"engine": "postgres"}))
    for tier, level in (("dev", proto.ADVISORY), ("staging", proto.ADVISORY), ("prod", proto.MANDATORY)):
        diagnostics = Engine(config(tier=tier)).run(judged)
        assert {d.enforcementLevel for d in diagnostics if d.policyName == "RDS.11"} == {level}
        assert {d.enforcementLevel for d in diagnostics if d.policyName == "RDS.3"} == {proto.MANDATORY}


def configure(engine: Engine, **asked: tuple[Any, str]) -> None:
    """Hand the pack a configuration, as the engine does: a level for every policy, its own where nothing is asked."""
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for info in engine.servicer.GetAnalyzerInfo(None, None).policies:
        request.policyConfig[info.name].enforcementLevel = info.enforcementLevel
    for name, (level, reason) in asked.items():
        request.policyConfig[name].enforcementLevel = level
        if reason:
            request.policyConfig[name].properties.update({"reason": reason})
    engine.servicer.Configure(request, None)


DATABASE = stack(ROOT, r("aws:rds/instance:Instance", {"engine": "postgres", "publiclyAccessible": True}))
WHY = "the vendor's image listens there only"


def levels_of(diagnostics: list[analyzer_pb2.AnalyzeDiagnostic], policy: str) -> set[int]:
    return {d.enforcementLevel for d in diagnostics if d.policyName == policy}


def mistakes(diagnostics: list[analyzer_pb2.AnalyzeDiagnostic]) -> list[str]:
    found = [d for d in diagnostics if d.policyName == "policy-config"]
    assert {d.enforcementLevel for d in found} <= {proto.MANDATORY}
    return [d.message.split("\n", 1)[1] for d in found]


def test_pack_configuration_overrides_levels() -> None:
    engine = Engine(config())
    before = heard(engine.run(DATABASE))
    configure(engine)
    assert heard(engine.run(DATABASE)) == before
    configure(
        engine,
        **{
            "RDS.3": (proto.ADVISORY, ""),
            "RDS.11": (proto.DISABLED, WHY),
            "RDS.10": (proto.MANDATORY, ""),
            "P.RDS.cmk": (proto.MANDATORY, ""),
        },
    )
    diagnostics = engine.run(DATABASE)
    assert levels_of(diagnostics, "RDS.3") == {proto.ADVISORY}
    assert levels_of(diagnostics, "RDS.11") == set()
    assert levels_of(diagnostics, "RDS.10") == {proto.MANDATORY}
    # A rule that is off comes on.
    assert levels_of(diagnostics, "P.RDS.cmk") == {proto.MANDATORY}
    assert mistakes(diagnostics) == []
    # What is asked holds for the run that it was asked for.
    configure(engine)
    assert heard(engine.run(DATABASE)) == before


def test_pack_configuration_switches_nothing_off_without_a_reason() -> None:
    engine = Engine(config())
    configure(engine, **{"RDS.11": (proto.DISABLED, ""), "RDS.3": (proto.DISABLED, "too short")})
    diagnostics = engine.run(DATABASE)
    assert levels_of(diagnostics, "RDS.11") == levels_of(diagnostics, "RDS.3") == {proto.MANDATORY}
    (told,) = mistakes(diagnostics)
    assert told == (
        "policy-pack-config: RDS.3, RDS.11 may be disabled only with a reason of at least 20 characters: "
        '{"RDS.3": {"enforcementLevel": "disabled", "reason": "…"}}; the level stays'
    )


def test_pack_configuration_names_rules_that_exist() -> None:
    engine = Engine(config(tier="dev"))
    configure(engine, **{"RDS.333": (proto.ADVISORY, ""), "fix-tags": (proto.DISABLED, "")})
    assert mistakes(engine.run(DATABASE)) == ['policy-pack-config: no such rule "RDS.333"; did you mean "RDS.3"?']


def test_pack_configuration_of_all_rules_lowers_what_may_be_lowered() -> None:
    engine = Engine(config())
    everything_advisory = {
        rule.id: (proto.ADVISORY, "") for rule in guardrails.rules() if rule.level(config()) != "off"
    }
    configure(engine, all=(proto.ADVISORY, ""), **everything_advisory)
    diagnostics = engine.run(DATABASE)
    assert levels_of(diagnostics, "RDS.3") == {proto.ADVISORY}
    assert levels_of(diagnostics, "RDS.2") == {proto.MANDATORY}
    (told,) = mistakes(diagnostics)
    assert told.startswith("policy-pack-config: nothing lowers S3.2, S3.3, S3.8 and ")


def test_pack_configuration_of_all_rules_leaves_the_packs_own_alone() -> None:
    engine = Engine(config(tier="dev"))
    advisory = {rule.id: (proto.ADVISORY, "") for rule in guardrails.rules()}
    configure(engine, all=(proto.ADVISORY, ""), **advisory)
    diagnostics = engine.run(DATABASE)
    assert {d.enforcementLevel for d in diagnostics} == {proto.ADVISORY}
    assert mistakes(diagnostics) == []
    configure(engine, all=(proto.ADVISORY, ""), nonsense=(proto.ADVISORY, ""), **advisory)
    assert len(mistakes(engine.run(DATABASE))) == 1


def test_pack_configuration_never_opens_a_data_store_on_production_though_reasoned() -> None:
    engine = Engine(config())
    configure(engine, **{"RDS.2": (proto.DISABLED, WHY)})
    diagnostics = engine.run(DATABASE)
    assert levels_of(diagnostics, "RDS.2") == {proto.MANDATORY}
    assert mistakes(diagnostics) == ["policy-pack-config: nothing lowers RDS.2 on prod; the level stays"]


def test_an_exception_is_reported_as_such_and_not_as_a_violation() -> None:
    agreed = RuleException("RDS.3", "it", "the migration ends in January", "data@example.com", date(2026, 12, 1))
    settings = config(exceptions=(agreed,))
    diagnostics = Engine(settings).run(stack(ROOT, r("aws:rds/instance:Instance", {"engine": "postgres"})))
    assert not [d for d in diagnostics if d.policyName == "RDS.3"]
    (noted,) = [d for d in diagnostics if d.policyName == "exception-active"]
    assert noted.enforcementLevel == proto.ADVISORY
    assert "10 days left" in noted.message
    assert "data@example.com" in noted.message


def test_an_absent_reference_is_absent_though_the_output_is_unknown() -> None:
    settings = config(levels={"P.RDS.cmk": "mandatory"})
    diagnostics = Engine(settings).run(stack(ROOT, r("aws:rds/instance:Instance", {"engine": "postgres"})))
    assert [d for d in diagnostics if d.policyName == "P.RDS.cmk"]


def test_secrets_are_read_and_never_told() -> None:
    task = {"containerDefinitions": json.dumps([{"name": "a", "environment": [{"name": "API_KEY", "value": SECRET}]}])}
    judged = stack(ROOT, r("aws:ecs/taskDefinition:TaskDefinition", task))
    engine = Engine(config())
    for resource in judged.resources:
        request = analyzer_pb2.AnalyzeRequest(type=resource.type, urn=resource.urn, name=resource.name)
        request.properties.update({key: secret(encode(value)) for key, value in resource.props.items()})
        diagnostics = engine.servicer.Analyze(request, None).diagnostics
        assert not [d for d in diagnostics if SECRET in d.message]
    assert "ECS.8" in {d.policyName for d in diagnostics}


def test_a_second_preview_in_the_same_process_is_judged_afresh() -> None:
    engine, settings = Engine(config()), config()
    bare, blocked = stack(ROOT, B), stack(ROOT, B, BLOCK, policy(TLS))
    assert heard(engine.run(bare)) == told(guardrails.evaluate(bare, settings, TODAY))
    assert heard(engine.run(blocked)) == told(guardrails.evaluate(blocked, settings, TODAY))
    assert heard(engine.run(bare)) == told(guardrails.evaluate(bare, settings, TODAY))


def test_a_document_unknown_at_preview_is_judged_at_deployment() -> None:
    engine = Engine(config())
    waiting = stack(ROOT, B, policy(TLS).but(policy=UNKNOWN))
    assert {"policy-deferred"} < {d.policyName for d in engine.run(waiting)}
    assert not {"S3.2", "S3.6"} & {d.policyName for d in engine.run(waiting)}
    deployed = stack(ROOT, B, policy(allow("*", "s3:*")))
    assert {"S3.2", "S3.6"} <= {d.policyName for d in engine.run(deployed)}


def test_every_rule_is_one_policy_with_its_metadata() -> None:
    info = Engine(config()).servicer.GetAnalyzerInfo(None, None)
    by_name = {found.name: found for found in info.policies}
    for rule in guardrails.rules():
        found = by_name[rule.id]
        assert found.url == rule.url
        assert rule.fix in found.remediation_steps
        assert found.severity
    assert len(by_name) == len(guardrails.rules()) + len(REMEDIATIONS)


def test_configuration_comes_from_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = {
        f"{PROJECT}:tier": "dev",
        f"{PROJECT}:budget": '{"monthly": 50}',
        f"{PROJECT}:overrides": '{"budget": {"monthly": 70}}',
        "aws:region": "eu-west-1",
    }
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(flat))
    monkeypatch.setattr(pulumi, "get_project", lambda: PROJECT)
    monkeypatch.setattr(pulumi, "get_stack", lambda: STACK)
    found = configuration()
    assert (found.tier, found.region) == ("dev", "eu-west-1")
    assert found.budget is not None
    assert found.budget.monthly == 70


def test_the_pack_starts_as_the_engine_starts_it() -> None:
    """A process of its own, asked over the wire, levels and budget from the stack's configuration."""
    environment = {
        **os.environ,
        "PULUMI_PROJECT": PROJECT,
        "PULUMI_STACK": "dev",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": json.dumps({f"{PROJECT}:budget": '{"monthly": 1}'}),
    }
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=PACK) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                pack = analyzer_pb2_grpc.AnalyzerStub(channel)
                info = pack.GetAnalyzerInfo(empty_pb2.Empty())
                levels = {found.name: found.enforcementLevel for found in info.policies}
                assert levels["RDS.11"] == proto.ADVISORY
                nat = stack(r("aws:ec2/natGateway:NatGateway"), name="dev").resources[0]
                request = analyzer_pb2.AnalyzeStackRequest(resources=[_stack_resource(nat, outputs=False)])
                found = {d.policyName: d for d in pack.AnalyzeStack(request).diagnostics}
                assert found["P.Budget.estimate"].enforcementLevel == proto.MANDATORY
                assert "over the budget of $1.00" in found["P.Budget.estimate"].message
        finally:
            process.kill()


def test_plain_reads_behind_the_proxies() -> None:
    from pulumi_policy.proxy import unknown_checking_proxy

    raw = {"a": UNKNOWN_BOOLEAN_VALUE, "b": [{"c": 7.0, "d": UNKNOWN_STRING_VALUE}], "e": None, "__defaults": ["x"]}
    assert plain(unknown_checking_proxy(raw)) == {"a": UNKNOWN, "b": [{"c": 7, "d": UNKNOWN}], "e": None}
