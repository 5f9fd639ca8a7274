# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands for hosts: by account, region and platform, and answers by host."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Order, Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.fleet_commands import FleetCommands
from ansible_collections.cloudwatch.agent.tests.support.fake_commands import DOCUMENTS, SCRIPT, FakeRunCommand

ANSWER = "clock\t1000\npackage\tii\nbuild\t2\nend\t.\n"


def target(host: str, region: str = "us-east-1", profile: str = "") -> Target:
    return Target(host, f"i-{host}", profile, region, "ec2", "", ("AmazonCloudWatch-x:1",), ("d",))


@pytest.fixture
def regions(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeRunCommand]:
    monkeypatch.setitem(DOCUMENTS, "AWS-RunPowerShellScript", SCRIPT)
    found = {"us-east-1": FakeRunCommand(), "eu-west-1": FakeRunCommand()}
    found["us-east-1"].nodes = {"i-a": {}, "i-b": {"PingStatus": "ConnectionLost"}}
    found["eu-west-1"].nodes = {"i-c": {"PlatformType": "Windows"}}
    for client in found.values():
        client.output = {"Output": ANSWER}
    found["eu-west-1"].describe_document = lambda **_request: {"Document": {"PlatformTypes": ["Windows"]}}  # type: ignore[method-assign]
    return found


def fleet(regions: dict[str, FakeRunCommand], said: list[str]) -> FleetCommands:
    def client(_service: str, profile: str, region: str) -> Any:
        assert profile == ""
        return regions[region]

    return FleetCommands(SimpleNamespace(retrying_client=client, single_client=client), said.append, lambda _seconds: None, 60)


def test_every_region_is_asked_by_its_own_script(regions: dict[str, FakeRunCommand]) -> None:
    said: list[str] = []
    commands, targets = fleet(regions, said), [target("a"), target("b"), target("c", "eu-west-1")]
    commands.know(targets)
    agents, silent = commands.ask(targets)
    assert {host: agent["package"]["build"] for host, agent in agents.items()} == {"a": "2", "c": "2"}
    assert list(silent) == ["b"] and "ConnectionLost" in silent["b"]
    assert [request["DocumentName"] for request in regions["us-east-1"].called("send_command")] == ["AWS-RunShellScript"]
    (request,) = regions["eu-west-1"].called("send_command")
    assert (request["DocumentName"], request["InstanceIds"], request["TimeoutSeconds"]) == ("AWS-RunPowerShellScript", ["i-c"], 60)
    assert request["Comment"].startswith("cloudwatch.agent [") and request["MaxErrors"] == "100%"
    assert commands.command_ids == ["c-1", "c-1"]
    assert "AWS-RunShellScript (us-east-1): 1 node: 1 ok" in said


def test_an_answer_that_is_cut_is_none_and_is_asked_for_once_more(regions: dict[str, FakeRunCommand]) -> None:
    client = regions["us-east-1"]
    client.output = {"Output": "clock\t1000\n"}
    commands = fleet(regions, [])
    commands.know([target("a"), target("b")])
    agents, silent = commands.ask([target("a"), target("b")])
    assert agents == {} and silent["a"] == "the node gave no whole answer about its agent"
    assert [request["InstanceIds"] for request in client.called("send_command")] == [["i-a"], ["i-a"]]
    send = client.send_command

    def answered(**request: Any) -> dict[str, Any]:
        client.output = {"Output": ANSWER} if len(client.called("send_command")) == 3 else client.output
        return send(**request)

    client.send_command = answered  # type: ignore[method-assign]
    agents, silent = commands.ask([target("a")])
    assert list(agents) == ["a"] and silent == {}


def test_orders_are_carried_out_one_after_the_other_and_cancelled(regions: dict[str, FakeRunCommand]) -> None:
    commands, one = fleet(regions, []), target("a")
    commands.cancel()
    commands.know([one])
    orders = [Order("AWS-RunShellScript", {"commands": [word]}, (one,)) for word in ("first", "second")]
    assert {host: node.verdict for host, node in commands.run(orders).items()} == {"a": "ok"}
    assert [request["Parameters"]["commands"] for request in regions["us-east-1"].called("send_command")] == [["first"], ["second"]]
    commands.cancel()
    assert regions["us-east-1"].called("cancel_command") == []
