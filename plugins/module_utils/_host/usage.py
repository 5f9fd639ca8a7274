# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the daemon takes of the host, and whether that is more than it may."""

from __future__ import annotations

import os
from typing import NamedTuple

from .system import Host, read_text


class Limits(NamedTuple):
    """``memory``: resident, in MiB; ``cpu``: in percent of one processor, over the time of watching. 0: no limit."""

    memory: int = 0
    cpu: int = 0


class Usage(NamedTuple):
    """``memory``: resident, in MiB; ``seconds``: of processor time so far; ``at``: when, on the monotonic clock."""

    memory: float
    seconds: float
    at: float


def read(host: Host, pid: int) -> Usage | None:
    """What a process takes now; None where it is gone."""
    status, times = (read_text(host.layout.at(f"/proc/{pid}/{name}")) for name in ("status", "stat"))
    fields = times.rpartition(")")[2].split()
    resident = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")), "0")
    if len(fields) < 13:
        return None
    # proc(5): utime and stime are fields 14 and 15, two of them before the closing parenthesis.
    return Usage(int(resident) / 1024, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), host.monotonic())


def excess(limits: Limits, first: Usage | None, last: Usage | None) -> str:
    """Which limit is exceeded, with the figure; '' for none, or where nothing is known."""
    if first is None or last is None:
        return ""
    if limits.memory and last.memory > limits.memory:
        return f"it takes {last.memory:.0f} MiB of memory, its limit is {limits.memory} MiB"
    percent = 100 * (last.seconds - first.seconds) / max(last.at - first.at, 0.1)
    if limits.cpu and percent > limits.cpu:
        return f"it takes {percent:.0f} % of a processor, its limit is {limits.cpu} %"
    return ""
