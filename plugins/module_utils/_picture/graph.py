# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a dashboard: axes, lines, names. Pure."""

from __future__ import annotations

import math
import time
from typing import Iterable, Iterator, NamedTuple

from .shapes import Box, Line, Shape, Text, shortened

COLORS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf")
GREY, GRID = "#687078", "#eaeded"
LEFT, RIGHT, TOP, BOTTOM, SMALL = 52, 22, 30, 44, 10
TICKS = 4
MINUTE = 60


class Frame(NamedTuple):
    """A rectangle of the picture."""

    x: float
    y: float
    width: float
    height: float


class Curve(NamedTuple):
    """A time series. ``points``: pairs of time (seconds since the epoch) and value; ``period``: seconds, twice of which is a gap."""

    label: str
    points: tuple[tuple[float, float], ...]
    color: str = ""
    period: float = 300


class Span(NamedTuple):
    """The time that a graph shows, in seconds since the epoch, and the bounds of its values, None where the values say them."""

    start: float
    end: float
    low: float | None = None
    high: float | None = None


def graph(frame: Frame, title: str, curves: Iterable[Curve], span: Span) -> Iterator[Shape]:
    """A widget with a graph."""
    known = list(curves)
    yield from heading(frame, title)
    plot = Frame(frame.x + LEFT, frame.y + TOP, frame.width - LEFT - RIGHT, frame.height - TOP - BOTTOM)
    values = [value for curve in known for _at, value in curve.points]
    low, high, step = scale(values, span)
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        y = plot.y + plot.height * (high - value) / (high - low)
        yield Line(((plot.x, y), (plot.x + plot.width, y)), GRID, 1)
        yield Text(plot.x - 6, y + 3, short(value), SMALL, GREY, "end")
    for number in range(TICKS + 1):
        at = span.start + (span.end - span.start) * number / TICKS
        x = plot.x + plot.width * number / TICKS
        yield Text(x, plot.y + plot.height + 14, time.strftime("%H:%M", time.gmtime(at)), SMALL, GREY, "middle")
    if not values:
        yield Text(plot.x + plot.width / 2, plot.y + plot.height / 2, "no data", 12, GREY, "middle")
    for number, curve in enumerate(known):
        color = curve.color or COLORS[number % len(COLORS)]
        for part in _parts(curve):
            points = tuple(
                (
                    plot.x + plot.width * (at - span.start) / (span.end - span.start),
                    plot.y + plot.height * (high - min(max(value, low), high)) / (high - low),
                )
                for at, value in part
            )
            yield Line(points, color, 1.5 if len(points) > 1 else 2)
    yield from _names(frame, known)


def heading(frame: Frame, title: str) -> Iterator[Shape]:
    """The border of a widget, and its title."""
    yield Box(frame.x, frame.y, frame.width, frame.height, "#ffffff", "#d5dbdb")
    yield Text(frame.x + 10, frame.y + 18, shortened(title, frame.width - 20, 12), 12, bold=True)


def _parts(curve: Curve) -> Iterator[list[tuple[float, float]]]:
    """The points between gaps."""
    part: list[tuple[float, float]] = []
    for point in sorted(curve.points):
        if part and point[0] - part[-1][0] > 2 * curve.period:
            yield part
            part = []
        part.append(point)
    if part:
        yield part


def _names(frame: Frame, curves: list[Curve]) -> Iterator[Shape]:
    """As many names as one row holds, and how many there are besides."""
    x, y, end = frame.x + 10, frame.y + frame.height - 10, frame.x + frame.width - 60
    for number, curve in enumerate(curves):
        text = shortened(curve.label, 150, SMALL)
        if x + 14 + len(text) * SMALL * 0.58 > end and number:
            yield Text(x, y, f"and {len(curves) - number} more", SMALL, GREY)
            return
        yield Box(x, y - 8, 8, 8, curve.color or COLORS[number % len(COLORS)])
        yield Text(x + 12, y, text, SMALL, GREY)
        x += 24 + len(text) * SMALL * 0.58


def scale(values: list[float], span: Span) -> tuple[float, float, float]:
    """Lower bound, upper bound and step of an axis, in round numbers, that hold the values or are what the widget says."""
    low = span.low if span.low is not None else min([0.0, *values])
    high = span.high if span.high is not None else max([*values, low])
    if high <= low:
        high = low + 1
    rough = (high - low) / TICKS
    size = 10 ** math.floor(math.log10(rough))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough * 0.999)
    return math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step, step


def short(value: float) -> str:
    """A number of an axis: 1500000 is 1.5M."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"
