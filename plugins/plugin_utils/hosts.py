# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of the hosts of a plan, for alarms and dashboards. Private to this collection."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import VARIABLE, Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError


def alarm_hosts(plan: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Host]:
    """The hosts of *plan* with what their variables say. *variables*: those of the task.

    Raises:
        ConfigError: ``cw_agent_alarms`` is a variable of the play or of a role, where no host can have its own.
    """
    hostvars = variables.get("hostvars") or {}
    names = [name for item in plan.get("configurations", []) for name in item["hosts"]]
    found = {name: _host(hostvars[name]) if name in hostvars else Host({}) for name in names}
    if variables.get(VARIABLE) and not any(host.settings for host in found.values()):
        raise ConfigError(
            f"{VARIABLE} is a variable of the play or of a role, and hosts do not have it."
            " Hint: put it into the inventory (group_vars, host_vars) or into extra vars."
        )
    hostnames = {
        name: str((item["configuration"].get("agent") or {}).get("hostname") or "")
        for item in plan.get("configurations", [])
        for name in item["hosts"]
    }
    return {name: host._replace(name=hostnames.get(name) or host.name) for name, host in found.items()}


def _host(variables: Mapping[str, Any]) -> Host:
    facts = variables.get("ansible_facts") or {}
    return Host(variables.get(VARIABLE) or {}, str(variables.get("instance_id") or ""), str(facts.get("nodename") or ""))
