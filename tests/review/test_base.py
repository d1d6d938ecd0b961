"""The base revision: found, planned in a worktree of its own, and the worktree removed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.review.build import BUCKET, entry, state
from tierwise.preview.errors import ConfigError
from tierwise.review.base import Base, BaseStack, affects, plan_base
from tierwise.targets import Target, all_targets

#: Stands in for the revision's own tool: it prints what the commit put there.
TOOL = """
import sys, pathlib
pathlib.Path("asked").write_text(" ".join(sys.argv[1:]))
print(pathlib.Path("answer").read_text())
sys.exit(int(pathlib.Path("status").read_text()))
"""


class Repository:
    """A git repository with a project at its root and one system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q", "-b", "main")
        for name in ("dev", "prod"):
            self.write(f"Pulumi.{name}.yaml", "config: {}\n")
            self.write(f"systems/shop/Pulumi.{name}.yaml", "config: {}\n")
        self.write("systems/shop/Pulumi.yaml", "name: shop\n")
        self.write("Pulumi.yaml", "name: root\n")
        self.write("__main__.py", "")
        self.write("tierwise/__init__.py", "")
        self.write("tierwise/__main__.py", TOOL)
        self.answer({"dev": entry(state(BUCKET, "files", {"path": "ROOT/x"}))})

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(  # noqa: S603
            ["git", *identity, *arguments],  # noqa: S607
            cwd=self.folder,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def answer(self, stacks: dict[str, Any], status: int = 0) -> None:
        self.write("answer", json.dumps({"schema": 1, "stacks": stacks}))
        self.write("status", str(status))

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def base(self, ref: str, *keys: str) -> Base:
        targets = [target for target in all_targets(self.folder) if target.key in (keys or ("dev",))]
        return plan_base(self.folder, ref, targets, lambda _: None)

    def one(self, ref: str) -> BaseStack:
        return self.base(ref).stacks["dev"]

    def worktrees(self) -> int:
        return len(self.git("worktree", "list").splitlines())


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_the_base_is_planned_by_its_own_code(repository: Repository) -> None:
    repository.commit()
    repository.answer({}, status=3)  # this revision's tool would say something else
    repository.commit()
    stack = repository.one("HEAD~1")
    assert stack.status == "planned"
    assert stack.entry is not None
    assert [step["newState"]["type"] for step in stack.entry["preview"]["steps"]][1:] == [BUCKET]
    assert repository.worktrees() == 1


def test_paths_of_the_worktree_read_as_paths_of_the_repository(repository: Repository) -> None:
    tool = TOOL.replace(".read_text())\nsys", ".read_text().replace('ROOT', str(pathlib.Path.cwd())))\nsys", 1)
    repository.write("tierwise/__main__.py", tool)
    repository.commit()
    repository.write("Pulumi.dev.yaml", "config: {a: 1}\n")
    found = repository.one("HEAD").entry
    assert found is not None
    assert found["preview"]["steps"][1]["newState"]["inputs"]["path"] == f"{repository.folder}/x"


def test_stacks_that_nothing_can_have_changed_are_not_planned(repository: Repository) -> None:
    repository.commit()
    repository.write("docs/x.md", "new")
    repository.write("systems/shop/Pulumi.prod.yaml", "config: {a: 1}\n")
    repository.answer({}, status=9)
    repository.commit()
    repository.git("checkout", "-q", "HEAD~1", "--", "answer", "status")
    stacks = repository.base("HEAD~1", "dev", "shop/dev", "shop/prod").stacks
    assert {key: stack.status for key, stack in stacks.items()} == {
        "dev": "unaffected",
        "shop/dev": "unaffected",
        "shop/prod": "failed",  # its tool said nothing of it
    }


@pytest.mark.parametrize(
    ("path", "affected"),
    [
        ("components/network/vpc.py", {"dev", "shop/dev", "shop/prod"}),
        ("policy/guardrails/x.py", {"dev", "shop/dev", "shop/prod"}),
        ("uv.lock", {"dev", "shop/dev", "shop/prod"}),
        ("systems/README.md", {"dev", "shop/dev", "shop/prod"}),
        ("workloads/docs/x.md", {"dev", "shop/dev", "shop/prod"}),
        ("Pulumi.yaml", {"dev"}),
        ("Pulumi.dev.yaml", {"dev"}),
        ("Pulumi.prod.yaml", set[str]()),
        ("systems/shop/Pulumi.yaml", {"shop/dev", "shop/prod"}),
        ("systems/shop/Pulumi.prod.yaml", {"shop/prod"}),
        ("systems/shop/extra.json", {"shop/dev", "shop/prod"}),
        ("systems/other/Pulumi.yaml", set[str]()),
        ("docs/a.md", set[str]()),
        ("tests/review/build.py", set[str]()),
        (".github/workflows/x.yml", set[str]()),
        ("README.md", set[str]()),
    ],
)
def test_which_stacks_a_file_may_change(path: str, affected: set[str]) -> None:
    targets = [Target(Path(), "", "dev"), Target(Path(), "shop", "dev"), Target(Path(), "shop", "prod")]
    assert {target.key for target in targets if affects(PurePosixPath(path), target)} == affected


def test_uncommitted_and_untracked_files_count(repository: Repository) -> None:
    repository.commit()
    assert repository.one("HEAD").status == "unaffected"
    repository.write("components/new.py", "")
    assert repository.one("HEAD").status == "planned"


def test_a_stack_or_a_project_that_the_base_lacks_is_new(repository: Repository) -> None:
    repository.git("rm", "-q", "-r", "--cached", "--ignore-unmatch", ".")
    repository.git("commit", "-q", "--allow-empty", "-m", "empty")
    repository.commit()
    assert repository.one("HEAD~1").status == "absent"
    repository.write("Pulumi.qa.yaml", "config: {}\n")
    assert repository.base("HEAD", "qa").stacks["qa"].status == "absent"


def test_a_stack_that_only_the_base_has_is_named(repository: Repository) -> None:
    repository.commit()
    (repository.folder / "Pulumi.prod.yaml").unlink()
    assert repository.base("HEAD").gone == ("prod",)


def test_a_base_that_fails_says_why_and_fails_nothing_else(repository: Repository) -> None:
    failed = entry(state(BUCKET, "files")) | {"cost": None, "ok": False}
    failed["preview"]["diagnostics"] = [{"severity": "error", "message": "error: boom\n"}]
    repository.answer({"dev": failed}, status=1)
    repository.commit()
    repository.write("Pulumi.dev.yaml", "config: {a: 1}\n")
    assert (repository.one("HEAD").status, repository.one("HEAD").message) == ("failed", "boom")
    repository.write("tierwise/__main__.py", "raise SystemExit('no such option: --json')")
    repository.commit()
    repository.write("Pulumi.dev.yaml", "config: {a: 2}\n")
    assert repository.one("HEAD").message == "no such option: --json"
    assert repository.worktrees() == 1


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=x", "", "HEAD:README.md"])
def test_a_revision_that_does_not_exist(repository: Repository, ref: str) -> None:
    repository.commit()
    with pytest.raises(ConfigError, match="no such revision"):
        repository.one(ref)


def test_a_shallow_clone_says_how_to_deepen_it(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    repository.commit()
    first = repository.git("rev-parse", "HEAD")
    repository.commit()
    clone = tmp_path_factory.mktemp("clone")
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", str(clone))
    with pytest.raises(ConfigError, match="shallow: git fetch --unshallow"):
        plan_base(clone, first, [], lambda _: None)


def test_outside_a_repository(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a git repository"):
        plan_base(tmp_path, "HEAD", [], lambda _: None)


def test_a_base_that_has_more_than_this_revision_is_told(repository: Repository) -> None:
    repository.commit()
    repository.git("branch", "old")
    repository.commit()
    assert repository.base("old").revision.behind is False
    repository.git("checkout", "-q", "old")
    assert repository.base("main").revision.behind is True


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_worktree_is_removed_when_the_preview_is_ended(repository: Repository, ending: signal.Signals) -> None:
    started = f"{repository.folder}/started"
    repository.write("tierwise/__main__.py", f"import pathlib, time\npathlib.Path({started!r}).touch()\ntime.sleep(60)")
    repository.write(".gitignore", "started\n")
    repository.commit()
    repository.write("Pulumi.dev.yaml", "config: {a: 1}\n")
    program = (
        "from pathlib import Path\n"
        "from tierwise.review.base import plan_base\n"
        "from tierwise.targets import all_targets\n"
        f"root = Path({str(repository.folder)!r})\nplan_base(root, 'HEAD', all_targets(root)[:1], print)\n"
    )
    here = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(here), str(here / "policy")))}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=here)  # noqa: S603
    deadline = time.monotonic() + 30
    while not (repository.folder / "started").exists():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(ending)
    # Ctrl-C is Python's own exception, which ends the process by that signal.
    assert process.wait(30) == (-ending if ending == signal.SIGINT else 128 + ending)
    assert repository.worktrees() == 1
