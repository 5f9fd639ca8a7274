# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: which nodes are asked about where, whose they are, and what may not be read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_association_info
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.association_states import Association
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import aws

from .test_cw_agent_release import CONNECTION


def entry(name: str = "web", profile: str = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "profile": profile, "region": "us-east-1", "state": "present", **more}


PLAN: dict[str, Any] = {
    "hosts": {"a": entry(), "b": entry(), "c": entry("db"), "d": entry(profile="other"), "e": entry(), "gone": entry(state="absent")},
    "configurations": [],
}
HOSTVARS = {name: {"instance_id": f"i-{name}"} for name in PLAN["hosts"]} | {
    "b": {"cw_agent_node_id": "mi-b", "instance_id": "i-b"},
    "e": {},
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, dict[str, list[str]]]]:
    calls: list[tuple[Any, dict[str, list[str]]]] = []

    def read(client: Any, nodes: Any) -> list[Association]:
        calls.append((client, {name: list(some) for name, some in nodes.items()}))
        if client[1]:
            raise AwsError("may not read")
        return [Association("cloudwatch-agent-web", "web", "a-1", ["web:3"], {"mi-b": "Failed"} if "mi-b" in nodes["web"] else {})]

    monkeypatch.setattr(cw_agent_association_info.association_states, "read", read)
    monkeypatch.setattr(aws, "clients", lambda _connection: lambda *words: words)
    return calls


def run(**arguments: Any) -> dict[str, Any]:
    options = {"environment": None, "check_mode": True, "diff": False, "async_val": 0}
    task = SimpleNamespace(args={"plan": PLAN, **arguments}, action="cloudwatch.agent.cw_agent_association_info", **options)
    action = cw_agent_association_info.ActionModule(task, CONNECTION, None, None, None, None)
    result: dict[str, Any] = action.run(task_vars={"hostvars": HOSTVARS})
    return result


def test_each_account_is_asked_once_and_one_that_does_not_answer_is_said(asked: list[tuple[Any, dict[str, list[str]]]]) -> None:
    found = run()
    assert asked == [
        (("ssm", "", "us-east-1"), {"web": ["i-a", "mi-b"], "db": ["i-c"]}),
        (("ssm", "other", "us-east-1"), {"web": ["i-d"]}),
    ]
    assert found["hosts"] == {"b": {"name": "cloudwatch-agent-web", "status": "Failed", "gives": ["web:3"]}}
    assert (found["refusals"], found["changed"]) == ({"d": "may not read"}, False)
    where = {"profile": "", "region": "us-east-1", "association_id": "a-1"}
    assert found["associations"] == [{"name": "cloudwatch-agent-web", "configuration": "web", "gives": ["web:3"], **where}]


def test_nodes_may_be_given(asked: list[tuple[Any, dict[str, list[str]]]]) -> None:
    assert run(nodes={})["hosts"] == {} and asked == []
    run(nodes={"a": "i-7"})
    assert asked == [(("ssm", "", "us-east-1"), {"web": ["i-7"]})]
