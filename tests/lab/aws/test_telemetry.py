# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics and logs of the stand-in: what arrives is there at once where AWS has it at once, and late where AWS has it late."""

from __future__ import annotations

import json
import time
import uuid
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from aws.cbor import decode, encode

if TYPE_CHECKING:
    from aws.conftest import Standin


@pytest.fixture
def unique() -> str:
    return f"t-{uuid.uuid4().hex[:10]}"


def sample(client: Any, namespace: str, name: str, dimensions: dict[str, str], stat: str = "Sum") -> list[float]:
    now = time.time()
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": [{"Name": key, "Value": dimensions[key]} for key in dimensions]}
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}}
    answer = client.get_metric_data(MetricDataQueries=[query], StartTime=now - 600, EndTime=now + 60)
    return list(answer["MetricDataResults"][0]["Values"])


def test_series_are_exact(standin: Standin, unique: str) -> None:
    cloudwatch = standin.client("cloudwatch")
    now = datetime.now(timezone.utc).replace(second=0)
    cloudwatch.put_metric_data(
        Namespace=unique,
        MetricData=[
            {"MetricName": "m", "Value": 1.0, "Timestamp": now},
            {"MetricName": "m", "Values": [2.0, 4.0], "Counts": [1, 2], "Timestamp": now, "Dimensions": [{"Name": "a", "Value": "1"}]},
        ],
        EntityMetricData=[
            {"MetricData": [{"MetricName": "e", "Value": 8.0, "Timestamp": now, "Dimensions": [{"Name": "a", "Value": "1"}]}]}
        ],
    )
    assert sample(cloudwatch, unique, "m", {}) == [1.0]
    assert sample(cloudwatch, unique, "m", {"a": "1"}) == [10.0]
    assert sample(cloudwatch, unique, "m", {"a": "1"}, "SampleCount") == [3.0]
    assert sample(cloudwatch, unique, "e", {"a": "1"}, "Maximum") == [8.0]
    assert sample(cloudwatch, unique, "m", {"a": "1", "b": "2"}) == []
    assert sample(standin.client("cloudwatch", "eu-west-1"), unique, "m", {}) == []


def test_metrics_are_listed_once_and_late(standin: Standin, unique: str) -> None:
    cloudwatch = standin.client("cloudwatch")
    for _time in range(3):
        cloudwatch.put_metric_data(Namespace=unique, MetricData=[{"MetricName": "m", "Value": 1.0}])
    assert cloudwatch.list_metrics(Namespace=unique)["Metrics"] == []
    standin.ask("POST", "/_lab/settings", {"metric_list_delay": 0})
    try:
        assert len(cloudwatch.list_metrics(Namespace=unique)["Metrics"]) == 1
        scope = "AWS4-HMAC-SHA256 Credential=LABX/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=00"
        headers = {"Authorization": scope, "Content-Type": "application/x-www-form-urlencoded"}
        status, body = standin.raw("POST", "/", f"Action=ListMetrics&Version=2010-08-01&Namespace={unique}".encode(), headers)
        assert status == 200 and body.count(b"<MetricName>m</MetricName>") == 1
    finally:
        standin.ask("POST", "/_lab/settings", {"metric_list_delay": 900})


def test_metric_limits(standin: Standin, unique: str) -> None:
    cloudwatch = standin.client("cloudwatch")
    with pytest.raises(ClientError, match="greater than 1000"):
        cloudwatch.put_metric_data(Namespace=unique, MetricData=[{"MetricName": "m", "Value": 1.0}] * 1001)
    with pytest.raises(ClientError, match="AWS/"):
        cloudwatch.put_metric_data(Namespace="AWS/EC2", MetricData=[{"MetricName": "m", "Value": 1.0}])


def test_cbor_clients(standin: Standin, unique: str) -> None:
    headers = {
        "Content-Type": "application/cbor",
        "smithy-protocol": "rpc-v2-cbor",
        "Authorization": "AWS4-HMAC-SHA256 Credential=LABX/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0",
    }
    path = "/service/GraniteServiceVersion20100801/operation/"
    put = encode({"Namespace": unique, "MetricData": [{"MetricName": "m", "Value": 2.5, "Timestamp": datetime.now(timezone.utc)}]})
    assert standin.raw("POST", path + "PutMetricData", put, headers)[0] == 200
    assert sample(standin.client("cloudwatch"), unique, "m", {}) == [2.5]
    status, body = standin.raw("POST", path + "DescribeAlarms", encode({"AlarmNamePrefix": unique}), headers)
    assert status == 200 and decode(body).get("MetricAlarms") == []
    status, body = standin.raw("POST", path + "PutMetricData", encode({"Namespace": "AWS/x", "MetricData": []}), headers)
    assert status == 400 and decode(body)["__type"] == "InvalidParameterValue"


def test_the_history_of_an_alarm(standin: Standin, unique: str) -> None:
    cloudwatch = standin.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=unique, MetricName="m", Namespace=unique, Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[unique], AlarmTypes=["MetricAlarm", "CompositeAlarm"])["MetricAlarms"]
    for state in ("ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=unique, StateValue=state, StateReason=f"told {state}")
    items = cloudwatch.describe_alarm_history(AlarmName=unique, HistoryItemType="StateUpdate", StartDate=alarm["StateUpdatedTimestamp"])
    assert [item["HistorySummary"] for item in items["AlarmHistoryItems"]] == [
        "Alarm updated from ALARM to OK",
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
    ]
    assert json.loads(items["AlarmHistoryItems"][1]["HistoryData"])["newState"] == {"stateValue": "ALARM", "stateReason": "told ALARM"}
    later = datetime.now(timezone.utc)
    assert cloudwatch.describe_alarm_history(AlarmName=unique, StartDate=later)["AlarmHistoryItems"] == []


def test_log_events_are_there_at_once_and_stream_times_are_late(standin: Standin, unique: str) -> None:
    logs = standin.client("logs")
    logs.create_log_group(logGroupName=unique, logGroupClass="INFREQUENT_ACCESS")
    for stream in ("i-1", "i-2"):
        logs.create_log_stream(logGroupName=unique, logStreamName=stream)
    now = int(time.time() * 1000)
    logs.put_log_events(logGroupName=unique, logStreamName="i-1", logEvents=[{"timestamp": now - 5, "message": "one"}])
    logs.put_log_events(logGroupName=unique, logStreamName="i-2", logEvents=[{"timestamp": now - 9, "message": "two"}])
    events = logs.filter_log_events(logGroupName=unique, startTime=now - 60_000)["events"]
    assert [(item["logStreamName"], item["message"]) for item in events] == [("i-2", "two"), ("i-1", "one")]
    assert logs.filter_log_events(logGroupName=unique, startTime=now)["events"] == []
    assert len(logs.filter_log_events(logGroupName=unique, logStreamNames=["i-1"], filterPattern="one")["events"]) == 1
    for pattern, count in (("o", 2), ('"tw" -one', 1), ("?one ?two", 2), ("-o", 0), ("o w", 1), ("1", 0)):
        assert len(logs.filter_log_events(logGroupName=unique, filterPattern=pattern)["events"]) == count, pattern
    assert logs.get_log_events(logGroupName=unique, logStreamName="i-1", startTime=now - 60_000)["events"][0]["message"] == "one"
    streams = logs.describe_log_streams(logGroupName=unique)["logStreams"]
    assert [item["logStreamName"] for item in streams] == ["i-1", "i-2"]
    assert not any("lastEventTimestamp" in item or "lastIngestionTime" in item for item in streams)
    assert logs.describe_log_groups(logGroupNamePrefix=unique)["logGroups"][0]["logGroupClass"] == "INFREQUENT_ACCESS"
    standin.ask("POST", "/_lab/settings", {"stream_time_delay": 0})
    try:
        assert logs.describe_log_streams(logGroupName=unique)["logStreams"][0]["lastEventTimestamp"] == now - 5
    finally:
        standin.ask("POST", "/_lab/settings", {"stream_time_delay": 3600})


def test_batches_are_limited(standin: Standin, unique: str) -> None:
    logs = standin.client("logs")
    logs.create_log_group(logGroupName=unique)
    logs.create_log_stream(logGroupName=unique, logStreamName="s")
    now = int(time.time() * 1000)
    for events, words in (
        ([{"timestamp": now, "message": "x" * 262_144}] * 4, "Upload too large"),
        ([{"timestamp": now - 86_400_001, "message": "x"}, {"timestamp": now, "message": "x"}], "24 hours"),
    ):
        with pytest.raises(ClientError, match=words):
            logs.put_log_events(logGroupName=unique, logStreamName="s", logEvents=events)


def test_retention_and_class_values(standin: Standin, unique: str) -> None:
    logs = standin.client("logs")
    logs.create_log_group(logGroupName=unique)
    with pytest.raises(ClientError, match="retentionInDays"):
        logs.put_retention_policy(logGroupName=unique, retentionInDays=42)
    for days in (1, 1096, 3653):
        logs.put_retention_policy(logGroupName=unique, retentionInDays=days)
        assert logs.describe_log_groups(logGroupNamePrefix=unique)["logGroups"][0]["retentionInDays"] == days
    with pytest.raises(ClientError, match="logGroupClass"):
        logs.create_log_group(logGroupName=f"{unique}-x", logGroupClass="CHEAP")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.create_log_stream(logGroupName=f"{unique}-none", logStreamName="s")


def test_a_query_runs_before_it_is_complete_and_says_what_it_scans(standin: Standin, unique: str) -> None:
    logs, now = standin.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName=unique)
    for stream in ("i-1", "i-2"):
        logs.create_log_stream(logGroupName=unique, logStreamName=stream)
        events = [{"timestamp": now - 9000 + number, "message": f"{stream} n{number}"} for number in range(3)]
        logs.put_log_events(logGroupName=unique, logStreamName=stream, logEvents=events)
    window = {"logGroupNames": [unique], "startTime": now // 1000 - 60, "endTime": now // 1000}

    def answer(text: str) -> list[dict[str, str]]:
        query = logs.start_query(queryString=text, **window)
        assert logs.get_query_results(queryId=query["queryId"])["status"] == "Running"
        found = logs.get_query_results(queryId=query["queryId"])
        assert (found["status"], found["statistics"]["bytesScanned"], found["statistics"]["recordsScanned"]) == ("Complete", 36.0, 6.0)
        return [{item["field"]: item["value"] for item in row} for row in found["results"]]

    rows = answer("fields @logStream, @message | filter @message like /n[12]/ | sort @timestamp asc | limit 3")
    assert [row["@message"] for row in rows] == ["i-1 n1", "i-2 n1", "i-1 n2"]
    assert answer("stats count(*) as n by @logStream") == [{"@logStream": "i-1", "n": "3"}, {"@logStream": "i-2", "n": "3"}]
    assert answer("filter tag = 'a' | stats count(*) as n by tag") == []
    stopped = logs.start_query(queryString="fields @message", **window)["queryId"]
    assert logs.stop_query(queryId=stopped)["success"]
    assert logs.get_query_results(queryId=stopped)["status"] == "Cancelled"
    with pytest.raises(ClientError, match="MalformedQueryException"):
        logs.start_query(queryString="select everything", **window)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.start_query(**{**window, "logGroupNames": ["none"]}, queryString="fields @message")


def test_a_query_knows_the_fields_of_messages_in_json(standin: Standin, unique: str) -> None:
    logs, now = standin.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName=unique)
    logs.create_log_stream(logGroupName=unique, logStreamName="s")
    messages = ['{"tag": "a", "n": 1}', '{"tag": "b", "of": {"tag": "c"}}', '{"tag": "a", "n": 2.5}', "no JSON", "[1]", '{"n": 1}']
    events = [{"timestamp": now - 9000 + number, "message": message} for number, message in enumerate(messages)]
    logs.put_log_events(logGroupName=unique, logStreamName="s", logEvents=events)

    def answer(text: str) -> list[dict[str, str]]:
        window = {"logGroupNames": [unique], "startTime": now // 1000 - 60, "endTime": now // 1000}
        query = logs.start_query(queryString=text, **window)["queryId"]
        found = [logs.get_query_results(queryId=query) for _look in range(2)][-1]["results"]
        return [{item["field"]: item["value"] for item in row if item["field"] != "@ptr"} for row in found]

    assert answer("stats count(*) as n by tag") == [{"n": "3"}, {"tag": "a", "n": "2"}, {"tag": "b", "n": "1"}]
    assert answer("fields tag, n | filter tag = 'a' | sort @timestamp asc") == [{"tag": "a", "n": "1"}, {"tag": "a", "n": "2.5"}]
