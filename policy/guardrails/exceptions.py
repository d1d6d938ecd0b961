"""Applies the stack's agreed exceptions to what the rules found, and judges the exceptions themselves.

An active exception makes a finding advisory and stays visible on it with the days left. One that has expired, that
names no rule, or that tries to waive what cannot be waived is a mandatory violation; one that matched nothing is
reported, so that the list never outlives its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from guardrails.finding import Finding
from guardrails.rule import Rule, Scope
from guardrails.stack_config import RuleException, StackConfig, nearest

EXPIRED = "exception-expired"
UNUSED = "exception-unused"
REFUSED = "exception-refused"


class Ledger:
    """The stack's exceptions at work on one evaluation.

    Args:
        scope: Holds the exceptions and the day; an exception still holds on its last day.
        rules: Every rule by id.
    """

    def __init__(self, scope: Scope, rules: Mapping[str, Rule]) -> None:
        self._today = scope.today
        self._rules = rules
        self._active: dict[str, list[RuleException]] = {}
        self._refused: list[tuple[str, RuleException, str]] = []
        self._used: set[RuleException] = set()
        for exception in scope.config.exceptions:
            refusal = _refusal(exception, scope.config, rules)
            if refusal:
                self._refused.append((REFUSED, exception, refusal))
            elif exception.expires < scope.today:
                days = (scope.today - exception.expires).days
                since = f"expired {days} {'day' if days == 1 else 'days'} ago, on {exception.expires}"
                self._refused.append((EXPIRED, exception, f"{since}; renew it or fix the finding"))
            else:
                self._active.setdefault(exception.rule, []).append(exception)

    def apply(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, those that an active exception covers made advisory and marked with it."""
        for finding in findings:
            candidates = self._active.get(finding.policy, ())
            exception = next((e for e in candidates if fnmatchcase(finding.resource, e.resource)), None)
            if exception is None:
                yield finding
                continue
            self._used.add(exception)
            details = {
                "reason": exception.reason,
                "owner": exception.owner,
                "expires": exception.expires.isoformat(),
                "days_left": (exception.expires - self._today).days,
            }
            yield replace(finding, level="advisory", exception=details)

    def findings(self, root: tuple[str, str]) -> Iterator[Finding]:
        """Findings about the exceptions themselves, once all others have been applied.

        Args:
            root: URN and name of the resource that they hang on.
        """
        for policy, exception, message in self._refused:
            yield _about(policy, exception, message, self._rules, root)
        for exceptions in self._active.values():
            for exception in exceptions:
                if exception not in self._used:
                    yield _about(UNUSED, exception, "matches no violation; delete it", self._rules, root)


def _refusal(exception: RuleException, config: StackConfig, rules: Mapping[str, Rule]) -> str:
    rule = rules.get(exception.rule)
    if rule is None:
        return f"there is no such rule{nearest(exception.rule, rules)}"
    if not rule.waivable and config.tier == "prod":
        return "no exception may waive this rule on prod"
    return ""


def _about(
    policy: str, exception: RuleException, message: str, rules: Mapping[str, Rule], root: tuple[str, str]
) -> Finding:
    rule = rules[policy]
    urn, name = root
    return Finding(
        policy=policy,
        title=rule.title,
        level="advisory" if policy == UNUSED else "mandatory",
        severity=rule.severity,
        urn=urn,
        resource=name,
        message=f'{exception.rule} on "{exception.resource}" (owner {exception.owner}): {message}',
    )
