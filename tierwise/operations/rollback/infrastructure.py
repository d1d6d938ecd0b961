"""The infrastructure: the stack as an earlier commit describes it, by Pulumi itself.

Pulumi has no "undo": the way back is the earlier program. A worktree holds it, so that what is being worked on stays.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.targets import find_root


def rollback_infrastructure(operation: Operation, revision: str | None) -> Outcome:
    """Apply the stack as a commit describes it.

    Args:
        operation: The command.
        revision: Tag or commit.

    Raises:
        OperationError: No revision, no such revision, no CLI, or Pulumi fails.
    """
    root = find_root(operation.stack.target.directory)
    if revision is None:
        tags = _git(root, "tag", "--sort=-creatordate").split()[:3]
        shown = ", ".join(tags) if tags else _git(root, "rev-parse", "--short", "HEAD~1").strip()
        raise OperationError(f"the stack goes back to a commit: name one with --to, such as {shown}")
    commit = _git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", missing=revision).strip()
    if shutil.which("pulumi") is None:
        raise OperationError("the stack goes back by Pulumi: put pulumi on PATH (`tierwise doctor` says how)")
    relative = operation.stack.target.directory.resolve().relative_to(root.resolve())
    operation.confirm(f"The infrastructure goes back to {revision} ({commit[:12]}); data stays.")
    with tempfile.TemporaryDirectory(prefix="tierwise-rollback-") as folder:
        tree = Path(folder) / "tree"
        up = ["pulumi", "up", "--stack", operation.stack.stage, "-C", str(tree / relative), "--non-interactive"]
        up += ["--policy-pack", str(tree / "policy"), "--yes"]
        if operation.options.dry_run:
            operation.console.say(f"would run git worktree add --detach {tree} {commit}")
            operation.console.say(f"would run {' '.join(up)}")
            return Outcome(document={"revision": commit})
        with operation.exclusive():
            _git(root, "worktree", "add", "--detach", str(tree), commit)
            try:
                # The environment that the project's runtime names is the checkout's own.
                if (root / ".venv").exists():
                    (tree / ".venv").symlink_to(root / ".venv")
                done = subprocess.run(up, check=False)  # noqa: S603
            finally:
                _git(root, "worktree", "remove", "--force", str(tree))
    if done.returncode != 0:
        raise OperationError(f"pulumi ended with status {done.returncode}: repeat, it goes on where it stopped")
    return Outcome(document={"revision": commit})


def _git(root: Path, *arguments: str, missing: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603
        ["git", "-C", str(root), *arguments],  # noqa: S607
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        if missing is not None:
            raise OperationError(f"{missing}  there is no such tag or commit")
        raise OperationError(f"git {arguments[0]}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    return done.stdout
