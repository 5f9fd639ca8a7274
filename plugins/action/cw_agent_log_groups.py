# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log groups of a plan and those that are named, for all accounts and regions in one controller task."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, NamedTuple

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import log_group_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import CLASSES, Defaults, Wanted, desired
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import listed
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import left_text, of_region, summary, written

STATE: dict[str, Any] = {"type": "str", "choices": ["present", "absent"], "default": "present"}
METRIC_FILTER: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": STATE,
    "pattern": {"type": "str"},
    "metric_name": {"type": "str"},
    "metric_namespace": {"type": "str"},
    "metric_value": {"type": "str", "default": "1"},
    "default_value": {"type": "float"},
    "dimensions": {"type": "dict"},
    "unit": {"type": "str"},
}
SUBSCRIPTION_FILTER: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": STATE,
    "pattern": {"type": "str", "default": ""},
    "destination_arn": {"type": "str"},
    "role_arn": {"type": "str"},
    "distribution": {"type": "str", "choices": ["ByLogStream", "Random"], "default": "ByLogStream"},
}
GROUP: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": STATE,
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
    "retention_in_days": {"type": "str"},
    "log_group_class": {"type": "str", "choices": list(CLASSES)},
    "kms_key_id": {"type": "str"},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
    "deletion_protection": {"type": "bool"},
    "metric_filters": {"type": "list", "elements": "dict", "options": METRIC_FILTER},
    "subscription_filters": {"type": "list", "elements": "dict", "options": SUBSCRIPTION_FILTER},
    "index_policy": {"type": "dict"},
    "data_protection_policy": {"type": "dict"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "default": {}},
    "groups": {"type": "list", "elements": "dict", "default": [], "options": GROUP},
    "retention_in_days": {"type": "str", "default": ""},
    "kms_key_ids": {"type": "list", "elements": "str", "default": []},
    "group_tags": {"type": "dict", "default": {}},
    "deletion_protection": {"type": "bool"},
}


class _Group(NamedTuple):
    """A log group of a target: what it shall be, and what is there."""

    target: Target
    wanted: Wanted
    found: changes.Found | None

    @property
    def label(self) -> str:
        return f"{'/'.join(filter(None, self.target))} {self.wanted.name}"


class ActionModule(AwsAction):
    """The controller's side of cw_agent_log_groups; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read all groups, refuse all that cannot be, then write what differs."""
        defaults = Defaults(
            options["retention_in_days"], tuple(options["kms_key_ids"]), options["group_tags"], options["deletion_protection"]
        )
        wanted = desired(options["plan"], [self.placed("logs", one, options["plan"]) for one in options["groups"]], defaults)
        groups = [one for target, named in wanted.groups.items() for one in self._read(target, list(named.values()))]
        wrong = [*_differing(groups), *(of_region(one.target, line) for one in groups for line in self._refusals(one))]
        if wrong:
            return self.failed("\n".join(wrong))
        for line in self._warnings(groups, wanted.skipped, options["retention_in_days"]):
            self._display.warning(self.mask(line))
        return self.mask({**self._ensure(groups), "skipped": wanted.skipped})

    def _logs(self, target: Target) -> Any:
        return self.client("logs", target.profile, target.region)

    def _read(self, target: Target, wanted: list[Wanted]) -> list[_Group]:
        found = log_groups.read(self._logs(target), wanted)
        return [_Group(target, one, found.get(one.name)) for one in wanted]

    def _refusals(self, group: _Group) -> Iterator[str]:
        yield from changes.problems(group.wanted, group.found)
        for line in log_groups.unknown(self._logs(group.target), changes.steps(group.wanted, group.found)):
            yield f"{group.wanted.name}: {line[0].lower()}{line[1:]}"

    def _warnings(self, groups: list[_Group], skipped: list[dict[str, str]], days: str) -> Iterator[str]:
        for one in groups:
            yield from (of_region(one.target, line) for line in changes.notes(one.wanted, one.found))
        longer = [one.label for one in groups if changes.stays_longer(one.wanted, one.found)]
        if longer:
            yield (
                f"{listed(longer)}: keeps its events for longer than {days} days, and that stays so."
                " Hint: name it in cw_agent_log_groups to shorten that."
            )
        names = sorted({one["name"] for one in skipped})
        if names:
            yield f"{listed(names)}: not made here, since only the host knows the name; the agent needs logs:CreateLogGroup for it."

    def _ensure(self, groups: list[_Group]) -> dict[str, Any]:
        entries: list[dict[str, Any]] = []
        failures: list[str] = []
        left: dict[Target, list[str]] = {}
        for one in groups:
            before, after = changes.shown(one.wanted, one.found)
            planned = changes.steps(one.wanted, one.found)
            entry = {"name": one.wanted.name, **one.target._asdict(), "changed": bool(planned), "before": before, "after": after}
            entries.append(entry)
            if self._task.check_mode or not planned:
                continue
            if one.target in left:
                left[one.target].append(one.wanted.name)
                entry.update(changed=False, after=before)
                continue
            done: list[Step] = []
            try:
                log_groups.ensure(self._logs(one.target), one.wanted, one.found, done)
            except AwsError as error:
                entry.update(changed=written(done, error), after={}, msg=str(error))  # nobody has read what it is now
                failures.append(of_region(one.target, str(error)))
                if error.code and error.code not in log_groups.OF_ONE_GROUP:
                    left[one.target] = []
        failures += [of_region(target, left_text("log group", names)) for target, names in left.items() if names]
        return summary("groups", entries, failures)


def _differing(groups: list[_Group]) -> Iterator[str]:
    """Groups that two profiles of one account reach, and that are wanted differently: each run would undo the other half."""
    first: dict[str, _Group] = {}
    for one in groups:
        if one.found is None:
            continue
        other = first.setdefault(one.found.arn, one)
        if other.wanted._replace(said={}) != one.wanted._replace(said={}):
            yield (
                f"{other.label} and {one.label} are one log group ({one.found.arn}), and are wanted differently."
                " Hint: give its hosts one cw_agent_profile."
            )
