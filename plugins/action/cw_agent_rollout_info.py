# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the waves of a roll-out, evaluate its canaries, and say how it ended, each in one controller task."""

from __future__ import annotations

from typing import Any, Callable, Collection, Mapping

from ansible.plugins.loader import lookup_loader
from ansible.utils.helpers import pct_to_int
from ansible_collections.cloudwatch.agent.plugins.module_utils._release import canaries
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry import alarm_gate, gates
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.account import failure_of
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.states import NOT_REACHED
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.actions import ControllerAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import observations, zone_of

ARGUMENTS: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "required": True, "choices": ["planned", "evaluated", "accounted"]},
    "plan": {"type": "dict", "required": True},
    "published": {"type": "dict"},
    "refused": {"type": "list", "elements": "str", "default": []},
    "canary": {"type": "str", "default": "1"},
    "serial": {"type": "list", "elements": "str", "default": ["100%"]},
    "waves": {"type": "dict"},
    "verified": {"type": "dict"},
    "observed": {"type": "dict", "default": {}},
    "alarm_names": {"type": "list", "elements": "str", "default": []},
    "alarms": {"type": "list", "elements": "dict", "default": []},
    "alarms_unread": {"type": "str", "default": ""},
    "overtaken": {"type": "list", "elements": "dict", "default": []},
    "bake_seconds": {"type": "int", "default": 0},
    "baked": {"type": "float"},
    "gate": {"type": "dict"},
    "rejected": {"type": "dict", "default": {}},
    "released": {"type": "dict", "default": {}},
    "taken_back": {"type": "dict", "default": {}},
}
REQUIRED = [
    ("state", "planned", ("published",)),
    ("state", "evaluated", ("waves", "verified")),
    ("state", "accounted", ("published", "verified", "gate")),
]
FAILURE, CONVERGED = "cw_agent_failure", "cw_agent_converged"


class ActionModule(ControllerAction):
    """The controller's side of cw_agent_rollout_info; neither a host nor AWS is contacted."""

    arguments = ARGUMENTS
    rules = {"required_if": REQUIRED}

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the module's documentation says; fail with one message."""
        return {"changed": False, **STATES[options["state"]](self, options)}

    def planned(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Choose the canaries, and show the waves."""
        plan, hostvars = options["plan"], self.variables["hostvars"]
        zones = {host: zone_of(hostvars.raw_get(host)) for host in plan["hosts"]}
        known = canaries.concerned(plan, options["published"], observations(hostvars, plan["hosts"]), zones, options["refused"])
        ssm_hosts = plan.get("ssm_hosts") or ()
        order = canaries.waves(known, options["published"], options["canary"], self._matching, ssm_hosts)
        # Those of an interrupted roll-out have to be taken back where an alarm says so.
        begun = order.canaries != order.changing
        alarm_gate.require_quiet(options["alarm_names"], options["alarms"], begun)
        batches = canaries.batches(order.rest, [pct_to_int(size, len(order.rest)) for size in options["serial"]])
        lines = canaries.lines(order, batches, len(plan["hosts"]))
        self._display.display("\n".join(lines))
        return {**order.result(), "serial": options["serial"], "batches": batches, "lines": lines}

    def _matching(self, pattern: str) -> Collection[str]:
        lookup = lookup_loader.get("inventory_hostnames", loader=self._loader, templar=self._templar)
        return set(lookup.run([pattern], variables=self.variables))

    def evaluated(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Hold every canary against the gates."""
        plan, order, hostvars = options["plan"], options["waves"], self.variables["hostvars"]
        earlier = self._failures(order["canaries"], hostvars)
        found = gates.failures(
            order["canaries"],
            options["verified"].get("hosts", []),
            earlier,
            options["observed"],
            self._errors_before(plan, order, hostvars),
        )
        # Check mode has changed nobody, and observes nobody again.
        found = found if self._task.check_mode else gates.unobserved(found, options["observed"])
        found = gates.overtaken(found, _overtaken(plan, order["canaries"], options["overtaken"]), earlier)
        passing = [host for host in order["canaries"] if host not in {item.host for item in found}]
        found += alarm_gate.failures(plan, passing, options["alarm_names"], options["alarms"], options["alarms_unread"])
        if order["canaries"] and not found and options["baked"] is not None and options["baked"] < options["bake_seconds"] - 1:
            self._display.warning(
                f"The canaries have run for {options['baked']:.0f} of {options['bake_seconds']} seconds (cw_agent_bake_seconds): "
                "their wait was ended by hand. Hint: watch them; cloudwatch.agent.rollback takes the release back."
            )
        found = [item._replace(reason=str(self.mask(item.reason))) for item in found]
        return {
            "passed": not found,
            "failures": [item._asdict() for item in found],
            "recorded": gates.recorded(found, order["canaries"]),
            "verified": [] if found else [host for host, entry in plan["hosts"].items() if entry.get("key") in order["tried"]],
            "names": sorted({item["name"] for item in plan["configurations"] if item["key"] in order["candidates"]}),
        }

    def _failures(self, hosts: Collection[str], hostvars: Any) -> dict[str, dict[str, Any]]:
        found = {host: failure_of(hostvars.raw_get(host).get(FAILURE), None) for host in hosts}
        return {host: failure for host, failure in found.items() if failure}

    def _errors_before(self, plan: Mapping[str, Any], order: Mapping[str, Any], hostvars: Any) -> dict[str, list[str]]:
        """The lines of each canary's log before the change; of one that an earlier run has changed, those of hosts that are still to be."""
        seen = observations(hostvars, plan["hosts"])
        lines = {host: ((result or {}).get("agent") or {}).get("errors") or [] for host, result in seen.items()}
        others: dict[str, list[str]] = {}
        for host in [*order["changing"], *order["rest"]]:
            others.setdefault(plan["hosts"][host].get("key", ""), []).extend(lines.get(host, []))
        changing = set(order["changing"])
        return {host: lines.get(host, []) if host in changing else others.get(plan["hosts"][host]["key"], []) for host in order["canaries"]}

    def accounted(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Say in one message how the roll-out ended, where it did not end well."""
        states = {item["host"]: item for item in options["verified"]["hosts"]}
        failing = {host: text for host, text in options["verified"]["failing"].items() if states[host]["state"] != NOT_REACHED}
        left = {host: item["cause"] for host, item in states.items() if item["state"] == NOT_REACHED}
        stopped = [gates.Failure(**item) for item in options["gate"]["failures"]]
        if stopped:
            changes = {host: self.variables["hostvars"].raw_get(host).get(CONVERGED) for host in options["taken_back"]}
            failing[stopped[0].host] = gates.stopped_message(stopped, gates.back(options["taken_back"], changes), *_held(options))
        else:
            texts = [str(options["released"]["msg"])] if options["released"].get("failed") else []
            texts += [gates.ended_message(left)] if left and (failing or texts or not self._task.check_mode) else []
            first = next(iter([*failing, *left, *states]), "")
            if texts and first:
                failing[first] = "\n".join([*([failing[first]] if first in failing else []), *texts])
        completed = not (stopped or left or options["released"].get("failed"))
        return {"failing": failing, "completed": completed, "msg": "\n".join(failing.values())}


def _overtaken(plan: Mapping[str, Any], canaries: Collection[str], found: Collection[Mapping[str, Any]]) -> dict[str, str]:
    """Why somebody else's release has overtaken a canary's configuration, by host."""
    reasons = {(item["profile"], item["region"], item["name"]): f"{item['name']}: {item['reason']}" for item in found}
    places = {item["key"]: (item.get("profile", ""), item.get("region", ""), item["name"]) for item in plan["configurations"]}
    keys = {host: places[plan["hosts"][host]["key"]] for host in canaries}
    return {host: reasons[place] for host, place in keys.items() if place in reasons}


def _held(options: Mapping[str, Any]) -> tuple[list[str], list[str], dict[str, str]]:
    """Of the configurations that did not pass: those on hold, those of which nothing is live, and the others, with why."""
    names, rejected = options["gate"]["names"], options["rejected"]
    known = {item["name"]: item for item in options["published"]["configurations"]}
    others = {item["name"]: item["reason"] for item in rejected.get("skipped") or [] if known.get(item["name"], {}).get("live")}
    if rejected.get("failed"):
        others = {name: str(rejected.get("msg")).rstrip(".") for name in names}
    held = [name for name in names if name not in others and known.get(name, {}).get("on_hold")]
    return held, [name for name in names if name not in others and name not in held], others


STATES: dict[str, Callable[..., dict[str, Any]]] = {
    "planned": ActionModule.planned,
    "evaluated": ActionModule.evaluated,
    "accounted": ActionModule.accounted,
}
