# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log streams of a configuration, named as the agent names them on a given host."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Mapping, NamedTuple

from .._config.log_groups import default_group
from .placeholders import Identity, resolve
from .sharing import Name, stream_name

FLUSH_SECONDS = 5
"""How often the agent sends logs unless ``logs.force_flush_interval`` says otherwise."""

JOURNAL = "the journal"
_TOO_OLD_SECONDS = 13 * 24 * 3600
"""CloudWatch drops events older than fourteen days; here one day less."""

_GLOB = re.compile(r"[*?\[{]")
_NOT_IN_A_GROUP_NAME = re.compile(r"[^.\-_/#A-Za-z0-9]")


class Stream(NamedTuple):
    """The log group and stream of one configured file.

    ``grown``: since the agent's start, or the agent has not begun with it; ``waiting``: not all of it was sent; ``readable``: for the
    agent's user, ``absent``: there is no such file; ``empty``: there is nothing in it that could be; ``written``: last change (seconds
    since the epoch); ``filtered``: not every line is sent; ``timestamped``: events carry the time that the line says; ``flush``: seconds
    between two sendings; ``shared``: other hosts send to this very stream.
    """

    log_group_name: str
    log_stream_name: str
    file: str
    grown: bool = False
    waiting: bool = False
    readable: bool = True
    empty: bool = False
    written: float = 0.0
    filtered: bool = False
    timestamped: bool = False
    flush: int = FLUSH_SECONDS
    shared: bool = False
    absent: bool = False


@dataclass
class Streams:
    """The configuration's part ``logs`` on a host. ``files``: what was seen of each configured path; ``clock``: when it was seen.

    ``unverified`` collects sentences about what cannot be known from here; ``others``: what other hosts send to.
    """

    logs: Mapping[str, Any]
    identity: Identity
    files: Mapping[str, Mapping[str, Any]]
    clock: float
    unverified: list[str] = field(default_factory=list)
    others: frozenset[Name] = frozenset()

    def expected(self) -> list[Stream]:
        """All of them, in the order of the configuration."""
        found = [stream for entry in self._entries("files") for stream in self._of_file(entry)]
        for entry in self._entries("journald"):
            template, stream = str(entry.get("log_group_name") or ""), self._stream_name(entry)
            for group, name in self._named(template, stream, JOURNAL):
                found.append(Stream(group, name, JOURNAL, flush=self._flush, shared=self._shared(entry)))
        return found

    @property
    def _flush(self) -> int:
        return int(self.logs.get("force_flush_interval") or FLUSH_SECONDS)

    def _entries(self, kind: str) -> list[Mapping[str, Any]]:
        collected = (self.logs.get("logs_collected") or {}).get(kind) or {}
        return [item for item in collected.get("collect_list") or [] if isinstance(item, Mapping)]

    def _stream_name(self, entry: Mapping[str, Any]) -> str:
        return str(entry.get("log_stream_name") or self.logs.get("log_stream_name") or self.identity.log_stream)

    def _of_file(self, entry: Mapping[str, Any]) -> list[Stream]:
        pattern = str(entry.get("file_path") or "")
        seen = self.files.get(pattern, {})
        tailed = str(seen.get("file") or ("" if _GLOB.search(pattern) else pattern))
        if entry.get("publish_multi_logs") and not tailed:
            self.unverified.append(f"{pattern}: no file matches yet, its log streams are named after the files")
            return []
        group, stream = self._template(entry, pattern, tailed)
        return [
            Stream(
                log_group_name=log_group_name,
                log_stream_name=log_stream_name,
                file=tailed or pattern,
                grown=bool(seen.get("grown")) or self._begins(seen, entry),
                waiting="sent" in seen and int(seen.get("size") or 0) > int(seen["sent"] or 0),
                readable=bool(seen.get("readable", True)) or not seen.get("exists", True),
                empty="size" in seen and not seen["size"],
                written=float(seen.get("mtime") or 0),
                filtered=bool(entry.get("filters")),
                timestamped=bool(entry.get("timestamp_format")),
                flush=self._flush,
                shared=self._shared(entry),
                absent=not seen.get("exists", True),
            )
            for log_group_name, log_stream_name in self._named(group, stream, pattern)
        ]

    def _template(self, entry: Mapping[str, Any], pattern: str, tailed: str) -> tuple[str, str]:
        """Group and stream with their placeholders. One file's name becomes part of them with ``publish_multi_logs``."""
        group = str(entry.get("log_group_name") or default_group(pattern))
        stream = self._stream_name(entry)
        if not entry.get("publish_multi_logs"):
            return group, stream
        safe = _NOT_IN_A_GROUP_NAME.sub("_", tailed)
        return (group, f"{stream}_{safe.replace('/', '_')}") if entry.get("log_group_name") else (safe, stream)

    def _shared(self, entry: Mapping[str, Any]) -> bool:
        return stream_name(self.logs, entry) in self.others

    def _begins(self, seen: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
        """Whether the agent will read the file from its beginning, and CloudWatch will take what stands in it."""
        untouched = "sent" in seen and not seen["sent"] and int(seen.get("size") or 0) > 0
        return untouched and not (entry.get("timestamp_format") and float(seen.get("mtime") or 0) < self.clock - _TOO_OLD_SECONDS)

    def _named(self, group: str, stream: str, what: str) -> list[tuple[str, str]]:
        """The group and the stream with every placeholder filled in, or nothing where one cannot be known from here."""
        log_group_name, log_stream_name = resolve(group, self.identity), resolve(stream, self.identity)
        if log_group_name is None or log_stream_name is None:
            self.unverified.append(f"{what}: a placeholder of {group} or {stream} is not known of this host")
            return []
        return [(log_group_name, log_stream_name)]
