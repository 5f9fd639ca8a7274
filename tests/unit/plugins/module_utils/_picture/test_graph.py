# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a dashboard."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.graph import Curve, Frame, Span, graph, scale, short
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import Box, Line, Text

FRAME = Frame(100, 200, 400, 300)
SPAN = Span(0, 3600)


def texts(*curves: Curve, span: Span = SPAN) -> list[str]:
    return [one.text for one in graph(FRAME, "Memory", curves, span) if isinstance(one, Text)]


@pytest.mark.parametrize(
    ("values", "span", "bounds"),
    [
        ([3.0, 97.0], SPAN, (0, 100, 25)),
        ([50.0], SPAN._replace(low=0, high=100), (0, 100, 25)),
        ([], SPAN, (0, 1, 0.25)),
        ([0.0], SPAN, (0, 1, 0.25)),
        ([-5.0, 5.0], SPAN, (-5, 5, 2.5)),
        ([1234567.0], SPAN, (0, 1500000, 500000)),
    ],
)
def test_axes_in_round_numbers(values: list[float], span: Span, bounds: tuple[float, float, float]) -> None:
    assert scale(values, span) == pytest.approx(bounds)


def test_numbers_of_an_axis() -> None:
    assert [short(value) for value in (0, 2.5, 100, 1500, 1.5e6, 2e9, 3e12)] == ["0", "2.5", "100", "1.5k", "1.5M", "2G", "3T"]


def test_lines_stay_in_the_frame_and_break_at_gaps() -> None:
    points = ((0.0, 0.0), (300.0, 100.0), (2000.0, 50.0), (2300.0, 500.0))
    shapes = list(graph(FRAME, "Memory", [Curve("i-1", points)], SPAN._replace(low=0, high=100)))
    lines = [one for one in shapes if isinstance(one, Line) and one.color == "#1f77b4"]
    assert [len(one.points) for one in lines] == [2, 2]
    inside = [100 <= x <= 500 and 200 <= y <= 500 for one in lines for x, y in one.points]
    assert all(inside) and lines[0].points[0][1] > lines[0].points[1][1]
    assert isinstance(shapes[0], Box) and shapes[0].width == 400


def test_titles_times_and_names() -> None:
    said = texts(Curve("i-1", ((0.0, 1.0),)), Curve("i-2", ()))
    assert said[0] == "Memory" and {"00:00", "00:30", "01:00", "i-1", "i-2"} <= set(said) and "no data" not in said
    assert "no data" in texts(Curve("i-1", ())) and "no data" in texts()
    many = texts(*(Curve(f"instance-{number}", ()) for number in range(40)))
    assert any(one.startswith("and ") and one.endswith(" more") for one in many)
