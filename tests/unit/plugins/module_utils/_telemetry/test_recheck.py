# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changed hosts are observed again before anything is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.recheck import failing, rechecked, to_observe
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._telemetry.examples import evaluation, stream

LOST = stream("/a", "missing", cause="no permission", hint="allow it")


def agent(died: bool = False, state: str = "active", **facts: Any) -> dict[str, Any]:
    service = {"active_state": state, "sub_state": "running" if state == "active" else "auto-restart", "died": died}
    return {"agent": {"service": service, **facts}}


def test_hosts_that_the_run_has_changed_and_changed_ones_with_something_missing() -> None:
    changed = evaluation("changed", [], [], invocation_id="1")
    awaited = evaluation("awaited", [LOST], [])
    entries = [changed, awaited, evaluation("steady", [LOST], [], changed=False), evaluation("well", [stream("/a")], [])]
    assert to_observe(entries) == {"changed": "1", "awaited": ""}


@pytest.mark.parametrize(
    ("newer", "state", "cause"),
    [
        (agent(), "verified", ""),
        ({}, "verified", ""),
        (
            agent(died=True),
            "failed",
            "the agent has died, or was restarted, since it was watched after its change (its service is active/running by now)",
        ),
        (
            agent(died=True, state="activating", errors=["E! one", "E! two"]),
            "failed",
            "is activating/auto-restart by now); its log: E! two",
        ),
        ({"unreachable": True, "msg": "no route"}, "unreachable", "could not be observed again after its change: no route"),
    ],
)
def test_a_daemon_that_died_later_than_it_was_watched(newer: dict[str, Any], state: str, cause: str) -> None:
    (entry,) = rechecked([evaluation("a", [], [], invocation_id="1")], {"a": newer}, {})
    assert entry["state"] == state
    assert cause in entry["cause"]


@pytest.mark.parametrize(
    ("result", "done"),
    [
        ({"changed": True}, "the previous configuration is active again"),
        ({"changed": False}, "there was no previous configuration that worked"),
        ({"failed": True, "msg": "disk full"}, "could not be brought back: disk full"),
        ({"skipped": True}, None),
        ({}, None),
        (None, None),
    ],
)
def test_what_was_brought_back_is_said(result: Any, done: str | None) -> None:
    (entry,) = rechecked([evaluation("a", [LOST], [])], {}, {"a": result})
    text = failing([entry])["a"]
    assert text.startswith("Telemetry of 1 of 1 host is missing in CloudWatch")
    assert (done in text) if done else ("previous configuration" not in text)


def test_what_was_not_brought_back_is_said_as_the_host_says_it() -> None:
    result = {"changed": False, "warnings": ["no configuration was restored: x is active by now, which somebody else has applied since"]}
    (entry,) = rechecked([evaluation("a", [LOST], [])], {}, {"a": result})
    assert entry["rollback"] == result["warnings"][0]


def test_the_account_shows_what_a_host_runs_at_the_end() -> None:
    """And not what it ran when its telemetry was evaluated."""
    ran = evaluation("a", [LOST], [], invocation_id="1")
    restored = {"changed": True, **agent(state="active", configurations=[{"file": "ssm_AmazonCloudWatch-base-web_2"}])}
    (entry,) = rechecked([ran], {"a": agent(died=True, state="activating")}, {"a": restored})
    assert (entry["configurations"], entry["service"]) == (["AmazonCloudWatch-base-web:2"], "running")
    (entry,) = rechecked([ran], {"a": agent(died=True, state="activating")}, {})
    assert (entry["configurations"], entry["service"]) == (ran["configurations"], "activating")
    (entry,) = rechecked([ran], {"a": {"unreachable": True, "msg": "no route"}}, {"a": {"unreachable": True, "msg": "no route"}})
    assert (entry["configurations"], entry["service"]) == (ran["configurations"], "not known")


def test_why_each_host_fails() -> None:
    entries = [
        evaluation("well", [stream("/a")], []),
        evaluation("broken", [], [], state="failed", cause="no space left", hint="free some"),
        evaluation("asked", [], [], state="unverified", refused=["denied"]),
        evaluation("unknown", [], [], state="unverified"),
    ]
    assert failing(entries) == {
        "broken": "failed: no space left. Hint: free some",
        "asked": "CloudWatch could not be asked: denied",
    }
