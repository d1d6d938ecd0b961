"""Prints which systems a pull request's event makes or removes a stack of, and their images, for a workflow's outputs.

Reads the event from ``EVENT`` and the repository's systems from ``SYSTEMS``, both JSON. Only a label that names one of
those systems counts; a label's name is anybody's text and is never printed.
"""

from __future__ import annotations

import json
import os
from typing import Any

import yaml
from delivery import FILE, described

PREFIX = "environment:"


def decide(event: dict[str, Any], systems: list[str]) -> tuple[list[str], list[str]]:
    """The systems to make a stack of, and those to remove it of."""
    pull = event["pull_request"]
    labelled = {label["name"] for label in pull["labels"]}
    wanted = [system for system in systems if f"{PREFIX}{system}" in labelled]
    if event["action"] == "closed":
        return [], wanted
    if event["action"] == "unlabeled":
        gone = event["label"]["name"]
        return [], [system for system in systems if gone == f"{PREFIX}{system}"]
    if event["action"] == "labeled":
        new = event["label"]["name"]
        return [system for system in wanted if new == f"{PREFIX}{system}"], []
    return wanted, []


def main() -> None:
    """Print the outputs."""
    make, remove = decide(json.loads(os.environ["EVENT"]), json.loads(os.environ["SYSTEMS"]))
    delivery = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    context = {system: described(delivery, system).get("image") for system in make}
    made = [{"system": system, "image": context[system] is not None} for system in make]
    print(f"make={json.dumps(made)}")
    print(f"images={json.dumps([{'system': name, 'context': folder} for name, folder in context.items() if folder])}")
    print(f"remove={json.dumps(remove)}")


if __name__ == "__main__":
    main()
