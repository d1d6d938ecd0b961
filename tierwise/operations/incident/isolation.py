"""Cut a stack's ways out, and open them again.

What is taken away is written down first, rule by rule, so that an interruption loses nothing: run again, it goes on
where it was; with ``--release`` every rule that was taken comes back.
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tierwise.operations.answers import listed, part
from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Entry, Step

#: Rules of a group that one call may take away.
_BATCH: Final = 50


def isolate(operation: Operation) -> Outcome:
    """Take every outbound rule of the stack's security groups away.

    Args:
        operation: The command.

    Raises:
        OperationError: The stack has no security group, or none of it lets anything out.
    """
    left = _unfinished(operation)
    groups = _groups(operation)
    rules = [rule for rule in _rules(operation, groups) if rule["IsEgress"]]
    steps = [*left, *(Step(_part(rule), json.dumps(_said(rule)), "revoked") for rule in rules)]
    if not steps:
        raise OperationError(f"{operation.stack.key}  is isolated already: no security group lets anything out")
    operation.confirm(
        f"{len(rules)} outbound rules of {len(groups)} security groups will be taken away: nothing works."
    )
    with operation.exclusive():
        entry = operation.record.begin(steps, "isolated")
        for group, ids in _by_group(rules):
            operation.aws.change("ec2", "RevokeSecurityGroupEgress", GroupId=group, SecurityGroupRuleIds=ids)
            for step in steps:
                step.done = step.done or step.part.split()[-1] in ids
            operation.record.write(entry)
        operation.record.end(entry, "done")
    operation.console.say(f"{operation.stack.key} is cut off: {len(rules)} rules taken from {len(groups)} groups.")
    operation.console.say("Sessions that are open already may go on; stop what must stop at once.")
    operation.console.say(f"Back: tierwise isolate {operation.stack.key} --release")
    return Outcome(document={"released": False, "rules": [step.part for step in steps]})


def release(operation: Operation) -> Outcome:
    """Give the rules back that ``isolate`` took.

    Args:
        operation: The command.

    Raises:
        OperationError: Nothing was taken.
    """
    entry = operation.record.last()
    taken = [step for step in entry.steps if step.after == "revoked" and step.done] if entry else []
    if entry is None or not taken:
        raise OperationError(f"{operation.stack.key}  was not isolated by this command: nothing to give back")
    operation.confirm(f"{len(taken)} outbound rules come back: the stack reaches the network again.")
    with operation.exclusive():
        entry.state = "running"
        for step in taken:
            _give_back(operation, step)
            step.done = False
            operation.record.write(entry)
        operation.record.end(entry, "done", "released")
    operation.console.say(f"{operation.stack.key}: {len(taken)} rules are back.")
    # The rules have new ids, which Pulumi's state does not know.
    operation.console.say("Then `pulumi up --refresh`, so that Pulumi knows them.")
    return Outcome(document={"released": True, "rules": [step.part for step in taken]})


def _unfinished(operation: Operation) -> list[Step]:
    """What an isolation took before that was not given back, so that its record does not lose it."""
    entry: Entry | None = operation.record.last()
    return [step for step in entry.steps if step.after == "revoked" and step.done] if entry else []


def _groups(operation: Operation) -> list[str]:
    filters = [
        {"Name": "tag:project", "Values": [operation.stack.system]},
        {"Name": "tag:stage", "Values": [operation.stack.stage]},
    ]
    found = [
        str(group["GroupId"])
        for group in operation.aws.pages("ec2", "DescribeSecurityGroups", "SecurityGroups", Filters=filters)
    ]
    if not found:
        raise OperationError(
            f"{operation.stack.key}  has no security group in {operation.aws.region}: nothing to cut off"
        )
    return sorted(found)


def _rules(operation: Operation, groups: list[str]) -> list[dict[str, Any]]:
    filters = [{"Name": "group-id", "Values": groups}]
    found = operation.aws.pages("ec2", "DescribeSecurityGroupRules", "SecurityGroupRules", Filters=filters)
    return sorted(found, key=lambda rule: (rule["GroupId"], rule["SecurityGroupRuleId"]))


def _part(rule: Mapping[str, Any]) -> str:
    return f"{rule['GroupId']} {rule['SecurityGroupRuleId']}"


def _said(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The rule as ``AuthorizeSecurityGroupEgress`` takes it, its tags too."""
    permission: dict[str, Any] = {"IpProtocol": rule["IpProtocol"]}
    for key in ("FromPort", "ToPort"):
        if rule.get(key) is not None:
            permission[key] = rule[key]
    described = {"Description": rule["Description"]} if rule.get("Description") else {}
    if rule.get("CidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": rule["CidrIpv4"], **described}]
    if rule.get("CidrIpv6"):
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    if rule.get("PrefixListId"):
        permission["PrefixListIds"] = [{"PrefixListId": rule["PrefixListId"], **described}]
    other = part(rule, "ReferencedGroupInfo").get("GroupId")
    if other:
        permission["UserIdGroupPairs"] = [{"GroupId": other, **described}]
    return {"permission": permission, "tags": listed(rule, "Tags")}


def _by_group(rules: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for rule in rules:
        groups.setdefault(str(rule["GroupId"]), []).append(str(rule["SecurityGroupRuleId"]))
    for group, ids in groups.items():
        for start in range(0, len(ids), _BATCH):
            yield group, ids[start : start + _BATCH]


def _give_back(operation: Operation, step: Step) -> None:
    said = json.loads(step.before)
    tags: dict[str, Any] = {}
    if said["tags"]:
        tags["TagSpecifications"] = [{"ResourceType": "security-group-rule", "Tags": said["tags"]}]
    try:
        operation.aws.change(
            "ec2",
            "AuthorizeSecurityGroupEgress",
            GroupId=step.part.split()[0],
            IpPermissions=[said["permission"]],
            **tags,
        )
    except AwsError as error:
        # Somebody, or an interrupted run, was faster.
        if error.code != "InvalidPermission.Duplicate":
            raise
