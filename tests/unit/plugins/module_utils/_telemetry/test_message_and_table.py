# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people read: the table of all hosts, and the message about what is missing."""

from __future__ import annotations

from typing import Any

from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.message import telemetry_explained, telemetry_message
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.table import telemetry_table

WHY = {"cause": "", "mend": "", "line": ""}


def stream(group: str, state: str = "arrived", events: int = 0, **more: Any) -> dict[str, Any]:
    return {"log_group_name": group, "log_stream_name": "i-1", "file": f"{group}.log", "state": state, "events": events, **WHY, **more}


def metric(state: str = "arrived", value: float | None = 12.3456, **more: Any) -> dict[str, Any]:
    return {
        "namespace": "CWAgent",
        "name": "mem_used_percent",
        "dimensions": {"host": "web-1"},
        "state": state,
        "value": value,
        **WHY,
        **more,
    }


def verdict(host: str, streams: list[dict[str, Any]], metrics: list[dict[str, Any]]) -> dict[str, Any]:
    items = streams + metrics
    state = "missing" if any(item["state"] == "missing" for item in items) else "arrived"
    return {
        "host": host,
        "region": "us-east-1",
        "changed": True,
        "state": state,
        "streams": streams,
        "metrics": metrics,
        "cause": "",
        "mend": "",
    }


SEEN = {
    "agent": {
        "mode": "onPremise",
        "package": {"build": "1.300060.0b1248"},
        "service": {"active_state": "active"},
        "configurations": [{"file": "ssm_AmazonCloudWatch-base-web_3"}],
    }
}
DENIED = "E! [outputs.cloudwatchlogs] Aws error received when sending logs to /a/i-1: ExpiredTokenException: x"


def test_the_table() -> None:
    answers = [
        verdict("web-1", [stream("/a", events=2), stream("/a", events=2), stream("/b", "quiet")], [metric()]),
        verdict("a-longer-name", [stream("/a", "missing")], [metric("missing", None)]),
    ]
    lines = telemetry_table(answers, {"web-1": SEEN, "a-longer-name": SEEN})
    assert lines == [
        "host           mode     build            configuration                service  log groups (events)  metrics",
        "-------------  -------  ---------------  ---------------------------  -------  -------------------  ------------------------",
        "web-1          on-prem  1.300060.0b1248  AmazonCloudWatch-base-web:3  running  /a (2)               mem_used_percent 12.35",
        "                                                                               /b (quiet)",
        "a-longer-name  on-prem  1.300060.0b1248  AmazonCloudWatch-base-web:3  running  /a (MISSING)         mem_used_percent MISSING",
    ]


def test_parameters_have_their_own_names_where_these_are_known() -> None:
    fetched = {"web-1": {"sources": [{"location": "ssm:/cw/web:4"}]}}
    active = {"agent": {**SEEN["agent"], "configurations": [{"file": "ssm__cw_web_4"}]}}
    fresh = {"agent": {**SEEN["agent"], "configurations": []}}
    for observed in (active, fresh):
        assert "/cw/web:4" in telemetry_table([verdict("web-1", [], [])], {"web-1": observed}, None, fetched)[2]


def test_the_table_of_a_host_without_agent() -> None:
    lines = telemetry_table([verdict("new", [], [])], {"new": {"agent": {"mode": "ec2", "service": {"active_state": "inactive"}}}})
    assert lines[2].split() == ["new", "EC2", "none", "inactive"]


def test_the_state_after_the_change_is_shown() -> None:
    after = {"web-1": {"changed": True, "agent": {**SEEN["agent"], "package": {"build": "2"}}}}
    assert telemetry_table([verdict("web-1", [], [])], {"web-1": SEEN}, after)[2].split()[2] == "2"


def test_the_message_names_host_place_cause_and_mend() -> None:
    lacking = stream("/a", "missing", cause="no permission", mend="allow it", line="E! no")
    twin = stream("/c", "missing", cause="no permission", mend="allow it", line="E! also")
    text = telemetry_message(
        [verdict("web-1", [lacking, stream("/b"), twin], [metric("missing", None, cause="c", mend="m")]), verdict("web-2", [], [])]
    )
    assert text.splitlines() == [
        "Telemetry of 1 of 2 hosts is missing in CloudWatch:",
        "web-1: /a.log → log group /a, stream i-1; /c.log → log group /c, stream i-1 (us-east-1): no permission. Mend: allow it.",
        "    the agent's log: E! no",
        "web-1: metric CWAgent mem_used_percent {host=web-1} (us-east-1): c. Mend: m.",
    ]


def test_no_message_where_nothing_is_missing() -> None:
    assert telemetry_message([verdict("web-1", [stream("/a")], [])]) == ""


def test_a_newer_look_explains_what_is_missing() -> None:
    before = verdict("web-1", [stream("/a", "missing", cause="unknown", mend="?"), stream("/b")], [])
    (after,) = telemetry_explained([before], [{"item": "web-1", "agent": {"errors": [DENIED], "service": {"active_state": "active"}}}])
    assert "expired" in after["cause"]
    assert after["streams"][0]["line"] == DENIED
    assert after["streams"][1] == before["streams"][1]


def test_a_newer_look_that_tells_nothing_leaves_what_was_said() -> None:
    before = verdict("web-1", [stream("/a", "missing", cause="unknown", mend="?")], [])
    looks = [{"item": "web-1", "agent": {"errors": []}}, {"item": "gone", "unreachable": True}]
    assert telemetry_explained([before], looks)[0]["streams"] == before["streams"]
