# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what has arrived of many hosts at once, in as few calls as the API allows. Private to this collection."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Iterable, Iterator, Mapping, Sequence, TypeVar

from .._telemetry.measured import MINUTE, NOTHING, MetricKey, MetricSeen, StreamKey, StreamSeen
from . import telemetry_api as api
from .errors import AwsError

Item = TypeVar("Item")
Points = list[tuple[float, float]]

PAGES = 5
"""Full pages of one FilterLogEvents question before the streams are asked one by one: a busy stream must not hide another."""
EMPTY_PAGES = 100
"""Pages without events, of which CloudWatch may give any number before it comes to the events."""
EARLIER = 5 * MINUTE
AHEAD = 10 * MINUTE
"""A host's clock may be ahead by five minutes, and CloudWatch keeps whole minutes."""
ATTEMPTS = 3
DOUBTS = {
    "InternalError": "CloudWatch answers InternalError for this metric",
    "PartialData": "CloudWatch gives a part of this metric's data only",
    "Forbidden": "the credentials of the controller may not read this metric",
}
"""Status codes of GetMetricData that leave open whether there is a value."""


def arrival(event: Mapping[str, Any], ahead: float) -> float:
    """When an event came, by the clock of a host that is ``ahead`` of CloudWatch's: lines may carry an older time than that."""
    return max(event["timestamp"] / 1000, event.get("ingestionTime", 0) / 1000 + ahead)


def _with_event(seen: StreamSeen, event: Mapping[str, Any], ahead: float) -> StreamSeen:
    return StreamSeen(seen.events + 1, max(seen.newest, arrival(event, ahead)))


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """*items* in pieces of *size*, the last one shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def read_streams(client: Any, keys: Iterable[StreamKey]) -> dict[StreamKey, StreamSeen]:
    """The events of every stream since its moment; streams of one region. The count of a very busy stream is a lower bound.

    Raises:
        AwsError: a call failed, for another reason than that a group or stream does not exist.
    """
    groups: dict[str, list[StreamKey]] = defaultdict(list)
    for key in keys:
        groups[key.group].append(key)
    found: dict[StreamKey, StreamSeen] = {}
    for group, some_keys in groups.items():
        # Streams whose moments lie close together share a call: the earliest moment decides how much is read.
        for some in chunks(sorted(some_keys, key=lambda key: key.since), api.STREAM_NAMES):
            found.update(_read_group(client, group, some))
    return found


def _read_group(client: Any, group: str, keys: Sequence[StreamKey]) -> dict[StreamKey, StreamSeen]:
    found = dict.fromkeys(keys, NOTHING)
    by_name: dict[str, list[StreamKey]] = defaultdict(list)
    for key in keys:
        by_name[key.stream].append(key)
    start = int(min(key.since for key in keys) * 1000)
    token = None
    pages = {True: 0, False: 0}
    while pages[True] < PAGES and pages[False] < EMPTY_PAGES:
        try:
            answer = api.filter_log_events(client, group, sorted(by_name), start, token)
        except AwsError as error:
            if error.code == "InvalidOperationException":
                return dict.fromkeys(keys, StreamSeen(unreadable=True))
            if error.code != "ResourceNotFoundException":
                raise
            # One stream that does not exist refuses the whole question, and then each is asked for itself.
            alone = len(by_name) == 1 or "log group" in str(error)
            return found if alone else {key: read_newest(client, key) for key in keys}
        events = answer.get("events", [])
        pages[bool(events)] += 1
        for event in events:
            for key in by_name.get(event["logStreamName"], []):
                if event["timestamp"] >= key.since * 1000:
                    found[key] = _with_event(found[key], event, key.ahead)
        token = answer.get("nextToken")
        if not token:
            return found
    return {key: _at_least(seen, read_newest(client, key)) for key, seen in found.items()}


def _at_least(counted: StreamSeen, newest: StreamSeen) -> StreamSeen:
    """What two readings of a stream show together: neither has all of its events."""
    return StreamSeen(max(counted.events, newest.events), max(counted.newest, newest.newest))


def read_newest(client: Any, key: StreamKey) -> StreamSeen:
    """Those of a stream's newest events that came since its moment, whatever time they carry."""
    try:
        events = api.newest_log_events(client, key.group, key.stream)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        return NOTHING
    seen = NOTHING
    for event in events:
        if arrival(event, key.ahead) >= key.since:
            seen = _with_event(seen, event, key.ahead)
    return seen


def read_metrics(client: Any, keys: Iterable[MetricKey], now: float) -> dict[MetricKey, MetricSeen]:
    """The newest value of every metric since its moment; metrics of one region.

    Raises:
        AwsError: a call failed.
    """
    found: dict[MetricKey, MetricSeen] = {}
    for some in chunks(sorted(keys, key=lambda key: key.since), api.QUERIES):
        found.update(_read_some(client, some, now))
    return found


def _read_some(client: Any, keys: Sequence[MetricKey], now: float) -> dict[MetricKey, MetricSeen]:
    """Those whose answer is not complete are asked for again."""
    found: dict[MetricKey, MetricSeen] = {}
    left = list(keys)
    for _attempt in range(ATTEMPTS):
        points, status = _values(client, left, now)
        for index, key in enumerate(left):
            name = f"q{index}"
            at, value = _fresh(points.get(name, []), key)
            found[key] = MetricSeen(value, DOUBTS.get(status.get(name, ""), ""), at)
        left = [key for key in left if found[key].doubt and found[key].value is None]
        if not left:
            break
    return found


def _values(client: Any, keys: Sequence[MetricKey], now: float) -> tuple[dict[str, Points], dict[str, str]]:
    """Points and the last status code of every query; a page that is not the last one has PartialData."""
    queries = [_query(f"q{index}", key) for index, key in enumerate(keys)]
    start = _floor(min(key.since for key in keys), MINUTE) - EARLIER
    values: dict[str, Points] = defaultdict(list)
    status: dict[str, str] = {}
    token = None
    while True:
        answer = api.get_metric_data(client, queries, start, _floor(now, MINUTE) + AHEAD, token)
        for result in answer["MetricDataResults"]:
            values[result["Id"]] += zip([moment.timestamp() for moment in result["Timestamps"]], result["Values"])
            status[result["Id"]] = str(result.get("StatusCode") or "Complete")
        token = answer.get("NextToken")
        if not token:
            return values, status


def _query(name: str, key: MetricKey) -> dict[str, Any]:
    dimensions = [{"Name": dimension, "Value": value} for dimension, value in key.dimensions]
    metric = {"Namespace": key.namespace, "MetricName": key.name, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": key.resolution, "Stat": "Average"}, "ReturnData": True}


def _floor(moment: float, grain: int) -> float:
    return moment - moment % grain


def _fresh(points: Points, key: MetricKey) -> tuple[float, float | None]:
    """When the newest value was sent that the agent has sent since the key's moment, and the value; (0, None) for none.

    CloudWatch keeps whole minutes. The value of the minute in which an agent was restarted may come from before the restart, so it counts
    only where there was none in the minutes before. Likewise with finer resolutions.
    """
    begin = _floor(key.since, key.resolution)
    newest = max(points, default=None)
    if newest is None or newest[0] < begin:
        return 0.0, None
    earlier = any(moment < begin for moment, _value in points)
    return (0.0, None) if earlier and newest[0] < key.since else newest
