# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudWatch alarms, all of them: what AWS refuses, what an update keeps and loses, states that follow the metrics, their history."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from aws import alarm_evaluation as evaluation
from aws import queries
from aws.answer import AwsError
from aws.metrics import dimensions, moment

if TYPE_CHECKING:
    from aws.metrics import Metrics

NAMES, PAGE, ACTIONS, METRICS, TAGS, RULE, CHILDREN = 100, 50, 5, 10, 50, 10_240, 100
DAY, HOUR, INSIGHTS_HOURS = 86_400, 3_600, 3
SHORT_PERIODS = (10, 20, 30)
TREATMENTS = ("breaching", "notBreaching", "ignore", "missing")
METRIC, COMPOSITE = "MetricAlarm", "CompositeAlarm"
_INTEGERS = ("EvaluationPeriods", "DatapointsToAlarm", "Period", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
BORN = "Unchecked: Initial alarm creation"

Params = dict[str, Any]


@dataclass
class Alarm:
    """``settings``: what was put, without tags; ``held``: until when a state that was set stays; ``history``: times, states and reasons."""

    arn: str
    kind: str
    settings: Params
    state: str = evaluation.UNKNOWN
    reason: str = BORN
    updated: float = 0.0
    configured: float = 0.0
    held: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)
    history: list[Params] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.settings["AlarmName"])

    def become(self, state: str, reason: str, now: float) -> None:
        """Another state, with its place in the history; the same one changes nothing."""
        if state == self.state:
            return
        data = {
            "version": "1.0",
            "oldState": {"stateValue": self.state, "stateReason": self.reason},
            "newState": {"stateValue": state, "stateReason": reason},
        }
        self.history.append(
            {
                "AlarmName": self.name,
                "AlarmType": self.kind,
                "Timestamp": _time(now),
                "HistoryItemType": "StateUpdate",
                "HistorySummary": f"Alarm updated from {self.state} to {state}",
                "HistoryData": json.dumps(data),
            }
        )
        self.state, self.reason, self.updated = state, reason, now

    def described(self) -> Params:
        """As DescribeAlarms has it."""
        return {
            "OKActions": [],
            "AlarmActions": [],
            "InsufficientDataActions": [],
            **({"Dimensions": []} if self.kind == METRIC else {}),
            **self.settings,
            "AlarmArn": self.arn,
            "AlarmConfigurationUpdatedTimestamp": _time(self.configured),
            "StateValue": self.state,
            "StateReason": self.reason,
            "StateReasonData": "{}",
            "StateUpdatedTimestamp": _time(self.updated),
            "StateTransitionedTimestamp": _time(self.updated),
        }


def _time(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)


def _refused(message: str, code: str = "ValidationError") -> AwsError:
    return AwsError(code, message)


def typed(value: Any, name: str = "") -> Any:
    """Parameters of the query protocol, whose numbers and truths are text, with the types of the others."""
    if isinstance(value, dict):
        return {key: typed(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item, name) for item in value]
    if name in _INTEGERS:
        return int(value)
    if name == "Threshold":
        return float(value)
    if name in ("ActionsEnabled", "ReturnData"):
        return str(value).lower() == "true"
    return value


class Alarms:
    """The alarms of one account and region. ``hold``: how many seconds a state that SetAlarmState has set stays."""

    def __init__(self, account: str, region: str, metrics: Metrics) -> None:
        self._prefix = f"arn:aws:cloudwatch:{region}:{account}:alarm:"
        self._metrics = metrics
        self.known: dict[str, Alarm] = {}
        self.hold = 0.0

    def put_metric(self, params: Params) -> Params:
        """PutMetricAlarm."""
        self._put(METRIC, typed(params), check_metric)
        return {}

    def put_composite(self, params: Params) -> Params:
        """PutCompositeAlarm; the alarms of its rule must be there."""
        self._put(COMPOSITE, typed(params), self._check_composite)
        return {}

    def _put(self, kind: str, params: Params, check: Callable[[Params], None]) -> None:
        _check_actions(params)
        check(params)
        tags = {one["Key"]: one["Value"] for one in params.pop("Tags", None) or []}
        settings = {"ActionsEnabled": True, **{key: value for key, value in params.items() if value not in ("", None)}}
        settings = {key: [] if key in _ACTIONS and not value else value for key, value in settings.items()}
        now, name = time.time(), str(params["AlarmName"])
        alarm = self.known.get(name)
        if alarm is None:
            if len(tags) > TAGS:
                raise _refused(f"Tags: a maximum of {TAGS} is allowed", "InvalidParameterValue")
            alarm = self.known[name] = Alarm(self._prefix + name, kind, settings, updated=now, tags=tags)
        elif alarm.kind != kind:
            raise _refused(f"An alarm with the name {name} and another type exists already.")
        alarm.settings, alarm.configured = settings, now  # tags of an update are ignored; its state stays

    def _check_composite(self, params: Params) -> None:
        rule = str(params.get("AlarmRule") or "")
        if not 1 <= len(rule) <= RULE:
            raise _refused(f"AlarmRule must have 1 to {RULE} characters.")
        evaluation.of_rule(rule, {})
        names = {name.removeprefix(self._prefix) for name in evaluation.children(rule)}
        if len(names) > CHILDREN:
            raise _refused(f"AlarmRule cannot have more than {CHILDREN} alarms.")
        missing = sorted(names - set(self.known))
        if missing:
            raise _refused(f"Could not save the composite alarm as alarms {missing} in the alarm rule do not exist")

    def describe(self, params: Params) -> Params:
        """DescribeAlarms: metric alarms alone, unless types are named."""
        names = params.get("AlarmNames") or []
        if len(names) > NAMES:
            raise _refused(f"The collection AlarmNames must not have a size greater than {NAMES}.", "InvalidParameterValue")
        types = params.get("AlarmTypes") or [METRIC]
        self.evaluate(time.time())
        found = [
            one
            for name, one in sorted(self.known.items())
            if one.kind in types
            and (not names or name in names)
            and name.startswith(params.get("AlarmNamePrefix") or "")
            and params.get("StateValue") in (None, "", one.state)
        ]
        start, size = int(params.get("NextToken") or 0), int(params.get("MaxRecords") or PAGE)
        shown = found[start : start + size]
        return {
            "MetricAlarms": [one.described() for one in shown if one.kind == METRIC],
            "CompositeAlarms": [one.described() for one in shown if one.kind == COMPOSITE],
            "NextToken": str(start + size) if found[start + size :] else None,
        }

    def delete(self, params: Params) -> Params:
        """DeleteAlarms: names without an alarm do not keep the others; no alarm goes while a composite alarm has it in its rule."""
        names = params.get("AlarmNames") or []
        if len(names) > NAMES:
            raise _refused(f"The collection AlarmNames must not have a size greater than {NAMES}.", "InvalidParameterValue")
        if sum(1 for name in names if name in self.known and self.known[name].kind == COMPOSITE) > 1:
            raise _refused("Only one composite alarm can be deleted at a time.")
        for one in self.known.values():
            used = {name.removeprefix(self._prefix) for name in self._children(one)} & set(names)
            if used and one.name not in names:
                raise _refused(f"Alarm {sorted(used)[0]} is used by the composite alarm {one.name} and cannot be deleted.")
        missing = [name for name in names if name not in self.known]
        for name in names:
            self.known.pop(name, None)
        if missing:
            raise AwsError("ResourceNotFound", f"Alarms {missing} do not exist", 404)
        return {}

    def _children(self, one: Alarm) -> list[str]:
        return evaluation.children(one.settings["AlarmRule"]) if one.kind == COMPOSITE else []

    def set_state(self, params: Params) -> Params:
        """SetAlarmState: the state stays until the alarm is evaluated again."""
        alarm = self.known.get(str(params.get("AlarmName")))
        if alarm is None:
            raise AwsError("ResourceNotFound", "", 404)
        now = time.time()
        alarm.become(str(params["StateValue"]), str(params["StateReason"]), now)
        alarm.held = now + self.hold
        return {}

    def enable(self, params: Params) -> Params:
        """EnableAlarmActions."""
        return self._switch(params, True)

    def disable(self, params: Params) -> Params:
        """DisableAlarmActions."""
        return self._switch(params, False)

    def _switch(self, params: Params, enabled: bool) -> Params:
        for name in params.get("AlarmNames") or []:
            if name in self.known:
                self.known[name].settings["ActionsEnabled"] = enabled
        return {}

    def history(self, params: Params) -> Params:
        """DescribeAlarmHistory: the updates of states, newest first."""
        self.evaluate(time.time())
        name, start = params.get("AlarmName"), moment(params["StartDate"]) if params.get("StartDate") else 0.0
        items = [item for alarm in self.known.values() if name in (None, "", alarm.name) for item in alarm.history]
        found = [item for item in items if item["Timestamp"].timestamp() >= start]
        return {"AlarmHistoryItems": sorted(found, key=lambda item: item["Timestamp"], reverse=True)}

    def tag(self, params: Params) -> Params:
        """TagResource."""
        tags = self._tagged(params).tags
        added = {one["Key"]: one["Value"] for one in params.get("Tags") or []}
        if len({**tags, **added}) > TAGS:
            raise _refused(f"Tags: a maximum of {TAGS} is allowed", "InvalidParameterValue")
        tags.update(added)
        return {}

    def untag(self, params: Params) -> Params:
        """UntagResource."""
        tags = self._tagged(params).tags
        for key in params.get("TagKeys") or []:
            tags.pop(key, None)
        return {}

    def tags(self, params: Params) -> Params:
        """ListTagsForResource."""
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._tagged(params).tags.items()]}

    def _tagged(self, params: Params) -> Alarm:
        arn = str(params.get("ResourceARN") or "")
        found = self.known.get(arn.removeprefix(self._prefix)) if arn.startswith(self._prefix) else None
        if found is None:
            raise AwsError("ResourceNotFoundException", f"{arn} does not exist", 404)
        return found

    def evaluate(self, now: float) -> None:
        """Bring every alarm into the state that the metrics say, children before the alarms that are made of them."""
        waiting = [one for one in self.known.values() if one.held <= now]
        for one in waiting:
            if one.kind == METRIC and _is_evaluated(one.settings):
                one.become(*evaluation.of_metric(one.settings, self._metrics, now, one.state), now)
        for _level in range(len(waiting)):
            states = {key: one.state for one in self.known.values() for key in (one.name, one.arn)}
            changed = list(self._by_rules(waiting, states))
            for one, state in changed:
                one.become(state, f"{one.name} was evaluated: its rule says {state}", now)
            if not changed:
                break

    def _by_rules(self, waiting: list[Alarm], states: Mapping[str, str]) -> Iterator[tuple[Alarm, str]]:
        for one in waiting:
            if one.kind == COMPOSITE:
                state = evaluation.ALARM if evaluation.of_rule(one.settings["AlarmRule"], states) else evaluation.OK
                if state != one.state:
                    yield one, state


def _is_evaluated(settings: Params) -> bool:
    """Whether this stand-in can say what the alarm's state is: metric math and anomaly detection it does not know."""
    watched: Params = next((one for one in settings.get("Metrics") or [] if one.get("ReturnData", True)), {})
    return settings["ComparisonOperator"] in evaluation.COMPARISONS and (
        "Expression" not in watched or queries.is_query(watched["Expression"])
    )


def _check_actions(params: Params) -> None:
    if not 1 <= len(str(params.get("AlarmName") or "")) <= 255:
        raise _refused("AlarmName must have 1 to 255 characters.")
    for key in _ACTIONS:
        if len(params.get(key) or []) > ACTIONS:
            raise _refused(f"The collection {key} must not have a size greater than {ACTIONS}.", "InvalidParameterValue")


def check_metric(params: Params) -> None:
    """What PutMetricAlarm refuses."""
    count, needed = params.get("EvaluationPeriods"), params.get("DatapointsToAlarm")
    if not count or count < 1:
        raise _refused("EvaluationPeriods must be at least 1.")
    if needed and not 1 <= needed <= count:
        raise _refused("DatapointsToAlarm must be less than or equal to EvaluationPeriods.")
    if params.get("TreatMissingData") not in (None, "", *TREATMENTS):
        raise _refused(f"TreatMissingData must be one of {', '.join(TREATMENTS)}.", "InvalidParameterValue")
    entries = params.get("Metrics") or []
    if entries and any(params.get(key) for key in ("MetricName", "Namespace", "Period", "Statistic", "ExtendedStatistic", "Dimensions")):
        raise _refused("Metrics must not be set together with MetricName.", "InvalidParameterCombination")
    periods = _periods(params, entries)
    if len(periods) != 1:
        raise _refused("All metrics of an alarm must have the same period.")
    period = periods.pop()
    if period not in SHORT_PERIODS and (period < 60 or period % 60):
        raise _refused("Period must be 10, 20, 30 or a multiple of 60.", "InvalidParameterValue")
    if period * count > (7 * DAY if period >= HOUR else DAY):
        raise _refused("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)")
    dimensions(params.get("Dimensions"))
    if entries:
        _check_entries(params, entries, period * count)
    elif not (params.get("MetricName") and params.get("Namespace") and (params.get("Statistic") or params.get("ExtendedStatistic"))):
        raise _refused("MetricName, Namespace and a statistic are required.", "MissingParameter")


def _periods(params: Params, entries: list[Params]) -> set[int]:
    if not entries:
        return {int(params.get("Period") or 0)}
    found = {one["MetricStat"]["Period"] if one.get("MetricStat") else one.get("Period") for one in entries}
    return {int(one) for one in found if one} or {60}


def _check_entries(params: Params, entries: list[Params], seconds: int) -> None:
    if sum(1 for one in entries if one.get("MetricStat")) > METRICS:
        raise _refused(f"An alarm can have {METRICS} metrics at most.")
    if sum(1 for one in entries if one.get("ReturnData", True)) != 1:
        raise _refused("Exactly one element of the metrics list should return data.")
    expressions = [one["Expression"] for one in entries if one.get("Expression")]
    if any("SEARCH(" in one.upper().replace(" ", "") for one in expressions):
        raise _refused("SEARCH is not supported on Metric Alarms.")
    for one in filter(queries.is_query, expressions):
        queries.parse(one)
        if seconds > INSIGHTS_HOURS * HOUR:
            raise _refused(f"Metrics Insights alarms evaluate the last {INSIGHTS_HOURS} hours at most.")
        if "GROUP BY" in one.upper() and "ORDER BY" not in one.upper():
            raise _refused("A query with GROUP BY needs ORDER BY in an alarm.")
    if any(one.startswith(("arn:aws:automate:", "arn:aws:swf:")) for key in _ACTIONS for one in params.get(key) or []):
        raise _refused("EC2 actions are not supported for alarms on expressions.")


OPERATIONS: dict[str, Callable[[Alarms, Params], Params]] = {
    "PutMetricAlarm": Alarms.put_metric,
    "PutCompositeAlarm": Alarms.put_composite,
    "DescribeAlarms": Alarms.describe,
    "DescribeAlarmHistory": Alarms.history,
    "DeleteAlarms": Alarms.delete,
    "SetAlarmState": Alarms.set_state,
    "EnableAlarmActions": Alarms.enable,
    "DisableAlarmActions": Alarms.disable,
    "TagResource": Alarms.tag,
    "UntagResource": Alarms.untag,
    "ListTagsForResource": Alarms.tags,
}
