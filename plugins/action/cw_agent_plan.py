# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compose and check the configurations of many hosts in one controller task, from what their inventory says."""

from __future__ import annotations

import pathlib
import re
from typing import Any, Iterator, Mapping

from ansible.errors import AnsibleError
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_costs import add_alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import VARIABLE as ALARMS
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarms import Host
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import NotPlainError, Reader, is_template
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.vaulted import Vaulted
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.packages import LATEST
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.repository import conflict
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.canaries import check_canary
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.plan import HostInput, Plan, Planner, failure, warnings
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.report import config_report
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.retention import contested
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import ABSENT, FRAGMENT, SETTINGS
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.transport import credentials_of, ssm_hosts
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.actions import ControllerAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.files import write_json
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import placement_of
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.mirror import DEFAULT_URL, latest_build
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.variables import unknown_variables, wrong_values
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.vault import VaultReader

ARGUMENTS: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "fail": {"type": "bool", "default": True},
    "report": {"type": "bool", "default": False},
    "report_file": {"type": "path", "default": ""},
    "prices": {"type": "dict", "default": {}},
    "strict": {"type": "bool", "default": False},
}

VARIABLES = "cw_agent_environment_variables"
MIRROR = ("cw_agent_mirror_url", "cw_agent_package_directory")
SOURCES = (*MIRROR, "cw_agent_package_file")
_BATCH = re.compile(r"[1-9]\d*|[1-9]\d?%|100%")
_PERCENT = re.compile(r"\d{1,2}(\.\d+)?|100(\.0+)?")
_ASKED = 3
"""How many hosts of a configuration are asked for cached facts: asking all would cost more than the rest of the report."""


class ActionModule(ControllerAction):
    """The controller's side of cw_agent_plan; no host is contacted."""

    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the plan; fail with one message if anything is wrong."""
        variables = self.variables
        planner = Planner()
        self._alarmed: dict[str, Host] = {}
        planner.plan.errors += [*self._invisible(variables), *_wave_errors(variables)]
        for host in options["hosts"]:
            self._add(planner, host, variables["hostvars"])
        planner.plan.notes += contested(planner.plan.configurations.values())
        message = failure(planner.plan)
        result = _result(planner.plan, message)
        if options["report"]:
            result["report"] = self._report(result, options, variables["hostvars"])
            # Everything was said once already.
            count = result["report"]["counts"]["error"]
            message = f"{count} {'error stands' if count == 1 else 'errors stand'} in the report above." if message else ""
            if options["strict"] and result["report"]["counts"]["warning"]:
                message = message or "There are warnings, and they are to fail the run (cw_agent_report_strict)."
        elif options["fail"]:
            result["warnings"] = warnings(planner.plan)
        if message and options["fail"]:
            # Not the whole plan: a failed task prints its result.
            return self.failed(message, warnings=result.get("warnings", []))
        return result

    def _report(self, plan: Mapping[str, Any], options: Mapping[str, Any], hostvars: Any) -> dict[str, Any]:
        """The report on *plan*, shown to people and, where asked for, written for programs."""
        asked = [host for item in plan["configurations"] for host in item["hosts"][:_ASKED] if host in hostvars]
        facts = {host: hostvars[host].get("ansible_facts") or {} for host in asked}
        report = config_report(plan, facts, options["prices"])
        if self._alarmed:
            add_alarms(report, plan, self._alarmed, options["prices"])
        if options["report_file"]:
            write_json("report_file", pathlib.Path(options["report_file"]), report)
        for line in report["lines"]:
            self._display.display(line)
        return report

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

        if wrong := sorted(wrong_values(raw, value)):
            raise AnsibleError(" ".join(wrong))
        fragments = {name: value(name) for name in raw if name.startswith(FRAGMENT)}
        settings = {name: value(name) for name in SETTINGS if raw.get(name) is not None}
        if settings.get("cw_agent_package_repository"):
            _refuse_other_sources({name: value(name) for name in SOURCES if raw.get(name) is not None})
        elif settings.get("cw_agent_build") == LATEST and settings.get("cw_agent_state") != ABSENT:
            url, directory = (str(value(name) or "") if raw.get(name) is not None else "" for name in MIRROR)
            settings["cw_agent_build"] = self._latest_build(url, directory)
        vault = self._vault_reader()
        vaulted = {name: found for name in fragments if (found := vault.of(name, raw[name], fragments[name], raw)).names}
        variables = VARIABLES in settings and vault.of(VARIABLES, raw[VARIABLES], settings[VARIABLES], raw)
        region = placement_of(raw).get("region")
        region = str(template(region) if is_template(region) else region or "")
        if raw.get(ALARMS):
            self._alarmed[host] = Host(value(ALARMS), str(raw.get("instance_id") or ""))
        unknown = tuple(unknown_variables(raw))
        credentials = credentials_of(raw, str(settings.get("cw_agent_mode", "")))
        return HostInput(host, fragments, settings, region, _origin(raw), vaulted, variables or Vaulted(), credentials, unknown)

    def _latest_build(self, url: str, directory: str) -> str:
        """What a mirror calls its latest build; each mirror is asked once in a run."""
        if not hasattr(self, "_builds"):
            self._builds: dict[tuple[str, str], str] = {}
        if (url, directory) not in self._builds:
            self._builds[url, directory] = latest_build(url or DEFAULT_URL, directory)
        return self._builds[url, directory]

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
        for name in sorted(variables):
            if not name.startswith(FRAGMENT) and name not in SETTINGS:
                continue
            if name in own:
                lost = variables[name] is not own[name] and self._differ(variables[name], own[name], own)
            else:
                lost = name.startswith(FRAGMENT) or self._templar.template(variables[name]) != SETTINGS[name]
            if lost:
                yield (
                    f"{name} is set in the play, a role or vars_files, where it belongs to no host and would not count. "
                    "Hint: move it to the inventory (group_vars, host_vars) or give it with -e."
                )

    def _differ(self, here: Any, there: Any, own: Mapping[str, Any]) -> bool:
        """Whether a variable of this task has another value than the host's inventory gives it."""
        if here == there:
            return False
        return bool(self._templar.template(here) != self._templar.copy_with_new_env(available_variables=own).template(there))


def _refuse_other_sources(settings: Mapping[str, Any]) -> None:
    """The distribution's own repository is asked for: nothing else may have the package."""
    found = conflict({name: value for name, value in settings.items() if value != DEFAULT_URL})
    if found:
        raise AnsibleError(found)


def _wave_errors(variables: Mapping[str, Any]) -> Iterator[str]:
    """What would end the run after everything was published, some of it with a message that does not name the variable."""
    sizes = variables.get("cw_agent_serial")
    for size in sizes if isinstance(sizes, list) else [sizes]:
        if size is not None and not _BATCH.fullmatch(str(size)):
            yield f"cw_agent_serial is {size!r}. Hint: give a number of hosts, a percentage such as '10%', or a list of these."
    budget = variables.get("cw_agent_max_fail_percentage")
    if budget is not None and not _PERCENT.fullmatch(str(budget)):
        yield f"cw_agent_max_fail_percentage is {budget!r}. Hint: give a number from 0 to 100, without a sign."
    try:
        check_canary(str(variables.get("cw_agent_canary", "1")))
    except ConfigError as error:
        yield str(error)


def _origin(raw: Mapping[str, Any]) -> str:
    """A name for the host's inventory that is the same in every checkout: AWX's, else directory and file."""
    named = raw.get("awx_inventory_name") or raw.get("tower_inventory_name")
    if named:
        return str(named)
    file = str(raw.get("inventory_file") or "")
    return "/".join(pathlib.PurePath(file).parts[-2:]) if file else ""


def _result(plan: Plan, message: str) -> dict[str, Any]:
    return {
        "changed": False,
        "hosts": plan.hosts,
        "configurations": list(plan.configurations.values()),
        "ssm_hosts": ssm_hosts(plan.hosts),
        "errors": plan.errors,
        "notes": plan.notes,
        "message": message,
        # Data for the stages that follow: with a value out of Ansible Vault in it, or a proxy's password, none is shown.
        "_ansible_no_log": any(item["vaulted"] for item in plan.configurations.values()) or any(map(_has_secret, plan.hosts.values())),
    }


def _has_secret(entry: Mapping[str, Any]) -> bool:
    proxy = entry["settings"].get("proxy") or {}
    return "secret_environment" in entry["settings"] or any("@" in str(proxy.get(name) or "") for name in ("http", "https"))
