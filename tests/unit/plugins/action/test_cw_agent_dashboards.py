# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part; CloudWatch itself: tests/integration/test_dashboards.py."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_dashboards
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws
from ansible_collections.cloudwatch.agent.tests.support.fake_cloudwatch import MEM, Topics, item, plan, refused

from .test_cw_agent_release import Display

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
NOTE = {"type": "text", "width": 24, "height": 2, "properties": {"markdown": "note"}}


class Dashboards:
    """The dashboards of an account."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}
        self.writes: list[str] = []
        self.remarks: list[dict[str, str]] = []

    def get_dashboard(self, DashboardName: str) -> dict[str, str]:  # noqa: N803 # AWS's name
        if DashboardName not in self.bodies:
            raise refused("ResourceNotFound")
        return {"DashboardArn": f"arn:{DashboardName}", "DashboardBody": self.bodies[DashboardName]}

    def put_dashboard(self, **given: Any) -> dict[str, Any]:
        self.writes.append("put_dashboard")
        if given["DashboardName"] == "refused":
            raise refused("InvalidParameterInput", "no")
        self.bodies[given["DashboardName"]] = given["DashboardBody"]
        return {"DashboardValidationMessages": self.remarks}

    def delete_dashboards(self, DashboardNames: list[str]) -> None:  # noqa: N803 # AWS's name
        self.writes.append("delete_dashboards")
        for name in DashboardNames:
            del self.bodies[name]


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> dict[str, Dashboards]:
    """Dashboards by profile."""
    known: dict[str, Dashboards] = {}

    def client(service: str, profile: str, _region: str) -> Any:
        return Topics() if service == "sts" else known.setdefault(profile, Dashboards())

    monkeypatch.setattr(aws, "clients", lambda _connection: client)
    return known


def run(check: bool = False, settings: dict[str, Any] | None = None, limit: str = "", **arguments: Any) -> tuple[dict[str, Any], list[str]]:
    """The result, and the warnings."""
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_dashboards", **options)
    action = cw_agent_dashboards.ActionModule(task, CONNECTION, None, None, None, None)
    action._display = Display()
    names = [name for one in arguments.get("plan", {}).get("configurations", []) for name in one["hosts"]]
    hostvars = {name: {"cw_agent_alarms": settings or {}, "instance_id": f"i-{name}"} for name in names}
    variables = {"hostvars": hostvars, **({"ansible_limit": limit} if limit else {})}
    return action.run(task_vars=variables), action._display.warnings


def test_check_mode_says_what_a_run_does_in_all_accounts(account: dict[str, Dashboards]) -> None:
    given = plan(item(MEM, profile="a"), item(MEM, profile="b", region="eu-west-1"))
    entries = [{"name": "fleet", "profile": "a"}, {"name": "fleet", "profile": "b", "widgets": [NOTE]}]
    common: dict[str, Any] = {"plan": given, "dashboards": entries, "settings": {"memory": {}}}
    check, _warnings = run(check=True, **common)
    assert [one.writes for one in account.values()] == [[], []]
    made, _warnings = run(**common)
    assert check == made and set(made["diff"]["after"]) == {"a/fleet", "b/fleet"}
    body = json.loads(account["a"].bodies["fleet"])
    assert body["widgets"][0]["properties"]["alarms"] == ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:cw-agent-CWAgent-memory"]
    again, _warnings = run(**common)
    assert not again["changed"] and "diff" not in again
    gone, _warnings = run(plan=given, dashboards=[{"name": "fleet", "profile": "a", "state": "absent"}])
    assert gone["changed"] and account["a"].bodies == {} and list(account["b"].bodies) == ["fleet"]


def test_a_dashboard_of_a_part_of_the_hosts_is_a_warning() -> None:
    entries = [{"name": "fleet"}, {"name": "own", "configurations": [], "widgets": [NOTE]}]
    assert run(plan=plan(item(MEM)), dashboards=entries, limit="web-1")[1] == []
    entries[1]["widgets"] = [NOTE, NOTE]
    some: dict[str, Any] = {"plan": plan(item(MEM, hosts=("web-1",))), "dashboards": entries, "limit": "web-1"}
    line = (
        "fleet: the dashboard keeps its widgets, since the run has a limit and knows a part of its hosts alone. Hint: run without --limit."
    )
    assert run(check=True, **some)[1] == run(**some)[1] == [line]
    fleet, own = run(**some)[0]["dashboards"]
    assert (fleet["changed"], own["changed"]) == (False, False)
    assert "2 hosts" in str(fleet["after"]["body"]) and "1 host " not in str(fleet["after"]["body"])
    fleet, _own = run(plan=plan(), dashboards=entries, limit="web-9")[0]["dashboards"]
    assert not fleet["changed"]


def test_nothing_is_written_where_one_is_refused(account: dict[str, Dashboards]) -> None:
    found, _warnings = run(
        dashboards=[{"name": "good", "widgets": [NOTE]}, {"name": "bad", "widgets": [{"type": "graph", "properties": {}}]}]
    )
    assert found["failed"] and "cw_agent_dashboards[1] (bad): /widgets/0/type: Should be equal to one of the allowed values" in found["msg"]
    assert account == {}


def test_a_failure_does_not_stop_others_and_remarks_are_warnings(account: dict[str, Dashboards]) -> None:
    account[""] = Dashboards()
    account[""].remarks = [{"DataPath": "/widgets/0", "Message": "unusual"}]
    found, said = run(dashboards=[{"name": "refused", "widgets": [NOTE]}, {"name": "good", "widgets": [NOTE]}])
    assert found["failed"] and found["msg"].startswith("Failed to write the dashboard refused: InvalidParameterInput: no")
    assert [one["changed"] for one in found["dashboards"]] == [False, True] and said == ["good: /widgets/0: unusual"]
    assert run(dashboards=[])[0] == {"changed": False, "dashboards": []}
