# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which canaries pass, at which gate the others are stopped, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.gates import (
    Failure,
    back,
    ended_message,
    failures,
    new_errors,
    overtaken,
    recorded,
    stopped_message,
    unobserved,
)
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._telemetry.examples import evaluation, stream

WELL = evaluation("a", [stream("/a")], [])
DENIED = "2026-11-27T02:41:23Z E! cloudwatch: code: AccessDenied, request id: 6f9619ff-8b86-d011-b42d-00cf4fc964ff"


def agent(died: bool = False, errors: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"agent": {"service": {"active_state": "active", "sub_state": "running", "died": died}, "errors": list(errors)}}


def one(entry: dict[str, Any], again: Any, earlier: dict[str, Any] | None = None, before: tuple[str, ...] = ()) -> Failure | None:
    found = failures(["a"], [entry], {"a": earlier} if earlier else {}, {"a": again}, {"a": before})
    return found[0] if found else None


def test_a_canary_passes() -> None:
    assert one(WELL, agent()) is None
    # In check mode nobody is observed again.
    assert one(WELL, {"skipped": True}) is None


@pytest.mark.parametrize(
    ("again", "earlier", "state", "reason"),
    [
        ({}, {"state": "failed", "reason": "no space left"}, "failed", "no space left"),
        ({}, {"state": "unreachable", "reason": "no route"}, "unreachable", "unreachable: no route"),
        (agent(died=True), None, "failed", "the agent has died, or was restarted, since it was watched after its change"),
        ({"unreachable": True, "msg": "no route"}, None, "unreachable", "could not be observed again after its change: no route"),
    ],
)
def test_the_gate_of_health(again: Any, earlier: dict[str, Any] | None, state: str, reason: str) -> None:
    found = one(WELL, again, earlier)
    assert found and (found.gate, found.state) == ("health", state)
    assert reason in found.reason
    assert not found.reason.startswith("failed")


def test_a_canary_of_which_nothing_was_evaluated_does_not_pass() -> None:
    (found,) = failures(["a"], [], {}, {}, {})
    assert (found.gate, found.state) == ("health", "not_reached")


def test_a_canary_that_does_not_run_the_candidate_does_not_pass() -> None:
    """With --skip-tags configure: well as it is, it says nothing about what is to be released."""
    found = one({**WELL, "state": "unverified", "outdated": True}, agent())
    assert found and (found.gate, found.state) == ("health", "failed")
    assert "is not the one that the agent runs with" in found.reason


def test_the_gate_of_telemetry() -> None:
    found = one(evaluation("a", [stream("/a", "missing", cause="no permission", hint="allow it")], []), agent())
    assert found and (found.gate, found.state) == ("telemetry", "failed")
    assert "no permission" in found.reason
    found = one({**WELL, "refused": ["AccessDenied"]}, agent())
    assert found and (found.gate, found.reason) == ("telemetry", "CloudWatch could not be asked: AccessDenied")


def test_the_gate_of_the_log() -> None:
    found = one(WELL, agent(errors=("E! known 1", "E! new", DENIED)), before=("E! known 7",))
    assert found and found.gate == "log"
    assert found.reason == f"its agent's log has an error that was not there before: {DENIED} and 1 other"
    assert one(WELL, agent(errors=("E! known 1",)), before=("E! known 7",)) is None


def test_errors_are_new_that_differ_in_more_than_times_and_numbers() -> None:
    later = DENIED.replace("02:41", "03:07").replace("6f9619ff", "11111111")
    assert new_errors([DENIED, "2026/11/27 02:41:23 E! retry 3"], [later, "2026/11/27 03:41:23 E! retry 12"]) == []
    assert new_errors([DENIED], [DENIED.replace("AccessDenied", "Throttling")]) != []


FAILED = Failure("a", "telemetry", "nothing arrives")


def test_the_account_of_canaries() -> None:
    assert recorded([], ["a", "b"]) == {}
    assert recorded([FAILED], ["a", "b"]) == {
        "a": {"state": "failed", "reason": "gate telemetry: nothing arrives"},
        "b": {"state": "not_reached", "reason": "it was taken back with a"},
    }


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({}, "its configuration is the one before"),
        ({"skipped": True}, "its configuration is the one before"),
        ({"changed": True}, "the configuration before is active again"),
        ({"changed": False}, "the configuration before is active"),
        ({"changed": False, "warnings": ["no configuration was restored: there is none"]}, "no configuration was restored: there is none"),
        ({"unreachable": True, "msg": "no route"}, "it could not be taken back, and the next run does it: no route"),
        ({"failed": True, "msg": "disk full"}, "it could not be taken back, and the next run does it: disk full"),
    ],
)
def test_what_a_canary_runs_in_the_end(result: dict[str, Any], words: str) -> None:
    assert back({"a": result}, {}) == {"a": words}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"changed": True, "differences": ["configuration: none → ssm:web:1"]},
            "there was no configuration before that worked, so the new one stays",
        ),
        ({"changed": True, "differences": ["service: inactive → active"]}, "its configuration is the one before"),
        ({"failed": True, "msg": "the agent died; the previous configuration is back"}, None),
    ],
)
def test_what_a_canary_runs_where_nothing_was_taken_back(change: dict[str, Any], words: str | None) -> None:
    assert back({"a": {}}, {"a": change}) == ({"a": words} if words else {})


def test_one_message_says_what_has_stopped_the_roll_out() -> None:
    others = {"db": "its candidate is live already"}
    assert stopped_message([FAILED], {"a": "is back", "b": "is back"}, ["web"], ["new"], others).splitlines() == [
        "The roll-out has stopped at its canaries; it has not moved live, and has changed no other host.",
        "* a, gate telemetry: nothing arrives",
        "a, b: is back",
        "On hold at the live version: web.",
        "Without a live version, so that cloudwatch.agent.site would give it to its hosts: new.",
        "Not put on hold: db: its candidate is live already.",
        "Hint: correct the cause or the fragments, and run cloudwatch.agent.rollout again with -e cw_agent_release_hold=lift.",
    ]
    assert stopped_message([FAILED], {}, [], [], {}).endswith("fragments, and run cloudwatch.agent.rollout again.")
    theirs = stopped_message([FAILED._replace(gate="release")], {}, [], [], {})
    assert theirs.endswith(
        "see with cloudwatch.agent.releases who has published what, agree with them, and run cloudwatch.agent.rollout again."
    )


def test_a_canary_that_was_not_observed_again_does_not_pass() -> None:
    again = {"a": {"skipped": True}, "b": agent(), "c": {}}
    found = unobserved([FAILED._replace(host="c")], again)
    assert [(item.host, item.gate, item.reason) for item in found] == [
        ("c", "telemetry", "nothing arrives"),
        ("a", "health", "it was not observed again after its change"),
    ]


def test_what_somebody_else_has_released_explains_all_but_what_came_before() -> None:
    found = [FAILED, FAILED._replace(host="b"), FAILED._replace(host="c")]
    assert [(item.host, item.gate, item.reason) for item in overtaken(found, dict.fromkeys(("a", "b", "d"), "version 3"), ["b"])] == [
        ("b", "telemetry", "nothing arrives"),
        ("c", "telemetry", "nothing arrives"),
        ("a", "release", "version 3"),
        ("d", "release", "version 3"),
    ]


def test_hosts_that_were_not_reached_are_named_once() -> None:
    text = ended_message({"c": "1 of 2 have failed", "d": "1 of 2 have failed"})
    assert text.startswith("The roll-out has stopped: 1 of 2 have failed. Not reached, and as they were: c, d. Hint: correct the cause")
