# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every host of a run has an entry in its account."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import account, failure_of, passed, removals, totals
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._telemetry.examples import evaluation, stream


def test_every_host_is_in_it_in_the_order_of_the_run() -> None:
    failures = {"c": {"state": "unreachable", "reason": "no route"}}
    entries = account(["d", "c", "b", "a"], [evaluation("a", [stream("/a")], []), evaluation("c", [stream("/a")], [])], failures, ["b"])
    assert [(item["host"], item["state"], item["cause"]) for item in entries] == [
        ("d", "not_reached", "the plan has no such host"),
        ("c", "unreachable", "no route"),
        ("b", "not_reached", "the run ended before it was observed"),
        ("a", "verified", ""),
    ]
    assert totals(entries) == {"unreachable": 1, "not_reached": 2, "verified": 1}
    assert list(totals(entries)) == ["unreachable", "not_reached", "verified"]
    assert passed(entries) == ["a"]


def test_hosts_without_data_and_unverified_ones_pass_and_missing_ones_do_not() -> None:
    states = ["no_data", "unverified", "pending", "missing"]
    assert passed([evaluation(state, [], [], state=state) for state in states]) == states[:3]


def test_a_state_that_is_no_failure_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"failures: the state of a is 'broken'\. Hint: give one of failed"):
        account(["a"], [], {"a": {"state": "broken"}}, ["a"])


@pytest.mark.parametrize(
    ("recorded", "observed", "expected"),
    [
        ({"state": "failed", "reason": "it broke", "task": "Install"}, {"agent": {}}, {"state": "failed", "reason": "it broke"}),
        (None, {"unreachable": True, "msg": "no route"}, {"state": "unreachable", "reason": "no route"}),
        (None, {"failed": True, "msg": "no Python"}, {"state": "failed", "reason": "no Python"}),
        (None, {"agent": {}, "failed": False}, None),
        (None, None, None),
    ],
)
def test_why_a_host_did_not_get_as_far(recorded: Any, observed: Any, expected: Any) -> None:
    assert failure_of(recorded, observed) == expected


@pytest.mark.parametrize(
    ("observed", "removed", "expected"),
    [
        ({"converged": True}, None, {"b": "absent"}),
        ({"converged": False}, {"absent": True, "changed": True}, {"b": "absent"}),
        ({"converged": False}, {"absent": False, "changed": True}, {"b": "pending"}),
        ({"converged": False}, None, {"b": "pending"}),
        ({"unreachable": True}, None, {}),
        (None, None, {}),
    ],
    ids=["gone before", "gone now", "check mode", "not asked for", "unreachable", "not observed"],
)
def test_hosts_that_are_to_have_no_agent(observed: Any, removed: Any, expected: dict[str, str]) -> None:
    planned = {"a": {"state": "present"}, "b": {"state": "absent"}}
    found = removals(planned, {"a": {"converged": True}, "b": observed}, {"b": removed})
    assert found == expected
    (entry,) = account(["b"], [], {}, planned, found)
    assert entry["state"] == expected.get("b", "not_reached")
    assert bool(entry["cause"]) == (entry["state"] != "absent")


@pytest.mark.parametrize(
    ("said", "stderr", "reason"),
    [
        ("it said why", "a warning of SSH", "it said why"),
        (
            "No start of json char found",
            "Traceback\n  ...\nOSError: [Errno 28] No space left on device\n\n",
            "OSError: [Errno 28] No space left on device",
        ),
        ("No start of json char found", "", "No start of json char found"),
    ],
)
def test_a_module_that_could_not_answer_has_left_its_last_words(said: str, stderr: str, reason: str) -> None:
    for failure in (
        failure_of({"reason": said, "stderr": stderr}, None),
        failure_of(None, {"failed": True, "msg": said, "module_stderr": stderr}),
    ):
        assert failure and said in failure["reason"] and reason in failure["reason"]
        assert ("SSH" in failure["reason"]) is False
