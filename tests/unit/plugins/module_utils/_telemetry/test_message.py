# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of missing telemetry, and of telemetry that is awaited."""

from __future__ import annotations

from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_metrics import Metric
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.expected_streams import Stream
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.message import awaiting, missing_message
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._telemetry.examples import evaluation, metric, stream


def test_it_names_host_stream_cause_and_hint() -> None:
    lacking = stream("/a", "missing", cause="no permission", hint="allow it", line="E! no")
    twin = stream("/c", "missing", cause="no permission", hint="allow it", line="E! also")
    unsent = metric("missing", None, cause="c", hint="m")
    text = missing_message([evaluation("web-1", [lacking, stream("/b"), twin], [unsent]), evaluation("web-2", [], [])])
    assert text.splitlines() == [
        "Telemetry of 1 of 2 hosts is missing in CloudWatch:",
        "web-1: /a.log → log group /a, stream i-1; /c.log → log group /c, stream i-1 (us-east-1): no permission. Hint: allow it.",
        "    the agent's log: E! no",
        "web-1: metric CWAgent mem_used_percent {host=web-1} (us-east-1): c. Hint: m.",
    ]


def test_what_hosts_have_in_common_is_said_once() -> None:
    def why(number: int) -> dict[str, str]:
        return {"cause": f"i-{number} may not send", "hint": f"allow it to i-{number}"}

    hosts = [
        evaluation(
            f"web-{number}",
            [stream("/a", "missing", log_stream_name=f"i-{number}", **why(number), line=f"E! {number}")],
            [metric("missing", None, host=f"web-{number}", **why(number))],
        )
        for number in range(300)
    ]
    lines = missing_message(hosts).splitlines()
    assert lines[0] == "Telemetry of 300 of 300 hosts is missing in CloudWatch:"
    assert lines[1:] == [
        "web-0, web-1, web-2, web-3, web-4 and 295 more: /a.log → log group /a, stream …; "
        "metric CWAgent mem_used_percent {host=…} (us-east-1): … may not send. Hint: allow it to ….",
        "    the agent's log: E! 0",
    ]


def test_other_causes_are_said_apart() -> None:
    hosts = [evaluation(name, [stream("/a", "missing", cause=cause, hint="h")], []) for name, cause in (("one", "c"), ("two", "d"))]
    assert [line.partition(":")[0] for line in missing_message(hosts).splitlines()[1:]] == ["one", "two"]


def test_there_is_none_where_nothing_is_missing() -> None:
    assert missing_message([evaluation("web-1", [stream("/a")], [])]) == ""


def test_what_is_awaited() -> None:
    items = [("web-1", Stream("/a", "i-1", "/a.log")), ("web-1", Metric(name="mem_used")), ("web-2", Stream("/j", "i-2", ""))]
    assert awaiting(items, "us-east-1", "12:00:00") == (
        "Awaiting telemetry in us-east-1 until 12:00:00 at the latest: web-1 /a.log, web-1 mem_used, web-2 /j"
    )
