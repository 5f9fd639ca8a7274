# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's own log: to agent.logfile, or to stderr (the journal) where that is empty."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time

LEVELS = {"DEBUG": 0, "INFO": 1, "WARN": 2, "ERROR": 3, "OFF": 4}
_LETTERS = {"D": 0, "I": 1, "W": 2, "E": 3}


class Log:
    """Writes lines `TIME L! text` at or above a level."""

    def __init__(self) -> None:
        self.stream = sys.stderr
        self.level = LEVELS["INFO"]
        self.lock = threading.Lock()

    def open(self, path: str) -> None:
        """Write to a file from now on; where that fails stderr stays."""
        if not path:
            return
        try:
            os.makedirs(os.path.dirname(path) or "/", exist_ok=True)
            self.stream = open(path, "a", encoding="utf-8")  # noqa: SIM115 (open for the life of the process)
        except OSError as error:
            self.line("E", f"Failed to open log file {path}: {error}")

    def line(self, letter: str, text: str) -> None:
        """Write one line."""
        if _LETTERS[letter] < self.level:
            return
        with self.lock, contextlib.suppress(OSError):  # a full disk does not end what writes to the log
            self.stream.write("{} {}! {}\n".format(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), letter, text))
            self.stream.flush()

    def collector(self, letter: str, caller: str, text: str) -> None:
        """Write one line in the form of the pipelines' own logger."""
        self.line(letter, json.dumps({"caller": caller, "msg": text}, separators=(",", ":")))

    def death(self, text: str) -> None:
        """Say why the daemon ends, in the log and in the journal."""
        self.line("E", text)
        if self.stream is not sys.stderr:
            sys.stderr.write(f"E! {text}\n")


LOG = Log()
