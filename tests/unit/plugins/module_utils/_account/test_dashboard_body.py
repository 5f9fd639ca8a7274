# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudWatch would refuse of a dashboard's body, by its own paths."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.dashboard_body import problems


def widget(kind: str = "metric", position: Any = (), **properties: Any) -> dict[str, Any]:
    return {"type": kind, "x": 0, "y": 0, "width": 6, "height": 6, **dict(position), "properties": properties}


def metric(*entries: Any, **more: Any) -> dict[str, Any]:
    return widget(metrics=list(entries) or [["N", "m"]], region="us-east-1", **more)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "/: Should have required property 'widgets'"),
        ({"widgets": {}}, "/widgets: Should be array"),
        ({"widgets": [widget("text", markdown="")] * 501}, "/widgets: Should NOT have more than 500 items"),
        ({"widgets": [], "start": "yesterday"}, "/start: Should match pattern"),
        ({"widgets": [], "periodOverride": "never"}, "/periodOverride: Should be equal to one of the allowed values"),
        ({"widgets": [{"type": "text"}]}, "/widgets/0: Should have required property 'properties'"),
        ({"widgets": [widget("graph")]}, "/widgets/0/type: Should be equal to one of the allowed values"),
        ({"widgets": [metric(), widget("text", {"x": 24}, markdown="")]}, "/widgets/1/x: Should be <= 23"),
        ({"widgets": [widget("text", {"height": 1001}, markdown="")]}, "/widgets/0/height: Should be <= 1000"),
        ({"widgets": [widget("text", {"width": "6"}, markdown="")]}, "/widgets/0/width: Should be integer"),
        ({"widgets": [widget("text", {"y": -1}, markdown="")]}, "/widgets/0/y: Should be >= 0"),
        ({"widgets": [widget("text")]}, "/widgets/0/properties: Should have required property 'markdown'"),
        ({"widgets": [widget("log", query="x")]}, "/widgets/0/properties: Should have required property 'region'"),
        ({"widgets": [widget("custom")]}, "/widgets/0/properties: Should have required property 'endpoint'"),
        ({"widgets": [widget("alarm", alarms=["name"])]}, '/widgets/0/properties/alarms/0: Should match pattern "^arn:"'),
        ({"widgets": [widget("alarm", alarms=["arn:"] * 101)]}, "/widgets/0/properties/alarms: Should NOT have more than 100 items"),
        ({"widgets": [widget(region="us-east-1")]}, "/widgets/0/properties: Should have required property 'metrics'"),
        (
            {"widgets": [widget(metrics=[["N", "m"]])]},
            "/widgets/0/properties: The metric widget should have specified a region and a data source or an alarm annotation",
        ),
        ({"widgets": [metric(*[["N", "m"]] * 501)]}, "/widgets/0/properties/metrics: Should NOT have more than 500 items"),
        ({"widgets": [metric(*[["N", "m"]] * 500)] * 6}, "/widgets: Should NOT have more than 2500 metrics in all"),
        ({"widgets": [metric(["N"])]}, "/widgets/0/properties/metrics/0: Should have a namespace, a metric name"),
        ({"widgets": [metric(["N", "m", "d"])]}, "/widgets/0/properties/metrics/0: Should have a namespace, a metric name"),
        (
            {"widgets": [metric([{"id": "a"}])]},
            "/widgets/0/properties/metrics/0: Should have a namespace and a metric name, or an expression",
        ),
        ({"widgets": [metric(["N", 1])]}, "/widgets/0/properties/metrics/0: Should be string"),
        ({"widgets": [metric("N")]}, "/widgets/0/properties/metrics/0: Should be array"),
        ({"widgets": [metric(["N", "m", {"color": "red"}])]}, "/widgets/0/properties/metrics/0/2/color: Should match pattern"),
        (
            {"widgets": [metric([{"expression": f"SEARCH('{'x' * 1025}', 'Sum')"}])]},
            "/widgets/0/properties/metrics/0/0/expression: Should NOT have a SEARCH of more than 1024 characters",
        ),
        ({"widgets": [metric(*[[{"expression": "SEARCH('x', 'Sum')"}]] * 101)]}, "more than 100 SEARCH expressions"),
        ({"widgets": [metric(view="line")]}, "/widgets/0/properties/view: Should be equal to one of the allowed values"),
        (
            {"widgets": [metric(annotations={"horizontal": [{"value": 1, "color": "red"}]})]},
            "/widgets/0/properties/annotations/horizontal/0/color: Should match pattern",
        ),
        ({"widgets": [metric(annotations={"horizontal": [{"label": "x"}]})]}, "horizontal/0: Should have required property 'value'"),
        ({"widgets": [metric(yAxis={"left": {"min": "0"}})]}, "/widgets/0/properties/yAxis/left/min: Should be number"),
        ({"widgets": ["text"]}, "/widgets/0: Should be object"),
    ],
)
def test_what_is_refused(body: dict[str, Any], said: str) -> None:
    assert any(said in str(one) for one in problems(body)), [str(one) for one in problems(body)]


def test_what_is_taken() -> None:
    widgets = [
        metric(["N", "m", "d", "v", {"stat": "Sum", "color": "#ff0000"}], ["...", "w"], [".", "n", ".", "."], view="singleValue"),
        metric([{"expression": "SEARCH('{N,d} m', 'Sum')"}], [{"expression": 'SELECT MAX(m) FROM "N"', "id": "q1", "period": 60}]),
        widget(annotations={"alarms": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"]}),
        widget("text", markdown="# x", background="transparent"),
        widget("log", query="fields @message", region="us-east-1"),
        widget("alarm", alarms=["arn:aws:cloudwatch:us-east-1:123456789012:alarm:a"]),
        widget("explorer", metrics=[]),
        widget("custom", endpoint="arn:aws:lambda:us-east-1:123456789012:function:f"),
        widget("chart"),
        {"type": "text", "properties": {"markdown": "where it fits"}},
    ]
    assert problems({"widgets": widgets, "start": "-PT3H", "periodOverride": "inherit"}) == []
    assert problems({"widgets": [], "start": "-P7D"}) == problems({"widgets": [], "start": "2026-01-01T00:00:00Z"}) == []
