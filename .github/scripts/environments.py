"""Makes the repository's environments as ``environments.yaml`` says: reviewers, and the branches that may deploy there.

    python environments.py OWNER/REPOSITORY [--dry-run]

Needs ``gh`` signed in with admin rights on the repository. Running it again changes nothing.
https://docs.github.com/en/rest/deployments/environments
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[1] / "environments.yaml"


def calls(repository: str, environments: dict[str, Any], teams: dict[str, int]) -> list[tuple[str, str, Any]]:
    """The API calls: method, path and body.

    Args:
        repository: ``OWNER/REPOSITORY``.
        environments: As the file describes them.
        teams: Each reviewer's id by slug.
    """
    made: list[tuple[str, str, Any]] = []
    for name, entry in environments.items():
        path = f"repos/{repository}/environments/{name}"
        reviewers = [{"type": "Team", "id": teams[slug]} for slug in entry["reviewers"]]
        policy = {"protected_branches": False, "custom_branch_policies": True}
        body = {
            "reviewers": reviewers,
            "prevent_self_review": entry.get("preventSelfReview", False),
            "deployment_branch_policy": policy,
        }
        made.append(("PUT", path, body))
        made += [("POST", f"{path}/deployment-branch-policies", {"name": branch}) for branch in entry["branches"]]
    return made


def _gh(method: str, path: str, body: Any = None) -> Any:
    words = ["gh", "api", "--method", method, path, *(["--input", "-"] if body is not None else [])]
    done = subprocess.run(  # noqa: S603
        words, input=json.dumps(body) if body is not None else None, text=True, capture_output=True, check=False
    )
    # A branch that is allowed already is refused with 303 or 422.
    if done.returncode and not path.endswith("deployment-branch-policies"):
        raise SystemExit(f"{method} {path}: {done.stderr.strip()}")
    return json.loads(done.stdout or "{}")


def main(words: list[str]) -> None:
    """Make them, or print what would be done."""
    repository = words[0]
    environments = yaml.safe_load(FILE.read_text(encoding="utf-8"))["environments"]
    owner = repository.partition("/")[0]
    slugs = sorted({slug for entry in environments.values() for slug in entry["reviewers"]})
    if "--dry-run" in words:
        for method, path, body in calls(repository, environments, dict.fromkeys(slugs, 0)):
            print(method, path, json.dumps(body))
        return
    teams = {slug: int(_gh("GET", f"orgs/{owner}/teams/{slug}")["id"]) for slug in slugs}
    for method, path, body in calls(repository, environments, teams):
        _gh(method, path, body)
        print(method, path)


if __name__ == "__main__":
    main(sys.argv[1:])
