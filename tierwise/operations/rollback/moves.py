"""One thing that goes back: from a version to the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tierwise.operations.errors import OperationError
from tierwise.operations.record import Step

Kind = Literal["lambda", "service", "fleet", "web", "cdn"]

#: What each kind is called on the command line, and in EC2 Manager's own words.
WORDS: Final[dict[str, Kind]] = {
    "lambda": "lambda",
    "functions": "lambda",
    "services": "service",
    "fleets": "fleet",
    "web": "web",
    "cdn": "cdn",
    "cache": "cdn",
}
#: What goes back unless something is named: the application, and what is cached of it.
APPLICATION: Final[tuple[Kind, ...]] = ("lambda", "service", "fleet", "cdn")

#: What never goes back with a release, and why.
NEVER: Final[dict[str, str]] = {
    "database": (
        "a database does not go back with a release: a migration only adds, so the release before works with it; "
        "where it does not, restore to the minute before it, docs/runbooks/database-restore.md"
    ),
    "tables": (
        "tables do not go back with a release: restore them to the minute before the damage, docs/runbooks/restore.md"
    ),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that goes back.

    Attributes:
        kind: What it is.
        name: Its name in the stack's settings.
        before: The version that runs.
        after: The version to go back to.
    """

    kind: Kind
    name: str
    before: str
    after: str

    def step(self) -> Step:
        """As the record keeps it."""
        return Step(f"{self.kind} {self.name}", self.before, self.after)

    @staticmethod
    def of(step: Step) -> Move:
        """From the record.

        Raises:
            OperationError: The record is of a version of this tool that knew other kinds.
        """
        kind, _, name = step.part.partition(" ")
        for known in ("lambda", "service", "fleet", "web", "cdn"):
            if kind == known:
                return Move(known, name, step.before, step.after)
        raise OperationError(f"the record of the last rollback names {step.part}, which this version does not know")
