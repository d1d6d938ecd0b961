"""What a preview leaves for other tools: SARIF and JUnit files, and annotations on a pull request's lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tierwise.preview.errors import ConfigError

if TYPE_CHECKING:
    from tierwise.review.annotations import Silence
    from tierwise.review.issues import Issue, ReviewedStack


@dataclass
class Machine:
    """The outputs that were asked for.

    Attributes:
        sarif: Where to write SARIF.
        junit: Where to write JUnit XML.
        annotate: Whether to print GitHub's workflow commands. What is printed until then is kept from the runner.

    Raises:
        ConfigError: Standard output was named for a file.
    """

    sarif: Path | None = None
    junit: Path | None = None
    annotate: bool = False
    _silence: Silence | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        for flag, file in (("--sarif", self.sarif), ("--junit", self.junit)):
            if str(file) == "-":
                raise ConfigError([f"{flag} -  name a file; standard output is for people, --json and --markdown"])
        # Named from where the user stands, which the preview leaves.
        self.sarif = self.sarif and self.sarif.absolute()
        self.junit = self.junit and self.junit.absolute()

    @property
    def wanted(self) -> bool:
        """Whether any of them was asked for."""
        return self.annotate or self.sarif is not None or self.junit is not None

    def begin(self) -> None:
        """Say to the runner that what follows is text, until the annotations or the step's end."""
        if self.annotate:
            from tierwise.review.annotations import Silence

            self._silence = Silence()
            print(self._silence.begin, flush=True)

    def finish(self, stacks: Sequence[tuple[str, dict[str, Any] | None, tuple[str, ...]]]) -> None:
        """Write them for stacks that were reviewed.

        Args:
            stacks: Key, entry of the JSON and configuration problems of each.

        Raises:
            ConfigError: A file that cannot be written.
        """
        if not self.wanted:
            return
        from tierwise.review.issues import ReviewedStack, issues
        from tierwise.targets import all_targets, find_root

        root = find_root(Path.cwd())
        targets = {target.key: target for target in all_targets(root)}
        reviewed = [ReviewedStack(targets[key], entry, problems) for key, entry, problems in stacks]
        self._write(reviewed, issues(reviewed, root), complete=True)

    def fail(self, problems: Sequence[str]) -> None:
        """Write them for a preview that did not get as far as the stacks.

        Args:
            problems: What went wrong, a line each.
        """
        if not self.wanted:
            return
        from tierwise.review.issues import failed

        self._write([], failed(problems, Path.cwd()), complete=False)
        # The problems are about to be printed for people as well, and they may quote anybody.
        self.begin()

    def _write(self, stacks: Sequence[ReviewedStack], found: Sequence[Issue], *, complete: bool) -> None:
        if self.annotate:
            from tierwise.review.annotations import workflow_commands

            if self._silence is not None:
                print(self._silence.end)
                self._silence = None
            for line in workflow_commands(found):
                print(line)
        if self.sarif is not None:
            from tierwise.review.sarif import sarif

            _write(self.sarif, sarif(found, complete=complete))
        if self.junit is not None:
            from tierwise.review.junit import junit

            _write(self.junit, junit(stacks, found))


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{file}  cannot be written: {error.strerror}"]) from None
