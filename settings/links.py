"""The vocabulary of ``links``: what a service may say it uses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Kinds that stand alone, and kinds that name one of several.
SINGLE: Final = ("database", "cache", "parameters", "events")
NAMED: Final = ("bucket", "secret", "service", "table")
#: Kinds that only functions take, with what a name after the colon means; checked in ``function_links``.
FUNCTION_ONLY: Final = ("aurora", "bus", "function", "instances", "model", "queue", "search", "websocket")
#: What a link to the Aurora cluster may ask for: the writer, or the readers.
AURORA_DETAILS: Final = ("", "reader")
#: What a link to the search collection may ask for: to read documents, or to write them too.
SEARCH_DETAILS: Final = ("", "write")
#: What a link to a queue may ask for: to send, or to receive.
QUEUE_DETAILS: Final = ("", "receive")

#: What a link to EC2 instances may ask for: to see them and to start, stop and reboot; to see them.
INSTANCE_DETAILS: Final = ("", "read")

#: What a table's link may ask for: to read, write and delete; to read; to add and read; to read and write by key, and
#: never delete or scan.
TABLE_DETAILS: Final = ("", "read", "append", "change")


@dataclass(frozen=True)
class ParsedLink:
    """A link taken apart.

    Attributes:
        kind: One of ``SINGLE``, ``NAMED`` and ``FUNCTION_ONLY``.
        name: What it names, for the kinds that name one of several.
        detail: The part of it, such as a bucket's prefix or what may be done with a table.
    """

    kind: str
    name: str = ""
    detail: str = ""


def parse_link(link: str) -> ParsedLink:
    """``bucket:uploads/listings`` as kind ``bucket``, name ``uploads``, detail ``listings``."""
    kind, _, rest = link.partition(":")
    name, _, detail = rest.partition("/")
    return ParsedLink(kind, name, detail)
