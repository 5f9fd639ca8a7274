# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of the agent, and which keys came with which."""

from __future__ import annotations

import re
from typing import NamedTuple

from .errors import ConfigError

NEWEST = "1.300071"
"""The newest release whose language is known here."""

_FORM = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:b(\d+))?")


def parse_version(text: str) -> tuple[int, ...]:
    """``1.300060``, ``1.300060.0b1248`` or '' (the newest) as numbers that compare: major, release, patch.

    Raises:
        ConfigError: it is no version of the agent, or a number, in which zeros at the end are lost.
    """
    if not isinstance(text, str):
        raise ConfigError(f"agent_version is the number {text}, in which zeros at the end are lost. Hint: write it in quotes.")
    match = _FORM.fullmatch(text.strip() or NEWEST)
    if not match:
        raise ConfigError(f"agent_version is {text!r}: expected a release such as {NEWEST}, or a build such as 1.300060.0b1248.")
    return int(match[1]), int(match[2]), int(match[3] or 0)


class Introduced(NamedTuple):
    """A key and the release that brought it. ``refused``: an older agent refuses the whole configuration; else it ignores the key."""

    path: tuple[str, ...]
    since: str
    refused: bool


ANY = "*"
"""Stands in a path for every index or key."""

_FILE = ("logs", "logs_collected", "files", "collect_list", ANY)
_EVENT = ("logs", "logs_collected", "windows_events", "collect_list", ANY)
_METRICS = ("metrics", "metrics_collected")
_LOG_METRICS = ("logs", "metrics_collected")

INTRODUCED = (
    Introduced(("opentelemetry",), "1.300070", False),
    Introduced(("traces",), "1.300025", False),
    Introduced(("agent", "aws_sdk_log_level"), "1.247350", False),
    Introduced(("agent", "usage_data"), "1.300025", False),
    Introduced(("agent", "service.name"), "1.300049", False),
    Introduced(("agent", "deployment.environment"), "1.300049", False),
    Introduced(("agent", "use_dualstack_endpoint"), "1.300061", False),
    Introduced(("agent", "usage_metadata"), "1.300061", False),
    Introduced(("metrics", "metrics_destinations"), "1.300048", True),
    Introduced(("metrics", "service.name"), "1.300049", True),
    Introduced(("metrics", "deployment.environment"), "1.300049", True),
    Introduced((*_METRICS, "nvidia_gpu"), "1.247350", False),
    Introduced((*_METRICS, "jmx"), "1.300041", True),
    Introduced((*_METRICS, "otlp"), "1.300048", True),
    Introduced((*_METRICS, "prometheus"), "1.300050", True),
    Introduced((*_METRICS, "efa"), "1.300068", False),
    Introduced((*_METRICS, "ethtool", "append_dimensions"), "1.300042", True),
    Introduced((*_METRICS, "ethtool", "drop_original_metrics"), "1.300043", True),
    Introduced((*_METRICS, "statsd", "drop_original_metrics"), "1.300043", True),
    Introduced((*_METRICS, "collectd", "drop_original_metrics"), "1.300043", True),
    Introduced((*_METRICS, "statsd", "service.name"), "1.300049", True),
    Introduced((*_METRICS, "statsd", "deployment.environment"), "1.300049", True),
    Introduced((*_METRICS, "collectd", "service.name"), "1.300049", True),
    Introduced((*_METRICS, "collectd", "deployment.environment"), "1.300049", True),
    Introduced((*_METRICS, "collectd", "append_dimensions"), "1.300065", True),
    Introduced(("logs", "concurrency"), "1.300052", True),
    Introduced(("logs", "service.name"), "1.300049", True),
    Introduced(("logs", "deployment.environment"), "1.300049", True),
    Introduced(("logs", "logs_collected", "journald"), "1.300070", True),
    Introduced(("logs", "logs_collected", "application_signals"), "1.300069", True),
    Introduced((*_FILE, "filters"), "1.247350", True),
    Introduced((*_FILE, "retention_in_days"), "1.247350", True),
    Introduced((*_FILE, "log_group_class"), "1.300032", True),
    Introduced((*_FILE, "service.name"), "1.300049", True),
    Introduced((*_FILE, "deployment.environment"), "1.300049", True),
    Introduced((*_FILE, "trim_timestamp"), "1.300054", True),
    Introduced((*_FILE, "backpressure_mode"), "1.300054", True),
    Introduced((*_EVENT, "retention_in_days"), "1.247350", True),
    Introduced((*_EVENT, "log_group_class"), "1.300032", True),
    Introduced((*_EVENT, "event_ids"), "1.300059", True),
    Introduced((*_EVENT, "filters"), "1.300059", True),
    Introduced((*_LOG_METRICS, "prometheus"), "1.247346", False),
    Introduced((*_LOG_METRICS, "app_signals"), "1.300031", False),
    Introduced((*_LOG_METRICS, "application_signals"), "1.300037", False),
    Introduced((*_LOG_METRICS, "otlp"), "1.300048", False),
    Introduced((*_LOG_METRICS, "kubernetes", "jmx_container_insights"), "1.300048", False),
    Introduced(("traces", "traces_collected", "app_signals"), "1.300031", True),
    Introduced(("traces", "traces_collected", "application_signals"), "1.300037", True),
    Introduced(("traces", "transit_spans_in_otlp_format"), "1.300048", True),
    Introduced(("opentelemetry", "cluster_name"), "1.300071", True),
    Introduced(("opentelemetry", "resource_attributes"), "1.300071", True),
    Introduced(("opentelemetry", "collect", "files"), "1.300071", True),
    Introduced(("opentelemetry", "collect", "windows_events"), "1.300071", True),
    Introduced(("opentelemetry", "collect", "host_metrics", "collection_interval"), "1.300071", True),
    Introduced(("opentelemetry", "collect", "container_insights", "role"), "1.300071", True),
    Introduced(("opentelemetry", "collect", "otlp", "span_metrics_enabled"), "1.300071", True),
)
