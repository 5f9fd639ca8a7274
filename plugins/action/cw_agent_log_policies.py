# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of CloudWatch Logs of all accounts and regions in one controller task."""

from __future__ import annotations

import functools
from typing import Any, Iterator, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import log_policies as rules
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.delivery_roles import Account
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.steps import Step
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import delivery_roles, log_policies
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.log_groups import unknown
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import of_region, summary, written

POLICY: dict[str, dict[str, Any]] = {
    "type": {"type": "str", "choices": list(rules.TYPES), "required": True},
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "region": {"type": "str", "default": ""},
    "profile": {"type": "str", "default": ""},
    "document": {"type": "raw"},
    "log_group_name": {"type": "str", "default": ""},
    "selection_criteria": {"type": "str"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {"policies": {"type": "list", "elements": "dict", "default": [], "options": POLICY}}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_log_policies; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read all policies, refuse all that cannot be, then write what differs."""
        self._account = functools.lru_cache(maxsize=None)(self._asked)
        wanted = rules.desired([{**one, "region": one["region"] or self.region_of("logs", one["profile"])} for one in options["policies"]])
        there = {target: self._read(target, ones) for target, ones in wanted.items()}
        wrong = [line for target, ones in wanted.items() for line in self._refusals(target, ones, there[target])]
        if wrong:
            return self.failed("\n".join(wrong))
        entries, failures = [], []
        for target, ones in wanted.items():
            for one in sorted(ones, key=lambda other: other.state == rules.PRESENT):  # removals first: AWS counts
                entries.append(_entry(target, one, there[target], self._steps(target, one, there[target])))
                failures += [] if self._task.check_mode else self._ensure(target, one, there[target], entries[-1])
        return summary("policies", entries, failures)

    def _asked(self, target: Target) -> Account:
        return delivery_roles.account(self.client("sts", *target))

    def _arn(self, target: Target, log_group: str) -> str:
        if not log_group:
            return ""
        account = self._account(target)
        return f"arn:{account.partition}:logs:{target.region}:{account.number}:log-group:{log_group}"

    def _read(self, target: Target, wanted: list[rules.Wanted]) -> list[rules.Found]:
        arns = sorted({self._arn(target, one.log_group) for one in wanted if one.log_group})
        return log_policies.read(self.client("logs", *target), wanted, arns)

    def _steps(self, target: Target, one: rules.Wanted, there: list[rules.Found]) -> list[Step]:
        return rules.steps(one, there, self._arn(target, one.log_group))

    def _refusals(self, target: Target, wanted: list[rules.Wanted], there: list[rules.Found]) -> Iterator[str]:
        yield from (of_region(target, line) for line in rules.problems(wanted, there))
        for one in wanted:
            for line in unknown(self.client("logs", *target), self._steps(target, one, there)):
                yield of_region(target, f"{one.said}: {line}")

    def _ensure(self, target: Target, one: rules.Wanted, there: list[rules.Found], entry: dict[str, Any]) -> list[str]:
        try:
            log_policies.ensure(self.client("logs", *target), one.label, self._steps(target, one, there))
        except AwsError as error:
            entry.update(changed=written(None, error), after={}, msg=str(error))  # nobody has read what it is now
            return [of_region(target, str(error))]
        return []


def _entry(target: Target, one: rules.Wanted, there: list[rules.Found], steps: list[Step]) -> dict[str, Any]:
    before, after = rules.shown(one, there)
    name = " ".join(filter(None, (one.kind, one.name, one.log_group)))
    return {"name": name, **target._asdict(), "changed": bool(steps), "before": before, "after": after}
