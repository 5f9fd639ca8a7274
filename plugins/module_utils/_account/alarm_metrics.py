# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metrics of an alarm that are written by hand, in AWS's own vocabulary: whether they have its form. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping

KINDS: dict[type, str] = {str: "a text", int: "a whole number", bool: "true or false", dict: "a mapping", list: "a list"}
ENTRY: dict[str, type] = {
    "Id": str,
    "Expression": str,
    "Label": str,
    "AccountId": str,
    "Period": int,
    "ReturnData": bool,
    "MetricStat": dict,
}
STAT: dict[str, type] = {"Metric": dict, "Period": int, "Stat": str, "Unit": str}
METRIC: dict[str, type] = {"Namespace": str, "MetricName": str, "Dimensions": list}
DIMENSION: dict[str, type] = {"Name": str, "Value": str}


def wrong(entries: Iterable[Mapping[str, Any]], where: str) -> Iterator[str]:
    """What is of another form than AWS takes; *where* it is said."""
    for number, entry in enumerate(entries):
        path = f"{where} metrics[{number}]"
        problems = list(_of(entry, ENTRY, ("Id",), path))
        stat = entry.get("MetricStat")
        if isinstance(stat, Mapping):
            problems += _of_stat(stat, f"{path}.MetricStat")
        elif stat is None and entry.get("Expression") is None:
            problems.append(f"{path} has neither MetricStat nor Expression. Hint: give it one of them.")
        yield from problems


def _of_stat(stat: Mapping[str, Any], path: str) -> Iterator[str]:
    yield from _of(stat, STAT, ("Metric", "Period", "Stat"), path)
    metric = stat.get("Metric")
    if not isinstance(metric, Mapping):
        return
    yield from _of(metric, METRIC, ("Namespace", "MetricName"), f"{path}.Metric")
    dimensions = metric.get("Dimensions")
    for number, one in enumerate(dimensions if isinstance(dimensions, list) else []):
        below = f"{path}.Metric.Dimensions[{number}]"
        if isinstance(one, Mapping):
            yield from _of(one, DIMENSION, tuple(DIMENSION), below)
        else:
            yield f"{below} is {one!r}. Hint: write {{Name: …, Value: …}}."


def _of(given: Mapping[str, Any], fields: Mapping[str, type], required: tuple[str, ...], path: str) -> Iterator[str]:
    for key, value in given.items():
        kind = fields.get(key)
        if kind is None:
            yield f"{path} has {key!r}, which AWS does not know. Hint: its parts are {', '.join(fields)}."
        elif value is not None and not _is(value, kind):
            yield f"{path}.{key} is {value!r}. Hint: write {KINDS[kind]}."
    for key in required:
        if given.get(key) is None:
            yield f"{path} has no {key}. Hint: add it."


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, Mapping if kind is dict else kind) and (kind is bool or not isinstance(value, bool))
