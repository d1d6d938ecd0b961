"""What the sandbox's cloud holds, as a table."""

from __future__ import annotations

from collections import Counter

from tierwise.preview.urns import parse_urn
from tierwise.sandbox.cloud import Cloud
from tierwise.sandbox.places import Places


def as_text(places: Places, words: list[str]) -> str:
    """Stack, region, type, logical name and id of each resource; never a property, as some are secret.

    Args:
        places: The sandbox.
        words: Only rows that contain all of them.
    """
    if not places.cloud.is_file():
        return "The sandbox is empty."
    rows: list[tuple[str, ...]] = []
    for held in Cloud(places.cloud).all():
        urn = parse_urn(held.urn)
        rows.append((f"{urn.project}/{urn.stack}", held.region or "global", held.type, urn.name, held.id))
    rows = [row for row in rows if all(any(word in cell for cell in row) for word in words)]
    if not rows:
        return "The sandbox is empty." if not words else f"Nothing in the sandbox matches {' '.join(words)}."
    heads = ("stack", "region", "type", "name", "id")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads) - 1)]
    lines = [
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]))
        for row in (heads, *rows)
    ]
    stacks = Counter(row[0] for row in rows)
    return "\n".join([*lines, ", ".join(f"{count} in {stack}" for stack, count in stacks.items())])
