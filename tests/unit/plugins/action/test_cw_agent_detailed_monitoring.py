# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; EC2 itself: tests/integration/test_detailed_monitoring.py."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_detailed_monitoring as code
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

from .test_cw_agent_alarms import CONNECTION


class Ec2:
    """Instances by id, and what was switched."""

    def __init__(self) -> None:
        self.states: dict[str, bool] = {f"i-{number}": False for number in range(150)}
        self.calls: list[tuple[bool, int]] = []
        self.fails = ""
        self.unsure = False

    def switch(self, _client: Any, ids: list[str], on: bool) -> None:
        self.calls.append((on, len(ids)))
        if self.fails:
            raise AwsError(self.fails, "x", self.unsure)
        self.states.update(dict.fromkeys(ids, on))


@pytest.fixture(autouse=True)
def ec2(monkeypatch: pytest.MonkeyPatch) -> Ec2:
    known = Ec2()
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *where: where)
    monkeypatch.setattr(code.monitoring, "read", lambda _client, ids: {one: known.states[one] for one in ids if one in known.states})
    monkeypatch.setattr(code.monitoring, "turn_on", lambda client, ids: known.switch(client, ids, True))
    monkeypatch.setattr(code.monitoring, "turn_off", lambda client, ids: known.switch(client, ids, False))
    return known


def run(values: dict[str, Any], check: bool = False) -> dict[str, Any]:
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    hosts = {name: {"profile": "", "region": "us-east-1"} for name in values}
    task = SimpleNamespace(args={"plan": {"hosts": hosts}, "prices": {"metric": 0.3}}, action="x", **options)
    hostvars = {name: {"cw_agent_detailed_monitoring": value, "instance_id": f"i-{name}"} for name, value in values.items()}
    found: dict[str, Any] = code.ActionModule(task, CONNECTION, None, None, None, None).run(task_vars={"hostvars": hostvars})
    return found


def test_what_differs_is_switched_by_hundreds(ec2: Ec2) -> None:
    many: dict[str, Any] = {str(number): True for number in range(120)}
    check = run(many, check=True)
    assert check["changed"] and ec2.calls == []
    made = run(many)
    assert check == made and ec2.calls == [(True, 100), (True, 20)]
    assert made["diff"]["after"]["us-east-1/7"] == "enabled" and made["forecast"]["cost"] == 252.0
    assert not run(many)["changed"] and len(ec2.calls) == 2
    assert [one["after"] for one in run({"0": "no", "1": None})["instances"]] == ["disabled"] and ec2.calls[2:] == [(False, 1)]


def test_failures(ec2: Ec2) -> None:
    assert "1000: i-1000 is no instance of us-east-1. Hint: correct instance_id" in run({"1000": True})["msg"]
    assert "cw_agent_detailed_monitoring is 'often'" in run({"0": "often"})["msg"]
    ec2.fails = "Failed"
    found = run({"0": True, "1": True, "2": False})
    assert found["failed"] and not found["changed"] and found["msg"] == "us-east-1: Failed"
    assert [one["after"] for one in found["instances"]] == ["disabled"] * 3
    ec2.unsure = True
    lost = run({"0": True, "2": False})
    assert lost["failed"] and lost["changed"]
    assert [(one["changed"], one["after"]) for one in lost["instances"]] == [(True, "unknown"), (False, "disabled")]
