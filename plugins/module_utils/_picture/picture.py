# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a dashboard: each widget on CloudWatch's grid, with what stands in CloudWatch. Pure."""

from __future__ import annotations

import re
import time
from typing import Any, Iterator, Mapping, NamedTuple

from .graph import GREY, SMALL, Curve, Frame, Span, graph, heading
from .questions import alarm_names
from .shapes import Box, Drawing, Shape, Text, shortened

COLUMN, ROW, GAP, HEAD = 54, 50, 8, 34
COLUMNS = 24
STATES = {"ALARM": "#d13212", "OK": "#1d8102", "INSUFFICIENT_DATA": "#879596"}
LINE = 16


class Data(NamedTuple):
    """What CloudWatch has of a dashboard, by the number of the widget.

    ``curves``: of graphs; ``states``: of alarms, by region and name; ``lines``: times and texts; ``start``, ``end``: the time shown.
    ``cut``: how many events of each log group were read where a group may have more.
    """

    start: float
    end: float
    curves: Mapping[int, list[Curve]] = {}
    states: Mapping[tuple[str, str], str] = {}
    lines: Mapping[int, list[tuple[float, str]]] = {}
    cut: Mapping[int, int] = {}


def picture(name: str, body: Mapping[str, Any], data: Data) -> Drawing:
    """A dashboard as it is at ``data.end``."""
    widgets = body.get("widgets") or []
    rows = max((int(one.get("y", 0)) + int(one.get("height", 6)) for one in widgets), default=0)
    width, height = COLUMNS * COLUMN + GAP, HEAD + rows * ROW + GAP
    moment = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(data.end))
    shapes: list[Shape] = [Box(0, 0, width, height, "#f2f3f3"), Text(12, 23, name, 16, bold=True)]
    shapes.append(Text(width - 12, 22, moment, 11, GREY, "end"))
    for number, one in enumerate(widgets):
        shapes += _widget(number, one, data)
    return Drawing(width, height, f"{name}, {moment}", tuple(shapes))


def _widget(number: int, widget: Mapping[str, Any], data: Data) -> Iterator[Shape]:
    x, y = int(widget.get("x", 0)) * COLUMN + GAP, int(widget.get("y", 0)) * ROW + HEAD
    frame = Frame(x, y, int(widget.get("width", 6)) * COLUMN - GAP, int(widget.get("height", 6)) * ROW - GAP)
    given, kind = widget.get("properties") or {}, widget.get("type")
    title = str(given.get("title") or "")
    if number in data.cut:
        title = f"{title or kind} (the first {data.cut[number]:,} events of a log group)"
    if kind == "text":
        yield from _text(frame, str(given.get("markdown") or ""))
    elif kind == "alarm":
        yield from _alarms(frame, title, [(name, data.states.get((region, name), "")) for region, name in alarm_names(given)])
    elif number in data.curves:
        axis = (given.get("yAxis") or {}).get("left") or {}
        yield from graph(frame, title, data.curves[number], Span(data.start, data.end, axis.get("min"), axis.get("max")))
    elif number in data.lines:
        yield from _lines(frame, title, data.lines[number])
    else:
        yield from heading(frame, title or str(kind))
        yield Text(frame.x + 10, frame.y + 40, f"{kind}: only CloudWatch shows it", 11, GREY)


def _text(frame: Frame, markdown: str) -> Iterator[Shape]:
    """Headings and lines; other signs of Markdown are left out."""
    yield Box(frame.x, frame.y, frame.width, frame.height, "#ffffff", "#d5dbdb")
    y = frame.y
    for line in markdown.splitlines():
        marks = len(line) - len(line.lstrip("#"))
        size = max(12, 20 - 2 * marks) if marks else 12
        y += size + 8
        if y > frame.y + frame.height:
            return
        text = re.sub(r"[*_`]|\[([^]]*)\]\([^)]*\)", r"\1", line.lstrip("# "))
        yield Text(frame.x + 10, y, shortened(text, frame.width - 20, size), size, bold=bool(marks))


def _alarms(frame: Frame, title: str, alarms: list[tuple[str, str]]) -> Iterator[Shape]:
    """Each alarm with the colour of its state, those that are loud first."""
    yield from heading(frame, title)
    order = list(STATES)
    known = sorted(alarms, key=lambda one: (order.index(one[1]) if one[1] in order else len(order), one[0]))
    columns = max(1, int(frame.width // 300))
    wide, rows = (frame.width - 20) / columns, max(1, int((frame.height - 30) // 24))
    for number, (name, state) in enumerate(known[: columns * rows]):
        x, y = frame.x + 10 + number % columns * wide, frame.y + 28 + number // columns * 24
        yield Box(x, y, wide - 8, 20, "#ffffff", STATES.get(state, "#d5dbdb"))
        yield Box(x, y, 6, 20, STATES.get(state, "#d5dbdb"))
        yield Text(x + 12, y + 14, shortened(f"{name}: {state or 'there is none'}", wide - 30, SMALL), SMALL)
    if len(known) > columns * rows:
        yield Text(frame.x + frame.width - 10, frame.y + 18, f"and {len(known) - columns * rows} more", SMALL, GREY, "end")


def _lines(frame: Frame, title: str, lines: list[tuple[float, str]]) -> Iterator[Shape]:
    """Log lines, the newest first."""
    yield from heading(frame, title)
    fitting = int((frame.height - 34) // LINE)
    for number, (at, text) in enumerate(sorted(lines, reverse=True)[:fitting]):
        y = frame.y + 40 + number * LINE
        yield Text(frame.x + 10, y, time.strftime("%m-%d %H:%M:%S", time.gmtime(at)), SMALL, GREY)
        yield Text(frame.x + 110, y, shortened(text, frame.width - 120, SMALL), SMALL)
    if not lines:
        yield Text(frame.x + frame.width / 2, frame.y + frame.height / 2, "no lines", 12, GREY, "middle")
