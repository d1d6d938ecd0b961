"""``python -m guardrails.page`` writes the catalogue, ``docs/policies.md``, from the rules themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import guardrails
from guardrails import services
from guardrails.remediation import REMEDIATIONS
from guardrails.rule import LEVELS_BY_KIND, Kind, Rule
from guardrails.stack_config import TIERS

PAGE: Final = Path(__file__).parents[2] / "docs" / "policies.md"

#: Controls of the standard that only the running account can answer, and what is done about them here.
RUNTIME: Final[Mapping[str, str]] = {
    "EC2.1": "who may restore a snapshot is set on the snapshot; EC2.182 blocks it for the account",
    "EC2.4": "how long an instance has been stopped",
    "SecretsManager.2": "whether a rotation succeeded; an alarm on its function tells",
    "SecretsManager.3": "whether anybody reads a secret",
    "SSM.1": "whether an instance's agent has reported",
    "SSM.2": "whether an instance has its patches",
    "SSM.3": "whether an association was applied",
}
_KINDS: Final[Mapping[Kind, str]] = {
    Kind.ENCRYPTION: "data at rest and in transit",
    Kind.EXPOSURE: "data or an endpoint open to the world",
    Kind.IAM: "rights wider than the work needs",
    Kind.BUDGET: "money",
    Kind.PACK: "the settings of the pack itself",
    Kind.FREE: "a setting that costs nothing, so staging rehearses it",
    Kind.PRODUCTION: "costs money or stands in the way of a teardown",
    Kind.ADVICE: "good practice that a small system may do without",
    Kind.CUSTOMER_KEY: "customer-managed keys",
    Kind.OFF: "off until a stack asks for it",
}


@dataclass(frozen=True, slots=True)
class Equivalent:
    """The checks of other tools that ask much the same.

    Attributes:
        checkov: Ids of Checkov's checks, or a dash.
        cdk_nag: The name of cdk-nag's rule, or a dash.
    """

    checkov: str = "-"
    cdk_nag: str = "-"


@cache
def equivalents() -> Mapping[str, Equivalent]:
    """The checks of other tools by rule id."""
    text = files("guardrails").joinpath("equivalents.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {rule_id: Equivalent(checkov, cdk_nag) for rule_id, checkov, cdk_nag in rows}


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of AWS Foundational Security Best Practices the pack judges for one service.

    Attributes:
        service: As the control ids name it, such as ``S3``.
        judged: Controls that a rule decides before deployment.
        runtime: Controls that only the running account can answer.
    """

    service: str
    judged: tuple[str, ...]
    runtime: tuple[str, ...]


def coverage() -> list[Coverage]:
    """Coverage by service, in alphabetical order."""
    judged: dict[str, list[str]] = {}
    runtime: dict[str, list[str]] = {}
    for rule in guardrails.rules():
        if "FSBP" in rule.frameworks:
            judged.setdefault(_service(rule.id), []).append(rule.id)
    for control in RUNTIME:
        runtime.setdefault(_service(control), []).append(control)
    return [
        Coverage(service, tuple(judged.get(service, ())), tuple(runtime.get(service, ())))
        for service in sorted({*judged, *runtime}, key=str.lower)
    ]


def _service(control: str) -> str:
    # AWS spells one of its services in two ways.
    return control.partition(".")[0].replace("Autoscaling", "AutoScaling")


def render() -> str:
    """The whole page."""
    return "\n".join([*_head(), *_rules(), *_remediations(), *_coverage()]) + "\n"


def _head() -> Iterator[str]:
    yield "# Policies"
    yield ""
    yield f"The {len(guardrails.rules())} rules of the policy pack, generated from it by `make generate`."
    yield "How levels and exceptions work, and how to add a rule: [policy/README.md](../policy/README.md)."
    yield ""
    yield "| kind | what it protects | dev | staging | prod |"
    yield "|---|---|---|---|---|"
    for kind, levels in LEVELS_BY_KIND.items():
        yield f"| {kind.value} | {_KINDS[kind]} | {' | '.join(levels)} |"


def _rules() -> Iterator[str]:
    title = ""
    for rule in guardrails.rules():
        module = services.title_of(rule)
        if module != title:
            title = module
            yield from ("", f"## {title}")
        yield from _entry(rule)


def _entry(rule: Rule) -> Iterator[str]:
    levels = [rule.levels[tier] for tier in TIERS]
    by_tier = ", ".join(f"{level} on {tier}" for level, tier in zip(levels, TIERS, strict=True))
    told = levels[0] if len(set(levels)) == 1 else by_tier
    standards = f" · {', '.join(rule.frameworks)}" if rule.frameworks else ""
    waivable = "" if rule.waivable or rule.levels["prod"] != "mandatory" else " · no exception on prod"
    other = equivalents().get(rule.id, Equivalent())
    named = [f"{tool} {ids}" for tool, ids in (("Checkov", other.checkov), ("cdk-nag", other.cdk_nag)) if ids != "-"]
    yield ""
    yield f"### {rule.id}"
    yield ""
    yield f"**{_plain(rule.title)}.** {rule.severity} · {rule.kind.value}: {told}{standards}{waivable}"
    yield ""
    yield _plain(rule.why)
    yield ""
    yield f"- Fix: `{rule.fix}`" if "`" not in rule.fix else f"- Fix: {rule.fix}"
    yield f"- [The page that decides]({rule.url})" + (f" · elsewhere: {'; '.join(named)}" if named else "")


def _plain(text: str) -> str:
    """Text in which Markdown sees no emphasis and no tag."""
    return text.replace("*", "\\*").replace("<", "\\<")


def _remediations() -> Iterator[str]:
    yield from ("", "## Remediations", "")
    yield "Off until `--policy-pack-config` sets their level to `remediate`."
    yield ""
    yield "| policy | what it does | the rule that says so otherwise |"
    yield "|---|---|---|"
    for found in REMEDIATIONS:
        yield f"| [{found.id}]({found.url}) | {_plain(found.title)} | {found.rule} |"


def _coverage() -> Iterator[str]:
    rows = coverage()
    judged, runtime = sum(len(row.judged) for row in rows), sum(len(row.runtime) for row in rows)
    yield from ("", "## Coverage of AWS Foundational Security Best Practices", "")
    yield f"{judged} controls are judged before deployment, for the services that systems here use. {runtime} more can"
    yield "only be answered by the running account: Security Hub asks it."
    yield ""
    yield "| service | judged | only at run time |"
    yield "|---|---|---|"
    for row in rows:
        late = "; ".join(f"{control}: {RUNTIME[control]}" for control in row.runtime)
        yield f"| {row.service} | {len(row.judged)} | {late} |"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
