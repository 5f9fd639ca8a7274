# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of the alarms that a roll-out depends on, for all accounts and regions in one controller task."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import alarms
from ansible_collections.cloudwatch.agent.plugins.module_utils._telemetry.alarm_gate import ALARM, targets
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction, Clients

ARGUMENTS: dict[str, dict[str, Any]] = {
    "names": {"type": "list", "elements": "str", "required": True},
    "plan": {"type": "dict"},
    "before": {"type": "list", "elements": "dict"},
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_alarm_info; no host is contacted, and nothing is written to AWS."""

    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return every alarm that there is; fail with one message."""
        plan = options["plan"]
        places = targets(plan, plan["hosts"]) if plan else [("", "")]
        since = {(item["profile"], item["region"], item["name"]): item["updated"] for item in options["before"] or []}
        found = [one for place in places for one in _alarms(self.client, place, options["names"], since)]
        return {"changed": False, "alarms": found, "missing": sorted(set(options["names"]) - {one["name"] for one in found})}


def _alarms(client: Clients, place: tuple[str, str], names: list[str], since: Mapping[Any, float]) -> list[dict[str, Any]]:
    cloudwatch = client("cloudwatch", *place)
    found = []
    for alarm in alarms.read(cloudwatch, names):
        moment = since.get((*place, alarm["name"]))
        loud = [reason for state, reason in alarms.states_since(cloudwatch, alarm["name"], moment) if state == ALARM] if moment else []
        reason = loud[0] if loud and alarm["state"] != ALARM else alarm["reason"]
        alarmed = bool(loud) or alarm["state"] == ALARM
        found.append({**alarm, "profile": place[0], "region": place[1], "reason": reason, "alarmed": alarmed})
    return found
