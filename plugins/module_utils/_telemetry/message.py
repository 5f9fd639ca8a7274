# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of missing telemetry, and of telemetry that is awaited."""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, Sequence

from .._config.measurements import HOST_KEYS
from .._config.words import counted, listed
from .expected_metrics import Metric
from .expected_streams import Stream
from .states import MISSING


def missing_message(evaluations: Iterable[Mapping[str, Any]]) -> str:
    """One text that names every missing stream and metric, why, and the hint; '' where nothing is missing.

    What several hosts have in common is said once, with an ellipsis for what each has of its own.
    """
    known = list(evaluations)
    affected = [item for item in known if item["state"] == MISSING]
    if not affected:
        return ""
    lines = [f"Telemetry of {len(affected)} of {counted(len(known), 'host')} is missing in CloudWatch:"]
    common: dict[str, list[tuple[str, str, str]]] = {}
    for evaluation in affected:
        for (cause, hint), items in _by_cause(evaluation).items():
            text = f"{'; '.join(map(_what, items))} ({evaluation['region']}): {cause}. Hint: {hint}."
            line = next((item["line"] for item in items if item["line"]), "")
            common.setdefault(_without_own_names(text, evaluation), []).append((evaluation["host"], text, line))
    for shared, hosts in common.items():
        name, text, line = hosts[0]
        lines.append(f"{name}: {text}" if len(hosts) == 1 else f"{listed([host for host, _text, _line in hosts])}: {shared}")
        lines += [f"    the agent's log: {line}"] if line else []
    return "\n".join(lines)


def _without_own_names(text: str, evaluation: Mapping[str, Any]) -> str:
    """*text* with an ellipsis for the names of the host: its own, its instance's, its streams'."""
    own = {str(evaluation["host"]), *(str(item["log_stream_name"]) for item in evaluation["streams"])}
    own |= {str(item["dimensions"][key]) for item in evaluation["metrics"] for key in HOST_KEYS if key in item["dimensions"]}
    pattern = "|".join(re.escape(name) for name in sorted(own, key=len, reverse=True) if name)
    return re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", "…", text)


def _by_cause(evaluation: Mapping[str, Any]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for item in [*evaluation["streams"], *evaluation["metrics"]]:
        if item["state"] == MISSING:
            found.setdefault((item["cause"], item["hint"]), []).append(item)
    return found


def _what(item: Mapping[str, Any]) -> str:
    if "file" in item:
        return f"{item['file'] or 'telemetry'} → log group {item['log_group_name']}, stream {item['log_stream_name']}"
    dimensions = ", ".join(f"{key}={value}" for key, value in sorted(item["dimensions"].items()))
    return f"metric {item['namespace']} {item['name']} {{{dimensions}}}"


def awaiting(items: Sequence[tuple[str, Stream | Metric]], region: str, until: str) -> str:
    """What a long wait is for: (host, item) pairs; ``until`` when at the latest."""
    named = [f"{host} {item.file or item.log_group_name if isinstance(item, Stream) else item.name}" for host, item in items]
    return f"Awaiting telemetry in {region} until {until} at the latest: {listed(named)}"
