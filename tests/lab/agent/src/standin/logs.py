# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs section: files with their groups, streams, filters; what beside files is checked but not collected."""

from __future__ import annotations

import os
import re

from . import encodings, regexps, timestamps
from .context import Context

FILES = "/logs/logs_collected/files/collect_list/"
COPIED = (
    "multi_line_start_pattern",
    "timestamp_format",
    "timezone",
    "blacklist",
    "trim_timestamp",
    "auto_removal",
    "publish_multi_logs",
    "backpressure_mode",
)
CLASSES = ("STANDARD", "INFREQUENT_ACCESS")


def translate(context: Context, section: dict) -> tuple[list[dict], list[str]]:
    """Return the files' TOML tables and the names of the receivers there are."""
    collected = section.get("logs_collected", {})
    receivers: list[str] = []
    files: list[dict] = []
    if "files" in collected:
        entries = collected["files"].get("collect_list", [])
        files = [_file(context, section, entry) for entry in entries]
        _agree(context, entries, FILES)
        receivers.append("logfile")
    if "windows_events" in collected and context.platform == "windows":
        entries = collected["windows_events"].get("collect_list", [])
        for entry in entries:
            _filters(context, entry, "/logs/logs_collected/windows_events/collect_list/filters")
        _agree(context, entries, "/logs/logs_collected/windows_events/collect_list/")
        receivers.append("windows_event_log")
    receivers += _metrics(context, section.get("metrics_collected", {}))
    return files, receivers


def default_stream(context: Context, section: dict) -> str:
    """Return the stream of entries that name none."""
    name = section.get("log_stream_name")
    if name:
        return context.resolve(name)
    return context.names["instance_id"] if context.mode == "ec2" else context.names["hostname"]


def _file(context: Context, section: dict, entry: dict) -> dict:
    """Return the TOML table of one collect_list entry."""
    table = {key: entry[key] for key in COPIED if key in entry}
    table["file_path"] = entry.get("file_path", "")
    table["log_group_name"] = context.resolve(entry.get("log_group_name", ""))
    table["log_stream_name"] = context.resolve(entry.get("log_stream_name", "")) or default_stream(context, section)
    table["retention_in_days"] = entry.get("retention_in_days", -1)
    kind = str(entry.get("log_group_class", "")).upper()
    table["log_group_class"] = kind if kind in CLASSES else ""
    table["from_beginning"] = True
    if "encoding" in entry:
        if not encodings.known(entry["encoding"]):
            context.error(FILES + "encoding", "Encoding {} is an invalid value.".format(entry["encoding"]))
        table["encoding"] = entry["encoding"]
    table["filters"] = _filters(context, entry, FILES + "filters")
    _timestamp(context, entry)
    return {key: value for key, value in table.items() if value not in ("", [])}


def _timestamp(context: Context, entry: dict) -> None:
    """A timestamp_format has to compile once its tokens are expanded."""
    try:
        timestamps.Format(entry.get("timestamp_format", ""), entry.get("timezone", ""))
    except re.error:
        context.error(FILES + "timestamp_format", "Timestamp format {} is invalid".format(entry.get("timestamp_format")))


def _filters(context: Context, entry: dict, path: str) -> list[dict]:
    """Both parts of a filter are needed and its expression has to compile."""
    for item in entry.get("filters", []):
        shown = "map[{}]".format(" ".join(f"{key}:{item[key]}" for key in sorted(item)))
        if "type" not in item or "expression" not in item:
            context.error(path, f"Filter {shown} is invalid")
            continue
        try:
            regexps.compile_pattern(item["expression"])
        except regexps.PatternError:
            context.error(path, f"Filter expression {shown} is invalid")
    return [dict(item) for item in entry.get("filters", [])]


def _agree(context: Context, entries: list[dict], path: str) -> None:
    """Entries of one group must not differ in retention or class."""
    for key, absent in (("retention_in_days", -1), ("log_group_class", "")):
        seen: dict[str, object] = {}
        for entry in entries:
            group = str(entry.get("log_group_name", "")).lower()
            value = entry.get(key, absent)
            value = value.upper() if isinstance(value, str) else value
            if not group or value == absent:
                continue
            if seen.setdefault(group, value) != value:
                context.error(path, f"Different {key} values can't be set for the same log group: {group}")


def _metrics(context: Context, section: dict) -> list[str]:
    """Check what stands under logs.metrics_collected."""
    receivers = []
    for name, body in sorted(section.items()):
        if name == "prometheus":
            _prometheus(context, body)
        if name == "kubernetes" and not body.get("cluster_name") and not os.environ.get("K8S_CLUSTER_NAME"):
            context.pipeline_error("cluster name is not provided and was not auto-detected from EC2 tags")
        if name in ("prometheus", "ecs", "kubernetes", "emf", "otlp", "app_signals", "application_signals"):
            receivers.append(name)
    return receivers


def _prometheus(context: Context, body: dict) -> None:
    """Check log group and service discovery; the scrape file is not looked at."""
    for task in body.get("ecs_service_discovery", {}).get("task_definition_list", []):
        if "sd_metrics_ports" not in task:
            path = "/logs/metrics_collected/prometheus/ecs_service_discovery/task_definition_list/sd_metrics_ports"
            context.error(path, "mandatory key: sd_metrics_ports is not defined.")
    if not body.get("log_group_name"):
        context.error("/logs/metrics_collected/prometheus", "prometheus does not have log group name")
