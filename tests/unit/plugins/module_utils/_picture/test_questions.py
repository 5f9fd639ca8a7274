# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What graphs, log widgets and alarm widgets ask for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._picture.questions import (
    Lines,
    alarm_names,
    counts,
    graph_lines,
    lines_of,
    seconds_shown,
)


def test_metrics_with_their_shorthand() -> None:
    entries = [
        ["N", "m", "a", "1", {"stat": "Sum", "label": "one", "color": "#ff0000"}],
        ["...", "2", {"id": "two", "period": 60, "visible": False}],
        [".", "n", ".", "3"],
        [{"expression": "two * 2", "id": "e1"}],
    ]
    first, second, third, last = graph_lines({"metrics": entries, "period": 120, "stat": "Maximum"})
    assert first.query == {
        "Id": "line1",
        "MetricStat": {
            "Metric": {"Namespace": "N", "MetricName": "m", "Dimensions": [{"Name": "a", "Value": "1"}]},
            "Period": 120,
            "Stat": "Sum",
        },
    }
    assert (first.label, first.color, first.visible, second.visible) == ("one", "#ff0000", True, False)
    assert second.query["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "a", "Value": "2"}]
    assert second.query["MetricStat"]["Period"] == 60
    assert third.query["MetricStat"]["Metric"] == {"Namespace": "N", "MetricName": "n", "Dimensions": [{"Name": "a", "Value": "3"}]}
    assert third.query["MetricStat"]["Stat"] == "Maximum"
    assert last.query == {"Id": "e1", "Expression": "two * 2", "Period": 120}
    assert graph_lines({}) == []


def test_queries_that_look_for_words() -> None:
    query = "SOURCE '/web' | SOURCE '/app' | fields @message | filter @message like /ERROR|FATAL/ | limit 20"
    assert lines_of(query) == Lines(["/web", "/app"], "?ERROR ?FATAL")
    assert lines_of(f"{query} | stats count(*) by bin(5m)") == Lines(["/web", "/app"], "?ERROR ?FATAL", 300)
    assert lines_of(f"{query} | stats count(*)") is None and lines_of("SOURCE '/web' | fields @message") is None


def test_lines_are_counted_by_spans() -> None:
    assert counts([310.0, 400.0, 700.0, 5000.0], 300, 310, 900) == [(310, 2.0), (600.0, 1.0), (900.0, 0.0)]


@pytest.mark.parametrize(
    ("start", "seconds"),
    [
        ("-PT3H", 10800),
        ("-PT1H30M", 5400),
        ("-P1D", 86400),
        ("-P2W", 1209600),
        (None, 10800),
        ("-P", 10800),
        ("2026-01-01T00:00:00Z", 10800),
    ],
)
def test_the_time_that_is_shown(start: Any, seconds: int) -> None:
    assert seconds_shown(start) == seconds


def test_alarms_of_a_widget() -> None:
    arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a:b"
    assert list(alarm_names({"alarms": [arn, "broken"]})) == [("eu-west-1", "a:b")]
