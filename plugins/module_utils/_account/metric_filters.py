# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metric filters of log groups: what can be, and what differs. Pure."""

from __future__ import annotations

import re
from typing import Any, Iterable, Iterator, Mapping

from . import filters

MOST = 100
"""Metric filters of a log group."""
DIMENSIONS = 3
CARRIED = ("applyOnTransformedLogs", "fieldSelectionCriteria", "emitSystemFieldDimensions")
"""What a filter may have that entries do not say: it stays when the filter changes."""
_METRIC = re.compile(r"[^:*$]{1,255}")


def wrong(entries: Iterable[Mapping[str, Any]], where: str) -> Iterator[str]:
    """What CloudWatch Logs would refuse, or drop without a word, of *entries*; *where* they are said."""
    return filters.wrong(entries, f"{where} metric filter", _problems)


def _problems(entry: Mapping[str, Any]) -> Iterator[str]:
    missing = [key for key in ("pattern", "metric_name", "metric_namespace") if entry[key] is None]
    if missing:
        yield f"{', '.join(missing)} must be given. Hint: an empty pattern matches every event."
        return
    yield from filters.too_long(entry["pattern"])
    for key in ("metric_name", "metric_namespace"):
        if not _METRIC.fullmatch(entry[key]):
            yield f"{key} is {entry[key]!r}. Hint: 1 to 255 characters without :, * and $."
    if entry["metric_namespace"].startswith("AWS/"):
        yield f"metric_namespace is {entry['metric_namespace']!r}. Hint: namespaces of AWS's own begin with AWS/; take another one."
    if len(entry["metric_value"]) > 100:
        yield "metric_value has more than 100 characters. Hint: a number, or the name of a field such as $.bytes."
    dimensions = entry["dimensions"] or {}
    if len(dimensions) > DIMENSIONS:
        yield f"it has {len(dimensions)} dimensions. Hint: {DIMENSIONS} at most."
    if dimensions and entry["default_value"] is not None:
        yield "it has dimensions and a default_value. Hint: keep one of them; CloudWatch has no default for a metric with dimensions."
    if dimensions and not entry["pattern"].lstrip().startswith(("{", "[")):
        yield "it has dimensions, which come from fields, and its pattern has none. Hint: write a pattern in { } or [ ]."


def shape(found: Mapping[str, Any]) -> dict[str, Any]:
    """A filter, as DescribeMetricFilters gives it, in the words of entries; what it does not have is left out."""
    metric = found["metricTransformations"][0]
    unit = metric.get("unit")
    values = {
        "pattern": found.get("filterPattern") or "",
        "metric_name": metric["metricName"],
        "metric_namespace": metric["metricNamespace"],
        "metric_value": metric["metricValue"],
        "default_value": None if metric.get("defaultValue") is None else float(metric["defaultValue"]),
        "dimensions": dict(metric.get("dimensions") or {}) or None,
        "unit": None if unit == "None" else unit,
    }
    return {key: value for key, value in values.items() if value is not None}


def request(group: str, entry: Mapping[str, Any], found: Mapping[str, Any] | None) -> dict[str, Any]:
    """The arguments of PutMetricFilter that make a filter what *entry* says."""
    metric: dict[str, Any] = {
        "metricName": entry["metric_name"],
        "metricNamespace": entry["metric_namespace"],
        "metricValue": entry["metric_value"],
    }
    if entry["default_value"] is not None:
        metric["defaultValue"] = float(entry["default_value"])
    if entry["dimensions"]:
        metric["dimensions"] = {str(key): str(value) for key, value in entry["dimensions"].items()}
    if entry["unit"] not in (None, "None"):
        metric["unit"] = entry["unit"]
    carried = {key: found[key] for key in CARRIED if found and found.get(key)}
    return {
        "logGroupName": group,
        "filterName": entry["name"],
        "filterPattern": entry["pattern"],
        "metricTransformations": [metric],
        **carried,
    }
