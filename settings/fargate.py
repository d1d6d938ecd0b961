"""Which CPU and memory pairs Fargate offers.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""

from __future__ import annotations

from typing import Final

_GIB: Final = 1024
#: Memory sizes in MiB by CPU units.
TASK_SIZES: Final[dict[int, tuple[int, ...]]] = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}


def check_task_size(cpu: int, memory: int) -> None:
    """Refuse a CPU and memory pair that Fargate does not offer.

    Args:
        cpu: CPU units, 1024 to a vCPU.
        memory: MiB.

    Raises:
        ValueError: The pair does not exist; the message names the sizes that do and the nearest one.
    """
    sizes = TASK_SIZES.get(cpu)
    if sizes is None:
        raise ValueError(f"cpu {cpu}: Fargate offers {', '.join(map(str, TASK_SIZES))} units")
    if memory not in sizes:
        nearest = min(sizes, key=lambda size: abs(size - memory))
        listed = (
            ", ".join(map(str, sizes)) if len(sizes) <= 4 else f"{sizes[0]} to {sizes[-1]} by {sizes[1] - sizes[0]}"
        )
        raise ValueError(f"memory {memory} with cpu {cpu}: Fargate offers {listed} MiB; nearest is {nearest}")
