"""The pack's rules about itself: its settings, its exceptions, its own failures and what it cannot judge yet.

Their findings are made by ``guardrails.evaluation`` and ``guardrails.exceptions``; they are declared here so that each
has a place in the catalogue, a level, and a CrossGuard policy to be reported under.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from guardrails.finding import Severity
from guardrails.resource import Resource
from guardrails.rule import STACK_TYPE, Kind, Outcome, Scope, declare

URL: Final = "https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/"


def _nothing(_resource: Resource, _scope: Scope) -> Iterable[Outcome]:
    return ()


def _declare(rule_id: str, severity: Severity, kind: Kind, title: str, why: str, fix: str) -> None:
    declare(
        rule_id, severity, kind, title, types=STACK_TYPE, check=_nothing, why=why, fix=fix, url=URL, frameworks="",
        waivable=False,
    )  # fmt: skip


_declare(
    "policy-error",
    "critical",
    Kind.PACK,
    "Every rule must be able to judge",
    "A rule that breaks has passed nothing; letting it go would switch it off for everybody.",
    "report it with the resource's type; until then disable the rule with a reason under policies.disabled",
)
_declare(
    "policy-config",
    "high",
    Kind.PACK,
    "The settings of the policy pack must be readable and name rules that exist",
    "A misspelt exception or level would silently do nothing, or more than was meant.",
    "correct the named key in the stack's configuration",
)
_declare(
    "policy-deferred",
    "low",
    Kind.ADVICE,
    "A document that AWS completes at deployment is judged at deployment",
    "A policy that embeds the ARN of a resource still to be made is unknown as a whole during preview.",
    "nothing to do: the rules named judge it in `pulumi up`, before the resource is made",
)
_declare(
    "exception-active",
    "low",
    Kind.ADVICE,
    "An agreed exception holds until its date",
    "Exceptions stay in sight, with the days left, so that they end.",
    "fix the finding and delete the exception",
)
_declare(
    "exception-expired",
    "high",
    Kind.PACK,
    "No exception may outlive its date",
    "An exception that never ends is a rule switched off.",
    "fix the finding, or renew the exception with a new date and reason",
)
_declare(
    "exception-refused",
    "high",
    Kind.PACK,
    "Exceptions must name a rule that exists and may be waived",
    "Budget and public data stores on production cannot be waived by configuration.",
    "delete the exception and fix the finding",
)
_declare(
    "exception-unused",
    "low",
    Kind.ADVICE,
    "Exceptions that match no violation should be deleted",
    "A stale exception hides the next violation of the same rule.",
    "delete the exception",
)
