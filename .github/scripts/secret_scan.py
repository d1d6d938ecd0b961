"""Fails when a tracked file or the history holds what has the shape of a credential; says where, never what.

    python secret_scan.py [--history]

The shapes are the policy pack's. A line that must hold one, such as a test of the shapes, says so in ``ALLOWED``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch

from guardrails.secrets import token_shape

#: Where made-up credentials are the subject: tests, and what teaches to find them.
ALLOWED = ("tests/*", "policy/guardrails/secrets.py", "uv.lock", "*/package-lock.json", "docs/policies.md")
_LONGEST = 20_000


def findings(lines: Iterator[tuple[str, int, str]]) -> Iterator[str]:
    """A line for each credential: file, line, kind.

    Args:
        lines: File, line number and text.
    """
    for file, number, text in lines:
        if len(text) <= _LONGEST and not any(fnmatch(file, pattern) for pattern in ALLOWED):
            kind = token_shape(text)
            if kind is not None:
                yield f"{file}:{number}  holds {kind}"


def tracked() -> Iterator[tuple[str, int, str]]:
    """Every line of every tracked file that is text."""
    for name in _git("ls-files", "-z").split("\0"):
        if not name:
            continue
        try:
            with open(name, encoding="utf-8") as file:
                yield from ((name, number, line) for number, line in enumerate(file, 1))
        except (OSError, UnicodeDecodeError):
            continue


def history() -> Iterator[tuple[str, int, str]]:
    """Every line that any commit of the branch has added."""
    commit, file = "", ""
    for line in _git("log", "--no-color", "--unified=0", "--format=commit %H", "-p").splitlines():
        if line.startswith("commit "):
            commit = line.split()[1][:12]
        elif line.startswith("+++ "):
            file = line.removeprefix("+++ ").removeprefix("b/")
        elif line.startswith("+"):
            shown = f"{file}@{commit}"
            if not any(fnmatch(file, pattern) for pattern in ALLOWED):
                yield shown, 0, line[1:]


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, check=True)  # noqa: S603, S607
    return done.stdout.decode("utf-8", errors="replace")


def main(words: list[str]) -> int:
    """Print what was found."""
    found = [*findings(tracked()), *(findings(history()) if "--history" in words else ())]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
