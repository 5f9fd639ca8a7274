# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents on hosts that SSH does not reach: asked, installed, configured and proved by Run Command, in one controller task."""

from __future__ import annotations

import time
from typing import Any, Mapping, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.telemetry import Watch
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import agent_fleet
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.vaulted import mask_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import account, masked, passed, totals
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evaluation import Settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.hosts import Run
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.message import missing_message
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.states import FAILED, MISSING, NOT_REACHED, UNREACHABLE
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.table import table
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import fleet_convergence as states
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction, clients
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.fleet_commands import FleetCommands
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.fleet_convergence import Convergence
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.interruption import Interruption, InterruptionError

ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "required": True},
    "published": {"type": "dict", "required": True},
    "nodes": {"type": "dict"},
    "waves": {"type": "list", "elements": "str", "default": ["100%"]},
    "max_fail_percentage": {"type": "float", "default": 0},
    "delivery_timeout": {"type": "int", "default": 300},
    "timeout": {"type": "int", "default": 90},
    "window": {"type": "int", "default": 900},
}
NODE, INSTANCE = "cw_agent_node_id", "instance_id"
BAD = {states.FAILED: FAILED, states.TAKEN_BACK: FAILED, states.UNREACHABLE: UNREACHABLE, states.NOT_REACHED: NOT_REACHED}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_run_command; no host is contacted by Ansible."""

    def run(self, tmp: Any = None, task_vars: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Converge the fleet and account for every host; fail where one is not well."""
        super().run(tmp, task_vars)
        given, connection = self.connect(ARGUMENTS)
        self._given, self._made = given, clients(connection)
        self._mask = mask_of(given["plan"]["configurations"])
        self._convergence: Convergence | None = None
        try:
            nodes = given["nodes"] if given["nodes"] is not None else self._node_ids((task_vars or {}).get("hostvars") or {})
            targets = agent_fleet.targets(given["plan"], given["published"], nodes)
            with Interruption() as interruption:
                fleet = FleetCommands(connection, self._show, interruption.sleep, given["delivery_timeout"])
                try:
                    result = self._converged(targets, fleet)
                except InterruptionError:
                    self._display.warning("Interrupted: the command that is under way is being cancelled.")
                    fleet.cancel()
                    result = {"failed": True, "msg": "interrupted", "changed": bool(fleet.command_ids)}
        except (AwsError, CommandError, ConfigError) as error:
            changed = self._convergence is not None and self._convergence.has_changed
            return {"failed": True, **getattr(error, "details", {}), "changed": changed, "msg": str(self._mask(str(error)))}
        return result

    def _node_ids(self, hostvars: Any) -> dict[str, str]:
        hosts = self._given["plan"]["hosts"]
        known = {host: hostvars[host] for host in hosts if host in hostvars}
        return {host: str(variables.get(NODE) or variables.get(INSTANCE) or "") for host, variables in known.items()}

    def _converged(self, targets: Sequence[Target], fleet: FleetCommands) -> dict[str, Any]:
        given = self._given
        fleet.know(targets)
        convergence = self._convergence = Convergence(fleet, given["published"], self._proved, given["max_fail_percentage"])
        self._evaluations: dict[str, dict[str, Any]] = {}
        differing = convergence.look(targets)
        waves = agent_fleet.waves(differing, given["waves"])
        if self._task.check_mode:
            convergence.states.update({target.host: states.WOULD_CHANGE for target in differing})
        else:
            convergence.run(waves)
            unchanged = [host for host, state in convergence.states.items() if state == states.UNCHANGED]
            self._evaluate(unchanged, convergence.before, {})
        return self._result(targets, convergence, [[target.host for target in wave] for wave in waves], fleet.command_ids)

    def _proved(self, hosts: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
        """Why the telemetry of hosts that were changed is missing, by host."""
        self._evaluate(hosts, before, after)
        found = {host: self._evaluations[host] for host in hosts if host in self._evaluations}
        return {host: f"telemetry is missing: {item['cause']}" for host, item in found.items() if item["state"] == MISSING}

    def _evaluate(self, hosts: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        changed = {host: {"changed": True, "agent": after[host]} for host in hosts if after.get(host)}
        observed = {host: {"agent": before[host]} for host in hosts if before.get(host)}
        run = Run(self._given["plan"], observed, converged=changed, sources=self._given["published"]["sources"])
        settings = Settings(time.time(), self._given["window"], self._given["timeout"], False)
        places: dict[tuple[str, str], list[Any]] = {}
        for host in run.hosts(hosts):
            places.setdefault((host.profile, host.region), []).append(host)
        for (profile, region), some in places.items():
            watch = Watch(lambda service, profile=profile, region=region: self._made(service, profile, region), settings)  # type: ignore[misc]
            self._evaluations.update({item["host"]: item for item in watch.run(some)[0]})

    def _result(
        self, targets: Sequence[Target], convergence: Convergence, waves: list[list[str]], command_ids: list[str]
    ) -> dict[str, Any]:
        failures = {
            host: {"state": BAD[state], "reason": convergence.reasons.get(host) or convergence.stopped or "an earlier wave has failed"}
            for host, state in convergence.states.items()
            if state in BAD
        }
        names = [target.host for target in targets]
        entries = [] if self._task.check_mode else account(names, self._evaluations.values(), failures, names)
        entries = masked(entries, self._mask)
        lines = table(entries) if entries else []
        if lines:
            self._show("\n".join(lines))
        said = [f"{host}: {failure['reason']}" for host, failure in failures.items()]
        text = "\n".join(filter(None, [convergence.stopped, *said, missing_message(entries)]))
        return {
            "changed": convergence.has_changed,
            "states": convergence.states,
            "needs": {host: some for host, some in convergence.needs.items() if some},
            "waves": waves,
            "hosts": entries,
            "totals": totals(entries),
            "verified": passed(entries),
            "table": lines,
            "observed": {host: {"agent": self._mask(agent)} for host, agent in convergence.after.items() if agent},
            "command_ids": command_ids,
            "msg": str(self._mask(text)),
            "failed": bool(text),
        }

    def _show(self, text: str) -> None:
        if not self._task.no_log:
            self._display.display(text)
