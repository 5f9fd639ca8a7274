# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers of CloudWatch mean for a host; the waiting for them is tested with the watch."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import passed
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evaluation import Question, Settings, evaluate, host_state
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evidence import Evidence
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_metrics import Metric
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_streams import JOURNAL, Stream
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.hosts import Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.measured import Measured, MetricSeen, StreamSeen

NOW = 1_767_225_630.0
STREAM = Stream("/app", "i-1", "/a.log", grown=True, written=NOW - 300)
METRIC = Metric(name="mem_used_percent", dimensions={"host": "web-1"})


def question(*items: Any, check_mode: bool = False, **facts: Any) -> Question:
    streams = tuple(item for item in items if isinstance(item, Stream))
    metrics = tuple(item for item in items if isinstance(item, Metric))
    known = {
        "name": "web-1",
        "region": "us-east-1",
        "since": NOW - 86400,
        "clock": NOW,
        "evidence": Evidence(run_as_user="cwagent"),
        **facts,
    }
    return Question(Host(**known, streams=streams, metrics=metrics), Settings(NOW, 900, 90, check_mode))


def measured(asked: Question, seen: StreamSeen | None = None, value: MetricSeen | None = None, **refused: str) -> Measured:
    streams = {key: seen for key, _item in asked.streams if seen}
    metrics = {key: value for key, _item in asked.metrics if value}
    return Measured(streams, metrics, refused)


def only(asked: Question, answer: Measured | None = None, now: float = NOW) -> dict[str, Any]:
    found = evaluate(asked, answer or measured(asked), now)
    (item,) = found["streams"] + found["metrics"]
    return item


@pytest.mark.parametrize(
    ("changed", "started", "stream", "metric"),
    [
        (False, NOW - 86400, NOW - 900, NOW - 630 - (NOW - 630) % 60),
        (False, NOW - 100, NOW - 100, NOW - 100),
        (True, NOW - 100, NOW - 100, NOW - 100),
        (False, None, NOW - 900, NOW - 630 - (NOW - 630) % 60),
    ],
)
def test_nothing_counts_that_an_earlier_process_has_sent(changed: bool, started: float | None, stream: float, metric: float) -> None:
    """Also where the host was restarted by somebody else, or its change is awaited by nobody."""
    asked = question(STREAM, METRIC._replace(due=150), changed=changed, since=started)
    assert ([key.since for key, _item in asked.streams], [key.since for key, _item in asked.metrics]) == ([stream], [metric])


class TestUnreadableFile:
    """The agent's user cannot read a file."""

    @pytest.mark.parametrize("changed", [True, False])
    @pytest.mark.parametrize(("empty", "state"), [(False, "missing"), (True, "no_data")])
    def test_it_is_a_failure_where_it_is_not_empty_and_always_has_its_hint(self, changed: bool, empty: bool, state: str) -> None:
        unreadable = STREAM._replace(grown=False, written=NOW - 5000, readable=False, empty=empty)
        item = only(question(unreadable, changed=changed))
        assert (item["state"], item["readable"]) == (state, False)
        assert "/a.log is not readable for cwagent" in item["cause"]
        assert "let cwagent read /a.log" in item["hint"]

    def test_check_mode_says_so_at_once(self) -> None:
        item = only(question(STREAM._replace(readable=False), changed=True, check_mode=True))
        assert (item["state"], "not readable" in item["cause"]) == ("pending", True)

    def test_events_since_the_change_show_that_it_can_be_read(self) -> None:
        asked = question(STREAM._replace(readable=False))
        item = only(asked, measured(asked, StreamSeen(3, NOW - 10)))
        assert (item["state"], item["cause"]) == ("arrived", "")


@pytest.mark.parametrize(("absent", "cause"), [(True, "there is no file /a.log"), (False, "")])
def test_a_file_that_is_not_there_is_said(absent: bool, cause: str) -> None:
    item = only(question(STREAM._replace(grown=False, absent=absent)))
    assert (item["state"], item["exists"], item["cause"]) == ("no_data", not absent, cause)


@pytest.mark.parametrize(
    ("errors", "events", "state", "cause"),
    [
        ((), 1, "arrived", ""),
        ((), 0, "unverified", "whether the journal has had anything to send is not known"),
        (("E! [outputs.cloudwatchlogs] x /app/i-2: AccessDenied",), 0, "unverified", "whether the journal"),
        (("E! [outputs.cloudwatchlogs] x /app/i-1: AccessDenied",), 0, "missing", "no permission"),
    ],
)
def test_of_a_journal_without_events_only_the_agents_own_words_are_known(errors: Any, events: int, state: str, cause: str) -> None:
    asked = question(Stream("/app", "i-1", JOURNAL), evidence=Evidence(errors=errors))
    item = only(asked, measured(asked, StreamSeen(events, NOW - 10)))
    assert item["state"] == state
    assert cause in item["cause"]


class TestShared:
    """What has come can be of another file, or of another host."""

    @pytest.mark.parametrize("changed", [True, False])
    def test_events_of_one_file_do_not_hide_that_another_of_the_stream_cannot_be_read(self, changed: bool) -> None:
        unreadable = STREAM._replace(file="/b.log", written=NOW - 400, readable=False)
        asked = question(STREAM, unreadable, changed=changed)
        found = evaluate(asked, measured(asked, StreamSeen(3, NOW - 10)), NOW)
        assert [item["state"] for item in found["streams"]] == ["arrived", "missing"]
        assert (found["state"], "/b.log is not readable" in found["cause"]) == ("missing", True)

    def test_nor_does_an_empty_file_that_cannot_be_read_make_the_others_doubtful(self) -> None:
        asked = question(STREAM, STREAM._replace(file="/b.log", readable=False, empty=True))
        found = evaluate(asked, measured(asked, StreamSeen(3, NOW - 10)), NOW)
        assert [item["state"] for item in found["streams"]] == ["arrived", "arrived"]

    @pytest.mark.parametrize(
        ("line", "waiting", "check_mode", "state"),
        [
            ("2026-01-01T00:00:00Z E! [outputs.cloudwatchlogs] x /app/i-1: AccessDenied", True, False, "missing"),
            ("2026-01-01T00:00:00Z E! [outputs.cloudwatchlogs] x /app/i-1: AccessDenied", True, True, "unverified"),
            ("2026-01-01T00:00:00Z E! [outputs.cloudwatchlogs] x /app/i-1: AccessDenied", False, False, "unverified"),
            ("2025-12-31T23:00:00Z E! [outputs.cloudwatchlogs] x /app/i-1: AccessDenied", True, False, "unverified"),
            ("2026-01-01T00:00:00Z E! [outputs.cloudwatchlogs] x /app/i-2: AccessDenied", True, False, "unverified"),
            ("", True, False, "unverified"),
        ],
    )
    def test_events_of_other_hosts_do_not_hide_that_the_agent_cannot_send(
        self, line: str, waiting: bool, check_mode: bool, state: str
    ) -> None:
        shared = STREAM._replace(shared=True, waiting=waiting, written=NOW - 5, grown=waiting)
        asked = question(shared, evidence=Evidence(errors=(line,) if line else ()), changed=check_mode, check_mode=check_mode)
        item = only(asked, measured(asked, StreamSeen(3, NOW - 1)))
        assert (item["state"], "no permission" in item["cause"]) == (state, state == "missing")

    @pytest.mark.parametrize("check_mode", [True, False])
    def test_what_came_from_several_hosts_verifies_none(self, check_mode: bool) -> None:
        asked = question(STREAM._replace(shared=True), METRIC._replace(shared=True), changed=True, check_mode=check_mode)
        found = evaluate(asked, measured(asked, StreamSeen(3, NOW - 10), MetricSeen(1.0)), NOW)
        items = found["streams"] + found["metrics"]
        assert [item["state"] for item in items] == ["unverified", "unverified"]
        assert [item["cause"].partition(",")[0] for item in items] == [
            "other hosts send to this log stream as well",
            "other hosts send this metric with the same dimensions as well",
        ]
        assert all(item["hint"] for item in items)
        assert found["state"] == "unverified"

    def test_what_did_not_come_is_missing_whoever_should_have_sent_it(self) -> None:
        asked = question(STREAM._replace(shared=True), METRIC._replace(shared=True))
        found = evaluate(asked, measured(asked), NOW + 600)
        assert [item["state"] for item in found["streams"] + found["metrics"]] == ["missing", "missing"]


class TestOutdated:
    """The host runs another configuration than the plan's."""

    def test_what_arrives_verifies_nothing(self) -> None:
        asked = question(STREAM, METRIC, outdated=True)
        found = evaluate(asked, measured(asked, StreamSeen(3, NOW - 10), MetricSeen(1.0)), NOW)
        assert (found["state"], found["outdated"]) == ("unverified", True)
        assert "not the one that the agent runs with" in found["unverified"][0]
        assert passed([found]) == []

    def test_what_is_missing_stays_missing(self) -> None:
        asked = question(STREAM, outdated=True)
        assert evaluate(asked, measured(asked), NOW)["state"] == "missing"


class TestRefusal:
    """CloudWatch could not be asked."""

    def test_nothing_is_called_missing(self) -> None:
        asked = question(STREAM, METRIC)
        found = evaluate(asked, measured(asked, logs="denied", metrics="denied, too"), NOW)
        assert [item["state"] for item in found["streams"] + found["metrics"]] == ["unverified", "unverified"]
        assert (found["state"], found["refused"]) == ("unverified", ["denied", "denied, too"])

    def test_what_arrived_beside_it_verifies_no_host(self) -> None:
        asked = question(STREAM, METRIC)
        found = evaluate(asked, measured(asked, value=MetricSeen(1.0), logs="denied"), NOW)
        assert (found["metrics"][0]["state"], found["state"]) == ("arrived", "unverified")


class TestMetric:
    """When a metric is missing."""

    def test_it_is_missing_when_it_is_due(self) -> None:
        assert only(question(METRIC))["state"] == "missing"

    @pytest.mark.parametrize("doubt", [{"doubt": "not certain"}, {}])
    def test_a_doubt_is_never_missing(self, doubt: dict[str, str]) -> None:
        asked = question(METRIC._replace(**doubt))
        item = only(asked, measured(asked, value=MetricSeen(None, "" if doubt else "InternalError")))
        assert (item["state"], item["cause"]) == ("unverified", doubt.get("doubt") or "InternalError")

    def test_a_doubt_does_not_matter_where_it_arrived(self) -> None:
        asked = question(METRIC._replace(doubt="not certain"))
        item = only(asked, measured(asked, value=MetricSeen(2.5, at=NOW - 60)))
        assert (item["state"], item["newest"]) == ("arrived", NOW - 60)

    @pytest.mark.parametrize("off", [-299, 0, 299])
    def test_the_hosts_own_clock_says_how_long_its_agent_runs(self, off: float) -> None:
        asked = question(METRIC, since=NOW + off - 60, clock=NOW + off)
        assert only(asked, now=NOW + 10)["state"] == "no_data"
        assert only(asked, now=NOW + 100)["state"] == "missing"

    @pytest.mark.parametrize("off", [-299, 0, 299])
    def test_values_by_a_clock_that_is_wrong_count(self, off: float) -> None:
        ((key, _item),) = question(METRIC._replace(due=15)).metrics
        assert key.since <= NOW + off - 15


@pytest.mark.parametrize(
    ("states", "refused", "doubted", "expected"),
    [
        ({"arrived", "missing"}, True, True, "missing"),
        ({"arrived"}, True, False, "unverified"),
        ({"arrived", "pending"}, False, False, "pending"),
        ({"arrived", "no_data", "unverified"}, False, True, "verified"),
        ({"no_data", "unverified"}, False, False, "unverified"),
        ({"no_data"}, False, True, "unverified"),
        ({"no_data"}, False, False, "no_data"),
        (set(), False, False, "no_data"),
    ],
)
def test_the_state_of_a_host(states: set[str], refused: bool, doubted: bool, expected: str) -> None:
    assert host_state(states, refused, doubted) == expected
