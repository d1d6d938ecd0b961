"""Tells what a stack's last update that succeeded was: its commit and, where a pipeline pushed an image, its release.

    python last_good.py SYSTEM STAGE            prints both, a line each: what a failed release returns to
    python last_good.py SYSTEM STAGE --adopt    sets the release in this checkout, so that a look at the stack compares
                                                the program with the image that it really runs

Prints empty lines for a stack that was never deployed. Without --adopt it refuses to go on when the checkout is older
than that commit, so that a release that waited for its approval does not undo a later one.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

_COMMIT = re.compile(r"[0-9a-f]{40}")
_RELEASE = re.compile(r"sha256:[0-9a-f]{64}|[0-9a-f]{40}")


def last_good(history: list[dict[str, Any]], system: str) -> tuple[str, str]:
    """Commit and release of the newest update that succeeded; empty where there is none.

    Args:
        history: As ``pulumi stack history --json`` prints it, newest first.
        system: The system, whose configuration holds the release.
    """
    for update in history:
        commit = update.get("environment", {}).get("git.head", "")
        if update.get("kind") == "update" and update.get("result") == "succeeded" and _COMMIT.fullmatch(commit):
            release = update.get("config", {}).get(f"{system}:release", {}).get("value") or ""
            return commit, release if _RELEASE.fullmatch(release) else ""
    return "", ""


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1


def main(system: str, stage: str, *, adopt: bool) -> int:
    """Print or adopt both, or say why nothing may be deployed."""
    where = ("--cwd", f"systems/{system}", "--stack", stage)
    asked = _run("pulumi", "stack", "history", "--json", "--page-size", "50", *where)
    if asked.returncode and "no stack named" not in asked.stderr:
        return _refuse(asked.stderr)
    commit, release = last_good(json.loads(asked.stdout or "[]"), system)
    if adopt:
        done = _run("pulumi", "config", "set", f"{system}:release", release, *where) if release else None
        return _refuse(done.stderr) if done is not None and done.returncode else 0
    head = _run("git", "rev-parse", "HEAD").stdout.strip()
    if commit and commit != head and _run("git", "merge-base", "--is-ancestor", head, commit).returncode == 0:
        return _refuse(f"{system}/{stage} already runs {commit}, which is newer than {head}: nothing is deployed")
    print(commit)
    print(release)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], adopt="--adopt" in sys.argv[3:]))
