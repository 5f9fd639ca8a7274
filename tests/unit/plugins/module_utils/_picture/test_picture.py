# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a dashboard."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.graph import Curve
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.picture import Data, picture
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import Box, Drawing, Line, Text

ARN = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"


def widget(kind: str, y: int = 0, **properties: Any) -> dict[str, Any]:
    return {"type": kind, "x": 6, "y": y, "width": 12, "height": 6, "properties": properties}


def drawn(*widgets: dict[str, Any], **data: Any) -> Drawing:
    return picture("fleet", {"widgets": list(widgets)}, Data(0, 3600, **data))


def texts(drawing: Drawing) -> list[str]:
    return [one.text for one in drawing.shapes if isinstance(one, Text)]


def test_the_grid() -> None:
    found = drawn(widget("text", markdown="a"), widget("text", 10, markdown="b"))
    assert (found.width, found.height) == (24 * 54 + 8, 34 + 16 * 50 + 8)
    boxes = [one for one in found.shapes if isinstance(one, Box) and one.fill == "#ffffff"]
    assert [(one.x, one.y, one.width, one.height) for one in boxes] == [(332, 34, 640, 292), (332, 534, 640, 292)]
    assert texts(found)[:2] == ["fleet", "1970-01-01 01:00 UTC"] and drawn().height > 0


def test_graphs_lines_and_what_only_cloudwatch_shows() -> None:
    widgets = (widget("metric", title="Memory"), widget("log", 6, title="Latest"), widget("custom", 12), widget("log", 18, title="Other"))
    found = drawn(*widgets, curves={0: [Curve("i-1", ((0.0, 1.0), (60.0, 2.0)))]}, lines={1: [(1.0, "old ERROR"), (2.0, "new ERROR")]})
    said = texts(found)
    assert any(isinstance(one, Line) and one.color == "#1f77b4" for one in found.shapes)
    assert said.index("new ERROR") < said.index("old ERROR") and "01-01 00:00:02" in said
    assert "custom: only CloudWatch shows it" in said and "log: only CloudWatch shows it" in said
    assert "no lines" in texts(drawn(widget("log"), lines={0: []}))


def test_alarms_by_state() -> None:
    states = {("us-east-1", "fine"): "OK", ("us-east-1", "loud"): "ALARM"}
    found = drawn(widget("alarm", title="Alarms", alarms=[f"{ARN}{name}" for name in ("fine", "gone", "loud")]), states=states)
    assert texts(found)[3:] == ["loud: ALARM", "fine: OK", "gone: there is none"]
    many = drawn(widget("alarm", alarms=[f"{ARN}{number}" for number in range(100)]))
    assert any(one.startswith("and ") and one.endswith(" more") for one in texts(many))


def test_markdown() -> None:
    found = drawn(widget("text", markdown="## Web\n**3** hosts, see [the runbook](https://example.com)\n" + "line\n" * 100))
    said = texts(found)
    assert said[2:4] == ["Web", "3 hosts, see the runbook"] and len(said) < 30


def test_the_title_says_that_not_all_events_were_read() -> None:
    assert "log (the first 10,000 events of a log group)" in texts(drawn(widget("log"), lines={0: []}, cut={0: 10_000}))
    assert not any("the first" in text for text in texts(drawn(widget("log"), lines={0: []})))
