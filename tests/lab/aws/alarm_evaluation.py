# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which state an alarm is: M out of N datapoints with missing ones treated as it says, contributors, and rules of composite alarms."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping

from aws import queries
from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.metrics import Metrics

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
EXTRA = 2
"""Periods before the N that are looked at for datapoints in place of missing ones."""
_TOKEN = re.compile(
    r'\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?P<name>"[^"]*"|[^()\s"]+)\s*\)|(?P<word>AND|OR|NOT|TRUE|FALSE|\(|\)))'
)

Points = Mapping[float, float]


def of_metric(settings: Mapping[str, Any], metrics: Metrics, now: float, before: str) -> tuple[str, str]:
    """State and reason of a metric alarm; *before*: the state that it is in."""
    period = float(settings.get("Period") or next((one["Period"] for one in settings["Metrics"] if one.get("Period")), 60))
    count = int(settings["EvaluationPeriods"])
    end = now // period * period
    start = end - (count + EXTRA) * period
    moments = [end - number * period for number in range(1, count + EXTRA + 1)]
    if not settings.get("Metrics"):
        stat = settings.get("Statistic") or settings["ExtendedStatistic"]
        found = {(): metrics.points(dict(settings), start, end, period, stat, settings.get("Unit"))}
    else:
        found = dict(_of_query(settings["Metrics"], metrics, start, end, period)) or {(): []}
    states = {key: _judged(settings, dict(points), moments, before) for key, points in found.items()}
    loud = sorted(" ".join(key) for key, (state, _reason) in states.items() if state == ALARM)
    if len(found) > 1 or next(iter(found)) != ():
        state = ALARM if loud else OK if any(one == OK for one, _reason in states.values()) else UNKNOWN
        return state, f"{len(loud)} out of {len(found)} time series evaluated to ALARM{': ' if loud else ''}{', '.join(loud)}"
    return states[()]


def _of_query(entries: list[dict[str, Any]], metrics: Metrics, start: float, end: float, period: float) -> Iterator[tuple[Any, Any]]:
    """The time series of the entry that the alarm watches; of metric math this stand-in knows nothing."""
    for watched in (one for one in entries if one.get("ReturnData", True)):
        stat = watched.get("MetricStat")
        if stat:
            yield (), metrics.points(stat["Metric"], start, end, period, stat["Stat"], stat.get("Unit"))
        elif queries.is_query(watched["Expression"]):
            yield from metrics.insights(watched["Expression"], start, end, period).items()


def _judged(settings: Mapping[str, Any], points: Points, moments: list[float], before: str) -> tuple[str, str]:
    """The state of one time series; *moments*: of its periods, the newest first."""
    count = int(settings["EvaluationPeriods"])
    needed = int(settings.get("DatapointsToAlarm") or count)
    treatment = settings.get("TreatMissingData") or "missing"
    real = [points[at] for at in moments if at in points]
    breaches = COMPARISONS[settings["ComparisonOperator"]]
    if len(real) >= count:
        found = [breaches(value, float(settings["Threshold"])) for value in real[:count]]
    else:
        found = [breaches(value, float(settings["Threshold"])) for value in real]
        missing = count - len(real)
        if treatment in ("breaching", "notBreaching"):
            found += [treatment == "breaching"] * missing
        elif treatment == "ignore" and not real:
            return before, "missing datapoints were ignored"
        elif not real:
            return UNKNOWN, f"Insufficient Data: {count} datapoints were unknown."
    loud = sum(found)
    state = ALARM if loud >= needed or (len(real) < count and treatment == "missing" and loud == len(found)) else OK
    shown = ", ".join(str(value) for value in real[:count])
    return (
        state,
        f"Threshold Crossed: {loud} out of the last {count} datapoints [{shown}] were beyond the threshold ({settings['Threshold']})",
    )


def children(rule: str) -> list[str]:
    """The names of the alarms in a rule."""
    return [name for kind, name in _tokens(rule) if kind in (OK, ALARM, UNKNOWN)]


def _tokens(rule: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while rule[at:].strip():
        match = _TOKEN.match(rule, at)
        if match is None:
            raise AwsError("ValidationError", f"Invalid AlarmRule at {rule[at : at + 20]!r}")
        found.append((match["state"], match["name"].strip('"')) if match["state"] else (match["word"], ""))
        at = match.end()
    return found


def of_rule(rule: str, states: Mapping[str, str]) -> bool:
    """Whether a composite alarm's rule holds, with the *states* of alarms by name or ARN.

    Raises:
        AwsError: it is no rule.
    """
    tokens = _tokens(rule)

    def either() -> bool:
        value = both()
        while tokens and tokens[0][0] == "OR":
            tokens.pop(0)
            value = both() or value
        return value

    def both() -> bool:
        value = one()
        while tokens and tokens[0][0] == "AND":
            tokens.pop(0)
            value = one() and value
        return value

    def one() -> bool:
        kind, name = tokens.pop(0) if tokens else ("", "")
        if kind == "NOT":
            return not one()
        if kind == "(":
            value = either()
            if not tokens or tokens.pop(0)[0] != ")":
                raise AwsError("ValidationError", "Invalid AlarmRule: a parenthesis is not closed")
            return value
        if kind in ("TRUE", "FALSE"):
            return kind == "TRUE"
        if kind not in (OK, ALARM, UNKNOWN):
            raise AwsError("ValidationError", f"Invalid AlarmRule at {kind!r}")
        return states.get(name) == kind

    value = either()
    if tokens:
        raise AwsError("ValidationError", f"Invalid AlarmRule at {tokens[0][0]!r}")
    return value
