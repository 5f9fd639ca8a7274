# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changed hosts observed once more: late deaths, lost hosts, configurations brought back, and what to say of each."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.recheck import failing, rechecked, to_observe

ENTRY: dict[str, Any] = {
    "host": "a",
    "state": "verified",
    "region": "us-east-1",
    "changed": True,
    "invocation_id": "one",
    "cause": "",
    "hint": "",
    "streams": [],
    "metrics": [],
    "refused": [],
}


def seen(invocation_id: str = "one", active: str = "active", sub: str = "running", errors: tuple[str, ...] = ()) -> dict[str, Any]:
    service = {"invocation_id": invocation_id, "active_state": active, "sub_state": sub}
    return {"agent": {"service": service, "errors": list(errors)}}


def test_changed_hosts_and_those_that_miss_something_are_observed_again() -> None:
    calm = {**ENTRY, "host": "b", "changed": False, "invocation_id": ""}
    waits = {**ENTRY, "host": "c", "invocation_id": "", "state": "missing"}
    assert to_observe([ENTRY, calm, waits, {**waits, "host": "d", "changed": False}]) == ["a", "c"]


@pytest.mark.parametrize(
    ("newer", "state", "cause"),
    [
        (None, "verified", ""),
        (seen(), "verified", ""),
        (seen("two", errors=("E! the reason",)), "failed", "has died since it was watched .*active/running by now.*its log: E! the reason"),
        (seen("one", "activating", "auto-restart"), "failed", "activating/auto-restart"),
        ({"unreachable": True, "msg": "no route"}, "unreachable", "could not be observed again after its change: no route"),
        ({"failed": True, "msg": "boom"}, "failed", "boom"),
    ],
)
def test_what_a_newer_observation_says(newer: Any, state: str, cause: str) -> None:
    (entry,) = rechecked([ENTRY], {"a": newer}, {})
    assert entry["state"] == state
    assert re.search(cause, entry["cause"])


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"changed": True}, "the previous configuration is active again"),
        ({"changed": False}, "there was no previous configuration that worked"),
        ({"failed": True, "msg": "disk full"}, "could not be brought back: disk full"),
        ({"skipped": True}, ""),
        ({}, ""),
    ],
)
def test_what_was_brought_back_is_said_with_the_failure(result: dict[str, Any], words: str) -> None:
    (entry,) = rechecked([ENTRY], {"a": seen("two")}, {"a": result})
    text = failing([entry])["a"]
    assert text.startswith("failed: the agent has died")
    assert words in text
    assert ("rollback" in entry) == bool(words)


def test_hosts_that_are_well_do_not_fail_and_nobody_passes_unasked() -> None:
    unverified = {**ENTRY, "host": "b", "state": "unverified"}
    assert failing([ENTRY, unverified]) == {}
    assert failing([ENTRY, {**unverified, "refused": ["denied"]}]) == {"b": "CloudWatch could not be asked: denied"}
