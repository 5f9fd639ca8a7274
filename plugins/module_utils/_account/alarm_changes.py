# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between an alarm as it is and as it shall be: refusals, steps of the API, and both sides for a diff. Pure.

PutMetricAlarm and PutCompositeAlarm replace everything of an alarm, so a request holds what is there as well as what is named.
"""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .alarm_kinds import is_query
from .alarms import COMPOSITE_RULE, Wanted, any_of
from .log_groups import ABSENT, TAGS
from .steps import Step, aws_tags, retagging, tags_after

NAME, RULE, CHILDREN, DESCRIPTION, ACTIONS, METRICS = 255, 10_240, 100, 1_024, 5, 10
DAY, HOUR, INSIGHTS = 86_400, 3_600, 3
SHORT = (10, 20, 30)
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
COMPARISONS = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
)
OF_STATES = ("AlarmActions", "OKActions", "InsufficientDataActions")
_ONE_METRIC = (
    "MetricName",
    "Namespace",
    "Dimensions",
    "Period",
    "Statistic",
    "ExtendedStatistic",
    "Unit",
    "EvaluateLowSampleCountPercentile",
)
_EXPRESSIONS = ("Metrics", "ThresholdMetricId")
_PROMETHEUS = ("EvaluationCriteria", "EvaluationInterval")
_EC2_ACTIONS = ("arn:aws:automate:", "arn:aws:swf:")
_ID = re.compile(r"[a-z]\w{0,254}", re.ASCII)
_NAMED_BY_RULE = re.compile(r'(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|([^()"\s]+))\s*\)')
_NUMBERS = ("Threshold",)


class Found(NamedTuple):
    """An alarm as DescribeAlarms has it. ``properties``: those that its Put operation takes; ``tags``: read where they are wanted."""

    arn: str
    composite: bool
    properties: Mapping[str, Any]
    tags: Mapping[str, str] = {}


def request(wanted: Wanted, found: Found | None) -> dict[str, Any]:
    """The arguments of the Put operation: what is there, what is named over it, and nothing that contradicts what is named."""
    named = dict(wanted.named)
    base = dict(found.properties) if found else {}
    for mine, others in (
        (_ONE_METRIC[:2], (*_EXPRESSIONS, *_PROMETHEUS)),
        (_EXPRESSIONS[:1], (*_ONE_METRIC, *_PROMETHEUS)),
        (("Statistic",), ("ExtendedStatistic",)),
        (("ExtendedStatistic",), ("Statistic",)),
    ):
        if any(named.get(key) is not None for key in mine):
            base = {key: value for key, value in base.items() if key not in others}
    merged = {**base, **named, "AlarmName": wanted.name}
    return {key: value for key, value in merged.items() if value not in (None, "") and (value != [] or key in OF_STATES)}


def shape(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of an alarm with one spelling for what means the same: defaults, orders, numbers."""
    found: dict[str, Any] = {}
    for key, value in properties.items():
        if value in (None, "", []) or key == "AlarmName":
            continue
        found[key] = (
            sorted(value)
            if key in OF_STATES
            else _dimensions(value)
            if key == "Dimensions"
            else sorted((_entry(one) for one in value), key=lambda one: str(one.get("Id")))
            if key == "Metrics"
            else float(value)
            if key in _NUMBERS
            else value
        )
    found.setdefault("ActionsEnabled", True)
    if COMPOSITE_RULE not in found:
        found.setdefault("TreatMissingData", "missing")
        if found.get("DatapointsToAlarm") == found.get("EvaluationPeriods"):
            found.pop("DatapointsToAlarm", None)
    return dict(sorted(found.items()))


def _dimensions(given: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(one["Name"]): str(one["Value"]) for one in sorted(given, key=lambda one: str(one["Name"]))}


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """One of Metrics."""
    found = {key: value for key, value in entry.items() if value is not None}
    found.setdefault("ReturnData", True)
    stat = found.get("MetricStat")
    if stat:
        metric = {**stat["Metric"], "Dimensions": _dimensions(stat["Metric"].get("Dimensions") or [])}
        found["MetricStat"] = {**stat, "Metric": metric}
    return found


def problems(wanted: Wanted, found: Found | None, others: Iterable[str], region: str) -> Iterator[str]:
    """Why an alarm cannot become what it shall be. *others*: names of all alarms that are there or will be; *region*: its region."""
    if wanted.state == ABSENT:
        return
    merged = request(wanted, found)
    if not 1 <= len(wanted.name) <= NAME:
        yield f"the name has {len(wanted.name)} characters. Hint: 1 to {NAME}."
    composite = COMPOSITE_RULE in merged
    if (found and found.composite != composite) or (composite and "MetricName" in merged):
        yield "it is of the other type (metric or composite) already. Hint: give the new one another name, or make this one absent."
        return
    if len(merged.get("AlarmDescription") or "") > DESCRIPTION:
        yield f"its description has {len(merged['AlarmDescription'])} characters. Hint: {DESCRIPTION} at most."
    yield from _wrong_actions(merged, region)
    yield from _wrong_rule(wanted.name, merged, others) if COMPOSITE_RULE in merged else _wrong_metric(merged)
    tags = tags_after(found.tags if found else {}, wanted.tags, wanted.purge_tags)
    if len([key for key in tags if not key.startswith("aws:")]) > TAGS:
        yield f"it would have {len(tags)} tags. Hint: AWS takes {TAGS} at most."


def _wrong_actions(merged: Mapping[str, Any], region: str) -> Iterator[str]:
    for key in OF_STATES:
        actions = merged.get(key) or []
        if len(actions) > ACTIONS:
            yield f"{key} has {len(actions)} actions. Hint: AWS takes {ACTIONS} at most."
        for one in actions:
            parts = str(one).split(":")
            if parts[0] != "arn" or len(parts) < 6:
                yield f"{key} has {one!r}. Hint: write an ARN; AWS would not check it."
            elif parts[2] == "sns" and parts[3] != region:
                yield f"{key} has {one}, and the alarm is in {region}. Hint: an alarm notifies topics of its own region alone."


def _wrong_rule(name: str, merged: Mapping[str, Any], others: Iterable[str]) -> Iterator[str]:
    rule = str(merged[COMPOSITE_RULE])
    named, known = children(rule), set(others)
    if len(rule) > RULE or len(named) > CHILDREN:
        yield f"its rule has {len(rule)} characters, {len(named)} alarms. Hint: {RULE} and {CHILDREN} at most; split it."
    missing = [one for one in named if one not in known and not one.startswith("arn:")]
    if missing:
        yield f"its rule names {missing[0]}, and there is no such alarm after this run. Hint: correct the name, or make that alarm first."
    if name in named:
        yield "its rule names the alarm itself. Hint: take it out."


def children(rule: str) -> list[str]:
    """The names (or ARNs) of the alarms in a rule."""
    return list(dict.fromkeys(one or other for one, other in _NAMED_BY_RULE.findall(rule)))


def widened(wanted: Wanted, found: Found | None, gone: Iterable[str]) -> Wanted:
    """A composite alarm of hosts with the alarms that its rule has already, but those that go: a limited run has not all hosts."""
    if found is None or not wanted.members:
        return wanted
    left = set(gone)
    there = [name for name in children(_rule(found.properties)) if name not in left]
    return wanted._replace(named={**wanted.named, COMPOSITE_RULE: any_of(dict.fromkeys((*there, *wanted.members)))})


def _wrong_metric(merged: Mapping[str, Any]) -> Iterator[str]:
    if any(key in merged for key in _PROMETHEUS):
        return  # of PromQL, whose rules AWS alone knows
    entries = merged.get("Metrics") or []
    single = [key for key in ("MetricName", "Namespace") if key not in merged]
    if not entries and (single or not ("Statistic" in merged or "ExtendedStatistic" in merged)):
        yield "it has no metric. Hint: write namespace, metric_name, period and statistic, or metrics."
        return
    missing = [key for key in ("ComparisonOperator", "EvaluationPeriods") if key not in merged]
    if missing or ("Threshold" not in merged and "ThresholdMetricId" not in merged):
        yield f"it has no {(missing or ['Threshold'])[0]}. Hint: a new alarm needs comparison, evaluation_periods and threshold."
        return
    if merged["ComparisonOperator"] not in COMPARISONS:
        yield f"comparison is {merged['ComparisonOperator']!r}. Hint: one of {', '.join(COMPARISONS)}."
    if merged.get("TreatMissingData") not in (None, *TREATMENTS):
        yield f"treat_missing_data is {merged['TreatMissingData']!r}. Hint: one of {', '.join(TREATMENTS)}."
    yield from _wrong_counts(merged, entries)
    yield from _wrong_entries(merged, entries)


def _wrong_counts(merged: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    count, needed = merged["EvaluationPeriods"], merged.get("DatapointsToAlarm")
    if count < 1 or (needed is not None and not 1 <= needed <= count):
        yield f"datapoints_to_alarm is {needed}, and evaluation_periods {count}. Hint: at least 1, and no more datapoints than periods."
    periods = _periods(merged, entries)
    if len(periods) > 1:
        yield f"its metrics have the periods {', '.join(map(str, sorted(periods)))}. Hint: give all of them one period."
        return
    period = next(iter(periods), 0)
    if period not in SHORT and (period < 60 or period % 60):
        yield f"period is {period}. Hint: 10, 20, 30 or a multiple of 60 seconds."
    elif period * count > (7 * DAY if period >= HOUR else DAY):
        yield f"{count} periods of {period} seconds are {period * count} seconds. Hint: a day at most, and with periods of an hour seven."
    elif period * count > INSIGHTS * HOUR and any(is_query(one) for one in entries):
        yield f"{count} periods of {period} seconds are too long for a query. Hint: CloudWatch evaluates the last {INSIGHTS} hours."


def _periods(merged: Mapping[str, Any], entries: Iterable[Mapping[str, Any]]) -> set[int]:
    if not entries:
        return {int(merged.get("Period") or 0)}
    found = {(one.get("MetricStat") or one).get("Period") for one in entries}
    return {int(one) for one in found if one}


def _wrong_entries(merged: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> Iterator[str]:
    if not entries:
        return
    ids = [str(one.get("Id") or "") for one in entries]
    if len(set(ids)) < len(ids) or not all(_ID.fullmatch(one) for one in ids):
        yield f"metrics have the ids {', '.join(ids)}. Hint: each its own, beginning with a small letter."
    if sum(1 for one in entries if one.get("MetricStat")) > METRICS:
        yield f"it has more than {METRICS} metrics. Hint: make a query of them, or several alarms."
    if sum(1 for one in entries if one.get("ReturnData", True)) != 1:
        yield "metrics must have one entry that returns data. Hint: set ReturnData: false for all the others."
    for one in entries:
        if re.search(r"\bSEARCH\s*\(", str(one.get("Expression") or ""), re.IGNORECASE):
            yield f"{one.get('Id')} is a SEARCH, and CloudWatch takes none in alarms. Hint: write a query, SELECT … GROUP BY …."
    ec2 = [action for key in OF_STATES for action in merged.get(key) or [] if action.startswith(_EC2_ACTIONS)]
    if ec2:
        yield f"it has the action {ec2[0]}, which alarms on expressions cannot have. Hint: make an alarm on one metric for it."


def steps(wanted: Wanted, found: Found | None) -> list[Step]:
    """The calls that make the alarm what it shall be; nothing for what holds already."""
    if wanted.state == ABSENT:
        return [Step("delete_alarms", {"AlarmNames": [wanted.name]})] if found else []
    merged = request(wanted, found)
    operation = "put_composite_alarm" if COMPOSITE_RULE in merged else "put_metric_alarm"
    if found is None:
        return [Step(operation, {**merged, **({"Tags": aws_tags(wanted.tags)} if wanted.tags else {})})]
    made = [Step(operation, merged)] if shape(merged) != shape(found.properties) else []
    return made + retagging(found.arn, found.tags, wanted.tags, wanted.purge_tags)


def in_order(alarms: Iterable[Wanted], found: Mapping[str, Found]) -> list[Wanted]:
    """Alarms in the order of their steps: those in a rule before it, then those that go, after the alarms in whose rules they are."""
    known = list(alarms)
    properties = {name: one.properties for name, one in found.items()}
    gone = {one.name: _rule(properties.get(one.name, {})) for one in known if one.state == ABSENT}
    there = {one.name: _rule(one.named) for one in known if one.state != ABSENT}
    by_name = {one.name: one for one in known}
    return [by_name[name] for name in (*_children_first(there), *reversed(_children_first(gone)))]


def _rule(properties: Mapping[str, Any]) -> str:
    return str(properties.get(COMPOSITE_RULE) or "")


def _children_first(rules: Mapping[str, str]) -> list[str]:
    done: list[str] = []

    def visit(name: str, above: frozenset[str]) -> None:
        for child in children(rules[name]):
            if child in rules and child not in above:
                visit(child, above | {child})
        if name not in done:
            done.append(name)

    for name in rules:
        visit(name, frozenset((name,)))
    return done


def shown(wanted: Wanted, found: Found | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The alarm before and after the steps."""
    before = {"state": ABSENT} if found is None else _side(found.properties, found.tags, bool(wanted.tags or wanted.purge_tags))
    if wanted.state == ABSENT:
        return before, {"state": ABSENT}
    tags = tags_after(found.tags if found else {}, wanted.tags, wanted.purge_tags)
    return before, _side(request(wanted, found), tags, bool(wanted.tags or wanted.purge_tags))


def _side(properties: Mapping[str, Any], tags: Mapping[str, str], tagged: bool) -> dict[str, Any]:
    return {"state": "present", **shape(properties), **({"Tags": dict(sorted(tags.items()))} if tagged else {})}
