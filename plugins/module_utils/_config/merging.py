# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent merges when it reads several files (contract 4.2): the one table for composing, checking and splitting."""

from __future__ import annotations

from typing import Any

Path = tuple[str, ...]


def _paths(*texts: str) -> frozenset[Path]:
    return frozenset(tuple(text.split("/")) for text in texts)


UNITED = _paths(
    "agent",
    "metrics",
    "metrics/metrics_collected",
    "logs",
    "logs/logs_collected",
    "logs/logs_collected/files",
    "logs/logs_collected/windows_events",
    "logs/metrics_collected",
    "logs/metrics_collected/ecs",
    "logs/metrics_collected/kubernetes",
    "logs/metrics_collected/prometheus",
    "traces",
    "traces/traces_collected",
    "opentelemetry",
    "opentelemetry/collect",
)
"""Mappings of which the agent unites the keys. It reads them by name and drops one that is no mapping."""

JOINED = _paths(
    "agent/usage_metadata",
    "metrics/metrics_collected/procstat",
    "logs/logs_collected/files/collect_list",
    "logs/logs_collected/windows_events/collect_list",
)
"""Lists that the agent joins, equal entries once, also those of one file. It drops one that is no list, or that is empty."""

ONE_OR_MANY = _paths(
    "metrics/metrics_collected/jmx",
    "metrics/metrics_collected/otlp",
    "logs/metrics_collected/otlp",
    "traces/traces_collected/otlp",
)
"""A mapping or a list of mappings: equal ones become one, different ones a list."""

SECTIONS = ("agent", "metrics", "logs", "traces", "opentelemetry")
"""The top-level keys that the agent reads."""

LIST = "list"
"""Stands in TREE for a list that the agent joins."""


def _tree() -> dict[str, Any]:
    tree: dict[str, Any] = {section: {} for section in SECTIONS}
    for path in sorted(UNITED | JOINED):
        inner = tree
        for key in path[:-1]:
            inner = inner[key]
        inner.setdefault(path[-1], LIST if path in JOINED else {})
    return tree


TREE = _tree()
"""UNITED and JOINED as nested mappings: the sections that the agent merges, and the lists in them that it joins."""
