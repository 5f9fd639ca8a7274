# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: who is asked about, what is returned, shown and written. IAM itself: tests/integration/test_permissions.py."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_permissions_info
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import principals
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.instances import Instance
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.permissions import Batch
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.unit.plugins.module_utils._release.examples import plan_of

from .test_cw_agent_release import Display

ROLE = "arn:aws:iam::123456789012:role/web"
CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Batch]]:
    """The simulations; ``refused`` actions are implicitly denied."""
    calls: list[tuple[str, Batch]] = []

    def simulate(_iam: Any, principal: str, batch: Batch, _region: str) -> dict[Any, str]:
        calls.append((principal, batch))
        if principal.endswith("secret"):
            raise AwsError("may not simulate", "AccessDenied")
        poor = principal.endswith("poor")
        return {(action, resource, batch.context): "implicitDeny" * poor for action in batch.actions for resource in batch.resources}

    monkeypatch.setattr(principals, "simulate", simulate)
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *_words: None)
    return calls


def plan() -> dict[str, Any]:
    found = plan_of()
    for host in found["hosts"].values():
        host["state"] = "present"
    for item in found["configurations"]:
        item["configuration"] = {"metrics": {"metrics_collected": {"mem": {"measurement": ["used_percent"]}}}}
        item |= {"build": "", "platform": "linux", "mode": "ec2"}
    return found


def run(display: Display, hostvars: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": True, "diff": False, "async_val": 0}
    task = SimpleNamespace(args={"plan": plan(), **arguments}, action="cloudwatch.agent.cw_agent_permissions_info", **options)
    action = cw_agent_permissions_info.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = display
    return action.run(task_vars={"hostvars": hostvars or {}})


class Hostvars(dict[str, dict[str, Any]]):
    """As Ansible's, which knows variables without their templates as well."""

    def raw_get(self, host: str) -> dict[str, Any]:
        return self.get(host, {})


def observed(converged: bool, arn: str = "") -> dict[str, Any]:
    result = {"converged": converged, "problems": [], "conflict": "", "agent": {"caller": {"arn": arn}}}
    return {"cw_agent_observed": result}


def everybody(arn: str) -> dict[str, str]:
    return dict.fromkeys(plan()["hosts"], arn)


def test_allowed(asked: list[tuple[str, Batch]]) -> None:
    """One question for all hosts of a principal, a batch for each kind of request."""
    display = Display()
    result = run(display, principals=everybody(ROLE), table=True)
    assert (set(result["hosts"].values()), result["msg"], result["failed"], result["changed"]) == ({"allowed"}, "", False, False)
    assert {principal for principal, _batch in asked} == {ROLE}
    assert display.lines == ["\n".join(result["table"])]


def test_missing_fails_unless_that_is_not_wanted(asked: list[tuple[str, Batch]]) -> None:
    result = run(Display(), principals=everybody(f"{ROLE}-poor"))
    assert (result["failed"], result["msg"].splitlines()[0]) == (True, "Permissions are missing.")
    assert not run(Display(), principals=everybody(f"{ROLE}-poor"), fail_on_missing=False)["failed"]


def test_unknown_is_a_warning(asked: list[tuple[str, Batch]]) -> None:
    display = Display()
    result = run(display, principals=everybody(f"{ROLE}-secret"))
    assert (set(result["hosts"].values()), result["failed"]) == ({"unknown"}, False)
    assert "may not simulate. Nothing is known of" in display.warnings[0]


def test_files(asked: list[tuple[str, Batch]], tmp_path: Path) -> None:
    run(Display(), principals=everybody(ROLE), result_file=str(tmp_path / "r.json"), policy_directory=str(tmp_path))
    assert set(json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))) == {"permissions", "hosts", "instances", "blind", "msg"}
    assert len(list(tmp_path.glob("*AmazonCloudWatch*.json"))) == len(plan()["configurations"])
    with pytest.raises(AnsibleActionFail, match=r"/no/such/r\.json cannot be written: No such file or directory"):
        run(Display(), principals=everybody(ROLE), result_file="/no/such/r.json")


def test_a_host_without_the_agent_is_left_out(asked: list[tuple[str, Batch]]) -> None:
    found = plan()
    for host in found["hosts"].values():
        host["state"] = "absent"
    assert (run(Display(), plan=found)["hosts"], asked) == ({}, [])


def test_an_instance_that_cannot_use_its_role(asked: list[tuple[str, Batch]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What its principal may do is of no use; the other hosts are as they were."""
    first, *others = plan()["hosts"]
    monkeypatch.setattr(principals, "instances", lambda _ec2, ids: {ids[0]: Instance(ids[0], "arn:profile/web", "disabled")})
    found = plan()
    for host in found["hosts"].values():
        host |= {"mode": "ec2"}
    result = run(Display(), {first: {"instance_id": "i-1"}}, plan=found, principals=everybody(ROLE))
    assert result["hosts"] == {first: "missing", **dict.fromkeys(others, "allowed")}
    assert result["failed"] and result["msg"].splitlines()[0] == "Agents cannot use the role of their instance."
    assert f"{first}: EC2 says that the metadata service of i-1 is turned off" in result["msg"]
    assert list(result["instances"]) == [first]


def test_nobody_may_ask_ec2(asked: list[tuple[str, Batch]], monkeypatch: pytest.MonkeyPatch) -> None:
    def instances(_ec2: Any, _ids: list[str]) -> None:
        raise AwsError("may not ask EC2", "UnauthorizedOperation")

    monkeypatch.setattr(principals, "instances", instances)
    found = plan()
    for host in found["hosts"].values():
        host |= {"mode": "ec2"}
    first, second, *_others = found["hosts"]
    display = Display()
    result = run(display, {first: {"instance_id": "i-1"}, second: {"instance_id": "i-2"}}, plan=found, principals=everybody(ROLE))
    assert (result["failed"], result["instances"]) == (False, {})
    assert display.warnings == [f"may not ask EC2. Nothing is known of the instances of {first}, {second}."]


def test_only_hosts_that_are_about_to_be_changed(asked: list[tuple[str, Batch]]) -> None:
    """By the principal that STS has named there; the refusal of each is its own, and the task does not fail for it."""
    first, second, *_others = plan()["hosts"]
    user = "arn:aws:iam::123456789012:user/poor"
    hostvars = Hostvars({first: observed(False, user), second: observed(True, user)})
    result = run(Display(), hostvars, scope="changing", fail_on_missing=False)
    assert (result["hosts"], list(result["refusals"]), result["failed"]) == ({first: "missing"}, [first], False)
    assert result["refusals"][first].startswith(f"permissions are missing ({user}): cloudwatch:PutMetricData on *: no statement allows it")
    assert {principal for principal, _batch in asked} == {user}
    asked.clear()
    settled = Hostvars({first: observed(True, user)})
    assert (run(Display(), settled, scope="changing")["refusals"], asked) == ({}, [])


def test_a_run_that_may_not_ask_goes_on(asked: list[tuple[str, Batch]]) -> None:
    display, (first, *_others) = Display(), plan()["hosts"]
    hostvars = Hostvars({first: observed(False, f"{ROLE}-secret")})
    assert run(display, hostvars, scope="changing")["refusals"] == {}
    assert display.warnings[0].endswith(f"of {first}. cw_agent_permissions_check: never does without this question.")
