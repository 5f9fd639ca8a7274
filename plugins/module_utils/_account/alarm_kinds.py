# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of alarms that are made of what configurations collect: which metric, which threshold, which query. Pure."""

from __future__ import annotations

import math
import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

from .._config.collected import Collected

SILENT, LOG_ERRORS = "silent", "log_errors"
GREATER, AT_LEAST, LESS = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"
ALWAYS_FULL = "squashfs"
"""The file system of images that are mounted as they are, as snaps."""
ERRORS = "?ERROR ?FATAL ?CRITICAL"
"""The filter pattern of log_errors."""
MINUTE = 60


class Source(NamedTuple):
    """A metric that tells what a kind is about. ``free``: it counts what is free, not what is used; ``group``: more dimensions that
    tell its time series apart; ``where``: the dimensions that are meant, each with an operator and a value; ``windows``: Windows alone
    has it, so that its alarm has a name of its own beside that of the other hosts."""

    plugin: str
    field: str
    free: bool = False
    group: tuple[str, ...] = ()
    where: tuple[tuple[str, str, str], ...] = ()
    windows: bool = False


SOURCES: dict[str, tuple[Source, ...]] = {
    "memory": (
        Source("mem", "used_percent"),
        Source("mem", "available_percent", free=True),
        Source("Memory", "% Committed Bytes In Use", windows=True),
    ),
    "disk": (
        Source("disk", "used_percent", group=("path",)),
        Source("LogicalDisk", "% Free Space", free=True, group=("instance",), windows=True),
    ),
    "swap": (Source("swap", "used_percent"), Source("Paging File", "% Usage", windows=True)),
    "cpu": (
        Source("cpu", "usage_idle", free=True, where=(("cpu", "=", "cpu-total"),)),
        Source("Processor", "% Processor Time", where=(("instance", "=", "_Total"),), windows=True),
    ),
}
"""By kind the metrics that tell it, the best one first."""
STEADY = ("mem", "swap", "disk", "netstat", "processes", "Memory", "LogicalDisk", "cpu", "Processor", "net", "diskio")
"""The plugins whose metrics come from every host that lives, the best one first."""

_COMMON = {"period": 300, "evaluation_periods": 3, "treat_missing_data": "missing", "per_host": False}
DEFAULTS: dict[str, dict[str, Any]] = {
    "memory": {**_COMMON, "threshold": 90},
    "disk": {**_COMMON, "threshold": 85},
    "swap": {**_COMMON, "threshold": 80},
    "cpu": {**_COMMON, "threshold": 90},
    SILENT: {"period": MINUTE, "evaluation_periods": 5, "treat_missing_data": "breaching"},
    LOG_ERRORS: {"period": 300, "evaluation_periods": 1, "treat_missing_data": "notBreaching", "threshold": 1, "pattern": ERRORS},
}
"""By kind what holds where nothing else is said."""
OPTIONS: dict[str, type | tuple[type, ...]] = {
    "threshold": (int, float),
    "period": int,
    "evaluation_periods": int,
    "datapoints_to_alarm": int,
    "treat_missing_data": str,
    "description": str,
    "per_host": bool,
    "where": dict,
    "pattern": str,
    "log_groups": list,
}
_OF_LOGS = ("pattern", "log_groups")
_OF_METRICS = ("per_host", "where")
_PLAIN = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def wrong(kind: str, settings: Any) -> Iterator[str]:
    """What cannot be of the *settings* of a kind; {} and None mean its defaults, false none of it."""
    if kind not in DEFAULTS:
        yield f"there is no kind {kind!r}. Hint: the kinds are {', '.join(DEFAULTS)}."
        return
    if settings is None or settings is False or settings is True:
        return
    if not isinstance(settings, Mapping):
        yield f"{kind} is {settings!r}. Hint: a mapping of its settings, {{}} for the defaults, false for none."
        return
    elsewhere = _OF_METRICS if kind == LOG_ERRORS else (*_OF_LOGS, *(("per_host", "where", "threshold") if kind == SILENT else ()))
    known = [name for name in OPTIONS if name not in elsewhere]
    for name, value in settings.items():
        if name not in known:
            yield f"{kind} has no setting {name!r}. Hint: it has {', '.join(known)}."
        elif not isinstance(value, OPTIONS[name]) or (isinstance(value, bool) and name != "per_host"):
            yield f"{kind}.{name} is {value!r}. Hint: {_meant(name)}."
    for label, value in (settings.get("where") or {}).items() if isinstance(settings.get("where"), dict) else ():
        if "'" in str(value) or '"' in str(label):
            yield f"{kind}.where has {label!r}: {value!r}. Hint: a query cannot hold quotes."


def _meant(name: str) -> str:
    found = OPTIONS[name]
    words: dict[Any, str] = {int: "a whole number", str: "text", bool: "true or false", dict: "a mapping of dimensions", list: "a list"}
    return words.get(found, "a number")


def settled(kind: str, settings: Any) -> dict[str, Any] | None:
    """The settings of a kind with its defaults, None where it is not wanted."""
    if settings is False:
        return None
    return {**DEFAULTS[kind], **(settings if isinstance(settings, Mapping) else {})}


def source(kind: str, metrics: Iterable[Collected]) -> tuple[Collected, Source] | None:
    """The metric that tells a kind, and what of it is meant; None where nothing that is collected does."""
    known = list(metrics)
    for one in SOURCES[kind]:
        for metric in known:
            if (metric.plugin, metric.field) == (one.plugin, one.field):
                return metric, _fitting(metric, one)
    return None


def _fitting(metric: Collected, one: Source) -> Source:
    """The source without dimensions that the metric is not sent with, and disks without those that are always full."""
    known = frozenset().union(*metric.labels) if metric.labels else frozenset()
    where = tuple(pair for pair in one.where if pair[0] in known and not (pair[0] == "cpu" and metric.item.get("totalcpu") is False))
    every = metric.plugin == "disk" and "fstype" in known and "*" in (metric.item.get("resources") or ["*"])
    if every and ALWAYS_FULL not in (metric.item.get("ignore_file_system_types") or []):
        where += (("fstype", "!=", ALWAYS_FULL),)
    return one._replace(group=tuple(label for label in one.group if label in known), where=where)


def heartbeat(metrics: Iterable[Collected]) -> Collected | None:
    """A metric that every host with this configuration sends as long as it lives."""
    known = [one for one in metrics if one.plugin in STEADY and one.key()]
    return min(known, key=lambda one: STEADY.index(one.plugin), default=None)


def period(settings: Mapping[str, Any], metric: Collected) -> int:
    """The period of an alarm: no shorter than the time between two values of its metric."""
    least = math.ceil(metric.seconds / MINUTE) * MINUTE
    return max(int(settings["period"]), least) if metric.seconds > settings["period"] else int(settings["period"])


def query(function: str, metric: Collected, group: Iterable[str], where: Iterable[tuple[str, str, str]]) -> str:
    """A query of Metrics Insights; an alarm on several time series needs them in an order."""
    conditions = [f"{quoted(label)} {operator} '{value}'" for label, operator, value in where]
    labels = [quoted(label) for label in group]
    text = f'SELECT {function}({quoted(metric.name)}) FROM "{metric.namespace}"'  # noqa: S608 # of CloudWatch, with names of metrics
    text += f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return text + (f" GROUP BY {', '.join(labels)} ORDER BY {function}() {'ASC' if function == 'MIN' else 'DESC'}" if labels else "")


def quoted(name: str) -> str:
    """A name as queries have it."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'


def is_query(entry: Mapping[str, Any]) -> bool:
    """Whether one of Metrics is a query of Metrics Insights."""
    return str(entry.get("Expression") or "").lstrip().upper().startswith("SELECT")
