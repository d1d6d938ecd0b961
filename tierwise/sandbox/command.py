"""``tierwise sandbox``: the listing, or any command run against the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tierwise.preview.errors import ConfigError
from tierwise.sandbox.cloud import CloudError
from tierwise.sandbox.places import FOLDER, Places
from tierwise.targets import find_root


def run_command(command: Sequence[str]) -> int:
    """List the sandbox for ``ls``; run anything else in it. The exit status.

    Args:
        command: ``ls`` and words that rows must contain, or a command and its arguments.

    Raises:
        ConfigError: Not inside the repository, no such command, or the sandbox's file is unusable.
    """
    root = find_root(Path.cwd())
    places = Places(root / FOLDER)
    try:
        if command[0] == "ls":
            from tierwise.sandbox.listing import as_text

            print(as_text(places, list(command[1:])))
            return 0
        from tierwise.sandbox.launch import run

        return run(places, command, root)
    except CloudError as error:
        raise ConfigError([f"{error}; remove {places.folder} to begin anew"]) from error
