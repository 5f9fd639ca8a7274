# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AWS stand-in after the role verify: what it holds of each host, and how it was asked."""

from __future__ import annotations

import json
import os
import pathlib
import time
from typing import Any

import boto3


def aws(service: str) -> Any:
    return boto3.client(service, verify=os.environ["AWS_CA_BUNDLE"])


def name_of(host: Any) -> str:
    return host.run("hostname").stdout.strip()


def instance_of(host: Any) -> str:
    filters = [{"Name": "tag:Name", "Values": [name_of(host)]}, {"Name": "instance-state-name", "Values": ["running"]}]
    found = aws("ec2").describe_instances(Filters=filters)["Reservations"]
    return found[0]["Instances"][0]["InstanceId"] if found else ""


def test_the_line_stands_under_the_hosts_own_name(host: Any) -> None:
    stream = instance_of(host) or name_of(host)
    events = aws("logs").get_log_events(logGroupName="/verify/app", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == ["the first line"]


def test_the_metric_stands_under_the_hosts_own_dimensions(host: Any) -> None:
    instance = instance_of(host)
    dimensions = [{"Name": "InstanceId", "Value": instance}] if instance else [{"Name": "host", "Value": name_of(host)}]
    metric = {"Namespace": "CWAgent", "MetricName": "mem_used_percent", "Dimensions": dimensions}
    query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}
    now = time.time()
    (found,) = aws("cloudwatch").get_metric_data(MetricDataQueries=[query], StartTime=now - 600, EndTime=now + 60)["MetricDataResults"]
    assert found["Values"]


def test_only_calls_that_are_not_late_are_asked() -> None:
    lines = pathlib.Path(os.environ["LAB_REQUEST_LOG"]).read_text(encoding="utf-8").splitlines()
    asked = {
        one["operation"] for one in map(json.loads, lines) if one["host"] is None and one["service"] in ("logs", "cloudwatch", "monitoring")
    }
    assert {"FilterLogEvents", "GetMetricData"} <= asked
    assert not asked & {"DescribeLogStreams", "ListMetrics"}
