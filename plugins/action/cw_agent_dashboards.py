# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dashboards made of a plan's configurations and of widgets by hand, for all accounts in one controller task."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import alarms, dashboards
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import ABSENT, PRESENT
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import dashboards as calls
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.delivery_roles import account
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import alarm_hosts
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import written

DASHBOARD: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
    "profile": {"type": "str", "default": ""},
    "configurations": {"type": "list", "elements": "str"},
    "widgets": {"type": "list", "elements": "dict", "default": []},
    "start": {"type": "str"},
    "period_override": {"type": "str", "choices": ["auto", "inherit"]},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "default": {}},
    "dashboards": {"type": "list", "elements": "dict", "required": True, "options": DASHBOARD},
    "alarm_prefix": {"type": "str", "default": alarms.PREFIX},
}


class ActionModule(AwsAction):
    """The controller's side of cw_agent_dashboards; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Check all bodies, read what is there, then write what differs."""
        self._limited = bool(self.variables.get("ansible_limit"))
        plan = options["plan"]
        named = dict(self._alarms(plan, self.variables, options["alarm_prefix"])) if options["dashboards"] else {}
        wanted = dashboards.desired(plan, options["dashboards"], named)
        found = [(one, calls.read(self._cloudwatch(plan, one), one.name, bool(one.tags or one.purge_tags))) for one in wanted]
        return self.mask(self._ensure(plan, found))

    def _alarms(self, plan: Mapping[str, Any], variables: Mapping[str, Any], prefix: str) -> Iterator[tuple[tuple[str, str], list[str]]]:
        """The ARNs of the alarms that the hosts ask for, by profile and region, without those that composite alarms stand for."""
        wanted = alarms.desired(plan, alarm_hosts(plan, variables), [], [], prefix).alarms
        for target, those in wanted.items():
            own = account(self.client("sts", *target))
            yield (target.profile, target.region), alarms.alarm_arns(own, target.region, those.values())

    def _cloudwatch(self, plan: Mapping[str, Any], one: dashboards.Wanted) -> Any:
        """A client of any region: dashboards belong to the whole account."""
        regions = sorted(item["region"] for item in plan.get("configurations", []) if item["profile"] == one.profile)
        return self.client("cloudwatch", one.profile, regions[0] if regions else "")

    def _ensure(self, plan: Mapping[str, Any], found: list[tuple[dashboards.Wanted, dashboards.Found | None]]) -> dict[str, Any]:
        entries: list[dict[str, Any]] = []
        failures: list[str] = []
        for asked, there in found:
            one = dashboards.kept(asked, there) if self._limited else asked
            if one is not asked and dashboards.steps(asked, there) != dashboards.steps(one, there):
                self._display.warning(
                    f"{one.name}: the dashboard keeps its widgets, since the run has a limit and knows a part of its hosts alone."
                    " Hint: run without --limit."
                )
            before, after = dashboards.shown(one, there)
            differs = bool(dashboards.steps(one, there))
            entry = {"name": one.name, "profile": one.profile, "changed": differs, "before": before, "after": after}
            entries.append(entry)
            if self._task.check_mode or not differs:
                continue
            done: list[Any] = []
            try:
                remarks = calls.ensure(self._cloudwatch(plan, one), one, there, done)
            except AwsError as error:
                entry.update(changed=written(done, error), after={}, msg=str(error))  # nobody has read what it is now
                failures.append(str(error))
                continue
            for line in remarks:
                self._display.warning(f"{one.name}: {line}")
        changed = [entry for entry in entries if entry["changed"]]
        sides = {
            side: {"/".join(filter(None, (one["profile"], one["name"]))): one[side] for one in changed} for side in ("before", "after")
        }
        result = {"changed": bool(changed), "dashboards": entries, **({"diff": sides} if changed else {})}
        return {**result, **({"failed": True, "msg": "\n".join(failures)} if failures else {})}
