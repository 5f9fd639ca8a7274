# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for templates of CloudFormation, the action that writes them in this process, and templates with their account filled in."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from ansible_collections.cloudwatch.agent.plugins.action import cw_agent_cloudformation

from .fake_cloudwatch import item

CONNECTION = SimpleNamespace(_shell=SimpleNamespace(tmpdir="unused"))
NUMBER = "123456789012"
KINDS: dict[str, Any] = {"memory": {}, "silent": {}, "log_errors": {}}


def plan(*items: dict[str, Any], **of_hosts: Any) -> dict[str, Any]:
    """As cw_agent_plan gives it, with hosts on EC2."""
    known = [{"key": f"{one['region']}/{one['name']}", "text": json.dumps(one["configuration"]), **one} for one in items]
    common = {"mode": "ec2", "build": "", "state": "present", **of_hosts}
    hosts = {
        host: {"key": one["key"], "name": one["name"], "profile": one["profile"], "region": one["region"], **common}
        for one in known
        for host in one["hosts"]
    }
    return {"hosts": hosts, "configurations": known}


def web(**more: Any) -> dict[str, Any]:
    """A configuration with metrics and a log file."""
    metrics = {"mem": {"measurement": ["used_percent"]}, "cpu": {"measurement": ["usage_idle"]}}
    return item(metrics, logs=[{"file_path": "/var/log/web.log", "log_group_name": "/web", "retention_in_days": 30}], **more)


def act(
    check: bool = False,
    settings: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
    limited: str | None = None,
    **arguments: Any,
) -> Any:
    """The result of the action, with ``warnings``. *settings*: alarms of every host; *variables*: others; *limited*: the run's limit."""
    options = {"environment": None, "check_mode": check, "diff": True, "async_val": 0}
    task = SimpleNamespace(args=arguments, action="cloudwatch.agent.cw_agent_cloudformation", **options)
    action = cw_agent_cloudformation.ActionModule(task, CONNECTION, None, None, None, None)
    warnings: list[str] = []
    action._display = SimpleNamespace(warning=warnings.append)
    of_host = {"cw_agent_alarms": KINDS if settings is None else settings, **(variables or {})}
    names = arguments.get("plan", {}).get("hosts", {})
    hostvars = {name: {**of_host, "instance_id": f"i-{name}"} for name in names}
    found: dict[str, Any] = action.run(task_vars={"hostvars": hostvars, "ansible_limit": limited})
    return {**found, "warnings": warnings}


def resolved(value: Any) -> Any:
    """A value of a template as a stack has it, in the account NUMBER."""
    if isinstance(value, dict):
        if list(value) == ["Fn::Sub"]:
            return value["Fn::Sub"].replace("${AWS::AccountId}", NUMBER).replace("${!", "${")
        return {key: resolved(one) for key, one in value.items()}
    return [resolved(one) for one in value] if isinstance(value, list) else value


def properties(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The properties of all resources of a type, in the account NUMBER."""
    return [resolved(one["Properties"]) for one in template["Resources"].values() if one["Type"] == f"AWS::{kind}"]
