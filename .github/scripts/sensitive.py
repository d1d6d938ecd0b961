"""Prints what a change touches that a second person looks at: ``none``, or some of a fixed list of words.

Reads the JSON of ``tierwise preview --base``. A pull request's code may have written it, so nothing of it is printed;
and what cannot be read counts as touching something.

    python3 sensitive.py preview.json
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: By the resource's type, whatever changes about it.
TYPES = {
    "identities": re.compile(r"^aws:cognito/|^aws:iam/(openIdConnectProvider|user|accountPasswordPolicy)"),
    "rights": re.compile(r"^aws:iam/|^aws:kms/|Policy:\w*Policy$|^aws:lambda/permission"),
    "firewall": re.compile(r"^aws:wafv2/|[sS]ecurityGroup|^aws:ec2/networkAcl|[pP]ublicAccessBlock"),
    "records": re.compile(r"^aws:(cloudtrail|cfg|guardduty)/"),
    "backups": re.compile(r"^aws:backup/|^aws:s3/bucket(Versioning|Lifecycle|Replication)"),
}
#: By the property, on any resource.
PROPERTIES = {
    "retention": re.compile(r"retention|expir|lifecycle|\bttl\b", re.IGNORECASE),
    "backups": re.compile(r"backup|snapshot|pointInTime|versioning|deletionProtection|forceDestroy", re.IGNORECASE),
    "encryption": re.compile(r"encrypt|kms|sse\b|sslPolicy|tls|minimumProtocol", re.IGNORECASE),
    "identities": re.compile(r"\bmfa|passwordPolicy|authoriz", re.IGNORECASE),
    "rights": re.compile(r"^policy|assumeRole", re.IGNORECASE),
}
#: Resources whose creation or deletion says what they are; a new one of another type is judged by the policies.
UNREADABLE = "unknown"


def touched(document: Any) -> set[str]:
    """The words for all stacks of a preview."""
    found: set[str] = set()
    for stack in document["stacks"].values():
        diff = stack["diff"]
        if not diff["compared"]:
            return {UNREADABLE}
        for resource in diff["resources"]:
            found.update(_words(resource))
        if diff["dataLoss"]:
            found.add("backups")
    return found if document["stacks"] else {UNREADABLE}


def _words(resource: Any) -> Iterator[str]:
    token = str(resource["type"])
    yield from (word for word, pattern in TYPES.items() if pattern.search(token))
    for change in resource["changes"]:
        path = str(change["path"])
        yield from (word for word, pattern in PROPERTIES.items() if pattern.search(path))


def main(file: str) -> None:
    """Print the words."""
    try:
        words = touched(json.loads(Path(file).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        words = {UNREADABLE}
    print(",".join(sorted(words)) or "none")


if __name__ == "__main__":
    main(sys.argv[1])
