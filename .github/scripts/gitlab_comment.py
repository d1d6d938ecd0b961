"""Posts a checked comment on a GitLab merge request, or edits the one that is there.

    python3 gitlab_comment.py FILE

Reads GitLab's own ``CI_API_V4_URL``, ``CI_PROJECT_ID`` and ``CI_MERGE_REQUEST_IID``, and ``TIERWISE_COMMENT_TOKEN``.
https://docs.gitlab.com/api/notes/#merge-requests
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from pathlib import Path
from typing import Any

MARKER = "<!-- tierwise-preview -->"


def post(text: str, base: str, token: str) -> str:
    """Post or edit, and return what was done: ``POST`` or ``PUT``.

    Args:
        text: The comment.
        base: The address of the merge request's notes.
        token: A token that may write them.
    """
    author = _call("GET", f"{base.partition('/projects/')[0]}/user", token)["id"]
    page = 1
    while notes := _call("GET", f"{base}?per_page=100&page={page}", token):
        for note in notes:
            if note["author"]["id"] == author and note["body"].startswith(MARKER):
                _call("PUT", f"{base}/{note['id']}", token, {"body": text})
                return "PUT"
        page += 1
    _call("POST", base, token, {"body": text})
    return "POST"


def _call(method: str, url: str, token: str, body: Any = None) -> Any:
    if not url.startswith(("https://", "http://127.0.0.1:")):
        raise SystemExit(f"{url}  is not encrypted")
    request = urllib.request.Request(  # noqa: S310
        url,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"PRIVATE-TOKEN": token, "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def main(file: str) -> None:
    """Post the file's text."""
    project, number = os.environ["CI_PROJECT_ID"], os.environ["CI_MERGE_REQUEST_IID"]
    base = f"{os.environ['CI_API_V4_URL']}/projects/{project}/merge_requests/{number}/notes"
    print(post(Path(file).read_text(encoding="utf-8"), base, os.environ["TIERWISE_COMMENT_TOKEN"]))


if __name__ == "__main__":
    main(sys.argv[1])
