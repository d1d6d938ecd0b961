"""The review of stacks as one HTML file that loads nothing, reads without scripts and shows names as text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from tierwise.review.diff_text import clean

if TYPE_CHECKING:
    from markupsafe import Markup

    from tierwise.review.diagram import Architecture
    from tierwise.review.summary import Reviewed

_FOLDER: Final = "templates"
#: The page's own colours, light then dark; the picture's are beside its drawing.
_COLOURS: Final = {
    "accent": ("#1660b5", "#7db8ff"),
    "good": ("#1c6e3a", "#6ddb95"),
    "bad": ("#b42318", "#ff9a90"),
    "warn": ("#875400", "#f2c063"),
    "most": ("#b9d2ee", "#34557d"),
    "hit": ("#ffe58a", "#6b5600"),
    "control": ("#76859a", "#8798ad"),
}


def report(
    stacks: Sequence[Reviewed], pictures: dict[str, Architecture], *, notes: Sequence[str] = (), base: str = ""
) -> str:
    """The report's text.

    Args:
        stacks: In the order of its contents.
        pictures: Architecture by key, of the stacks that have one.
        notes: What else to say, a sentence each.
        base: The revision that they are compared with, for people; empty when there is none.
    """
    from tierwise.review.diagram_svg import definitions, svg
    from tierwise.review.report_view import StackView
    from tierwise.review.summary import headline, plural

    drawn = {key: svg(picture, number=number) for number, (key, picture) in enumerate(pictures.items())}
    views = [
        StackView(stack, f"stack-{number}", drawn.get(stack.key, ""), pictures.get(stack.key))
        for number, stack in enumerate(stacks, 1)
    ]
    title = f"Review of {views[0].key}" if len(views) == 1 else f"Review of {len(views)} {plural('stack', len(views))}"
    return _render(
        title=f"{title} against {base}" if base else title,
        headline=headline(views),
        notes=notes,
        stacks=views,
        symbols=_markup(definitions()),
    )


def failed_report(problems: Sequence[str]) -> str:
    """The report of a preview that did not get as far as the stacks.

    Args:
        problems: What went wrong, a line each.
    """
    return _render(title="The preview failed", headline="", notes=problems, stacks=[], symbols=_markup(""))


def _render(**values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def show(value: Any) -> Any:
        return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    environment = Environment(
        loader=PackageLoader("tierwise.review", _FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=show,
    )
    style, script = _style(), _file("report.js")
    return environment.get_template("report.html").render(
        style=_markup(style),
        script=_markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        **values,
    )


def _style() -> str:
    from tierwise.review.diagram_svg import style, variables

    def colours(dark: bool) -> str:
        return ";".join([variables(dark), *(f"--{name}:{pair[dark]}" for name, pair in _COLOURS.items())])

    return _file("report.css").replace("LIGHT", colours(False)).replace("DARK", colours(True)) + style()


def _hash(text: str) -> str:
    """A source expression of a Content-Security-Policy: what else is put into the page has no effect."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _file(name: str) -> str:
    return (resources.files("tierwise.review") / _FOLDER / name).read_text("utf-8")


def _markup(text: str) -> Markup:
    """Text of our own as it is; nothing that comes from a program goes through here."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704
