"""What is installed, what is missing, and the one command that gets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

_OLDEST_PYTHON: Final = (3, 11)
_TIMEOUT_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The state of one thing.

    Attributes:
        what: Its name.
        found: What is there, or "" when it is missing.
        needed_for: What does not work without it.
        remedy: The command that gets it, "" when nothing is to be done.
        required: Whether the preview itself needs it.
    """

    what: str
    found: str
    needed_for: str
    remedy: str = ""
    required: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is to be done."""
        return bool(self.found) and not self.remedy

    def __str__(self) -> str:
        mark = "ok      " if self.ok else "missing " if not self.found else "outdated"
        line = f"{mark} {self.what}: {self.found or 'not found'}"
        return line if self.ok else f"{line}; needed for {self.needed_for}\n           {self.remedy}"


def cli_folder(sdk_version: str) -> Path:
    """Where the SDK's own installer puts the CLI of a version."""
    return Path.home() / ".pulumi" / "versions" / sdk_version / "bin"


def diagnose() -> list[Diagnosis]:
    """Everything that some part of Tierwise needs."""
    sdk = metadata.version("pulumi")
    return [
        _python(),
        Diagnosis("Pulumi SDK", sdk, "everything", required=True),
        Diagnosis("AWS SDK for Pulumi", metadata.version("pulumi-aws"), "everything", required=True),
        _pip(),
        _cli(sdk),
        _docker(),
        _credentials(),
    ]


def _python() -> Diagnosis:
    version = ".".join(map(str, sys.version_info[:3]))
    remedy = "" if sys.version_info >= _OLDEST_PYTHON else "make setup PYTHON=python3.12"
    return Diagnosis("Python", version, "everything", remedy, required=True)


def _pip() -> Diagnosis:
    try:
        found = metadata.version("pip")
    except metadata.PackageNotFoundError:
        found = ""
    # The engine lists the program's packages with it before it runs the program.
    return Diagnosis("pip in .venv", found, "pulumi up", "" if found else f"{sys.executable} -m ensurepip")


def _cli(sdk: str) -> Diagnosis:
    path = os.pathsep.join((os.environ.get("PATH", ""), str(cli_folder(sdk))))
    found = _version(["pulumi", "version"], path)
    remedy = (
        f"{sys.executable} -c 'from pulumi.automation import PulumiCommand; PulumiCommand.install()' && "
        f"export PATH={cli_folder(sdk)}:$PATH"
    )
    needed = "deploying, to the sandbox or to AWS; the preview does without"
    if found is None:
        return Diagnosis("Pulumi CLI", "", needed, remedy)
    version = found.removeprefix("v")
    # What an older engine does not know of the SDK's protocol, it leaves out without a word.
    has, wanted = _numbers(version), _numbers(sdk)
    outdated = has is not None and wanted is not None and has < wanted
    return Diagnosis("Pulumi CLI", version or "a build without a version", needed, remedy if outdated else "")


def _numbers(version: str) -> tuple[int, ...] | None:
    """The numbers of a released version, None for any other build."""
    parts = version.split(".")
    return tuple(map(int, parts)) if len(parts) == 3 and all(part.isdecimal() for part in parts) else None


def _docker() -> Diagnosis:
    found = _version(["docker", "--version"], os.environ.get("PATH", ""))
    remedy = "see https://docs.docker.com/engine/install/"
    needed = "building container images on deployment to AWS"
    return Diagnosis("Docker", found or "", needed, "" if found else remedy)


def _credentials() -> Diagnosis:
    """Looks for the presence of credentials only; nothing is read and nobody is asked."""
    named = [name for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN") if os.environ.get(name)]
    needed = "deployment to AWS; the sandbox and the preview do without"
    return Diagnosis("AWS credentials", ", ".join(named), needed, "" if named else "aws sso login, then AWS_PROFILE=…")


def _version(command: list[str], path: str) -> str | None:
    """The first line that a command prints, or None when there is none or it fails."""
    program = shutil.which(command[0], path=path)
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603
            [program, *command[1:]],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip().partition("\n")[0] if done.returncode == 0 else None


def as_text(diagnoses: list[Diagnosis]) -> str:
    """One line for what is there, two for what is not."""
    return "\n".join(map(str, diagnoses))
