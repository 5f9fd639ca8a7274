# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes as SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import Box, Drawing, Line, Text, shortened, svg

SVG = "{http://www.w3.org/2000/svg}"


def test_every_shape_is_an_element() -> None:
    shapes = (
        Box(0, 1, 2, 3, "#ffffff", "#000000"),
        Line(((0, 0), (1, 2.36)), "#ff0000"),
        Line(((5, 6),), "#ff0000", 2),
        Text(1, 2, "a < b & c", anchor="end", bold=True),
    )
    root = ET.fromstring(svg(Drawing(10, 20, "x & y", shapes)))
    assert (root.get("width"), root.get("viewBox")) == ("10", "0 0 10 20")
    assert [one.tag.removeprefix(SVG) for one in root] == ["title", "rect", "polyline", "circle", "text"]
    assert (root[0].text, root[4].text, root[4].get("text-anchor")) == ("x & y", "a < b & c", "end")
    assert root[2].get("points") == "0.0,0.0 1.0,2.4"


def test_long_texts_are_cut() -> None:
    assert shortened("short", 100, 10) == "short"
    assert shortened("x" * 50, 58, 10) == "xxxxxxxxx…"


def test_log_lines_and_colours_make_no_broken_file() -> None:
    line = shortened("\x1b[31mFATAL\x00\n  at\tmain é", 1000, 10)
    assert line == " [31mFATAL    at main é"
    root = ET.fromstring(svg(Drawing(10, 20, "x", (Text(1, 2, line), Line(((0, 0), (1, 2)), '"/><script/>')))))
    assert [one.tag.removeprefix(SVG) for one in root] == ["title", "text", "polyline"]
