# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what has arrived of many hosts at once, in as few calls as the API allows. Private to this collection."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence, TypeVar

from . import telemetry_api as api
from .errors import AwsError

Item = TypeVar("Item")

PAGES = 5
"""Pages of one FilterLogEvents question before the streams not seen yet are asked one by one: a busy stream must not hide a calm one."""
MINUTE = 60
EARLIER = 5 * MINUTE


class StreamKey(NamedTuple):
    """A log stream in a region, and the moment (seconds since the epoch) from which its events count."""

    region: str
    group: str
    stream: str
    since: float


class MetricKey(NamedTuple):
    """A series in a region, and the moment from which its values count.

    ``dimensions``: sorted pairs; ``resolution``: seconds to which CloudWatch keeps the values.
    """

    region: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    since: float
    resolution: int = MINUTE


class Seen(NamedTuple):
    """What a stream shows since its moment.

    ``newest``: when the last event came, by its own time or by CloudWatch's (seconds); ``shut``: its log group cannot be read (its class is
    INFREQUENT_ACCESS).
    """

    events: int = 0
    newest: float = 0.0
    shut: bool = False

    def with_event(self, event: Mapping[str, Any]) -> Seen:
        """One event more."""
        return Seen(self.events + 1, max(self.newest, arrival(event)))


NOTHING = Seen()


def arrival(event: Mapping[str, Any]) -> float:
    """When an event came: lines may carry an older time than that, and hosts another clock."""
    return max(event["timestamp"], event.get("ingestionTime", 0)) / 1000


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """*items* in pieces of *size*, the last one shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def read_streams(client: Any, keys: Iterable[StreamKey]) -> dict[StreamKey, Seen]:
    """The events of every stream since its moment; streams of one region. The count of a very busy stream is a lower bound.

    Raises:
        AwsError: a call failed, for another reason than that a group or stream does not exist.
    """
    groups: dict[str, list[StreamKey]] = defaultdict(list)
    for key in keys:
        groups[key.group].append(key)
    found: dict[StreamKey, Seen] = {}
    for group, wanted in groups.items():
        # Streams whose moments lie close together share a call: the earliest moment decides how much is read.
        for some in chunks(sorted(wanted, key=lambda key: key.since), api.STREAM_NAMES):
            found.update(_read_group(client, group, some))
    return found


def _read_group(client: Any, group: str, keys: Sequence[StreamKey]) -> dict[StreamKey, Seen]:
    found = dict.fromkeys(keys, NOTHING)
    by_name: dict[str, list[StreamKey]] = defaultdict(list)
    for key in keys:
        by_name[key.stream].append(key)
    start = int(min(key.since for key in keys) * 1000)
    token = None
    for _page in range(PAGES):
        try:
            answer = api.filter_log_events(client, group, sorted(by_name), start, token)
        except AwsError as error:
            if error.code == "InvalidOperationException":
                return dict.fromkeys(keys, Seen(shut=True))
            if error.code != "ResourceNotFoundException":
                raise
            # One stream that does not exist refuses the whole question, and then each is asked for itself.
            alone = len(by_name) == 1 or "log group" in str(error)
            return found if alone else {key: read_newest(client, key) for key in keys}
        for event in answer.get("events", []):
            for key in by_name.get(event["logStreamName"], []):
                if event["timestamp"] >= key.since * 1000:
                    found[key] = found[key].with_event(event)
        token = answer.get("nextToken")
        if not token:
            return found
    # Of the pages that were not read it is known that they hold newer events than the last one seen.
    return {key: Seen(seen.events, float("inf")) if seen.events else read_newest(client, key) for key, seen in found.items()}


def read_newest(client: Any, key: StreamKey) -> Seen:
    """Those of a stream's newest events that came since its moment, whatever time they carry."""
    try:
        events = api.newest_log_events(client, key.group, key.stream)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        return NOTHING
    seen = NOTHING
    for event in events:
        if arrival(event) >= key.since:
            seen = seen.with_event(event)
    return seen


def read_metrics(client: Any, keys: Iterable[MetricKey], now: float) -> dict[MetricKey, float | None]:
    """The newest value of every series since its moment, None where there is none; series of one region.

    Raises:
        AwsError: a call failed.
    """
    found: dict[MetricKey, float | None] = {}
    for some in chunks(sorted(keys, key=lambda key: key.since), api.QUERIES):
        values = _values(client, some, now)
        found.update({key: _fresh(values.get(f"q{index}", []), key) for index, key in enumerate(some)})
    return found


def _values(client: Any, keys: Sequence[MetricKey], now: float) -> dict[str, list[tuple[float, float]]]:
    queries = [_query(f"q{index}", key) for index, key in enumerate(keys)]
    start = _floor(min(key.since for key in keys), MINUTE) - EARLIER
    values: dict[str, list[tuple[float, float]]] = defaultdict(list)
    token = None
    while True:
        answer = api.get_metric_data(client, queries, start, _floor(now, MINUTE) + 2 * MINUTE, token)
        for result in answer["MetricDataResults"]:
            values[result["Id"]] += zip([moment.timestamp() for moment in result["Timestamps"]], result["Values"])
        token = answer.get("NextToken")
        if not token:
            return values


def _query(name: str, key: MetricKey) -> dict[str, Any]:
    dimensions = [{"Name": dimension, "Value": value} for dimension, value in key.dimensions]
    metric = {"Namespace": key.namespace, "MetricName": key.name, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": key.resolution, "Stat": "Average"}, "ReturnData": True}


def _floor(moment: float, grain: int) -> float:
    return moment - moment % grain


def _fresh(points: list[tuple[float, float]], key: MetricKey) -> float | None:
    """The newest value that the agent sent since the key's moment.

    CloudWatch keeps whole minutes. The value of the minute in which an agent was restarted may come from before the restart, so it counts
    only where there was none in the minutes before. Likewise with finer resolutions.
    """
    begin = _floor(key.since, key.resolution)
    newest = max(points, default=None)
    if newest is None or newest[0] < begin:
        return None
    earlier = any(moment < begin for moment, _value in points)
    return None if earlier and newest[0] < key.since else newest[1]
