# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows, what is waited for, and how events and rows are shown."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import log_events
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.log_events import Answer, Event, Missing, Part, Window

NOW = 1_767_225_600.0


def event(message: str = "m", seconds: float = 0.0, **more: Any) -> Event:
    moment = int((NOW + seconds) * 1000)
    return Event(
        **{"region": "us-east-1", "group": "/web", "stream": "i-1", **more}, timestamp=moment, ingested=moment + 5, message=message, key="k"
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", NOW - 90),
        ("15m", NOW - 900),
        ("2h", NOW - 7_200),
        ("7d", NOW - 604_800),
        ("1w", NOW - 604_800),
        ("1767225000", 1_767_225_000.0),
        ("1767225000.5", 1_767_225_000.5),
        ("2026-01-01T00:00:00Z", 1_767_225_600.0),
        ("2026-01-01T02:00:00+02:00", 1_767_225_600.0),
    ],
)
def test_moments(text: str, seconds: float) -> None:
    assert log_events.moment("since", text, NOW) == seconds


@pytest.mark.parametrize(
    "text", ["", "yesterday", "15", "-5m", "5 m", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "m", "1767225600000"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    if text == "15":  # seconds since the epoch, and as such long ago
        assert log_events.moment("since", text, NOW) == 15.0
        return
    with pytest.raises(ConfigError, match=r"since is .*names no moment\. Hint: give a time ago"):
        log_events.moment("since", text, NOW)


def test_a_window_has_its_end_behind_its_beginning() -> None:
    assert log_events.window("15m", None, NOW) == Window(NOW - 900)
    assert log_events.window("15m", "5m", NOW) == Window(NOW - 900, NOW - 300)
    for since, until in (("5m", "15m"), ("5m", "5m"), (str(NOW + 60), None)):
        with pytest.raises(ConfigError, match=r"does not lie before until.*Hint: swap them"):
            log_events.window(since, until, NOW)


def test_what_is_waited_for() -> None:
    assert log_events.awaited(None, None) is None
    three, errors = log_events.awaited(3, None), log_events.awaited(None, r"ERR\w+")
    assert three is not None and errors is not None
    some = [event("ERROR"), event("fine"), event("an ERRATUM")]
    assert (three.count(some), errors.count(some)) == (3, 2)
    assert (three.words(), errors.words()) == ("3 log events", "1 log event that match 'ERR\\\\w+'")
    with pytest.raises(ConfigError, match="wait_events is 0"):
        log_events.awaited(0, None)
    with pytest.raises(ConfigError, match=r"wait_message '\(' is not a regular expression: .*Hint"):
        log_events.awaited(None, "(")


def test_events_are_shown_with_what_tells_them_apart() -> None:
    alone = list(log_events.event_lines([event("GET /"), event("boom\n\tat x\n", 1.25)]))
    assert alone == ["2026-01-01T00:00:00.000Z  i-1  GET /", "2026-01-01T00:00:01.250Z  i-1  boom", "      at x"]
    both = list(log_events.event_lines([event(""), event("x", region="eu-west-1", group="/db")]))
    assert both == ["2026-01-01T00:00:00.000Z  us-east-1  /web  i-1", "2026-01-01T00:00:00.000Z  eu-west-1  /db  i-1  x"]


def test_no_message_moves_the_cursor() -> None:
    (line,) = log_events.event_lines([event("a\x1b[2Jb\x07é\u202e")])
    assert line.endswith("a\\x1b[2Jb\\x07é\\u202e")
    rows = [{"region": "r", "fields": {"n": "1\x1b"}}]
    assert list(log_events.row_lines(rows)) == ["n", "-----", "1\\x1b"]


def test_rows_are_a_table() -> None:
    rows = [{"region": "us-east-1", "fields": {"status": "200", "n": "12"}}, {"region": "eu-west-1", "fields": {"status": "500"}}]
    assert list(log_events.row_lines(rows)) == [
        "region     status  n",
        "---------  ------  --",
        "us-east-1  200     12",
        "eu-west-1  500",
    ]
    assert list(log_events.row_lines([])) == []


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (12_345_678, "12.3 MB"), (10**16, "10000.0 TB")]
)
def test_sizes(number: int, words: str) -> None:
    assert log_events.size(number) == words


def test_the_result_of_events() -> None:
    part = Part((event("b"),), (Missing("eu-west-1", "/web"),), 2, 1, True).plus(Part((event("a", -1),), calls=1, size=1))
    result = log_events.events_result(part)
    assert [item["message"] for item in result["events"]] == ["a", "b"]
    assert result["events"][1] == {
        "region": "us-east-1", "log_group_name": "/web", "log_stream_name": "i-1", "timestamp": NOW, "time": "2026-01-01T00:00:00.000Z",
        "ingested": NOW + 0.005, "message": "b",
    }  # fmt: skip
    assert result["missing"] == [{"region": "eu-west-1", "log_group_name": "/web", "log_stream_name": ""}]
    assert (result["truncated"], result["calls"], result["bytes_read"], result["bytes_scanned"]) == (True, 3, 2, 0)
    assert result["table"][-1] == (
        "2 log events (2 B read in 3 calls); there is more: raise limit or timeout, or narrow the question;"
        " The log group /web does not exist in eu-west-1"
    )


def test_the_result_of_queries() -> None:
    answers = {"us-east-1": Answer(({"n": "1"},), 2_000_000, 10, 1), "eu-west-1": Answer((), 500, 5, 0)}
    result = log_events.query_result(answers, 10)
    assert result["rows"] == [{"region": "us-east-1", "fields": {"n": "1"}}]
    assert (result["bytes_scanned"], result["records_scanned"], result["truncated"]) == (2_000_500, 15, False)
    assert result["table"] == ["n", "-", "1", "1 row (2.0 MB scanned, 1 of 15 records matched)"]
    assert log_events.query_result(answers, 1)["truncated"]


def test_a_log_group_that_is_nowhere() -> None:
    regions = ["us-east-1", "eu-west-1"]
    missing = [Missing("us-east-1", "/a"), Missing("eu-west-1", "/a"), Missing("eu-west-1", "/b"), Missing("us-east-1", "/c", "s")]
    assert log_events.nowhere(missing, regions) == (
        "The log group /a does not exist in us-east-1, eu-west-1. Hint: correct log_groups, the region or the profile."
    )
    assert log_events.nowhere(missing[2:], regions) == ""


def test_what_has_not_arrived() -> None:
    wanted = log_events.awaited(3, "ready")
    assert wanted is not None
    text = log_events.not_arrived(wanted, 1, Part(missing=(Missing("us-east-1", "/b", "i-1"),)), ["/a", "/b"], ["us-east-1"], 60.2)
    assert text.startswith(
        "1 of 3 log events that match 'ready' arrived within 60 s in /a, /b (us-east-1)."
        " The log stream i-1 of /b does not exist in us-east-1. Hint: "
    )
