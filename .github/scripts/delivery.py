"""Prints where a push goes, for a workflow's output: ``releases=[…]`` and ``images=[…]``.

python delivery.py BRANCH '["ec2-manager", "pika"]'
"""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parents[1] / "delivery.yaml"
SYSTEMS = Path(__file__).parents[2] / "systems"
#: Branches that a system may name; any other is a feature branch.
LASTING = ("main", "develop")


def described(delivery: dict[str, Any], system: str) -> dict[str, Any]:
    """How a system is delivered: what every one has, and what it says instead.

    Raises:
        LookupError: There is no such system.
    """
    known = sorted(path.parent.name for path in SYSTEMS.glob("*/Pulumi.yaml"))
    if system not in known:
        near = difflib.get_close_matches(system, known, n=1, cutoff=0.5)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise LookupError(f"{system}: no such system{hint}")
    return {**delivery["default"], **delivery["systems"].get(system, {})}


def releases(branch: str, systems: list[str], delivery: dict[str, Any]) -> list[dict[str, Any]]:
    """Each system that the branch brings somewhere, with its stages in order.

    Args:
        branch: The branch that was pushed.
        systems: The systems that the repository deploys.
        delivery: ``delivery.yaml``.

    Raises:
        LookupError: A system that does not exist.
    """
    found: list[dict[str, Any]] = []
    for system in systems:
        entry = described(delivery, system)
        stages = entry["branches"].get(branch if branch in LASTING else "feature", [])
        if stages:
            found.append({"system": system, "stages": stages, "image": "image" in entry, "site": entry.get("site", "")})
    return found


def main(branch: str, systems: str) -> int:
    """Print both outputs, or say what is wrong."""
    delivery = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    try:
        going = releases(branch, json.loads(systems), delivery)
    except (LookupError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    images = [
        {"system": one["system"], "context": described(delivery, one["system"])["image"]}
        for one in going
        if one["image"]
    ]
    print(f"releases={json.dumps(going, separators=(',', ':'))}")
    print(f"images={json.dumps(images, separators=(',', ':'))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
