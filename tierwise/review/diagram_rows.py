"""Puts the items of a layered drawing in order and in place, so that few lines cross and most run straight.

The usual way to draw layers (Sugiyama, Tagawa, Toda 1981): a line that passes a row has a narrow item of its own in it,
so that no line runs through anything; items are ordered by where their neighbours are, and placed as near to them as
the order allows. No chance is involved: the same items give the same drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

#: How often the rows are gone through in each of two phases, and how many items are moved at most.
_SWEEPS: Final = 24
_MOVES: Final = 60_000


@dataclass(eq=False)
class Item:
    """Something that has a place in a row.

    Attributes:
        width: What it takes up.
        thread: Whether it only holds a place for a line that passes by.
        x: Its middle, once placed.
    """

    width: float
    thread: bool = False
    x: float = 0.0


def place(
    rows: Sequence[list[Item]], joins: Sequence[tuple[Item, Item]], left: float, right: float, gap: float
) -> None:
    """Order the rows' items and give each its ``x``.

    Args:
        rows: From top to bottom; put in order in place.
        joins: Lines between items of neighbouring rows, as (upper, lower).
        left: Where the rows begin.
        right: Where they end; a row that is too full goes beyond.
        gap: Least space between two items.
    """
    above: dict[Item, list[Item]] = {}
    below: dict[Item, list[Item]] = {}
    for upper, lower in joins:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    for row in rows:
        _settle(row, [(left + right) / 2 for _ in row], left, right, gap)
    sweeps = max(2, min(_SWEEPS, _MOVES // (1 + sum(map(len, rows)))))
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(sweeps):
        neighbours = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            near = {item: _mean(neighbours.get(item), item.x) for item in row}
            row.sort(key=near.__getitem__)
            _settle(row, [near[item] for item in row], left, right, gap)
        crossings = _crossings(rows, below)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    for row, order in zip(rows, best, strict=True):
        row[:] = order
        _settle(row, [(left + right) / 2 for _ in row], left, right, gap)
    for sweep in range(sweeps):
        down = sweep % 2 == 0
        ahead = above if down else below
        for row in rows if down else reversed(rows):
            wanted = [
                # A thread goes on as it came; a box stands in the middle of all that it is joined to.
                _mean(ahead.get(item) if item.thread else [*above.get(item, ()), *below.get(item, ())], item.x)
                for item in row
            ]
            _settle(row, wanted, left, right, gap)
    everything = [item for row in rows for item in row]
    if everything:
        first = min(item.x - item.width / 2 for item in everything)
        last = max(item.x + item.width / 2 for item in everything)
        for item in everything:
            item.x += max(left - first, (left + right - first - last) / 2)


def _mean(items: Sequence[Item] | None, default: float) -> float:
    """The middle of the neighbours; a thread's neighbour counts more when it is a thread too, for a straight line."""
    if not items:
        return default
    weights = [3.0 if item.thread else 1.0 for item in items]
    return sum(item.x * weight for item, weight in zip(items, weights, strict=True)) / sum(weights)


def _settle(row: list[Item], wanted: Sequence[float], left: float, right: float, gap: float) -> None:
    """Give a row's items, in their order, the places nearest to the wanted ones that keep them apart.

    Without the distances between them this is isotonic regression, which pooling neighbours that are out of order
    solves exactly; a thread pulls more than a box, so that lines stay straight.
    """
    if not row:
        return
    offsets = [0.0]
    for item, following in pairwise(row):
        apart = gap / 2 if item.thread or following.thread else gap
        offsets.append(offsets[-1] + item.width / 2 + apart + following.width / 2)
    pools: list[list[float]] = []  # weighted sum, weight, members
    for item, place_wanted, offset in zip(row, wanted, offsets, strict=True):
        weight = 4.0 if item.thread else 1.0
        pools.append([(place_wanted - offset) * weight, weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    lowest = left + row[0].width / 2
    highest = right - row[-1].width / 2 - offsets[-1]
    index = 0
    for total, weight, members in pools:
        # A row that is too full begins at the left edge.
        start = max(lowest, min(highest, total / weight))
        for _ in range(int(members)):
            row[index].x = start + offsets[index]
            index += 1


def _crossings(rows: Sequence[list[Item]], below: Mapping[Item, list[Item]]) -> int:
    """How many pairs of lines cross."""
    count = 0
    for row, following in pairwise(rows):
        order = {item: index for index, item in enumerate(following)}
        ends = [sorted(order[item] for item in below.get(upper, ())) for upper in row]
        flat = [end for some in ends for end in some]
        # Inversions, counted while the ends are put in order one by one.
        seen = [0] * (len(following) + 1)
        for met, end in enumerate(flat):
            index, not_after = end + 1, 0
            while index:
                not_after += seen[index]
                index -= index & -index
            count += met - not_after
            index = end + 1
            while index <= len(following):
                seen[index] += 1
                index += index & -index
    return count
