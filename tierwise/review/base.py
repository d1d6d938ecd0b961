"""Another revision of the repository, planned by its own code from its own configuration.

The revision gets a worktree of its own, outside the repository, and its own ``tierwise preview --json`` runs there in a
process of its own with this interpreter: two revisions of one module never meet in one process.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import Any, Final, Literal

from tierwise.preview.errors import ConfigError
from tierwise.targets import Target, all_targets

#: Folders that no program reads: a change in them changes no stack.
_INERT: Final = ("docs", "tests", ".github", ".ci")
_ERROR_LINES: Final = 20

Status = Literal["planned", "unaffected", "absent", "failed"]


@dataclass(frozen=True)
class Revision:
    """A commit.

    Attributes:
        name: As the user named it.
        commit: Full id.
        behind: True when it has commits that this revision lacks; they show as undone.
    """

    name: str
    commit: str
    behind: bool = False

    @property
    def text(self) -> str:
        """``main (1a2b3c4)``."""
        short = self.commit[:7]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})"


@dataclass(frozen=True)
class BaseStack:
    """One stack as the base revision describes it.

    Attributes:
        revision: The base revision.
        status: ``planned``; ``unaffected`` when nothing that the stack reads differs, so that it needs no plan;
            ``absent`` when the revision has no such stack; ``failed`` when it could not be planned.
        entry: Its entry of the preview's JSON, when it was planned.
        message: Why it failed.
    """

    revision: Revision
    status: Status
    entry: dict[str, Any] | None = None
    message: str = ""


@dataclass(frozen=True)
class Base:
    """The base revision's side of a comparison.

    Attributes:
        revision: The revision.
        stacks: By target key, for every target asked for.
        gone: Keys of stacks that only the base revision has.
    """

    revision: Revision
    stacks: dict[str, BaseStack]
    gone: tuple[str, ...] = ()


def plan_base(root: Path, ref: str, targets: Sequence[Target], tell: Callable[[str], None]) -> Base:
    """Plan the stacks of another revision that may differ from this one's.

    Args:
        root: The repository's root, with this revision.
        ref: Names the base revision, as git understands it.
        targets: The stacks of this revision.
        tell: Called with what is being done, for people who wait.

    Raises:
        ConfigError: There is no git repository here, or no such revision in it.
    """
    git = _Git(root)
    revision = git.revision(ref)
    changed = git.changed(revision.commit)
    affected = [target for target in targets if any(affects(path, target) for path in changed)]
    stacks = {target.key: BaseStack(revision, "unaffected") for target in targets}
    # A stack file that only the base has is seen without planning it.
    maybe_gone = any(path.name.startswith("Pulumi.") for path in changed)
    if not affected and not maybe_gone:
        return Base(revision, stacks)
    with git.worktree(revision.commit) as folder:
        base_root = folder / git.prefix
        theirs = {target.key: target for target in all_targets(base_root)} if _has_program(base_root) else {}
        gone = tuple(key for key in theirs if key not in {target.key for target in all_targets(root)})
        present = [target.key for target in affected if target.key in theirs]
        stacks |= {target.key: BaseStack(revision, "absent") for target in affected if target.key not in theirs}
        if present:
            tell(f"Previewing {revision.text}")
            stacks |= _preview(revision, root, base_root, present)
    return Base(revision, stacks, gone)


def affects(path: PurePosixPath, target: Target) -> bool:
    """Whether a file may change what a stack's program makes.

    Args:
        path: Relative to the repository's root.
        target: The stack.
    """
    if path.parts[0] in _INERT or (len(path.parts) == 1 and path.suffix == ".md"):
        return False
    system = ""
    if path.parts[0] == "systems" and len(path.parts) > 2:
        system = path.parts[1]
        if system != target.system:
            return False
    elif len(path.parts) > 1 or not path.name.startswith("Pulumi."):
        return True
    if system != target.system:
        return False
    is_stack_file = path.name.startswith("Pulumi.") and path.suffix == ".yaml" and path.name != "Pulumi.yaml"
    return not is_stack_file or path.name == f"Pulumi.{target.stage}.yaml"


def _has_program(root: Path) -> bool:
    return (root / "Pulumi.yaml").is_file() and (root / "__main__.py").is_file()


def _preview(revision: Revision, root: Path, base_root: Path, keys: Sequence[str]) -> dict[str, BaseStack]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    # Before everything else, so that the revision's own packages are imported, not the installed ones.
    environment["PYTHONPATH"] = os.pathsep.join((str(base_root), str(base_root / "policy")))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "tierwise", "preview", "--json", "-", "--", *keys],
            cwd=base_root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        try:
            process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        # Paths inside the worktree stand for the same paths here.
        text, errors = (_read(stream).replace(str(base_root), str(root)) for stream in (out, err))
    entries = _entries(text)
    message = "\n".join(errors.strip().splitlines()[-_ERROR_LINES:]) or f"exit status {process.returncode}"
    return {key: _base_stack(revision, entries.get(key), message) for key in keys}


def _read(stream: Any) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")


def _entries(text: str) -> dict[str, dict[str, Any]]:
    try:
        return json.loads(text)["stacks"]
    except (ValueError, KeyError, TypeError):
        return {}


def _base_stack(revision: Revision, entry: dict[str, Any] | None, message: str) -> BaseStack:
    if entry is None:
        return BaseStack(revision, "failed", message=message)
    diagnostics = entry["preview"].get("diagnostics", [])
    errors = [item["message"].removeprefix("error: ").strip() for item in diagnostics if item["severity"] == "error"]
    # A program that did not finish has no price; what it had made until then would compare as deletions.
    if entry["cost"] is None:
        return BaseStack(revision, "failed", message="\n".join(errors) or message)
    return BaseStack(revision, "planned", entry=entry)


class _Git:
    """The few questions that are asked of git.

    Args:
        root: A folder inside the repository.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            top = self._ask("rev-parse", "--show-toplevel")
        except FileNotFoundError:
            raise ConfigError(["--base needs git, which is not installed"]) from None
        if top is None:
            raise ConfigError([f"{root}  --base needs a git repository, and this is none"])
        #: The project's folder inside the repository.
        self.prefix = root.resolve().relative_to(Path(top).resolve())

    def revision(self, ref: str) -> Revision:
        """The commit that a name stands for.

        Raises:
            ConfigError: There is no such commit here.
        """
        # An option in its place would be read as one by git.
        commit = None if ref.startswith("-") else self._ask("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
        if commit is None:
            shallow = self._ask("rev-parse", "--is-shallow-repository") == "true"
            hint = "; this clone is shallow: git fetch --unshallow, or fetch-depth: 0 in a workflow" if shallow else ""
            raise ConfigError([f"--base {ref}  no such revision{hint}"])
        return Revision(ref, commit, behind=self._ask("merge-base", "--is-ancestor", commit, "HEAD") is None)

    def changed(self, commit: str) -> list[PurePosixPath]:
        """Files that differ between a commit and the working tree, uncommitted and untracked ones included."""
        names = self._ask("diff", "--name-only", "--no-renames", "-z", "--relative", commit, "--", ".") or ""
        names += self._ask("ls-files", "--others", "--exclude-standard", "-z", "--", ".") or ""
        return [PurePosixPath(name) for name in names.split("\0") if name]

    @contextmanager
    def worktree(self, commit: str) -> Generator[Path]:
        """A worktree of a commit, removed at the end, whatever happens: an error, Ctrl-C or SIGTERM."""
        with tempfile.TemporaryDirectory(prefix="tierwise-base-") as parent, _terminated():
            folder = Path(parent).resolve() / "base"
            try:
                # No hooks: what a checkout runs is not ours to run.
                added = self._run(
                    "-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--force", str(folder), commit
                )
                if added.returncode:
                    raise ConfigError([f"--base  git cannot make a worktree: {added.stderr.strip()}"])
                yield folder
            finally:
                self._run("worktree", "remove", "--force", "--force", str(folder))

    def _ask(self, *arguments: str) -> str | None:
        """Standard output, or None when git says no."""
        done = self._run(*arguments)
        return None if done.returncode else done.stdout.strip("\n")

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - arguments are ours, or follow a fixed prefix
            ["git", "-C", str(self._root), *arguments],  # noqa: S607 - the user's git
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
        )


@contextmanager
def _terminated() -> Generator[None]:
    """Make SIGTERM and a closed terminal end the program as an exception does, so that what must go goes."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    names = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    try:
        before = {number: signal.signal(number, stop) for number in names}
    except ValueError:  # not the main thread, which alone may do so
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
