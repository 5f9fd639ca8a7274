# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: what the host has read becomes a fragment."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_awslogs_info as action
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.ini import CLI_KEYS, parse
from ansible_collections.cloudwatch.agent.plugins.modules import cw_agent_awslogs_info as module

SECTION = "[app]\nfile = /a.log\nlog_group_name = a\nlog_stream_name = {instance_id}\n"


class Action(action.ActionModule):
    """Ansible's own side played: the host answers with these files."""

    def __init__(self, present: bool = True, main: str = SECTION, **arguments: Any) -> None:
        task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_awslogs_info", async_val=0, check_mode=False)
        connection: Any = SimpleNamespace(_shell=SimpleNamespace(tmpdir="/remote"))
        super().__init__(task, connection, SimpleNamespace(), None, None, None)
        files = {
            "main": parse("/etc/awslogs/awslogs.conf", main).data,
            "additional": [parse("/etc/awslogs/config/b.conf", SECTION.replace("app", "b").replace("/a.log", "/b.log")).data],
            "cli": [parse("/etc/awslogs/awscli.conf", "[default]\nregion = eu-west-1\n", CLI_KEYS).data],
        }
        rest = {"directory": "/etc/awslogs", "services": [], "proxies": [], "state_file": "/s", "offsets": []}
        options = {"mode": "ec2", "agent_version": "", "skip": [], **arguments}
        self.answer = {"changed": False, "present": present, "observed": {**files, **rest} if present else {}}
        self.answer["invocation"] = {"module_args": options}

    def _execute_module(self, **_call: Any) -> dict[str, Any]:
        return self.answer


def test_files_become_a_fragment() -> None:
    result = Action().run(task_vars={})
    assert [one["file_path"] for one in result["fragment"]["logs"]["logs_collected"]["files"]["collect_list"]] == ["/a.log", "/b.log"]
    assert (result["region"], result["refusals"], result["directory"]) == ("eu-west-1", [], "/etc/awslogs")
    assert result["variables"] == {"cw_agent_fragment_awslogs": result["fragment"], "cw_agent_region": "eu-west-1"}
    assert len(result["files"]) == 3
    assert "observed" not in result


def test_it_returns_what_it_documents() -> None:
    documented = yaml.safe_load(module.RETURN)
    assert set(Action().run(task_vars={})) - {"changed", "invocation"} == set(documented)


def test_refusals_are_returned_and_do_not_fail() -> None:
    result = Action(main=SECTION.replace("{instance_id}", "a:b")).run(task_vars={})
    assert [one["key"] for one in result["refusals"]] == ["log_stream_name"]
    assert set(result["refusals"][0]) == {"file", "section", "key", "value", "message", "hint"}
    assert not result.get("failed")


def test_options_reach_the_migration() -> None:
    result = Action(skip=["b"], mode="onPremise").run(task_vars={})
    (entry,) = result["fragment"]["logs"]["logs_collected"]["files"]["collect_list"]
    assert entry["log_stream_name"] == "{local_hostname}"
    with pytest.raises(AnsibleActionFail, match="agent_version"):
        Action(agent_version="soon").run(task_vars={})


def test_a_host_without_the_old_agent_has_no_more_to_say() -> None:
    result = Action(present=False).run(task_vars={})
    assert set(result) - {"changed", "invocation"} == {"present"}
