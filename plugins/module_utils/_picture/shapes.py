# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture as shapes, and these as SVG. Pure; lengths are pixels, colours hexadecimal."""

from __future__ import annotations

from typing import NamedTuple, Union
from xml.sax.saxutils import escape, quoteattr

FONT = "DejaVu Sans, Helvetica, Arial, sans-serif"
CHARACTER = 0.58
"""The width of a character, as a part of the size of its font."""


class Box(NamedTuple):
    """A rectangle, with a border where ``stroke`` names a colour."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = ""


class Line(NamedTuple):
    """A line through points; a single one is a dot."""

    points: tuple[tuple[float, float], ...]
    color: str
    width: float = 1.5


class Text(NamedTuple):
    """Text whose baseline is at ``y``; ``anchor``: start, middle or end."""

    x: float
    y: float
    text: str
    size: float = 11
    color: str = "#16191f"
    anchor: str = "start"
    bold: bool = False


Shape = Union[Box, Line, Text]


class Drawing(NamedTuple):
    """Shapes, later ones above earlier ones."""

    width: int
    height: int
    title: str
    shapes: tuple[Shape, ...]


def shortened(text: str, width: float, size: float) -> str:
    """As much of a text as fits into a width, on one line: control characters of log lines are none of XML's."""
    fits = max(1, int(width / (size * CHARACTER)))
    line = "".join(one if one.isprintable() else " " for one in text)
    return line if len(line) <= fits else f"{line[: fits - 1]}…"


def svg(drawing: Drawing) -> str:
    """The picture as an SVG document."""
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family={quoteattr(FONT)} role="img">'
    return "\n".join([head, f"<title>{escape(drawing.title)}</title>", *map(_element, drawing.shapes), "</svg>", ""])


def _element(shape: Shape) -> str:
    if isinstance(shape, Box):
        stroke = f" stroke={quoteattr(shape.stroke)}" if shape.stroke else ""
        place = f'x="{shape.x:g}" y="{shape.y:g}" width="{shape.width:g}" height="{shape.height:g}"'
        return f"<rect {place} fill={quoteattr(shape.fill)}{stroke}/>"
    if isinstance(shape, Line):
        if len(shape.points) == 1:
            ((x, y),) = shape.points
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{shape.width:g}" fill={quoteattr(shape.color)}/>'
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        return f'<polyline points="{points}" fill="none" stroke={quoteattr(shape.color)} stroke-width="{shape.width:g}"/>'
    weight = ' font-weight="bold"' if shape.bold else ""
    anchor = f' text-anchor="{shape.anchor}"' if shape.anchor != "start" else ""
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" font-size="{shape.size:g}" fill="{shape.color}"'
    return f"<text {place}{anchor}{weight}>{escape(shape.text)}</text>"
