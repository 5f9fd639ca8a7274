# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a configuration gives the agent anything to do (contract 4.6, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .measurements import KNOWN_PLUGINS, without_measurement

if TYPE_CHECKING:
    from .subject import Subject

_LOG_METRICS = ("app_signals", "application_signals", "ecs", "emf", "kubernetes", "otlp", "prometheus")


def has_pipeline(subject: Subject) -> bool:
    """Whether at least one pipeline results, without which the agent dies at its start."""
    if "logs_collected" in subject.section("logs"):
        return True
    if any(key in subject.section("logs", "metrics_collected") for key in _LOG_METRICS):
        return True
    if subject.section("traces", "traces_collected") or subject.section("opentelemetry", "collect"):
        return True
    return any(collects(subject.platform, name, value) for name, value in subject.section("metrics", "metrics_collected").items())


def collects(platform: str, plugin: str, value: Any) -> bool:
    """Whether the agent runs *plugin* with the settings *value*."""
    known = KNOWN_PLUGINS[platform]
    if known is not None and plugin not in known:
        return False
    if plugin in without_measurement(platform):
        return True
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(item, dict) and bool(item.get("measurement")) for item in items)
