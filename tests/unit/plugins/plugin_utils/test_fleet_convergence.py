# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves: nothing is believed but what nodes say afterwards and telemetry; what fails goes back, and others are left alone."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Order, Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import Node
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.fleet_convergence import Convergence

NEW, LIVE = "new", "live"
PUBLISHED: dict[str, Any] = {"configurations": [{"hosts": ["a", "b"], "version": 2, "live": 1, "parts": ["AmazonCloudWatch-x"]}]}


class FakeFleet:
    """Nodes that do what commands say.

    ``gone``: the SSM agent takes their packages for installed; ``stuck``: and cannot uninstall them; ``missing``: builds that nobody has;
    ``refusing``: the agents refuse every configuration.
    """

    def __init__(self, **builds: str) -> None:
        self.builds = builds
        self.active = dict.fromkeys(builds, LIVE)
        self.process = dict.fromkeys(builds, 1)
        self.gone: set[str] = set()
        self.stuck: set[str] = set()
        self.silent: set[str] = set()
        self.deaf: set[str] = set()
        self.missing: set[str] = set()
        self.refusing: set[str] = set()
        self.sent: list[tuple[str, tuple[str, ...]]] = []

    def ask(self, targets: Sequence[Target]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        self.sent.append(("ask", tuple(target.host for target in targets)))
        found = {target.host: self._agent(target.host) for target in targets if target.host not in self.silent}
        return found, {target.host: "not online" for target in targets if target.host in self.silent}

    def _agent(self, host: str) -> dict[str, Any]:
        state = "active" if self.builds[host] else "inactive"
        files = [{"digest": self.active[host], "file": f"ssm_AmazonCloudWatch-x_{self.active[host]}"}]
        service = {"active_state": state, "invocation_id": str(self.process[host])}
        return {"package": {"build": self.builds[host]}, "service": service, "configurations": files, "errors": []}

    def run(self, orders: Sequence[Order]) -> dict[str, Node]:
        said: dict[str, Node] = {}
        for order in orders:
            hosts = tuple(target.host for target in order.targets)
            action = str(order.parameters.get("action", "forget"))
            self.sent.append((action, hosts))
            said.update({target.host: self._do(action, order, target.host) for target in order.targets})
        return said

    def _do(self, action: str, order: Order, host: str) -> Node:
        if action == "Install" and order.parameters.get("version") in self.missing:
            return Node(host, "failed", "no such version")
        if action == "configure" and host in self.refusing:
            return Node(host, "failed", "refused")
        if action == "Install" and host not in self.gone:
            self.builds[host] = str(order.parameters.get("version", "2"))
        elif action in ("Uninstall", "forget"):
            if action == "Uninstall" and host in self.stuck:
                return Node(host, "failed", "cannot uninstall")
            self.builds[host] = ""
            self.gone.discard(host)
        elif action == "configure" and host not in self.deaf:
            self.active[host] = LIVE if order.parameters["optionalConfigurationLocation"].endswith(":1") else NEW
            self.process[host] += 1
        return Node(host, "ok")


def target(host: str, build: str = "2") -> Target:
    return Target(host, f"i-{host}", "", "us-east-1", "ec2", build, ("AmazonCloudWatch-x:2",), (NEW,))


def converge(
    commands: FakeFleet, *waves: str, verify: Callable[..., Mapping[str, str]] = lambda *_hosts: {}, most: float = 0
) -> Convergence:
    found = Convergence(commands, PUBLISHED, verify, most)
    differing = {one.host: one for one in found.look([target(host) for host in commands.builds])}
    found.run([[differing[host] for host in wave if host in differing] for wave in waves])
    return found


def test_what_is_as_it_shall_be_costs_one_question() -> None:
    commands = FakeFleet(a="2", b="2")
    commands.active = {"a": NEW, "b": NEW}
    found = converge(commands)
    assert found.states == {"a": "unchanged", "b": "unchanged"} and commands.sent == [("ask", ("a", "b"))]


def test_fresh_hosts_are_installed_configured_and_asked_again() -> None:
    commands = FakeFleet(a="", b="2")
    found = converge(commands, "ab")
    assert found.states == {"a": "changed", "b": "changed"} and found.stopped == ""
    assert found.needs == {"a": ["install", "configure"], "b": ["configure"]}
    assert commands.sent == [
        ("ask", ("a", "b")),
        ("Install", ("a",)),
        ("ask", ("a",)),
        ("configure", ("a", "b")),
        ("ask", ("a", "b")),
        ("ask", ("a", "b")),
    ]


def test_a_package_that_is_gone_comes_back_also_where_it_cannot_be_uninstalled() -> None:
    commands = FakeFleet(a="", b="")
    commands.gone, commands.stuck = {"a", "b"}, {"b"}
    found = converge(commands, "ab")
    assert found.states == {"a": "changed", "b": "changed"}
    assert [action for action, _hosts in commands.sent][1:7] == ["Install", "ask", "Uninstall", "forget", "Install", "ask"]
    assert ("forget", ("b",)) in commands.sent


def test_the_success_of_a_command_is_not_believed() -> None:
    commands = FakeFleet(a="2", b="2")
    commands.deaf = {"a"}
    found = converge(commands, "a", "b")
    assert found.states == {"a": "taken_back", "b": "not_reached"}
    assert found.reasons["a"] == "its configuration is not the one that was published"
    assert found.stopped == "wave 1 of 2: 1 of 1 hosts have failed"


def test_missing_telemetry_takes_a_wave_back_to_what_is_live_and_to_its_build() -> None:
    commands = FakeFleet(a="1", b="1")
    found = converge(commands, "a", "b", verify=lambda hosts, *_agents: {"a": "telemetry is missing"} if "a" in hosts else {})
    assert found.states == {"a": "taken_back", "b": "not_reached"}
    assert (commands.active["a"], commands.builds) == (LIVE, {"a": "1", "b": "1"})
    assert found.reasons == {"a": "telemetry is missing"}


def test_an_error_budget_lets_others_go_on_and_what_has_failed_goes_back() -> None:
    commands = FakeFleet(a="1", b="1", c="1")
    found = converge(commands, "ab", "c", verify=lambda hosts, *_agents: {"a": "telemetry is missing"} if "a" in hosts else {}, most=50)
    assert found.states == {"a": "taken_back", "b": "changed", "c": "changed"} and found.stopped == ""
    assert found.reasons == {"a": "telemetry is missing"}
    assert (commands.active, commands.builds) == ({"a": LIVE, "b": NEW, "c": NEW}, {"a": "1", "b": "2", "c": "2"})


def test_a_host_of_the_budget_that_had_nothing_before_stays_failed() -> None:
    commands = FakeFleet(a="", b="2")
    found = converge(commands, "ab", verify=lambda *_hosts: {"a": "telemetry is missing"}, most=50)
    assert found.states == {"a": "failed", "b": "changed"} and commands.active["b"] == NEW


def test_an_agent_that_dies_after_it_was_changed_has_failed() -> None:
    commands = FakeFleet(a="2")

    def dies(_hosts: Sequence[str], *_agents: Any) -> Mapping[str, str]:
        commands.process["a"] += 1
        return {}

    assert "has died, or was restarted" in converge(commands, "a", verify=dies).reasons["a"]


def test_a_node_that_does_not_answer_keeps_nobody_from_their_turn() -> None:
    commands = FakeFleet(a="2", b="2")
    commands.silent = {"a"}
    found = converge(commands, "b")
    assert found.states == {"a": "unreachable", "b": "changed"} and found.reasons == {"a": "not online"}


def test_one_that_falls_silent_is_not_called_dead() -> None:
    commands = FakeFleet(a="2")

    def silent(_hosts: Sequence[str], *_agents: Any) -> Mapping[str, str]:
        commands.silent = {"a"}
        return {}

    found = converge(commands, "a", verify=silent)
    assert found.reasons == {"a": "not online; it could not be taken back"} and found.states == {"a": "failed"}


def test_a_build_that_cannot_be_installed_leaves_a_host_the_one_that_it_has() -> None:
    commands = FakeFleet(a="1")
    commands.missing = {"2"}
    found = converge(commands, "a")
    assert commands.builds == {"a": "1"} and ("Uninstall", ("a",)) not in commands.sent
    assert found.reasons == {"a": "build 1 is installed instead of 2 (no such version)"}


def test_a_host_is_not_called_taken_back_where_the_configuration_was_refused() -> None:
    commands = FakeFleet(a="2")

    def missing(_hosts: Sequence[str], *_agents: Any) -> Mapping[str, str]:
        commands.refusing = {"a"}
        return {"a": "telemetry is missing"}

    found = converge(commands, "a", verify=missing)
    assert found.states == {"a": "failed"} and found.reasons == {"a": "telemetry is missing; it could not be taken back"}


def test_a_refused_call_leaves_no_host_without_a_state() -> None:
    commands = FakeFleet(a="2", b="2", c="2")

    def refused(hosts: Sequence[str], *_agents: Any) -> Mapping[str, str]:
        if "b" in hosts:
            raise AwsError("Failed to read metrics: ExpiredToken")
        return {}

    found = converge(commands, "a", "b", "c", verify=refused)
    assert found.states == {"a": "changed", "b": "failed", "c": "not_reached"}
    assert found.stopped.startswith("wave 2 of 3; a call was refused") and found.stopped.endswith("ExpiredToken")
