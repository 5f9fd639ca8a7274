# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a picture shows, and the PNG."""

from __future__ import annotations

import builtins
import io
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.shapes import Box, Drawing, Line, Text
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.picture import png, read
from PIL import Image

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
ARN = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a"


def test_each_widget_is_asked_for_where_it_is() -> None:
    asked: list[tuple[str, str]] = []

    def pages(operation: str) -> Any:
        data = [
            {"Id": name, "Label": label, "Timestamps": [AT], "Values": [1.0]} for name, label in (("q1", "i-1"), ("q1", "i-2"), ("m", "x"))
        ]
        found = {"get_metric_data": {"MetricDataResults": data}, "filter_log_events": {"events": [{"timestamp": 5000, "message": "ERROR"}]}}
        return SimpleNamespace(paginate=lambda **_given: [found[operation]])

    alarm = {"AlarmName": "a", "StateValue": "ALARM", "StateUpdatedTimestamp": AT}

    def client(service: str, region: str) -> Any:
        asked.append((service, region))
        return SimpleNamespace(get_paginator=pages, describe_alarms=lambda **_given: {"MetricAlarms": [alarm], "CompositeAlarms": []})

    metrics = [[{"expression": "SELECT MAX(m) FROM N GROUP BY a", "id": "q1", "color": "#000000"}], ["N", "m", {"id": "m", "label": "own"}]]
    widgets = [
        {"type": "metric", "properties": {"metrics": metrics, "region": "eu-west-1"}},
        {"type": "log", "properties": {"query": "SOURCE '/web' | filter @message like /ERROR/"}},
        {"type": "alarm", "properties": {"alarms": [ARN]}},
        {"type": "metric", "properties": {"annotations": {"alarms": [ARN]}}},
        {"type": "log", "properties": {"query": "stats count(*)"}},
        {"type": "log", "properties": {"query": "SOURCE '/web' | filter @message like /ERROR/ | stats count(*) by bin(1m)"}},
    ]
    found = read(client, "us-east-1", {"widgets": widgets}, 0, 60)
    assert [(one.label, one.color) for one in found.curves[0]] == [("i-1", ""), ("i-2", ""), ("own", "")]
    assert found.curves[5][0].points == ((0, 1.0), (60, 0.0))
    assert (list(found.curves), found.lines, found.states) == ([0, 5], {1: [(5.0, "ERROR")]}, {("eu-west-1", "a"): "ALARM"})
    assert asked == [("cloudwatch", "eu-west-1"), ("logs", "us-east-1"), ("logs", "us-east-1"), ("cloudwatch", "eu-west-1")]


@pytest.mark.parametrize(("count", "cut"), [(9_999, {}), (10_000, {0: 10_000})])
def test_a_group_of_which_not_all_was_read(count: int, cut: dict[int, int]) -> None:
    events = [{"timestamp": number, "message": "ERROR"} for number in range(count)]
    logs = SimpleNamespace(get_paginator=lambda _operation: SimpleNamespace(paginate=lambda **_given: [{"events": events}]))
    widget = {"type": "log", "properties": {"query": "SOURCE '/web' | filter @message like /ERROR/"}}
    assert read(lambda _service, _region: logs, "us-east-1", {"widgets": [widget]}, 0, 60).cut == cut


def test_a_png_has_what_was_drawn() -> None:
    shapes = (Box(0, 0, 40, 40, "#ff0000", "#000000"), Line(((0, 20), (40, 20)), "#00ff00", 3), Line(((30, 30),), "#0000ff", 4))
    image = Image.open(io.BytesIO(png(Drawing(60, 50, "t", (*shapes, Text(45, 40, "x", 12, bold=True))))))
    assert image.size == (60, 50)
    assert [image.getpixel(at) for at in ((10, 10), (20, 20), (30, 30), (55, 5))] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (255, 255, 255),
    ]


def test_without_pillow_there_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def missing(name: str, *more: Any, **others: Any) -> Any:
        if name == "PIL":
            raise ImportError(name)
        return original(name, *more, **others)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConfigError, match=r"needs Pillow.*Hint: .*pip install 'pillow>=10\.1', or write SVG alone"):
        png(Drawing(1, 1, "t", ()))
