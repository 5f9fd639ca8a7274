# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flow logs of all accounts and regions in one controller task, and the role that delivers them."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import delivery_roles as roles
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import flow_log_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.flow_logs import LOGS, PRESENT, Wanted, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import flow_logs
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.delivery import DeliveryRoles
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import left_text, of_region, summary, written

FLOW_LOG: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "resource_ids": {"type": "list", "elements": "str", "required": True},
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
    "traffic_type": {"type": "str", "choices": ["ALL", "ACCEPT", "REJECT"]},
    "log_group_name": {"type": "str"},
    "destination_arn": {"type": "str"},
    "role_arn": {"type": "str"},
    "log_format": {"type": "str"},
    "max_aggregation_interval": {"type": "int", "choices": [60, 600]},
    "file_format": {"type": "str", "choices": ["plain-text", "parquet"]},
    "hive_compatible_partitions": {"type": "bool"},
    "per_hour_partition": {"type": "bool"},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "flow_logs": {"type": "list", "elements": "dict", "default": [], "options": FLOW_LOG},
    "delivery_role": {"type": "str", "default": ""},
}
Planned = dict[Target, "list[changes.Change]"]


class ActionModule(AwsAction):
    """The controller's side of ec2_flow_logs; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read all flow logs, refuse all that cannot be, then write what differs."""
        self._arns: dict[str, str] = {}
        entries = [{**one, "region": one["region"] or self.region_of("ec2", one["profile"])} for one in options["flow_logs"]]
        wanted = desired(entries)
        wrong = list(roles.wrong_name(options["delivery_role"], "delivery_role"))
        planned = {target: self._changes(target, ones, wrong) for target, ones in wanted.items()}
        self._roles = DeliveryRoles(self.client, entries[0]["region"] if entries else "")
        wrong += [] if wrong else self._read_roles(planned, options["delivery_role"])
        if wrong:
            return self.failed("\n".join(wrong))
        for line in _notes(planned):
            self._display.warning(line)
        return self._ensure_all(planned)

    def _ec2(self, target: Target) -> Any:
        return self.client("ec2", *target)

    def _changes(self, target: Target, wanted: list[Wanted], wrong: list[str]) -> list[changes.Change]:
        there = flow_logs.read(self._ec2(target), sorted({one.resource for one in wanted}))
        wrong += [of_region(target, line) for one in wanted for line in changes.ambiguous(one, there)]
        return [changes.change(one, there) for one in wanted]

    def _read_roles(self, planned: Planned, name: str) -> list[str]:
        """Look at the delivery role of every account that needs it; what is wrong."""
        wrong = []
        for target, ones in planned.items():
            without = [one for one in ones if one.wanted.state == PRESENT and one.wanted.destination.kind == LOGS and not one.wanted.role]
            if name and without and target.profile not in self._arns:
                role = roles.of_flow_logs(name, self._roles.account(target.profile))
                if any(one.found is None or role.named_by(one.found.role) for one in without):
                    self._arns[target.profile] = self._roles.read(target.profile, role)
            wrong += [
                of_region(target, f"{one.wanted.said}: {one.wanted.label} needs a role. Hint: give it role_arn, or the task delivery_role.")
                for one in without
                if not name and one.kind == changes.CREATE
            ]
        return [*wrong, *self._roles.problems()]

    def _ensure_all(self, planned: Planned) -> dict[str, Any]:
        entries = {target: [self._entry(target, one) for one in ones] for target, ones in planned.items()}
        flat = [entry for of_target in entries.values() for entry in of_target]
        sides = self._roles.sides()
        if self._task.check_mode:
            return summary("flow_logs", flat, [], sides)
        try:
            self._roles.ensure()
        except AwsError as error:
            return self.failed(str(error), changed=written(self._roles.changed, error))
        failures = [line for target, ones in planned.items() for line in self._ensure(target, ones, entries[target])]
        return summary("flow_logs", flat, failures, sides)

    def _entry(self, target: Target, one: changes.Change) -> dict[str, Any]:
        before, after = changes.shown(one, self._arns.get(target.profile, ""))
        return {
            "name": " ".join((one.wanted.resource, one.wanted.traffic, one.wanted.destination.text)),
            "resource_id": one.wanted.resource,
            "traffic_type": one.wanted.traffic,
            "destination": one.wanted.destination.text,
            **target._asdict(),
            "changed": one.kind != changes.NONE,
            "before": before,
            "after": after,
            **_health(one.found),
        }

    def _ensure(self, target: Target, ones: list[changes.Change], entries: list[dict[str, Any]]) -> Iterator[str]:
        outcome = flow_logs.ensure(self._ec2(target), ones, self._arns.get(target.profile, ""))
        left = []
        for number, (one, entry) in enumerate(zip(ones, entries)):
            error = outcome.get(number)
            if one.kind != changes.NONE and number not in outcome:
                left.append(one.wanted.label)
                entry.update(changed=False, after=entry["before"])
            if error:
                changed = written(error.details.get("changed"), error)
                entry.update(changed=changed, after={} if changed else entry["before"], msg=str(error))
        yield from (of_region(target, line) for line in dict.fromkeys(str(error) for error in outcome.values() if error))
        if left:
            yield of_region(target, left_text("flow log", left))
        if any(entry["changed"] for entry in entries):
            self._look_again(target, ones, entries)

    def _look_again(self, target: Target, ones: list[changes.Change], entries: list[dict[str, Any]]) -> None:
        """The ids and the health of what was made; a failure to read them takes nothing back."""
        try:
            there = flow_logs.read(self._ec2(target), sorted({one.wanted.resource for one in ones}))
            for one, entry in zip(ones, entries):
                entry.update(_health(changes.change(one.wanted, there).found if one.wanted.state == PRESENT else None))
        except AwsError:
            self._display.warning(of_region(target, "the flow logs that were made could not be read; their ids are not in the result."))


def _health(found: changes.Found | None) -> dict[str, str]:
    return {
        "flow_log_id": found.id if found else "",
        "deliver_logs_status": found.status if found else "",
        "deliver_logs_error_message": found.error if found else "",
    }


def _notes(planned: Planned) -> Iterator[str]:
    for target, ones in planned.items():
        yield from (of_region(target, line) for one in ones for line in changes.notes(one))
