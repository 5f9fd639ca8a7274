# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts: every state of AWS, and what the command's own state would hide."""

from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.outputs import step_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import (
    ERRORS,
    OK,
    Node,
    counts,
    errors,
    evaluate,
    message,
)
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import invocation, plugin

SKIP = "Step execution skipped due to unsatisfied preconditions: '\"StringEquals\": [platformType, Windows]'. Step name: a"


def verdict(details: str, *plugins: dict[str, object], **more: object) -> Node:
    item = invocation("i-1", details, *plugins, **more)
    return evaluate(item, [step_of(step) for step in item["CommandPlugins"]])


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ("Success", "ok"),
        ("Failed", "failed"),
        ("ExecutionTimedOut", "timed_out"),
        ("TimedOut", "timed_out"),
        ("DeliveryTimedOut", "undelivered"),
        ("Undeliverable", "undelivered"),
        ("InvalidPlatform", "wrong_platform"),
        ("AccessDenied", "denied"),
        ("Cancelled", "cancelled"),
        ("Terminated", "terminated"),
        ("Pending", "running"),
        ("InProgress", "running"),
        ("Delayed", "running"),
        ("Cancelling", "running"),
        ("Something", "unknown"),
    ],
)
def test_every_state_has_its_verdict(details: str, expected: str) -> None:
    assert verdict(details).verdict == expected


def test_an_open_status_wins_over_details_that_are_ahead_of_it() -> None:
    assert verdict("Success", Status="InProgress").verdict == "running"
    assert verdict("Failed", StatusDetails="").verdict == "failed"


def test_a_success_of_which_every_step_was_skipped_is_none() -> None:
    assert verdict("Success", plugin(output=SKIP), plugin("b", output=SKIP)).verdict == "skipped"
    assert verdict("Success", plugin(status="Skipped")).verdict == "skipped"
    assert verdict("Success", plugin(output=SKIP), plugin("b", output="done")).verdict == "ok"


def test_a_failure_names_step_exit_code_and_the_last_line() -> None:
    node = verdict("Failed", plugin("first"), plugin("second", "Failed", 2, "out\n----------ERROR-------\nno such file\nfailed to run"))
    assert node.message == "step second: Failed, exit code 2: failed to run"
    assert verdict("Failed", plugin("first"), TraceOutput="refused").message == "refused"


def test_a_time_out_of_the_delivery_may_have_run() -> None:
    assert "may have run it (a)" in verdict("DeliveryTimedOut", plugin("a", "InProgress", 0)).message
    assert verdict("DeliveryTimedOut", plugin("a", "Pending", -1)).message == "DeliveryTimedOut"


def test_errors_are_those_that_aws_counts() -> None:
    states = ("Failed", "ExecutionTimedOut", "DeliveryTimedOut", "Undeliverable", "AccessDenied", "InvalidPlatform", "Cancelled")
    assert errors([verdict(state) for state in states]) == len(ERRORS)


def test_the_message_groups_nodes_counts_them_and_hints() -> None:
    nodes = [Node("i-1", OK), *(Node(f"i-{number}", "failed", "exit code 1") for number in range(2, 7)), Node("i-9", "denied", name="db")]
    assert counts(nodes) == {"ok": 1, "failed": 5, "denied": 1}
    lines = message("Doc", nodes, ["ok"]).splitlines()
    assert lines[0] == "Doc: 7 nodes: 1 ok, 5 failed, 1 denied."
    assert lines[1] == "failed: i-2: exit code 1, i-3: exit code 1, i-4: exit code 1 and 2 more."
    assert lines[2].startswith("denied: i-9 (db). Hint: allow ssm:SendCommand")
    assert message("Doc", nodes, ["ok", "failed", "denied"]) == ""
