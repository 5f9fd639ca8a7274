# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What associations give to the hosts of a plan, and what came of it there: one controller task for all accounts and regions."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import association_states
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.association_states import Association
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import ABSENT
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.inventory import node_ids

ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "required": True},
    "nodes": {"type": "dict"},
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_association_info; no host is contacted, and nothing is written to AWS."""

    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is known of each host's association; what may not be read is said, and is no failure."""
        hosts = {name: entry for name, entry in options["plan"]["hosts"].items() if entry.get("state") != ABSENT}
        nodes = options["nodes"] if options["nodes"] is not None else node_ids(self.variables.get("hostvars") or {}, hosts)
        places: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
        for name, entry in hosts.items():
            if nodes.get(name):
                here = places.setdefault((entry["profile"], entry["region"]), {})
                here.setdefault(entry["name"], {})[str(nodes[name])] = name
        result: dict[str, Any] = {"changed": False, "associations": [], "hosts": {}, "refusals": {}}
        for (profile, region), asked in places.items():
            for one in self._read(partial(self.client, "ssm", profile, region), asked, result["refusals"]):
                result["associations"].append({**_shown(one), "profile": profile, "region": region})
                result["hosts"].update({asked[one.configuration][node]: _of_host(one, state) for node, state in one.nodes.items()})
        return result

    @staticmethod
    def _read(client: Callable[[], Any], asked: Mapping[str, Mapping[str, str]], refusals: dict[str, str]) -> list[Association]:
        """The associations of an account and region; *asked*: by configuration and node, the host."""
        try:
            return association_states.read(client(), asked)
        except AwsError as error:
            refusals.update({host: str(error) for some in asked.values() for host in some.values()})
            return []


def _shown(one: Association) -> dict[str, Any]:
    return {"name": one.name, "configuration": one.configuration, "association_id": one.association_id, "gives": one.gives}


def _of_host(one: Association, state: str) -> dict[str, Any]:
    return {"name": one.name, "status": state, "gives": one.gives}
