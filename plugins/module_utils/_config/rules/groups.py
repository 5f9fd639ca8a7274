# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about log groups, streams and files (contract 4.7)."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Iterator

from ..findings import ERROR, WARNING, Finding, shown
from ..log_groups import default_group, is_glob
from ..pointer import Step
from ..problems import rule
from ..subject import Subject
from .regexes import file, files

PLACEHOLDERS = frozenset({"instance_id", "hostname", "local_hostname", "ip_address", "aws_region", "account_id", "date"})
_OFF_EC2 = {"instance_id": "i-UNKNOWN", "account_id": "UNKNOWN-ACCOUNT"}
_CLASSES = ("STANDARD", "INFREQUENT_ACCESS")
_BRACES = re.compile(r"\{([^{}]*)\}")
_GROUP = re.compile(r"[A-Za-z0-9_/.#-]*")
_NAMES = ("log_group_name", "log_stream_name")


def _names(subject: Subject) -> Iterator[tuple[tuple[Step, ...], str, str]]:
    """(path, key, value) of every name of a group or stream."""
    named = [(path, entry) for _kind, path, entry in subject.log_entries()]
    named.append((("logs",), subject.section("logs")))
    for path, entry in named:
        for key in _NAMES:
            if isinstance(entry.get(key), str):
                yield (*path, key), key, entry[key]


def _conflicts(subject: Subject, key: str) -> Iterator[Finding]:
    """Entries of one list that give one group different values of *key*."""
    kinds = ("files", "windows_events") if subject.platform == "windows" else ("files",)
    for kind in kinds:
        first: dict[str, Any] = {}
        for _kind, path, entry in subject.log_entries(kind):
            value = _effective(key, entry.get(key))
            group = entry.get("log_group_name")
            if value is None or not isinstance(group, str):
                continue
            known = first.setdefault(group.lower(), value)
            if known != value:
                message = f"The log group {group} has {key} {shown(known)} in an earlier entry, and {shown(entry[key])} here."
                yield Finding((*path, key), entry[key], message)


def _effective(key: str, value: Any) -> Any:
    if key == "retention_in_days":
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else None
    return value.upper() if isinstance(value, str) and value.upper() in _CLASSES else None


@rule(
    "retention-conflict",
    ERROR,
    why="Entries with one log group must agree on retention_in_days, or leave it out; else the agent refuses the configuration.",
    hint="Give all entries of the group the same retention_in_days.",
    example=files(file(), file(file_path="/b.log", retention_in_days=7)),
)
def _retention_conflict(subject: Subject) -> Iterator[Finding]:
    return _conflicts(subject, "retention_in_days")


@rule(
    "class-conflict",
    ERROR,
    why="Entries with one log group must agree on log_group_class; else the agent refuses the configuration.",
    hint="Give all entries of the group the same log_group_class.",
    example=files(file(log_group_class="STANDARD"), file(file_path="/b.log", log_group_class="INFREQUENT_ACCESS")),
)
def _class_conflict(subject: Subject) -> Iterator[Finding]:
    return _conflicts(subject, "log_group_class")


@rule(
    "class-unknown",
    WARNING,
    why="The agent ignores a log_group_class that is neither STANDARD nor INFREQUENT_ACCESS.",
    hint="Write STANDARD or INFREQUENT_ACCESS.",
    example=files(file(log_group_class="CHEAP")),
)
def _class_unknown(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries():
        value = entry.get("log_group_class")
        if isinstance(value, str) and value.upper() not in _CLASSES:
            yield Finding((*path, "log_group_class"), value, f"The agent ignores the class {shown(value)}.")


@rule(
    "retention-missing",
    WARNING,
    why="A log group that the agent makes never expires, and costs for ever.",
    hint="Set retention_in_days (-1 means: I know, leave the group alone).",
    example=files({"file_path": "/var/log/app.log", "log_group_name": "/app"}),
)
def _retention_missing(subject: Subject) -> Iterator[Finding]:
    retained: dict[str, bool] = defaultdict(bool)
    first: dict[str, tuple[tuple[Step, ...], dict[str, Any]]] = {}
    for _kind, path, entry in subject.log_entries():
        group = entry.get("log_group_name") or default_group(str(entry.get("file_path") or entry.get("event_name") or ""))
        retained[str(group)] |= "retention_in_days" in entry
        first.setdefault(str(group), (path, entry))
    for group, known in retained.items():
        if not known:
            path, entry = first[group]
            yield Finding(path, entry, f"The log group {group} gets no retention.")


@rule(
    "duplicate-file",
    WARNING,
    why="Two entries for one file share one memory of how far it was read: lines get lost, or are sent twice.",
    hint="Keep one entry for each file_path.",
    example=files(file(), file(log_group_name="/other")),
)
def _duplicate_file(subject: Subject) -> Iterator[Finding]:
    first: dict[str, tuple[Step, ...]] = {}
    for _kind, path, entry in subject.log_entries("files"):
        name = entry.get("file_path")
        if isinstance(name, str) and first.setdefault(name, path) != path:
            yield Finding((*path, "file_path"), name, f"{shown(name)} stands in two entries.")


@rule(
    "glob-without-group",
    WARNING,
    why="Without log_group_name the group is named after file_path; * and its like are not allowed in a group's name.",
    hint="Add log_group_name (or publish_multi_logs: true for a group for each file).",
    example=files({"file_path": "/var/log/*.log", "retention_in_days": 30}),
)
def _glob_without_group(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        name = entry.get("file_path")
        if isinstance(name, str) and is_glob(name) and not entry.get("log_group_name") and entry.get("publish_multi_logs") is not True:
            yield Finding((*path, "file_path"), name, f"{shown(name)} is a pattern, and the entry names no log group.")


@rule(
    "glob-single-file",
    WARNING,
    why="Of all files that a pattern matches, the agent reads the one changed last, unless publish_multi_logs is true.",
    hint="Set publish_multi_logs: true to read all of them, or silence the rule if the pattern is about rotated names.",
    example=files(file(file_path="/var/log/app/**.log")),
)
def _glob_single_file(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        name = entry.get("file_path")
        if isinstance(name, str) and "**" in name and entry.get("publish_multi_logs") is not True:
            yield Finding((*path, "file_path"), name, f"Of what {shown(name)} matches, one file at a time is read.")


@rule(
    "auto-removal-multi",
    WARNING,
    why="auto_removal does nothing together with publish_multi_logs.",
    hint="Choose one of them.",
    example=files(file(auto_removal=True, publish_multi_logs=True)),
)
def _auto_removal(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        if entry.get("auto_removal") is True and entry.get("publish_multi_logs") is True:
            yield Finding((*path, "auto_removal"), True, "auto_removal does not work with publish_multi_logs.")


@rule(
    "placeholder-literal",
    WARNING,
    why="The agent resolves a few placeholders in names of groups and streams; another {…} stays as it is.",
    hint=f"Placeholders: {', '.join('{' + name + '}' for name in sorted(PLACEHOLDERS))}.",
    example=files(file(log_stream_name="{instanceid}")),
)
def _placeholder_literal(subject: Subject) -> Iterator[Finding]:
    for path, key, value in _names(subject):
        for name in _BRACES.findall(value):
            if name not in PLACEHOLDERS and not value.startswith("${"):
                yield Finding(path, value, f"{{{name}}} stays as it is in {key}.")
            elif name in _OFF_EC2 and subject.mode != "ec2":
                yield Finding(path, value, f"{{{name}}} becomes {_OFF_EC2[name]} off EC2.", "Use {hostname} or {local_hostname}.")


@rule(
    "date-in-name",
    WARNING,
    why="{date} is resolved when the agent starts, and changes at the next start only.",
    hint="Leave the date out: CloudWatch knows the time of each event.",
    example=files(file(log_stream_name="{date}")),
)
def _date_in_name(subject: Subject) -> Iterator[Finding]:
    for path, key, value in _names(subject):
        if "{date}" in value:
            yield Finding(path, value, f"{key} keeps the date of the agent's start.")


@rule(
    "group-characters",
    WARNING,
    why="CloudWatch Logs allows letters, digits and _ / . # - in names of log groups; nothing arrives in another one.",
    hint="Take the other characters out.",
    example=files(file(log_group_name="my group")),
)
def _group_characters(subject: Subject) -> Iterator[Finding]:
    for path, key, value in _names(subject):
        rest = _BRACES.sub("", value)
        if key == "log_group_name" and not _GROUP.fullmatch(rest):
            wrong = "".join(sorted({char for char in rest if not _GROUP.fullmatch(char)}))
            yield Finding(path, value, f"A log group's name cannot have {shown(wrong)}.")


@rule(
    "stream-characters",
    WARNING,
    why="CloudWatch Logs allows neither : nor * in names of log streams; nothing arrives in such a one.",
    hint="Take these characters out.",
    example=files(file(log_stream_name="a:b")),
)
def _stream_characters(subject: Subject) -> Iterator[Finding]:
    for path, key, value in _names(subject):
        if key == "log_stream_name" and (":" in value or "*" in value):
            yield Finding(path, value, f"{shown(value)} has : or *.")


_COMPRESSED = (".tar", ".zst", ".gz", ".zip", ".bz2", ".rar")


@rule(
    "compressed-file",
    WARNING,
    why="The agent passes over compressed files.",
    hint="Name the file that is written to, not its archives.",
    example=files(file(file_path="/var/log/app.log.gz")),
)
def _compressed_file(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        name = entry.get("file_path")
        if isinstance(name, str) and name.endswith(_COMPRESSED):
            yield Finding((*path, "file_path"), name, f"{shown(name)} is never read.")


@rule(
    "timestamp-options",
    WARNING,
    why="timezone and trim_timestamp work on the time that timestamp_format finds; without it they do nothing.",
    hint="Add timestamp_format, or remove them.",
    example=files(file(timezone="UTC")),
)
def _timestamp_options(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        for key in ("timezone", "trim_timestamp"):
            if key in entry and "timestamp_format" not in entry:
                yield Finding((*path, key), entry[key], f"{key} does nothing: there is no timestamp_format.")
