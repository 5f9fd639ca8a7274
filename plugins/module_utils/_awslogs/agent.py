# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the old agent (awslogs) makes of its files: which sections are in force, and the value that it uses where it does not take one.

Observed of awscli-cwlogs 1.4.6 on Python 3. Runs on hosts too: Python 3.8 and later, standard library only, no I/O.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Sequence

from .ini import GENERAL, File, Section

DEFAULT_STATE_FILE = "watchstate"
BUILT_IN = {
    "datetime_format": "",
    "time_zone": "LOCAL",
    "encoding": "utf_8",
    "initial_position": "start_of_file",
    "buffer_duration": "5000",
    "file_fingerprint_lines": "1",
    "multi_line_start_pattern": r"^[^\s]",
    "batch_count": "10000",
    "batch_size": "1048576",
}
"""What counts where a section has no such key."""

_FINGERPRINT = re.compile(r"[1-9][0-9]{0,5}(-[0-9]{1,6})?")


class Log(NamedTuple):
    """A section that names a log. ``path``: the file that it stands in; ``values``: what it says, nothing filled in."""

    path: str
    name: str
    values: dict[str, str]
    others: tuple[str, ...] = ()

    def value(self, key: str) -> str:
        """What the section says, or else what is built in."""
        return self.values.get(key, BUILT_IN.get(key, ""))

    @property
    def fingerprint(self) -> tuple[int, int]:
        """The first and the last of the lines by which a file is recognized, counted from 1."""
        text = self.value("file_fingerprint_lines")
        first, _dash, last = (text if _FINGERPRINT.fullmatch(text) else "1").partition("-")
        return int(first), int(last or first)


class Files(NamedTuple):
    """All files of one agent together. ``unused``: (file, section) that another file has had before, or that is read of the main file only.

    ``repeated``: (file, section) of additional files that have one section's name twice: which of them counts, the file system decides.
    """

    logs: tuple[Log, ...]
    general: dict[str, str]
    has_general: bool
    unused: tuple[tuple[str, str], ...] = ()
    repeated: tuple[tuple[str, str], ...] = ()

    @property
    def state_file(self) -> str:
        """The database of how far files were sent."""
        return self.general.get("state_file", DEFAULT_STATE_FILE)


def together(main: File, additional: Sequence[File]) -> Files:
    """The sections in force of the main file and those of its directory ``config``. Files with an error add nothing."""
    logs = [_log(main, section) for section in main.sections if section.name != GENERAL]
    general = next((section for section in main.sections if section.name == GENERAL), None)
    first = {log.name: log.path for log in logs}
    unused: list[tuple[str, str]] = []
    repeated: list[tuple[str, str]] = []
    for file in additional:
        for section in file.sections:
            if section.name == GENERAL or first.get(section.name) == main.path:
                unused.append((file.path, section.name))
            elif section.name in first:
                repeated.append((file.path, section.name))
            else:
                first[section.name] = file.path
                # What the main file's [DEFAULT] says reaches them only where nothing is built in.
                inherited = {key: value for key, value in main.defaults.items() if key not in BUILT_IN}
                logs.append(Log(file.path, section.name, {**inherited, **section.values}, section.others))
    values = dict(general.values) if general else {}
    return Files(tuple(logs), values, general is not None, tuple(unused), tuple(repeated))


def _log(file: File, section: Section) -> Log:
    return Log(file.path, section.name, section.values, section.others)
