# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template deployed on the stand-in makes what the roles make: afterwards their modules find nothing to change.

moto deploys log groups, roles, instance profiles, topics, dashboards and flow logs. It passes over metric filters, alarms and trails in
silence, and fails at associations; its parameters are not those of the stand-in, whose Parameter Store is its own. All of these are
compared with what the modules make in tests/integration/test_cloudformation_objects.py.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.action import (
    cw_agent_dashboards,
    cw_agent_iam_info,
    cw_agent_log_groups,
    ec2_flow_logs,
)
from ansible_collections.cloudwatch.agent.tests.support.templates import CONNECTION, act, plan, web

from .alarm_account import REGION, controlled

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from ansible_collections.cloudwatch.agent.tests.integration.conftest import Lab

PARTS = ["log_groups", "flow_logs", "alarms", "dashboards", "iam"]


def run(module: ModuleType, **arguments: Any) -> dict[str, Any]:
    """A module of the roles in check mode, in this process."""
    options = {"environment": None, "check_mode": True, "diff": True, "async_val": 0, "no_log": False}
    name = f"cloudwatch.agent.{module.__name__.rpartition('.')[2]}"
    action = module.ActionModule(SimpleNamespace(args={"region": REGION, **arguments}, action=name, **options), CONNECTION, *[None] * 4)
    action._display = SimpleNamespace(warning=lambda _line: None, display=lambda _text: None)
    hosts = arguments.get("plan", {}).get("hosts", {})
    found: dict[str, Any] = action.run(
        task_vars={"hostvars": {host: {"cw_agent_alarms": {"memory": {}}, "instance_id": f"i-{host}"} for host in hosts}}
    )
    return found


def test_a_stack_has_what_the_roles_make(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = controlled(lab, monkeypatch)
    base = account.base
    given = plan(web(name=f"AmazonCloudWatch-{base}"))
    vpc = account.client("ec2").create_vpc(CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
    groups = {"groups": [{"name": f"/{base}/vpc", "tags": {"team": "web"}}], "retention_in_days": "90"}
    flow_logs = {"flow_logs": [{"resource_ids": [vpc], "log_group_name": f"/{base}/vpc", "log_format": "${srcaddr} ${dstaddr}"}]}
    flow_logs |= {"delivery_role": f"{base}-flow-logs"}
    board = {"dashboards": [{"name": base, "widgets": [{"type": "text", "properties": {"markdown": "costs ${money}"}}]}]}
    parts = {"log_groups": groups, "flow_logs": flow_logs, "dashboards": board, "alarms": {"topics": [base]}}
    made = act(settings={"memory": {}}, plan=given, directory=str(tmp_path), parts=PARTS, **parts)
    assert "msg" not in made, made["msg"]
    (one,) = made["templates"]
    client = account.client("cloudformation")
    body = (tmp_path / f"{REGION}.json").read_text()
    client.create_stack(StackName=base, TemplateBody=body, Capabilities=one["capabilities"])
    assert client.describe_stacks(StackName=base)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    for module, options in ((cw_agent_log_groups, groups), (cw_agent_dashboards, board), (ec2_flow_logs, flow_logs)):
        more = {} if module is ec2_flow_logs else {"plan": given}
        found = run(module, **options, **more)
        assert "msg" not in found and not found["changed"], (module.__name__, found)
    found = run(cw_agent_iam_info, plan=given, associate=False)
    assert "msg" not in found and [one["exists"] for one in found["identities"]] == [True] and found["differences"] == []
    profile = account.client("iam").get_instance_profile(InstanceProfileName=f"AmazonCloudWatch-{base}")["InstanceProfile"]
    assert [one["RoleName"] for one in profile["Roles"]] == [f"AmazonCloudWatch-{base}"]
    assert f"arn:aws:sns:{REGION}:123456789012:{base}" in [one["TopicArn"] for one in account.client("sns").list_topics()["Topics"]]


def test_a_stack_that_is_deleted_leaves_log_groups(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = controlled(lab, monkeypatch)
    group = f"/{account.base}/kept"
    made = act(directory=str(tmp_path), parts=["log_groups"], region=REGION, log_groups={"groups": [{"name": group}]})
    (one,) = made["templates"]
    assert [resource["DeletionPolicy"] for resource in one["template"]["Resources"].values()] == ["Retain"]
    client, logs = account.client("cloudformation"), account.client("logs")
    client.create_stack(StackName=account.base, TemplateBody=(tmp_path / f"{REGION}.json").read_text())
    client.delete_stack(StackName=account.base)
    assert [item["logGroupName"] for item in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]] == [group]
