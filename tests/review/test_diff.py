"""Two revisions of a stack compared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.review.build import BUCKET, DATABASE, PROVIDER, QUEUE, ROOT, entry, state, urn
from tierwise.preview.errors import ConfigError
from tierwise.preview.values import UNKNOWN_SENTINEL
from tierwise.review.diff import ResourceDiff, StackDiff, compare_stacks, unchanged
from tierwise.review.stateful import Approval, approvals, data_losses, kind_of

TODAY = date(2026, 11, 21)


def replaces(_token: str, path: str) -> bool | None:
    return {"name": True, "odd": None}.get(path, False)


def compared(old: dict[str, Any] | None, new: dict[str, Any], **aliases: list[str]) -> StackDiff:
    by_urn = {s["newState"]["urn"]: aliases.get(s["urn"].rpartition("::")[2], []) for s in new["preview"]["steps"]}
    return compare_stacks(old, new, by_urn, replaces)


def item(diff: StackDiff, name: str) -> ResourceDiff:
    found = [resource for resource in diff.resources if resource.name == name]
    assert len(found) == 1, diff.resources
    return found[0]


def test_each_operation() -> None:
    old = entry(state(QUEUE, "kept"), state(QUEUE, "edited", {"tags": {"a": "1"}}), state(QUEUE, "gone"))
    new = entry(state(QUEUE, "kept"), state(QUEUE, "edited", {"tags": {"a": "2"}}), state(QUEUE, "new"))
    diff = compared(old, new)
    assert diff.counts == {"create": 1, "update": 1, "delete": 1}
    assert diff.same == 2
    assert [change.path for change in item(diff, "edited").changes] == ["tags.a"]
    assert diff.to_json()["changeSummary"] == {"create": 1, "update": 1, "delete": 1, "same": 2}


def test_a_stack_that_did_not_exist_is_created_whole() -> None:
    diff = compared(None, entry(state(QUEUE, "a"), costs={urn(QUEUE, "a"): 3.0}))
    assert diff.new
    assert diff.counts == {"create": 2}
    assert diff.cost is not None
    assert diff.cost.text == "+$3.00 a month"


def test_a_replacing_property_replaces_and_is_named() -> None:
    diff = compared(entry(state(QUEUE, "q", {"name": "a"})), entry(state(QUEUE, "q", {"name": "b"})))
    assert (item(diff, "q").op, item(diff, "q").forced_by) == ("replace", ("name",))


def test_what_nobody_knows_may_replace() -> None:
    diff = compared(entry(state(QUEUE, "q", {"odd": 1})), entry(state(QUEUE, "q", {"odd": 2})))
    assert item(diff, "q").op == "update"
    assert item(diff, "q").may_replace


def test_the_programs_own_options_decide_too() -> None:
    old = entry(state(QUEUE, "q", {"delay": 1, "tags": {"a": 1}}))
    new = entry(state(QUEUE, "q", {"delay": 2, "tags": {"a": 2}}, ignoreChanges=["tags"], replaceOnChanges=["delay"]))
    found = item(compared(old, new), "q")
    assert (found.op, [change.path for change in found.changes]) == ("replace", ["delay"])


def test_an_alias_makes_a_rename_of_a_deletion_and_a_creation() -> None:
    old, new = entry(state(QUEUE, "before")), entry(state(QUEUE, "after"))
    assert compared(old, new).counts == {"create": 1, "delete": 1}
    renamed = compared(old, new, after=[urn(QUEUE, "elsewhere"), urn(QUEUE, "before")])
    assert renamed.counts == {}
    assert renamed.same == 2


def test_an_alias_to_what_still_exists_is_not_followed() -> None:
    both = entry(state(QUEUE, "before"), state(QUEUE, "after"))
    assert compared(entry(state(QUEUE, "before")), both, after=[urn(QUEUE, "before")]).counts == {"create": 1}


def test_what_comes_from_a_replaced_resource_changes_with_it() -> None:
    def stack(name: str) -> dict[str, Any]:
        dependent = state(
            QUEUE, "dead", {"target": UNKNOWN_SENTINEL}, propertyDependencies={"target": [urn(QUEUE, "q")]}
        )
        return entry(state(QUEUE, "q", {"name": name}), dependent)

    diff = compared(stack("a"), stack("b"))
    assert item(diff, "dead").op == "update"
    assert item(diff, "dead").changes[0].note == "comes from q, which is replaced"


def test_an_unknown_that_comes_from_elsewhere_is_a_change_and_a_renamed_source_is_not() -> None:
    def stack(source: str) -> dict[str, Any]:
        sources = {"target": [urn(QUEUE, source)]}
        return entry(
            state(QUEUE, source), state(QUEUE, "dead", {"target": UNKNOWN_SENTINEL}, propertyDependencies=sources)
        )

    changed = compared(stack("a"), stack("b"))
    assert item(changed, "dead").changes[0].note == "came from a, comes from b"
    assert compared(stack("a"), stack("b"), b=[urn(QUEUE, "a")]).counts == {}


def test_another_provider_or_region_replaces() -> None:
    def stack(region: str, provider: str = PROVIDER, inputs: dict[str, Any] | None = None) -> dict[str, Any]:
        aws = state("pulumi:providers:aws", "aws", {"region": region}, urn=PROVIDER, provider="")
        return entry(aws, state(QUEUE, "q", inputs, provider=f"{provider}::{UNKNOWN_SENTINEL}"))

    assert item(compared(stack("us-east-1"), stack("eu-west-1")), "q").forced_by == ("the provider's region",)
    here = {"region": "us-east-1"}
    pinned = compared(stack("us-east-1", inputs=here), stack("eu-west-1", inputs=here))
    assert pinned.counts == {"update": 1}
    other = f"{PROVIDER}-other"
    assert item(compared(stack("us-east-1"), stack("us-east-1", other)), "q").forced_by == ("provider",)


def test_the_version_of_a_default_provider_is_no_change() -> None:
    old, new = (
        entry(state(QUEUE, "q", provider=f"urn:pulumi:prod::shop::pulumi:providers:aws::default_{v}::x"))
        for v in ("7_51_1", "7_52_0")
    )
    assert compared(old, new).counts == {}


def test_a_read_that_goes_away_deletes_nothing() -> None:
    assert compared(entry(state(QUEUE, "q", external=True)), entry()).counts == {}


def test_the_cost_is_joined_by_resource_and_follows_renames() -> None:
    old = entry(state(QUEUE, "a"), state(QUEUE, "b"), costs={urn(QUEUE, "a"): 5.0, urn(QUEUE, "b"): 2.5})
    new = entry(state(QUEUE, "c"), costs={urn(QUEUE, "c"): 5.0})
    diff = compared(old, new, c=[urn(QUEUE, "a")])
    assert diff.cost is not None
    assert [(change.resource, change.delta) for change in diff.cost.changes] == [("b", -2.5)]
    assert diff.cost.text == "-$2.50 a month"


@pytest.mark.parametrize(("before", "after"), [(5.0, None), (None, 5.0)])
def test_a_line_that_becomes_unknown_is_never_a_saving(before: float | None, after: float | None) -> None:
    old, new = (entry(state(QUEUE, "q"), costs={urn(QUEUE, "q"): amount}) for amount in (before, after))
    diff = compared(old, new)
    assert diff.cost is not None
    assert (diff.cost.delta, diff.cost.unknown, diff.cost.text) == (0, 1, "$0.00 + 1 unknown a month")
    assert diff.changed


def test_outputs_are_compared() -> None:
    diff = compared(entry(outputs={"url": "a"}), entry(outputs={"url": "b"}))
    assert [change.path for change in diff.outputs] == ["url"]
    assert diff.changed


def test_a_stack_does_not_differ_from_itself() -> None:
    one = entry(state(QUEUE, "q"), costs={urn(QUEUE, "q"): 1.0, ROOT: None})
    assert not unchanged(one).changed
    assert not compared(one, one).changed


def losses(diff: StackDiff, *granted: Approval) -> Any:
    return data_losses(diff.resources, granted, TODAY)


def test_deleting_or_replacing_what_holds_data_blocks() -> None:
    old = entry(state(DATABASE, "db", {"name": "a"}, protect=True), state(BUCKET, "files"), state(QUEUE, "q"))
    new = entry(state(DATABASE, "db", {"name": "b"}), state(BUCKET, "uploads"))
    replaced, deleted = losses(compared(old, new))
    assert replaced.blocks
    assert replaced.message == "the database db is replaced by an empty one, forced by name"
    assert "keep name as it is (a)" in replaced.ways_out
    assert any("protected" in way for way in replaced.ways_out)
    assert deleted.kind == "bucket"
    assert any('give that aliases=[pulumi.Alias(name="files")]' in way for way in deleted.ways_out)
    assert any("operation: delete" in way for way in deleted.ways_out)


def test_what_stays_in_aws_is_not_lost_but_its_replacement_begins_empty() -> None:
    kept = state(BUCKET, "files", {"name": "a"}, retainOnDelete=True)
    assert not losses(compared(entry(kept), entry()))
    assert losses(compared(entry(kept), entry(state(BUCKET, "files", {"name": "b"}))))


def test_an_approval_lets_it_pass_until_it_expires() -> None:
    diff = compared(entry(state(BUCKET, "files")), entry())

    def approval(expires: date, operation: Any = "delete") -> Approval:
        return Approval("fil*", operation, "moved to the other account", "a@example.com", expires)

    assert not losses(diff, approval(TODAY))[0].blocks
    assert losses(diff, approval(TODAY, "replace"))[0].blocks
    expired = losses(diff, approval(date(2026, 11, 20)))[0]
    assert expired.blocks
    assert any("expired on 2026-11-20" in way for way in expired.ways_out)


@pytest.mark.parametrize(
    ("token", "inputs", "kind"),
    [
        ("aws:elasticache/replicationGroup:ReplicationGroup", {"snapshotRetentionLimit": 1}, "cache with snapshots"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {"snapshotRetentionLimit": 0}, None),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}, None),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 400}, "log archive"),
        ("aws:cloudwatch/logGroup:LogGroup", {}, "log archive"),
        ("aws:kms/key:Key", {}, "key"),
        ("aws:cognito/userPool:UserPool", {}, "user pool"),
        ("aws:efs/fileSystem:FileSystem", {}, "file system"),
        ("aws:dynamodb/table:Table", {}, "table"),
        (QUEUE, {}, None),
    ],
)
def test_what_holds_data(token: str, inputs: dict[str, Any], kind: str | None) -> None:
    assert kind_of(token, inputs) == kind


def test_approvals_come_from_the_configuration_with_the_stacks_own_over_the_systems() -> None:
    text = (
        '[{"resource": "db", "operation": "replace", "reason": "an empty database", "owner": "a@example.com",'
        ' "expires": "2027-01-31T00:00:00Z"}]'
    )
    assert approvals({"shop:approvals": text}, "shop")[0].expires == date(2027, 1, 31)
    assert approvals({"shop:approvals": text, "shop:overrides": '{"approvals": []}'}, "shop") == ()
    assert approvals({}, "shop") == ()
    with pytest.raises(ConfigError, match=r"shop:approvals\[0\]"):
        approvals({"shop:approvals": '[{"resource": "db"}]'}, "shop")
