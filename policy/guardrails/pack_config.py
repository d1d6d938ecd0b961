"""What ``--policy-pack-config`` or Pulumi Cloud asks of the rules, brought into the stack's own configuration.

The engine sends a level for every policy: the pack's own where nobody asked for another. What is asked beyond what the
pack allows (a rule that does not exist, one switched off without a reason, one that nothing waives on production) is
not done, and is told as a mistake of the configuration.
https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/#configuring-policy-packs
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from guardrails.rule import Kind, Rule
from guardrails.stack_config import MINIMUM_REASON, STRICTNESS, Level, StackConfig, nearest

#: The key by which a configuration speaks of every policy; the engine expands it and passes it on.
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one policy.

    Attributes:
        level: The level; ``remediate`` means mandatory for a rule, which repairs nothing.
        reason: Why, when it is to be switched off.
    """

    level: Literal["disabled", "advisory", "mandatory", "remediate"]
    reason: str = ""


def settle(
    config: StackConfig, asked: Mapping[str, Asked], rules: Mapping[str, Rule], others: Iterable[str]
) -> StackConfig:
    """The stack's configuration with what is asked done as far as the pack allows, and the rest among its problems.

    Args:
        config: The stack's own configuration.
        asked: Levels by policy, as the engine sends them.
        rules: Every rule by id.
        others: Names of the pack's policies that are no rules.
    """
    levels, disabled = dict(config.levels), dict(config.disabled)
    problems: list[str] = []
    known = {*rules, *others}
    for name in sorted(set(asked) - known - {ALL}):
        problems.append(f'policy-pack-config: no such rule "{name}"{nearest(name, known)}')
    held: list[str] = []
    unreasoned: list[str] = []
    for name, rule in rules.items():
        wish = asked.get(name)
        if wish is None:
            continue
        own, level = rule.level(config), _level(wish)
        if level == own:
            continue
        if rule.fixed(config) and STRICTNESS[level] < STRICTNESS[own]:
            # Who makes all rules advisory does not mean the pack's own, which tell that it works.
            if ALL not in asked or rule.kind is not Kind.PACK:
                held.append(name)
        elif level != "off":
            levels[name] = level
            disabled.pop(name, None)
        elif len(wish.reason.strip()) >= MINIMUM_REASON:
            disabled[name] = wish.reason
        else:
            unreasoned.append(name)
    if held:
        problems.append(f"policy-pack-config: nothing lowers {_some(held)} on {config.tier}; the level stays")
    if unreasoned:
        problems.append(
            f"policy-pack-config: {_some(unreasoned)} may be disabled only with a reason of at least {MINIMUM_REASON} "
            f'characters: {{"{unreasoned[0]}": {{"enforcementLevel": "disabled", "reason": "…"}}}}; the level stays'
        )
    return replace(config, levels=levels, disabled=disabled, problems=(*config.problems, *problems))


def _level(wish: Asked) -> Level:
    if wish.level == "disabled":
        return "off"
    return "advisory" if wish.level == "advisory" else "mandatory"


def _some(names: Sequence[str], shown: int = 3) -> str:
    """``S3.9, RDS.5, KMS.4 and 12 more``: the engine expands "all" to hundreds."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
