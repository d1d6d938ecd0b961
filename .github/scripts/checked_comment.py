"""Prints the comment to post: the preview's own when it is one, or else a sentence that says there is none.

The preview ran a pull request's code, so its text may be anything. It is posted only when it has the form that
``tierwise preview --markdown`` writes: within GitHub's limit, no tags but its own, all of them closed, and outside of
code nothing that would mention, link or show a picture.

    python3 checked_comment.py COMMENT_FILE RUN_URL
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

MARKER = "<!-- tierwise-preview -->"
LIMIT = 65_536
TAGS = frozenset({"<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"})


def problem(text: str) -> str | None:
    """Why a text is not the comment of a preview, or None when it is one."""
    if not text.startswith(f"{MARKER}\n"):
        return "it does not begin with the marker"
    if len(text.encode("utf-16-le")) // 2 >= LIMIT:
        return "it is too long"
    fence, outside = "", list[str]()
    for line in text.removeprefix(MARKER).split("\n"):
        ticks = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif ticks:
            fence = ticks.group()
        else:
            outside.append(line)
    if fence:
        return "a fence is left open"
    return _prose_problem("\n".join(outside))


def _prose_problem(prose: str) -> str | None:
    tags = re.findall(r"<[^>]*>?", prose)
    if not TAGS.issuperset(tags):
        return "it has tags of its own"
    if any(prose.count(f"<{name}>") != prose.count(f"</{name}>") for name in ("code", "details", "summary")):
        return "a tag is left open"
    if re.search(r"[@\[\]]|://|www\.|~~~", prose):
        return "it mentions or links"
    return None


def main(file: str, run_url: str) -> None:
    """Print the comment for a file that may be missing, too large or not text."""
    path = Path(file)
    reason: str | None = "the run ended before it was written"
    if path.is_file() and not path.is_symlink():
        data = path.read_bytes()[: 4 * LIMIT + 1]
        try:
            text = data.decode("utf-8")
            reason = problem(text)
        except UnicodeDecodeError:
            text, reason = "", "it is not text"
        if reason is None:
            sys.stdout.write(text)
            return
    print(f"{MARKER}\n### The preview has no report\n\nNothing to show: {reason}. The run says more: {run_url}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
