# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and following log events, on log groups in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Sequence

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import log_events
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_events import Follower, Reader, Selection
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.log_events import Event, Missing, Window, awaited

from .cloud import NOW, refused

REGION = "us-east-1"


@dataclass
class Logs:
    """CloudWatch Logs of a region, and the clock. ``later``: (moment, stream, text) of events to come; ``page``: events a page."""

    now: float = NOW
    page: int = 10_000
    streams: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    later: list[tuple[float, str, str]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    takes: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for moment, stream, text in [item for item in self.later if item[0] <= self.now]:
            self.streams.setdefault(stream, []).append((moment, text))
        self.later = [item for item in self.later if item[0] > self.now]

    def filter_log_events(self, **request: Any) -> dict[str, Any]:
        self.calls.append(request)
        self.now += self.takes
        if request["logGroupName"] == "/class":
            raise refused("InvalidOperationException", "This operation is not supported for this log class.", "FilterLogEvents")
        if request["logGroupName"] != "/web" or not self.streams:
            raise refused("ResourceNotFoundException", "The specified log group does not exist.", "FilterLogEvents")
        names = request.get("logStreamNames", list(self.streams))
        if any(name not in self.streams for name in names):
            raise refused("ResourceNotFoundException", "The specified log stream does not exist.", "FilterLogEvents")
        found = sorted(
            (moment, name, text)
            for name in names
            for moment, text in self.streams[name]
            if request["startTime"] <= moment * 1000 < request.get("endTime", float("inf"))
        )
        first, size = int(request.get("nextToken", 0)), min(self.page, request["limit"])
        more = {"nextToken": str(first + size)} if first + size < len(found) else {}
        events = [
            {"timestamp": int(moment * 1000), "logStreamName": name, "message": text, "eventId": text}
            for moment, name, text in found[first : first + size]
        ]
        return {"events": events, **more}


def texts(events: Sequence[Event]) -> list[str]:
    return [event.message for event in events]


@pytest.fixture
def logs() -> Logs:
    """Ten events of two streams, a second apart."""
    return Logs(streams={"a": [(NOW - 20 + second, f"a{second}") for second in range(0, 10, 2)],
                         "b": [(NOW - 20 + second, f"b{second}") for second in range(1, 10, 2)]})  # fmt: skip


def reader(logs: Logs, group: str = "/web", seconds: float = 60.0, **selection: Any) -> Reader:
    return Reader({REGION: logs}, [group], Selection(**selection), logs.now + seconds, logs.clock)


@pytest.mark.parametrize("page", [1, 3, 10_000])
def test_all_pages_oldest_first(logs: Logs, page: int) -> None:
    logs.page = page
    part = reader(logs).once(Window(NOW - 60), 100)
    assert texts(part.events) == [f"{'ab'[second % 2]}{second}" for second in range(10)]
    assert (part.cut, part.size, part.calls) == (False, 20, {1: 10, 3: 4, 10_000: 1}[page])


def test_the_limit_is_exact_and_says_whether_there_is_more(logs: Logs) -> None:
    part = reader(logs).once(Window(NOW - 60), 4)
    assert (texts(part.events), part.cut) == (["a0", "b1", "a2", "b3"], True)
    assert not reader(logs).once(Window(NOW - 60), 10).cut
    assert reader(logs).once(Window(NOW - 60), 9).cut
    assert max(call["limit"] for call in logs.calls) == 11


def test_the_window_and_the_selection_reach_aws(logs: Logs) -> None:
    part = reader(logs, prefix="a", pattern="x").once(Window(NOW - 19, NOW - 17), 10)
    assert texts(part.events) == ["b1", "a2"]
    assert logs.calls == [
        {"logGroupName": "/web", "startTime": int((NOW - 19) * 1000), "endTime": int((NOW - 17) * 1000), "logStreamNamePrefix": "a",
         "filterPattern": "x", "limit": 11}
    ]  # fmt: skip


def test_streams_that_do_not_exist_hide_no_other(logs: Logs) -> None:
    names = ("a", "b", *(f"c{number}" for number in range(3)), *(f"a{number}" for number in range(120)))
    for name in names[5:]:
        logs.streams[name] = []
    part = reader(logs, streams=names).once(Window(NOW - 60), 100)
    assert len(part.events) == 10
    assert set(part.missing) == {Missing(REGION, "/web", f"c{number}") for number in range(3)}
    assert len(logs.calls) < 30
    assert max(len(call["logStreamNames"]) for call in logs.calls) == 100


def test_a_group_that_does_not_exist(logs: Logs) -> None:
    part = reader(logs, "/none", streams=("a", "b")).once(Window(NOW - 60), 5)
    assert (part.events, part.missing, part.cut) == ((), (Missing(REGION, "/none"),), False)


def test_a_class_that_cannot_be_read_gets_the_other_way() -> None:
    with pytest.raises(AwsError, match=r"read the log events of /class: InvalidOperationException.*Hint: ask with query"):
        reader(Logs(), "/class").once(Window(NOW), 5)


def test_a_denied_call_names_the_permission(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_request: Any) -> dict[str, Any]:
        raise refused("AccessDeniedException", "no", "FilterLogEvents")

    monkeypatch.setattr(logs, "filter_log_events", denied)
    with pytest.raises(AwsError, match=r"allow logs:FilterLogEvents .*guide on log events"):
        reader(logs).once(Window(NOW - 60), 5)


def test_reading_ends_with_its_time(logs: Logs) -> None:
    logs.page, logs.takes = 1, 1.0
    part = reader(logs, seconds=3).once(Window(NOW - 60), 100)
    assert (texts(part.events), part.cut) == (["a0", "b1", "a2"], True)


def test_several_regions_and_groups(logs: Logs) -> None:
    other = Logs(streams={"z": [(NOW - 15.5, "z")]})
    found = Reader({"eu-west-1": other, REGION: logs}, ["/web", "/none"], Selection(), NOW + 60, logs.clock).once(Window(NOW - 60), 6)
    assert texts(found.events) == ["a0", "b1", "a2", "b3", "a4", "z"]
    assert found.cut
    assert [(item.region, item.group) for item in found.missing] == [("eu-west-1", "/none"), (REGION, "/none")]


def follow(
    logs: Logs, events: int | None = None, message: str | None = None, limit: int = 100, seconds: float = 60.0
) -> tuple[Any, list[Any]]:
    wanted, shown = awaited(events, message), []
    assert wanted is not None
    follower = Follower(reader(logs, seconds=seconds), wanted, limit, lambda new: shown.append(texts(new)), logs.sleep)
    return follower.run(Window(NOW - 60)), shown


def test_what_is_there_already_is_not_waited_for(logs: Logs) -> None:
    found, shown = follow(logs, 10)
    assert (found.matched, found.waited, len(logs.calls), len(shown)) == (10, 0.0, 1, 1)


def test_it_follows_until_so_many_have_come_and_reads_none_twice(logs: Logs) -> None:
    logs.later = [(NOW + 3, "a", "new1"), (NOW + 7, "c", "new2"), (NOW + 8, "a", "late")]
    found, shown = follow(logs, 12)
    assert texts(found.part.events)[-2:] == ["new1", "new2"]
    assert shown[1:] == [["new1"], ["new2"]]
    assert 7 <= found.waited < 10
    assert found.matched == 12


def test_it_follows_until_a_message_matches(logs: Logs) -> None:
    logs.later = [(NOW + 3, "a", "starting"), (NOW + 7, "a", "ready to serve")]
    found, _shown = follow(logs, message="^ready")
    assert (found.matched, texts(found.part.events)[-1]) == (1, "ready to serve")


def test_a_group_that_comes_later_is_waited_for() -> None:
    logs = Logs(later=[(NOW + 5, "a", "first")])
    found, _shown = follow(logs, 1)
    assert (texts(found.part.events), found.part.missing) == (["first"], ())


def test_an_older_event_that_comes_after_newer_ones_is_seen(logs: Logs) -> None:
    def sleep(seconds: float) -> None:
        Logs.sleep(logs, seconds)
        logs.streams["b"] += [(NOW - 12 - log_events.OVERLAP_SECONDS, "too old"), (NOW - 200, "older")] if logs.now > NOW + 4 else []

    wanted = awaited(1, "old")
    assert wanted is not None
    found = Follower(reader(logs), wanted, 100, sleep=sleep).run(Window(NOW - 1000))
    assert [event.message for event in found.part.events if "old" in event.message] == ["older"]


def test_an_event_whose_time_is_ahead_hides_no_other(logs: Logs) -> None:
    logs.streams["ahead"] = [(NOW + 3_600, "from a host with another time zone")]
    logs.later = [(NOW + 3, "a", "ready to serve")]
    found, _shown = follow(logs, message="^ready")
    assert found.matched == 1


def test_waiting_ends_with_its_time(logs: Logs) -> None:
    found, _shown = follow(logs, 11, limit=3, seconds=30)
    assert (found.matched, found.waited) == (10, 30.0)
    assert (texts(found.part.events), found.part.cut) == (["b7", "a8", "b9"], True)
    assert len(logs.calls) < 10
