# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log groups, streams and files of a configuration (contract 4.7), pure."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping

from .measurements import NAMESPACE
from .subject import Subject

_GLOB = re.compile(r"[*?\[{]")
CLASSES = ("STANDARD", "INFREQUENT_ACCESS")
"""The classes that the agent gives log groups, AWS's default first."""

_NOT_IN_A_NAME = re.compile(r"[^.\-_/#A-Za-z0-9*?\[\]{},]")


def is_glob(file_path: str) -> bool:
    """Whether *file_path* is a pattern for several files."""
    return bool(_GLOB.search(file_path))


def default_group(file_path: str) -> str:
    """The log group of a file that names none: its path without the last extension."""
    head, dot, tail = file_path.rpartition(".")
    return head if dot and "/" not in tail and "\\" not in tail else file_path


def group_of(entry: Mapping[str, Any]) -> str:
    """The log group of an entry of files or windows_events; where files name the groups, with the patterns of their paths."""
    path = str(entry.get("file_path") or "")
    if entry.get("log_group_name") or not path:
        return str(entry.get("log_group_name") or entry.get("event_name") or "")
    if entry.get("publish_multi_logs") is True:
        return _NOT_IN_A_NAME.sub("_", path.replace("\\", "/"))
    return default_group(path)


def destinations(subject: Subject) -> Iterator[dict[str, Any]]:
    """Each entry under logs_collected: kind, path, names of group and stream ('' for the host's default), file_path, retention, class.

    ``class_given``: whether the entry names the class, and the agent heeds it; else it is AWS's default.
    """
    default_stream = subject.section("logs").get("log_stream_name") or ""
    for kind, path, entry in subject.log_entries():
        file_path = str(entry.get("file_path") or "") if kind == "files" else ""
        retention = entry.get("retention_in_days")
        given = str(entry.get("log_group_class") or "").upper()
        heeded = given in CLASSES and kind != "journald"
        yield {
            "kind": kind,
            "path": path,
            "log_group_name": group_of(entry),
            "log_stream_name": str(entry.get("log_stream_name") or default_stream),
            "file_path": file_path,
            "retention_in_days": retention if isinstance(retention, int) and retention > 0 else None,
            "log_group_class": given if heeded else CLASSES[0],
            "class_given": heeded,
            "pattern": is_glob(file_path),
        }


def collects(subject: Subject) -> dict[str, Any]:
    """What a host with this configuration reads and sends: ``files``, ``journald`` (whether), ``streams``, ``namespace``."""
    found = list(destinations(subject))
    return {
        "files": sorted({item["file_path"] for item in found if item["file_path"]}),
        "journald": any(item["kind"] == "journald" for item in found),
        "streams": [{key: item[key] for key in ("log_group_name", "log_stream_name", "file_path")} for item in found],
        "namespace": namespace(subject.config),
    }


def namespace(configuration: Mapping[str, Any]) -> str:
    """The namespace of the host's metrics; '' when it sends none."""
    metrics = configuration.get("metrics")
    return str(metrics.get("namespace") or NAMESPACE) if isinstance(metrics, dict) else ""


def config_log_groups(subject: Subject) -> list[dict[str, Any]]:
    """The log groups under logs_collected by name: ``retention_in_days`` (None: for ever), ``log_group_class``, ``streams``, ``files``."""
    groups: dict[str, dict[str, Any]] = {}
    for item in destinations(subject):
        empty = {"retention_in_days": None, "log_group_class": item["log_group_class"], "streams": [], "files": []}
        group = groups.setdefault(item["log_group_name"], {"log_group_name": item["log_group_name"], **empty})
        group["retention_in_days"] = group["retention_in_days"] or item["retention_in_days"]
        for key, value in (("streams", item["log_stream_name"]), ("files", item["file_path"])):
            if value not in group[key] and (value or key == "streams"):
                group[key].append(value)
    return [groups[name] for name in sorted(groups)]
