# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compose and check the configurations of many hosts in one controller task, from what their inventory says."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import NotPlainError, Reader, is_template
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.plan import (
    FRAGMENT,
    SETTINGS,
    HostInput,
    Plan,
    Planner,
    failure,
    warnings,
)
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.variables import unknown_variables
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.vault import VaultReader


class ActionModule(ActionBase):
    """The controller's side of cw_agent_config_check; no host is contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_diff = False

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan; fail with one message if anything is wrong."""
        super().run(tmp, task_vars)
        _options, arguments = self.validate_argument_spec(
            {"hosts": {"type": "list", "elements": "str", "required": True}, "fail": {"type": "bool", "default": True}}
        )
        variables = task_vars or {}
        planner = Planner()
        planner.plan.errors += self._invisible(variables)
        for host in arguments["hosts"]:
            self._add(planner, host, variables["hostvars"])
        message = failure(planner.plan)
        result = _result(planner.plan, message)
        if arguments["fail"]:
            result["warnings"] = warnings(planner.plan)
        if message and arguments["fail"]:
            raise AnsibleActionFail(message, result=result)
        return result

    def _add(self, planner: Planner, host: str, hostvars: Any) -> None:
        raw = hostvars.raw_get(host)
        if not isinstance(raw, dict):
            planner.plan.errors.append(f"{host}: the inventory has no such host.")
            return
        try:
            planner.add(self._read(host, raw, hostvars))
        except (AnsibleError, NotPlainError) as error:
            planner.plan.errors.append(f"{host}: {error}")
        except RecursionError:
            planner.plan.errors.append(f"{host}: a variable of this host contains itself. Hint: look for a YAML alias in its own anchor.")

    def _read(self, host: str, raw: dict[str, Any], hostvars: Any) -> HostInput:
        reader = self._reader()
        raw.setdefault("hostvars", hostvars)
        templar = None

        def template(value: Any) -> Any:
            nonlocal templar
            templar = templar or self._templar.copy_with_new_env(available_variables=raw)
            return templar.template(value)

        def value(name: str) -> Any:
            try:
                return reader.value(name, raw[name], template, raw)
            except AnsibleError as error:
                raise AnsibleError(f"{name} cannot be filled in: {error}") from error

        fragments = {name: value(name) for name in raw if name.startswith(FRAGMENT)}
        settings = {name: value(name) for name in SETTINGS if raw.get(name) is not None}
        placement = raw.get("placement")
        region = placement.get("region") if isinstance(placement, dict) else ""
        vault = self._vault_reader()
        vaulted = {name: found for name in fragments if (found := vault.of(name, raw[name], fragments[name], raw)).names}
        unknown = tuple(unknown_variables(raw))
        region = str(template(region) if is_template(region) else region or "")
        return HostInput(host, fragments, settings, region, vaulted=vaulted, unknown=unknown)

    def _vault_reader(self) -> VaultReader:
        if not hasattr(self, "_vault"):
            self._vault = VaultReader()
        return self._vault

    def _reader(self) -> Reader:
        if not hasattr(self, "_fragment_reader"):
            self._fragment_reader = Reader()
        return self._fragment_reader

    def _invisible(self, variables: Mapping[str, Any]) -> Iterator[str]:
        """Sentences about variables that this task sees and that the hosts do not have: play and role variables cannot be per host."""
        host = variables["inventory_hostname"]
        own = variables["hostvars"].raw_get(host)
        mend = "Move it to the inventory (group_vars, host_vars) or give it with -e."
        for name in sorted(variables):
            if name.startswith(FRAGMENT) and name not in own:
                yield f"{name} is set in the play, a role or vars_files, where it belongs to no host and would be lost. {mend}"
            elif name in SETTINGS and name not in own and self._templar.template(variables[name]) != SETTINGS[name]:
                yield f"{name} is set in the play, a role or vars_files, where it belongs to no host and would not count. {mend}"


def _result(plan: Plan, message: str) -> dict[str, Any]:
    return {
        "changed": False,
        "hosts": plan.hosts,
        "configurations": list(plan.configurations.values()),
        "errors": plan.errors,
        "notes": plan.notes,
        "message": message,
        # Configurations are data for the stages that follow: with a value out of Ansible Vault in one, none is shown.
        "_ansible_no_log": any(item["vaulted"] for item in plan.configurations.values()),
    }
