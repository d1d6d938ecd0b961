"""Pushes a system's image to the stack's repositories, waits for the registry's scan, and releases it by digest.

Stops at a critical finding, before anything runs the image. A repository that does not exist yet is made first.

    python push_image.py SYSTEM STAGE FOLDER

FOLDER holds what images.yml built: ``image-SYSTEM-ARCHITECTURE/image.tar.gz``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = "aws:ecr/repository:Repository"
FUNCTION = "aws:lambda/function:Function"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_NAMES = {"arm64": "arm64", "ARM64": "arm64", "x86_64": "amd64", "X86_64": "amd64"}


class RefusedError(Exception):
    """The image may not be released."""


def planned(entry: dict[str, Any]) -> tuple[list[str], str]:
    """The names of the stack's repositories, and the architecture that it runs on; empty for a stack without images.

    Args:
        entry: The stack's entry of the preview's JSON.

    Raises:
        RefusedError: It runs on several architectures, or on none.
    """
    states = [step["newState"] for step in entry["preview"]["steps"]]
    names = [state["inputs"]["name"] for state in states if state["type"] == REPOSITORY]
    if not names:
        return [], ""
    asked = {
        architecture for state in states for architecture in _architectures(state["type"], state.get("inputs", {}))
    }
    if len(asked) != 1:
        raise RefusedError(f"one image is released, and the stack runs on {', '.join(sorted(asked)) or 'nothing'}")
    return names, asked.pop()


def _architectures(token: str, inputs: dict[str, Any]) -> list[str]:
    """What runs the image, of one resource."""
    if token == FUNCTION and inputs.get("packageType") == "Image":
        return [_NAMES[name] for name in inputs.get("architectures", ["x86_64"])]
    if token == TASK:
        return [_NAMES[inputs.get("runtimePlatform", {}).get("cpuArchitecture", "X86_64")]]
    if token == TEMPLATE and "/ami-amazon-linux" in str(inputs.get("imageId")):
        # Servers name their system's image by a public parameter, which ends in its architecture.
        return ["arm64" if str(inputs["imageId"]).endswith("arm64") else "amd64"]
    return []


def release(system: str, stage: str, folder: Path, commit: str) -> str:
    """Push to every repository and return the digest, which is the same in all of them; "" for a stack without any.

    Raises:
        RefusedError: A critical finding, or a stack that one image cannot be released to.
    """
    key = f"{system}/{stage}"
    document = json.loads(_output(".venv/bin/tierwise", "preview", key, "--no-policy", "--json", "-"))
    names, architecture = planned(document["stacks"][key])
    if not names:
        return ""
    _make_missing(system, stage, names)
    local = f"{system}:{commit}-{architecture}"
    _run("docker", "load", "--input", str(folder / f"image-{system}-{architecture}" / "image.tar.gz"))
    digests = {_push(name, local, f"{commit}-{architecture}") for name in names}
    if len(digests) != 1:
        raise RefusedError("the repositories do not hold the same image")
    digest = digests.pop()
    _run("pulumi", "config", "set", f"{system}:release", digest, "--cwd", f"systems/{system}", "--stack", stage)
    return digest


def _make_missing(system: str, stage: str, names: list[str]) -> None:
    if all(_found(name) for name in names):
        return
    targets = ("**tierwise:platform:Platform::*", "**ImageRepository::*", "**ecr:Repository::*", f"**{REPOSITORY}::*")
    words = [word for target in targets for word in ("--target", target)]
    _run("pulumi", "up", "--yes", "--non-interactive", "--cwd", f"systems/{system}", "--stack", stage, *words)


def _found(name: str) -> bool:
    return subprocess.run(  # noqa: S603
        ["aws", "ecr", "describe-repositories", "--repository-names", name],  # noqa: S607
        capture_output=True,
        check=False,
    ).returncode == 0  # fmt: skip


def _push(name: str, local: str, tag: str) -> str:
    """Push under a tag that never moves; a tag that exists already has been pushed by an earlier attempt."""
    image = ["--repository-name", name, "--image-id", f"imageTag={tag}"]
    listed = ["aws", "ecr", "describe-images", "--repository-name", name, "--image-ids", f"imageTag={tag}"]
    digest = ["--query", "imageDetails[0].imageDigest", "--output", "text"]
    already = subprocess.run([*listed, *digest], capture_output=True, text=True, check=False)  # noqa: S603
    if already.returncode:
        uri = _output(
            "aws", "ecr", "describe-repositories", "--repository-names", name,
            "--query", "repositories[0].repositoryUri", "--output", "text",
        ).strip()  # fmt: skip
        password = _output("aws", "ecr", "get-login-password")
        subprocess.run(  # noqa: S603
            ["docker", "login", "--username", "AWS", "--password-stdin", uri.partition("/")[0]],  # noqa: S607
            input=password,
            text=True,
            check=True,
        )
        _run("docker", "tag", local, f"{uri}:{tag}")
        _run("docker", "push", f"{uri}:{tag}")
    _run("aws", "ecr", "wait", "image-scan-complete", *image)
    counts = json.loads(
        _output(
            "aws", "ecr", "describe-image-scan-findings", *image,
            "--query", "imageScanFindings.findingSeverityCounts", "--output", "json",
        )
    )  # fmt: skip
    critical = (counts or {}).get("CRITICAL", 0)
    if critical:
        raise RefusedError(f"{name}:{tag} has {critical} critical findings")
    return _output(*listed, *digest).strip()


def _run(*words: str) -> None:
    subprocess.run(words, check=True)  # noqa: S603


def _output(*words: str) -> str:
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


def main(system: str, stage: str, folder: str) -> int:
    """Release the image of the commit that is checked out."""
    try:
        digest = release(system, stage, Path(folder), os.environ["GITHUB_SHA"])
    except RefusedError as refused:
        print(f"{system}/{stage}  {refused}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failed:
        print(f"{system}/{stage}  {' '.join(failed.cmd[:3])} failed", file=sys.stderr)
        return 1
    print(f"{system}/{stage} runs {digest}" if digest else f"{system}/{stage} has no repository, so it needs no image")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
