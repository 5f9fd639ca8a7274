# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries of Logs Insights: awaited, bounded, stopped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_queries import Query
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.log_events import Answer, Window

from .cloud import NOW, refused


@dataclass
class Insights:
    """Answers with these states in turn, a megabyte more each time. ``busy``: how often a query cannot be started."""

    states: list[str] = field(default_factory=lambda: ["Scheduled", "Running", "Complete"])
    now: float = NOW
    busy: int = 0
    error: tuple[str, str] | None = None
    asked: int = 0
    started: list[dict[str, Any]] = field(default_factory=list)
    stopped: int = 0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def start_query(self, **request: Any) -> dict[str, Any]:
        if self.busy:
            self.busy -= 1
            raise refused("LimitExceededException", "too many queries", "StartQuery")
        if self.error:
            raise refused(*self.error, "StartQuery")
        self.started.append(request)
        return {"queryId": "q"}

    def get_query_results(self, **_request: Any) -> dict[str, Any]:
        state = self.states[min(self.asked, len(self.states) - 1)]
        self.asked += 1
        statistics = {"bytesScanned": 1e6 * self.asked, "recordsScanned": 10.0, "recordsMatched": 2.0}
        return {"status": state, "statistics": statistics, "results": [[{"field": "n", "value": "1"}, {"field": "@ptr", "value": "p"}]]}

    def stop_query(self, **_request: Any) -> dict[str, Any]:
        self.stopped += 1
        raise refused("InvalidParameterException", "Query ended, cannot be stopped", "StopQuery")


def run(insights: Insights, most: int = 10**9, seconds: float = 60.0) -> Answer:
    query = Query(["/web"], "fields n", Window(NOW - 60.5), 7, NOW + seconds, insights.clock, insights.sleep)
    return query.run(insights, "us-east-1", most)


def test_the_answer_is_awaited() -> None:
    insights = Insights()
    assert run(insights) == Answer(({"n": "1"},), 3_000_000, 10, 2)
    assert insights.started == [
        {"logGroupNames": ["/web"], "queryString": "fields n", "startTime": int(NOW - 60.5), "endTime": int(NOW), "limit": 7}
    ]
    assert insights.stopped == 0


def test_it_is_stopped_when_it_has_scanned_enough() -> None:
    insights = Insights(["Running"])
    with pytest.raises(AwsError, match=r"had scanned 3.0 MB in us-east-1 when 2.5 MB were left of max_scanned\. Hint: shorten"):
        run(insights, most=2_500_000)
    assert (insights.asked, insights.stopped) == (3, 1)


def test_it_is_stopped_when_the_wait_is_interrupted() -> None:
    insights = Insights(["Running"])

    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    query = Query(["/web"], "fields n", Window(NOW - 60), 7, NOW + 60, insights.clock, interrupted)
    with pytest.raises(KeyboardInterrupt):
        query.run(insights, "us-east-1", 10**9)
    assert insights.stopped == 1


def test_it_is_stopped_when_its_time_is_over() -> None:
    insights = Insights(["Running"])
    with pytest.raises(AwsError, match=r"not answered in time in us-east-1; it had scanned .*Hint: raise timeout"):
        run(insights, seconds=10)
    assert insights.stopped == 1
    assert 10 <= insights.now - NOW < 14


@pytest.mark.parametrize("state", ["Failed", "Cancelled", "Timeout"])
def test_a_query_that_fails(state: str) -> None:
    with pytest.raises(AwsError, match=f"ended as {state} in us-east-1"):
        run(Insights(["Running", state]))


def test_its_turn_is_waited_for_and_not_for_ever() -> None:
    insights = Insights(busy=3)
    assert run(insights).rows
    with pytest.raises(AwsError, match=r"in time in us-east-1; it had scanned 0 B\. Failed to start the query of /web: LimitExceeded"):
        run(Insights(busy=99), seconds=9)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("MalformedQueryException", r"start the query of /web: MalformedQueryException: said"),
        ("ResourceNotFoundException", r"Hint: name log groups that exist in us-east-1\."),
        ("AccessDeniedException", r"allow logs:StartQuery .*guide on log events"),
    ],
)
def test_a_refusal_is_one_message(code: str, words: str) -> None:
    with pytest.raises(AwsError, match=words):
        run(Insights(error=(code, "said")))
