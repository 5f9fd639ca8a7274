# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import alarm_changes, alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import entry
from hypothesis import given
from hypothesis import strategies as st

LEAVES = st.none() | st.booleans() | st.integers(-5, 100) | st.sampled_from(["a", "SELECT", "", "Sum"])
KEYS = st.sampled_from(["Id", "Metric", "Dimensions", "Name", "Value", "Period", "Stat", "MetricName", "Namespace"])
VALUES = st.recursive(LEAVES, lambda one: st.lists(one, max_size=2) | st.dictionaries(KEYS, one, max_size=3), max_leaves=6)
STATS = VALUES | st.fixed_dictionaries(
    {"Period": st.just(60) | VALUES, "Stat": st.just("Sum") | VALUES},
    optional={"Metric": st.fixed_dictionaries({"Namespace": st.just("N"), "MetricName": st.just("m")}, optional={"Dimensions": VALUES})},
)
ENTRIES = st.fixed_dictionaries(
    {"Id": st.just("m1") | VALUES},
    optional={"Expression": VALUES, "MetricStat": STATS, "Period": VALUES, "ReturnData": VALUES, "Other": VALUES},
)
METRIC = {"Namespace": "N", "MetricName": "m", "Dimensions": [{"Name": "a", "Value": "1"}]}
STAT = {"Metric": METRIC, "Period": 60, "Stat": "Sum"}


def said(*metrics: Any) -> str:
    """What is refused of an alarm with these metrics, '' for nothing."""
    common = {"comparison": "GreaterThanThreshold", "evaluation_periods": 1, "threshold": 1.0, "region": "us-east-1"}
    try:
        wanted = alarms.desired({}, {}, [entry("a", metrics=list(metrics), **common)], [])
    except ConfigError as error:
        return str(error)
    (one,) = (one for named in wanted.alarms.values() for one in named.values())
    there = alarm_changes.Found("arn", False, alarm_changes.request(one, None))
    assert alarm_changes.steps(one, there) == [] and alarm_changes.shown(one, there)
    return "\n".join(alarm_changes.problems(one, None, [], "us-east-1"))


@given(st.lists(ENTRIES, min_size=1, max_size=2))
def test_whatever_is_written_there_is_a_message_or_an_alarm(metrics: list[Any]) -> None:
    """And no traceback."""
    for line in filter(None, said(*metrics).splitlines()):
        assert "Hint: " in line


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        ({"Id": "m1", "MetricStat": "x"}, "cw_agent_alarms_named[0] (a) metrics[0].MetricStat is 'x'. Hint: write a mapping."),
        ({"Id": "m1", "MetricStat": {**STAT, "Period": "60"}}, "metrics[0].MetricStat.Period is '60'. Hint: write a whole number."),
        ({"Id": "m1", "MetricStat": {"Period": 60, "Stat": "Sum"}}, "metrics[0].MetricStat has no Metric. Hint: add it."),
        (
            {"Id": "m1", "MetricStat": {**STAT, "Metric": {**METRIC, "Dimensions": {"a": "1"}}}},
            "metrics[0].MetricStat.Metric.Dimensions is {'a': '1'}. Hint: write a list.",
        ),
        (
            {"Id": "m1", "MetricStat": {**STAT, "Metric": {**METRIC, "Dimensions": ["a"]}}},
            "metrics[0].MetricStat.Metric.Dimensions[0] is 'a'. Hint: write {Name: …, Value: …}.",
        ),
        ({"Id": "m1", "Expresion": "m2"}, "metrics[0] has 'Expresion', which AWS does not know. Hint: its parts are Id, Expression,"),
        ({"Id": "m1"}, "metrics[0] has neither MetricStat nor Expression. Hint: give it one of them."),
        ({"Id": "m1", "MetricStat": STAT, "ReturnData": 1}, "metrics[0].ReturnData is 1. Hint: write true or false."),
    ],
)
def test_a_mistake_is_named_with_its_path(metric: dict[str, Any], text: str) -> None:
    assert text in said(metric)


def test_what_aws_takes_is_no_mistake() -> None:
    assert said({"Id": "m1", "MetricStat": STAT, "ReturnData": False}, {"Id": "e1", "Expression": "m1 * 2", "Label": "twice"}) == ""
