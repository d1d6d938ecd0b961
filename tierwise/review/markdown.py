"""The review of all stacks as one comment on a pull request.

A comment has a size limit, and its text holds names that anyone may have chosen. So the comment is put together from
closed pieces, each of which is left out or replaced by a shorter one when there is no room, and nothing is ever cut in
the middle; and whatever comes from a program is shown as code, where Markdown, HTML and mentions mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from tierwise.review.cost_diff import signed
from tierwise.review.diff_text import MARKS, clean, value_text
from tierwise.review.summary import Entry, Reviewed, Summary, decimal, dollars, headline, plural
from tierwise.review.values_diff import MISSING

#: By which the comment is found again, to be edited in place.
MARKER: Final = "<!-- tierwise-preview -->"
#: What GitHub accepts, in characters; we count those outside Unicode's first plane as two, to be safe.
LIMIT: Final = 65_536
_NAME: Final = 80
_MESSAGE: Final = 600
#: How much of a stack is shown: lines of a list, from what can fit at most to none. The first that fits is taken.
_DETAILS: Final = (2_000, 400, 100, 30, 10, 3, 0)
#: Characters below which no stack's details are tried.
_LEAST: Final = 300
#: How much of the comment the table may take.
_TABLE: Final = 24_000
#: A diff's own colours: green, red, and orange for what is changed in place or replaced.
_DIFF_MARKS: Final = {"create": "+", "import": "+", "read": "+", "update": "!", "replace": "!", "delete": "-"}


def comment(stacks: Sequence[Reviewed], notes: Sequence[str] = ()) -> str:
    """The comment: always below the limit, with everything closed that it opens.

    Args:
        stacks: In the order of the table.
        notes: What else to say, a sentence each.
    """
    views = [_View(stack) for stack in stacks]
    head = [MARKER, f"### {headline(views)}", "", *_table(views)]
    head += [f"{code(note, _MESSAGE)}\n" for note in notes[:3]]
    room = LIMIT - 1 - _size("\n".join(head)) - 200
    told = [view for view in views if view.is_told]
    chosen: dict[int, str] = {}
    # What blocks comes first, when there is not room for all.
    for view in sorted(told, key=lambda view: not view.blockers):
        for lines in _DETAILS if room > _LEAST else ():
            text = view.details(lines)
            if _size(text) + 1 <= room:
                chosen[id(view)] = text
                room -= _size(text) + 1
                break
    left = len(told) - len(chosen)
    tail = (
        [f"\nDetails of {left} more {plural('stack', left)} did not fit; the full report is with the run."]
        if left
        else []
    )
    return "\n".join([*head, *(chosen[id(view)] for view in told if id(view) in chosen), *tail]) + "\n"


def failure(problems: Sequence[str]) -> str:
    """The comment for a preview that did not get as far as the stacks.

    Args:
        problems: What went wrong, a line each.
    """
    lines = [MARKER, "### The preview failed", "", *fence("text", problems, 100)]
    return "\n".join(lines) + "\n"


def code(text: Any, width: int = _NAME) -> str:
    """Text from a program as inline code in which nothing has a meaning."""
    shown = clean(_clip(str(text), width))
    # Entities for punctuation, but for what never means anything: a bar would end a table's cell even in code.
    escaped = re.sub(r"[^\w\s,;()/='-]|_", lambda found: f"&#{ord(found.group())};", shown)
    return f"<code>{escaped or '&#32;'}</code>"


def fence(language: str, lines: Sequence[str], limit: int) -> list[str]:
    """A fenced block of at most ``limit`` lines, its fence longer than any run of backticks inside."""
    shown = [clean(_clip(line, 300)) for line in lines[:limit]]
    if len(lines) > limit:
        shown.append(f"… {len(lines) - limit} more lines")
    longest = max((len(run) for line in shown for run in re.findall("`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return [f"{ticks}{language}", *shown, ticks]


class _View(Summary):
    """One stack, as Markdown."""

    def row(self) -> str:
        mark = "🔴" if self.blockers else "🟢"
        return (
            f"| {mark} {code(self.key)} | {self._changes()} | {self._cost()} | {self._budget()} | {self._policies()} |"
        )

    def _changes(self) -> str:
        if self.failed:
            return "failed"
        if self.diff is None:
            return f"{len(self.entry['preview'].get('steps', ()))} resources"
        if not self.compared:
            return "the base cannot be planned"
        counts = " ".join(
            f"{MARKS[op][0]}{count}" for op, count in self.diff["changeSummary"].items() if op in _DIFF_MARKS
        )
        new = "new: " if self.diff["new"] else ""
        return f"{new}{counts}" if counts else "outputs or cost" if self.changes else "none"

    def _cost(self) -> str:
        if self.cost is None:
            return ""
        now = _total(self.cost)
        if self.delta is None or not self.delta["changes"]:
            return now
        unknown = f" + {self.delta['unknown']} unknown" if self.delta["unknown"] else ""
        return f"{dollars(self.delta['before'])} → {now} ({signed(decimal(self.delta['delta']))}{unknown})"

    def _budget(self) -> str:
        if self.cost is None or not self.cost["budget"]:
            return ""
        share = int(100 * self.cost["expected"] / self.cost["budget"])
        return f"{share} % of {dollars(self.cost['budget'])}"

    def _policies(self) -> str:
        if self.failed:
            return ""
        advisory = len(self.entry.get("policies", ())) - len(self.mandatory)
        parts = [f"**{len(self.mandatory)} mandatory**"] if self.mandatory else []
        return ", ".join([*parts, f"{advisory} advisory"])

    def details(self, limit: int) -> str:
        """The folded part, with at most ``limit`` lines in each of its lists."""
        lines = [f"<details><summary>{code(self.key)}: {self._summary()}</summary>", ""]
        for section in (self._errors, self._blocked, self._diff, self._costs):
            found = section(limit)
            lines += [*found, ""] if found else []
        return "\n".join([*lines, "</details>"])

    def _summary(self) -> str:
        blockers = f"{self.blockers} blocking" if self.blockers else ""
        return ", ".join(part for part in (f"changes {self._changes()}" if self.changes else "", blockers) if part) or (
            self._changes()
        )

    def _errors(self, limit: int) -> list[str]:
        diagnostics = self.entry.get("preview", {}).get("diagnostics", ())
        texts = [*self.problems, *(item["message"] for item in diagnostics if item["severity"] == "error")]
        lines = [line for text in texts for line in str(text).splitlines()]
        result = fence("text", lines, limit) if lines else []
        if self.diff is not None and not self.compared:
            result += ["", f"The base cannot be planned: {code(self.diff['message'], _MESSAGE)}"]
        return result

    def _blocked(self, limit: int) -> list[str]:
        found = [*((_loss, loss) for loss in self.losses), *((_violation, item) for item in self.mandatory)]
        found += [(_input_error, item) for item in self.input_errors]
        items = [write(item) for write, item in found[:limit]]
        return [*items, f"- … {len(found) - limit} more"] if len(found) > limit else items

    def _diff(self, limit: int) -> list[str]:
        return fence("diff", self._diff_lines, limit) if self._diff_lines else []

    @cached_property
    def _diff_lines(self) -> list[str]:
        if self.diff is None or not self.compared:
            return []
        lines: list[str] = []
        for item in self.diff["resources"]:
            # No more is worked out than can be shown; the count of the rest is that of the resources' own lines.
            lines += _resource(item) if len(lines) < _DETAILS[0] else [_resource_line(item)]
        return lines

    def _costs(self, limit: int) -> list[str]:
        if not self.delta or not self.delta["changes"]:
            return []
        rows = [
            f"{'?' if change['delta'] is None else signed(decimal(change['delta'])):>12}  "
            f"{change['resource'] or 'the stack'}  {dollars(change['before'])} → {dollars(change['after'])}"
            for change in self.delta["changes"]
        ]
        return ["Cost a month:", "", *fence("text", rows, limit)]


def _table(views: Sequence[_View]) -> list[str]:
    """One row a stack, as many as there is room for; then those with something to tell go first."""
    rows = [view.row() for view in views]
    if sum(map(_size, rows)) > _TABLE:
        room, shown = _TABLE, list[str]()
        for row in (view.row() for view in sorted(views, key=lambda view: not view.is_told)):
            room -= _size(row) + 1
            if room < 0:
                break
            shown.append(row)
        rows = [*shown, f"| {len(views) - len(shown)} more stacks | | | | |"]
    return [
        "| Stack | Changes | Cost a month | Budget used | Policies |",
        "| --- | --- | --- | --- | --- |",
        *rows,
        "",
    ]


def _loss(loss: Entry) -> str:
    ways = "".join(f"\n  - {code(way, _MESSAGE)}" for way in loss["waysOut"])
    return f"- **Data** {code(loss['message'], _MESSAGE)}{ways}"


def _violation(found: Entry) -> str:
    return f"- **{code(found['policy'])}** {code(found['resource'])} {code(found['message'], _MESSAGE)}"


def _input_error(found: Entry) -> str:
    return f"- **Input** {code(found['resource'])} {code(found['path'])} {code(found['message'], _MESSAGE)}"


def _resource_line(item: Entry) -> str:
    forced = f"  forced by {', '.join(item['replaceReasons'])}" if item["replaceReasons"] else ""
    return f"{_DIFF_MARKS[item['op']]} {MARKS[item['op']][1]} {item['type']} {item['name']}{forced}"


def _resource(item: Entry) -> list[str]:
    """A resource's line and its inputs' lines, as a diff colours them."""
    lines = [_resource_line(item)]
    for change in item["changes"]:
        old, new = (value_text(change.get(side, MISSING)) for side in ("old", "new"))
        note = f" ({change['note']})" if change.get("note") else ""
        values = f"{old} → {new}" if change["kind"] == "update" else new or old
        forces = {True: " (forces replacement)", None: " (may replace)", False: ""}[change["replaces"]]
        lines.append(f"      {change['path']}: {values}{note}{forces}")
    return lines


def _total(cost: Entry) -> str:
    unknown = len(cost["unknown"]) + len(cost["unsupported"])
    return f"{dollars(cost['expected'])}{f' + {unknown} unknown' if unknown else ''}"


def _clip(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
