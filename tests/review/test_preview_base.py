"""``tierwise preview --base`` as people run it, on a copy of the program in a repository of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("__main__.py", "settings", "components", "policy", "tierwise", "workloads")


class Checkout:
    """A repository with the program and the reference system, one commit old."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in (*PARTS, *(path.name for path in ROOT.glob("Pulumi*.yaml"))):
            source = ROOT / part
            if source.is_dir():
                # Bytecode comes along, or every run would compile the program again; what npm installed does not.
                shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("node_modules"))
            else:
                shutil.copy2(source, folder / part)
        (folder / ".gitignore").write_text("__pycache__/\n")
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "-m", "x")

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=self.folder, check=True, capture_output=True, text=True)  # noqa: S603, S607
        return done.stdout

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def preview(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        paths = os.pathsep.join((str(self.folder), str(self.folder / "policy")))
        return subprocess.run(  # noqa: S603
            [sys.executable, "-m", "tierwise", "preview", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("checkout"))


def test_a_change_of_the_database_is_shown_priced_and_blocked(checkout: Checkout) -> None:
    checkout.edit("Pulumi.yaml", "name: shop,", "name: store,")
    # The base has its own code: what this revision's components do must not leak into it.
    checkout.edit("components/storage/bucket.py", '"""', '"""Changed. ')
    report = checkout.folder / "docs" / "report.json"
    report.parent.mkdir()
    done = checkout.preview("prod", "--base", "HEAD", "--json", str(report))
    assert done.returncode == 1, done.stderr
    assert " +-" in done.stdout
    assert '~ dbName: "shop" → "store" (forces replacement)' in done.stdout
    assert "[blocked]  the database database is replaced by an empty one, forced by dbName" in done.stdout
    diff = json.loads(report.read_text())["stacks"]["prod"]["diff"]
    assert diff["base"] == "HEAD"
    assert diff["commit"] == checkout.git("rev-parse", "HEAD").strip()
    database = next(item for item in diff["resources"] if item["type"] == "aws:rds/instance:Instance")
    assert (database["op"], database["replaceReasons"]) == ("replace", ["dbName"])
    assert diff["dataLoss"][0]["blocks"] is True
    assert not any(item["type"].startswith("aws:s3/") for item in diff["resources"])
    assert len(checkout.git("worktree", "list").splitlines()) == 1


def test_a_revision_that_does_not_exist_is_a_wrong_command_line(checkout: Checkout) -> None:
    done = checkout.preview("dev", "--base", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "--base nowhere  no such revision\n"
