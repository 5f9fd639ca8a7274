# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking the agent off a host: its package, and of its files as much as is asked for."""

from __future__ import annotations

import contextlib
import os
from typing import Iterable, NamedTuple

from . import lock, packages, safe_files, service, state, unmanaged
from .errors import HostError
from .layout import BASE, PACKAGE, UNIT
from .system import Host, Result

LOCK_SECONDS = 120.0
PURGES = ("configuration", "state", "logs", "credentials", "overrides")
PACKAGE_SECONDS = 300.0


class Outcome(NamedTuple):
    """``removed``: the package (name and build) and the paths that were there, in the order of their removal."""

    removed: list[str]
    warnings: list[str]


def _paths(host: Host, part: str) -> list[str]:
    layout = host.layout
    return {
        "configuration": [layout.etc],
        "state": [layout.transaction, layout.previous, layout.offsets, layout.at(f"{BASE}/var"), *_records(host)],
        "logs": [layout.at(f"{BASE}/logs")],
        "credentials": [layout.at("/etc/amazon-cloudwatch-agent-credentials")],
        "overrides": [layout.at(f"/etc/systemd/system/{UNIT}.d")],
    }[part]


def _records(host: Host) -> list[str]:
    """What the collection remembers, but the copies of other people's files."""
    found = safe_files.entries(host.layout.records)
    names = {one.name.split("/", 1)[0] for one in found} - {os.path.basename(host.layout.unmanaged_copies)}
    return [os.path.join(host.layout.records, name) for name in sorted(names)]


def remove(host: Host, purge: Iterable[str], check_mode: bool = False) -> Outcome:
    """Remove the package, and then what ``purge`` (of ``PURGES``) names; what is not there is left alone.

    Files among the active configurations that this collection has not written are copied before they go.
    """
    parts = [part for part in PURGES if part in set(purge)]
    kind = packages.distribution(host).format
    package = packages.installed(host, kind)
    there = bool(package.installed or package.interrupted)
    strange = state.read(host).unmanaged if "configuration" in parts else []
    removed = [f"package {PACKAGE} {package.build}"] if there else []
    removed += [path for part in parts for path in _paths(host, part) if os.path.lexists(path)]
    if check_mode or not removed:
        return Outcome(removed, [])
    packages.require_writable(host)
    with lock.held(host, LOCK_SECONDS):
        copies = unmanaged.retain(host, strange)
        if there:
            _remove_package(host, kind, "configuration" in parts)
        for part in parts:
            for path in _paths(host, part):
                _remove(path)
        # What the package has left empty; with anything in it, it stays.
        with contextlib.suppress(OSError):
            os.rmdir(host.layout.base)
        _reload(host)
    return Outcome(removed, [unmanaged.warning(copies)] if copies else [])


def _remove_package(host: Host, kind: str, purge: bool) -> None:
    # The package does it, too, unless it is broken off half-way.
    host.run(["systemctl", "disable", "--now", UNIT], timeout=PACKAGE_SECONDS)
    if kind == "deb":
        # Purged, dpkg does not remember the package for the sake of its settings.
        argv = ["dpkg", "--force-remove-reinstreq", "--purge" if purge else "--remove", PACKAGE]
    else:
        argv = ["rpm", "--erase", "--allmatches", PACKAGE]
    answer = host.run(argv, timeout=PACKAGE_SECONDS)
    if answer.rc or packages.installed(host, kind).installed:
        raise HostError(f"{argv[0]} did not remove the package (exit status {answer.rc})", _lines(answer))
    unit = service.read(host)
    if unit.running:
        raise HostError(f"the package is removed and process {unit.main_pid} of the agent still runs. Hint: end it")


def _lines(answer: Result) -> list[str]:
    return (answer.err or answer.out).splitlines()[-5:]


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        safe_files.remove_tree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def _reload(host: Host) -> None:
    host.run(["systemctl", "daemon-reload"])
    host.run(["systemctl", "reset-failed", UNIT])
