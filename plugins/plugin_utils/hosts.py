# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of the hosts of a plan, for alarms, dashboards and IAM. Private to this collection."""

from __future__ import annotations

import contextlib
from typing import Any, Mapping

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import VARIABLE, Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.monitoring import VARIABLE as DETAILED
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import iam

IAM_NAME, IAM_ONPREM, IAM_EXISTING = "cw_agent_iam_name", "cw_agent_iam_onprem", "cw_agent_iam_existing_profile"
IAM_CHOICES = {IAM_ONPREM: ("user", "activation"), IAM_EXISTING: ("refuse", "extend", "replace")}


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


def iam_variable(host: str, hostvars: Mapping[str, Any], name: str) -> str:
    """What a host's variable of the role iam says, the first of its choices where it says nothing.

    Raises:
        ConfigError: the value is none of its choices.
    """
    own: Mapping[str, Any] = hostvars[host] if host in hostvars else {}  # noqa: SIM401 # HostVars has its own get
    value = str(own.get(name) or "")
    if name not in IAM_CHOICES:
        return value
    if value and value not in IAM_CHOICES[name]:
        raise ConfigError(f"{name} of {host} is {value!r}: expected one of {', '.join(IAM_CHOICES[name])}.")
    return value or IAM_CHOICES[name][0]


def identity(host: str, entry: Mapping[str, Any], hostvars: Mapping[str, Any]) -> iam.Wanted:
    """What a host shall be to IAM. *entry*: that of the plan."""
    name = iam_variable(host, hostvars, IAM_NAME) or iam.default_name(entry["name"])
    if entry["mode"] == "ec2":
        return iam.Wanted(iam.ROLE, name, iam.EC2)
    activation = iam_variable(host, hostvars, IAM_ONPREM) == "activation"
    return iam.Wanted(iam.ROLE, name, iam.SSM) if activation else iam.Wanted(iam.USER, name)


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
