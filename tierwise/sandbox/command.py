"""``tierwise sandbox``: the listing, or any command run against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tierwise.preview.errors import ConfigError
from tierwise.sandbox.cloud import CloudError
from tierwise.sandbox.places import FOLDER, Places
from tierwise.targets import find_root, resolve


def run_command(command: Sequence[str], config_of: str | None = None) -> int:
    """List the sandbox for ``ls``; run anything else in it. The exit status.

    Args:
        command: ``ls`` and words that rows must contain, or a command and its arguments.
        config_of: The stack whose configuration a policy pack that the command starts is told, or None.

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

        return run(places, command, root, {} if config_of is None else _told(root, config_of))
    except CloudError as error:
        raise ConfigError([str(error)]) from error
    except OSError as error:
        raise ConfigError([f"{error.filename or places.folder}  {error.strerror}"]) from error


def _told(root: Path, name: str) -> dict[str, str]:
    """A stack's configuration as the engine tells it to a policy pack; `pulumi policy analyze` alone tells it nothing.

    Secrets that cannot be read here are left out.
    """
    from tierwise.preview.project import load_project, load_stack_config

    targets = resolve(root, [name])
    if len(targets) != 1:
        raise ConfigError([f"--config-of  takes one stack, and {name} names {len(targets)}"])
    target = targets[0]
    project = load_project(target.directory)
    config = load_stack_config(project, target.stage)
    return {
        "PULUMI_PROJECT": project.name,
        "PULUMI_STACK": target.stage,
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": json.dumps(
            {key: value for key, value in config.values.items() if key not in config.secret_keys}
        ),
    }
