# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Queries of Logs Insights, which cost by the byte that they scan. Private to this collection.

Limits of the API reference: 50 log groups and 10,000 rows a query, 100 queries at a time in an account and region.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any, Callable, Sequence

from .._telemetry.log_events import Answer, Window, size
from .errors import LOG_EVENTS, AwsError, aws_call

GROUPS = 50
ROWS = 10_000
POLL_SECONDS = 0.5
SLOWEST_POLL_SECONDS = 3.0
OPEN = ("Scheduled", "Running", "Unknown")
BUSY = "LimitExceededException"
POINTER = "@ptr"
"""The identifier of a record, of use for nobody but GetLogRecord."""


@aws_call("start the query of {groups}", LOG_EVENTS)
def start_query(client: Any, groups: Sequence[str], query: str, start: int, end: int, limit: int) -> str:
    """The identifier of a new query; ``start`` and ``end``: seconds since the epoch."""
    answer = client.start_query(logGroupNames=list(groups), queryString=query, startTime=start, endTime=end, limit=limit)
    return str(answer["queryId"])


@aws_call("read the results of the query", LOG_EVENTS)
def get_query_results(client: Any, query_id: str) -> dict[str, Any]:
    """The state of a query, what it has scanned so far, and its rows so far."""
    return dict(client.get_query_results(queryId=query_id))


@aws_call("stop the query", LOG_EVENTS)
def stop_query(client: Any, query_id: str) -> None:
    """Let a query scan no more."""
    client.stop_query(queryId=query_id)


@dataclass
class Query:
    """A question in Logs Insights' language. ``most``: bytes that it may scan; ``deadline``: of ``clock``, seconds since the epoch."""

    groups: Sequence[str]
    text: str
    window: Window
    limit: int
    deadline: float
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    def run(self, client: Any, region: str, most: int) -> Answer:
        """The answer of one region. Whatever ends the wait, the query does not go on.

        Raises:
            AwsError: the query was refused or failed, took too long, or scanned more than ``most`` bytes.
        """
        query_id = self._started(client, region)
        pause = POLL_SECONDS
        try:
            while True:
                found = get_query_results(client, query_id)
                answer = _answer(found)
                self._bounded(answer, region, most)
                if found["status"] == "Complete":
                    return answer
                if found["status"] not in OPEN:
                    raise AwsError(f"The query ended as {found['status']} in {region}. Hint: run it again over a shorter window.")
                self._in_time(region, answer)
                self.sleep(pause)
                pause = min(pause * 1.5, SLOWEST_POLL_SECONDS)
        except BaseException:  # also an interrupt or a time-out of the task: AWS charges for a query that goes on
            self._stopped(client, query_id)
            raise

    def _started(self, client: Any, region: str) -> str:
        end = self.clock() if self.window.end is None else self.window.end
        while True:
            try:
                return start_query(client, self.groups, self.text, int(self.window.start), int(end), self.limit)
            except AwsError as error:
                if error.code == "ResourceNotFoundException":
                    text = f"{str(error).rstrip('.')}. Hint: name log groups that exist in {region}."
                    raise AwsError(text, error.code) from error
                if error.code != BUSY:
                    raise
                self._in_time(region, Answer(), str(error))
            self.sleep(SLOWEST_POLL_SECONDS)

    def _bounded(self, answer: Answer, region: str, most: int) -> None:
        if answer.bytes_scanned > most:
            raise AwsError(
                f"The query had scanned {size(answer.bytes_scanned)} in {region} when {size(most)} were left of max_scanned."
                " Hint: shorten the window, name fewer log groups, or raise max_scanned."
            )

    def _in_time(self, region: str, answer: Answer, reason: str = "") -> None:
        if self.clock() >= self.deadline:
            said = f" {reason.rstrip('.')}." if reason else ""
            raise AwsError(
                f"The query was not answered in time in {region}; it had scanned {size(answer.bytes_scanned)}.{said}"
                " Hint: raise timeout, or shorten the window."
            )

    @staticmethod
    def _stopped(client: Any, query_id: str) -> None:
        with contextlib.suppress(AwsError):  # it has ended, or nobody may stop it: what went wrong before is the message
            stop_query(client, query_id)


def _answer(found: dict[str, Any]) -> Answer:
    scanned = found.get("statistics") or {}
    rows = tuple(
        {item["field"]: str(item.get("value", "")) for item in row if item["field"] != POINTER} for row in found.get("results") or []
    )
    return Answer(rows, *(int(scanned.get(name) or 0) for name in ("bytesScanned", "recordsScanned", "recordsMatched")))
