# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agents on hosts that SSH does not reach: observed, installed, configured and proved by Run Command, in one controller task."""

from __future__ import annotations

import time
from typing import Any, Collection, Iterable, Mapping, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.telemetry import Watch
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import agent_fleet
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.observation import observation, unreachable_result
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.errors import ConfigError
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import account, masked, passed, totals
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.evaluation import Settings
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.hosts import Run, facts
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.message import missing_message
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.sharing import Sender
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.states import FAILED, MISSING, NOT_REACHED
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.table import table
from ansible_collections.cloudwatch.agent.plugins.plugin_utils import fleet_convergence as states
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.controller_rights import require_controller
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.fleet_commands import FleetCommands
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.fleet_convergence import Convergence
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.interruption import Interruption, InterruptionError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import node_ids, senders_beside

ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["converged", "observed"], "default": "converged"},
    "plan": {"type": "dict", "required": True},
    "published": {"type": "dict"},
    "hosts": {"type": "list", "elements": "str"},
    "nodes": {"type": "dict"},
    "waves": {"type": "list", "elements": "str", "default": ["100%"]},
    "max_fail_percentage": {"type": "float", "default": 0},
    "delivery_timeout": {"type": "int", "default": 300},
    "timeout": {"type": "int", "default": 90},
    "window": {"type": "int", "default": 900},
    "refused": {"type": "dict", "default": {}},
    "stopped": {"type": "str", "default": ""},
    "defer": {"type": "bool", "default": False},
    "check_permissions": {"type": "bool", "default": True},
    "associated": {"type": "list", "elements": "str", "default": []},
}
CONVERGED, OBSERVED, STOPPED = "converged", "observed", "cw_agent_stopped"
PROFILE = "cw_agent_credentials_profile"


class ActionModule(AwsAction):
    """The controller's side of cw_agent_run_command; no host is contacted by Ansible."""

    arguments = ARGUMENTS
    rules = {"required_if": [("state", CONVERGED, ("published",))]}

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Observe the fleet, or converge it and account for every host; fail where one is not well."""
        self._options = options
        self._convergence: Convergence | None = None
        self._others: list[Sender] | None = None
        hostvars = self.variables.get("hostvars") or {}
        try:
            known = {host: hostvars[host] for host in options["plan"]["hosts"] if host in hostvars}
            profiles = {host: str(variables.get(PROFILE) or "") for host, variables in known.items()}
            nodes = options["nodes"] if options["nodes"] is not None else node_ids(known, known)
            targets = agent_fleet.targets(options["plan"], options["published"] or {}, nodes, options["hosts"], profiles)
            with Interruption() as interruption:
                fleet = FleetCommands(self.aws, self._show, interruption.sleep, options["delivery_timeout"])
                try:
                    result = (
                        self._observed(targets, fleet)
                        if options["state"] == OBSERVED
                        else self._allowed_converged(targets, fleet, hostvars)
                    )
                except InterruptionError:
                    self._display.warning("Interrupted: the command that is under way is being cancelled.")
                    fleet.cancel()
                    result = self.failed("interrupted", changed=bool(fleet.command_ids))
        except (AwsError, CommandError, ConfigError) as error:
            changed = self._convergence is not None and self._convergence.has_changed
            return self.failed(str(error), **{**getattr(error, "details", {}), "changed": changed})
        return result

    def _observed(self, targets: Sequence[Target], fleet: FleetCommands) -> dict[str, Any]:
        fleet.know(targets)
        agents, silent = fleet.ask(targets)
        found = {target.host: observation(self.mask(agents[target.host]), target) for target in targets if target.host in agents}
        differing = [host for host, item in found.items() if not item["converged"]]
        if self._options["check_permissions"]:
            lacking = {target.host: agent_fleet.needs(agents[target.host], target) for target in targets if target.host in differing}
            self._require_controller([target for target in targets if target.host in differing], lacking)
        found |= {host: unreachable_result(str(self.mask(reason))) for host, reason in silent.items()}
        return {"changed": False, "observed": found, "to_converge": differing, "command_ids": fleet.command_ids}

    def _allowed_converged(self, targets: Sequence[Target], fleet: FleetCommands, hostvars: Any) -> dict[str, Any]:
        """Converge the hosts that nothing forbids to."""
        options = self._options
        stopped = options["stopped"] or _stopped(hostvars, options["plan"]["hosts"])
        kept = {target.host: {"state": NOT_REACHED, "reason": stopped} for target in targets if stopped}
        kept |= {
            target.host: {"state": FAILED, "reason": options["refused"][target.host]}
            for target in targets
            if target.host in options["refused"]
        }
        others = [target for target in targets if target.host not in kept]
        try:
            return self._converged(others, fleet, kept)
        except (AwsError, CommandError) as error:
            if not options["defer"] or (self._convergence is not None and self._convergence.has_changed):
                raise
            # The account comes later, and has to name every host.
            failures = {**kept, **{target.host: {"state": FAILED, "reason": str(self.mask(str(error)))} for target in others}}
            return {"changed": False, "states": dict.fromkeys(failures, states.NOT_REACHED), "failures": failures, "converged": {}}

    def _converged(self, targets: Sequence[Target], fleet: FleetCommands, kept: Mapping[str, dict[str, str]]) -> dict[str, Any]:
        options = self._options
        convergence = self._convergence = Convergence(fleet, options["published"], self._proved, options["max_fail_percentage"])
        self._evaluations: dict[str, dict[str, Any]] = {}
        fleet.know(targets)
        differing = convergence.look(targets) if targets else []
        waves = agent_fleet.waves(differing, options["waves"])
        if options["check_permissions"]:
            self._require_controller(differing, convergence.needs)
        if self._task.check_mode:
            convergence.states.update({target.host: states.WOULD_CHANGE for target in differing})
        else:
            convergence.run(waves)
        failures = {**convergence.failures, **kept}
        result = {
            "changed": convergence.has_changed,
            "states": {**convergence.states, **dict.fromkeys(kept, states.NOT_REACHED)},
            "needs": {host: some for host, some in convergence.needs.items() if some},
            "waves": [[target.host for target in wave] for wave in waves],
            "converged": {host: self.mask(change) for host, change in convergence.changes.items()},
            "failures": {host: {**failure, "reason": str(self.mask(failure["reason"]))} for host, failure in failures.items()},
            "observed": {host: {"agent": self.mask(agent)} for host, agent in convergence.after.items() if agent},
            "command_ids": fleet.command_ids,
        }
        return result if options["defer"] else {**result, **self._accounted(convergence, failures)}

    def _require_controller(self, differing: Sequence[Target], lacking: Mapping[str, Collection[str]]) -> None:
        require_controller(self.client, differing, lacking, self._options["associated"], self._display.warning)

    def _proved(self, hosts: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
        """Why the telemetry of hosts that were changed is missing, by host."""
        self._evaluate(hosts, before, after)
        found = {host: self._evaluations[host] for host in hosts if host in self._evaluations}
        return {host: f"telemetry is missing: {item['cause']}" for host, item in found.items() if item["state"] == MISSING}

    def _evaluate(self, hosts: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        changed = {host: {"changed": True, "agent": after[host]} for host in hosts if after.get(host)}
        observed = {host: {"agent": before[host]} for host in hosts if before.get(host)}
        run = Run(self._options["plan"], observed, converged=changed, sources=self._options["published"]["sources"], beside=self._beside())
        settings = Settings(time.time(), self._options["window"], self._options["timeout"], False)
        places: dict[tuple[str, str], list[Any]] = {}
        for host in run.hosts(hosts):
            places.setdefault((host.profile, host.region), []).append(host)
        for (profile, region), some in places.items():
            watch = Watch(lambda service, profile=profile, region=region: self.client(service, profile, region), settings)  # type: ignore[misc]
            self._evaluations.update({item["host"]: item for item in watch.run(some)[0]})

    def _beside(self) -> list[Sender]:
        """What hosts of the inventory outside the run send to; read once for all waves."""
        if self._others is None:
            inventory = self.variables.get("groups", {}).get("all", ())
            self._others = senders_beside(self._options["plan"], self.variables.get("hostvars") or {}, inventory)
        return self._others

    def _accounted(self, convergence: Convergence, failures: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
        """The account of every host: what has arrived of it, or why it was not changed."""
        names = [*convergence.states, *(host for host in failures if host not in convergence.states)]
        entries = []
        if not self._task.check_mode:
            unchanged = [host for host, state in convergence.states.items() if state == states.UNCHANGED]
            self._evaluate(unchanged, convergence.before, {})
            # What the hosts run at the end: some were taken back after they had been evaluated.
            sources = self._options["published"]["sources"]
            now = {host: facts(agent, list(sources.get(host, ()))) for host, agent in convergence.after.items() if agent}
            evaluations = [{**item, **now.get(item["host"], {})} for item in self._evaluations.values()]
            entries = masked(account(names, evaluations, failures, names), self.mask)
        lines = table(entries) if entries else []
        if lines:
            self._show("\n".join(lines))
        said = [f"{host}: {failure['reason']}" for host, failure in failures.items()]
        text = "\n".join(filter(None, [convergence.stopped, *said, missing_message(entries)]))
        return {
            "hosts": entries,
            "totals": totals(entries),
            "verified": passed(entries),
            "table": lines,
            "msg": str(self.mask(text)),
            "failed": bool(text),
        }

    def _show(self, text: str) -> None:
        if not self._task.no_log:
            self._display.display(text)


def _stopped(hostvars: Any, hosts: Iterable[str]) -> str:
    """Why an earlier play has stopped the run, '' where none has. It says so on every host that it was about to change."""
    known = (hostvars.raw_get(host) for host in hosts if host in hostvars)
    return next((str(variables[STOPPED]) for variables in known if variables.get(STOPPED)), "")
