# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads host metrics from /proc: each reader returns (own dimensions, {field: value}) pairs."""

from __future__ import annotations

import collections
import os
from typing import Any

SECTOR = 512
TICKS = os.sysconf("SC_CLK_TCK")
CPU_FIELDS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice")
TCP_STATES = {
    1: "established",
    2: "syn_sent",
    3: "syn_recv",
    4: "fin_wait1",
    5: "fin_wait2",
    6: "time_wait",
    7: "close",
    8: "close_wait",
    9: "last_ack",
    10: "listen",
    11: "closing",
}
PROCESS_STATES = {
    "R": "running",
    "S": "sleeping",
    "Z": "zombies",
    "D": "blocked",
    "T": "stopped",
    "t": "stopped",
    "X": "dead",
    "I": "idle",
    "W": "paging",
}


def _lines(path: str) -> list[str]:
    try:
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read().splitlines()
    except OSError:
        return []


class Reader:
    """One plugin with its settings; readers that need an earlier sample keep it."""

    def __init__(self, table: dict) -> None:
        self.table = table

    def wanted(self, name: str) -> bool:
        """Tell whether the resources list lets a name through."""
        listed = self.table.get("resources") or ["*"]
        return "*" in listed or name in listed

    def read(self) -> list[Any]:
        """Return the samples of now."""
        raise NotImplementedError


class Mem(Reader):
    """Memory."""

    def read(self) -> list[Any]:
        """Return one sample."""
        found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in _lines("/proc/meminfo")}
        total, free = found.get("MemTotal", 0), found.get("MemFree", 0)
        cached = found.get("Cached", 0) + found.get("SReclaimable", 0)
        buffered, available = found.get("Buffers", 0), found.get("MemAvailable", free)
        used = max(0, total - free - buffered - cached)
        values = {
            "total": total,
            "free": free,
            "used": used,
            "available": available,
            "buffered": buffered,
            "cached": cached,
            "active": found.get("Active", 0),
            "inactive": found.get("Inactive", 0),
            "shared": found.get("Shmem", 0),
            "used_percent": _percent(used, total),
            "available_percent": _percent(available, total),
        }
        return [({}, values)]


class Swap(Reader):
    """Swap space."""

    def read(self) -> list[Any]:
        """Return one sample."""
        found = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in _lines("/proc/meminfo")}
        total, free = found.get("SwapTotal", 0), found.get("SwapFree", 0)
        return [({}, {"free": free, "used": total - free, "used_percent": _percent(total - free, total)})]


class Cpu(Reader):
    """Processors: times, and usage since the last sample."""

    def __init__(self, table: dict) -> None:
        super().__init__(table)
        self.last: dict[str, dict[str, float]] = {}

    def read(self) -> list[Any]:
        """Return a sample per processor asked for; usage from the second time on."""
        samples = []
        for line in _lines("/proc/stat"):
            words = line.split()
            if not words or not words[0].startswith("cpu"):
                continue
            name = "cpu-total" if words[0] == "cpu" else words[0]
            if not self.table.get("totalcpu", True) if name == "cpu-total" else not self.table.get("percpu"):
                continue
            times = {field: int(value) / TICKS for field, value in zip(CPU_FIELDS, words[1:])}
            times["active"] = sum(times[field] for field in CPU_FIELDS[:8]) - times["idle"] - times["iowait"]
            values = {"time_" + field: value for field, value in times.items()}
            values.update(self._usage(name, times))
            samples.append(({"cpu": name}, values))
        return samples

    def _usage(self, name: str, times: dict[str, float]) -> dict[str, float]:
        last, self.last[name] = self.last.get(name), times
        if last is None:
            return {}
        passed = sum(times[field] - last[field] for field in CPU_FIELDS[:8])
        if passed <= 0:
            return {}
        return {"usage_" + field: max(0.0, 100 * (times[field] - last[field]) / passed) for field in times}


class Disk(Reader):
    """Mounted file systems with a size."""

    def read(self) -> list[Any]:
        """Return a sample per mount point."""
        samples, seen = [], set()
        ignored = self.table.get("ignore_file_system_types", [])
        for line in _lines("/proc/self/mounts"):
            device, path, kind = (word.replace("\\040", " ") for word in line.split()[:3])
            if kind in ignored or path in seen or not self.wanted(path):
                continue
            try:
                found = os.statvfs(path)
            except OSError:
                continue
            total = found.f_blocks * found.f_frsize
            if not total:
                continue
            seen.add(path)
            used, room = (found.f_blocks - found.f_bfree) * found.f_frsize, found.f_bavail * found.f_frsize
            values = {
                "total": total,
                "free": room,
                "used": used,
                "used_percent": _percent(used, used + room),
                "inodes_total": found.f_files,
                "inodes_free": found.f_ffree,
                "inodes_used": found.f_files - found.f_ffree,
            }
            tags = {"path": path, "device": device[5:] if device.startswith("/dev/") else device, "fstype": kind}
            samples.append(({key: tags[key] for key in tags if key not in self.table.get("tagexclude", [])}, values))
        return samples


class Deltas(Reader):
    """Counters, of which the growth since the last sample is sent; the first sample is dropped."""

    def __init__(self, table: dict) -> None:
        super().__init__(table)
        self.last: dict[str, dict[str, float]] = {}

    def growth(self, tag: str, name: str, counters: dict[str, float], gauges: dict[str, float]) -> list[Any]:
        """Return the sample of one device, [] the first time."""
        last, self.last[name] = self.last.get(name), counters
        if last is None:
            return []
        return [({tag: name}, {**{field: max(0, value - last[field]) for field, value in counters.items()}, **gauges})]


class DiskIo(Deltas):
    """Block devices."""

    def read(self) -> list[Any]:
        """Return a sample per device."""
        samples = []
        for line in _lines("/proc/diskstats"):
            words = line.split()
            if not self.wanted(words[2]):
                continue
            n = [int(word) for word in words[3:14]]
            counters = {
                "reads": n[0],
                "read_bytes": n[2] * SECTOR,
                "read_time": n[3],
                "writes": n[4],
                "write_bytes": n[6] * SECTOR,
                "write_time": n[7],
                "io_time": n[9],
            }
            samples += self.growth("name", words[2], counters, {"iops_in_progress": n[8]})
        return samples


class Net(Deltas):
    """Interfaces that are up and not the loopback."""

    def read(self) -> list[Any]:
        """Return a sample per interface."""
        samples = []
        for line in _lines("/proc/net/dev")[2:]:
            name, _unused, rest = line.partition(":")
            name, n = name.strip(), [int(word) for word in rest.split()]
            listed = self.table.get("resources")
            flags = _lines(f"/sys/class/net/{name}/flags")
            if not self.wanted(name) or ((not listed or "*" in listed) and flags and int(flags[0], 16) & 0x9 != 0x1):
                continue
            counters = {
                "bytes_recv": n[0],
                "packets_recv": n[1],
                "err_in": n[2],
                "drop_in": n[3],
                "bytes_sent": n[8],
                "packets_sent": n[9],
                "err_out": n[10],
                "drop_out": n[11],
            }
            samples += self.growth("interface", name, counters, {})
        return samples


class NetStat(Reader):
    """Sockets by state."""

    def read(self) -> list[Any]:
        """Return one sample."""
        count: collections.Counter[str] = collections.Counter()
        for path in ("/proc/net/tcp", "/proc/net/tcp6"):
            count.update(TCP_STATES.get(int(line.split()[3], 16), "none") for line in _lines(path)[1:])
        values = {"tcp_" + state: count[state] for state in [*TCP_STATES.values(), "none"]}
        values["udp_socket"] = sum(len(_lines(path)[1:]) for path in ("/proc/net/udp", "/proc/net/udp6"))
        return [({}, values)]


class Processes(Reader):
    """Processes by state."""

    def read(self) -> list[Any]:
        """Return one sample."""
        values: dict[str, float] = dict.fromkeys([*PROCESS_STATES.values(), "total", "total_threads", "wait"], 0)
        for pid in pids():
            fields = _stat(pid)
            if fields:
                values["total"] += 1
                values["total_threads"] += int(fields[17])
                values[PROCESS_STATES.get(fields[0], "sleeping")] += 1
        return [({}, values)]


def pids() -> list[int]:
    """Return the ids of all processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Return the fields of a process's stat after its name, [] where it is gone."""
    lines = _lines(f"/proc/{pid}/stat")
    return lines[0].rpartition(")")[2].split() if lines else []


def _percent(part: float, whole: float) -> float:
    return 100.0 * part / whole if whole else 0.0
