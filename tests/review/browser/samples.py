"""Made-up stacks whose report has a part of every kind, with names that try to be more than names."""

from __future__ import annotations

from typing import Any

from guardrails.resource import Resource, Stack
from tests.review.build import BUCKET, DATABASE, QUEUE, entry, state, urn
from tierwise.review.diagram import Architecture, architecture
from tierwise.review.diff import compare_stacks
from tierwise.review.summary import Reviewed

#: Each of these would do something, were it not shown as text.
HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>\"'></title></style></svg>"
    "{{7*7}}{% raw %}\x1b[31m::error::\u202ejavascript:window.pwned=1<a href=javascript:window.pwned=1>"
)


def every_kind() -> tuple[list[Reviewed], dict[str, Architecture]]:
    """A stack that changes in every way, one that did not get that far, and the first one's picture."""
    before = entry(
        state(DATABASE, "db", {"dbName": "shop", "password": "[secret]"}, protect=True),
        state(BUCKET, "old", {"bucket": "old"}),
        state(QUEUE, HOSTILE, {"delaySeconds": 1, HOSTILE: HOSTILE}),
        costs={urn(DATABASE, "db"): 20.0, urn(BUCKET, "old"): None},
        outputs={"url": "a"},
    )
    after = entry(
        state(DATABASE, "db", {"dbName": "store", "password": "[secret]"}, protect=True),
        state(BUCKET, "new", {"bucket": "new"}),
        state(QUEUE, HOSTILE, {"delaySeconds": 2, HOSTILE: f"{HOSTILE}!"}),
        costs={urn(DATABASE, "db"): 30.0, urn(QUEUE, HOSTILE): None},
        outputs={"url": HOSTILE},
    )
    diff = compare_stacks(before, after, {}, lambda token, path: path == "dbName").to_json()
    loss: dict[str, Any] = {
        "urn": urn(DATABASE, "db"),
        "message": f"the database db is replaced {HOSTILE}",
        "waysOut": [HOSTILE],
        "blocks": True,
        "approval": None,
    }
    after |= {
        "ok": False,
        "policies": [_finding("S3.9", "mandatory"), _finding("S3.9", "advisory"), _finding(HOSTILE, "advisory")],
        "checks": [_check()],
        "diff": {"base": HOSTILE, "compared": True, "message": "", **diff, "dataLoss": [loss]},
    }
    failed = {
        "preview": {"config": {}, "steps": [], "diagnostics": [{"severity": "error", "message": HOSTILE}]},
        "cost": None,
    }
    queue = Resource(urn(QUEUE, HOSTILE), QUEUE, HOSTILE, {})
    bucket = Resource(urn(BUCKET, "new"), BUCKET, "new", {}, property_dependencies={"bucket": (queue.urn,)})
    picture = architecture(Stack([queue, bucket], HOSTILE, "prod"))
    stacks = [Reviewed(f"{HOSTILE}/prod", after), Reviewed("broken", failed), Reviewed("wrong", None, (HOSTILE,))]
    return stacks, {stacks[0].key: picture}


def _finding(policy: str, level: str) -> dict[str, Any]:
    return {
        "policy": policy,
        "level": level,
        "severity": "high",
        "urn": urn(QUEUE, HOSTILE),
        "resource": HOSTILE,
        "type": QUEUE,
        "message": f"{HOSTILE}: is wrong {HOSTILE}. Fix: {HOSTILE}",
        "exception": {"reason": HOSTILE, "owner": HOSTILE, "expires": "2030-01-01", "days_left": 9},
    }


def _check() -> dict[str, Any]:
    return {
        "urn": urn(QUEUE, HOSTILE),
        "resource": HOSTILE,
        "path": HOSTILE,
        "message": HOSTILE,
        "level": "error",
        "sourcePosition": f"project:///{HOSTILE}.py#4",
    }
