# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CloudWatch in memory, with a clock that only sleeping moves."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

NOW = 1_767_225_630.0


def refused(code: str, message: str, operation: str) -> ClientError:
    """An error answer of AWS."""
    return ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}, operation)


@dataclass
class Cloud:
    """Both clients of all regions in one.

    ``later``: (moment, what happens then). ``page``: events a page; ``empty_pages``: pages without events before the first one with some.
    ``status``: status codes of the coming answers about metrics.
    """

    now: float = NOW
    page: int = 10_000
    events: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)
    values: list[tuple[str, dict[str, str], float, float]] = field(default_factory=list)
    later: list[tuple[float, Any]] = field(default_factory=list)
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    region: str = ""
    unreadable: set[str] = field(default_factory=set)
    empty_pages: int = 0
    status: list[str] = field(default_factory=list)

    def client(self, _service: str, region: str = "us-east-1") -> Cloud:
        """Stands for every client; remembers the region for the calls' record."""
        self.region = region
        return self

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        due = [item for item in self.later if item[0] <= self.now]
        self.later = [item for item in self.later if item[0] > self.now]
        for moment, happening in due:
            happening(moment)

    def log(self, group: str, stream: str, *moments: float, came: float | None = None) -> None:
        """Events at these moments, come then or (late lines) at ``came``."""
        self.events.setdefault((group, stream), []).extend((moment, came or moment) for moment in moments)

    def measure(self, name: str, dimensions: dict[str, str], moment: float, value: float = 1.5) -> None:
        """One datum."""
        self.values.append((name, dimensions, moment, value))

    def count(self, operation: str) -> int:
        return sum(called == operation for called, _region, _request in self.calls)

    def _called(self, operation: str, request: dict[str, Any]) -> None:
        self.calls.append((operation, self.region, request))

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        self._called("filter_log_events", request)
        group, names = request["logGroupName"], request["logStreamNames"]
        if not any(known == group for known, _stream in self.events):
            raise refused("ResourceNotFoundException", "The specified log group does not exist.", "FilterLogEvents")
        if group in self.unreadable:
            raise refused("InvalidOperationException", "FilterLogEvents is not supported for this log class.", "FilterLogEvents")
        if any((group, name) not in self.events for name in names):
            raise refused("ResourceNotFoundException", "The specified log stream does not exist.", "FilterLogEvents")
        found = [
            {"logStreamName": name, "timestamp": int(moment * 1000), "ingestionTime": int(came * 1000), "message": "x"}
            for name in names
            for moment, came in self.events[(group, name)]
            if moment * 1000 >= request["startTime"]
        ]
        first = int(request.get("nextToken", -self.empty_pages * self.page))
        if first < 0:
            return {"events": [], "nextToken": str(first + self.page)}
        rest = {"nextToken": str(first + self.page)} if first + self.page < len(found) else {}
        return {"events": found[first : first + self.page], **rest}

    def get_log_events(self, **request: Any) -> dict[str, Any]:
        self._called("get_log_events", request)
        key = (request["logGroupName"], request["logStreamName"])
        if key not in self.events:
            raise refused("ResourceNotFoundException", "The specified log stream does not exist.", "GetLogEvents")
        before = int(request.get("nextToken", 0))
        token = {"nextBackwardToken": str(min(before + 1, self.empty_pages + 1))}
        newest = sorted(self.events[key])[-request["limit"] :] if before == self.empty_pages else []
        return {"events": [{"timestamp": int(moment * 1000), "ingestionTime": int(came * 1000)} for moment, came in newest], **token}

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        self._called("get_metric_data", request)
        results = []
        status = self.status.pop(0) if self.status else "Complete"
        for query in request["MetricDataQueries"]:
            asked, period = query["MetricStat"]["Metric"], query["MetricStat"]["Period"]
            dimensions = {item["Name"]: item["Value"] for item in asked["Dimensions"]}
            points = sorted(
                (
                    (moment - moment % period, value)
                    for name, known, moment, value in self.values
                    if name == asked["MetricName"]
                    and known == dimensions
                    and request["StartTime"] <= moment - moment % period < request["EndTime"]
                ),
                reverse=True,
            )
            points = points if status == "Complete" else []
            times = [datetime.datetime.fromtimestamp(moment, datetime.timezone.utc) for moment, _value in points]
            results.append({"Id": query["Id"], "Timestamps": times, "Values": [value for _moment, value in points], "StatusCode": status})
        return {"MetricDataResults": results}
