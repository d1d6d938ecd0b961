"""What a stack exported: from a file, from the Pulumi CLI, or from the state itself.

The three agree: the CLI's ``stack output --json`` is the outputs of the stack's own resource in the state. An output
that is a secret is encrypted there; nothing here needs one, so it is left out.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

from tierwise.operations.errors import OperationError
from tierwise.targets import Target

#: Marks a value that the state encrypts.
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_CLI_SECONDS: Final = 60


def read_outputs(target: Target, project: str, *, file: Path | None = None) -> dict[str, Any]:
    """The outputs of a deployed stack.

    Args:
        target: The stack.
        project: The Pulumi project's name.
        file: What ``pulumi stack output --json`` printed; else the CLI is asked where there is one, else the state.

    Raises:
        OperationError: The stack was never deployed, or its outputs cannot be read.
    """
    if file is not None:
        outputs = _from_file(file)
    elif shutil.which("pulumi") is not None:
        outputs = _from_cli(target)
    else:
        outputs = outputs_of_state(read_state(target, project))
    plain = {name: value for name, value in outputs.items() if not _secret(value)}
    if not plain:
        raise OperationError(f"{target.key}  exports nothing: it was never deployed, or was destroyed; deploy it first")
    stage, system = plain.get("stage"), plain.get("system")
    if (stage, system) != (None, None) and (stage, system) != (target.stage, project):
        raise OperationError(f"{target.key}  these are the outputs of {system}/{stage}: name the right --outputs")
    return plain


def outputs_of_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs in a stack's state, as the backend keeps it or ``pulumi stack export`` prints it."""
    for resource in resources_of_state(state):
        if resource.get("type") == "pulumi:pulumi:Stack":
            return dict(cast("Mapping[str, Any]", resource.get("outputs") or {}))
    return {}


def resources_of_state(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The resources in a stack's state."""
    inner: Any = state.get("checkpoint", state)
    inner = inner.get("latest", inner.get("deployment", inner)) or {}
    return list(inner.get("resources") or [])


def read_state(target: Target, project: str) -> dict[str, Any]:
    """A stack's state, from the backend that ``PULUMI_BACKEND_URL`` or the project names.

    Raises:
        OperationError: There is no such backend, or the stack is not in it.
    """
    url = _backend(target)
    path = f".pulumi/stacks/{project}/{target.stage}.json"
    parts = urlsplit(url)
    if parts.scheme == "s3":
        raw = _from_s3(parts.netloc, "/".join(filter(None, (parts.path.strip("/"), path))))
    elif parts.scheme == "file":
        raw = _from_folder(Path(os.path.expanduser(f"{parts.netloc}{parts.path}")) / path)
    else:
        raise OperationError(
            f"{target.key}  its outputs are in {url or 'Pulumi Cloud'}, which only the Pulumi CLI reads: put pulumi on "
            "PATH, or pass --outputs FILE from `pulumi stack output --json`"
        )
    if raw is None:
        raise OperationError(f"{target.key}  was never deployed: {url} has no {path}; deploy it, or name --outputs")
    try:
        return cast("dict[str, Any]", json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw))
    except (ValueError, OSError) as error:
        raise OperationError(f"{target.key}  {url}/{path} is no state: {error}") from None


def _backend(target: Target) -> str:
    url = os.environ.get("PULUMI_BACKEND_URL", "")
    if not url:
        from tierwise.preview.project import load_project

        backend = load_project(target.directory).file.value.get("backend")
        url = str(backend.get("url", "")) if isinstance(backend, dict) else ""  # pyright: ignore
    return url


def _from_file(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OperationError(f"{file}  there is no such file: write it with `pulumi stack output --json`") from None
    except (OSError, ValueError) as error:
        raise OperationError(f"{file}  cannot be read as JSON: {error}") from None
    if not isinstance(content, dict):
        raise OperationError(f"{file}  is not what `pulumi stack output --json` prints: an object by output name")
    whole = cast("dict[str, Any]", content)
    return outputs_of_state(whole) if "checkpoint" in whole or "deployment" in whole else whole


def _from_cli(target: Target) -> dict[str, Any]:
    command = ["pulumi", "stack", "output", "--json", "--non-interactive", "-C", str(target.directory)]
    try:
        done = subprocess.run(  # noqa: S603
            [*command, "-s", target.stage], capture_output=True, text=True, check=False, timeout=_CLI_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise OperationError(f"{target.key}  pulumi did not answer in {_CLI_SECONDS} s: pass --outputs FILE") from None
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise OperationError(f"{target.key}  pulumi cannot tell its outputs: {reason}")
    return cast("dict[str, Any]", json.loads(done.stdout or "{}"))


def _from_folder(path: Path) -> bytes | None:
    for candidate in (path, path.with_name(path.name + ".gz")):
        if candidate.is_file():
            return candidate.read_bytes()
    return None


def _from_s3(bucket: str, key: str) -> bytes | None:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    from tierwise.operations.errors import translate

    try:
        client = cast("Any", boto3).client("s3")
        for candidate in (key, f"{key}.gz"):
            try:
                return cast("bytes", client.get_object(Bucket=bucket, Key=candidate)["Body"].read())
            except client.exceptions.NoSuchKey:
                continue
    except (BotoCoreError, ClientError) as error:
        raise translate(error, "s3:GetObject") from None
    return None


def _secret(value: Any) -> bool:
    return isinstance(value, Mapping) and _SIGNATURE in cast("Mapping[str, Any]", value)
