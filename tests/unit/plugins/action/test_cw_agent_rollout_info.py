# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: what it takes of the hosts' variables. Canaries: _release/test_canaries.py; gates: _telemetry/test_gates.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_rollout_info
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._telemetry.examples import evaluation, stream

from .test_cw_agent_release import CONNECTION, Display

KEY, NAME = "us-east-1/web", "web"
HOSTS = ["a", "b", "c"]
PLAN = {"hosts": {host: {"key": KEY} for host in HOSTS}, "configurations": [{"key": KEY, "name": NAME, "configuration": {}}]}
PUBLISHED = {"configurations": [{"key": KEY, "name": NAME, "released": False, "same_as_live": False, "on_hold": False}]}
HELD = {"configurations": [{"key": KEY, "name": NAME, "released": False, "on_hold": True}]}


def observed(*errors: str, converged: bool = False) -> dict[str, Any]:
    return {"converged": converged, "problems": [], "agent": {"errors": list(errors)}}


def run(display: Display, variables: dict[str, dict[str, Any]], **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": False, "diff": False, "async_val": 0}
    task = SimpleNamespace(args={"plan": PLAN, **arguments}, action="cloudwatch.agent.cw_agent_rollout_info", **options)
    loader = DataLoader()
    action = cw_agent_rollout_info.ActionModule(task, CONNECTION, None, loader, Templar(loader), None)
    action._display = display
    hostvars = SimpleNamespace(raw_get=lambda host: variables.get(host, {}))
    return action.run(task_vars={"hostvars": hostvars, "groups": {"all": HOSTS, "canary": ["b"]}})


def planned(display: Display, **arguments: Any) -> dict[str, Any]:
    zones = {"a": "us-east-1a", "b": "us-east-1a", "c": "us-east-1b"}
    variables = {host: {"cw_agent_observed": observed(), "placement": {"availability_zone": zone}} for host, zone in zones.items()}
    return run(display, variables, state="planned", published=PUBLISHED, **arguments)


def test_the_waves_come_from_observations_and_zones_and_are_shown() -> None:
    display = Display()
    result = planned(display, canary="50%", serial=[1, "100%"])
    assert (result["changed"], result["canaries"], result["batches"], result["candidates"]) == (False, ["a", "c"], [["b"]], [KEY])
    assert display.lines == ["\n".join(result["lines"])]


def test_a_pattern_is_one_of_the_inventory() -> None:
    result = planned(Display(), canary="canary")
    assert (result["canaries"], result["batches"]) == (["b"], [["a", "c"]])


def test_a_refusal_is_one_message() -> None:
    result = planned(Display(), canary="nobody")
    assert result["failed"] and "cw_agent_canary is 'nobody'" in result["msg"]
    with pytest.raises(AnsibleError, match="waves"):
        run(Display(), {}, state="evaluated")


WAVES = {"canaries": ["a", "b"], "changing": ["a"], "rest": ["c"], "candidates": [KEY], "tried": [KEY]}


def evaluated(again: list[str], variables: dict[str, dict[str, Any]], display: Display | None = None, **more: Any) -> dict[str, Any]:
    entries = [evaluation(host, [stream("/a")], []) for host in ("a", "b")]
    seen = {"agent": {"service": {"died": False}, "errors": again}}
    arguments = {"waves": WAVES, "verified": {"hosts": entries}, "observed": {"a": seen, "b": seen}, **more}
    return run(display or Display(), variables, state="evaluated", **arguments)


def test_errors_are_new_against_those_of_the_canary_or_of_hosts_yet_to_be_changed() -> None:
    known = {host: {"cw_agent_observed": observed("E! old")} for host in HOSTS}
    result = evaluated(["E! old"], known)
    assert (result["passed"], result["verified"], result["names"]) == (True, HOSTS, [NAME])
    # b has run the candidate for a while: what its own log had is no reason to pass.
    known["c"] = known["a"] = {"cw_agent_observed": observed()}
    assert [item["host"] for item in evaluated(["E! old"], known)["failures"]] == ["a", "b"]


def test_a_canary_that_could_not_be_changed_does_not_pass() -> None:
    result = evaluated([], {"a": {"cw_agent_failure": {"state": "failed", "reason": "disk full"}}})
    assert (result["passed"], result["verified"], set(result["recorded"])) == (False, [], {"a", "b"})
    assert result["failures"] == [{"host": "a", "gate": "health", "reason": "disk full", "state": "failed"}]


@pytest.mark.parametrize(
    ("more", "gate", "reason"),
    [
        ({"alarm_names": ["errors"], "alarms_unread": "AccessDenied"}, "alarm", "the alarms could not be read: AccessDenied"),
        ({"alarm_names": ["errors"]}, "alarm", "CloudWatch has no alarm errors any more"),
        ({"overtaken": [{"profile": "", "region": "", "name": NAME, "reason": "version 3"}]}, "release", "web: version 3"),
        ({"observed": {"a": {}, "b": {"skipped": True}}}, "health", "it was not observed again after its change"),
    ],
)
def test_what_is_not_known_or_not_this_runs_opens_no_gate(more: dict[str, Any], gate: str, reason: str) -> None:
    result = evaluated([], {}, **more)
    assert [(item["host"], item["gate"], item["reason"]) for item in result["failures"]] == [(host, gate, reason) for host in ("a", "b")]
    assert (result["passed"], result["verified"]) == (False, [])


@pytest.mark.parametrize(("baked", "warned"), [(300.0, []), (299.5, []), (12.0, ["The canaries have run for 12 of 300 seconds"])])
def test_a_bake_that_a_person_has_ended_is_warned_of(baked: float, warned: list[str]) -> None:
    display = Display()
    assert evaluated([], {}, display, bake_seconds=300, baked=baked)["passed"]
    assert [text[:43] for text in display.warnings] == warned


def accounted(
    states: dict[str, str], failures: list[dict[str, Any]], published: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    entries = [evaluation(host, [], [], state=state, cause="a budget") for host, state in states.items()]
    failing = {host: f"{state}: why" for host, state in states.items() if state != "verified"}
    gate = {"failures": failures, "names": [NAME]}
    variables = {"a": {"cw_agent_converged": {"differences": ["configuration: none → ssm:web:1"]}}}
    return run(
        Display(),
        variables,
        state="accounted",
        published=published or HELD,
        verified={"hosts": entries, "failing": failing},
        gate=gate,
        taken_back={"a": {}},
        **more,
    )


def test_all_is_well() -> None:
    result = accounted(dict.fromkeys(HOSTS, "verified"), [])
    assert (result["failing"], result["completed"], result["msg"]) == ({}, True, "")


def test_a_gate_that_was_not_passed_is_said_once() -> None:
    stopped = [{"host": "a", "gate": "log", "reason": "E! new", "state": "failed"}]
    result = accounted({"a": "failed", "b": "not_reached", "c": "not_reached"}, stopped)
    assert (list(result["failing"]), result["completed"]) == (["a"], False)
    assert "* a, gate log: E! new" in result["msg"]
    assert "a: there was no configuration before that worked, so the new one stays" in result["msg"]
    assert "On hold at the live version: web." in result["msg"]
    assert "Without a live version" in accounted({"a": "failed"}, stopped, PUBLISHED)["msg"]
    live = {"configurations": [{"key": KEY, "name": NAME, "live": 4, "on_hold": False}]}
    for rejected in ({"skipped": [{"name": NAME, "reason": "its candidate is live already"}]}, {"failed": True, "msg": "no."}):
        said = accounted({"a": "failed"}, stopped, live, rejected=rejected)["msg"]
        assert "Without a live" not in said and "On hold" not in said
        assert f"Not put on hold: web: {'no' if 'failed' in rejected else 'its candidate is live already'}." in said


def test_what_was_not_released_or_not_reached_fails_though_no_host_does() -> None:
    states = {"a": "verified", "b": "not_reached"}
    result = accounted(states, [], released={"failed": True, "msg": "Not released: version 3"})
    assert list(result["failing"]) == ["b"]
    assert result["msg"].startswith("Not released: version 3\nThe roll-out has stopped: a budget. Not reached, and as they were: b.")
    assert list(accounted(states, [])["failing"]) == ["b"]
    assert accounted({"a": "verified"}, [], released={"failed": True, "msg": "Not released"})["failing"] == {"a": "Not released"}


def test_hosts_that_were_not_reached_stand_beside_those_that_failed() -> None:
    result = accounted({"a": "verified", "b": "failed", "c": "not_reached"}, [])
    assert (list(result["failing"]), result["completed"]) == (["b"], False)
    assert accounted({"a": "verified", "b": "failed"}, [])["completed"]
    assert result["msg"].splitlines()[0] == "failed: why"
    assert "The roll-out has stopped: a budget. Not reached, and as they were: c." in result["msg"]
