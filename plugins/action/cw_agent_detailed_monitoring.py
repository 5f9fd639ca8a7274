# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Detailed monitoring of the instances of a plan's hosts, for all accounts and regions in one controller task."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._account.monitoring import Wanted, desired, forecast
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import monitoring
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction, Clients
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import monitoring_settings
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import written

ARGUMENTS: dict[str, dict[str, Any]] = {"plan": {"type": "dict", "required": True}, "prices": {"type": "dict", "default": {}}}
WORDS = {True: "enabled", False: "disabled"}
UNKNOWN = "unknown"
"""Whether it was switched by a call whose answer was lost."""


class ActionModule(AwsAction):
    """The controller's side of cw_agent_detailed_monitoring; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read the instances, refuse those that are gone, then switch what differs."""
        wanted = desired(options["plan"], monitoring_settings(options["plan"], self.variables))
        found: dict[tuple[Target, str], bool] = {}
        for target in dict.fromkeys(one.target for one in wanted):
            ids = [one.instance for one in wanted if one.target == target]
            found.update({(target, key): state for key, state in monitoring.read(self.client("ec2", *target), ids).items()})
        gone = [
            f"{one.host}: {one.instance} is no instance of {one.target.region}."
            for one in wanted
            if (one.target, one.instance) not in found
        ]
        if gone:
            return self.failed("\n".join(gone) + " Hint: correct instance_id, or leave the host out.")
        differing = [one for one in wanted if found[one.target, one.instance] != one.enabled]
        failed = {} if self._task.check_mode else dict(_switched(self.client, differing))
        entries = [_entry(one, one in differing, failed) for one in wanted]
        changed = [one for one in entries if one["changed"]]
        sides = {side: {f"{one['region']}/{one['host']}": one[side] for one in changed} for side in ("before", "after")}
        result = {"changed": bool(changed), "instances": entries, "forecast": forecast(wanted, options["prices"])}
        result |= {"diff": sides} if changed else {}
        return {
            **result,
            **({"failed": True, "msg": "\n".join(dict.fromkeys(_text(one, error) for one, error in failed.items()))} if failed else {}),
        }


def _switched(client: Clients, wanted: list[Wanted]) -> Iterator[tuple[Wanted, AwsError]]:
    """Switch instances, as many as fit into a call; those of a call that fails, and why."""
    for target, enabled in dict.fromkeys((one.target, one.enabled) for one in wanted):
        those = [one for one in wanted if (one.target, one.enabled) == (target, enabled)]
        for start in range(0, len(those), monitoring.IDS):
            some = those[start : start + monitoring.IDS]
            switch = monitoring.turn_on if enabled else monitoring.turn_off
            try:
                switch(client("ec2", *target), [one.instance for one in some])
            except AwsError as error:
                yield from ((one, error) for one in some)


def _text(one: Wanted, error: AwsError) -> str:
    return f"{one.target.region}: {error}"


def _entry(one: Wanted, differs: bool, failed: Mapping[Wanted, AwsError]) -> dict[str, Any]:
    before, after = WORDS[one.enabled != differs], WORDS[one.enabled]
    where = {"host": one.host, "instance_id": one.instance, **one.target._asdict()}
    if one in failed:
        lost = written(None, failed[one])
        return {**where, "changed": lost, "before": before, "after": UNKNOWN if lost else before, "msg": _text(one, failed[one])}
    return {**where, "changed": differs, "before": before, "after": after}
