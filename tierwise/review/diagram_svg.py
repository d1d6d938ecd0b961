"""An architecture as an SVG picture, for light and dark, with a title and a description for screen readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from tierwise.review.diagram import Architecture, Layer, Node
from tierwise.review.diff_text import clean

_WIDTH: Final = 1200
_MARGIN: Final = 20
_NODE: Final = (170, 46)
_GAP: Final = 16
_HEADING: Final = 26
_SUBNET: Final = 22
_TEXT: Final = 26
_STYLE: Final = """
  text { font: 12px system-ui, sans-serif; fill: #1f2933 }
  .title { font-size: 16px; font-weight: 600 } .heading { font-weight: 600 } .small { font-size: 11px; fill: #52606d }
  .layer { fill: #f5f7fa; stroke: #cbd2d9 } .network { fill: none; stroke: #7b8794; stroke-dasharray: 6 4 }
  .subnet { fill: #e4e7eb } .node { fill: #fff; stroke: #486581 } .link { stroke: #829ab1; fill: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #f5f7fa } .small { fill: #cbd2d9 } .layer { fill: #1f2933; stroke: #52606d }
    .subnet { fill: #323f4b } .node { fill: #243b53; stroke: #9fb3c8 } .link { stroke: #627d98 }
  }
"""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a node is: its upper left corner."""

    x: float
    y: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + _NODE[0] / 2, self.y + _NODE[1] / 2


def svg(picture: Architecture) -> str:
    """The picture's text: layers from top to bottom, zones side by side, links behind the nodes."""
    boxes: list[str] = []
    places: dict[str, _Place] = {}
    top = 2 * _MARGIN + _HEADING
    network: list[float] = []
    for layer in picture.layers:
        height = _height(layer)
        if layer.inside:
            network += [top, top + height]
        boxes += _layer(layer, top, height, places)
        top += height + _GAP
    if network:
        boxes.insert(
            0, _rectangle("network", _MARGIN - 8, min(network) - 8, _inner() + 16, max(network) - min(network) + 16)
        )
    names = {node.urn: node.name for node in picture.nodes}
    links: list[str] = []
    for link in picture.links:
        (x1, y1), (x2, y2) = places[link.source].centre, places[link.target].centre
        label = f" on port {link.label}" if link.label else ""
        links.append(
            f'<path class="link" marker-end="url(#arrow)" d="{_curve(x1, y1, x2, y2)}">'
            f"<title>{_safe(f'{names[link.source]} → {names[link.target]}{label}')}</title></path>"
        )
    nodes = [part for node in picture.nodes for part in _node(node, places[node.urn])]
    summary = f"{len(picture.nodes)} parts in {len(picture.layers)} layers, {len(links)} links"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top + _MARGIN:g}" role="img" '
            'aria-labelledby="title description">',
            f'<title id="title">{_safe(picture.title)}</title>',
            f'<desc id="description">{summary}</desc>',
            f"<style>{_STYLE}</style>",
            '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto-start-reverse"><path class="link" d="M0 0 8 4 0 8"/></marker></defs>',
            _text("title", _MARGIN, _MARGIN + 16, picture.title),
            *boxes,
            *links,
            *nodes,
            "</svg>\n",
        ]
    )


def _safe(text: str) -> str:
    """Text as XML, without the characters that XML has no place for."""
    return escape(clean(text))


def _inner() -> int:
    return _WIDTH - 2 * _MARGIN


def _columns() -> int:
    return (_inner() - _GAP) // (_NODE[0] + _GAP)


def _height(layer: Layer) -> int:
    rows = -(-len(layer.nodes) // _columns())
    return _HEADING + (_SUBNET + _GAP if layer.subnets else 0) + rows * (_NODE[1] + _GAP) + _GAP // 2


def _layer(layer: Layer, top: float, height: float, places: dict[str, _Place]) -> Iterator[str]:
    yield _rectangle("layer", _MARGIN, top, _inner(), height)
    yield _text("heading", _MARGIN + 10, top + 18, layer.name)
    start = top + _HEADING
    if layer.subnets:
        width = (_inner() - _GAP * (len(layer.subnets) + 1)) / len(layer.subnets)
        for index, box in enumerate(layer.subnets):
            left = _MARGIN + _GAP + index * (width + _GAP)
            yield _rectangle("subnet", left, start, width, _SUBNET)
            yield _text("small", left + 8, start + 15, f"{box.zone}  {box.cidr}")
        start += _SUBNET + _GAP
    for index, node in enumerate(layer.nodes):
        row, column = divmod(index, _columns())
        in_row = min(_columns(), len(layer.nodes) - row * _columns())
        left = _MARGIN + (_inner() - in_row * (_NODE[0] + _GAP) + _GAP) / 2
        places[node.urn] = _Place(left + column * (_NODE[0] + _GAP), start + row * (_NODE[1] + _GAP))


def _node(node: Node, place: _Place) -> Iterator[str]:
    yield f"<g><title>{_safe(f'{node.kind} {node.name}')}</title>"
    yield _rectangle("node", place.x, place.y, *_NODE, rounded=6)
    name = node.name if len(node.name) <= _TEXT else f"{node.name[: _TEXT - 1]}…"
    yield _text("name", place.centre[0], place.y + 20, name, middle=True)
    yield _text("small", place.centre[0], place.y + 36, node.kind, middle=True)
    yield "</g>"


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """From the edge of one node to the edge of the other, leaving and arriving upright, or sideways within a row."""
    half_width, half_height = _NODE[0] / 2, _NODE[1] / 2
    if y1 == y2:
        side = half_width if x2 > x1 else -half_width
        return f"M{x1 + side:g} {y1:g}L{x2 - side:g} {y2:g}"
    side = half_height if y2 > y1 else -half_height
    middle = (y1 + y2) / 2
    return f"M{x1:g} {y1 + side:g}C{x1:g} {middle:g} {x2:g} {middle:g} {x2:g} {y2 - side:g}"


def _rectangle(kind: str, x: float, y: float, width: float, height: float, *, rounded: int = 4) -> str:
    return f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{rounded}"/>'


def _text(kind: str, x: float, y: float, text: str, *, middle: bool = False) -> str:
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}"{anchor}>{_safe(text)}</text>'
