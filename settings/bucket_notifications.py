"""What a bucket tells a function about its objects."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Name, Section, form


class BucketNotification(Section):
    """A function that S3 calls when objects come or go. It may read the objects that it is called for."""

    function: Name
    """Function that is called; nobody waits for its answer, so ``asyncCalls`` says what becomes of a failed call."""
    prefix: str = form(r"^([^/*\s][^*\s]*)?$", "uploads/", default="", max_length=1024)
    """Beginning of the keys that count, such as ``uploads/``; empty for all."""
    suffix: str = form(r"^[^*\s]*$", ".jpg", default="", max_length=1024)
    """End of the keys that count, such as ``.pdf``; empty for all."""
    events: Annotated[tuple[Literal["created", "removed", "restored"], ...], Field(min_length=1)] = ("created",)
    """What must happen to an object."""

    def overlaps(self, other: BucketNotification) -> bool:
        """Whether both would be told of the same event, which S3 refuses."""
        return bool(
            set(self.events) & set(other.events)
            and one_begins(self.prefix, other.prefix)
            and one_begins(self.suffix[::-1], other.suffix[::-1])
        )


def one_begins(one: str, other: str) -> bool:
    """Whether one text begins with the other, so that some key begins with both."""
    return one.startswith(other) or other.startswith(one)
