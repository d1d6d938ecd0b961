"""Where a sandbox keeps its things: one folder that nothing else uses and that may be deleted at any time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

#: Tells the plugin processes where the sandbox is.
FOLDER_VARIABLE: Final = "TIERWISE_SANDBOX"
FOLDER: Final = ".sandbox"
#: The packages that the sandbox stands in for.
PACKAGES: Final = ("aws", "awsx", "docker-build")


@dataclass(frozen=True, slots=True)
class Places:
    """The parts of a sandbox's folder.

    Attributes:
        folder: The folder itself.
    """

    folder: Path

    @property
    def cloud(self) -> Path:
        """The SQLite file that is the cloud."""
        return self.folder / "cloud.db"

    @property
    def faults(self) -> Path:
        """The description of what goes wrong; see ``faults``."""
        return self.folder / "faults.json"

    @property
    def plugins(self) -> Path:
        """The plugin scripts, for ``PATH``."""
        return self.folder / "bin"

    @property
    def state(self) -> Path:
        """Pulumi's file backend."""
        return self.folder / "state"

    @property
    def home(self) -> Path:
        """Pulumi's home: its login, workspaces and plugins."""
        return self.folder / "home"
