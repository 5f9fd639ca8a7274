# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch metrics: datums of both shapes of PutMetricData, exact series, ListMetrics late as AWS's is."""

from __future__ import annotations

import math
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from aws import queries
from aws.answer import AwsError

DATUMS = 1000
QUERIES = 500
DIMENSIONS = 30
PAGE = 500
Key = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass
class Sample:
    """One or more values of one moment (seconds since the epoch); `values` with their counts, or a statistic set."""

    time: float
    count: float
    total: float
    low: float
    high: float
    unit: str
    values: list[tuple[float, float]]


@dataclass
class Series:
    """A metric: namespace, name, dimensions; `since` is when its first datum arrived."""

    key: Key
    since: float
    samples: list[Sample] = field(default_factory=list)


def dimensions(raw: Any) -> tuple[tuple[str, str], ...]:
    """A dimension list of any protocol, sorted; absent, empty and `Dimensions=` are all the empty set."""
    return tuple(sorted((str(item["Name"]), str(item.get("Value", ""))) for item in raw or []))


def moment(raw: Any) -> float:
    """A time of any protocol (ISO text, number, datetime) as seconds since the epoch; absent: now."""
    if raw in (None, ""):
        return time.time()
    if isinstance(raw, datetime):
        return raw.timestamp()
    try:
        return float(raw)
    except ValueError:
        return datetime.fromisoformat(str(raw).replace("Z", "+00:00")).astimezone(timezone.utc).timestamp()


def sample(datum: dict[str, Any]) -> Sample:
    """One datum of PutMetricData: Value, Values and Counts, or StatisticValues."""
    stats = datum.get("StatisticValues")
    if datum.get("Values"):
        counts = datum.get("Counts") or [1] * len(datum["Values"])
        values = [(float(value), float(count)) for value, count in zip(datum["Values"], counts)]
    elif stats:
        values = []
    else:
        if datum.get("Value") in (None, ""):
            raise AwsError(
                "MissingParameter",
                "At least one of the parameters must be specified: Value, StatisticValues or Values.",
                400,
                "MissingParameter",
            )
        values = [(float(datum["Value"]), 1.0)]
    if any(not math.isfinite(value) for value, _unused in values):
        raise AwsError("InvalidParameterValue", "The value NaN for parameter MetricData.member.1.Value is invalid.")
    when, unit = moment(datum.get("Timestamp")), str(datum.get("Unit") or "None")
    if stats:
        count, total, low, high = (float(stats[name]) for name in ("SampleCount", "Sum", "Minimum", "Maximum"))
        return Sample(when, count, total, low, high, unit, values)
    numbers = [value for value, _unused in values]
    return Sample(when, sum(count for _unused, count in values), sum(v * c for v, c in values), min(numbers), max(numbers), unit, values)


class Metrics:
    """The metrics of one account and region. `list_delay`: seconds until ListMetrics shows a new metric."""

    def __init__(self) -> None:
        self.series: dict[Key, Series] = {}
        self._pages: dict[str, list[dict[str, Any]]] = {}

    def put(self, params: dict[str, Any]) -> None:
        """PutMetricData, from MetricData and from EntityMetricData alike; nothing is stored of a request that is refused."""
        namespace = str(params.get("Namespace") or "")
        if not namespace:
            raise AwsError("MissingParameter", "The parameter Namespace is required.")
        if namespace.startswith("AWS/"):
            raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
        datums = list(params.get("MetricData") or [])
        for entity in params.get("EntityMetricData") or []:
            datums += entity.get("MetricData") or []
        if not datums:
            raise AwsError("MissingParameter", "The parameter MetricData is required.")
        if len(datums) > DATUMS:
            raise AwsError("InvalidParameterValue", f"The collection MetricData must not have a size greater than {DATUMS}.")
        ready: list[tuple[Key, Sample]] = []
        for datum in datums:
            if not datum.get("MetricName"):
                raise AwsError("MissingParameter", "The parameter MetricData.member.1.MetricName is required.")
            key = (namespace, str(datum["MetricName"]), dimensions(datum.get("Dimensions")))
            if len(key[2]) > DIMENSIONS:
                raise AwsError("InvalidParameterValue", f"The collection Dimensions must not have a size greater than {DIMENSIONS}.")
            ready.append((key, sample(datum)))
        for key, item in ready:
            series = self.series.get(key)
            if series is None:
                series = self.series[key] = Series(key, time.time())
            series.samples.append(item)

    def list_metrics(self, params: dict[str, Any], delay: float) -> dict[str, Any]:
        """ListMetrics: each metric once, and not before it is `delay` seconds old."""
        token = params.get("NextToken")
        if token:
            if token not in self._pages:
                raise AwsError("InvalidParameterValue", "Request parameter NextToken is invalid")
            found = self._pages.pop(token)
        else:
            born = time.time() - delay
            wanted = [(item["Name"], item.get("Value")) for item in params.get("Dimensions") or []]
            found = [
                {"Namespace": key[0], "MetricName": key[1], "Dimensions": [{"Name": name, "Value": value} for name, value in key[2]]}
                for key, series in self.series.items()
                if series.since <= born
                and params.get("Namespace") in (None, "", key[0])
                and params.get("MetricName") in (None, "", key[1])
                and all(any(name == have and value in (None, "", its) for have, its in key[2]) for name, value in wanted)
            ]
        rest = found[PAGE:]
        token = str(uuid.uuid4()) if rest else None
        if token:
            self._pages[token] = rest
        return {"Metrics": found[:PAGE], "NextToken": token}

    def data(self, params: dict[str, Any]) -> dict[str, Any]:
        """GetMetricData for MetricStat, whose dimensions are the whole set of the series, and for queries of Metrics Insights."""
        asked = params.get("MetricDataQueries") or []
        if len(asked) > QUERIES:
            raise AwsError("ValidationError", f"The collection MetricDataQueries must not have a size greater than {QUERIES}.")
        start, end = moment(params.get("StartTime")), moment(params.get("EndTime"))
        if start >= end:
            raise AwsError("ValidationError", "The parameter EndTime must be greater than StartTime.")
        ascending = params.get("ScanBy") == "TimestampAscending"
        results = []
        for query in asked:
            if str(query.get("ReturnData", "true")).lower() == "false":
                continue
            for label, points in self._asked(query, start, end):
                points.sort(reverse=not ascending)
                results.append(
                    {
                        "Id": query["Id"],
                        "Label": label,
                        "Timestamps": [datetime.fromtimestamp(at, timezone.utc) for at, _unused in points],
                        "Values": [value for _unused, value in points],
                        "StatusCode": "Complete",
                    }
                )
        return {"MetricDataResults": results, "Messages": []}

    def _asked(self, query: dict[str, Any], start: float, end: float) -> list[tuple[str, list[tuple[float, float]]]]:
        """The label and the points of each time series that a query means."""
        stat = query.get("MetricStat")
        if stat:
            points = self.points(stat["Metric"], start, end, float(stat["Period"]), stat["Stat"], stat.get("Unit"))
            return [(str(query.get("Label") or stat["Metric"]["MetricName"]), points)]
        expression = str(query.get("Expression") or "")
        if not queries.is_query(expression):
            raise AwsError("ValidationError", "This stand-in answers MetricStat and Metrics Insights queries only.")
        found = self.insights(expression, start, end, float(query.get("Period") or 60))
        return [(" ".join(key) or str(query.get("Label") or query["Id"]), points) for key, points in sorted(found.items())]

    def insights(self, expression: str, start: float, end: float, period: float) -> dict[tuple[str, ...], list[tuple[float, float]]]:
        """The points of a query of Metrics Insights by the values of its GROUP BY; a contributor without a point in this time has none."""
        query = queries.parse(expression)
        found = {}
        for key, matched in queries.contributors(query, self.series.values()).items():
            samples = [item for series in matched for item in series.samples]
            points = _by_period(samples, start, end, period, query.statistic)
            if points:
                found[key] = points
        return found

    def statistics(self, params: dict[str, Any]) -> dict[str, Any]:
        """GetMetricStatistics."""
        start, end, period = moment(params.get("StartTime")), moment(params.get("EndTime")), float(params["Period"])
        points: dict[float, dict[str, Any]] = {}
        for stat in params.get("Statistics") or []:
            for at, value in self.points(params, start, end, period, stat, params.get("Unit")):
                points.setdefault(at, {"Timestamp": datetime.fromtimestamp(at, timezone.utc), "Unit": self._unit(params)})[stat] = value
        return {"Label": params["MetricName"], "Datapoints": list(points.values())}

    def _unit(self, metric: dict[str, Any]) -> str:
        series = self.series.get((metric["Namespace"], metric["MetricName"], dimensions(metric.get("Dimensions"))))
        return series.samples[0].unit if series else "None"

    def points(self, metric: dict[str, Any], start: float, end: float, period: float, stat: str, unit: Any) -> list[tuple[float, float]]:
        """The time and value of each period of a metric."""
        series = self.series.get((metric["Namespace"], metric["MetricName"], dimensions(metric.get("Dimensions"))))
        samples = [item for item in (series.samples if series else []) if unit in (None, "", item.unit)]
        return _by_period(samples, start, end, period, stat)


def _by_period(samples: list[Sample], start: float, end: float, period: float, stat: str) -> list[tuple[float, float]]:
    """A point for each period with samples, the first of them the one that *start* is in."""
    buckets: dict[float, list[Sample]] = {}
    for item in samples:
        at = item.time // period * period
        if start // period * period <= at < end:
            buckets.setdefault(at, []).append(item)
    return [(at, statistic(items, stat)) for at, items in buckets.items()]


def statistic(items: list[Sample], stat: str) -> float:
    """Average, Sum, Minimum, Maximum, SampleCount or a percentile (p50, p99.9) of the samples of a period."""
    count, total = sum(item.count for item in items), sum(item.total for item in items)
    simple = {
        "Average": total / count if count else 0.0,
        "Sum": total,
        "Minimum": min(item.low for item in items),
        "Maximum": max(item.high for item in items),
        "SampleCount": count,
    }
    if stat in simple:
        return simple[stat]
    try:
        share = float(stat.lstrip("p")) / 100
    except ValueError:
        raise AwsError("ValidationError", f"The value {stat} for parameter Stat is not supported.") from None
    spread = sorted(value for item in items for value, times in item.values for _unused in range(int(times)))
    return spread[min(len(spread) - 1, int(share * len(spread)))] if spread else simple["Average"]
