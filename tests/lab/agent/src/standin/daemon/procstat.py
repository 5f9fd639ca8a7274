# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics of chosen processes: by command line pattern, by program name, by pid file."""

from __future__ import annotations

import os
import re
import time
from typing import Any

from .hostmetrics import TICKS, Reader, pids

MEMORY = {
    "memory_rss": "VmRSS",
    "memory_vms": "VmSize",
    "memory_swap": "VmSwap",
    "memory_data": "VmData",
    "memory_stack": "VmStk",
    "memory_locked": "VmLck",
}
SWITCHES = {"voluntary_context_switches": "voluntary_ctxt_switches", "involuntary_context_switches": "nonvoluntary_ctxt_switches"}
IO = {"read_bytes": "read_bytes", "write_bytes": "write_bytes", "read_count": "syscr", "write_count": "syscw"}
TIMES = {"cpu_time_user": 11, "cpu_time_system": 12, "cpu_time_guest": 40}
PID_COUNT = "lookup_pid_count"


class ProcStat(Reader):
    """One item of the procstat list."""

    def __init__(self, table: dict) -> None:
        super().__init__(table)
        self.last: dict[int, tuple[float, float]] = {}
        self.kind = next(kind for kind in ("pid_file", "exe", "pattern") if kind in table)
        self.tag = {"pidfile" if self.kind == "pid_file" else self.kind: str(table[self.kind])}

    def read(self) -> list[Any]:
        """Return the number of processes found and a sample of each."""
        found = self._find()
        samples: list[Any] = [({**self.tag, "pid_finder": "native"}, {PID_COUNT: len(found)})]
        for pid in found:
            try:
                samples.append(({**self.tag, "process_name": _name(pid)}, self._values(pid)))
            except (OSError, IndexError, ValueError):  # noqa: PERF203 (one failure does not end the loop)
                continue
        return samples

    def _find(self) -> list[int]:
        """Return the ids of the processes that match."""
        wanted = str(self.table[self.kind])
        if self.kind == "pid_file":
            try:
                with open(wanted, encoding="ascii") as handle:
                    pid = int(handle.read().strip())
            except (OSError, ValueError):
                return []
            return [pid] if os.path.exists(f"/proc/{pid}") else []
        pattern = re.compile(wanted)
        return [pid for pid in pids() if pid != os.getpid() and pattern.search(_command(pid) if self.kind == "pattern" else _name(pid))]

    def _values(self, pid: int) -> dict[str, float]:
        """Return what is known about a process; what only its owner may see is left out."""
        fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        status = _table(f"/proc/{pid}/status", ":")
        values: dict[str, float] = {name: int(fields[place]) / TICKS for name, place in TIMES.items()}
        values["cpu_time"] = values["cpu_time_user"] + values["cpu_time_system"]
        values.update({"pid": pid, "num_threads": int(fields[17]), "nice_priority": int(fields[16]), "realtime_priority": int(fields[37])})
        values.update({name: int(status[key].split()[0]) * 1024 for name, key in MEMORY.items() if key in status})
        values.update({name: int(status[key]) for name, key in SWITCHES.items() if key in status})
        values["cpu_usage"] = self._usage(pid, values["cpu_time"])
        try:
            values["num_fds"] = len(os.listdir(f"/proc/{pid}/fd"))
            io = _table(f"/proc/{pid}/io", ":")
            values.update({name: int(io[key]) for name, key in IO.items() if key in io})
        except OSError:
            pass
        return values

    def _usage(self, pid: int, spent: float) -> float:
        """Return the share of one processor since the last sample, in percent."""
        moment = time.monotonic()
        before, self.last[pid] = self.last.get(pid, (moment, spent)), (moment, spent)
        return 100 * (spent - before[1]) / (moment - before[0]) if moment > before[0] else 0.0


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as handle:
        return handle.read()


def _table(path: str, separator: str) -> dict[str, str]:
    pairs = (line.partition(separator)[::2] for line in _text(path).splitlines())
    return {key: value.strip() for key, value in pairs}


def _name(pid: int) -> str:
    try:
        return _text(f"/proc/{pid}/comm").strip()
    except OSError:
        return ""


def _command(pid: int) -> str:
    try:
        return _text(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
    except OSError:
        return ""
