# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alarms that an account shall have: made of what the plan's configurations collect, and of what is named by hand. Pure."""

from __future__ import annotations

import json
import re
from typing import Any, Collection, Iterable, Iterator, Mapping, NamedTuple

from .._config.collected import HOST, INSTANCE, Collected, collected
from .._config.errors import ConfigError
from .._config.log_groups import config_log_groups
from .._config.subject import Subject
from .._config.words import listed
from .._release.publications import Target
from . import alarm_kinds as kinds
from . import alarm_metrics
from .alarm_patterns import PATTERNS
from .delivery_roles import Account
from .log_groups import ABSENT, PRESENT, STANDARD
from .log_groups import Wanted as Group
from .steps import texts, wrong_tags

VARIABLE = "cw_agent_alarms"
PREFIX = "cw-agent-"
LOG_METRICS = "LogMetrics"
"""The namespace of the metrics of metric filters that alarms are made of."""
QUERIES = 200
"""Alarms on queries of Metrics Insights in a region."""
CHILDREN = 100
"""Alarms in the rule of a composite alarm."""
COMPOSITE_RULE = "AlarmRule"


_TOPIC = re.compile(r"[\w-]{1,256}", re.ASCII)
_ARN = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d{12}:[\w.-]+", re.ASCII)


class Filter(NamedTuple):
    """A metric filter that an alarm counts by. ``made``: whether the group is one of a configuration, and may be made for it."""

    group: str
    entry: Mapping[str, Any]
    made: bool


class Wanted(NamedTuple):
    """What an alarm shall be. ``named``: the properties that somebody names, as AWS calls them; others stay as they are; None: removed.

    ``notified``: whether the topics of the run hear of it; ``said``: where it is said; ``members``: the alarms of hosts that its rule is
    made of.
    """

    name: str
    state: str = PRESENT
    named: Mapping[str, Any] = {}
    tags: Mapping[str, str] = {}
    purge_tags: bool = False
    notified: bool = True
    filter: Filter | None = None
    said: str = ""
    members: tuple[str, ...] = ()

    @property
    def composite(self) -> bool:
        return COMPOSITE_RULE in self.named


class Host(NamedTuple):
    """What the inventory says of a host. ``settings``: its cw_agent_alarms; ``instance``: its instance id, ``name``: its host name."""

    settings: Mapping[str, Any]
    instance: str = ""
    name: str = ""


class Desired(NamedTuple):
    """By target the alarms by name, and ``notes``: sentences about hosts and kinds for which none can be made."""

    alarms: dict[Target, dict[str, Wanted]]
    notes: list[str]


def desired(
    plan: Mapping[str, Any],
    hosts: Mapping[str, Host],
    entries: Iterable[Mapping[str, Any]],
    patterns: Iterable[Mapping[str, Any]],
    prefix: str = PREFIX,
) -> Desired:
    """The alarms of *plan*'s hosts, those of *patterns* of log groups, and *entries*: as the module documents them.

    Raises:
        ConfigError: everything that cannot be or that contradicts itself, one sentence a line.
    """
    wrong = [f"{host}: {VARIABLE}: {line}" for host, line in _wrong_settings(hosts)]
    _refuse(wrong)
    found: dict[Target, dict[str, Wanted]] = {Target(item["profile"], item["region"]): {} for item in plan.get("configurations", [])}
    notes: list[str] = []
    for item in plan.get("configurations", []):
        target = Target(item["profile"], item["region"])
        for one in _Maker(item, hosts, prefix, notes, wrong).alarms():
            _add(found[target], one, wrong)
    for index, entry in enumerate(patterns):
        where = f"{VARIABLE}_log_patterns[{index}]"
        for target in _targets(entry, entry["log_group"], where, found, wrong):
            for one in _of_patterns(entry, where, prefix, wrong):
                _add(found.setdefault(target, {}), one, wrong)
    for index, entry in enumerate(entries):
        where = f"{VARIABLE}_named[{index}]"
        for target in _targets(entry, entry["name"], where, found, wrong):
            _merge(found.setdefault(target, {}), entry, where, wrong)
    _refuse(wrong)
    notes += _too_many_queries(found)
    return Desired({target: dict(sorted(named.items())) for target, named in found.items() if named}, list(dict.fromkeys(notes)))


def _too_many_queries(found: Mapping[Target, Mapping[str, Wanted]]) -> Iterator[str]:
    for target, named in found.items():
        count = sum(1 for one in named.values() for entry in one.named.get("Metrics") or [] if kinds.is_query(entry))
        if count > QUERIES:
            yield (
                f"{target.region}: {count} alarms are on queries, and CloudWatch has {QUERIES} in a region, unless more were granted."
                " Hint: leave per_host out, or add [InstanceId] to aggregation_dimensions."
            )


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise ConfigError("\n".join(dict.fromkeys(wrong)))


def _wrong_settings(hosts: Mapping[str, Host]) -> Iterator[tuple[str, str]]:
    for name, host in hosts.items():
        if not isinstance(host.settings, Mapping):
            yield name, f"it is {host.settings!r}. Hint: a mapping of kinds, such as memory: {{threshold: 95}}."
            continue
        for kind, given in host.settings.items():
            yield from ((name, line) for line in kinds.wrong(str(kind), given))


def _add(alarms: dict[str, Wanted], one: Wanted, wrong: list[str]) -> None:
    """Add an alarm; two that have one name must be one alarm."""
    known = alarms.setdefault(one.name, one)
    if known.named != one.named or known.filter != one.filter:
        wrong.append(
            f"{one.name} is wanted in two ways, by {known.said} and by {one.said}, and its query cannot tell their hosts apart."
            " Hint: make the settings equal, set per_host: true for one of them, tell them apart by where and a dimension of the agent's"
            " append_dimensions, or give one a namespace of its own."
        )


class _Maker:
    """Makes the alarms of a configuration; ``notes`` and ``wrong`` get what is to be said of it."""

    def __init__(self, item: Mapping[str, Any], hosts: Mapping[str, Host], prefix: str, notes: list[str], wrong: list[str]) -> None:
        self._name = item["name"]
        self._hosts = {name: hosts[name] for name in item["hosts"] if name in hosts}
        self._prefix, self._notes, self._wrong = prefix, notes, wrong
        self._subject = Subject(item["configuration"], item["build"], item["platform"], item["mode"])
        self._collected = list(collected(self._subject))

    def alarms(self) -> Iterator[Wanted]:
        """Those of each kind, for each set of settings that hosts have."""
        for kind in kinds.DEFAULTS:
            for settings, names in self._by_settings(kind):
                if kind == kinds.LOG_ERRORS:
                    yield from self._of_logs(settings, names)
                elif kind == kinds.SILENT:
                    yield from self._of_silence(settings, names)
                else:
                    yield from self._of_kind(kind, settings, names)

    def _by_settings(self, kind: str) -> list[tuple[dict[str, Any], list[str]]]:
        """The settings of a kind, and the hosts that have them."""
        found: dict[str, tuple[dict[str, Any], list[str]]] = {}
        for name, host in self._hosts.items():
            settings = kinds.settled(kind, host.settings[kind]) if kind in host.settings else None
            if settings is not None:
                found.setdefault(json.dumps(settings, sort_keys=True, default=str), (settings, []))[1].append(name)
        return list(found.values())

    def _of_kind(self, kind: str, settings: Mapping[str, Any], names: list[str]) -> Iterator[Wanted]:
        """One alarm for all hosts, or one for each."""
        chosen = kinds.source(kind, self._collected)
        if chosen is None:
            self._notes.append(f"{self._name}: it collects nothing that the alarm {kind} could be made of.")
            return
        metric, meant = chosen
        own = {str(label): str(value) for label, value in (settings.get("where") or {}).items()}
        unknown = sorted(label for label in own if not any(label in labels for labels in metric.labels))
        if unknown:
            self._wrong.append(
                f"{names[0]}: {VARIABLE}.{kind}.where has {unknown[0]}, and {self._name} sends {metric.name} without such a dimension."
                " Hint: add it to the append_dimensions of the plugin."
            )
        key = metric.key(*meant.group)
        if not key:
            self._notes.append(
                f"{self._name}: {metric.name} has no dimension that tells hosts apart. Hint: append the dimension InstanceId."
            )
            return
        where = [*meant.where, *((label, "=", value) for label, value in own.items())]
        function, comparison = ("MIN", kinds.LESS) if meant.free else ("MAX", kinds.GREATER)
        threshold = 100 - settings["threshold"] if meant.free else settings["threshold"]
        seconds = kinds.period(settings, metric)
        text = f"{metric.name} {'below' if meant.free else 'above'} {threshold:g}"
        words = [word for word, said in (("windows", meant.windows), ("by-host", key == HOST)) if said]
        base = "-".join([f"{self._prefix}{metric.namespace}", kind, *words, *own.values()])
        if not settings["per_host"]:
            query = kinds.query(function, metric, (key, *meant.group), where)
            named = _named(settings, comparison, threshold, _metrics(query, seconds), text)
            yield Wanted(base, named=named, said=f"{self._name} ({names[0]})")
            return
        for name, value in self._identities(key, names):
            query = kinds.query(function, metric, meant.group, [*where, (key, "=", value)])
            alone = _alone(metric, key, value, "Minimum" if meant.free else "Maximum", seconds) if not (meant.group or where) else {}
            named = _named(settings, comparison, threshold, alone or _metrics(query, seconds), f"{text} on {name}")
            yield Wanted(f"{base}-{name}", named=named, said=f"{self._name} ({name})")

    def _of_silence(self, settings: Mapping[str, Any], names: list[str]) -> Iterator[Wanted]:
        """An alarm for each host that no value comes from, and one for all of them, of which the topics hear."""
        metric = kinds.heartbeat(self._collected)
        if metric is None:
            self._notes.append(f"{self._name}: it collects no metric whose absence says that an agent is silent.")
            return
        key, seconds = metric.key(), kinds.period(settings, metric)
        minutes = settings["evaluation_periods"] * seconds // kinds.MINUTE
        children = []
        for name, value in self._identities(key, names):
            text = f"Nothing arrives of {name}: no {metric.name} for {minutes} minutes"
            query = kinds.query("COUNT", metric, (), [(key, "=", value)])
            counted = _alone(metric, key, value, "SampleCount", seconds) or _metrics(query, seconds)
            named = _named(settings, kinds.LESS, 1, counted, text)
            children.append(f"{self._prefix}{kinds.SILENT}-{name}")
            yield Wanted(children[-1], named=named, notified=False, said=f"{self._name} ({name})")
        for number, start in enumerate(range(0, len(children), CHILDREN)):
            members = tuple(children[start : start + CHILDREN])
            label = f"{self._prefix}{kinds.SILENT}-{self._name}{f'-{number + 1}' if number else ''}"
            text = settings.get("description") or f"Agents with the configuration {self._name} are silent"
            named = {COMPOSITE_RULE: any_of(members), "AlarmDescription": text}
            yield Wanted(label, named=named, said=f"{self._name} ({names[0]})", members=members)

    def _identities(self, key: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Each host with the value of its dimension *key*."""
        for name in names:
            host = self._hosts[name]
            value = host.instance if key == INSTANCE else host.name or name
            if value:
                yield name, value
            else:
                self._notes.append(f"{name}: its instance id is not known, so that it has no alarm of its own. Hint: set instance_id.")

    def _of_logs(self, settings: Mapping[str, Any], names: list[str]) -> Iterator[Wanted]:
        """An alarm for each log group, by a metric filter that counts its lines with errors."""
        groups = [group for group in config_log_groups(self._subject) if group["log_group_name"]]
        if not groups:
            self._notes.append(f"{self._name}: it collects nothing that the alarm {kinds.LOG_ERRORS} could be made of.")
        asked = settings.get("log_groups")
        if groups and asked and not set(asked) & {group["log_group_name"] for group in groups}:
            self._notes.append(f"{self._name}: it writes to none of {listed(asked)}, so that {kinds.LOG_ERRORS} makes no alarm for it.")
        for group in groups:
            name, log_class = group["log_group_name"], group["log_group_class"]
            if settings.get("log_groups") and name not in settings["log_groups"]:
                continue
            if "{" in name:
                self._notes.append(f"{self._name}: each host fills in the name of {name}, which has no alarm.")
                continue
            if log_class != STANDARD:
                self._notes.append(f"{self._name}: {name} has the class {log_class}, which has no metric filters and no alarm.")
                continue
            counter = Filter(name, counting(f"{self._prefix}errors", settings["pattern"], f"{name} errors"), True)
            said = f"{self._name} ({names[0]})"
            yield _of_filter(f"{self._prefix}errors-{name}", counter, settings, f"Lines with errors in {name}", said)


def _alone(metric: Collected, key: str, value: str, statistic: str, seconds: int) -> dict[str, Any]:
    """A host's metric without any other dimension; nothing where it is not sent like that."""
    if frozenset((key,)) not in metric.labels:
        return {}
    dimensions = [{"Name": key, "Value": value}]
    return {"MetricName": metric.name, "Namespace": metric.namespace, "Dimensions": dimensions, "Statistic": statistic, "Period": seconds}


def _metrics(query: str, seconds: int) -> dict[str, Any]:
    return {"Metrics": [{"Id": "q1", "Expression": query, "Period": seconds, "ReturnData": True}]}


def _named(settings: Mapping[str, Any], comparison: str, threshold: float, metric: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The properties of a metric alarm, all that AWS asks for."""
    return {
        **metric,
        "AlarmDescription": settings.get("description") or text,
        "ComparisonOperator": comparison,
        "Threshold": float(threshold),
        "EvaluationPeriods": settings["evaluation_periods"],
        "DatapointsToAlarm": settings.get("datapoints_to_alarm") or settings["evaluation_periods"],
        "TreatMissingData": settings["treat_missing_data"],
    }


def any_of(names: Iterable[str]) -> str:
    """The rule of a composite alarm that goes off with any of others."""
    return " OR ".join(f'ALARM("{name}")' for name in names)


def counting(name: str, pattern: str, metric: str) -> dict[str, Any]:
    """A metric filter that counts the events of a pattern, as the entries of log groups have it."""
    counted = {"metric_name": metric, "metric_namespace": LOG_METRICS, "metric_value": "1", "default_value": 0.0}
    return {"name": name, "state": PRESENT, "pattern": pattern, **counted, "dimensions": None, "unit": None}


def _of_filter(name: str, counter: Filter, settings: Mapping[str, Any], text: str, said: str) -> Wanted:
    metric = {"MetricName": counter.entry["metric_name"], "Namespace": LOG_METRICS, "Dimensions": []}
    metric |= {"Statistic": "Sum", "Period": settings["period"]}
    return Wanted(name, named=_named(settings, kinds.AT_LEAST, settings["threshold"], metric, text), filter=counter, said=said)


def _of_patterns(entry: Mapping[str, Any], where: str, prefix: str, wrong: list[str]) -> Iterator[Wanted]:
    """The alarms of well-known patterns of a log group."""
    for name in entry["patterns"]:
        known = PATTERNS.get(name)
        if known is None:
            wrong.append(f"{where}.patterns has {name!r}, which is not known. Hint: the patterns are {', '.join(PATTERNS)}.")
            continue
        settings = {**kinds.DEFAULTS[kinds.LOG_ERRORS], "threshold": known.threshold}
        settings |= {key: entry[key] for key in ("threshold", "period") if entry.get(key) is not None}
        group = entry["log_group"]
        counter = Filter(group, counting(f"{prefix}{name}", known.pattern, f"{group} {name}"), False)
        yield _of_filter(f"{prefix}{name}-{group}", counter, settings, known.text, where)


def _targets(
    entry: Mapping[str, Any], name: str, where: str, known: Mapping[Target, Mapping[str, Wanted]], wrong: list[str]
) -> list[Target]:
    """Where something that is named by hand is meant: where an alarm has its name, else the only target there can be."""
    profile, region = entry["profile"], entry["region"]
    fitting = [target for target in known if profile in ("", target.profile) and region in ("", target.region)]
    having = [target for target in fitting if name in known[target]]
    if having or len(fitting) == 1:
        return having or fitting
    if not fitting and region:
        return [Target(profile, region)]
    wrong.append(f"{where} ({name}): nothing says in which region it belongs. Hint: give it region, and profile where accounts differ.")
    return []


PROPERTIES = {
    "description": "AlarmDescription",
    "actions_enabled": "ActionsEnabled",
    "alarm_actions": "AlarmActions",
    "ok_actions": "OKActions",
    "insufficient_data_actions": "InsufficientDataActions",
    "metric_name": "MetricName",
    "namespace": "Namespace",
    "statistic": "Statistic",
    "extended_statistic": "ExtendedStatistic",
    "period": "Period",
    "unit": "Unit",
    "metrics": "Metrics",
    "evaluation_periods": "EvaluationPeriods",
    "datapoints_to_alarm": "DatapointsToAlarm",
    "threshold": "Threshold",
    "comparison": "ComparisonOperator",
    "treat_missing_data": "TreatMissingData",
    "rule": COMPOSITE_RULE,
    "suppressor": "ActionsSuppressor",
    "suppressor_wait_seconds": "ActionsSuppressorWaitPeriod",
    "suppressor_extension_seconds": "ActionsSuppressorExtensionPeriod",
}
"""The options of an alarm that is named by hand, and what AWS calls them."""


def _merge(alarms: dict[str, Wanted], entry: Mapping[str, Any], where: str, wrong: list[str]) -> None:
    """What an entry names wins over what the configurations say of an alarm."""
    known = alarms.get(entry["name"], Wanted(entry["name"], notified=False))
    if known.said.startswith(f"{VARIABLE}_named"):
        wrong.append(f"{where} ({entry['name']}): {known.said} names the same alarm. Hint: make one entry of them.")
        return
    given = {aws: entry[option] for option, aws in PROPERTIES.items() if entry.get(option) is not None}
    if entry.get("dimensions") is not None:
        given["Dimensions"] = [{"Name": str(key), "Value": str(value)} for key, value in sorted(entry["dimensions"].items())]
    wrong += wrong_tags(entry.get("tags") or {}, f"{where} ({entry['name']}) tags")
    wrong += alarm_metrics.wrong(entry.get("metrics") or (), f"{where} ({entry['name']})")
    alarms[entry["name"]] = known._replace(
        state=entry["state"],
        named={**known.named, **given},
        notified=known.notified if entry.get("notify") is None else bool(entry["notify"]),
        tags=texts(entry.get("tags") or {}),
        purge_tags=bool(entry.get("purge_tags")),
        filter=None if entry["state"] == ABSENT else known.filter,
        said=where,
        members=() if COMPOSITE_RULE in given else known.members,
    )


def completed(alarm: Wanted, topics: list[str], tags: Mapping[str, Any]) -> Wanted:
    """The alarm with what holds for all: tags, and the topics of its target where it is to notify them and names no actions of its own."""
    actions = {"AlarmActions": topics, "OKActions": topics} if topics and alarm.notified and alarm.state == PRESENT else {}
    return alarm._replace(named={**actions, **alarm.named}, tags={**texts(tags), **alarm.tags})


def filtered(alarms: Iterable[Wanted]) -> tuple[list[Group], set[str]]:
    """The log groups of alarms that count by metric filters, with these filters, and the names of those that may be made for it."""
    entries: dict[str, list[Mapping[str, Any]]] = {}
    made = set()
    for one in alarms:
        if one.filter is None:
            continue
        known = entries.setdefault(one.filter.group, [])
        known += [one.filter.entry] if one.filter.entry not in known else []
        if one.filter.made:
            made.add(one.filter.group)
    return [Group(name, metric_filters=tuple(found)) for name, found in entries.items()], made


def topic_arn(account: Account, region: str, name: str) -> str:
    """The ARN that a topic of this name has."""
    return f"arn:{account.partition}:sns:{region}:{account.number}:{name}"


def alarm_arns(account: Account, region: str, alarms: Iterable[Wanted]) -> list[str]:
    """The ARNs of alarms, without those that composite alarms stand for."""
    return [f"arn:{account.partition}:cloudwatch:{region}:{account.number}:alarm:{one.name}" for one in alarms if one.notified]


def wrong_topics(topics: Collection[str], entries: Iterable[Mapping[str, Any]] = ()) -> Iterator[str]:
    """What cannot be of topics, each an ARN or a name. ``entries``: alarms by name, which may be to notify topics where there are none."""
    for entry in entries:
        if entry.get("notify") and not topics:
            yield f"{VARIABLE}_named ({entry['name']}): notify is true, and there is no topic. Hint: set {VARIABLE}_topics."
    for one in topics:
        if not (_ARN if one.startswith("arn:") else _TOPIC).fullmatch(one):
            yield f"{VARIABLE}_topics has {one!r}. Hint: a name of 1 to 256 letters, digits, - and _, or the ARN of a topic of SNS."


def topics_of(topics: Iterable[str], target: Target) -> list[str]:
    """The topics that alarms of a target notify: names, which every region has, and ARNs of its own region.

    Raises:
        ConfigError: there are topics, and none for this region.
    """
    given = list(topics)
    found = [one for one in given if not one.startswith("arn:") or one.split(":")[3] == target.region]
    if given and not found:
        raise ConfigError(
            f"{VARIABLE}_topics has no topic of {target.region}, where alarms are. Hint: add an ARN of it, or a name for all regions."
        )
    return found
