# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between alarms, what is refused, and that what nobody names stays."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_changes import (
    Found,
    children,
    in_order,
    problems,
    request,
    shape,
    shown,
    steps,
)
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import Wanted
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import COMPOSITE, METRIC, ONE, RULES
from hypothesis import given, settings
from hypothesis import strategies as st

TOPIC = "arn:aws:sns:us-east-1:123456789012:ops"
QUERY = {"Id": "q1", "Expression": "SELECT MAX(m) FROM N", "Period": 300}
FOUND = Found("arn:a", False, {"AlarmName": "a", **ONE, "ActionsEnabled": False, "AlarmActions": [TOPIC], "Dimensions": []})


def there(**properties: Any) -> Found:
    return Found("arn:a", "AlarmRule" in properties, {"AlarmName": "a", **properties})


def operations(wanted: Wanted, found: Found | None) -> list[str]:
    return [step.operation for step in steps(wanted, found)]


def test_a_new_alarm_is_one_call_with_its_tags() -> None:
    (step,) = steps(Wanted("a", named=ONE, tags={"team": "web"}), None)
    assert step.operation == "put_metric_alarm"
    assert step.arguments == {"AlarmName": "a", **ONE, "Tags": [{"Key": "team", "Value": "web"}]}
    assert operations(Wanted("a", named={"AlarmRule": "TRUE"}), None) == ["put_composite_alarm"]


def test_an_update_sends_everything_and_keeps_it_muted() -> None:
    (step,) = steps(Wanted("a", named={"Threshold": 5.0}), FOUND)
    assert step.arguments == {"AlarmName": "a", **ONE, "Threshold": 5.0, "ActionsEnabled": False, "AlarmActions": [TOPIC]}
    assert operations(Wanted("a", named={"Threshold": 1}), FOUND) == []


def test_tags_have_calls_of_their_own() -> None:
    tagged = FOUND._replace(tags={"team": "web", "old": "1", "aws:x": "1"})
    one = Wanted("a", named=ONE, tags={"team": "app", "new": "1"}, purge_tags=True)
    found = steps(one, tagged)
    assert [(step.operation, step.arguments) for step in found] == [
        ("untag_resource", {"ResourceARN": "arn:a", "TagKeys": ["old"]}),
        ("tag_resource", {"ResourceARN": "arn:a", "Tags": [{"Key": "new", "Value": "1"}, {"Key": "team", "Value": "app"}]}),
    ]
    before, after = shown(one, tagged)
    assert (before["Tags"], after["Tags"]) == ({"aws:x": "1", "old": "1", "team": "web"}, {"aws:x": "1", "new": "1", "team": "app"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"Dimensions": [{"Name": name, "Value": "1"} for name in "ab"]}, {"Dimensions": [{"Name": name, "Value": "1"} for name in "ba"]}),
        ({"AlarmActions": ["x", "y"]}, {"AlarmActions": ["y", "x"]}),
        ({}, {"ActionsEnabled": True, "OKActions": [], "TreatMissingData": "missing", "AlarmDescription": ""}),
        ({"EvaluationPeriods": 3}, {"EvaluationPeriods": 3, "DatapointsToAlarm": 3}),
        ({"Threshold": 1}, {"Threshold": 1.0}),
        ({"Metrics": [QUERY, {**QUERY, "Id": "a"}]}, {"Metrics": [{**QUERY, "Id": "a"}, {**QUERY, "ReturnData": True, "Label": None}]}),
    ],
)  # fmt: skip
def test_what_means_the_same_is_no_difference(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"ActionsEnabled": False}, {}),
        ({"EvaluationPeriods": 3, "DatapointsToAlarm": 2}, {"EvaluationPeriods": 3}),
        ({"Metrics": [{**QUERY, "ReturnData": False}]}, {"Metrics": [QUERY]}),
    ],
)
def test_what_means_something_else_is_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert shape(one) != shape(other)


def test_what_contradicts_what_is_named_goes() -> None:
    changed = request(Wanted("a", named={"Metrics": [QUERY]}), there(**ONE, Dimensions=[{"Name": "x", "Value": "1"}]))
    assert changed == {"AlarmName": "a", **RULES, "Metrics": [QUERY]}
    back = request(
        Wanted("a", named={"MetricName": "m", "Namespace": "N", "Statistic": "Sum", "Period": 60}), there(**RULES, Metrics=[QUERY])
    )
    assert back == {"AlarmName": "a", **ONE}
    assert "Statistic" not in request(Wanted("a", named={"ExtendedStatistic": "p99"}), FOUND)
    assert "AlarmDescription" not in request(Wanted("a", named={"AlarmDescription": ""}), there(**ONE, AlarmDescription="x"))
    assert request(Wanted("a", named={"AlarmActions": []}), FOUND)["AlarmActions"] == []


def said(wanted: Wanted, found: Found | None = None) -> str:
    return "\n".join(problems(wanted, found, {"a", "b"}, "us-east-1"))


def with_(**more: Any) -> Wanted:
    return Wanted("a", named={key: value for key, value in {**ONE, **more}.items() if value is not None})


def of_entries(*entries: dict[str, Any], **more: Any) -> Wanted:
    return Wanted("a", named={**RULES, "Metrics": list(entries), **more})


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (with_(EvaluationPeriods=2, DatapointsToAlarm=3), "datapoints_to_alarm is 3, and evaluation_periods 2"),
        (with_(EvaluationPeriods=0), "evaluation_periods 0"),
        (with_(Period=45), "period is 45. Hint: 10, 20, 30 or a multiple of 60"),
        (with_(Period=600, EvaluationPeriods=145), "87000 seconds. Hint: a day at most"),
        (with_(Period=3600, EvaluationPeriods=169), "Hint: a day at most, and with periods of an hour seven"),
        (with_(AlarmActions=[TOPIC] * 6), "AlarmActions has 6 actions. Hint: AWS takes 5"),
        (with_(OKActions=["ops"]), "OKActions has 'ops'. Hint: write an ARN"),
        (with_(AlarmActions=[TOPIC.replace("us-east-1", "eu-west-1")]), "and the alarm is in us-east-1"),
        (with_(TreatMissingData="bad"), "treat_missing_data is 'bad'. Hint: one of breaching"),
        (with_(ComparisonOperator="Over"), "comparison is 'Over'. Hint: one of Greater"),
        (with_(ComparisonOperator=None), "it has no ComparisonOperator. Hint: a new alarm needs"),
        (with_(Threshold=None), "it has no Threshold"),
        (with_(Statistic=None), "it has no metric. Hint: write namespace"),
        (with_(AlarmDescription="x" * 1025), "its description has 1025 characters"),
        (Wanted("a" * 256, named=ONE), "the name has 256 characters"),
        (Wanted("a", named=ONE, tags={str(number): "" for number in range(51)}), "it would have 51 tags"),
        (of_entries({**QUERY, "Expression": " search('{N} m', 'Sum')"}), "q1 is a SEARCH, and CloudWatch takes none in alarms"),
        (of_entries(QUERY, {**QUERY, "Id": "q2"}), "must have one entry that returns data"),
        (of_entries({**QUERY, "Id": "Q"}), "Hint: each its own, beginning with a small letter"),
        (of_entries(QUERY, {**QUERY, "Period": 60, "ReturnData": False, "Id": "q2"}), "have the periods 60, 300. Hint: give all"),
        (of_entries(QUERY, EvaluationPeriods=37), "are too long for a query. Hint: CloudWatch evaluates the last 3 hours"),
        (of_entries(QUERY, AlarmActions=["arn:aws:automate:us-east-1:ec2:stop"]), "which alarms on expressions cannot have"),
        (
            of_entries(
                *({"Id": f"m{number}", "MetricStat": {"Metric": {}, "Period": 60}, "ReturnData": not number} for number in range(11))
            ),
            "it has more than 10 metrics",
        ),
        (Wanted("a", named={"AlarmRule": 'ALARM("c")'}), "its rule names c, and there is no such alarm"),
        (Wanted("a", named={"AlarmRule": 'ALARM("a")'}), "its rule names the alarm itself"),
        (Wanted("a", named={"AlarmRule": "TRUE OR " * 1500}), "its rule has 12000 characters"),
        (Wanted("a", named={"AlarmRule": "TRUE", "MetricName": "m"}), "of the other type"),
    ],
)
def test_what_aws_would_refuse_is_refused_before(wanted: Wanted, words: str) -> None:
    assert words in said(wanted) and "Hint: " in said(wanted)


def test_what_is_there_counts_for_the_limits() -> None:
    assert "datapoints_to_alarm is 3, and evaluation_periods 2" in said(
        Wanted("a", named={"EvaluationPeriods": 2}), there(**{**ONE, "EvaluationPeriods": 3, "DatapointsToAlarm": 3})
    )
    assert "of the other type" in said(with_(), there(AlarmRule="TRUE"))
    assert said(Wanted("a", named={"ActionsEnabled": False}), FOUND) == ""
    assert said(Wanted("a", named={"ActionsEnabled": False}), there(EvaluationCriteria={"PromQLCriteria": {}}, EvaluationInterval=60)) == ""
    assert said(Wanted("a", state="absent")) == said(with_()) == said(of_entries(QUERY)) == ""


def test_rules_say_in_which_order() -> None:
    rule = 'ALARM("m") AND NOT OK(low) OR INSUFFICIENT_DATA( "a b" )'
    assert children(rule) == ["m", "low", "a b"]
    top, low, metric = Wanted("top", named={"AlarmRule": rule}), Wanted("low", named={"AlarmRule": "ALARM(m)"}), Wanted("m", named=ONE)
    assert [one.name for one in in_order([top, low, metric], {})] == ["m", "low", "top"]
    gone = [one._replace(state="absent", named={}) for one in (low, metric, top)]
    found = {"top": there(AlarmRule=rule), "low": there(AlarmRule="ALARM(m)"), "m": there(**ONE)}
    assert [one.name for one in in_order(gone, found)] == ["top", "low", "m"]
    assert [operations(one, found[one.name]) for one in gone] == [["delete_alarms"]] * 3 and operations(gone[0], None) == []
    mutual = [Wanted("x", named={"AlarmRule": "ALARM(y)"}), Wanted("y", named={"AlarmRule": "ALARM(x)"})]
    assert sorted(one.name for one in in_order(mutual, {})) == ["x", "y"]


VALUES: dict[str, Any] = {
    "AlarmDescription": st.sampled_from(["", "text"]),
    "ActionsEnabled": st.booleans(),
    "AlarmActions": st.lists(st.sampled_from([TOPIC, f"{TOPIC}-2"]), unique=True),
    "OKActions": st.lists(st.sampled_from([TOPIC, f"{TOPIC}-2"]), unique=True),
    "InsufficientDataActions": st.lists(st.just(TOPIC), max_size=1),
    "Unit": st.sampled_from(["Count", "Percent"]),
    "Dimensions": st.lists(st.sampled_from([{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]), unique_by=lambda one: one["Name"]),
    "DatapointsToAlarm": st.just(1),
    "Threshold": st.floats(-5, 5),
    "TreatMissingData": st.sampled_from(["breaching", "notBreaching", "ignore", "missing"]),
    "EvaluateLowSampleCountPercentile": st.sampled_from(["evaluate", "ignore"]),
}


@settings(max_examples=1000, database=None)
@given(before=st.fixed_dictionaries({}, optional=VALUES), named=st.fixed_dictionaries({}, optional=VALUES), kind=st.booleans())
def test_an_alarm_keeps_what_was_not_named(before: dict[str, Any], named: dict[str, Any], kind: bool) -> None:
    """Whatever it was and whatever is named: every other property is sent again, and afterwards nothing is left to do."""
    base = ONE if kind else {"AlarmRule": "TRUE"}
    members = METRIC if kind else COMPOSITE
    before, named = ({key: value for key, value in side.items() if key in members} for side in (before, named))
    found = there(**{**base, **before})
    for step in steps(Wanted("a", named=named), found):
        after = there(**step.arguments)
        unnamed = {key: value for key, value in shape(found.properties).items() if key not in named}
        assert {key: shape(after.properties).get(key) for key in unnamed} == unnamed
        assert {key: shape(after.properties).get(key) for key in named} == {key: shape({**base, **named}).get(key) for key in named}
        assert steps(Wanted("a", named=named), after) == []
