# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a dashboard: what CloudWatch has of it, and the files. Private to this collection."""

from __future__ import annotations

import io
import sys
from typing import Any, Callable, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import dashboards as calls
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.graph import Curve
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.picture import Data
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.questions import alarm_names, counts, graph_lines, lines_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import Box, Drawing, Line

LINES = 20
Client = Callable[[str, str], Any]
"""A client of a service and a region."""


def read(client: Client, region: str, body: Mapping[str, Any], start: float, end: float) -> Data:
    """What CloudWatch has of a dashboard between two moments. *region*: of widgets that name none."""
    curves: dict[int, list[Curve]] = {}
    lines: dict[int, list[tuple[float, str]]] = {}
    cut: dict[int, int] = {}
    wanted: dict[str, set[str]] = {}
    for number, widget in enumerate(body.get("widgets") or []):
        given, kind = widget.get("properties") or {}, widget.get("type")
        where = str(given.get("region") or region)
        if kind == "metric" and given.get("metrics"):
            curves[number] = _curves(client("cloudwatch", where), given, start, end)
        query = lines_of(str(given.get("query") or "")) if kind == "log" else None
        if query:
            read_of = [calls.lines(client("logs", where), group, query.pattern, start) for group in query.groups]
            if any(len(events) >= calls.EVENTS for events in read_of):
                cut[number] = calls.EVENTS
            found = sorted(line for events in read_of for line in events)
            if query.bin:
                counted = counts((at for at, _text in found), query.bin, start, end)
                curves[number] = [Curve("lines", tuple(counted), period=query.bin)]
            else:
                lines[number] = found[-LINES:]
        for place, name in alarm_names(given) if kind == "alarm" else ():
            wanted.setdefault(place, set()).add(name)
    states = {
        (place, one["name"]): one["state"] for place, names in wanted.items() for one in alarms.read(client("cloudwatch", place), names)
    }
    return Data(start, end, curves, states, lines, cut)


def _curves(cloudwatch: Any, given: Mapping[str, Any], start: float, end: float) -> list[Curve]:
    entries = graph_lines(given)
    drawn = {one.query["Id"]: one for one in entries if one.visible}
    found = calls.points(cloudwatch, str(given.get("title") or ""), [one.query for one in entries], start, end)
    counts: dict[str, int] = {}
    for one in found:
        counts[one["id"]] = counts.get(one["id"], 0) + 1
    curves = []
    for one in found:
        entry = drawn.get(one["id"])
        if entry is not None:
            single = counts[one["id"]] == 1
            period = float((entry.query.get("MetricStat") or entry.query)["Period"])
            label = entry.label if entry.label and single else one["label"]
            curves.append(Curve(label, tuple(one["points"]), entry.color if single else "", period))
    return curves


def png(drawing: Drawing) -> bytes:
    """The picture as a PNG file, drawn by Pillow.

    Raises:
        ConfigError: Pillow is not installed.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - only pictures as PNG need it
    except ImportError as error:
        raise ConfigError(
            f"A picture as PNG needs Pillow, which is not installed for Ansible's own Python {sys.executable}."
            f" Hint: {sys.executable} -m pip install 'pillow>=10.1', or write SVG alone."
        ) from error
    image = Image.new("RGB", (drawing.width, drawing.height), "#ffffff")
    draw = ImageDraw.Draw(image)
    anchors = {"start": "ls", "middle": "ms", "end": "rs"}
    for one in drawing.shapes:
        if isinstance(one, Box):
            draw.rectangle((one.x, one.y, one.x + one.width, one.y + one.height), fill=one.fill, outline=one.stroke or None)
        elif isinstance(one, Line):
            if len(one.points) == 1:
                ((x, y),) = one.points
                draw.ellipse((x - one.width, y - one.width, x + one.width, y + one.width), fill=one.color)
            else:
                draw.line(one.points, fill=one.color, width=max(1, round(one.width)))
        else:
            font = ImageFont.load_default(one.size)
            stroke = 0.3 if one.bold else 0
            draw.text((one.x, one.y), one.text, fill=one.color, font=font, anchor=anchors[one.anchor], stroke_width=stroke)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
