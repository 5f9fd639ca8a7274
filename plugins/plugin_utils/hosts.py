# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of the hosts of a plan, for alarms and dashboards. Private to this collection."""

from __future__ import annotations

import contextlib
from typing import Any, Mapping

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import VARIABLE, Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.monitoring import VARIABLE as DETAILED
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError


def alarm_hosts(plan: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, Host]:
    """The hosts of *plan* with what their variables say. *variables*: those of the task.

    Raises:
        ConfigError: ``cw_agent_alarms`` is a variable of the play or of a role, where no host can have its own.
    """
    hostvars = variables.get("hostvars") or {}
    names = [name for item in plan.get("configurations", []) for name in item["hosts"]]
    found = {name: _host(hostvars[name]) if name in hostvars else Host({}) for name in names}
    if variables.get(VARIABLE):
        _refuse_of_play(VARIABLE, [bool(host.settings) for host in found.values()])
    hostnames = {
        name: str((item["configuration"].get("agent") or {}).get("hostname") or "")
        for item in plan.get("configurations", [])
        for name in item["hosts"]
    }
    return {name: host._replace(name=hostnames.get(name) or host.name) for name, host in found.items()}


def _refuse_of_play(variable: str, having: list[bool]) -> None:
    """Refuse a variable that the task has and no host. *having*: of each host whether it has it."""
    if having and not any(having):
        raise ConfigError(
            f"{variable} is a variable of the play or of a role, and hosts do not have it."
            " Hint: put it into the inventory (group_vars, host_vars) or into extra vars."
        )


def _host(variables: Mapping[str, Any]) -> Host:
    facts = variables.get("ansible_facts") or {}
    return Host(variables.get(VARIABLE) or {}, str(variables.get("instance_id") or ""), str(facts.get("nodename") or ""))


def monitoring_settings(plan: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    """By host of *plan* the value of its cw_agent_detailed_monitoring, None without one, and its instance id.

    Raises:
        ConfigError: it is a variable of the play or of a role, where no host can have its own.
    """
    hostvars = variables.get("hostvars") or {}
    found = {}
    for name in plan.get("hosts", {}):
        own: Mapping[str, Any] = hostvars[name] if name in hostvars else {}  # noqa: SIM401 # HostVars has its own get
        value = own.get(DETAILED)
        with contextlib.suppress(TypeError):  # what it is instead is said where it is refused
            value = None if value in (None, "") else boolean(value)
        found[name] = (value, str(own.get("instance_id") or ""))
    if variables.get(DETAILED) not in (None, ""):
        _refuse_of_play(DETAILED, [value is not None for value, _instance in found.values()])
    return found
