"""An architecture as an SVG picture, for light and dark, with a title and a description for screen readers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from tierwise.review.diagram import Architecture, Layer, Node
from tierwise.review.diagram_kinds import SIGNS
from tierwise.review.diagram_layout import (
    INTERNET,
    MARGIN,
    STRIP,
    SUBNET_HEIGHT,
    WIDTH,
    Box,
    Layout,
    Route,
    lay_out,
    subtitle,
    text_width,
)
from tierwise.review.diff_text import clean

_SIGN: Final = 30.0
#: Colours by use, light then dark.
COLOURS: Final = {
    "paper": ("#ffffff", "#0f1722"),
    "edge": ("#d5dde6", "#2b3a4d"),
    "layer": ("#f5f8fb", "#162130"),
    "group": ("#e6edf5", "#1f2d40"),
    "node": ("#ffffff", "#243347"),
    "node-edge": ("#c3cedb", "#41546c"),
    "chip": ("#e3e9f1", "#26364a"),
    "ink": ("#17212b", "#eef3f8"),
    "soft": ("#52616f", "#adbccb"),
    "link": ("#6f8398", "#7a8fa6"),
    "network": ("#6d4bd0", "#a58bf5"),
}
#: Fill of a sign's tile by family; its lines are white, at 3:1 or more on each.
FAMILIES: Final = {
    "edge": "#6d4bd0",
    "compute": "#c2570c",
    "data": "#1a6fc4",
    "storage": "#2b7a3d",
    "messaging": "#b8256e",
    "security": "#b42525",
}


def variables(dark: bool) -> str:
    """The picture's colours as CSS custom properties."""
    return ";".join(f"--d-{name}:{pair[dark]}" for name, pair in COLOURS.items())


def style() -> str:
    """The picture's CSS, less the colours' values."""
    tiles = "".join(f".d-{family}{{fill:{colour}}}" for family, colour in FAMILIES.items())
    return (
        ".d text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:var(--d-ink)}"
        ".d .d-title{font-size:19px;font-weight:650}.d .d-heading{font-weight:600}.d .d-name{font-weight:500}"
        ".d .d-end{text-anchor:end}"
        ".d .d-soft{font-size:11px;fill:var(--d-soft)}.d .d-net{fill:var(--d-network);font-weight:600}"
        ".d-paper{fill:var(--d-paper);stroke:var(--d-edge)}.d-layer{fill:var(--d-layer);stroke:var(--d-edge)}"
        ".d-network{fill:none;stroke:var(--d-network);stroke-dasharray:6 4}.d-chip{fill:var(--d-chip)}"
        ".d-group{fill:var(--d-group)}.d-node{fill:var(--d-node);stroke:var(--d-node-edge)}"
        ".d-link{fill:none;stroke:var(--d-link);stroke-width:1.4}.d-tip{fill:var(--d-link)}"
        f".d-sign{{fill:none;stroke:#fff;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}}{tiles}"
    )


def svg(picture: Architecture, *, number: int | None = None) -> str:
    """The picture's text.

    Args:
        picture: What is drawn.
        number: Tells the picture from others in one document, whose style sheet holds ``variables`` and ``style`` and
            whose ``symbols`` it uses; None for a file of its own, which holds all that itself.
    """
    layout = lay_out(picture)
    suffix = "" if number is None else f"-{number}"
    names = {node.urn: node.name for node in picture.nodes} | {INTERNET: "the internet"}
    counts = ((len(picture.nodes), "part"), (len(picture.layers), "layer"), (len(picture.links), "link"))
    summary = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
    ports: dict[str, set[str]] = defaultdict(set)
    for link in picture.links:
        ports[link.target].add(link.label)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="d" viewBox="0 0 {WIDTH:g} {layout.height:g}" role="img" '
        f'aria-labelledby="d-title{suffix} d-about{suffix}">',
        f'<title id="d-title{suffix}">{_safe(f"Architecture of {picture.title}")}</title>',
        f'<desc id="d-about{suffix}">{_safe(_description(picture, summary))}</desc>',
    ]
    if number is None:
        parts.append(f"<style>svg{{{variables(False)}}}@media(prefers-color-scheme:dark){{svg{{{variables(True)}}}}}")
        parts.append(f"{style()}</style>")
        parts += [f"<defs>{_tip()}{symbols(node.what.sign for node in picture.nodes)}</defs>"]
    parts += [
        _rectangle("paper", Box(0.5, 0.5, WIDTH - 1, layout.height - 1), 14),
        _text("title", MARGIN + 4, 36, picture.title),
        _text("soft d-end", WIDTH - MARGIN - 6, 36, summary),
        *_frames(picture, layout),
        *(_route(route, names) for route in layout.routes),
        *_internet(layout),
    ]
    for node in picture.nodes:
        parts += _node(node, layout.nodes[node.urn], subtitle(node, ports[node.urn]))
    return "\n".join([*parts, "</svg>\n"])


def symbols(signs: Iterable[str]) -> str:
    """Definitions of the signs that pictures use."""
    return "".join(
        f'<symbol id="d-{sign}" viewBox="0 0 24 24"><path class="d-sign" d="{SIGNS[sign]}"/></symbol>'
        for sign in sorted({*signs, "cloud"})
    )


def definitions() -> str:
    """All that the pictures of one document refer to."""
    return _tip() + symbols(SIGNS)


def _tip() -> str:
    return (
        '<marker id="d-tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="d-tip" d="M0 .8 8 4 0 7.2z"/></marker>'
    )


def _description(picture: Architecture, summary: str) -> str:
    layers = "; ".join(
        f"{_heading(layer)}: {', '.join(f'{node.name} ({node.kind})' for node in layer.nodes) or 'nothing'}"
        for layer in picture.layers
    )
    return f"{summary}. {layers}" if layers else summary


def _frames(picture: Architecture, layout: Layout) -> Iterator[str]:
    if layout.network is not None:
        yield _rectangle("network", layout.network, 12)
        yield _text("net", layout.network.x + 14, layout.network.y + 20, picture.network or "Network")
    for layer, box in layout.layers:
        yield _rectangle("layer", box, 10)
        yield _text("heading", box.x + 14, box.y + 24, _heading(layer))
        for index, subnet in enumerate(layer.subnets):
            label = f"{subnet.zone}  {subnet.cidr}".strip()
            chip = Box(box.x + 12, box.y + 33 + index * SUBNET_HEIGHT, STRIP - 22, SUBNET_HEIGHT - 3)
            yield _rectangle("chip", chip, 5)
            yield _text("soft", chip.x + 7, chip.y + 13, label)
    for label, box in layout.groups:
        yield _rectangle("group", box, 10)
        yield _text("soft", box.x + 12, box.y + 18, label)


def _heading(layer: Layer) -> str:
    if not layer.inside:
        return layer.name
    words = layer.name.removeprefix("vpc-").replace("-", " ")
    return f"{words[:1].upper()}{words[1:]} subnets"


def _internet(layout: Layout) -> Iterator[str]:
    if layout.internet is not None:
        box = layout.internet
        yield _rectangle("node", box, 20)
        yield f'<circle class="d-edge" cx="{box.x + 20:g}" cy="{box.y + 20:g}" r="14"/>'
        yield f'<use href="#d-cloud" x="{box.x + 10:g}" y="{box.y + 10:g}" width="20" height="20"/>'
        yield _text("soft", box.x + 40, box.y + 24, "Internet")


def _node(node: Node, box: Box, about: str) -> Iterator[str]:
    yield f"<g><title>{_safe(f'{node.kind} {node.name}')}</title>"
    yield _rectangle("node", box, 9)
    tile = Box(box.x + 9, box.y + 9, _SIGN, _SIGN)
    yield _rectangle(node.what.family, tile, 7)
    yield f'<use href="#d-{node.what.sign}" x="{tile.x + 4:g}" y="{tile.y + 4:g}" width="22" height="22"/>'
    left, room = box.x + _SIGN + 18, box.width - _SIGN - 24
    yield _text("name", left, box.y + 21, _fitted(node.name, room, 13))
    yield _text("soft", left, box.y + 37, _fitted(about, room, 11))
    yield "</g>"


def _route(route: Route, names: dict[str, str]) -> str:
    told = [
        f"{names[link.source]} → {names[link.target]}{f' on port {link.label}' if link.label else ''}"
        for link in route.links
    ]
    title = _safe("; ".join(told))
    return f'<path class="d-link" marker-end="url(#d-tip)" d="{route.path}"><title>{title}</title></path>'


def _fitted(text: str, room: float, size: float) -> str:
    if text_width(text, size) <= room:
        return text
    while text and text_width(f"{text}…", size) > room:
        text = text[:-1]
    return f"{text}…"


def _safe(text: str) -> str:
    """Text as XML, without the characters that XML has no place for."""
    return escape(clean(text))


def _rectangle(kind: str, box: Box, rounded: int) -> str:
    return (
        f'<rect class="d-{kind}" x="{box.x:.5g}" y="{box.y:.5g}" width="{box.width:.5g}" height="{box.height:.5g}" '
        f'rx="{rounded}"/>'
    )


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="d-{kind}" x="{x:.5g}" y="{y:.5g}">{_safe(text)}</text>'
