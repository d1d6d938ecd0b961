"""A rule: what it judges, why, how to fix it, and at which level it holds on each tier.

A rule's check is pure: it is given one resource (or, when it judges the stack as a whole, the root) and a scope, and
yields what is wrong. It never raises on an unknown value and never yields a value that may be secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from guardrails.finding import Severity
from guardrails.resource import ABSENT, UNKNOWN, Resource, Stack
from guardrails.stack_config import STRICTNESS, Level, StackConfig, Tier

if TYPE_CHECKING:
    from guardrails.cost import Estimate, Verdict

#: The type that a finding about the whole stack hangs on.
STACK_TYPE: Final = "pulumi:pulumi:Stack"


class Kind(Enum):
    """What a rule protects, which decides its level on each tier."""

    #: Data at rest and in transit.
    ENCRYPTION = "encryption"
    #: Data or an endpoint open to the world.
    EXPOSURE = "exposure"
    #: Rights wider than the work needs.
    IAM = "iam"
    #: Money.
    BUDGET = "budget"
    #: The settings of the pack itself.
    PACK = "pack"
    #: A setting that costs nothing, so staging rehearses it.
    FREE = "free"
    #: Costs money or stands in the way of a quick teardown, so it binds where the data is real.
    PRODUCTION = "production"
    #: Good practice that a small, well-built system may do without, for the reason the rule gives.
    ADVICE = "advice"
    #: Customer-managed keys: encryption is on without them; they add control over the key for a dollar a month each, so
    #: a stack asks for them by rule in ``policies.levels``.
    CUSTOMER_KEY = "customer-key"
    #: Off until a stack asks for it, for the reason the rule gives.
    OFF = "off"


_ALWAYS: Final[tuple[Level, Level, Level]] = ("mandatory", "mandatory", "mandatory")
#: Level on dev, staging and prod.
LEVELS_BY_KIND: Final[Mapping[Kind, tuple[Level, Level, Level]]] = {
    Kind.ENCRYPTION: _ALWAYS,
    Kind.EXPOSURE: _ALWAYS,
    Kind.IAM: _ALWAYS,
    Kind.BUDGET: _ALWAYS,
    Kind.PACK: _ALWAYS,
    Kind.FREE: ("advisory", "mandatory", "mandatory"),
    Kind.PRODUCTION: ("advisory", "advisory", "mandatory"),
    Kind.ADVICE: ("advisory", "advisory", "advisory"),
    Kind.CUSTOMER_KEY: ("off", "off", "off"),
    Kind.OFF: ("off", "off", "off"),
}


@dataclass(frozen=True, slots=True)
class Deferred:
    """The check needs a document that AWS completes at deployment; it is judged then, before the resource is made.

    Attributes:
        path: The property that is not known yet.
        resource: The resource that has it, when it is not the one given to the check.
    """

    path: str
    resource: Resource | None = None


@dataclass(frozen=True, slots=True)
class On:
    """A violation that belongs to another resource than the one given to the check.

    Attributes:
        resource: The resource at fault.
        message: What is wrong with it.
    """

    resource: Resource
    message: str


Outcome = str | Deferred | On


#: Where a stack is priced whose configuration names no region; AWS's own default.
DEFAULT_REGION: Final = "us-east-1"


def utc_today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class Scope:
    """What a check may look at besides its resource.

    Attributes:
        stack: All resources. For a rule that judges a resource alone, nothing may be read from it.
        config: The stack's configuration.
        today: The day of the evaluation.
        memo: A place for an index that several checks share, such as routes by subnet. Keyed by the index's name.
    """

    stack: Stack
    config: StackConfig
    today: date = field(default_factory=utc_today)
    memo: dict[str, Any] = field(default_factory=dict[str, Any], compare=False)

    @property
    def tier(self) -> Tier:
        """The stack's tier."""
        return self.config.tier

    def attached(self, target: Resource, token: str, prop: str, name_prop: str | None = None) -> tuple[Resource, ...]:
        """Resources of type ``token`` whose ``prop`` names ``target``, by reference or by the same literal name.

        Args:
            target: The resource that they are about, such as a bucket.
            token: Their type.
            prop: The property that points at the target.
            name_prop: The target's own property that holds its physical name, for programs that repeat the literal.
        """
        found = self.stack.referring(target, token, prop)
        name = target.get(name_prop) if name_prop else ABSENT
        if not isinstance(name, str):
            return found
        literal = (r for r in self.stack.of_type(token) if r not in found and r.get(prop) == name)
        return (*found, *literal)

    @property
    def estimate(self) -> Estimate:
        """What the stack costs a month, worked out once."""
        found: Estimate | None = self.memo.get("estimate")
        if found is None:
            from guardrails.cost import estimate, load_book, regions_of

            region = self.config.region or DEFAULT_REGION
            book = load_book(regions_of(self.stack, region), today=self.today)
            found = self.memo["estimate"] = estimate(self.stack, self.config.usage, book, region)
        return found

    @property
    def verdict(self) -> Verdict:
        """How the estimate stands against the budget, worked out once."""
        found: Verdict | None = self.memo.get("verdict")
        if found is None:
            from guardrails.cost import judge

            budget = self.config.budget
            found = self.memo["verdict"] = judge(self.estimate, budget.section() if budget else None)
        return found


Check = Callable[[Resource, Scope], Iterable[Outcome]]


@dataclass(frozen=True)
class Rule:
    """One control.

    Attributes:
        id: The AWS control id, or ``P.<area>.<topic>`` for the project's own.
        title: The requirement in one sentence.
        severity: Security Hub's severity, or ours.
        kind: Decides the levels.
        types: The types that it judges one by one; ``pulumi:pulumi:Stack`` when it judges the stack as a whole.
        check: Yields what is wrong.
        why: What can happen otherwise.
        fix: The line of Python that puts it right.
        url: The page that decides.
        reads: The properties of ``types`` that the check reads.
        related: Other types that it reads, with their properties. Makes it a rule about the stack.
        frameworks: The standards that carry the control.
        waivable: False for what no exception may waive on prod.
        references: Those of the properties read that only have to be set; a set-but-unknown one satisfies.
    """

    id: str
    title: str
    severity: Severity
    kind: Kind
    types: tuple[str, ...]
    check: Check
    why: str
    fix: str
    url: str
    reads: tuple[str, ...] = ()
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    frameworks: tuple[str, ...] = ()
    waivable: bool = True
    references: tuple[str, ...] = ()

    @property
    def levels(self) -> dict[Tier, Level]:
        """The level by tier, before any stack's own configuration."""
        dev, staging, prod = LEVELS_BY_KIND[self.kind]
        return {"dev": dev, "staging": staging, "prod": prod}

    @property
    def whole_stack(self) -> bool:
        """True when it judges the stack once, not resource by resource."""
        return STACK_TYPE in self.types

    @property
    def about_stack(self) -> bool:
        """True when it needs more than one resource to decide."""
        return self.whole_stack or bool(self.related)

    def level(self, config: StackConfig) -> Level:
        """The level in a stack, its configuration considered.

        A rule that nothing weakens may be raised, and never lowered.
        """
        own = self.levels[config.tier]
        asked = "off" if self.id in config.disabled else config.levels.get(self.id, own)
        return own if self.fixed(config) and STRICTNESS[asked] < STRICTNESS[own] else asked

    def fixed(self, config: StackConfig) -> bool:
        """True for a rule that no configuration weakens in this stack: the pack's own, and on prod what none waives."""
        return not self.waivable and (config.tier == "prod" or self.kind is Kind.PACK)


class Registry:
    """The rules in the order in which their modules declare them."""

    def __init__(self) -> None:
        self._rules: dict[str, Rule] = {}

    def add(self, rule: Rule) -> Rule:
        """Add a rule.

        Raises:
            ValueError: Another rule has the id.
        """
        if rule.id in self._rules:
            raise ValueError(f"two rules are called {rule.id}")
        self._rules[rule.id] = rule
        return rule

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def __getitem__(self, rule_id: str) -> Rule:
        return self._rules[rule_id]


REGISTRY: Final = Registry()

_AWS_PAGES: Final = {"APIGateway": "apigateway", "AutoScaling": "autoscaling", "SecretsManager": "secretsmanager"}


def control_url(rule_id: str) -> str:
    """The AWS page of a Security Hub control, such as ``…/s3-controls.html#s3-9``."""
    service, _, number = rule_id.partition(".")
    page = _AWS_PAGES.get(service, service.lower())
    return f"https://docs.aws.amazon.com/securityhub/latest/userguide/{page}-controls.html#{page}-{number}"


def declare(
    rule_id: str,
    severity: Severity,
    kind: Kind,
    title: str,
    *,
    types: str | tuple[str, ...],
    check: Check,
    why: str,
    fix: str,
    reads: tuple[str, ...] = (),
    related: Mapping[str, tuple[str, ...]] | None = None,
    frameworks: str = "FSBP",
    url: str = "",
    waivable: bool = True,
    references: tuple[str, ...] = (),
) -> Rule:
    """Declare a rule and register it.

    Args:
        rule_id: The AWS control id or ``P.<area>.<topic>``.
        severity: Its severity.
        kind: What it protects.
        title: The requirement.
        types: What it judges.
        check: The pure check. One made of ``guardrails.checks`` brings the properties that it reads.
        why: What can happen otherwise.
        fix: The code line.
        reads: Properties read by a hand-written check.
        related: Other types read, with their properties.
        frameworks: Standards, joined by ``+``; empty for the project's own rules.
        url: The page that decides; derived for AWS controls.
        waivable: False for what no exception may waive on prod.
        references: Properties read by a hand-written check that only have to be set.
    """
    return REGISTRY.add(
        Rule(
            id=rule_id,
            title=title,
            severity=severity,
            kind=kind,
            types=(types,) if isinstance(types, str) else types,
            check=check,
            why=why,
            fix=fix,
            url=url or control_url(rule_id),
            reads=reads or tuple(getattr(check, "reads", ())),
            related=related or {},
            frameworks=tuple(part for part in frameworks.split("+") if part) if not rule_id.startswith("P.") else (),
            waivable=waivable,
            references=references or tuple(getattr(check, "references", ())),
        )
    )


def undecided(path: str) -> str:
    """The sentence for a deciding value that is not known before deployment."""
    return f"{path} is not known before deployment, so this cannot be decided; give it a literal value"


def known(value: Any) -> bool:
    """True for a value that is set and known."""
    return value is not ABSENT and value is not UNKNOWN
