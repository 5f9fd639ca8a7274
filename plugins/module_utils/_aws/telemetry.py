# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Awaits and evaluates the telemetry of many hosts. Private to this collection; clock and clients are handed in."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Iterator, Sequence, Union

from .._telemetry.causes import LOGS, METRICS
from .._telemetry.evaluation import HOLD_SECONDS, SLACK_SECONDS, Question, Settings, evaluate
from .._telemetry.expected_metrics import Metric
from .._telemetry.expected_streams import Stream
from .._telemetry.hosts import Host
from .._telemetry.measured import NO_VALUE, NOTHING, Measured, MetricKey, StreamKey
from .errors import AwsError
from .telemetry_reading import read_metrics, read_newest, read_streams

POLL_SECONDS = 2.0
SHORTEST_POLL_SECONDS = 0.5
SLOWEST_POLL_SECONDS = 10.0
LONGEST_SECONDS = 600.0
"""Nobody waits longer for a metric, however long its interval."""
NOTICE_SECONDS = 30.0
SERVICES = {LOGS: "logs", METRICS: "cloudwatch"}

Item = Union[Stream, Metric]
Waiting = tuple[str, Item, Union[StreamKey, MetricKey], float]
"""Name of the host, what is awaited of it, its key, and until when at the latest."""


@dataclass
class Watch:
    """One question about the hosts of one region and account.

    ``client`` gives the client of a service; ``notify`` learns, once in ``NOTICE_SECONDS``, what is awaited of which hosts, and until when
    at the latest; ``clock``: seconds since the epoch.
    """

    client: Callable[[str], Any]
    settings: Settings
    notify: Callable[[Sequence[tuple[str, Item]], float], None] = lambda _items, _until: None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    measured: Measured = field(default_factory=Measured)
    _complete_since: dict[StreamKey, float] = field(default_factory=dict)

    def run(self, hosts: Iterable[Host]) -> tuple[list[dict[str, Any]], float]:
        """The evaluations of the hosts, and the seconds spent waiting. What cannot be asked is in ``measured.refused``."""
        questions = [Question(host, self.settings) for host in hosts]
        streams = [key for question in questions for key, _item in question.streams]
        self._read(streams, [key for question in questions for key, _item in question.metrics])
        waited = self._await(questions)
        if waited:
            # Counts as they are at the end, not as they were when the first line came.
            self._read(streams, [])
        self._read_late_lines(questions, timestamped=False)
        now = self.clock()
        return [evaluate(question, self.measured, now) for question in questions], waited

    def _read(self, streams: Iterable[StreamKey], metrics: Iterable[MetricKey]) -> None:
        some, others = list(dict.fromkeys(streams)), list(dict.fromkeys(metrics))
        # Side by side: either service is slow to answer, and its client slow to make.
        with ThreadPoolExecutor(2) as threads:
            asked = [threads.submit(self._read_streams, some)] if some else []
            asked += [threads.submit(self._read_metrics, others)] if others else []
            for answer in asked:
                answer.result()

    def _read_streams(self, keys: list[StreamKey]) -> None:
        self._ask(LOGS, lambda client: self.measured.streams.update(read_streams(client, keys)))

    def _read_metrics(self, keys: list[MetricKey]) -> None:
        self._ask(METRICS, lambda client: self.measured.metrics.update(read_metrics(client, keys, self.clock())))

    def _ask(self, kind: str, question: Callable[[Any], None]) -> None:
        """A refusal ends the questions of this kind: the others are still worth asking."""
        if kind in self.measured.refused:
            return
        try:
            question(self.client(SERVICES[kind]))
        except AwsError as error:
            self.measured.refused[kind] = str(error)

    def _await(self, questions: list[Question]) -> float:
        pause = POLL_SECONDS
        noticed = float("-inf")
        while True:
            waiting = self._waiting(questions)
            now = self.clock()
            if not waiting:
                return now - self.settings.begun if pause > POLL_SECONDS else 0.0
            if now - noticed >= NOTICE_SECONDS:
                noticed = now
                self.notify([(host, item) for host, item, _key, _until in waiting], max(until for *_rest, until in waiting))
            self.sleep(min(pause, max(SHORTEST_POLL_SECONDS, min(until for *_rest, until in waiting) - now)))
            pause = min(pause * 1.5, SLOWEST_POLL_SECONDS)
            keys = [key for _host, _item, key, _until in waiting]
            self._read([key for key in keys if isinstance(key, StreamKey)], [key for key in keys if isinstance(key, MetricKey)])
            self._read_late_lines(questions, timestamped=True)

    def _waiting(self, questions: list[Question]) -> list[Waiting]:
        """What is not there yet and may still come in time."""
        now = self.clock()
        awaited = [question for question in questions if question.awaited]
        found = [*self._waiting_streams(awaited, now), *self._waiting_metrics(awaited)]
        return [waiting for waiting in found if now < waiting[-1]]

    def _waiting_streams(self, questions: list[Question], now: float) -> Iterator[Waiting]:
        if LOGS in self.measured.refused:
            return
        for question in questions:
            for key, item in question.streams:
                until = min(self.settings.begun + self.settings.timeout, self._comes_until(question, key, item, now))
                yield question.host.name, item, key, until

    def _waiting_metrics(self, questions: list[Question]) -> Iterator[Waiting]:
        if METRICS in self.measured.refused:
            return
        for question in questions:
            for key, item in question.metrics:
                if self.measured.metrics.get(key, NO_VALUE).value is None:
                    patience = max(self.settings.timeout, min(item.due + SLACK_SECONDS, LONGEST_SECONDS))
                    yield question.host.name, item, key, self.settings.begun + patience

    def _comes_until(self, question: Question, key: StreamKey, item: Stream, now: float) -> float:
        """Until when events of a stream, or more of them, may be on their way; 0 where none are."""
        seen = self.measured.streams.get(key, NOTHING)
        # Nothing will come of a file that the agent cannot read, and perhaps nothing of lines that are filtered.
        if not question.grew(item) or not item.readable or item.filtered or seen.unreadable:
            return 0.0
        if not question.complete(item, seen):
            return float("inf")
        if not item.waiting:
            return 0.0
        complete_since = self._complete_since.setdefault(key, now)
        return min(question.held_until(item), complete_since + HOLD_SECONDS + item.flush)

    def _read_late_lines(self, questions: list[Question], timestamped: bool) -> None:
        """Read the newest events of streams that seem to have none: they may carry an older time than the moment they were sent.

        ``timestamped``: only where lines bring their own time. At the end also where nothing was known to come, and before a stream is
        called missing.
        """
        for question in questions:
            for key, item in question.streams:
                seen = self.measured.streams.get(key, NOTHING)
                if seen.events or seen.unreadable:
                    continue
                if (question.grew(item) and (item.timestamped or not timestamped)) or (
                    question.awaited and item.timestamped and not timestamped
                ):
                    self._read_newest(key)

    def _read_newest(self, key: StreamKey) -> None:
        self._ask(LOGS, lambda client: self.measured.streams.update({key: read_newest(client, key)}))
