# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the processes of a group have in memory."""

from __future__ import annotations

import contextlib
import os
import pathlib

MIB = 1 << 20


def memory(group: int) -> tuple[int, int]:
    """Bytes that the processes of a group have resident, and the same with shared pages divided among those that share them."""
    resident = proportional = 0
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError):
            if os.getpgid(int(entry.name)) == group:
                fields = dict(line.split(":", 1) for line in (entry / "smaps_rollup").read_text().splitlines()[1:])
                resident += int(fields["Rss"].split()[0]) * 1024
                proportional += int(fields["Pss"].split()[0]) * 1024
    return resident, proportional
