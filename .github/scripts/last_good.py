"""Prints the commit of a stack's last update that succeeded: what a failed one returns to. Nothing for a new stack.

Refuses to go on when the checkout is older than that commit, so that a release that waited for its approval does not
undo a later one.

    python last_good.py SYSTEM STAGE
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

_COMMIT = re.compile(r"[0-9a-f]{40}")


def last_good(history: list[dict[str, Any]]) -> str:
    """The commit of the newest update that succeeded, or "".

    Args:
        history: As ``pulumi stack history --json`` prints it, newest first.
    """
    for update in history:
        commit = update.get("environment", {}).get("git.head", "")
        if update.get("kind") == "update" and update.get("result") == "succeeded" and _COMMIT.fullmatch(commit):
            return commit
    return ""


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603


def main(system: str, stage: str) -> int:
    """Print the commit, or say why nothing may be deployed."""
    asked = _run(
        "pulumi", "stack", "history", "--json", "--page-size", "50", "--cwd", f"systems/{system}", "--stack", stage
    )
    if asked.returncode:
        if "no stack named" in asked.stderr:
            return 0
        print(asked.stderr, file=sys.stderr)
        return asked.returncode
    commit = last_good(json.loads(asked.stdout or "[]"))
    head = _run("git", "rev-parse", "HEAD").stdout.strip()
    if commit and commit != head and _run("git", "merge-base", "--is-ancestor", head, commit).returncode == 0:
        print(
            f"{system}/{stage} already runs {commit}, which is newer than {head}: nothing is deployed", file=sys.stderr
        )
        return 1
    print(commit)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
