# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch Logs: what moto does not do as AWS does. Groups, streams and events stay moto's own objects."""

from __future__ import annotations

import re
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.logs.models import logs_backends

from aws.answer import AwsError
from aws.answer import constraint as aws_constraint
from aws.log_patterns import matches

if TYPE_CHECKING:
    from moto.logs.models import LogEvent, LogGroup, LogsBackend, LogStream

RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
EVENTS, BATCH, EVENT_OVERHEAD, DAY_MS = 10_000, 1_048_576, 26, 86_400_000
CLASSES = ("STANDARD", "INFREQUENT_ACCESS", "DELIVERY", "ESSENTIALS")
TAGS = 50
IDENTIFIERS = 50
GROUP, STREAM = r"[\.\-_/#A-Za-z0-9]+", r"[^:*]*"


def invalid(message: str) -> AwsError:
    """CloudWatch Logs' refusal of a parameter."""
    return AwsError("InvalidParameterException", message)


constraint = partial(aws_constraint, "InvalidParameterException")


def backend(account: str, region: str) -> LogsBackend:
    """Moto's log groups of one account and region."""
    return logs_backends[account][region]


def group_of(account: str, region: str, params: dict[str, Any]) -> LogGroup:
    """The group that a request names, by name or ARN."""
    asked = str(params.get("logGroupName") or params.get("logGroupIdentifier") or "")
    name = asked.rsplit(":log-group:", maxsplit=1)[-1].removesuffix(":*")
    group = backend(account, region).groups.get(name)
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def check_create(params: dict[str, Any]) -> None:
    """What CreateLogGroup refuses beyond moto."""
    name = str(params.get("logGroupName") or "")
    check_name(params, "logGroupName", GROUP)
    if name.startswith("aws/"):
        raise invalid("Log groups starting with aws/ are reserved.")
    if len(params.get("tags") or {}) > TAGS:
        raise constraint(f"[{len(params['tags'])} tags]", "tags", f"Member must have length less than or equal to {TAGS}")
    kind = params.get("logGroupClass")
    if kind and kind not in CLASSES:
        raise constraint(kind, "logGroupClass", f"Member must satisfy enum value set: [{', '.join(CLASSES)}]")


def check_name(params: dict[str, Any], key: str, pattern: str) -> None:
    """What every operation that makes something refuses: a name of other letters than the service's own pattern has."""
    name = str(params.get(key) or "")
    if not re.fullmatch(pattern, name):
        raise constraint(name, key, f"Member must satisfy regular expression pattern: {pattern}")


def keep_class(account: str, region: str, params: dict[str, Any]) -> None:
    """Notes the class and the protection of a group that was just created."""
    group = group_of(account, region, params)
    group.lab_class = params.get("logGroupClass") or "STANDARD"  # type: ignore[attr-defined]
    group.lab_protected = bool(params.get("deletionProtectionEnabled"))  # type: ignore[attr-defined]


def check_retention(account: str, region: str, params: dict[str, Any]) -> None:
    """What PutRetentionPolicy refuses beyond moto: other numbers, and a class that keeps its events for one day."""
    days = params.get("retentionInDays")
    if days not in RETENTIONS:
        raise constraint(days, "retentionInDays", f"Member must satisfy enum value set: [{', '.join(map(str, RETENTIONS))}]")
    if getattr(group_of(account, region, params), "lab_class", "STANDARD") == "DELIVERY":
        raise invalid("The retention of a log group of class DELIVERY cannot be changed.")


def check_events(params: dict[str, Any]) -> None:
    """What PutLogEvents refuses beyond moto: batches above 10,000 events, 1 MB or 24 hours."""
    events = params.get("logEvents") or []
    if not 1 <= len(events) <= EVENTS:
        raise constraint(f"[{len(events)} events]", "logEvents", f"Member must have length less than or equal to {EVENTS}")
    size = sum(len(str(event.get("message", "")).encode()) + EVENT_OVERHEAD for event in events)
    if size > BATCH:
        raise invalid(f"Upload too large: {size} bytes exceeds limit of {BATCH}")
    times = [event.get("timestamp", 0) for event in events]
    if max(times) - min(times) > DAY_MS:
        raise invalid("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")


def describe_groups(account: str, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """DescribeLogGroups, with class, protection, pattern, identifiers."""
    if len(params.get("logGroupIdentifiers") or []) > IDENTIFIERS:
        raise constraint("[…]", "logGroupIdentifiers", f"Member must have length less than or equal to {IDENTIFIERS}")
    names = [str(item).rsplit(":log-group:", maxsplit=1)[-1].removesuffix(":*") for item in params.get("logGroupIdentifiers") or []]
    prefix, pattern = params.get("logGroupNamePrefix") or "", params.get("logGroupNamePattern") or ""
    if prefix and pattern:
        raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    kind = params.get("logGroupClass")
    groups = []
    for name, group in sorted(backend(account, region).groups.items()):
        shown = {
            **group.to_describe_dict(),
            "logGroupClass": getattr(group, "lab_class", "STANDARD"),
            "deletionProtectionEnabled": getattr(group, "lab_protected", False),
            "metricFilterCount": sum(item["logGroupName"] == name for item in backend(account, region).filters.metric_filters),
        }
        wanted = name in names if names else name.startswith(prefix) and pattern.lower() in name.lower()
        if wanted and kind in (None, shown["logGroupClass"]):
            groups.append(shown)
    shown_groups, token = page(groups, params)
    return {"logGroups": shown_groups, "nextToken": token}


def page(items: list[Any], params: dict[str, Any]) -> tuple[list[Any], str | None]:
    """A page of *items* by the request's limit and token, and the token of the next."""
    limit = int(params.get("limit") or 50)
    if not 1 <= limit <= 50:
        raise constraint(limit, "limit", "Member must have value less than or equal to 50")
    token = str(params.get("nextToken") or "0")
    if not token.isdigit():
        raise invalid("The specified nextToken is invalid.")
    start = int(token)
    return items[start : start + limit], str(start + limit) if start + limit < len(items) else None


def describe_streams(account: str, region: str, params: dict[str, Any], delay: float) -> dict[str, Any]:
    """DescribeLogStreams: the times of events come `delay` seconds late, as AWS says they may."""
    group = group_of(account, region, params)
    prefix, order = params.get("logStreamNamePrefix") or "", params.get("orderBy") or "LogStreamName"
    if order == "LastEventTime" and prefix:
        raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
    shown = [_stream(stream, delay) for name, stream in list(group.streams.items()) if name.startswith(prefix)]
    field = "logStreamName" if order == "LogStreamName" else "lastEventTimestamp"
    shown.sort(
        key=lambda item: item.get(field, 0) if field == "lastEventTimestamp" else item[field], reverse=bool(params.get("descending"))
    )
    shown_streams, token = page(shown, params)
    return {"logStreams": shown_streams, "nextToken": token}


def _stream(stream: LogStream, delay: float) -> dict[str, Any]:
    shown = {key: value for key, value in stream.to_describe_dict().items() if not key.startswith(("first", "last"))}
    shown["storedBytes"] = 0
    seen = [event for event in list(stream.events) if event.ingestion_time <= (time.time() - delay) * 1000]
    if seen:
        shown["firstEventTimestamp"] = min(event.timestamp for event in seen)
        shown["lastEventTimestamp"] = max(event.timestamp for event in seen)
        shown["lastIngestionTime"] = max(event.ingestion_time for event in seen)
    return shown


def filter_events(account: str, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """FilterLogEvents: events of all streams by time, from startTime (inclusive) to endTime (exclusive)."""
    group = group_of(account, region, params)
    names, prefix = params.get("logStreamNames"), params.get("logStreamNamePrefix")
    if names and prefix:
        raise invalid("LogStreamNamePrefix and logStreamNames are mutually exclusive parameters.")
    limit = int(params.get("limit") or 10_000)
    if not 1 <= limit <= 10_000:
        raise constraint(limit, "limit", "Member must have value less than or equal to 10000")
    start, end = params.get("startTime") or 0, params.get("endTime") or float("inf")
    pattern = str(params.get("filterPattern") or "")
    found: list[tuple[int, int, str, LogEvent]] = []
    for name, stream in list(group.streams.items()):
        if (names and name not in names) or (prefix and not name.startswith(prefix)):
            continue
        found += [
            (event.timestamp, event.event_id, name, event)
            for event in list(stream.events)
            if start <= event.timestamp < end and matches(pattern, event.message)
        ]
    found.sort(key=lambda item: item[:2])
    token = str(params.get("nextToken") or "0")
    if not token.isdigit():
        raise invalid("The specified nextToken is invalid.")
    first = int(token)
    page = [{**event.to_filter_dict(), "logStreamName": name} for _first, _second, name, event in found[first : first + limit]]
    return {"events": page, "searchedLogStreams": [], "nextToken": str(first + limit) if first + limit < len(found) else None}
