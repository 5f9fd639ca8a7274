# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action takes out of the data of the run, and what it lets nobody read."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_info

PLANNED = {"build": "1.2.3b4", "mode": "ec2", "transport": "ssh", "vaulted": False}
SOURCE = {"location": "ssm:AmazonCloudWatch-web:3", "digest": "d1", "content": '{"secret": "in the text"}'}
RUN = {
    "inventory_hostname": "web1",
    "cw_agent_plan": {"hosts": {"web1": PLANNED}},
    "cw_agent_published": {"sources": {"web1": [SOURCE]}, "accounts": {"web1": "123456789012"}},
    "cw_agent_service_sources": [],
}


class Action(cw_agent_info.ActionModule):
    """Ansible's own side played: ``calls`` are the module's arguments and whether they are logged; ``filled`` what was a template."""

    def __init__(self, **arguments: Any) -> None:
        task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_info", async_val=0, check_mode=False, no_log=False)
        self.filled: list[Any] = []
        templar: Any = SimpleNamespace(template=self._fill_in)
        connection: Any = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None), has_native_async=False)
        super().__init__(task, connection, SimpleNamespace(), None, templar, None)
        self.calls: list[tuple[dict[str, Any], bool]] = []

    def _fill_in(self, value: Any) -> str:
        self.filled.append(value)
        return "filled in"

    def _execute_module(self, **call: Any) -> dict[str, Any]:
        assert call["module_name"] == "cloudwatch.agent.cw_agent_info"
        self.calls.append((call["module_args"], self._task.no_log))
        return {"changed": False, "converged": True}


def test_without_it_the_options_are_the_tasks_own() -> None:
    action = Action(mode="ec2")
    assert action.run(task_vars=dict(RUN))["converged"]
    assert action.calls == [({"mode": "ec2"}, False)]


def test_the_data_of_the_run_are_taken_without_a_template() -> None:
    action = Action(from_run=True)
    action.run(task_vars=dict(RUN))
    ((arguments, _hidden),) = action.calls
    assert arguments == {
        "planned": PLANNED,
        "sources": [{"location": SOURCE["location"], "digest": "d1"}],
        "account": "123456789012",
        "credentials": {"profile": "", "file": "", "digest": ""},
    }
    assert not action.filled


def test_an_option_of_the_task_comes_first() -> None:
    action = Action(from_run="yes", account="210987654321")
    action.run(task_vars=dict(RUN))
    assert action.calls[0][0]["account"] == "210987654321"


def test_variables_count_where_nothing_was_planned() -> None:
    action = Action(from_run=True)
    sources = [{"location": "file:/etc/a.json", "digest": "", "content": "{}"}]
    action.run(task_vars={"inventory_hostname": "web1", "cw_agent_service_sources": sources, "cw_agent_mode": "{{ theirs }}"})
    arguments = action.calls[0][0]
    assert arguments["planned"] == {"build": "", "mode": "filled in", "region": "", "transport": ""}
    assert arguments["sources"] == sources
    assert action.filled == ["{{ theirs }}"]


def test_keys_are_known_by_their_digest_alone() -> None:
    keys = {"cw_agent_credentials_access_key_id": "AKIA", "cw_agent_credentials_secret_access_key": "{{ vaulted }}"}
    action = Action(from_run=True)
    action.run(task_vars={**RUN, **keys, "cw_agent_credentials_profile": "agent"})
    given = action.calls[0][0]["credentials"]
    assert given == {"profile": "agent", "file": "", "digest": hashlib.sha256(b"AKIA:filled in:").hexdigest()}


@pytest.mark.parametrize("vaulted", [True, False])
def test_nothing_of_a_vaulted_configuration_is_logged(vaulted: bool) -> None:
    action = Action(from_run=True)
    action.run(task_vars={**RUN, "cw_agent_plan": {"hosts": {"web1": {**PLANNED, "vaulted": vaulted}}}})
    assert action.calls[0][1] is vaulted


@pytest.mark.parametrize(
    "variables",
    [{**RUN, "cw_agent_plan": {"hosts": {"web1": {"transport": "ssm"}}}}, {"inventory_hostname": "web1", "cw_agent_transport": "ssm"}],
)
def test_a_host_that_ssh_does_not_reach_is_skipped(variables: dict[str, Any]) -> None:
    action = Action(from_run=True)
    result = action.run(task_vars=variables)
    assert result["skipped"]
    assert result["changed"] is False
    assert not action.calls
