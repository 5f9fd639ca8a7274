# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about file_path: files that the agent never reads, or not all of them (contract 4.7)."""

from __future__ import annotations

import json
from typing import Any, Iterator

from ..file_paths import control_characters, different_logs, foreign, never_matches
from ..findings import WARNING, Finding, shown
from ..log_groups import is_glob
from ..pointer import Step, pointer, walk
from ..problems import rule
from ..subject import Subject
from .regexes import file, files


def _paths(subject: Subject) -> Iterator[tuple[tuple[Step, ...], str, dict[str, Any]]]:
    """(path, file_path, entry) of every entry of files."""
    for _kind, path, entry in subject.log_entries("files"):
        if isinstance(entry.get("file_path"), str):
            yield (*path, "file_path"), entry["file_path"], entry


@rule(
    "file-never-read",
    WARNING,
    why="The agent reads regular files whose names match file_path as it stands; it fills nothing in, and says nothing if there are none.",
    hint="Write the absolute path of a file, with *, ? and [ ] for what changes.",
    example=files(file(file_path="/var/log/{api,web}/*.log")),
)
def _file_never_read(subject: Subject) -> Iterator[Finding]:
    for path, name, _entry in _paths(subject):
        reason, hint = _unread(subject, name)
        if reason:
            yield Finding(path, name, f"{shown(name)} {reason}.", hint)


def _unread(subject: Subject, name: str) -> tuple[str, str]:
    """(what is wrong, hint) with a file_path that is right for the platform; ('', '') for nothing, or where another rule speaks."""
    if foreign(name, subject.platform) or control_characters(name):
        return "", ""
    return never_matches(name, subject.platform, braces=subject.since("1.300028"))


@rule(
    "file-of-other-platform",
    WARNING,
    why="A path of Windows matches nothing on Linux and macOS, and the other way round.",
    hint="Correct the path, or cw_agent_platform.",
    example=files(file(file_path="C:\\Logs\\app.log")),
)
def _file_of_other_platform(subject: Subject) -> Iterator[Finding]:
    entries = subject.section("opentelemetry", "collect", "files").get("collect_list")
    paths = [(path, name) for path, name, _entry in _paths(subject)]
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict) and isinstance(entry.get("file_path"), str):
            paths.append((("opentelemetry", "collect", "files", "collect_list", index, "file_path"), entry["file_path"]))
    for path, name in paths:
        owner = foreign(name, subject.platform)
        if owner:
            message = f"{shown(name)} is a path of {owner}, and cw_agent_platform is {subject.platform}."
            yield Finding(path, name, message)


@rule(
    "control-characters",
    WARNING,
    why="In double quotes YAML and JSON read a backslash with a letter as another character: no path or name has that one.",
    hint="In YAML, write it in single quotes: 'C:\\Logs\\app.log'. In JSON, double each backslash.",
    example=files(file(file_path="/var/log/\x07pp.log")),
)
def _control_characters(subject: Subject) -> Iterator[Finding]:
    for path, value in walk(subject.config):
        if not isinstance(value, str):
            continue
        found = control_characters(value, text=path[-1:] != ("file_path",))
        if found:
            name = path[-1] if path and isinstance(path[-1], str) else "The text"
            names = " and ".join(found)
            yield Finding(subject.view.original(path), value, f"{name} {ascii_json(value)} has the control {_plural(found)} {names}.")


def _plural(found: list[str]) -> str:
    return "character" if len(found) == 1 else "characters"


def ascii_json(value: str) -> str:
    """*value* as short JSON in which every character can be seen."""
    text = json.dumps(value)
    return text if len(text) <= 120 else text[:119] + "…"


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
            related = ((*first[name], "file_path"),)
            yield Finding((*path, "file_path"), name, f"{shown(name)} stands in {pointer(first[name])}, too.", related=related)


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
    hint="Set publish_multi_logs: true to read all of them, or silence the rule if the files are one log under changing names.",
    example=files(file(file_path="/srv/*/logs/*.log")),
)
def _glob_single_file(subject: Subject) -> Iterator[Finding]:
    for _kind, path, entry in subject.log_entries("files"):
        name = entry.get("file_path")
        if isinstance(name, str) and entry.get("publish_multi_logs") is not True and _newest_only(subject, name):
            yield Finding((*path, "file_path"), name, f"Of what {shown(name)} matches, only the file changed last is read.")


def _newest_only(subject: Subject, name: str) -> bool:
    return different_logs(name, subject.platform) and not _unread(subject, name)[0]


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
