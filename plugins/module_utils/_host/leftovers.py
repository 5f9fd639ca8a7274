# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an agent that is to be absent is on the host."""

from __future__ import annotations

import os
from typing import Iterable

from . import credentials, packages, safe_files, service
from .layout import BASE, PACKAGE, UNIT
from .system import Host

PURGES = ("configuration", "state", "logs", "credentials", "overrides")


def paths(host: Host, part: str) -> list[str]:
    """The paths of one of ``PURGES``, whether they are there or not."""
    layout = host.layout
    return {
        "configuration": [layout.etc],
        "state": [layout.transaction, layout.previous, layout.offsets, layout.at(f"{BASE}/var"), *_records(host)],
        "logs": [layout.at(f"{BASE}/logs")],
        "credentials": [layout.at(os.path.dirname(credentials.DEFAULT_FILE))],
        "overrides": [layout.at(f"/etc/systemd/system/{UNIT}.d")],
    }[part]


def _records(host: Host) -> list[str]:
    """What the collection remembers, but the copies of other people's files."""
    found = safe_files.entries(host.layout.records)
    names = {one.name.split("/", 1)[0] for one in found} - {os.path.basename(host.layout.unmanaged_copies)}
    return [os.path.join(host.layout.records, name) for name in sorted(names)]


def _process(host: Host) -> list[str]:
    unit = service.read(host)
    return [f"process {unit.main_pid} of {UNIT}"] if unit.running else []


def _access(host: Host) -> list[str]:
    """What was given to the agent's user of log files, in words."""
    if not os.path.exists(host.layout.log_access):
        return []
    # The observation imports this module on every host, and few of them have anything of it.
    from . import log_grants  # noqa: PLC0415

    holder, grants = log_grants.granted(host)
    return [one.text(holder) for one in grants]


def found(host: Host, purge: Iterable[str]) -> list[str]:
    """What of the agent is there: its package (name and build), or a process that has outlived it, access to log files that was given to
    its user, then paths of what ``purge`` (of ``PURGES``) names."""
    package = packages.installed(host, packages.distribution(host).format)
    wanted = set(purge)
    left = [path for part in PURGES if part in wanted for path in paths(host, part) if os.path.lexists(path)]
    there = package.installed or package.interrupted
    named = [f"package {PACKAGE} {package.build}"] if there else _process(host)
    return named + _access(host) + left
