# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about regular expressions, timestamps and encodings (contract 4.7)."""

from __future__ import annotations

from typing import Any, Iterator

from ..encodings import is_encoding
from ..findings import ERROR, WARNING, Finding, shown
from ..patterns import lost_pattern
from ..placeholders import TIMESTAMP
from ..pointer import Step
from ..problems import rule
from ..re2 import refusal
from ..subject import Subject
from ..timestamps import ambiguities, format_refusal, lacks_date, unknown_tokens

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
    "multi-line-pattern",
    WARNING,
    why="A line that matches multi_line_start_pattern starts an event. A pattern that no line matches makes one event of the whole file, "
    "one that every line matches makes an event of each.",
    hint="Write {timestamp_format}, alone and in quotes, or an expression for RE2 that the first lines match, and only they.",
    example=files(file(multi_line_start_pattern="{datetime_format}", timestamp_format="%Y-%m-%d %H:%M:%S")),
)
def _multi_line_pattern(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        pattern = entry.get("multi_line_start_pattern")
        if isinstance(pattern, str) and pattern != TIMESTAMP and not refusal(pattern):
            reason = lost_pattern(pattern)
            if reason:
                yield Finding((*path, "multi_line_start_pattern"), pattern, f"multi_line_start_pattern {shown(pattern)}: {reason}.")


@rule(
    "timestamp-without-date",
    WARNING,
    why="A time without month and day becomes one of 1 January of this year; CloudWatch Logs drops events older than 14 days.",
    hint="Add the month and the day, or leave timestamp_format out: then the time of reading counts.",
    example=files(file(timestamp_format="%H:%M:%S")),
)
def _timestamp_without_date(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        text = entry.get("timestamp_format")
        lacking = lacks_date(text) if isinstance(text, str) and not unknown_tokens(text) else ""
        if lacking:
            yield Finding((*path, "timestamp_format"), text, f"{shown(text)} has no {lacking}: events get the wrong date, and are dropped.")


@rule(
    "timestamp-ambiguous",
    WARNING,
    why="The agent fills tokens alone: a Z or UTC in the format says nothing of the zone, which is the host's unless timezone is UTC, and "
    "%I needs %p. Events get a wrong time, and CloudWatch Logs drops those that lie more than two hours ahead.",
    hint="Set timezone: UTC where the log has UTC; write %H for hours of 24, or add %p.",
    example=files(file(timestamp_format="%Y-%m-%dT%H:%M:%SZ")),
)
def _timestamp_ambiguous(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        text = entry.get("timestamp_format")
        if not isinstance(text, str) or unknown_tokens(text):
            continue
        for reason, hint in ambiguities(text, str(entry.get("timezone") or "")):
            yield Finding((*path, "timestamp_format"), text, f"{shown(text)}: {reason}.", hint)


@rule(
    "timestamp-options",
    WARNING,
    why="trim_timestamp takes the time that timestamp_format finds out of the text; without timestamp_format it does nothing.",
    hint="Add timestamp_format, or remove trim_timestamp.",
    example=files(file(trim_timestamp=True)),
)
def _timestamp_options(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        if entry.get("trim_timestamp") is True and "timestamp_format" not in entry:
            yield Finding((*path, "trim_timestamp"), True, "trim_timestamp does nothing: there is no timestamp_format.")


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
