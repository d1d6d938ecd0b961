"""Opens, edits or closes one issue for each stack whose nightly look ended.

    python3 drift_issues.py FOLDER RUN_URL

FOLDER holds a folder a stack: ``status.txt`` (``pika/prod failure success``: how the two looks ended), ``preview.txt``,
``drift.json``. What they say came from AWS, where names are anybody's, so it is shown as code. A stack that could not
be looked at has its issue too: nobody knows whether it differs.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LABEL = "drift"
_STATUS = re.compile(r"(?P<stack>[a-z0-9-]+/[a-z0-9-]+) (?P<drift>\w+) (?P<preview>\w+)")
_LINES = 200


@dataclass(frozen=True)
class Look:
    """How the look at one stack ended.

    Attributes:
        status: ``success``, ``failure`` or ``skipped`` of the two looks.
        findings: What the first found.
        preview: What the second printed.
    """

    status: dict[str, str]
    findings: str
    preview: str

    @property
    def sound(self) -> bool:
        """Whether both looked and found nothing."""
        return self.status["drift"] == self.status["preview"] == "success"


def title(stack: str) -> str:
    """The issue's title, by which it is found again."""
    return f"{stack} differs from the program"


def body(stack: str, look: Look, run_url: str) -> str:
    """The issue's text."""
    preview = "\n".join(filter(None, (look.findings, look.preview)))
    shown = ["".join(char if char.isprintable() else " " for char in line)[:300] for line in preview.splitlines()]
    shown = shown[:_LINES] + ([f"… {len(shown) - _LINES} more lines"] if len(shown) > _LINES else [])
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    looked = "skipped" not in (look.status["drift"], look.status["preview"])
    head = (
        f"AWS is not what the program says of `{stack}`. Take it back with `pulumi up`, or into the program."
        if looked
        else f"`{stack}` could not be looked at, so nobody knows whether AWS is what the program says."
    )
    return "\n".join(
        [
            head,
            "",
            f"{fence}text",
            *shown,
            fence,
            "",
            f"Looked at by {run_url}. This text is renewed every night, and the issue is closed when nothing differs.",
        ]
    )


def ended(folder: Path) -> dict[str, Look]:
    """How each stack's look ended, and what it printed."""
    found: dict[str, Look] = {}
    for file in sorted(folder.glob("*/status.txt")):
        status = _STATUS.fullmatch(file.read_text(encoding="utf-8").strip())
        if status is not None:
            preview = file.with_name("preview.txt")
            text = preview.read_text(encoding="utf-8", errors="replace") if preview.is_file() else ""
            found[status["stack"]] = Look(status.groupdict(), _findings(file.with_name("drift.json")), text)
    return found


def _findings(file: Path) -> str:
    """What `tierwise drift` found, a line each."""
    try:
        found = json.loads(file.read_bytes()).get("differences", [])
        return "\n".join(
            f"{one['matter']:<8}  {one['resource']}  {one['property']}: "
            f"{json.dumps(one['planned'], ensure_ascii=False)} → {json.dumps(one['actual'], ensure_ascii=False)}"
            for one in found
        )
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return ""


def _gh(*words: str, text: str | None = None) -> str:
    return subprocess.run(["gh", *words], input=text, text=True, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603, S607


def main(folder: str, run_url: str) -> None:
    """Bring the issues up to date."""
    _gh("label", "create", LABEL, "--force", "--color", "d93f0b", "--description", "AWS differs from the program")
    listed: list[dict[str, Any]] = json.loads(
        _gh("issue", "list", "--label", LABEL, "--state", "open", "--limit", "200", "--json", "number,title")
    )
    numbers = {issue["title"]: str(issue["number"]) for issue in listed}
    for stack, look in ended(Path(folder)).items():
        number = numbers.get(title(stack))
        if not look.sound:
            text = body(stack, look, run_url)
            if number is None:
                _gh("issue", "create", "--title", title(stack), "--label", LABEL, "--body-file", "-", text=text)
            else:
                _gh("issue", "edit", number, "--body-file", "-", text=text)
        elif number is not None:
            _gh("issue", "close", number, "--comment", f"Nothing differs any more: {run_url}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
