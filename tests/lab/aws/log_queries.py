# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch Logs Insights: a query is running before it is complete, says what it scans, and is refused where it cannot be read.

A part of the language: ``fields``, ``filter`` (``like`` with a text or a /regular expression/, ``=`` and ``!=``), ``sort`` (by @timestamp),
``limit``, ``stats count(*) [as name] [by field]``. Messages that are JSON objects have their fields, those of the first level alone.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from datetime import datetime, timezone
from typing import Any, Callable

from aws.answer import AwsError
from aws.loggroups import backend, constraint, group_of

ROWS = 10_000
FIELDS = ("@timestamp", "@message", "@logStream", "@log", "@ptr")
Record = dict[str, str]

_FILTER = re.compile(r"(@?\w+)\s*(like|=|!=)\s*(?:/(.*)/|\"(.*)\"|'(.*)')", re.DOTALL)
_STATS = re.compile(r"count\(\*\)(?:\s+as\s+(\w+))?(?:\s+by\s+(@?\w+))?")
_SORT = re.compile(r"@timestamp(?:\s+(asc|desc))?")


class Query:
    """One query. ``looks``: how often its results were asked for."""

    def __init__(self, records: list[Record], rows: list[Record], matched: int) -> None:
        self.rows, self.matched, self.scanned = rows, matched, len(records)
        self.size = sum(len(record["@message"].encode()) for record in records)
        self.looks = 0
        self.status = "Running"

    def shown(self) -> dict[str, Any]:
        """GetQueryResults: half of the bytes are scanned at the first look, and no row is there."""
        self.looks += 1
        if self.looks > 1 and self.status == "Running":
            self.status = "Complete"
        done = self.status == "Complete"
        rows = [[{"field": key, "value": value} for key, value in row.items()] for row in self.rows] if done else []
        numbers = {
            "recordsMatched": float(self.matched if done else 0),
            "recordsScanned": float(self.scanned if done else 0),
            "bytesScanned": float(self.size if done else (self.size + 1) // 2),
        }
        return {"queryLanguage": "CWLI", "results": rows, "statistics": numbers, "status": self.status}


QUERIES: dict[tuple[str, str, str], Query] = {}


def _malformed(command: str) -> AwsError:
    return AwsError("MalformedQueryException", f"unexpected symbol found in {command!r}")


def start(account: str, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """StartQuery, over events from startTime to endTime, both in seconds and inclusive."""
    limit = int(params.get("limit") or ROWS)
    if not 1 <= limit <= ROWS:
        raise constraint(limit, "limit", f"Member must have value less than or equal to {ROWS}")
    names = params.get("logGroupNames") or [params.get("logGroupName")]
    begin, end = params["startTime"] * 1000, params["endTime"] * 1000 + 999
    records = []
    for name in names:
        group = group_of(account, region, {"logGroupName": name})
        for stream, content in list(backend(account, region).groups[group.name].streams.items()):
            records += [_record(account, name, stream, event) for event in list(content.events) if begin <= event.timestamp <= end]
    records.sort(key=lambda record: record["@timestamp"], reverse=True)
    rows, matched = _answered(records, str(params.get("queryString") or ""))
    query_id = str(uuid.uuid4())
    QUERIES[(account, region, query_id)] = Query(records, rows[:limit], matched)
    return {"queryId": query_id}


def _record(account: str, group: str, stream: str, event: Any) -> Record:
    moment = datetime.fromtimestamp(event.timestamp / 1000, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    values = (moment, event.message, stream, f"{account}:{group}", f"{group}/{event.event_id}")
    return {**_discovered(event.message), **dict(zip(FIELDS, values))}


def _discovered(message: str) -> Record:
    """The fields of a message that is a JSON object."""
    try:
        found = json.loads(message)
    except ValueError:
        return {}
    items = found.items() if isinstance(found, dict) else ()
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in items if not isinstance(value, (dict, list))}


def _answered(records: list[Record], text: str) -> tuple[list[Record], int]:
    """The rows, and how many records were not filtered out."""
    found, matched, names = list(records), len(records), ["@timestamp", "@message"]
    for command in (part.strip() for part in text.split("|")):
        word, _space, rest = command.partition(" ")
        handler = _COMMANDS.get(word)
        if handler is None:
            raise _malformed(command)
        if word == "fields":
            names = [name.strip() for name in rest.split(",")]
        else:
            found = handler(found, rest.strip(), command)
        if word == "filter":
            matched = len(found)
    if not found or "@ptr" in found[0]:
        found = [{name: record[name] for name in (*names, "@ptr") if name in record} for record in found]
    return found, matched


def _filter(records: list[Record], rest: str, command: str) -> list[Record]:
    read = _FILTER.fullmatch(rest)
    if read is None:
        raise _malformed(command)
    field, how, pattern, *texts = read.groups()
    text = next((one for one in texts if one is not None), "")
    if how == "like":
        expression = re.compile(re.escape(text) if pattern is None else pattern)
        return [record for record in records if expression.search(record.get(field, ""))]
    return [record for record in records if (record.get(field) == text) == (how == "=")]


def _sort(records: list[Record], rest: str, command: str) -> list[Record]:
    read = _SORT.fullmatch(rest)
    if read is None:
        raise _malformed(command)
    return sorted(records, key=lambda record: record["@timestamp"], reverse=read[1] == "desc")


def _stats(records: list[Record], rest: str, command: str) -> list[Record]:
    read = _STATS.fullmatch(rest)
    if read is None:
        raise _malformed(command)
    name, by = read[1] or "count(*)", read[2]
    counts = Counter(record.get(by, "") if by else "" for record in records)
    return [{**({by: value} if by and value else {}), name: str(count)} for value, count in sorted(counts.items())]


def _limit(records: list[Record], rest: str, command: str) -> list[Record]:
    if not rest.isdigit():
        raise _malformed(command)
    return records[: int(rest)]


_COMMANDS: dict[str, Callable[[list[Record], str, str], list[Record]]] = {
    "fields": lambda records, _rest, _command: records,
    "filter": _filter,
    "sort": _sort,
    "stats": _stats,
    "limit": _limit,
}


def _known(account: str, region: str, params: dict[str, Any]) -> Query:
    query = QUERIES.get((account, region, str(params.get("queryId"))))
    if query is None:
        raise AwsError("ResourceNotFoundException", "The specified query does not exist.")
    return query


def results(account: str, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """GetQueryResults."""
    return _known(account, region, params).shown()


def stop(account: str, region: str, params: dict[str, Any]) -> dict[str, Any]:
    """StopQuery; a query that has ended is not there to be stopped."""
    query = _known(account, region, params)
    if query.status != "Running":
        raise AwsError("InvalidParameterException", f"Query ended, cannot be stopped: {query.status}")
    query.status = "Cancelled"
    return {"success": True}


OPERATIONS: dict[str, Callable[[str, str, dict[str, Any]], dict[str, Any]]] = {
    "StartQuery": start,
    "GetQueryResults": results,
    "StopQuery": stop,
}
