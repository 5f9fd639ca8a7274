# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detailed monitoring against the stand-in: CHECK, run, CHECK, run, in two regions; a refusal loses nothing.

The role and the playbook: tests/integration/test_alarms.py.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_detailed_monitoring

from .alarm_account import CONNECTION, OTHER, REGION, Account, controlled

if TYPE_CHECKING:
    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab, Shop

REGIONS = (REGION, OTHER)


@pytest.fixture
def account(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Account:
    return controlled(lab, monkeypatch)


def switched(lab: Lab, hostvars: dict[str, Any], check: bool = False, plan: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """The action on hosts of REGION, unless *plan* says other ones, with ``writes``, the operations that AWS has seen."""
    given = plan or {"hosts": {name: {"profile": "", "region": REGION} for name in hostvars}}
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args={"region": REGION, "plan": given, **more}, action="x", **options)
    action = cw_agent_detailed_monitoring.ActionModule(task, CONNECTION, None, None, None, None)
    since = lab.mark()
    found: dict[str, Any] = action.run(task_vars={"hostvars": hostvars})
    return {**found, "writes": lab.writes(since)}


def quartet(lab: Lab, hostvars: dict[str, Any], **arguments: Any) -> list[str]:
    """CHECK, run, CHECK, run: check mode predicts every change and makes none, and the second run has nothing to write."""
    check, made, again, last = (switched(lab, hostvars, one, **arguments) for one in (True, False, True, False))
    assert (check["changed"], check["writes"]) == (True, []) and {**check, "writes": made["writes"]} == made
    assert [(one["changed"], one["writes"]) for one in (again, last)] == [(False, [])] * 2
    assert [one["before"] for one in last["instances"]] == [one["after"] for one in made["instances"]]
    return list(made["writes"])


def test_on_off_and_another_account(account: Account, shop: Shop) -> None:
    """What it costs by the prices that are given."""
    lab = account.lab
    clients = {"": account.client("ec2"), shop.profile: shop.client("ec2")}
    made = {name: client.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1) for name, client in clients.items()}
    instances = {name: one["Instances"][0]["InstanceId"] for name, one in made.items()}
    plan = {"hosts": {f"h{name}": {"profile": name, "region": REGION} for name in instances}}
    for value, operation in ((True, "MonitorInstances"), (False, "UnmonitorInstances")):
        hostvars = {f"h{name}": {"instance_id": one, "cw_agent_detailed_monitoring": value} for name, one in instances.items()}
        assert quartet(lab, hostvars, plan=plan, prices={"metric": 0.5}) == [operation] * 2
        states = [
            client.describe_instances(InstanceIds=[instances[name]])["Reservations"][0]["Instances"][0]["Monitoring"]["State"]
            for name, client in clients.items()
        ]
        assert states == [["disabled", "enabled"][value]] * 2
        assert switched(lab, hostvars, plan=plan, prices={"metric": 0.5})["forecast"]["cost"] == (7.0 if value else 0.0)


def test_instances_are_switched_by_their_hosts_variable(account: Account) -> None:
    """A host that says nothing stays as it is; one that is wrong keeps all as they are."""
    lab, clients = account.lab, {region: account.client("ec2", region) for region in REGIONS}
    made = {region: client.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2)["Instances"] for region, client in clients.items()}
    where = [(region, one["InstanceId"]) for region in REGIONS for one in made[region]]
    clients[OTHER].monitor_instances(InstanceIds=[one["InstanceId"] for one in made[OTHER]])
    plan = {"hosts": {name: {"profile": "", "region": region} for name, (region, _instance) in zip("abcd", where)}}
    hostvars: dict[str, dict[str, Any]] = {name: {"instance_id": instance} for name, (_region, instance) in zip("abcd", where)}
    hostvars["a"]["cw_agent_detailed_monitoring"], hostvars["c"]["cw_agent_detailed_monitoring"] = True, False

    def run(check: bool = False) -> dict[str, Any]:
        return switched(lab, hostvars, check, plan)

    def states() -> list[str]:
        found = [clients[region].describe_instances(InstanceIds=[one])["Reservations"][0]["Instances"][0] for region, one in where]
        return [one["Monitoring"]["State"] for one in found]

    check = run(check=True)
    assert (check["changed"], check["writes"]) == (True, [])
    assert check["diff"]["after"] == {f"{REGION}/a": "enabled", f"{OTHER}/c": "disabled"}
    lab.fault("denied", service="ec2", operation="MonitorInstances", count=1)
    half = run()
    assert half["failed"] and half["writes"] == ["MonitorInstances", "UnmonitorInstances"]
    assert "allow ec2:MonitorInstances to the controller's credentials" in half["msg"] and "guide on alarms" in half["msg"]
    assert states() == ["disabled", "disabled", "disabled", "enabled"]
    lab.clear()
    lab.fault("throttle", service="ec2", operation="MonitorInstances", count=1)
    assert run()["writes"] == ["MonitorInstances"] * 2 and states() == ["enabled", "disabled", "disabled", "enabled"]
    assert [(one["changed"], one["writes"]) for one in (run(check=True), run())] == [(False, [])] * 2
    hostvars["b"].update(cw_agent_detailed_monitoring=True, instance_id="i-12345678")
    wrong = run()
    assert wrong["failed"] and wrong["writes"] == [] and f"b: i-12345678 is no instance of {REGION}." in wrong["msg"]
