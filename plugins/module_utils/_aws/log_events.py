# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads and follows log events by FilterLogEvents, which is not late and costs nothing by the byte. Private to this collection.

Limits of the API reference: 100 stream names a call, 10,000 events or 1 MB a page; a page may be empty before others that are not.
"""

from __future__ import annotations

import functools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence

from .._telemetry.log_events import Awaited, Event, Missing, Part, Window
from .errors import LOG_EVENTS, AwsError, aws_call

STREAM_NAMES = 100
PAGE = 10_000
AT_ONCE = 8
OVERLAP_SECONDS = 300
"""How much older than the newest event one may be that comes after it: the streams of a log group are not sent together."""
POLL_SECONDS = 1.0
SLOWEST_POLL_SECONDS = 10.0
OTHER_WAY = "Hint: ask with query. The events of a log group of class INFREQUENT_ACCESS can be read in no other way."


class Selection(NamedTuple):
    """Which events of a log group: ``streams`` or ``prefix`` of their names, and CloudWatch Logs' filter ``pattern``; empty for all."""

    streams: tuple[str, ...] = ()
    prefix: str = ""
    pattern: str = ""

    def arguments(self) -> dict[str, Any]:
        """For FilterLogEvents, beside the names of streams."""
        named = {"logStreamNamePrefix": self.prefix, "filterPattern": self.pattern}
        return {name: value for name, value in named.items() if value}


@aws_call("read the log events of {group}", LOG_EVENTS)
def filter_events(client: Any, group: str, **arguments: Any) -> dict[str, Any]:
    """One page of FilterLogEvents."""
    return dict(client.filter_log_events(logGroupName=group, **arguments))


@dataclass
class Reader:
    """Reads log groups of several regions.

    ``clients``: of CloudWatch Logs, by region; ``deadline``: of ``clock``, seconds since the epoch.
    """

    clients: Mapping[str, Any]
    groups: Sequence[str]
    selection: Selection
    deadline: float
    clock: Callable[[], float] = time.time

    def once(self, window: Window, limit: int) -> Part:
        """The first ``limit`` events of a window.

        Raises:
            AwsError: a call failed.
        """
        part = self.read({(region, group): window.start for region in self.clients for group in self.groups}, window.end, limit)
        return part._replace(events=part.events[:limit], cut=part.cut or len(part.events) > limit)

    def read(self, starts: Mapping[tuple[str, str], float], end: float | None, limit: int | None) -> Part:
        """The events of all log groups, oldest first, ``limit`` of each at most; ``starts``: (region, log group) → seconds since the epoch.

        Raises:
            AwsError: a call failed, for another reason than that a group or stream does not exist.
        """
        asked = [(region, group) for region in self.clients for group in self.groups]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            parts = list(threads.map(lambda key: self._group(key[0], key[1], starts[key], end, limit), asked))
        return _sum(parts)

    def _group(self, region: str, group: str, start: float, end: float | None, limit: int | None) -> Part:
        window = {"startTime": int(start * 1000), **({} if end is None else {"endTime": int(end * 1000)})}
        page = functools.partial(filter_events, self.clients[region], group, **window, **self.selection.arguments())
        named = self.selection.streams
        chunks: list[tuple[str, ...]] = [named[first : first + STREAM_NAMES] for first in range(0, len(named), STREAM_NAMES)] or [()]
        return _sum(self._streams(page, region, group, chunk, limit) for chunk in chunks)

    def _streams(self, page: Callable[..., dict[str, Any]], region: str, group: str, names: tuple[str, ...], limit: int | None) -> Part:
        """One stream that does not exist refuses the question for all: then halves of them are asked."""
        try:
            return self._pages(functools.partial(page, logStreamNames=list(names)) if names else page, region, group, limit)
        except AwsError as error:
            if error.code == "InvalidOperationException":
                raise AwsError(f"{str(error).rstrip('.')}. {OTHER_WAY}", error.code) from error
            if error.code != "ResourceNotFoundException":
                raise
            if not names or "log group" in str(error):
                return Part(missing=(Missing(region, group),), calls=1)
            if len(names) == 1:
                return Part(missing=(Missing(region, group, names[0]),), calls=1)
        half = len(names) // 2
        return _sum(self._streams(page, region, group, some, limit) for some in (names[:half], names[half:]))

    def _pages(self, page: Callable[..., dict[str, Any]], region: str, group: str, limit: int | None) -> Part:
        found = Part()
        token: dict[str, str] = {}
        while True:
            left = PAGE if limit is None else limit + 1 - len(found.events)
            answer = page(limit=min(PAGE, left), **token)
            events = tuple(_event(region, group, item) for item in answer.get("events") or [])
            found = found.plus(Part(events, calls=1, size=sum(len(event.message.encode()) for event in events)))
            token = {"nextToken": answer["nextToken"]} if answer.get("nextToken") else {}
            full = limit is not None and len(found.events) > limit
            if full or not token or self.clock() >= self.deadline:
                return found._replace(events=found.events[:limit], cut=full or bool(token))


def _event(region: str, group: str, item: Mapping[str, Any]) -> Event:
    return Event(
        region=region,
        group=group,
        stream=str(item.get("logStreamName", "")),
        timestamp=int(item["timestamp"]),
        ingested=int(item.get("ingestionTime", item["timestamp"])),
        message=str(item.get("message", "")),
        key=str(item.get("eventId", "")),
    )


def _sum(parts: Iterable[Part]) -> Part:
    return functools.reduce(Part.plus, parts, Part())


class Followed(NamedTuple):
    """What has come. ``matched``: how many events are such as were waited for; ``waited``: seconds."""

    part: Part
    matched: int = 0
    waited: float = 0.0


@dataclass
class Follower:
    """Follows log groups until what is awaited is there or the reader's time is over. ``notify`` gets the events that have newly come."""

    reader: Reader
    awaited: Awaited
    limit: int
    notify: Callable[[Sequence[Event]], None] = lambda _events: None
    sleep: Callable[[float], None] = time.sleep
    _seen: dict[Event, None] = field(default_factory=dict)
    _starts: dict[tuple[str, str], float] = field(default_factory=dict)

    def run(self, window: Window) -> Followed:
        """The newest events since the window's start, ``limit`` at most.

        Raises:
            AwsError: a call failed.
        """
        begun = self.reader.clock()
        self._starts = {(region, group): window.start for region in self.reader.clients for group in self.reader.groups}
        pause, whole = POLL_SECONDS, Part()
        while True:
            part = self.reader.read(self._starts, None, None)
            new = list(self._new(part.events))
            if new:
                self.notify(new)
                pause = POLL_SECONDS
            whole = whole.plus(part._replace(events=()))._replace(missing=part.missing)
            now, count = self.reader.clock(), self.awaited.count(self._seen)
            if count >= self.awaited.events or now >= self.reader.deadline:
                events = tuple(sorted(self._seen, key=lambda event: (event.timestamp, event.ingested)))
                cut = part.cut or len(events) > self.limit
                return Followed(whole._replace(events=events[-self.limit :], cut=cut), count, now - begun)
            self.sleep(min(pause, max(0.0, self.reader.deadline - now)))
            pause = min(pause * 1.5, SLOWEST_POLL_SECONDS)

    def _new(self, events: Iterable[Event]) -> Iterator[Event]:
        """Those not seen before; the next question begins a little before the newest one, or before now where its time is ahead."""
        now = self.reader.clock()
        for event in events:
            key = (event.region, event.group)
            self._starts[key] = max(self._starts[key], min(event.timestamp / 1000, now) - OVERLAP_SECONDS)
            if event not in self._seen:
                self._seen[event] = None
                yield event
