"""An architecture as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html)."""

from __future__ import annotations

import re

from tierwise.review.diagram import Architecture


def mermaid(picture: Architecture) -> str:
    """The flowchart's text. Names are quoted, with what has a meaning in Mermaid as entities."""
    ids = {node.urn: f"n{index}" for index, node in enumerate(picture.nodes)}
    lines = ["---", f"title: {_plain(picture.title)}", "---", "flowchart TB"]
    for index, layer in enumerate(picture.layers):
        ranges = ", ".join(f"{box.zone} {box.cidr}".strip() for box in layer.subnets)
        heading = f"{layer.name}: {ranges}" if ranges else layer.name
        lines.append(f'  subgraph l{index}["{_label(heading)}"]')
        lines += [f'    {ids[node.urn]}["{_label(node.name)}<br/>{_label(node.kind)}"]' for node in layer.nodes]
        lines.append("  end")
    if picture.entries:
        lines.append('  internet(["Internet"])')
        lines += [f"  internet --> {ids[urn]}" for urn in picture.entries]
    for link in picture.links:
        arrow = f'-- "{_label(link.label)}" -->' if link.label else "-->"
        lines.append(f"  {ids[link.source]} {arrow} {ids[link.target]}")
    return "\n".join(lines) + "\n"


def _label(text: str) -> str:
    return re.sub(r"[^\w .,:/()-]", lambda found: f"#{ord(found.group())};", text)


def _plain(text: str) -> str:
    return re.sub(r"[^\w ./-]", "_", text)
