"""Memory grows with the number of resources, and no faster. Time is the benchmark's business."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from tests.preview.case import write
from tierwise.preview.engine import plan
from tierwise.preview.plan import Plan

_PROGRAM = """
    import pulumi

    class Group(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("demo:web:Group", name)
            child = pulumi.ResourceOptions(parent=self)
            first = pulumi.CustomResource("x:y:First", f"{{name}}-1", {{"tags": {{"a": name}}, "arn": None}}, child)
            for number in range(3):
                pulumi.CustomResource("x:y:Next", f"{{name}}-n{{number}}", {{"first": first.id, "size": number}}, child)
            self.register_outputs({{"first": first.id}})

    for number in range({groups}):
        Group(f"g{{number}}")
    """
_PER_GROUP = 5


def _plan(folder: Path, count: int) -> Plan:
    result = plan(write(folder, _PROGRAM.format(groups=count // _PER_GROUP)), "dev")
    assert result.error is None
    assert len(result.resources) == count + 2  # the stack and a default provider
    return result


def test_a_plan_is_small(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        result = _plan(tmp_path, 500)
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(result.resources) == 502
    assert kept / 502 < 150_000
