# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Awaiting and judging: who is awaited, how long, and what the silence of a stream or metric means."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.telemetry import LONGEST_SECONDS, Watch
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evaluation import Settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evidence import Evidence
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_metrics import Metric
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_streams import Stream
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.hosts import Host
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._aws.cloud import NOW, Cloud

STREAM: dict[str, Any] = {
    "log_group_name": "/app/web",
    "log_stream_name": "i-1",
    "file": "/var/log/app.log",
    "grown": True,
    "written": NOW - 1,
}
METRIC: dict[str, Any] = {"name": "mem_used_percent", "dimensions": {"InstanceId": "i-1"}, "due": 120}
DENIED = (
    "E! [outputs.cloudwatchlogs] Aws error received when sending logs to /app/web/i-1: AccessDeniedException: "
    "User: arn:aws:sts::1:assumed-role/r/i is not authorized to perform: "
    "logs:PutLogEvents on resource: arn:aws:logs:us-east-1:1:log-group:/app/web:log-stream:i-1"
)


def host(streams: list[dict[str, Any]] | None = None, metrics: list[dict[str, Any]] | None = None, **facts: Any) -> Host:
    agent = {"sends_to": "us-east-1", **facts.pop("agent", {})}
    known = {"name": "web-1", "region": "us-east-1", "changed": True, "since": NOW - 10, "clock": NOW, **facts}
    expected = {"streams": tuple(Stream(**item) for item in streams or []), "metrics": tuple(Metric(**item) for item in metrics or [])}
    return Host(**known, **expected, evidence=Evidence(**agent))


def watch(
    cloud: Cloud,
    *hosts: Host,
    timeout: float = 90,
    check_mode: bool = False,
    window: float = 900,
    notify: Any = lambda _items, _until: None,
) -> dict[str, Any]:
    settings = Settings(cloud.now, window, timeout, check_mode)
    asked = Watch(cloud.client, settings, notify, cloud.clock, cloud.sleep)
    evaluations, waited = asked.run(hosts)
    return {"hosts": evaluations, "waited": waited, "refused": asked.measured.refused}


def only(result: dict[str, Any], kind: str) -> dict[str, Any]:
    (evaluation,) = result["hosts"]
    (item,) = evaluation[kind]
    return item


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


class TestChanged:
    """The agent was just started, its file has grown."""

    def test_there_already(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 5, NOW - 4)
        result = watch(cloud, host([STREAM]))
        assert (only(result, "streams")["state"], only(result, "streams")["events"]) == ("arrived", 2)
        assert result["waited"] == 0

    def test_awaited_until_it_comes_and_counted_at_the_end(self, cloud: Cloud) -> None:
        cloud.later = [(NOW + 7, lambda moment: cloud.log("/app/web", "i-1", moment))]
        cloud.later += [(NOW + 130, lambda moment: cloud.log("/app/web", "i-1", moment))]
        cloud.later += [(NOW + 120, lambda moment: cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, moment))]
        result = watch(cloud, host([STREAM], [METRIC]))
        assert result["hosts"][0]["state"] == "verified"
        assert 120 <= result["waited"] < 135
        assert only(result, "streams")["events"] >= 1

    def test_missing_after_the_deadline(self, cloud: Cloud) -> None:
        result = watch(cloud, host([STREAM], agent={"errors": (DENIED,)}))
        item = only(result, "streams")
        assert item["state"] == "missing"
        assert "logs:PutLogEvents" in item["cause"]
        assert item["line"] == DENIED
        assert result["hosts"][0]["state"] == "missing"
        assert 90 <= result["waited"] < 101
        assert len(cloud.calls) < 20

    def test_a_file_without_new_lines_is_not_awaited(self, cloud: Cloud) -> None:
        result = watch(cloud, host([{**STREAM, "grown": False}]))
        assert only(result, "streams")["state"] == "no_data"
        assert result["waited"] == 0

    def test_nobody_waits_for_a_file_that_the_agent_cannot_read(self, cloud: Cloud) -> None:
        result = watch(cloud, host([{**STREAM, "readable": False}], agent={"run_as_user": "cwagent"}))
        assert result["waited"] == 0
        assert "not readable for cwagent" in only(result, "streams")["cause"]

    def test_nobody_waits_for_an_agent_that_does_not_run(self, cloud: Cloud) -> None:
        result = watch(cloud, host([STREAM], [METRIC], since=0, agent={"active": False}))
        assert result["waited"] == 0
        assert (only(result, "streams")["state"], only(result, "metrics")["state"]) == ("missing", "missing")
        assert result["hosts"][0]["cause"] == "the agent is not running"

    def test_lines_that_carry_an_older_time(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 86400, came=NOW - 2)
        result = watch(cloud, host([{**STREAM, "timestamped": True}]))
        assert only(result, "streams")["state"] == "arrived"
        assert result["waited"] < 10

    def test_lines_that_carry_an_older_time_of_a_file_that_came_later(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 86400, came=NOW - 2)
        result = watch(cloud, host([{**STREAM, "grown": False, "timestamped": True}]))
        assert only(result, "streams")["state"] == "arrived"

    def test_a_host_whose_clock_is_ahead_has_its_old_lines_counted(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 86400, came=NOW - 2)
        ahead = {"since": NOW + 230, "clock": NOW + 240}
        late = {**STREAM, "timestamped": True, "waiting": True, "written": NOW + 239}
        result = watch(cloud, host([late], **ahead))
        assert only(result, "streams")["state"] == "arrived"

    def test_events_from_before_the_change_do_not_count(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 11)
        assert only(watch(cloud, host([STREAM])), "streams")["state"] == "missing"

    def test_a_metric_is_awaited_until_it_is_due(self, cloud: Cloud) -> None:
        result = watch(cloud, host(metrics=[METRIC]))
        assert only(result, "metrics")["state"] == "missing"
        assert 150 <= result["waited"] < 165
        assert "does not say why" in only(result, "metrics")["cause"]

    def test_nobody_waits_for_a_metric_of_every_day(self, cloud: Cloud) -> None:
        result = watch(cloud, host(metrics=[{**METRIC, "due": 86460}]))
        assert only(result, "metrics")["state"] == "no_data"
        assert result["waited"] < LONGEST_SECONDS + 15

    def test_a_filtered_file_is_missing_only_when_the_log_says_so(self, cloud: Cloud) -> None:
        filtered = {**STREAM, "filtered": True}
        result = watch(cloud, host([filtered]))
        assert (only(result, "streams")["state"], result["waited"]) == ("no_data", 0)
        assert only(watch(cloud, host([filtered], agent={"errors": (DENIED,)})), "streams")["state"] == "missing"

    def test_check_mode_changed_nothing_and_awaits_nothing(self, cloud: Cloud) -> None:
        result = watch(cloud, host([STREAM], [METRIC]), check_mode=True)
        assert {only(result, "streams")["state"], only(result, "metrics")["state"], result["hosts"][0]["state"]} == {"pending"}
        assert result["waited"] == 0

    def test_without_a_timeout_everything_is_read_once(self, cloud: Cloud) -> None:
        assert watch(cloud, host([STREAM], [METRIC]), timeout=0)["waited"] == 0


def test_what_was_sent_before_a_restart_is_not_awaited(cloud: Cloud) -> None:
    cloud.log("/app/web", "i-1", NOW - 900)
    sent = {**STREAM, "written": NOW - 900, "waiting": False}
    result = watch(cloud, host([sent]))
    assert (only(result, "streams")["state"], result["waited"]) == ("no_data", 0)


class TestWaitingLines:
    """The stream has events, the file has newer lines that were not sent when it was observed."""

    NEWER: dict[str, Any] = {**STREAM, "waiting": True, "written": NOW - 2}

    def test_they_are_awaited(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 8)
        cloud.later = [(NOW + 5, lambda moment: cloud.log("/app/web", "i-1", moment))]
        result = watch(cloud, host([self.NEWER]))
        assert (only(result, "streams")["state"], only(result, "streams")["events"]) == ("arrived", 2)
        assert 4 <= result["waited"] <= 12

    def test_the_line_that_the_agent_holds_is_counted(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 1, NOW - 1)
        cloud.later = [(NOW + 5, lambda moment: cloud.log("/app/web", "i-1", moment))]
        result = watch(cloud, host([{**self.NEWER, "flush": 1}]))
        assert (only(result, "streams")["state"], only(result, "streams")["events"]) == ("arrived", 3)
        assert 5 <= result["waited"] <= 8

    def test_they_do_not_come(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 8)
        item = only(watch(cloud, host([self.NEWER], agent={"errors": (DENIED,)})), "streams")
        assert (item["state"], item["events"], item["line"]) == ("missing", 1, DENIED)

    def test_nothing_waits(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 8)
        assert watch(cloud, host([{**self.NEWER, "waiting": False}]))["waited"] == 0

    @pytest.mark.parametrize(
        ("said", "written", "state"),
        [
            ("", NOW - 300, "missing"),
            ("", NOW - 3, "arrived"),
            ("2026-01-01T00:00:00Z ", NOW - 300, "missing"),
            ("2025-12-31T00:00:00Z ", NOW - 300, "arrived"),
        ],
    )
    def test_of_an_unchanged_host_only_the_agent_can_tell(self, cloud: Cloud, said: str, written: float, state: str) -> None:
        cloud.log("/app/web", "i-1", NOW - 800)
        steady = host([{**self.NEWER, "written": written}], changed=False, since=NOW - 86400, agent={"errors": (said + DENIED,)})
        assert only(watch(cloud, steady), "streams")["state"] == state


class TestInfrequentAccess:
    """The class of the log group does not let its events be read: the agent's own words are all there is."""

    @pytest.mark.parametrize(("errors", "state"), [([], "unverified"), ([DENIED], "missing")])
    def test_only_the_agent_can_tell(self, cloud: Cloud, errors: list[str], state: str) -> None:
        cloud.log("/app/web", "i-1", NOW - 5)
        cloud.unreadable.add("/app/web")
        result = watch(cloud, host([STREAM], agent={"errors": tuple(errors)}))
        assert only(result, "streams")["state"] == state
        assert result["waited"] == 0


class TestUnchanged:
    """The agent has run for a day."""

    @staticmethod
    def steady(*streams: dict[str, Any], **facts: Any) -> dict[str, Any]:
        return host(list(streams), changed=False, since=NOW - 86400, **facts)

    def test_nobody_waits(self, cloud: Cloud) -> None:
        result = watch(cloud, self.steady({**STREAM, "written": NOW - 300}, metrics=[METRIC]))
        assert result["waited"] == 0
        assert (only(result, "streams")["state"], only(result, "metrics")["state"]) == ("missing", "missing")

    @pytest.mark.parametrize(
        ("facts", "state"),
        [
            ({"written": NOW - 300}, "missing"),
            ({"written": NOW - 3}, "no_data"),
            ({"written": NOW - 5000}, "no_data"),
            ({"grown": False, "written": NOW - 300}, "no_data"),
        ],
    )
    def test_silence_needs_a_line_that_should_have_come(self, cloud: Cloud, facts: dict[str, Any], state: str) -> None:
        assert only(watch(cloud, self.steady({**STREAM, **facts})), "streams")["state"] == state

    def test_a_busy_file_whose_lines_are_refused(self, cloud: Cloud) -> None:
        result = watch(cloud, self.steady({**STREAM, "written": NOW - 1}, agent={"errors": (DENIED,)}))
        assert only(result, "streams")["state"] == "missing"

    def test_what_waits_since_long_and_is_refused(self, cloud: Cloud) -> None:
        stuck = {**STREAM, "grown": False, "waiting": True, "written": NOW - 5000}
        assert only(watch(cloud, self.steady(stuck)), "streams")["state"] == "no_data"
        assert only(watch(cloud, self.steady(stuck, agent={"errors": (DENIED,)})), "streams")["state"] == "missing"

    def test_anothers_trouble_is_not_its_own(self, cloud: Cloud) -> None:
        calm = {**STREAM, "log_stream_name": "other", "file": "/var/log/other.log", "grown": False, "waiting": True, "written": NOW - 5000}
        assert only(watch(cloud, self.steady(calm, agent={"errors": (DENIED,)})), "streams")["state"] == "no_data"

    def test_an_agent_that_does_not_run(self, cloud: Cloud) -> None:
        result = watch(cloud, self.steady({**STREAM, "written": NOW - 300}, agent={"active": False}))
        assert "not running" in result["hosts"][0]["cause"]

    def test_what_came_before_the_agent_ended_is_not_enough(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 80)
        cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, NOW - 90)
        ended = self.steady({**STREAM, "waiting": True, "written": NOW - 1}, metrics=[METRIC], agent={"active": False})
        result = watch(cloud, ended)
        assert (only(result, "streams")["state"], only(result, "metrics")["state"]) == ("missing", "missing")

    def test_events_of_the_last_minutes_are_enough(self, cloud: Cloud) -> None:
        cloud.log("/app/web", "i-1", NOW - 800)
        cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, NOW - 90, 12.5)
        result = watch(cloud, self.steady(STREAM, metrics=[METRIC]))
        assert result["hosts"][0]["state"] == "verified"
        assert only(result, "metrics")["value"] == 12.5

    @pytest.mark.parametrize("second", range(0, 60, 7))
    def test_the_newest_minute_may_be_the_one_before(self, cloud: Cloud, second: int) -> None:
        cloud.now = NOW - NOW % 60 + second
        for back in (60, 120, 180):
            cloud.measure("mem_used_percent", {"InstanceId": "i-1"}, NOW - NOW % 60 - back, 12.5)
        result = watch(cloud, self.steady(metrics=[{**METRIC, "due": 15}]))
        assert only(result, "metrics")["state"] == "arrived"

    def test_a_metric_that_is_not_due_yet(self, cloud: Cloud) -> None:
        result = watch(cloud, host(metrics=[METRIC], changed=False, since=NOW - 20))
        assert only(result, "metrics")["state"] == "no_data"


def test_a_stream_that_hosts_share_is_asked_for_once(cloud: Cloud) -> None:
    cloud.log("/app/web", "i-1", NOW - 5)
    result = watch(cloud, host([STREAM, STREAM]), host([STREAM], name="web-2"))
    assert cloud.count("filter_log_events") == 1
    assert [item["state"] for item in result["hosts"]] == ["verified", "verified"]
