# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about log groups, streams and files (contract 4.7)."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Iterator

from ..findings import ERROR, WARNING, Finding, did_you_mean, near_miss, shown
from ..log_groups import CLASSES, group_of
from ..placeholders import LOG_NAMES
from ..pointer import Step, pointer
from ..problems import rule
from ..subject import Subject
from .regexes import file, files

_OFF_EC2 = {"instance_id": "i-UNKNOWN", "account_id": "UNKNOWN-ACCOUNT"}
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
        first: dict[str, tuple[Any, tuple[Step, ...]]] = {}
        for _kind, path, entry in subject.log_entries(kind):
            value = _effective(key, entry.get(key))
            group = entry.get("log_group_name")
            if value is None or not isinstance(group, str):
                continue
            known, where = first.setdefault(group.lower(), (value, (*path, key)))
            if known != value:
                message = f"The log group {group} has {key} {shown(known)} at {pointer(where)}, and {shown(entry[key])} here."
                yield Finding((*path, key), entry[key], message, related=(where,))


def _effective(key: str, value: Any) -> Any:
    if key == "retention_in_days":
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else None
    return value.upper() if isinstance(value, str) and value.upper() in CLASSES else None


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
    why="The agent ignores a log_group_class that is neither STANDARD nor INFREQUENT_ACCESS, and any of journald.",
    hint="Write STANDARD or INFREQUENT_ACCESS.",
    example=files(file(log_group_class="CHEAP")),
)
def _class_unknown(subject: Subject) -> Iterator[Finding]:
    for kind, path, entry in subject.log_entries():
        value = entry.get("log_group_class")
        if isinstance(value, str) and value.upper() not in CLASSES:
            yield Finding((*path, "log_group_class"), value, f"The agent ignores the class {shown(value)}.")
        elif value is not None and kind == "journald":
            message = f"The agent makes the log groups of journald in the class STANDARD, and ignores {shown(value)}."
            hint = "Remove it; with cw_agent_log_groups the log group is made in its class before the agent makes it."
            yield Finding((*path, "log_group_class"), value, message, hint)


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
        group = group_of(entry)
        retained[group] |= "retention_in_days" in entry
        first.setdefault(group, (path, entry))
    for group, known in retained.items():
        if not known:
            path, entry = first[group]
            yield Finding(path, entry, f"The log group {group} gets no retention.")


@rule(
    "placeholder-literal",
    WARNING,
    why="The agent resolves a few placeholders in names of groups and streams; another {…} stays as it is.",
    hint=f"Placeholders: {', '.join('{' + name + '}' for name in sorted(LOG_NAMES))}.",
    example=files(file(log_stream_name="{instanceid}")),
)
def _placeholder_literal(subject: Subject) -> Iterator[Finding]:
    for path, key, value in _names(subject):
        for name in _BRACES.findall(value):
            if name not in LOG_NAMES and not value.startswith("${"):
                guess = _meant(name)
                hint = f"Write {guess}." if guess else ""
                yield Finding(path, value, f"{{{name}}} stays as it is in {key}.{did_you_mean(guess)}", hint)
            elif name in _OFF_EC2 and subject.mode != "ec2":
                yield Finding(path, value, f"{{{name}}} becomes {_OFF_EC2[name]} off EC2.", "Use {hostname} or {local_hostname}.")


def _meant(name: str) -> str:
    """The placeholder that *name* is meant for, such as aws:InstanceId or instanceid; '' if none is like it."""
    guess = near_miss(name.rpartition(":")[2], LOG_NAMES, 0.8)
    return "{" + guess + "}" if guess else ""


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
    why="CloudWatch Logs allows letters, digits and _ / . # - in names of log groups, which do not begin with aws/; nothing arrives in "
    "another one.",
    hint="Take the other characters out.",
    example=files(file(log_group_name="my group")),
)
def _group_characters(subject: Subject) -> Iterator[Finding]:
    for path, key, value in _names(subject):
        rest = _BRACES.sub("", value)
        if key == "log_group_name" and not _GROUP.fullmatch(rest):
            wrong = "".join(sorted({char for char in rest if not _GROUP.fullmatch(char)}))
            yield Finding(path, value, f"A log group's name cannot have {shown(wrong)}.")
        elif key == "log_group_name" and value.startswith("aws/"):
            yield Finding(path, value, f"{shown(value)} begins with aws/, which AWS keeps for itself.", "Write /aws/…, or another name.")


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
