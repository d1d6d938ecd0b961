"""CPU and memory pairs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.fargate import TASK_SIZES, check_task_size


@given(st.sampled_from([(cpu, memory) for cpu, sizes in TASK_SIZES.items() for memory in sizes]))
def test_offered_pairs_are_accepted(pair: tuple[int, int]) -> None:
    check_task_size(*pair)


@given(st.sampled_from(sorted(TASK_SIZES)), st.integers(min_value=0, max_value=200_000))
def test_everything_else_is_refused_with_the_nearest_size(cpu: int, memory: int) -> None:
    if memory in TASK_SIZES[cpu]:
        return
    with pytest.raises(ValueError, match=r"nearest is \d+") as caught:
        check_task_size(cpu, memory)
    nearest = int(str(caught.value).rsplit(" ", 1)[1])
    assert nearest in TASK_SIZES[cpu]
    assert all(abs(nearest - memory) <= abs(size - memory) for size in TASK_SIZES[cpu])


def test_a_vcpu_has_two_to_eight_gib() -> None:
    assert TASK_SIZES[1024] == (2048, 3072, 4096, 5120, 6144, 7168, 8192)
    assert TASK_SIZES[16384][-1] == 120 * 1024
