# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms of a plan's hosts and those that are named, for all accounts and regions in one controller task."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._account import alarm_changes as changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account import alarms, log_group_changes
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_costs import forecast
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.alarm_patterns import PATTERNS
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import ABSENT, PRESENT, Defaults
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import Wanted as Group
from ansible_collections.cloudwatch.agent.plugins.module_utils._account.log_groups import desired as desired_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws import alarm_settings, log_groups
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.delivery_roles import account
from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import listed
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.aws import AwsAction
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.hosts import alarm_hosts
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.results import written

WHERE: dict[str, dict[str, Any]] = {"region": {"type": "str", "default": ""}, "profile": {"type": "str", "default": ""}}
ACTIONS: dict[str, Any] = {"type": "list", "elements": "str"}
ALARM: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
    **WHERE,
    "description": {"type": "str"},
    "actions_enabled": {"type": "bool"},
    "alarm_actions": ACTIONS,
    "ok_actions": ACTIONS,
    "insufficient_data_actions": ACTIONS,
    "notify": {"type": "bool"},
    "namespace": {"type": "str"},
    "metric_name": {"type": "str"},
    "dimensions": {"type": "dict"},
    "statistic": {"type": "str", "choices": ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]},
    "extended_statistic": {"type": "str"},
    "period": {"type": "int"},
    "unit": {"type": "str"},
    "metrics": {"type": "list", "elements": "dict"},
    "evaluation_periods": {"type": "int"},
    "datapoints_to_alarm": {"type": "int"},
    "threshold": {"type": "float"},
    "comparison": {"type": "str", "choices": list(changes.COMPARISONS)},
    "treat_missing_data": {"type": "str", "choices": list(changes.TREATMENTS)},
    "rule": {"type": "str"},
    "suppressor": {"type": "str"},
    "suppressor_wait_seconds": {"type": "int"},
    "suppressor_extension_seconds": {"type": "int"},
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": False},
}
LOG_PATTERN: dict[str, dict[str, Any]] = {
    "log_group": {"type": "str", "required": True},
    "patterns": {"type": "list", "elements": "str", "choices": list(PATTERNS), "required": True},
    **WHERE,
    "threshold": {"type": "float"},
    "period": {"type": "int"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "plan": {"type": "dict", "default": {}},
    "alarms": {"type": "list", "elements": "dict", "default": [], "options": ALARM},
    "log_patterns": {"type": "list", "elements": "dict", "default": [], "options": LOG_PATTERN},
    "topics": {"type": "list", "elements": "str", "default": []},
    "prefix": {"type": "str", "default": alarms.PREFIX},
    "alarm_tags": {"type": "dict", "default": {}},
    "prices": {"type": "dict", "default": {}},
}


class _Change(NamedTuple):
    """Something of a target that is as it shall be, or will be.

    ``make``: makes it so, and adds what it has done to the list. ``problems``: why it cannot be. ``missing``: that it is not there, and is
    not made here. ``request``: the arguments of an alarm that there will be.
    """

    kind: str
    name: str
    target: Target
    before: dict[str, Any]
    after: dict[str, Any]
    differs: bool
    make: Callable[[list[Any]], Any]
    problems: Sequence[str] = ()
    missing: str = ""
    request: Mapping[str, Any] | None = None


class ActionModule(AwsAction):
    """The controller's side of cw_agent_alarms; no host is contacted."""

    _supports_diff = True
    arguments = ARGUMENTS

    def perform(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Read everything, refuse all that cannot be, then write what differs."""
        self._limited = bool(self.variables.get("ansible_limit"))
        plan = options["plan"]
        wrong: list[str] = list(alarms.wrong_topics(options["topics"], options["alarms"]))
        hosts = alarm_hosts(plan, self.variables)
        named, patterns = ([self.placed("cloudwatch", one, plan) for one in options[key]] for key in ("alarms", "log_patterns"))
        wanted = alarms.desired(plan, hosts, named, patterns, options["prefix"])
        counting = any(one.filter for those in wanted.alarms.values() for one in those.values())
        planned = desired_groups(plan, [], Defaults()).groups if counting else {}
        found: list[_Change] = []
        for target, those in wanted.alarms.items():
            topics = list(self._topics(target, options["topics"])) if not wrong else []
            filters = list(self._filters(target, those.values(), planned.get(target, {})))
            # In check mode an earlier task of the play has not made its log group yet.
            (wanted.notes if self._task.check_mode else wrong).extend(one.missing for one in filters if one.missing)
            wrong += [line for one in filters for line in one.problems]
            made = list(self._alarms(target, those.values(), options)) if not wrong else []
            wrong += [line for one in made for line in one.problems]
            found += [*topics, *filters, *made]
        if wrong:
            return self.failed("\n".join(wrong))
        for line in wanted.notes:
            self._display.warning(self.mask(line))
        return self.mask({**self._ensure(found), "forecast": forecast([one.request for one in found if one.request], options["prices"])})

    def _arns(self, target: Target, topics: list[str]) -> Iterator[tuple[str, str]]:
        """ARN and name of each topic of a target, the name '' where an ARN was given."""
        for one in alarms.topics_of(topics, target):
            is_arn = one.startswith("arn:")
            yield (one, "") if is_arn else (alarms.topic_arn(account(self.client("sts", *target)), target.region, one), one)

    def _topics(self, target: Target, topics: list[str]) -> Iterator[_Change]:
        """The topics that are named: made where they are missing, and never changed. Nobody asks whether one is there that has an ARN."""
        sns = self.client("sns", *target)
        for arn, name in self._arns(target, [one for one in topics if not one.startswith("arn:")]):
            there = alarm_settings.topic_exists(sns, arn)
            before, after = ({"state": PRESENT if one else ABSENT} for one in (there, True))
            yield _Change("topic", name, target, before, after, not there, partial(_create_topic, sns, name))

    def _filters(self, target: Target, wanted: Iterable[alarms.Wanted], planned: Mapping[str, Group]) -> Iterator[_Change]:
        """The metric filters that alarms count by. *planned*: the log groups that another task makes, by name."""
        groups, made = alarms.filtered(wanted)
        logs = self.client("logs", *target)
        there = log_groups.read(logs, groups) if groups else {}
        for group in groups:
            found = there.get(group.name)
            one = group if found else planned.get(group.name, group)._replace(metric_filters=group.metric_filters)
            problems = [f"{target.region}: {line}" for line in log_group_changes.problems(one, found)]
            missing = ""
            if found is None and group.name not in made:
                missing = f"{target.region}: {group.name}: there is no such log group. Hint: correct the name, or make it first."
            before, after = log_group_changes.shown(one, found)
            differs, make = bool(log_group_changes.steps(one, found)), partial(log_groups.ensure, logs, one, found)
            yield _Change("log_group", one.name, target, before, after, differs, make, problems, missing)

    def _alarms(self, target: Target, wanted: Iterable[alarms.Wanted], options: Mapping[str, Any]) -> Iterator[_Change]:
        """The alarms in the order in which they can be written."""
        client = self.client("cloudwatch", *target)
        arns = [arn for arn, _name in self._arns(target, options["topics"])]
        named = [alarms.completed(one, arns, options["alarm_tags"]) for one in wanted]
        found = alarm_settings.read(client, named)
        gone = {one.name for one in named if one.state != PRESENT}
        if self._limited:
            named = [changes.widened(one, found.get(one.name), gone) for one in named]
        names = {one.name for one in named if one.state == PRESENT}
        requests = {one.name: changes.request(one, found.get(one.name)) for one in named if one.state == PRESENT}
        others = {child for one in requests.values() for child in changes.children(str(one.get(alarms.COMPOSITE_RULE) or ""))} - names
        names |= alarm_settings.existing(client, others - gone) if others - gone else set()
        for one in changes.in_order(named, found):
            there = found.get(one.name)
            lines = changes.problems(one, there, names, target.region)
            problems = [f"{target.region}: {one.name} ({one.said}): {line}" for line in lines]
            before, after = changes.shown(one, there)
            differs, make = bool(changes.steps(one, there)), partial(alarm_settings.ensure, client, one, there)
            yield _Change("alarm", one.name, target, before, after, differs, make, problems, request=requests.get(one.name))

    def _ensure(self, found: Iterable[_Change]) -> dict[str, Any]:
        entries: list[dict[str, Any]] = []
        failures: list[str] = []
        left: dict[Target, list[str]] = {}
        for one in found:
            entry = {"kind": one.kind, "name": one.name, **one.target._asdict(), "changed": one.differs}
            entry |= {"before": one.before, "after": one.after}
            entries.append(entry)
            if self._task.check_mode or not one.differs:
                continue
            if one.target in left:
                left[one.target].append(one.name)
                entry.update(changed=False, after=one.before)
                continue
            done: list[Any] = []
            try:
                one.make(done)
            except AwsError as error:
                entry.update(changed=written(done, error), after={}, msg=str(error))  # nobody has read what it is now
                failures.append(f"{one.target.region}: {error}")
                if error.code and error.code not in alarm_settings.OF_ONE_ALARM:
                    left[one.target] = []
        for target, names in left.items():
            if names:
                text = f"{listed(names)} {'was' if len(names) == 1 else 'were'} left. Hint: run again; what is done is not done twice."
                failures.append(f"{target.region}: {text}")
        return {**_summary(entries), **({"failed": True, "msg": "\n".join(failures)} if failures else {})}


def _create_topic(sns: Any, name: str, done: list[Any]) -> None:
    done.append(alarm_settings.create_topic(sns, name))


def _summary(entries: list[dict[str, Any]]) -> dict[str, Any]:
    changed = [entry for entry in entries if entry["changed"]]
    names = ["/".join(filter(None, (entry["profile"], entry["region"], entry["kind"], entry["name"].lstrip("/")))) for entry in changed]
    sides = {side: {name: entry[side] for name, entry in zip(names, changed)} for side in ("before", "after")}
    found = {f"{kind}s": [_without(entry) for entry in entries if entry["kind"] == kind] for kind in ("alarm", "log_group", "topic")}
    return {"changed": bool(changed), **found, **({"diff": sides} if changed else {})}


def _without(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "kind"}
