# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter patterns of CloudWatch Logs, as far as alarms need them: terms, fields of JSON, columns; and what metric filters count."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any, Callable, Iterable

_TERM = re.compile(r'\s*(?P<sign>[?-]?)(?:"(?P<quoted>[^"]*)"|(?P<plain>[\w]+))')
_COMPARISON = re.compile(
    r'\(?\s*\$\.(?P<path>[\w.]+)\s*(?:(?P<exists>NOT\s+EXISTS|EXISTS)|(?P<operator>!?=)\s*(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s")]+)))\s*\)?'
)
_MISSING = object()
_REGEX = re.compile(r"%[^%\s]+%")


def matches(pattern: str, message: str) -> bool:
    """Whether an event fits a pattern; one that this stand-in does not know fits nothing."""
    text = pattern.strip()
    if not text:
        return True
    if text.startswith("{"):
        return _fields(text.strip("{} "), message)
    if text.startswith("["):
        return _columns(text.strip("[]"), message)
    terms = [(match["sign"], match["quoted"] if match["quoted"] is not None else match["plain"]) for match in _TERM.finditer(text)]
    optional = [word in message for sign, word in terms if sign == "?"]
    return (
        all(word in message for sign, word in terms if not sign)
        and not any(word in message for sign, word in terms if sign == "-")
        and (not optional or any(optional))
    )


def regexes(pattern: str) -> int:
    """How many regular expressions a pattern holds."""
    return len(_REGEX.findall(re.sub(r'"[^"]*"', '""', pattern)))


def well_formed(pattern: str) -> bool:
    """Whether AWS takes a pattern: brackets and quotes that end, and quotes around terms with more than letters, digits and underscores."""
    text = re.sub(r'"[^"]*"', "q", pattern.strip())
    text = _REGEX.sub("r", text)
    if '"' in text:
        return False
    if text.startswith(("{", "[")):
        end = {"{": "}", "[": "]"}[text[0]]
        return text.endswith(end) and text.count("(") == text.count(")") and bool(text[1:-1].strip())
    return all(re.fullmatch(r"[?-]?\w+", term) for term in text.split())


def _fields(text: str, message: str) -> bool:
    try:
        event = json.loads(message)
    except ValueError:
        return False
    return any(all(_holds(part.strip(), event) for part in re.split(r"&&", either)) for either in re.split(r"\|\|", text))


def _holds(text: str, event: Any) -> bool:
    match = _COMPARISON.fullmatch(text)
    if match is None:
        return False
    value = event
    for step in match["path"].split("."):
        value = value.get(step, _MISSING) if isinstance(value, dict) else _MISSING
    if match["exists"]:
        return (value is not _MISSING) == (match["exists"] == "EXISTS")
    wanted = match["quoted"] if match["quoted"] is not None else match["plain"]
    return value is not _MISSING and fnmatchcase(str(value), wanted) == (match["operator"] == "=")


def _columns(text: str, message: str) -> bool:
    found, names = message.split(), [one.strip() for one in text.split(",")]
    if len(found) != len(names):
        return False
    pairs = [(re.fullmatch(r'\w+\s*=\s*"?([^"]+)"?', name), value) for name, value in zip(names, found)]
    return all(match is None or fnmatchcase(value, match[1]) for match, value in pairs)


def count(metric_filters: Iterable[dict[str, Any]], params: dict[str, Any], put: Callable[[dict[str, Any]], None]) -> None:
    """What the metric filters of a group make of events that have just come; a default value counts where an event does not match."""
    for one in metric_filters:
        if one["logGroupName"] != params["logGroupName"]:
            continue
        metric = one["metricTransformations"][0]
        for event in params["logEvents"]:
            fits = matches(str(one.get("filterPattern") or ""), str(event["message"]))
            value = metric["metricValue"] if fits else metric.get("defaultValue")
            if value is None or not re.fullmatch(r"-?[\d.]+", str(value)):
                continue
            datum = {"MetricName": metric["metricName"], "Value": float(value), "Timestamp": event["timestamp"] / 1000}
            put({"Namespace": metric["metricNamespace"], "MetricData": [datum]})
