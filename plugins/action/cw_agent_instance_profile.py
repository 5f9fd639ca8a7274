# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance profiles of instances of all accounts and regions, in one controller task."""

from __future__ import annotations

from typing import Any, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import instance_profiles
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import written

INSTANCE: dict[str, dict[str, Any]] = {
    "instance_id": {"type": "str", "required": True},
    "instance_profile": {"type": "str", "required": True},
    "replace": {"type": "bool", "default": False},
    "host": {"type": "str", "default": ""},
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "instances": {"type": "list", "elements": "dict", "required": True, "options": INSTANCE},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
Found = dict[str, instance_profiles.Instance]


class ActionModule(AwsAction):
    """The controller's side of cw_agent_instance_profile; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read all instances, refuse all that cannot be, then write what differs."""
        present = options["state"] == "present"
        found = self._found(options["instances"])
        wrong = [line for one in options["instances"] for line in self._problems(one, found)] if present else []
        if wrong:
            return self.failed("; ".join(wrong) + ". Hint: set replace, or leave the instances out.")
        return self._ensure([one for one in options["instances"] if _differs(one, found, present)], found, present)

    def _found(self, wanted: list[dict[str, Any]]) -> Found:
        targets: dict[tuple[str, str], list[str]] = {}
        for one in wanted:
            targets.setdefault((one["profile"], one["region"]), []).append(one["instance_id"])
        found: Found = {}
        for target, ids in targets.items():
            found.update(instance_profiles.instances(self.client("ec2", *target), ids))
        return found

    def _problems(self, one: Mapping[str, Any], found: Found) -> list[str]:
        prefix = f"{one['host']}: " if one["host"] else ""
        problems = instance_profiles.problems(found, {one["instance_id"]: one["instance_profile"]}, one["replace"])
        return [f"{prefix}{line}" for line in problems]

    def _ensure(self, wanted: list[dict[str, Any]], found: Found, present: bool) -> dict[str, Any]:
        before = {one["instance_id"]: found[one["instance_id"]].profile for one in wanted}
        after = {one["instance_id"]: one["instance_profile"] if present else "" for one in wanted}
        for number, one in enumerate(wanted if not self._task.check_mode else []):
            key = one["instance_id"]
            try:
                instance_profiles.ensure(self.client("ec2", one["profile"], one["region"]), key, found[key], after[key])
            except AwsError as error:
                return self.failed(str(error), changed=written(number, error))
        return {"changed": bool(wanted), "before": before, "after": after, "diff": {"before": before, "after": after} if wanted else {}}


def _differs(one: Mapping[str, Any], found: Found, present: bool) -> bool:
    """Only a profile of this very name is taken away."""
    instance = found.get(one["instance_id"])
    return instance is not None and (instance.profile == one["instance_profile"]) != present
