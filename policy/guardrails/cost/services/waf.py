"""AWS WAF. https://aws.amazon.com/waf/pricing/"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from guardrails.cost.mapping import Bill, Key, by_parent, free, optional, prices
from guardrails.cost.values import as_object, members
from guardrails.resource import UNKNOWN

SERVICE: Final = "Firewall"
_RULE_GROUP: Final = "aws:wafv2/ruleGroup:RuleGroup"
BOT_CONTROL: Final = "AWSManagedRulesBotControlRuleSet"
#: Managed groups with a subscription whose price is not in the book.
_UNPRICED_GROUPS: Final = frozenset(
    {"AWSManagedRulesATPRuleSet", "AWSManagedRulesACFPRuleSet", "AWSManagedRulesAntiDDoSRuleSet"}
)
#: Requests that Bot Control's monthly fee includes.
_BOT_REQUESTS_INCLUDED: Final = Decimal(10_000_000)

free(
    SERVICE,
    "no charge",
    "aws:wafv2/webAclAssociation:WebAclAssociation",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    "aws:wafv2/ipSet:IpSet",
    "aws:wafv2/regexPatternSet:RegexPatternSet",
)
by_parent(SERVICE, "in the lines of the web ACL that uses it", _RULE_GROUP)


@prices(
    "aws:wafv2/webAcl:WebAcl",
    service=SERVICE,
    keys=(
        Key("requests", "requests inspected"),
        optional("botRequests", "requests that Bot Control inspects, when a scope keeps them below `requests`"),
    ),
)
def web_acl(bill: Bill) -> None:
    """The ACL, each rule or managed group, Bot Control's subscription, and requests."""
    bill.fixed("web ACL", "waf.acl.month", 1)
    rules = bill.get("rules")
    if rules is UNKNOWN or bill.resource.is_set("ruleJson"):
        bill.undecided("WAF rules", "the list of rules")
    groups = [_managed_group(rule) for rule in members(rules)]
    plain = sum(1 for group in groups if group != BOT_CONTROL)
    plain += _rules_of_groups(bill)
    if plain:
        bill.fixed("WAF rules", "waf.rule.month", plain)
    if BOT_CONTROL in groups:
        bill.fixed("Bot Control", "waf.bot_control.month", 1)
    for group in sorted(_UNPRICED_GROUPS.intersection(name for name in groups if name)):
        bill.unknown(group, f"no price for the managed group {group}")
    bill.usage("requests", "WAF requests", "waf.request")
    requests = bill.declares("botRequests") or bill.declares("requests")
    if BOT_CONTROL in groups and requests is not None:
        extra = requests.above(_BOT_REQUESTS_INCLUDED)
        if extra.maximum:
            bill.metered("Bot Control requests above 10M", "waf.bot_control.request", extra)


def _managed_group(rule: Any) -> str | None:
    managed = as_object(as_object(as_object(rule).get("statement")).get("managedRuleGroupStatement"))
    return str(managed.get("name")) if managed else None


def _rules_of_groups(bill: Bill) -> int:
    """Rules inside the rule groups that the ACL refers to."""
    total = 0
    for group in bill.links.targets(bill.resource, "rules", _RULE_GROUP):
        total += len(members(group.get("rules")))
    return total
