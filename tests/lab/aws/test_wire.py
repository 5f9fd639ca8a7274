# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real agent's own requests, as recorded, have their effect in the stand-in."""

from __future__ import annotations

import gzip
import os
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from aws.conftest import Standin

SHARED = Path(os.environ.get("CW_AGENT_SHARED") or Path(__file__).parents[4] / "shared")
WIRE = SHARED / "corpus" / "wire"
ORDER = [
    *("GetParameter", "DescribeTags", "DescribeLogGroups", "CreateLogStream", "CreateLogGroup", "PutRetentionPolicy"),
    *("CreateLogStream", "PutLogEvents", "PutMetricData"),
]
MISSING_GROUP = 3


def recorded(name: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a recording, its log event as of now; the body is gzipped again where it was on the wire."""
    head, _blank, body = (WIRE / f"{name}.http").read_bytes().partition(b"\n\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:])
    del headers["Host"], headers["Content-Length"], headers["Accept-Encoding"]
    body = re.sub(rb'"timestamp":\d+', b'"timestamp":%d' % (time.time() * 1000), body.strip())
    return (gzip.compress(body) if headers.get("Content-Encoding") == "gzip" else body), headers


@pytest.fixture
def wire() -> None:
    if not WIRE.is_dir():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no recordings at {WIRE}: set CW_AGENT_SHARED")


@pytest.mark.usefixtures("wire")
def test_recordings_have_their_effect(standin: Standin) -> None:
    ssm, logs, cloudwatch = (standin.client(service) for service in ("ssm", "logs", "cloudwatch"))
    ssm.put_parameter(Name="AmazonCloudWatch-linux", Value="{}", Type="String")
    statuses = []
    for name in ORDER:
        body, headers = recorded(name)
        statuses.append(standin.raw("POST", "/", body, headers)[0])
    wanted = [200] * len(ORDER)
    wanted[MISSING_GROUP] = 400
    assert statuses == wanted
    group = logs.describe_log_groups(logGroupNamePrefix="wire")["logGroups"][0]
    assert group["retentionInDays"] == 7
    events = logs.filter_log_events(logGroupName="wire")["events"]
    assert [(item["logStreamName"], item["message"]) for item in events] == [("i-0123456789abcdef0", "first line")]
    dimensions = {"ImageId": "ami-12c6146b", "InstanceId": "i-0123456789abcdef0", "InstanceType": "t3.micro"}
    for kept in (dimensions, {"InstanceId": dimensions["InstanceId"]}, {}):
        metric = {"Namespace": namespace(), "MetricName": "mem_used_percent"}
        metric["Dimensions"] = [{"Name": key, "Value": kept[key]} for key in kept]  # type: ignore[assignment]
        query = {"Id": "q", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}
        answer = cloudwatch.get_metric_data(MetricDataQueries=[query], StartTime=0, EndTime=time.time() + 86400 * 3650)
        assert len(answer["MetricDataResults"][0]["Values"]) >= 1, kept


def namespace() -> str:
    """The namespace of the recorded metrics."""
    body = (WIRE / "PutMetricData.http").read_text()
    return body.split("&Namespace=", 1)[1].split("&", 1)[0].strip()
