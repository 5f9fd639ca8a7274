# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet's agents become what they shall be, wave by wave, by what their nodes say and by their telemetry. Private to this collection."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Protocol, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands import agent_fleet as pure
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.agent_fleet import CONFIGURE, INSTALL, Order, Target
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.errors import CommandError
from ansible_collections.cloudwatch.agent.plugins.module_utils._commands.verdicts import OK, Node
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import states

UNCHANGED, CHANGED, FAILED, TAKEN_BACK, UNREACHABLE = "unchanged", "changed", "failed", "taken_back", "unreachable"
DIED = "the agent has died, or was restarted, since it was changed"
NOT_REACHED, WOULD_CHANGE = "not_reached", "would_change"
BAD = {FAILED: states.FAILED, TAKEN_BACK: states.FAILED, UNREACHABLE: states.UNREACHABLE, NOT_REACHED: states.NOT_REACHED}
"""What the account of a run calls the states of hosts that are not well."""
Agents = dict[str, dict[str, Any]]
"""Agents as nodes describe them, by host."""
Verify = Callable[[Sequence[str], Mapping[str, Any], Mapping[str, Any]], Mapping[str, str]]
"""Takes hosts, their agents before and after; says of each host whose telemetry does not arrive why."""


class Commands(Protocol):
    """What runs commands: :class:`FleetCommands`, or a test's own."""

    def ask(self, targets: Sequence[Target]) -> tuple[Agents, dict[str, str]]:
        """Agents by host, and of the others why they did not answer."""

    def run(self, orders: Sequence[Order]) -> dict[str, Node]:
        """What came of each host's commands."""


class Convergence:
    """One run over a fleet.

    ``states``: by host, what became of it; ``reasons``: by host, why; ``before`` and ``after``: agents; ``stopped``: why later waves were
    left alone.
    """

    def __init__(self, commands: Commands, published: Mapping[str, Any], verify: Verify, max_fail_percentage: float) -> None:
        self._commands, self._published, self._verify, self._most = commands, published, verify, max_fail_percentage
        self.states: dict[str, str] = {}
        self.reasons: dict[str, str] = {}
        self.before: Agents = {}
        self.after: Agents = {}
        self.needs: dict[str, list[str]] = {}
        self.stopped = ""
        self._silent: dict[str, str] = {}

    @property
    def has_changed(self) -> bool:
        """Whether a host was changed, was perhaps changed, or would be."""
        return bool({WOULD_CHANGE, CHANGED, TAKEN_BACK, FAILED} & set(self.states.values()))

    @property
    def failures(self) -> dict[str, dict[str, str]]:
        """Why hosts are not well, by host: ``state`` as the account of a run names it, and ``reason``."""
        return {
            host: {"state": BAD[state], "reason": self.reasons.get(host) or self.stopped or "an earlier wave has failed"}
            for host, state in self.states.items()
            if state in BAD
        }

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """By host that was changed, or would be, what ``cw_agent_config`` says of one: ``changed``, and ``agent`` after it."""
        there = {CHANGED, TAKEN_BACK, FAILED}
        return {
            host: {"changed": True, **({"agent": self.after[host]} if state in there and self.after.get(host) else {})}
            for host, state in self.states.items()
            if state in there | {WOULD_CHANGE}
        }

    def look(self, targets: Sequence[Target]) -> list[Target]:
        """Ask all nodes, in one command for fifty of them; return those that differ."""
        self.before, silent = self._commands.ask(targets)
        self.after = dict(self.before)
        self.states.update(dict.fromkeys(silent, UNREACHABLE))
        self.reasons.update(silent)
        answered = [target for target in targets if target.host in self.before]
        self.needs = {target.host: pure.needs(self.before[target.host], target) for target in answered}
        self.states.update({host: NOT_REACHED if some else UNCHANGED for host, some in self.needs.items()})
        return [target for target in answered if self.needs[target.host]]

    def run(self, waves: Sequence[Sequence[Target]]) -> None:
        """Converge wave by wave; what fails is taken back. A wave with too many failures is taken back as a whole, and is the last one.

        So is one that a refused call ends.
        """
        for number, wave in enumerate(waves, 1):
            name = f"wave {number} of {len(waves)}"
            try:
                passed = self._passes(name, list(wave))
            except (AwsError, CommandError) as error:
                self.states.update(dict.fromkeys((target.host for target in wave), FAILED))
                self.stopped = f"{self.stopped or name}; a call was refused, and hosts of this wave may be half changed: {error}"
                return
            if not passed:
                return

    def _passes(self, name: str, wave: list[Target]) -> bool:
        """Converge a wave, and take back what has failed, or all of it where that is too much."""
        failures = self._wave(wave)
        self.states.update({target.host: FAILED if target.host in failures else CHANGED for target in wave})
        self.reasons.update(failures)
        passed = len(failures) * 100 <= self._most * len(wave)
        if not passed:
            self.stopped = f"{name}: {len(failures)} of {len(wave)} hosts have failed"
        self._take_back([target for target in wave if target.host in failures or not passed])
        return passed

    def _wave(self, wave: list[Target]) -> dict[str, str]:
        """Install and configure what needs it; return why hosts have failed, by host."""
        said = self._install([target for target in wave if INSTALL in self.needs[target.host]])
        ready = [target for target in wave if CONFIGURE in self._open(target) and INSTALL not in self._open(target)]
        if ready:
            said.update(self._commands.run(pure.configuration(ready)))
            self._look_again(ready)
        failures = {target.host: text for target in wave for text in [pure.lacks(self.after[target.host], target)] if text}
        failures = {host: _with(self._silent.get(host) or text, said.get(host)) for host, text in failures.items()}
        well = [target for target in wave if target.host not in failures]
        failures.update(self._verify([target.host for target in well], self.before, self.after) if well else {})
        # One that dies some time after its start has been restarted by now.
        running = {target.host: _run_of(self.after[target.host]) for target in well}
        self._look_again(well)
        died = [target.host for target in well if _run_of(self.after[target.host]) != running[target.host]]
        return {**failures, **{host: self._silent.get(host) or DIED for host in died}}

    def _install(self, lacking: list[Target]) -> dict[str, Node]:
        """A package that is there for the SSM agent, and gone on the host, is installed only after it was uninstalled.

        Where the installation itself has failed, nothing is uninstalled: the host would lose the build that it has.
        """
        if not lacking:
            return {}
        said = self._commands.run(pure.installation(lacking))
        self._look_again(lacking)
        still = [target for target in lacking if INSTALL in self._open(target) and said[target.host].verdict == OK]
        if still:
            removed = self._commands.run(pure.installation(still, "Uninstall"))
            stuck = [target for target in still if removed[target.host].verdict != OK]
            self._commands.run([pure.forgetting(stuck)] if stuck else [])
            said.update(self._commands.run(pure.installation(still)))
            self._look_again(still)
        return said

    def _open(self, target: Target) -> list[str]:
        agent = self.after[target.host]
        return pure.needs(agent, target) if agent else []

    def _look_again(self, targets: list[Target]) -> None:
        if targets:
            agents, self._silent = self._commands.ask(targets)
            self.after.update({target.host: agents.get(target.host, {}) for target in targets})

    def _take_back(self, wave: list[Target]) -> None:
        """Give hosts of a wave the release that is live, or what they had before."""
        found = {target.host: pure.before(target, self.before[target.host], self._published) for target in wave}
        back = [target for target in found.values() if target]
        older = [target for target in back if self.after[target.host].get("package", {}).get("build") != target.build]
        if older:
            self._commands.run(pure.installation(older))
        said = self._commands.run(pure.configuration(back)) if back else {}
        self._look_again(back)
        for target in back:
            # What is live has no digest here, so that a refused configuration shows in the command alone.
            restored = said[target.host].verdict == OK and pure.back_again(self.after[target.host], target)
            self.states[target.host] = TAKEN_BACK if restored else FAILED
            reason = self.reasons.get(target.host) or self.stopped
            self.reasons[target.host] = reason if restored else f"{reason}; it could not be taken back"


def _run_of(agent: Mapping[str, Any]) -> tuple[str, str]:
    service = agent.get("service") or {}
    return str(service.get("active_state")), str(service.get("invocation_id"))


def _with(text: str, node: Node | None) -> str:
    return f"{text} ({node.message})" if node and node.message else text
