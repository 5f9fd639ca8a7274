# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: regions, check mode, refusals, what is shown. Reading and queries have tests of their own."""

from __future__ import annotations

import os
import signal
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import logs_events_info
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_events import Followed, Follower, Reader
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_queries import Query
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.log_events import Answer, Event, Missing, Part
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

from .test_cw_agent_release import CONNECTION


@pytest.fixture(autouse=True)
def reading(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked: one event is in each region, one row, and a megabyte scanned; ``/none`` does not exist."""
    asked: list[Any] = []

    def once(reader: Reader, window: Any, limit: int) -> Part:
        asked.append((list(reader.clients), tuple(reader.groups), reader.selection, window.end, limit))
        missing = tuple(Missing(region, "/none") for region in reader.clients if "/none" in reader.groups)
        return Part(tuple(Event(region, "/web", "i-1", 1000, 1000, "m", "k") for region in reader.clients), missing, 1, 1)

    def follow(follower: Follower, _window: Any) -> Followed:
        event = Event("us-east-1", "/web", "i-1", 1000, 1000, "m", "k")
        follower.notify([event])
        return Followed(Part((event,), calls=3), 1, 2.04)

    def query(query: Query, _client: Any, region: str, most: int) -> Answer:
        asked.append((region, most))
        return Answer(({"n": region},), 1_000_000, 5, 1)

    monkeypatch.setattr(Reader, "once", once)
    monkeypatch.setattr(Follower, "run", follow)
    monkeypatch.setattr(Query, "run", query)

    def client(_service: str, _profile: str, region: str) -> Any:
        return SimpleNamespace(meta=SimpleNamespace(region_name=region or "us-east-1"))

    monkeypatch.setattr(aws, "clients", lambda _connection: client)
    return asked


def run(check: bool = False, no_log: bool = False, **arguments: Any) -> dict[str, Any]:
    """The action's result, with ``shown``, the lines on the terminal."""
    options = {"environment": None, "check_mode": check, "diff": False, "async_val": 0, "no_log": no_log}
    task = SimpleNamespace(args={"log_groups": ["/web"], **arguments}, action="cloudwatch.agent.logs_events_info", **options)
    action = logs_events_info.ActionModule(task, CONNECTION, None, None, None, None)
    shown: list[str] = []
    action._display = SimpleNamespace(display=lambda text: shown.extend(text.splitlines()))
    return {**action.run(task_vars={}), "shown": shown}


def test_the_task_s_region_or_those_that_are_named(reading: list[Any]) -> None:
    result = run(log_streams=["a"], pattern="x", until="1m", limit=5)
    regions, groups, selection, end, limit = reading[0]
    assert (regions, groups, selection, limit) == (["us-east-1"], ("/web",), (("a",), "", "x"), 5)
    assert end is not None
    assert (result["changed"], [item["region"] for item in result["events"]], result["shown"]) == (False, ["us-east-1"], [])
    result = run(regions=["eu-west-1", "us-west-2"], table=True)
    assert {item["region"] for item in result["events"]} == {"eu-west-1", "us-west-2"}
    assert result["shown"] == result["table"]
    assert run(table=True, no_log=True)["shown"] == []


def test_an_interrupt_ends_the_wait_for_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: received.append(number))

    def waits(query: Query, *_arguments: Any) -> Answer:
        os.kill(os.getpid(), signal.SIGINT)
        query.sleep(60)
        return Answer()

    monkeypatch.setattr(Query, "run", waits)
    try:
        result = run(query="stats count(*)")
    finally:
        signal.signal(signal.SIGINT, before)
    assert (result["failed"], result["msg"], received) == (True, "interrupted", [signal.SIGINT])


def test_a_group_that_is_nowhere_fails_with_what_was_found() -> None:
    result = run(log_groups=["/web", "/none"])
    assert result["failed"]
    assert result["msg"].startswith("The log group /none does not exist in us-east-1. Hint:")
    assert len(result["events"]) == 1


def test_waiting_shows_events_once_and_fails_when_too_few_have_come() -> None:
    result = run(wait_events=1, table=True)
    assert (result["matched"], result["waited"], "failed" in result) == (1, 2.0, False)
    assert [line.count("i-1") for line in result["shown"]] == [1, 0]
    result = run(wait_events=2)
    assert result["failed"]
    assert result["msg"].startswith("1 of 2 log events arrived within 2 s in /web (us-east-1). Hint:")


def test_check_mode_reads_and_does_not_wait() -> None:
    result = run(check=True, wait_events=2, log_groups=["/none"], table=True)
    assert ("failed" in result, result["waited"], len(result["events"])) == (False, 0.0, 1)
    assert result["shown"] == result["table"]


def test_a_query_has_one_bound_for_all_regions(reading: list[Any]) -> None:
    result = run(query="fields n", regions=["us-east-1", "eu-west-1"], max_scanned="5MB", table=True)
    assert reading == [("us-east-1", 5 * 1024**2), ("eu-west-1", 5 * 1024**2 - 1_000_000)]
    assert (result["bytes_scanned"], result["matched"], len(result["rows"])) == (2_000_000, 2, 2)
    assert result["shown"][-1] == "2 rows (2.0 MB scanned, 2 of 10 records matched)"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"limit": 0}, "limit is 0. Hint: give a number from 1 to 100000"),
        ({"limit": 10_001, "query": "fields n"}, "limit is 10001. Hint: give a number from 1 to 10000"),
        ({"timeout": -1}, "timeout is -1"),
        ({"log_groups": []}, "log_groups is empty"),
        ({"log_groups": ["/g"] * 51, "query": "fields n"}, "log_groups has 51 names, and a query takes 50"),
        ({"since": "soon"}, "since is 'soon'"),
        ({"wait_message": "("}, "wait_message '(' is not a regular expression"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: dict[str, Any], words: str) -> None:
    result = run(**arguments)
    assert result["failed"]
    assert words in result["msg"]
