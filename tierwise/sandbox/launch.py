"""Runs a command with everything that Pulumi reads pointed at the sandbox, and nothing of the user's own in reach."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Final

import yaml

from tierwise.preview.errors import ConfigError
from tierwise.sandbox.doctor import cli_folder
from tierwise.sandbox.places import FOLDER_VARIABLE, PACKAGES, Places

#: Encrypts a state that holds nothing but made-up secrets.
_PASSPHRASE: Final = "sandbox"  # noqa: S105 - see above
#: Variables of the user's own that would reach a real account or login.
_FOREIGN: Final = ("AWS_", "PULUMI_")
#: What the CLI adds to a stack file for the passphrase.
_SALT: Final = b"encryptionsalt:"


def prepare(places: Places) -> None:
    """Make the folder and the plugin scripts."""
    for folder in (places.folder, places.plugins, places.state, places.home):
        folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        script = places.plugins / f"pulumi-resource-{package}"
        text = f'#!/bin/sh\nexec "{sys.executable}" -m tierwise.sandbox.plugin {package} "$@"\n'
        if not script.is_file() or script.read_text(encoding="utf-8") != text:
            script.write_text(text, encoding="utf-8")
            script.chmod(script.stat().st_mode | stat.S_IXUSR)


def environment(places: Places, inherited: Mapping[str, str]) -> dict[str, str]:
    """The command's environment.

    Args:
        places: The sandbox.
        inherited: The caller's environment.
    """
    kept = {name: value for name, value in inherited.items() if not name.startswith(_FOREIGN)}
    return {
        **kept,
        # The policy pack runs on the `python3` that is found first: it has to be the one with its libraries.
        "PATH": os.pathsep.join(
            (
                str(places.plugins),
                str(Path(sys.executable).parent),
                inherited.get("PATH", os.defpath),
                str(cli_folder(metadata.version("pulumi"))),
            )
        ),
        FOLDER_VARIABLE: str(places.folder),
        "PULUMI_BACKEND_URL": places.state.as_uri(),
        "PULUMI_HOME": str(places.home),
        "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The CLI itself knows AWS, for state and keys that are kept there: it finds nobody's login.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def run(places: Places, command: Sequence[str], root: Path, told: Mapping[str, str] | None = None) -> int:
    """Run a command against the sandbox; its exit status.

    Args:
        places: The sandbox.
        command: The command and its arguments.
        root: The repository; its stack files are left without the salt that the CLI adds for the sandbox's passphrase.
        told: More of its environment.

    Raises:
        ConfigError: There is no such command.
    """
    prepare(places)
    surroundings = {**environment(places, os.environ), **(told or {})}
    program = shutil.which(command[0], path=surroundings["PATH"])
    if program is None:
        raise ConfigError([f"{command[0]}  not found on PATH; `tierwise doctor` tells how to get it"])
    with unsalted(root):
        return subprocess.run([program, *command[1:]], env=surroundings, check=False).returncode  # noqa: S603


@contextmanager
def unsalted(root: Path) -> Generator[None]:
    """Take the encryption salts that a command adds to stack files away again; the sandbox's state has its own.

    The CLI writes a file anew when it adds one; a file that says the same as before is put back to the letter.
    """
    files = [*root.glob("Pulumi.*.yaml"), *root.glob("systems/*/Pulumi.*.yaml")]
    before = {file: file.read_bytes() for file in files}
    try:
        yield
    finally:
        for file, content in before.items():
            if file.is_file() and _SALT in file.read_bytes() and _SALT not in content:
                _remove_salt(file, content)


def _remove_salt(file: Path, before: bytes) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    after = b"".join(line for line in lines if not line.startswith(_SALT))
    same = yaml.safe_load(after) == yaml.safe_load(before)
    file.write_bytes(before if same else after)
