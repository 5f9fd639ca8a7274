# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a graph of a dashboard asks CloudWatch for: metrics arrays with their shorthand, as queries of GetMetricData. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

DEFAULT_PERIOD = 300
DEFAULT_SECONDS = 10_800
_SPAN = re.compile(r"-P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_SOURCE = re.compile(r"SOURCE\s+'([^']+)'")
_COUNTED = re.compile(r"stats\s+count\(\*\)\s+by\s+bin\((\d+)m\)")
_LIKE = re.compile(r"filter\s+@message\s+like\s+/([\w|]+)/")


class GraphLine(NamedTuple):
    """One line of a graph, or several by an expression. ``visible``: whether it is drawn; ``axis``: left or right."""

    query: dict[str, Any]
    visible: bool = True
    color: str = ""
    label: str = ""


def graph_lines(properties: Mapping[str, Any]) -> list[GraphLine]:
    """The lines of a metric widget's properties."""
    found = []
    before: list[str] = []
    for number, entry in enumerate(properties.get("metrics") or [], 1):
        options = entry[-1] if entry and isinstance(entry[-1], Mapping) else {}
        words = _complete([str(word) for word in (entry[:-1] if options else entry)], before)
        before = words or before
        period = int(options.get("period") or properties.get("period") or DEFAULT_PERIOD)
        name = str(options.get("id") or f"line{number}")
        if options.get("expression"):
            query: dict[str, Any] = {"Id": name, "Expression": str(options["expression"]), "Period": period}
        else:
            dimensions = [{"Name": key, "Value": value} for key, value in zip(words[2::2], words[3::2])]
            metric = {"Namespace": words[0], "MetricName": words[1], "Dimensions": dimensions}
            stat = str(options.get("stat") or properties.get("stat") or "Average")
            query = {"Id": name, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}
        visible = options.get("visible") is not False
        found.append(GraphLine(query, visible, str(options.get("color") or ""), str(options.get("label") or "")))
    return found


def _complete(words: list[str], before: list[str]) -> list[str]:
    """An entry without its shorthand: ``.`` repeats a word of the entry before, ``...`` all words before the rest."""
    if "..." in words:
        at = words.index("...")
        rest = words[at + 1 :]
        words = [*words[:at], *before[at : len(before) - len(rest)], *rest]
    return [before[at] if word == "." and at < len(before) else word for at, word in enumerate(words)]


def seconds_shown(start: Any) -> int:
    """How many seconds before now a dashboard shows that starts at *start*, such as ``-PT3H``; three hours where it says no such span."""
    match = _SPAN.fullmatch(str(start or ""))
    if not match or not any(match.groups()):
        return DEFAULT_SECONDS
    return sum(int(amount or 0) * unit for amount, unit in zip(match.groups(), (604_800, 86_400, 3_600, 60)))


class Lines(NamedTuple):
    """``groups``: log groups; ``pattern``: of the events that count; ``bin``: seconds in which they are counted together, 0 for lines."""

    groups: list[str]
    pattern: str
    bin: int = 0


def lines_of(query: str) -> Lines | None:
    """What a query of CloudWatch Logs Insights means that looks for words; None for any other query."""
    groups, words, counted = _SOURCE.findall(query), _LIKE.search(query), _COUNTED.search(query)
    if not (groups and words) or ("stats" in query and not counted):
        return None
    return Lines(groups, " ".join(f"?{word}" for word in words[1].split("|")), int(counted[1]) * 60 if counted else 0)


def counts(moments: Iterable[float], seconds: int, start: float, end: float) -> list[tuple[float, float]]:
    """How many moments are in each span of so many seconds."""
    first = start // seconds * seconds
    found = {first + number * seconds: 0.0 for number in range(int((end - first) // seconds) + 1)}
    for at in moments:
        if at // seconds * seconds in found:
            found[at // seconds * seconds] += 1
    return [(max(at, start), value) for at, value in found.items()]


def alarm_names(properties: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Region and name of each alarm of an alarm widget's ARNs."""
    for arn in properties.get("alarms") or []:
        parts = str(arn).split(":", 6)
        if len(parts) == 7:
            yield parts[3], parts[6]
