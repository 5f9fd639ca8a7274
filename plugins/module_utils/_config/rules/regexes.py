# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about regular expressions, timestamps and encodings (contract 4.7)."""

from __future__ import annotations

from typing import Any, Iterator

from ..encodings import is_encoding
from ..findings import ERROR, WARNING, Finding, shown
from ..pointer import Step
from ..problems import rule
from ..re2 import refusal
from ..subject import Subject
from ..timestamps import format_refusal, unknown_tokens

TIMESTAMP = "{timestamp_format}"
_OWN_LOG = "/opt/aws/amazon-cloudwatch-agent/logs/amazon-cloudwatch-agent.log"
_REWRITE = "Rewrite it for RE2 (https://github.com/google/re2/wiki/Syntax): no look-around, no back-references, no possessive repetition."


def files(*entries: dict[str, Any]) -> dict[str, Any]:
    """A configuration of nothing but these files, for the examples."""
    return {"logs": {"logs_collected": {"files": {"collect_list": list(entries)}}}}


def file(**more: Any) -> dict[str, Any]:
    """A file's entry that nothing is wrong with, and what else it has."""
    return {"file_path": "/var/log/app.log", "log_group_name": "/app", "retention_in_days": 30, **more}


@rule(
    "filter-invalid",
    ERROR,
    why="A filter needs type and expression, and the expression must be one for RE2; else the agent refuses the configuration.",
    hint=_REWRITE,
    example=files(file(filters=[{"type": "include", "expression": "(?=ERROR)"}])),
)
def _filter_invalid(subject: Subject) -> Iterator[Finding]:
    for kind, path, entry in subject.log_entries():
        if kind == "windows_events" and subject.platform != "windows":
            continue
        filters = entry.get("filters")
        for index, item in enumerate(filters if isinstance(filters, list) else []):
            if isinstance(item, dict):
                yield from _filter(item, (*path, "filters", index))


def _filter(item: dict[str, Any], path: tuple[Step, ...]) -> Iterator[Finding]:
    for key in ("type", "expression"):
        if not item.get(key):
            yield Finding(path, item, f"The filter {shown(item)} has no {key}.", f"Add {key}.")
            return
    expression = item["expression"]
    if isinstance(expression, str) and (reason := refusal(expression)):
        yield Finding((*path, "expression"), expression, f"RE2 refuses {shown(expression)}: {reason}.")


@rule(
    "pattern-invalid",
    ERROR,
    why="The agent does not check these expressions: a bad one stops the collection of the file or process at run time.",
    hint=_REWRITE,
    example=files(file(multi_line_start_pattern="[0-9")),
)
def _pattern_invalid(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        for key in ("multi_line_start_pattern", "blacklist"):
            yield from _pattern(entry, key, path)
    for plugin, path, item in subject.plugins():
        for key in ("exe", "pattern") if plugin == "procstat" else ():
            yield from _pattern(item, key, path)


def _pattern(entry: dict[str, Any], key: str, path: tuple[Step, ...]) -> Iterator[Finding]:
    pattern = entry.get(key)
    if isinstance(pattern, str) and pattern != TIMESTAMP and (reason := refusal(pattern)):
        yield Finding((*path, key), pattern, f"RE2 refuses {key} {shown(pattern)}: {reason}.")


@rule(
    "multi-line-without-timestamp",
    WARNING,
    why="{timestamp_format} as multi_line_start_pattern means the entry's timestamp_format; without one no line ever starts an event.",
    hint="Add timestamp_format, or write an expression.",
    example=files(file(multi_line_start_pattern=TIMESTAMP)),
)
def _multi_line(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        if entry.get("multi_line_start_pattern") == TIMESTAMP and "timestamp_format" not in entry:
            yield Finding((*path, "multi_line_start_pattern"), TIMESTAMP, "There is no timestamp_format to start events with.")


@rule(
    "timestamp-invalid",
    ERROR,
    why="The agent makes a regular expression of timestamp_format, and refuses the configuration if it does not compile.",
    hint="Take + and \\ out of the format, or write them so that an expression results.",
    example=files(file(timestamp_format="+%Y-%m-%d")),
)
def _timestamp_invalid(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        text = entry.get("timestamp_format")
        own = entry.get("file_path") == subject.section("agent").get("logfile", _OWN_LOG)  # of its own log the agent ignores the format
        if isinstance(text, str) and not own and (reason := format_refusal(text)):
            yield Finding((*path, "timestamp_format"), text, f"{shown(text)} makes no expression: {reason}.")


@rule(
    "timestamp-token",
    WARNING,
    why="The agent knows a few tokens of strftime; another one is searched as these very characters, and no line ever matches.",
    hint="Tokens: %Y %y %m %-m %d %-d %b %B %a %A %H %I %-I %M %-M %S %-S %p %Z %z %f.",
    example=files(file(timestamp_format="%Y-%m-%dT%T")),
)
def _timestamp_token(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        text = entry.get("timestamp_format")
        if not isinstance(text, str):
            continue
        unknown = unknown_tokens(text)
        if unknown:
            yield Finding((*path, "timestamp_format"), text, f"The agent does not know {', '.join(unknown)}.")
        elif "%" not in text:
            yield Finding((*path, "timestamp_format"), text, f"{shown(text)} has no token of a time.")
        elif "%B" in text:
            message = "%B takes names of months of seven letters only (January, October)."
            yield Finding((*path, "timestamp_format"), text, message, "Use %b with short names in the log, or drop the timestamp.")


@rule(
    "encoding-unknown",
    ERROR,
    why="The agent refuses a configuration with an encoding that it does not know.",
    hint="Write a name as the web or IANA has it: utf-8, utf-16, iso-8859-1, windows-1252, shift_jis … (Python's names differ).",
    example=files(file(encoding="utf_8")),
)
def _encoding(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        name = entry.get("encoding")
        if isinstance(name, str) and not is_encoding(name):
            yield Finding((*path, "encoding"), name, f"The agent knows no encoding {shown(name)}.")
