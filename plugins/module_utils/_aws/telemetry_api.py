# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls that show what has arrived, botocore's exceptions as AwsError. Private to this collection.

Only calls that are not late: DescribeLogStreams' times may lag an hour, ListMetrics a quarter of one.
Limits of the API references: 100 stream names a FilterLogEvents call, 500 queries a GetMetricData call.
"""

from __future__ import annotations

from typing import Any

from .errors import aws_call

STREAM_NAMES = 100
QUERIES = 500
NEWEST = 1000
EMPTY_PAGES = 20


@aws_call("read the log events of {group}")
def filter_log_events(client: Any, group: str, streams: list[str], start: int, token: str | None) -> dict[str, Any]:
    """One page of the events since ``start`` (milliseconds). ``events``: logStreamName, timestamp, ingestionTime, message."""
    more = {"nextToken": token} if token else {}
    return client.filter_log_events(logGroupName=group, logStreamNames=streams, startTime=start, **more)


@aws_call("read the newest log events of {group} {stream}")
def newest_log_events(client: Any, group: str, stream: str) -> list[dict[str, Any]]:
    """The last events of a stream, whatever time their text says; ``ingestionTime`` is when they came.

    A page may be empty although there are events before it; the same token again says that there are none.
    """
    more: dict[str, str] = {}
    for _page in range(EMPTY_PAGES):
        answer = client.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=False, limit=NEWEST, **more)
        token = answer.get("nextBackwardToken")
        if answer["events"] or not token or token == more.get("nextToken"):
            return answer["events"]
        more = {"nextToken": token}
    return []


@aws_call("read metrics")
def get_metric_data(client: Any, queries: list[dict[str, Any]], start: float, end: float, token: str | None) -> dict[str, Any]:
    """One page of the values between two moments (seconds since the epoch), newest first."""
    more = {"NextToken": token} if token else {}
    return client.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampDescending", **more)
