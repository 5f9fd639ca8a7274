# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alarms of the stand-in: what AWS refuses, what an update keeps and loses, and states that follow the metrics."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from aws.log_patterns import matches

if TYPE_CHECKING:
    from aws.conftest import Standin

TOPIC = "arn:aws:sns:us-east-1:123456789012:ops"
RULES = {"EvaluationPeriods": 1, "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold"}
BOTH = ["MetricAlarm", "CompositeAlarm"]


class Alarms:
    """A namespace of its own, and a client."""

    def __init__(self, standin: Standin) -> None:
        self.client = standin.client("cloudwatch")
        self.name = f"t-{uuid.uuid4().hex[:10]}"

    def metric(self, **more: Any) -> dict[str, Any]:
        given = {"Namespace": self.name, "MetricName": "m", "Statistic": "Maximum", "Period": 60, **RULES}
        return {key: value for key, value in {**given, **more}.items() if value is not None}

    def query(self, text: str, **more: Any) -> dict[str, Any]:
        entry = {"Id": "q1", "Expression": text.replace("NS", f'"{self.name}"'), "Period": 60}
        return {**RULES, "Metrics": [entry], **more}

    def put(self, word: str = "", **settings: Any) -> str:
        name = f"{self.name}{word}"
        self.client.put_metric_alarm(AlarmName=name, **(settings or self.metric()))
        return name

    def described(self, word: str = "") -> dict[str, Any]:
        found = self.client.describe_alarms(AlarmNames=[f"{self.name}{word}"], AlarmTypes=BOTH)
        return dict((found["MetricAlarms"] + found["CompositeAlarms"])[0])

    def state(self, word: str = "") -> str:
        return str(self.described(word)["StateValue"])

    def value(self, value: float, minutes: int = 1, **dimensions: str) -> None:
        """A value of so many whole minutes ago."""
        at = time.time() // 60 * 60 - minutes * 60
        pairs = [{"Name": key, "Value": text} for key, text in dimensions.items()]
        self.client.put_metric_data(
            Namespace=self.name, MetricData=[{"MetricName": "m", "Value": value, "Timestamp": at, "Dimensions": pairs}]
        )


@pytest.fixture
def alarms(standin: Standin) -> Alarms:
    return Alarms(standin)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"EvaluationPeriods": 2, "DatapointsToAlarm": 3}, "DatapointsToAlarm"),
        ({"Period": 45}, "Period"),
        ({"EvaluationPeriods": 1441}, "a day"),
        ({"AlarmActions": [TOPIC] * 6}, "AlarmActions"),
        ({"TreatMissingData": "nonsense"}, "TreatMissingData"),
        ({"Statistic": None}, "statistic"),
    ],
)
def test_metric_alarms_that_aws_does_not_take(alarms: Alarms, more: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        alarms.put(**alarms.metric(**more))
    assert alarms.client.describe_alarms(AlarmNames=[alarms.name])["MetricAlarms"] == []


def test_expressions_that_aws_does_not_take(alarms: Alarms) -> None:
    query = "SELECT MAX(m) FROM NS"
    for given, words in (
        (alarms.query("SEARCH('{a} m', 'Sum')"), "SEARCH is not supported"),
        (alarms.query(f"{query} GROUP BY h"), "ORDER BY"),
        (alarms.query("SELECT m FROM NS"), "Error in expression"),
        (alarms.query(query, EvaluationPeriods=181), "3 hours"),
        (alarms.query(query, AlarmActions=["arn:aws:automate:us-east-1:ec2:stop"]), "EC2 actions"),
        (
            {**RULES, "Metrics": [{"Id": "a", "Expression": query, "Period": 60}, {"Id": "b", "Expression": query, "Period": 60}]},
            "return data",
        ),
        ({**alarms.query(query), "MetricName": "m"}, "together"),
    ):
        with pytest.raises(ClientError, match=words):
            alarms.put(**given)


def test_an_update_replaces_all_but_state_and_tags(alarms: Alarms) -> None:
    alarms.put(**alarms.metric(ActionsEnabled=False, AlarmDescription="x", AlarmActions=[TOPIC], Tags=[{"Key": "a", "Value": "1"}]))
    first = alarms.described()
    assert (first["StateValue"], first["ActionsEnabled"], first["AlarmActions"]) == ("INSUFFICIENT_DATA", False, [TOPIC])
    alarms.client.set_alarm_state(AlarmName=alarms.name, StateValue="ALARM", StateReason="told")
    alarms.put(**alarms.metric(Tags=[{"Key": "b", "Value": "2"}]))
    second = alarms.described()
    assert (second["StateValue"], second["ActionsEnabled"], second["AlarmActions"], second["AlarmArn"]) == (
        "ALARM",
        True,
        [],
        first["AlarmArn"],
    )
    assert "AlarmDescription" not in second

    def tags() -> dict[str, str]:
        found = alarms.client.list_tags_for_resource(ResourceARN=first["AlarmArn"])["Tags"]
        return {one["Key"]: one["Value"] for one in found}

    assert tags() == {"a": "1"}
    alarms.client.tag_resource(ResourceARN=first["AlarmArn"], Tags=[{"Key": "b", "Value": "2"}])
    alarms.client.untag_resource(ResourceARN=first["AlarmArn"], TagKeys=["a"])
    assert tags() == {"b": "2"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        alarms.client.list_tags_for_resource(ResourceARN=f"{first['AlarmArn']}-none")


def test_composite_alarms_need_their_children(alarms: Alarms) -> None:
    client, name = alarms.client, alarms.name
    for rule, words in ((f'ALARM("{name}")', "do not exist"), ("ALARM(", "Invalid AlarmRule"), ("TRUE" * 2600, "characters")):
        with pytest.raises(ClientError, match=words):
            client.put_composite_alarm(AlarmName=f"{name}-c", AlarmRule=rule)
    alarms.put()
    client.put_composite_alarm(AlarmName=f"{name}-c", AlarmRule=f'NOT (OK("{name}") OR INSUFFICIENT_DATA({name})) AND TRUE')
    client.put_composite_alarm(AlarmName=f"{name}-d", AlarmRule=f"ALARM({name}-c)")
    assert client.describe_alarms(AlarmNames=[f"{name}-c"])["MetricAlarms"] == []
    alarms.value(9)
    assert [alarms.state(word) for word in ("", "-c", "-d")] == ["ALARM"] * 3
    with pytest.raises(ClientError, match="is used by the composite alarm"):
        client.delete_alarms(AlarmNames=[name])
    with pytest.raises(ClientError, match="one composite alarm"):
        client.delete_alarms(AlarmNames=[f"{name}-c", f"{name}-d"])
    with pytest.raises(ClientError, match="another type"):
        alarms.put("-c")
    for word in ("-d", "-c"):
        client.delete_alarms(AlarmNames=[f"{name}{word}"])
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.delete_alarms(AlarmNames=[name, f"{name}-none"])
    assert client.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []


def test_a_state_follows_the_metric_and_back(alarms: Alarms) -> None:
    alarms.put(**alarms.metric(EvaluationPeriods=2, DatapointsToAlarm=2))
    alarms.value(9, 4)
    alarms.value(1, 3)
    assert alarms.state() == "OK"
    alarms.value(9, 2)
    assert alarms.state() == "OK"
    alarms.value(9, 1)
    assert alarms.state() == "ALARM"
    items = alarms.client.describe_alarm_history(AlarmName=alarms.name, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert [one["HistorySummary"] for one in items] == ["Alarm updated from OK to ALARM", "Alarm updated from INSUFFICIENT_DATA to OK"]


@pytest.mark.parametrize(
    ("treatment", "state"),
    [("missing", "INSUFFICIENT_DATA"), ("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "INSUFFICIENT_DATA")],
)
def test_missing_values(alarms: Alarms, treatment: str, state: str) -> None:
    """Without any, and with so few that missing ones count; with enough older ones none counts."""
    alarms.put(**alarms.metric(TreatMissingData=treatment, EvaluationPeriods=3, DatapointsToAlarm=2))
    assert alarms.state() == state
    for minutes in (3, 4, 5):
        alarms.value(1, minutes)
    assert alarms.state() == "OK"


def test_a_state_that_was_set_stays_for_a_while(standin: Standin, alarms: Alarms) -> None:
    alarms.put(**alarms.metric(TreatMissingData="notBreaching"))
    alarms.client.set_alarm_state(AlarmName=alarms.name, StateValue="ALARM", StateReason="told")
    assert alarms.state() == "ALARM"
    standin.ask("POST", "/_lab/settings", {"alarm_hold_seconds": 0})
    try:
        alarms.client.set_alarm_state(AlarmName=alarms.name, StateValue="ALARM", StateReason="told")
        assert alarms.state() == "OK"
    finally:
        standin.ask("POST", "/_lab/settings", {"alarm_hold_seconds": 3600})


def test_a_fleet_has_a_contributor_for_each_host(alarms: Alarms) -> None:
    alarms.put(**alarms.query("SELECT MAX(m) FROM NS WHERE kind != 'other' GROUP BY h ORDER BY MAX() DESC"))
    alarms.value(9, h="c", kind="other")
    alarms.value(9, kind="mine")
    assert alarms.state() == "INSUFFICIENT_DATA"
    alarms.value(1, h="a", kind="mine")
    assert alarms.state() == "OK"
    alarms.value(9, h="b", kind="mine")
    found = alarms.described()
    assert (found["StateValue"], found["StateReason"]) == ("ALARM", "1 out of 2 time series evaluated to ALARM: b")
    now = time.time()
    query = {"Id": "q", "Expression": f'SELECT SUM(m) FROM SCHEMA("{alarms.name}", h, kind) GROUP BY h', "Period": 60}  # noqa: S608
    data = alarms.client.get_metric_data(MetricDataQueries=[query], StartTime=now - 600, EndTime=now)["MetricDataResults"]
    assert [(one["Label"], one["Values"]) for one in data] == [("a", [1.0]), ("b", [9.0]), ("c", [9.0])]


def test_lines_count_by_metric_filters(standin: Standin, alarms: Alarms) -> None:
    logs = standin.client("logs")
    logs.create_log_group(logGroupName=alarms.name)
    logs.create_log_stream(logGroupName=alarms.name, logStreamName="s")
    metric = {"metricName": "m", "metricNamespace": alarms.name, "metricValue": "1", "defaultValue": 0.0}
    logs.put_metric_filter(logGroupName=alarms.name, filterName="f", filterPattern="?ERROR ?FATAL", metricTransformations=[metric])
    at = int(time.time() // 60 * 60 - 30) * 1000
    events = [{"timestamp": at, "message": text} for text in ("an ERROR", "fine", "FATAL: out of it")]
    logs.put_log_events(logGroupName=alarms.name, logStreamName="s", logEvents=events)
    alarms.put(**alarms.metric(Statistic="Sum", Threshold=1.0))
    assert alarms.state() == "ALARM"


@pytest.mark.parametrize(
    ("pattern", "message", "fits"),
    [
        ("", "x", True),
        ("ERROR web", "web ERROR", True),
        ("ERROR -web", "web ERROR", False),
        ('"two words"', "has two words", True),
        ("?a ?b", "c", False),
        ('{ $.a.b = "x*" && $.c NOT EXISTS }', '{"a": {"b": "xyz"}}', True),
        ('{ ($.a = "x") || ($.b != 1) }', '{"a": "y", "b": 2}', True),
        ("{ $.a EXISTS }", "no JSON", False),
        ('[a, b, c = "REJECT"]', "1 2 REJECT", True),
        ('[a, b, c = "REJECT"]', "1 2 ACCEPT", False),
        ("[a, b]", "1 2 3", False),
    ],
)
def test_filter_patterns(pattern: str, message: str, fits: bool) -> None:
    assert matches(pattern, message) is fits


def test_the_query_protocol_of_older_clients(standin: Standin, alarms: Alarms) -> None:
    scope = "AWS4-HMAC-SHA256 Credential=LABX/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=00"
    headers = {"Authorization": scope, "Content-Type": "application/x-www-form-urlencoded"}
    given = {**alarms.metric(), "AlarmName": alarms.name, "ActionsEnabled": "false", "AlarmActions.member.1": TOPIC, "OKActions": ""}
    body = "&".join(f"{key}={value}" for key, value in {"Action": "PutMetricAlarm", "Version": "2010-08-01", **given}.items())
    status, _answer = standin.raw("POST", "/", body.encode(), headers)
    found = alarms.described()
    assert status == 200
    assert (found["ActionsEnabled"], found["Threshold"], found["AlarmActions"], found["OKActions"]) == (False, 5.0, [TOPIC], [])
    status, answer = standin.raw(
        "POST", "/", f"Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1={alarms.name}".encode(), headers
    )
    assert status == 200 and answer.count(b"<AlarmName>") == 1 and b"<Threshold>5.0</Threshold>" in answer
