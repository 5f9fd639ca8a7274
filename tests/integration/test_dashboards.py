# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards against the stand-in: CHECK, run, CHECK, run for every option; pictures with what stands in CloudWatch; throttles."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_dashboard_picture, cw_agent_dashboards

from .alarm_account import CONNECTION, OTHER, REGION, ROOT, SERVICES, Account, controlled

if TYPE_CHECKING:
    from types import ModuleType

    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab, Shop

GUIDE = (ROOT / "docs" / "docsite" / "rst" / "guide_dashboards.rst").read_text(encoding="utf-8")
DOCUMENTED = {*re.findall(r'"((?:cloudwatch|logs|sts):\w+)"', GUIDE)}
"""The actions that the guide asks for."""
NOTE = {"type": "text", "width": 24, "height": 2, "properties": {"markdown": "note"}}
STANDARD = {
    "mem": {"measurement": ["used_percent"]},
    "cpu": {"measurement": ["usage_idle"]},
    "disk": {"measurement": ["used_percent"]},
    "net": {"measurement": ["bytes_recv"]},
}


class Site:
    """Dashboards of names that no other test has."""

    def __init__(self, known: Account) -> None:
        self.account, self.lab, self.name = known, known.lab, known.base
        self.client = known.client("cloudwatch")

    def body(self) -> Any:
        return json.loads(self.client.get_dashboard(DashboardName=self.name)["DashboardBody"])

    def act(self, module: ModuleType, check: bool = False, **arguments: Any) -> dict[str, Any]:
        """An action in this process, with ``writes``, the operations that AWS has seen."""
        options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
        name = f"cloudwatch.agent.{module.__name__.rpartition('.')[2]}"
        task = SimpleNamespace(args={"region": REGION, **arguments}, action=name, **options)
        action = module.ActionModule(task, CONNECTION, None, None, None, None)
        action._display = SimpleNamespace(warning=lambda _line: None)
        names = [host for one in arguments.get("plan", {}).get("configurations", []) for host in one["hosts"]]
        hostvars = {host: {"cw_agent_alarms": {"memory": {}}, "instance_id": f"i-{self.name}-{host}"} for host in names}
        since = self.lab.mark()
        found: dict[str, Any] = action.run(task_vars={"hostvars": hostvars})
        asked = {f"{SERVICES.get(call['service'], call['service'])}:{call['operation']}" for call in self.lab.calls(since)}
        assert asked <= DOCUMENTED, asked - DOCUMENTED
        return {**found, "writes": self.lab.writes(since)}

    def quartet(self, given: dict[str, Any] | None = None, **entry: Any) -> list[str]:
        """CHECK, run, CHECK, run: check mode predicts every change and makes none, and the second run has nothing to write."""
        arguments = {"dashboards": [{"name": self.name, **entry}], **(given or {})}
        results = [self.act(cw_agent_dashboards, check, **arguments) for check in (True, False, True, False)]
        check, made, *last = results
        assert "msg" not in made, made["msg"]
        assert (check["changed"], check["writes"]) == (True, []) and {**check, "writes": made["writes"]} == made
        assert [(one["changed"], one["writes"]) for one in last] == [(False, [])] * 2
        assert [one["before"] for one in last[1]["dashboards"]] == [one["after"] for one in made["dashboards"]]
        return list(made["writes"])


@pytest.fixture
def site(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(controlled(lab, monkeypatch))


def test_every_option_of_a_dashboard(site: Site) -> None:
    """Each is set and changed by one call."""
    given = {"plan": {"hosts": {}, "configurations": [site.account.item(metrics=STANDARD), site.account.item("eu-1", region=OTHER)]}}
    assert site.quartet(given) == ["PutDashboard"]
    assert len(site.body()["widgets"]) == 9
    own = {"widgets": [NOTE, {**NOTE, "width": 6}], "configurations": []}
    for option, operations in (
        ({**own}, ["PutDashboard"]),
        ({**own, "start": "-PT6H", "period_override": "inherit"}, ["PutDashboard"]),
        ({**own, "start": "-PT6H", "period_override": "inherit", "tags": {"team": "web"}}, ["TagResource"]),
        (
            {**own, "start": "-PT6H", "period_override": "inherit", "tags": {"owner": "shop"}, "purge_tags": True},
            ["UntagResource", "TagResource"],
        ),
        ({"state": "absent"}, ["DeleteDashboards"]),
    ):
        assert site.quartet(given, **option) == operations, option
    assert site.client.list_dashboards(DashboardNamePrefix=site.name)["DashboardEntries"] == []


def test_alarms_of_another_prefix_and_another_account(site: Site, shop: Shop) -> None:
    given = {"plan": {"hosts": {}, "configurations": [site.account.item(metrics=STANDARD)]}}
    site.quartet(given)
    assert site.quartet({**given, "alarm_prefix": "own-"}) == ["PutDashboard"] and "alarm:own-" in json.dumps(site.body())
    assert not shop.wrote()
    assert site.quartet(profile=shop.profile, widgets=[NOTE, NOTE]) == ["PutDashboard"] and shop.wrote()
    there = json.loads(shop.client("cloudwatch").get_dashboard(DashboardName=site.name)["DashboardBody"])
    assert len(there["widgets"]) == 2 and len(site.body()["widgets"]) > 2


def test_a_dashboard_that_says_the_same_is_not_written(site: Site) -> None:
    """However it is spelt, and from whichever region it is read."""
    site.quartet(widgets=[NOTE], tags={"a": "1"})
    spelt = json.dumps(site.body(), indent=4, sort_keys=True)
    site.account.client("cloudwatch", OTHER).put_dashboard(DashboardName=site.name, DashboardBody=spelt)
    again = site.act(cw_agent_dashboards, region=OTHER, dashboards=[{"name": site.name, "widgets": [NOTE], "tags": {"a": "1"}}])
    assert (again["changed"], again["writes"]) == (False, [])


def test_throttles_lost_answers_and_refusals(site: Site) -> None:
    entry = {"name": site.name, "widgets": [NOTE]}
    site.lab.fault("throttle", service="monitoring", operation="GetDashboard", count=1)
    site.lab.fault("lost", service="monitoring", operation="PutDashboard", count=1)
    made = site.act(cw_agent_dashboards, dashboards=[entry])
    assert made["changed"] and made["writes"] == ["PutDashboard"] * 2
    site.lab.clear()
    site.lab.fault("denied", service="monitoring", operation="PutDashboard", count=1)
    two = [{"name": f"{site.name}-{number}", "widgets": [NOTE]} for number in range(2)]
    half = site.act(cw_agent_dashboards, dashboards=two)
    assert half["failed"] and [one["changed"] for one in half["dashboards"]] == [False, True]
    assert "allow cloudwatch:PutDashboard to the controller's credentials" in half["msg"] and "guide on dashboards" in half["msg"]
    assert site.act(cw_agent_dashboards, dashboards=[*two, entry])["writes"] == ["PutDashboard"]


def test_a_picture_shows_what_stands_in_cloudwatch(site: Site, tmp_path: Path) -> None:
    group = f"/{site.name}"
    logs = site.account.client("logs")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    event = {"timestamp": int(time.time() * 1000), "message": "FATAL: no more memory"}
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=[event])
    for minutes in range(1, 6):
        site.account.value(40 + minutes, minutes, InstanceId="i-web-1")
    given = site.account.item(metrics=STANDARD, logs=[{"file_path": "/a", "log_group_name": group}])
    site.quartet({"plan": {"hosts": {}, "configurations": [given]}})
    file = tmp_path / "fleet.svg"
    drawn = site.act(cw_agent_dashboard_picture, name=site.name, svg=str(file))
    text = file.read_text()
    assert (drawn["changed"], drawn["writes"], drawn["widgets"]) == (True, [], 8)
    for shown in ("i-web-1", "FATAL: no more memory", "Memory: used", "there is none"):
        assert shown in text, shown
    assert len(re.findall(r'<polyline points="[^"]+" fill="none" stroke="#1f77b4"', text)) == 2  # of the memory, and of the lines
    missing = site.act(cw_agent_dashboard_picture, name=f"{site.name}-none")
    assert missing["failed"] and "There is no dashboard" in missing["msg"]


def test_the_playbook_makes_what_the_guide_shows(site: Site, tmp_path: Path) -> None:
    """CHECK, run with a picture, and a second run that writes nothing."""
    variables = yaml.safe_load(re.findall(r"code-block:: yaml\n\n(.*?)\n\S", GUIDE, re.S)[0])
    for one in variables["cw_agent_dashboards"]:
        one["name"] = f"{site.name}-{one['name']}"
        one.setdefault("state", "present")  # said or not, a dashboard that is there has a picture
    fragment = {"metrics": {"append_dimensions": {"InstanceId": "${aws:InstanceId}"}, "metrics_collected": STANDARD}}
    common = {"ansible_host": "192.0.2.1", "ansible_python_interpreter": "/bin/false", "cw_agent_region": REGION, **variables}
    common |= {"cw_agent_fragment_web": fragment, "cw_agent_dashboard_pictures": str(tmp_path)}
    inventory = tmp_path / "hosts.yml"
    inventory.write_text(yaml.safe_dump({"all": {"vars": common, "hosts": {"web-1": {}}}}), encoding="utf-8")
    since = site.lab.mark()
    check = site.lab.playbook("cloudwatch.agent.account", inventory, "--check", "--diff", ANSIBLE_FORCE_COLOR="0")
    assert site.lab.writes(since) == [] and "SELECT MAX(mem_used_percent)" in check.stdout and list(tmp_path.glob("*.svg")) == []
    site.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    (name,) = [one["name"] for one in variables["cw_agent_dashboards"] if one["state"] != "absent"]
    assert [one.name for one in tmp_path.glob("*.svg")] == [f"{name}.svg"]
    since = site.lab.mark()
    site.lab.playbook("cloudwatch.agent.account", inventory, ANSIBLE_FORCE_COLOR="0")
    assert site.lab.writes(since) == []
