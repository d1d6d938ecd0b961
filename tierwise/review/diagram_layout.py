"""Where everything in an architecture picture goes: layers from top to bottom, lines that run through nothing."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from tierwise.review.diagram import Architecture, Layer, Link, Node
from tierwise.review.diagram_rows import Item, place

#: The picture's width. At this one its text is readable in a column of text, as on GitHub.
WIDTH: Final = 1000.0
MARGIN: Final = 16.0
#: Width of the left strip that holds the names of the layers, where no line runs.
STRIP: Final = 174.0
NODE_HEIGHT: Final = 48.0
HEADING: Final = 60.0
SUBNET_HEIGHT: Final = 21.0
INTERNET: Final = "internet"

_NODE_WIDTHS: Final = (118.0, 240.0)
_BESIDE_TEXT: Final = 58.0
_GAP: Final = 18.0
_ROW_GAP: Final = 36.0
_PADDING: Final = 16.0
_LAYER_GAP: Final = 20.0
_NETWORK_PADDING: Final = (10.0, 30.0)
_GROUP_PADDING: Final = 10.0
_GROUP_LABEL: Final = 18.0
_THREAD: Final = 8.0
#: Where rows begin and end.
_LEFT: Final = MARGIN + _NETWORK_PADDING[0] + STRIP
_RIGHT: Final = WIDTH - MARGIN - _NETWORK_PADDING[0] - _PADDING
#: Room that a row leaves to lines that pass it.
_PASSING: Final = 48.0
_ROOM: Final = _RIGHT - _LEFT - _PASSING
#: How many alike things with the same links are drawn as one group.
_GROUP: Final = 3
#: Most distance between two lines that leave one side.
_PORT: Final = 16.0
#: Widths of letters in ems, as in the widest of the fonts that a reader may have.
_NARROW: Final = 0.37
_USUAL: Final = 0.62
_WIDE: Final = 0.9


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Its middle, from left to right."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height


@dataclass(frozen=True)
class Route:
    """A line.

    Attributes:
        links: The links that it stands for: one, or those of a group.
        path: An SVG path, from source to target.
    """

    links: tuple[Link, ...]
    path: str


@dataclass
class Layout:
    """A whole picture's places.

    Attributes:
        height: The picture's.
        nodes: By URN.
        groups: Things alike that share their links: what they are, and around them.
        layers: Each with its box.
        network: Around all layers that are inside the network.
        internet: Where people come from.
        routes: Lines, each once.
    """

    height: float = 0.0
    nodes: dict[str, Box] = field(default_factory=dict[str, Box])
    groups: list[tuple[str, Box]] = field(default_factory=list[tuple[str, Box]])
    layers: list[tuple[Layer, Box]] = field(default_factory=list[tuple[Layer, Box]])
    network: Box | None = None
    internet: Box | None = None
    routes: list[Route] = field(default_factory=list[Route])


@dataclass(eq=False)
class _Unit(Item):
    """One node, a group of nodes, or the internet.

    Attributes:
        height: With the group's frame.
        nodes: Its members, row by row.
        columns: Members side by side.
        row: Index of its row.
        box: Where it is, once that is known.
    """

    height: float = NODE_HEIGHT
    nodes: tuple[Node, ...] = ()
    columns: int = 1
    row: int = 0
    box: Box = field(default_factory=lambda: Box(0, 0, 0, 0))


#: Where a line ends: a unit, and the member when not all of them have the line.
_End = tuple[_Unit, str]


def subtitle(node: Node, ports: Iterable[str]) -> str:
    """What a node is, and where it listens or is."""
    listening = sorted({port for port in ports if port}, key=lambda port: (len(port), port))
    parts = [node.what.word, node.zone, ", ".join(listening[:2]) + ("…" if len(listening) > 2 else "")]
    return " · ".join(part for part in parts if part)


def text_width(text: str, size: float) -> float:
    """About how wide a text is in a sans-serif font."""
    return size * sum(
        _NARROW if c in "ijl.,:;'|()[]· -" else _WIDE if c in "mwMW" or c.isupper() else _USUAL for c in text
    )


def lay_out(picture: Architecture) -> Layout:
    """Give everything its place.

    Args:
        picture: What is drawn.
    """
    links = [*picture.links, *(Link(INTERNET, urn) for urn in picture.entries)]
    ports: dict[str, set[str]] = defaultdict(set)
    for link in picture.links:
        ports[link.target].add(link.label)
    top = _Unit(92.0, height=40.0)
    rows: list[list[_Unit]] = [[top]] if picture.entries else []
    units: dict[str, _Unit] = {INTERNET: top}
    spans: list[tuple[Layer, range]] = []
    for layer in picture.layers:
        first = len(rows)
        rows += _rows(layer, links, ports)
        spans.append((layer, range(first, len(rows))))
    for index, row in enumerate(rows):
        for unit in row:
            unit.row = index
            units.update((node.urn, unit) for node in unit.nodes)
    edges = _edges(links, units)
    lines = [list[Item](row) for row in rows]
    chains = [_thread(source[0], target[0], lines) for source, target in edges]
    joins = [pair for chain in chains for pair in pairwise(chain)]
    place(lines, joins, _LEFT, _RIGHT, _GAP)
    layout = Layout()
    bands = _stack(layout, rows, spans, bool(picture.entries))
    for row in rows:
        for unit in row:
            _settle(layout, unit, bands[unit.row])
    _draw_routes(layout, edges, chains, bands)
    return layout


def _rows(layer: Layer, links: Sequence[Link], ports: dict[str, set[str]]) -> list[list[_Unit]]:
    """A layer's nodes as rows: who calls before who is called, and what has no links at the end."""
    own = {node.urn for node in layer.nodes}
    linked = {urn for link in links for urn in (link.source, link.target)}
    ranks = _ranks([node for node in layer.nodes if node.urn in linked], links)
    by_rank: dict[int, list[Node]] = defaultdict(list)
    for node in layer.nodes:
        by_rank[ranks.get(node.urn, len(own))].append(node)
    alone = by_rank.pop(len(own), [])
    rows: list[list[_Unit]] = []
    for rank in sorted(by_rank):
        for row in _wrap([_unit(group, ports) for group in _grouped(by_rank[rank], links)]):
            rows.append(row)
    for unit in (_unit([node], ports) for node in alone):
        row = next((row for row in reversed(rows) if _used(row) + unit.width <= _ROOM), None)
        if row is None:
            rows.append([unit])
        else:
            row.append(unit)
    return rows


def _ranks(nodes: Sequence[Node], links: Iterable[Link]) -> dict[str, int]:
    """How many calls lead to each node inside its layer; a node that nothing leads to goes down to what it calls."""
    urns = [node.urn for node in nodes]
    inside = set(urns)
    calls: dict[str, list[str]] = {urn: [] for urn in urns}
    called: set[str] = set()
    entered: set[str] = set()
    for link in links:
        if link.source in inside and link.target in inside:
            calls[link.source].append(link.target)
            called.add(link.target)
        elif link.target in inside:
            entered.add(link.target)
    ranks = dict.fromkeys(urns, 0)
    order = _order(sorted(urns, key=lambda urn: urn in called), calls)
    position = {urn: index for index, urn in enumerate(order)}
    for urn in order:
        for target in calls[urn]:
            if position[target] > position[urn]:
                ranks[target] = max(ranks[target], ranks[urn] + 1)
    last = max(ranks.values(), default=0)
    for urn in urns:
        if urn not in called and urn not in entered:
            ranks[urn] = max(0, min((ranks[target] - 1 for target in calls[urn]), default=last))
    return ranks


def _order(urns: Sequence[str], calls: dict[str, list[str]]) -> list[str]:
    """Callers before the called, as far as there are no circles."""
    done: list[str] = []
    seen: set[str] = set()
    for root in urns:
        waiting = [(root, iter(calls[root]))] if root not in seen else []
        seen.add(root)
        while waiting:
            urn, rest = waiting[-1]
            following = next((target for target in rest if target not in seen), None)
            if following is None:
                done.append(urn)
                waiting.pop()
            else:
                seen.add(following)
                waiting.append((following, iter(calls[following])))
    return done[::-1]


def _grouped(nodes: Sequence[Node], links: Iterable[Link]) -> list[list[Node]]:
    """Nodes of one row, those of one kind that share a link together when they are enough."""
    ends: dict[str, set[tuple[bool, str]]] = {node.urn: set() for node in nodes}
    for link in links:
        if link.source in ends:
            ends[link.source].add((True, link.target))
        if link.target in ends:
            ends[link.target].add((False, link.source))
    groups: list[list[Node]] = []
    left = list(nodes)
    for word in dict.fromkeys(node.what.word for node in nodes):
        alike = [node for node in nodes if node.what.word == word]
        counts = Counter(end for node in alike for end in ends[node.urn])
        end, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=(None, 0))
        if count >= _GROUP:
            group = [node for node in alike if end in ends[node.urn]]
            # Who has a link of its own stands in the last line of the group, so that it runs through nobody.
            group.sort(key=lambda node: len(ends[node.urn]))
            groups.append(group)
            left = [node for node in left if node not in group]
    return [*groups, *([node] for node in left)]


def _unit(nodes: Sequence[Node], ports: dict[str, set[str]]) -> _Unit:
    widths = [
        max(text_width(node.name, 13), text_width(subtitle(node, ports[node.urn]), 11)) + _BESIDE_TEXT for node in nodes
    ]
    width = min(_NODE_WIDTHS[1], max(_NODE_WIDTHS[0], *widths))
    if len(nodes) == 1:
        return _Unit(width, nodes=tuple(nodes))
    most = max(1, int((_ROOM - _GROUP_PADDING) // (width + _GROUP_PADDING)))
    columns = min(most, len(nodes) if len(nodes) < 4 else max(3, math.ceil(math.sqrt(len(nodes)))))
    lines = -(-len(nodes) // columns)
    return _Unit(
        columns * (width + _GROUP_PADDING) + _GROUP_PADDING,
        height=lines * (NODE_HEIGHT + _GROUP_PADDING) + _GROUP_PADDING + _GROUP_LABEL,
        nodes=tuple(nodes),
        columns=columns,
    )


def _wrap(units: Sequence[_Unit]) -> list[list[_Unit]]:
    """Units as rows that have room for them, and some for lines that pass."""
    rows: list[list[_Unit]] = []
    for unit in units:
        if not rows or _used(rows[-1]) + unit.width > _ROOM:
            rows.append([])
        rows[-1].append(unit)
    return rows


def _used(row: Iterable[_Unit]) -> float:
    return sum(unit.width + _GAP for unit in row)


def _edges(links: Sequence[Link], units: dict[str, _Unit]) -> dict[tuple[_End, _End], list[Link]]:
    """Lines: one for each link, or for all of a group when all of its members have it."""
    known = {(link.source, link.target) for link in links}
    edges: dict[tuple[_End, _End], list[Link]] = defaultdict(list)
    for link in links:
        source, target = units[link.source], units[link.target]
        from_all = source is not target and all((node.urn, link.target) in known for node in source.nodes)
        to_all = source is not target and all((link.source, node.urn) in known for node in target.nodes)
        if from_all and to_all:
            to_all = all((a.urn, b.urn) in known for a in source.nodes for b in target.nodes)
        ends = ((source, "" if from_all else link.source), (target, "" if to_all else link.target))
        edges[ends].append(link)
    return edges


def _thread(source: _Unit, target: _Unit, rows: Sequence[list[Item]]) -> list[Item]:
    """The items that a line leads through, from the upper end to the lower; adds one to each row between them."""
    upper, lower = (source, target) if source.row <= target.row else (target, source)
    chain: list[Item] = [upper]
    for row in range(upper.row + 1, lower.row):
        item = Item(_THREAD, thread=True)
        rows[row].append(item)
        chain.append(item)
    return [*chain, lower] if upper.row < lower.row else []


def _stack(
    layout: Layout, rows: Sequence[Sequence[_Unit]], spans: Sequence[tuple[Layer, range]], internet: bool
) -> list[tuple[float, float]]:
    """Put rows and layers one below the other; returns the top and the bottom of each row."""
    bands: list[tuple[float, float]] = []
    y = HEADING
    if internet:
        bands.append((y, y + rows[0][0].height))
        y = bands[0][1] + _LAYER_GAP
    network: list[float] = []
    width = WIDTH - 2 * MARGIN
    for index, (layer, span) in enumerate(spans):
        if layer.inside and not network:
            network.append(y)
            y += _NETWORK_PADDING[1]
        heights = [max(unit.height for unit in rows[row]) for row in span]
        content = sum(heights) + _ROW_GAP * max(0, len(heights) - 1)
        height = max(content + 2 * _PADDING, 34 + SUBNET_HEIGHT * len(layer.subnets) + _PADDING / 2)
        inset = _NETWORK_PADDING[0] if layer.inside else 0
        layout.layers.append((layer, Box(MARGIN + inset, y, width - 2 * inset, height)))
        top = y + (height - content) / 2
        for row_height in heights:
            bands.append((top, top + row_height))
            top += row_height + _ROW_GAP
        y += height
        if layer.inside and (index + 1 == len(spans) or not spans[index + 1][0].inside):
            y += _NETWORK_PADDING[0]
            layout.network = Box(MARGIN, network[0], width, y - network[0])
        y += _LAYER_GAP
    layout.height = y - _LAYER_GAP + MARGIN
    return bands


def _settle(layout: Layout, unit: _Unit, band: tuple[float, float]) -> None:
    """Give a unit's members their boxes, once its row's are known."""
    left, top = unit.x - unit.width / 2, (band[0] + band[1] - unit.height) / 2
    unit.box = Box(left, top, unit.width, unit.height)
    if not unit.nodes:
        layout.internet = unit.box
    elif len(unit.nodes) == 1:
        layout.nodes[unit.nodes[0].urn] = unit.box
    else:
        layout.groups.append((f"{len(unit.nodes)} × {unit.nodes[0].what.word}", unit.box))
        width = (unit.width - _GROUP_PADDING) / unit.columns
        for index, node in enumerate(unit.nodes):
            row, column = divmod(index, unit.columns)
            layout.nodes[node.urn] = Box(
                left + _GROUP_PADDING + column * width,
                top + _GROUP_LABEL + _GROUP_PADDING + row * (NODE_HEIGHT + _GROUP_PADDING),
                width - _GROUP_PADDING,
                NODE_HEIGHT,
            )


def _draw_routes(
    layout: Layout,
    edges: dict[tuple[_End, _End], list[Link]],
    chains: Sequence[Sequence[Item]],
    bands: Sequence[tuple[float, float]],
) -> None:
    """Lines from side to side, spread over it in the order in which they come."""
    boxes = [tuple(_box(layout, end) for end in ends) for ends in edges]
    #: By end and whether it is the lower side: where the line comes from, the line and which end of it.
    sides: dict[tuple[_End, bool], list[tuple[float, int, int]]] = defaultdict(list)
    for index, ((source, target), chain) in enumerate(zip(edges, chains, strict=True)):
        down = source[0].row <= target[0].row
        # What is next, as seen from the upper end and from the lower one.
        upper, lower = boxes[index] if down else boxes[index][::-1]
        near = (chain[1].x, chain[-2].x) if len(chain) > 2 else (lower.middle, upper.middle)
        at_source, at_target = near if down else near[::-1]
        sides[source, down].append((at_source, index, 0))
        sides[target, not down if chain else True].append((at_target, index, 1))
    ports: dict[tuple[int, int], float] = {}
    for (end, _), met in sides.items():
        met.sort()
        box, middle = boxes[met[0][1]][met[0][2]], _middle(layout, end)
        step = min(_PORT, (box.width - 24) / max(1, len(met) - 1))
        for number, (_, index, side) in enumerate(met):
            ports[index, side] = middle + step * (number - (len(met) - 1) / 2)
    for index, (((source, _), (target, _)), links) in enumerate(edges.items()):
        down, chain = source.row <= target.row, chains[index]
        starts, ends = (ports[index, 0], boxes[index][0]), (ports[index, 1], boxes[index][1])
        if not chain:
            layout.routes.append(Route(tuple(links), _below(starts, ends, bands[source.row][1])))
            continue
        upper, lower = (starts, ends) if down else (ends, starts)
        row = min(source.row, target.row)
        points = [(upper[0], upper[1].bottom), (upper[0], bands[row][1])]
        for offset, item in enumerate(chain[1:-1], 1):
            points += [(item.x, bands[row + offset][0]), (item.x, bands[row + offset][1])]
        points += [(lower[0], bands[row + len(chain) - 1][0]), (lower[0], lower[1].y)]
        layout.routes.append(Route(tuple(links), _path(points if down else points[::-1])))


def _middle(layout: Layout, end: _End) -> float:
    """Where lines meet a side: in the middle, or between two members when they are all members' lines."""
    unit, member = end
    if member in layout.nodes or len(unit.nodes) < 2:
        return _box(layout, end).middle
    return unit.box.x + _GROUP_PADDING / 2 + unit.columns // 2 * (unit.width - _GROUP_PADDING) / unit.columns


def _box(layout: Layout, end: _End) -> Box:
    unit, member = end
    return layout.nodes.get(member, unit.box)


def _path(points: Sequence[tuple[float, float]]) -> str:
    """Straight down where a line passes a row, in a curve between two rows."""
    (x, y), *rest = points
    parts = [f"M{x:.4g} {y:.4g}"]
    for to_x, to_y in rest:
        if abs(to_y - y) < 0.5:
            continue
        if abs(to_x - x) < 0.5:
            parts.append(f"V{to_y:.4g}")
        else:
            half = (y + to_y) / 2
            parts.append(f"C{x:.4g} {half:.4g} {to_x:.4g} {half:.4g} {to_x:.4g} {to_y:.4g}")
        x, y = to_x, to_y
    return "".join(parts)


def _below(start: tuple[float, Box], end: tuple[float, Box], bottom: float) -> str:
    """A line between two things in one row, below both."""
    (x, box), (to_x, to_box), depth = start, end, bottom + _ROW_GAP / 2
    return f"M{x:.4g} {box.bottom:.4g}C{x:.4g} {depth:.4g} {to_x:.4g} {depth:.4g} {to_x:.4g} {to_box.bottom:.4g}"
