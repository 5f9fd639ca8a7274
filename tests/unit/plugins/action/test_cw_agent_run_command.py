# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: whose nodes, what check mode foresees, and the account. Waves: plugin_utils/test_fleet_convergence.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Mapping

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_run_command
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.tests.unit.plugins.plugin_utils.test_fleet_convergence import LIVE, NEW, FakeFleet

from .test_cw_agent_release import CONNECTION

KEY = "us-east-1/AmazonCloudWatch-x"
MEM = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
ENTRY = {"key": KEY, "region": "us-east-1", "profile": "", "mode": "ec2", "build": "2"}
PLAN: dict[str, Any] = {
    "hosts": {"a": ENTRY, "b": ENTRY},
    "configurations": [{"key": KEY, "configuration": MEM, "vaulted": []}],
}
PUBLISHED: dict[str, Any] = {
    "sources": {host: [{"location": "ssm:AmazonCloudWatch-x:2", "digest": NEW, "content": ""}] for host in "ab"},
    "configurations": [{"hosts": ["a", "b"], "version": 2, "live": 1, "parts": ["AmazonCloudWatch-x"]}],
}


class Watched:
    """CloudWatch: nothing arrives of the hosts in ``missing``."""

    missing: set[str] = set()

    def __init__(self, _client: Any, _settings: Any) -> None:
        pass

    def run(self, hosts: list[Any]) -> tuple[list[dict[str, Any]], float]:
        common = {"region": "us-east-1", "profile": "", "streams": [], "metrics": [], "unverified": [], "refused": [], "hint": ""}
        state = {True: ("missing", "denied"), False: ("verified", "")}
        found = []
        for host in hosts:
            word, cause = state[host.name in self.missing]
            found.append({**common, "host": host.name, "changed": host.changed, "state": word, "cause": cause, **host.facts})
        return found, 0.0


class Fleet(FakeFleet):
    """The nodes of the test, as the action makes them."""

    command_ids = ("c-1",)

    def __init__(self, *_arguments: Any) -> None:
        super().__init__(a="2", b="2")
        self.active["b"] = NEW

    def know(self, targets: Any) -> None:
        assert {target.host: target.instance_id for target in targets} == {"a": "i-a", "b": "mi-b"}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cw_agent_run_command, "FleetCommands", Fleet)
    monkeypatch.setattr(cw_agent_run_command, "Watch", Watched)
    monkeypatch.setattr(Watched, "missing", set())
    monkeypatch.setattr(cw_agent_run_command, "require_controller", lambda *_arguments: None)


class HostVars(dict[str, Any]):
    """Ansible's, as far as it is asked."""

    raw_get = dict.__getitem__


def run(check: bool = False, variables: Mapping[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": False, "async_val": 0, "no_log": False}
    given = {"region": "us-east-1", "plan": PLAN, "published": PUBLISHED, **arguments}
    task = SimpleNamespace(args=given, action="cloudwatch.agent.cw_agent_run_command", **options)
    action = cw_agent_run_command.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = SimpleNamespace(display=lambda _text: None, warning=lambda _text: None)
    hostvars = HostVars({"a": {"instance_id": "i-a"}, "b": {"instance_id": "i-other", "cw_agent_node_id": "mi-b", **(variables or {})}})
    return action.run(task_vars={"hostvars": hostvars})


def test_check_mode_foresees_the_changes_and_makes_none() -> None:
    found = run(check=True)
    assert (found["states"], found["needs"]) == ({"a": "would_change", "b": "unchanged"}, {"a": ["configure"]})
    assert (found["changed"], found["failed"], found["hosts"], found["waves"]) == (True, False, [], [["a"]])


def test_every_host_is_accounted_for() -> None:
    found = run()
    assert found["states"] == {"a": "changed", "b": "unchanged"} and found["verified"] == ["a", "b"]
    assert [(entry["host"], entry["state"], entry["changed"]) for entry in found["hosts"]] == [
        ("a", "verified", True),
        ("b", "verified", False),
    ]
    assert (found["failed"], found["msg"], found["totals"]) == (False, "", {"verified": 2})
    assert found["observed"]["a"]["agent"]["configurations"][0]["digest"] == NEW


def test_missing_telemetry_of_a_changed_host_takes_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watched, "missing", {"a"})
    found = run()
    assert found["states"] == {"a": "taken_back", "b": "unchanged"} and found["verified"] == ["b"]
    assert found["failed"] and "wave 1 of 1: 1 of 1 hosts have failed\na: telemetry is missing: denied" in found["msg"]
    assert found["observed"]["a"]["agent"]["configurations"][0]["digest"] == LIVE
    assert found["hosts"][0]["state"] == "failed"
    assert found["hosts"][0]["configurations"] == [f"ssm_AmazonCloudWatch-x_{LIVE}"]


def test_what_hosts_outside_the_run_send_to_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(
        cw_agent_run_command, "senders_beside", lambda plan, hostvars, hosts: given.append((plan, list(hostvars), hosts)) or []
    )
    run()
    assert given == [(PLAN, ["a", "b"], ())]


def test_missing_telemetry_of_an_unchanged_host_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watched, "missing", {"b"})
    found = run()
    assert found["failed"] and found["verified"] == ["a"] and "missing in CloudWatch" in found["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_a_controller_that_lacks_a_permission_changes_nothing(monkeypatch: pytest.MonkeyPatch, check: bool) -> None:
    def refuse(_clients: Any, targets: Any, lacking: Any, associated: Any, _warn: Any) -> None:
        raise CommandError(f"{[target.host for target in targets]} {lacking['a']} {associated}")

    monkeypatch.setattr(cw_agent_run_command, "require_controller", refuse)
    found = run(check, associated=["x"])
    assert (found["failed"], found["changed"], found["msg"]) == (True, False, "['a'] ['configure'] ['x']")
    assert not run(check=True, check_permissions=False)["failed"]


def test_a_host_whose_node_is_not_known_is_refused_by_name() -> None:
    found = run(nodes={"a": "i-a"})
    assert found["failed"] and not found["changed"] and found["msg"].startswith("b: the id of the node is not known")
    assert "waves: '0' is no size" in run(waves=["0"])["msg"]


def test_nodes_are_observed_in_the_form_of_other_hosts() -> None:
    found = run(state="observed", hosts=["a", "b"])
    assert (found["changed"], found["to_converge"], "failed" in found) == (False, ["a"], False)
    assert found["observed"]["a"]["differing"] == ["configuration"] and found["observed"]["b"]["converged"]


def test_a_silent_node_is_unreachable_and_fails_no_observation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fleet, "ask", lambda _self, targets: ({}, {target.host: "not online" for target in targets}))
    found = run(state="observed")
    assert found["to_converge"] == [] and found["observed"]["a"] == {"changed": False, "unreachable": True, "msg": "not online"}


def test_a_run_that_accounts_later_gets_changes_and_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    found = run(defer=True)
    assert (found["converged"]["a"]["changed"], found["failures"]) == (True, {})
    assert found["converged"]["a"]["agent"]["configurations"][0]["digest"] == NEW and set(found["converged"]) == {"a"}
    assert not {"failed", "table", "hosts", "verified"} & set(found)
    monkeypatch.setattr(Watched, "missing", {"a"})
    found = run(defer=True)
    assert found["failures"] == {"a": {"state": "failed", "reason": "telemetry is missing: denied"}}
    assert run(defer=True, check=True)["converged"] == {"a": {"changed": True}}


def test_only_the_hosts_that_are_meant_and_not_refused_are_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fleet, "know", lambda _self, targets: None)
    assert run(defer=True, hosts=["b"])["states"] == {"b": "unchanged"}
    found = run(defer=True, refused={"a": "lacks logs:PutLogEvents", "z": "another run's"})
    assert found["failures"] == {"a": {"state": "failed", "reason": "lacks logs:PutLogEvents"}} and not found["changed"]
    assert found["states"] == {"b": "unchanged", "a": "not_reached"}


@pytest.mark.parametrize("given", [{"stopped": "a batch has failed"}, {"variables": {"cw_agent_stopped": "a batch has failed"}}])
def test_nothing_is_changed_when_the_run_has_stopped(monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]) -> None:
    monkeypatch.setattr(Fleet, "know", lambda _self, targets: None)
    found = run(defer=True, **given)
    assert found["failures"] == {host: {"state": "not_reached", "reason": "a batch has failed"} for host in "ab"}
    assert (found["changed"], found["waves"], found["converged"]) == (False, [], {})
    found = run(**given)
    assert found["failed"] and [entry["state"] for entry in found["hosts"]] == ["not_reached", "not_reached"]


def test_a_refused_call_is_in_the_account_of_a_run_that_makes_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Any, _targets: Any) -> Any:
        raise AwsError("ssm:SendCommand is denied")

    monkeypatch.setattr(Fleet, "ask", refuse)
    found = run(defer=True)
    assert found["failures"] == {host: {"state": "failed", "reason": "ssm:SendCommand is denied"} for host in "ab"}
    assert (found["changed"], "failed" in found) == (False, False)
    assert run()["failed"] and run(state="observed")["failed"]
