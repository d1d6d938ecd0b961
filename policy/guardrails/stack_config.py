"""What the pack reads of a stack's own configuration: tier, region, budget, usage, exceptions and policy levels.

The pack stands alone (it can be published and used with any program), so it reads the flat Pulumi configuration itself
and does not import the project's settings. Nothing here raises: a value that cannot be used becomes a *problem*, and
every problem is a mandatory violation, so that a misspelt exception never quietly stops a rule.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal, TypeGuard, cast

Tier = Literal["dev", "staging", "prod"]
Level = Literal["off", "advisory", "mandatory"]

TIERS: Final[tuple[Tier, ...]] = ("dev", "staging", "prod")
LEVELS: Final[tuple[Level, ...]] = ("off", "advisory", "mandatory")
#: A stack that no tier can be told of is judged as production: a new name must not switch rules off.
FALLBACK_TIER: Final[Tier] = "prod"
#: Tags that every taggable resource carries.
REQUIRED_TAGS: Final = ("project", "stage", "component", "owner", "cost-center")
#: Calls that an account's functions may serve at once, unless AWS has raised or lowered it.
CONCURRENCY_QUOTA: Final = 1000
#: An exception and a disabled rule say why in at least this many characters.
MINIMUM_REASON: Final = 20
#: How strict each level is.
STRICTNESS: Final[Mapping[Level, int]] = {"off": 0, "advisory": 1, "mandatory": 2}

_BUDGET_KEYS: Final = (
    "monthly",
    "warnAt",
    "daily",
    "overrunAt",
    "forecastAt",
    "anomalies",
    "byEmail",
    "unknowns",
    "acknowledgedOverrun",
)
_POLICY_KEYS: Final = ("levels", "disabled", "requiredTags")
_EXCEPTION_KEYS: Final = ("rule", "resource", "reason", "owner", "expires")


@dataclass(frozen=True, slots=True)
class Budget:
    """The ``budget`` section.

    Attributes:
        monthly: USD a month.
        warn_at: Percent of ``monthly`` from which the estimate warns.
        daily: USD a day, or None.
        unknowns: What an unknown cost does, ``block`` or ``warn``.
        acknowledged_overrun: USD a month by which the estimate may pass ``monthly``; None when nobody agreed to any.
        overrun_reason: Why that was agreed.
    """

    monthly: Decimal
    warn_at: Decimal = Decimal(80)
    daily: Decimal | None = None
    unknowns: Literal["block", "warn"] = "block"
    acknowledged_overrun: Decimal | None = None
    overrun_reason: str = ""

    def section(self) -> dict[str, Any]:
        """The section with its defaults filled in, in the configuration's own words."""
        overrun = self.acknowledged_overrun
        return {
            "monthly": self.monthly,
            "warnAt": self.warn_at,
            "daily": self.daily,
            "unknowns": self.unknowns,
            "acknowledgedOverrun": None if overrun is None else {"amount": overrun, "reason": self.overrun_reason},
        }


@dataclass(frozen=True, slots=True)
class RuleException:
    """One agreed departure from a rule, for named resources and until a date.

    Attributes:
        rule: Rule id.
        resource: Logical name or glob.
        reason: Why, at least ``MINIMUM_REASON`` characters.
        owner: Who answers for it.
        expires: The last day on which it holds.
    """

    rule: str
    resource: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class StackConfig:
    """The part of a stack's configuration that the rules and the estimate read.

    Attributes:
        project: The Pulumi project.
        stack: The stack's name.
        tier: Decides the rules' levels.
        region: The default AWS region, or None when the configuration does not name one.
        account: The AWS account that the stack belongs to, or None when the configuration does not name it.
        budget: None when the stack has no budget.
        usage: The assumed monthly load, as written.
        exceptions: Agreed exceptions, valid in form; their dates are judged at evaluation.
        levels: Level by rule id, where the stack departs from the rule's own.
        disabled: Reason by rule id.
        required_tags: Keys that every taggable resource must carry.
        account_baseline: Whether this stack owns what its account has once, such as the trail.
        concurrency_quota: Lambda calls that the account may serve at once.
        problems: What could not be read, one sentence each.
    """

    project: str
    stack: str
    tier: Tier
    region: str | None = None
    budget: Budget | None = None
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    exceptions: tuple[RuleException, ...] = ()
    levels: Mapping[str, Level] = field(default_factory=dict[str, Level])
    disabled: Mapping[str, str] = field(default_factory=dict[str, str])
    required_tags: tuple[str, ...] = REQUIRED_TAGS
    account_baseline: bool = False
    concurrency_quota: int = CONCURRENCY_QUOTA
    account: str | None = None
    problems: tuple[str, ...] = ()

    @staticmethod
    def from_pulumi(config: Mapping[str, str], project: str, stack: str) -> StackConfig:
        """Read flat Pulumi configuration (``{"pika:budget": "{json}", "aws:region": "us-east-1"}``). Never raises.

        Args:
            config: Full keys to text; objects are JSON text, as the engine passes them.
            project: The Pulumi project, whose namespace holds the sections.
            stack: The stack's name.
        """
        return StackConfig.from_lookup(config.get, project, stack)

    @staticmethod
    def from_lookup(lookup: Callable[[str], str | None], project: str, stack: str) -> StackConfig:
        """As ``from_pulumi``, for configuration that can only be asked key by key.

        Args:
            lookup: Answers a full key (``project:key``) with its text, or None.
            project: The Pulumi project.
            stack: The stack's name.
        """
        reader = _Reader(lookup, project)
        tier = reader.tier(stack)
        levels, disabled, required_tags = reader.policies()
        return StackConfig(
            project=project,
            stack=stack,
            tier=tier,
            region=reader.region(),
            budget=reader.budget(tier),
            usage=reader.section("usage"),
            exceptions=tuple(reader.exceptions()),
            levels=levels,
            disabled=disabled,
            required_tags=required_tags,
            account_baseline=_is_object(reader.value("accountBaseline")),
            concurrency_quota=reader.concurrency_quota(),
            account=reader.account(),
            problems=tuple(reader.problems),
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """A clause that names the closest known word (``; did you mean "S3.9"?``), or nothing."""
    match = difflib.get_close_matches(word, list(known), n=1)
    return f'; did you mean "{match[0]}"?' if match else ""


def merge(base: Any, over: Any) -> Any:
    """Deep-merge configuration: objects merge key by key, everything else (lists too) is replaced."""
    if _is_object(base) and _is_object(over):
        return {
            key: merge(base[key], over[key]) if key in base and key in over else over.get(key, base.get(key))
            for key in [*base, *(k for k in over if k not in base)]
        }
    return over


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


class _Reader:
    """Reads sections one by one and notes what it cannot use."""

    def __init__(self, lookup: Callable[[str], str | None], project: str) -> None:
        self._lookup = lookup
        self._project = project
        self.problems: list[str] = []
        overrides = self._json("overrides")
        if overrides is not None and not _is_object(overrides):
            self.problems.append(f"{project}:overrides is not an object")
        #: What lies over the sections, weakest first.
        self._layers: list[dict[str, Any]] = [*self._presets(), *([overrides] if _is_object(overrides) else [])]

    def _presets(self) -> Iterable[dict[str, Any]]:
        """The presets that the stack chooses, weakest first."""
        chosen = self._json("preset")
        names = cast(list[Any], chosen) if isinstance(chosen, list) else [] if chosen is None else [chosen]
        defined = self._json("presets")
        for name in names:
            preset = defined.get(name) if _is_object(defined) else None
            if _is_object(preset):
                yield preset
            else:
                known = defined if _is_object(defined) else ()
                self.problems.append(f'preset: no such preset "{name}"{nearest(str(name), known)}')

    def _json(self, key: str) -> Any:
        text = self._lookup(f"{self._project}:{key}")
        if text is None:
            return None
        try:
            return json.loads(text)
        except ValueError:
            return text

    def value(self, key: str) -> Any:
        """A key's value with presets and the stack's overrides merged over it."""
        value = self._json(key)
        for layer in self._layers:
            if key in layer:
                value = merge(value, layer[key])
        return value

    def section(self, key: str) -> dict[str, Any]:
        """An object section; empty when absent."""
        value = self.value(key)
        if value is None:
            return {}
        if not _is_object(value):
            self.problems.append(f"{key} is not an object")
            return {}
        return value

    def tier(self, stack: str) -> Tier:
        named = self.value("tier")
        tiers: dict[Any, Tier] = {tier: tier for tier in TIERS}
        if named is None:
            return tiers.get(stack, FALLBACK_TIER)
        if isinstance(named, str) and named in tiers:
            return tiers[named]
        self.problems.append(f"tier is none of {', '.join(TIERS)}: rules apply as on {FALLBACK_TIER}")
        return FALLBACK_TIER

    def region(self) -> str | None:
        for value in (self._lookup("aws:region"), self.value("region")):
            if isinstance(value, str) and value:
                return value
        return None

    def budget(self, tier: Tier) -> Budget | None:
        raw = self.section("budget")
        if not raw:
            return None
        self._check_keys("budget", raw, _BUDGET_KEYS)
        monthly = self._amount("budget.monthly", raw.get("monthly"))
        if monthly is None or monthly <= 0:
            self.problems.append("budget.monthly must be an amount in USD above 0")
            return None
        unknowns = raw.get("unknowns") or ("warn" if tier == "dev" else "block")
        if unknowns not in ("block", "warn"):
            self.problems.append("budget.unknowns must be block or warn; block applies")
            unknowns = "block"
        overrun, reason = self._overrun(raw.get("acknowledgedOverrun"))
        warn_at = self._amount("budget.warnAt", raw.get("warnAt"))
        return Budget(
            monthly=monthly,
            warn_at=Decimal(80) if warn_at is None else warn_at,
            daily=monthly / 30 if raw.get("daily") == "monthly/30" else self._amount("budget.daily", raw.get("daily")),
            unknowns=unknowns,
            acknowledged_overrun=overrun,
            overrun_reason=reason,
        )

    def _overrun(self, raw: Any) -> tuple[Decimal | None, str]:
        if raw is None:
            return None, ""
        if not _is_object(raw):
            self.problems.append("budget.acknowledgedOverrun must be {amount, reason}; no overrun is acknowledged")
            return None, ""
        reason = raw.get("reason")
        amount = self._amount("budget.acknowledgedOverrun.amount", raw.get("amount"))
        if not _is_reason(reason):
            self.problems.append(
                f"budget.acknowledgedOverrun.reason must say why in at least {MINIMUM_REASON} characters; "
                "no overrun is acknowledged"
            )
            return None, ""
        return amount, reason

    def _amount(self, path: str, raw: Any) -> Decimal | None:
        if raw is None:
            return None
        try:
            amount = Decimal(str(raw))
        except InvalidOperation:
            amount = Decimal("NaN")
        if isinstance(raw, bool) or not amount.is_finite() or amount < 0:
            self.problems.append(f"{path} is not an amount")
            return None
        return amount

    def policies(self) -> tuple[dict[str, Level], dict[str, str], tuple[str, ...]]:
        raw = self.section("policies")
        self._check_keys("policies", raw, _POLICY_KEYS)
        levels: dict[str, Level] = {}
        for rule, level in self._object("policies.levels", raw.get("levels")).items():
            if level == "advisory" or level == "mandatory":
                levels[rule] = level
            else:
                self.problems.append(
                    f'policies.levels: "{rule}" must be advisory or mandatory; '
                    "to switch a rule off write policies.disabled with the reason"
                )
        disabled: dict[str, str] = {}
        entries = raw.get("disabled")
        if entries is not None and not isinstance(entries, list):
            self.problems.append("policies.disabled is not a list of {rule, reason}")
            entries = None
        for index, entry in enumerate(cast(list[Any], entries or [])):
            if _is_object(entry) and isinstance(entry.get("rule"), str) and _is_reason(entry.get("reason")):
                disabled[entry["rule"]] = entry["reason"]
            else:
                self.problems.append(
                    f"policies.disabled[{index}] must name a rule and say why in at least {MINIMUM_REASON} characters; "
                    "nothing is switched off"
                )
        tags = raw.get("requiredTags")
        if tags is None:
            return levels, disabled, REQUIRED_TAGS
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in cast(list[Any], tags)):
            return levels, disabled, tuple(cast(list[str], tags))
        self.problems.append("policies.requiredTags must be a list of tag keys")
        return levels, disabled, REQUIRED_TAGS

    def account(self) -> str | None:
        # Programs that know nothing of the pack may mean something else by the key, so another value is no mistake.
        account = str(self.value("account"))
        return account if len(account) == 12 and account.isdigit() else None

    def concurrency_quota(self) -> int:
        quota = self._amount("accountConcurrencyQuota", self.value("accountConcurrencyQuota"))
        return CONCURRENCY_QUOTA if quota is None else int(quota)

    def _object(self, path: str, raw: Any) -> dict[str, Any]:
        if raw is None:
            return {}
        if not _is_object(raw):
            self.problems.append(f"{path} is not an object")
            return {}
        return raw

    def _check_keys(self, section: str, raw: Mapping[str, Any], known: tuple[str, ...]) -> None:
        self.problems.extend(f'{section}: no such key "{key}"{nearest(key, known)}' for key in raw if key not in known)

    def exceptions(self) -> Iterable[RuleException]:
        raw = self.value("exceptions")
        if raw is None:
            return
        if not isinstance(raw, list):
            self.problems.append("exceptions is not a list")
            return
        for index, entry in enumerate(cast(list[Any], raw)):
            exception = self._exception(f"exceptions[{index}]", entry)
            if exception is not None:
                yield exception

    def _exception(self, path: str, entry: Any) -> RuleException | None:
        if not _is_object(entry):
            self.problems.append(f"{path} is not an object")
            return None
        before = len(self.problems)
        self._check_keys(path, entry, _EXCEPTION_KEYS)
        texts: dict[str, str] = {}
        for key in ("rule", "resource", "reason", "owner"):
            value = entry.get(key)
            if not isinstance(value, str) or not value.strip():
                self.problems.append(f"{path}.{key} is missing")
            else:
                texts[key] = value
        if "reason" in texts and not _is_reason(texts["reason"]):
            self.problems.append(f"{path}.reason must say why in at least {MINIMUM_REASON} characters")
        expires = _day(entry.get("expires"))
        if expires is None:
            self.problems.append(f"{path}.expires must be a date such as 2027-03-01")
        if len(self.problems) > before or expires is None:
            return None
        return RuleException(texts["rule"], texts["resource"], texts["reason"], texts["owner"], expires)


def _is_reason(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and len(value.strip()) >= MINIMUM_REASON


def _day(value: Any) -> date | None:
    # YAML turns an unquoted date into a timestamp, and Pulumi passes that on as text with a time.
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).date()
        except ValueError:
            return None
    return None
