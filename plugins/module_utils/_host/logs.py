# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's own log: its file, or the journal where the configuration says so."""

from __future__ import annotations

import calendar
import os
import re
import time
from typing import NamedTuple

from . import safe_files
from .configurations import AgentSection
from .layout import Layout
from .system import Host

READY = "Everything is ready. Begin running and processing data."
SHOWN_LINES = 20
TAIL = 512 * 1024
WIDTH = 600

# What ends the daemon may stand there at the level of information: I! ERROR: ListenUDP - ….
_TROUBLE = re.compile(r"(^|\s)(E! |ERROR: )|^panic:|^fatal error:|\[?panic\]?: ")
_STAMP = re.compile(r"^(\d{4})[-/](\d\d)[-/](\d\d)([T ])(\d\d):(\d\d):(\d\d)")


class Position(NamedTuple):
    """A point in a log file: its inode and its size in bytes then."""

    inode: int = 0
    size: int = 0


def path(layout: Layout, section: AgentSection) -> str:
    """The log file of an agent with these settings, '' where it logs to the journal."""
    if section.logfile is None:
        return layout.log_file
    return layout.at(section.logfile) if section.logfile else ""


def position(file: str) -> Position:
    """Where the file ends now."""
    try:
        found = os.stat(file)
    except OSError:
        return Position()
    return Position(found.st_ino, found.st_size)


def lines_after(file: str, mark: Position) -> list[str]:
    """What was written after ``mark``, the last half megabyte of it; nothing where there is none, or a device."""
    if not os.path.isfile(file):
        return []
    try:
        with safe_files.open_regular(file) as stream:
            found = os.fstat(stream.fileno())
            first = mark.size if found.st_ino == mark.inode and found.st_size >= mark.size else 0
            stream.seek(max(first, found.st_size - TAIL))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _written_at(line: str) -> float | None:
    stamp = _STAMP.match(line)
    if not stamp:
        return None
    year, month, day, separator, hour, minute, second = stamp.groups()
    moment = (int(year), int(month), int(day), int(hour), int(minute), int(second))
    # The daemon stamps its lines in UTC with a T, Go's plain logger in local time with a blank.
    return float(calendar.timegm((*moment, 0, 0, 0)) if separator == "T" else time.mktime((*moment, 0, 0, -1)))


def since(lines: list[str], epoch: float) -> list[str]:
    """The lines from the first one stamped ``epoch`` (whole seconds) or later."""
    for index, line in enumerate(lines):
        written = _written_at(line)
        if written is not None and written >= int(epoch):
            return lines[index:]
    return []


def trouble(lines: list[str]) -> list[str]:
    """The lines that report an error, newest last, cut to a width and a number that people read; repeated ones once."""
    found: dict[str, str] = {}
    for line in lines:
        if _TROUBLE.search(line):
            what = _STAMP.sub("", line)
            found.pop(what, None)
            found[what] = line[:WIDTH]
    return list(found.values())[-SHOWN_LINES:]


def ready(lines: list[str]) -> bool:
    """Whether the daemon has said that it works."""
    return any(READY in line for line in lines)


def journal(host: Host, invocation_id: str) -> list[str]:
    """What one run of the service has written to the journal."""
    answer = host.run(["journalctl", "--no-pager", "--output=cat", "--lines=2000", f"_SYSTEMD_INVOCATION_ID={invocation_id}"], timeout=20)
    return answer.out.splitlines() if answer.rc == 0 else []
