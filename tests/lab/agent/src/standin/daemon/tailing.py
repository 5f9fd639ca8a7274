# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows the configured files and turns their lines into events."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import threading
import time

from .. import encodings, regexps, timestamps
from .log import LOG
from .logsout import Destination, LogOutput

EVERY = 0.5
CHUNK = 1 << 20
# An event may have more lines: the last one is held this long, as the agent holds it.
WAIT_FOR_MORE = 5.0
MAX_EVENT = 1048576 - 200
COMPRESSED = (".tar", ".zst", ".gz", ".zip", ".bz2", ".rar")
CUT = "[Truncated...]"


def state_name(path: str) -> str:
    """Return the name of a file's state."""
    return re.sub(r"[/ :]", "_", path)


class State:
    """How far a path has been sent, kept on disk; written only once the service has taken the events."""

    def __init__(self, folder: str, path: str) -> None:
        self.path = path
        self.file = os.path.join(folder, state_name(path))
        self.generation = 0

    def read(self) -> int:
        """Return the offset, 0 where nothing is known."""
        try:
            with open(self.file, encoding="utf-8") as handle:
                return int(handle.readline().strip() or 0)
        except (OSError, ValueError):
            return 0

    def commit(self, generation: int, offset: int) -> None:
        """Keep an offset, unless a younger incarnation of the file has already kept one."""
        if generation < self.generation:
            return
        self.generation = generation
        temporary = self.file + ".new"
        try:
            os.makedirs(os.path.dirname(self.file), exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as handle:
                handle.write(f"{offset}\n{self.path}\n")
            os.replace(temporary, self.file)
        except OSError as error:
            LOG.line("E", f"[logfile] Error happened when saving file state {self.file}: {error}")


class Follower:
    """One open file: reads on, assembles events, hands them over."""

    def __init__(self, path: str, entry: Entry, state: State, destination: Destination, offset: int, generation: int) -> None:
        self.path = path
        self.entry = entry
        self.state = state
        self.destination = destination
        self.generation = generation
        self.handle = open(path, "rb")  # noqa: SIM115 (closed when the file is done with)
        found = os.fstat(self.handle.fileno())
        self.inode = (found.st_dev, found.st_ino)
        self.position = offset if offset <= found.st_size else 0
        self.handle.seek(self.position)
        self.partial = b""
        self.held: list[str] = []
        self.held_end = self.position
        self.begun = 0.0
        self.last_stamp = 0

    def read(self) -> bool:
        """Take what is new; False at the end of the file or while the output is full."""
        if self.destination.full():
            return False
        if os.fstat(self.handle.fileno()).st_size < self.position:
            self._restart()
        data = self.handle.read(CHUNK)
        if not data:
            if self.held and time.monotonic() - self.begun >= WAIT_FOR_MORE:
                self.release()
            return False
        lines = (self.partial + data).split(self.entry.newline)
        start = self.position - len(self.partial)
        self.position += len(data)
        self.partial = lines.pop()
        for line in lines:
            start += len(line) + len(self.entry.newline)
            self._line(line, start)
        return True

    def _restart(self) -> None:
        """The file was cut: begin again at its start."""
        self.release()
        self.generation += 1
        self.state.commit(self.generation, 0)
        self.position = 0
        self.partial = b""
        self.handle.seek(0)

    def _line(self, raw: bytes, end: int) -> None:
        text = raw.decode(self.entry.codec, "replace").rstrip("\r")
        if self.entry.starts(text) or not self.held:
            self.release()
            self.begun = time.monotonic()
        self.held.append(text)
        self.held_end = end

    def release(self) -> None:
        """Hand the assembled event over."""
        if not self.held:
            return
        message = "\n".join(self.held).rstrip("\n")
        self.held = []
        commit = (self.state, self.generation, self.held_end)
        stamp, message = self._stamp(message)
        if not message or not self.entry.passes(message):
            self.destination.skip(commit)
            return
        if len(message.encode("utf-8")) > MAX_EVENT:
            message = message.encode("utf-8")[: MAX_EVENT - len(CUT)].decode("utf-8", "ignore") + CUT
        self.destination.add(stamp, message, commit)

    def _stamp(self, message: str) -> tuple[int, str]:
        """Return the event's time in milliseconds, and the message, without the time where that is asked for."""
        now = int(time.time() * 1000)
        if self.entry.format is None:
            return now, message
        stamp, span = self.entry.format.find(message)
        if stamp is None:
            return self.last_stamp or now, message
        self.last_stamp = stamp
        if self.entry.trim:
            message = (message[: span[0]] + message[span[1] :]).strip()
        return stamp, message

    def finish(self, over: bool) -> None:
        """Read the rest and close. Where the file is over its last line counts, newline or not; else the next start reads it again."""
        while self.read():
            pass
        if over and self.partial:
            self._line(self.partial, self.position)
        if over:
            self.release()
        self.handle.close()


class Entry:
    """One entry of collect_list."""

    def __init__(self, table: dict) -> None:
        self.table = table
        self.codec = encodings.codec(table.get("encoding", "utf-8"))
        self.newline = "\n".encode(self.codec)
        self.format = timestamps.Format(table["timestamp_format"], table.get("timezone", "")) if table.get("timestamp_format") else None
        self.trim = bool(table.get("trim_timestamp"))
        self.filters = [(item["type"], regexps.compile_pattern(item["expression"])) for item in table.get("filters", [])]
        self.blacklist = regexps.compile_pattern(table["blacklist"]) if table.get("blacklist") else None
        pattern = table.get("multi_line_start_pattern", r"^[\S]")
        self.start = self.format.pattern if pattern == "{timestamp_format}" and self.format else regexps.compile_pattern(pattern)

    def starts(self, line: str) -> bool:
        """Tell whether a line begins an event."""
        return bool(self.start.search(line))

    def passes(self, message: str) -> bool:
        """Tell whether all filters let the message through."""
        return all(bool(pattern.search(message)) == (kind == "include") for kind, pattern in self.filters)

    def files(self) -> list[str]:
        """Return the files to follow now: the newest match, or all with publish_multi_logs."""
        pattern = self.table["file_path"]
        found = []
        for path in glob.glob(pattern, recursive=True) if glob.has_magic(pattern) else [pattern]:
            name = os.path.basename(path)
            if not os.path.isfile(path) or (glob.has_magic(pattern) and name.endswith(COMPRESSED)):
                continue
            if self.blacklist is None or not self.blacklist.search(name):
                found.append(path)
        if self.table.get("publish_multi_logs") or len(found) < 2:
            return sorted(found)
        return [max(found, key=_changed)]

    def target(self, path: str) -> tuple[str, str]:
        """Return group and stream of a file."""
        group, stream = self.table.get("log_group_name", ""), self.table["log_stream_name"]
        if self.table.get("publish_multi_logs"):
            part = re.sub(r"[^.\-_/#A-Za-z0-9]", "_", path)
            return (group, f"{stream}_{part.replace('/', '_')}") if group else (part, stream)
        return group or os.path.splitext(self.table["file_path"])[0], stream


class Tailer:
    """Follows the files of all entries in one thread."""

    def __init__(self, table: dict, output: LogOutput) -> None:
        self.folder = table["file_state_folder"]
        self.output = output
        self.entries = []
        for item in table["file_config"]:
            try:
                self.entries.append(Entry(item))
            except regexps.PatternError as error:  # noqa: PERF203 (one failure does not end the loop)
                LOG.line("E", "[logfile] Failed to compile the pattern of {}: {}".format(item["file_path"], error))
        self.states: dict[str, State] = {}
        self.followers: dict[tuple[int, str], Follower] = {}
        self.failed: dict[str, float] = {}
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        LOG.line("I", "[logagent] starting")
        self.thread.start()

    def stop(self) -> None:
        """Read what is there and end."""
        self.stopping.set()
        self.thread.join(5)

    def _run(self) -> None:
        while True:
            last = self.stopping.is_set()
            for number, entry in enumerate(self.entries):
                try:
                    self._entry(number, entry)
                except OSError as error:  # noqa: PERF203 (one file does not end the loop)
                    LOG.line("E", "[inputs.logfile] Failed to read {}: {}".format(entry.table["file_path"], error))
            if last:
                break
            self.stopping.wait(EVERY)
        for follower in self.followers.values():
            follower.finish(over=False)

    def _entry(self, number: int, entry: Entry) -> None:
        """Open what is new, read on in what is open, let go of what is over."""
        wanted = entry.files()
        for path in wanted:
            if (number, path) not in self.followers:
                self._open(number, entry, path)
        for key in [key for key in self.followers if key[0] == number]:
            follower = self.followers[key]
            while follower.read():
                pass
            if follower.destination.full():
                continue  # what is left in it comes first
            if key[1] not in wanted or self._replaced(follower):
                self._close(key, superseded=key[1] not in wanted)

    def _open(self, number: int, entry: Entry, path: str) -> None:
        """Follow one more file; whoever may not read it is told so once a second."""
        state = self.states.setdefault(path, State(self.folder, path))
        try:
            destination = self.output.destination(*entry.target(path), entry.table)
            self.followers[(number, path)] = Follower(path, entry, state, destination, state.read(), state.generation)
            self.failed.pop(path, None)
        except FileNotFoundError:
            return
        except OSError as error:
            if time.monotonic() - self.failed.get(path, 0.0) >= 1.0 - EVERY / 2:
                self.failed[path] = time.monotonic()
                LOG.line(
                    "E",
                    "[inputs.logfile] Failed to tail file {0} with error: open {0}: {1}".format(path, (error.strerror or "").lower()),
                )

    @staticmethod
    def _replaced(follower: Follower) -> bool:
        """Tell whether another file now has the path."""
        try:
            found = os.stat(follower.path)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) != follower.inode

    def _close(self, key: tuple[int, str], superseded: bool) -> None:
        """Finish with a file: its last event, its successor's fresh start, its removal where that is asked for."""
        follower = self.followers.pop(key)
        follower.finish(over=True)
        if superseded and os.path.exists(follower.path):
            if follower.entry.table.get("auto_removal"):
                follower.destination.after(lambda: _remove(follower.path))
            return
        state = follower.state
        state.commit(follower.generation + 1, 0)
        if not superseded:
            with contextlib.suppress(OSError):  # the next look opens it, or says why not
                self.followers[key] = Follower(follower.path, follower.entry, state, follower.destination, 0, state.generation)


def _changed(path: str) -> float:
    """Return when a file was changed; one that is gone meanwhile is older than all others."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _remove(path: str) -> None:
    try:
        os.unlink(path)
        LOG.line("I", f"[logfile] Successfully removed file {path} with auto_removal feature")
    except OSError as error:
        LOG.line("W", f"[logfile] Failed to auto remove file {path}: {error}")
