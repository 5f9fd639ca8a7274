# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a configuration gives the agent anything to do (contract 4.6, 12)."""

from __future__ import annotations

from typing import Any, Mapping

from .measurements import KNOWN_PLUGINS, WITHOUT_MEASUREMENT
from .subject import Subject

JMX_TARGETS = ("jvm", "kafka", "kafka-consumer", "kafka-producer", "tomcat")
LOG_METRICS = ("app_signals", "application_signals", "ecs", "emf", "kubernetes", "otlp", "prometheus", "structuredlog")
"""The keys of logs.metrics_collected that the agent reads."""


def has_pipeline(subject: Subject) -> bool:
    """Whether at least one pipeline results, without which the agent dies at its start."""
    if "logs_collected" in subject.section("logs"):
        return True
    if any(key in subject.section("logs", "metrics_collected") for key in LOG_METRICS):
        return True
    if subject.section("traces", "traces_collected") or subject.section("opentelemetry", "collect"):
        return True
    return any(collects(subject.platform, name, value) for name, value in subject.section("metrics", "metrics_collected").items())


def collects(platform: str, plugin: str, value: Any) -> bool:
    """Whether the agent runs *plugin* with the settings *value*."""
    known = KNOWN_PLUGINS[platform]
    if known is not None and plugin not in known:
        return False
    items = value if isinstance(value, list) else [value]
    if plugin == "jmx":
        return any(isinstance(item, dict) and jmx_targets(item) for item in items)
    if known is None or plugin in WITHOUT_MEASUREMENT:
        return True
    return bool(items) and all(isinstance(item, dict) and bool(item.get("measurement")) for item in items)


def jmx_targets(item: Mapping[str, Any]) -> list[str]:
    """The targets of a jmx entry; none if one of them has no measurements, for then the agent passes over the entry."""
    targets = [name for name in JMX_TARGETS if isinstance(item.get(name), dict)]
    return targets if all(item[name].get("measurement") for name in targets) else []
