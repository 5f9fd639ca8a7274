# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking the agent off a host: its package, and of its files as much as is asked for."""

from __future__ import annotations

import contextlib
import os
from typing import Iterable, NamedTuple

from . import lock, package_manager, packages, safe_files, service, state, unmanaged
from .complaints import complaint
from .errors import HostError
from .layout import PACKAGE, UNIT
from .leftovers import PURGES, found, paths
from .packages import Package
from .system import Host


class Outcome(NamedTuple):
    """``removed``: the package (name and build) and the paths that were there, in the order of their removal."""

    removed: list[str]
    warnings: list[str]


def _take_access_back(host: Host) -> None:
    if os.path.exists(host.layout.log_access):
        from . import log_grants  # noqa: PLC0415

        log_grants.take_back(host)


def remove(host: Host, purge: Iterable[str], check_mode: bool = False) -> Outcome:
    """Remove the package, and then what ``purge`` (of ``PURGES``) names; what is not there is left alone.

    Files among the active configurations that this collection has not written are copied before they go. An agent whose package cannot be
    removed runs on.

    Raises:
        HostError: the package manager failed, something that is no plain file stands among the configurations, a file system is read-only.
    """
    parts = [part for part in PURGES if part in set(purge)]
    with contextlib.nullcontext() if check_mode else lock.held(host):
        package = packages.installed(host, packages.distribution(host).format)
        if not (package.installed or package.interrupted):
            # What an earlier removal, or somebody else's, has left of the service.
            _require_ended(host)
        removed = found(host, parts)
        strange = state.read(host).unmanaged if "configuration" in parts else []
        if check_mode or not removed:
            return Outcome(removed, [])
        packages.require_writable(host)
        copies = unmanaged.retain(host, strange)
        if package.installed or package.interrupted:
            _remove_package(host, package, "configuration" in parts)
        _take_access_back(host)
        for part in parts:
            for path in paths(host, part):
                _remove(path)
        # What the package has left empty; with anything in it, it stays.
        with contextlib.suppress(OSError):
            os.rmdir(host.layout.base)
        host.run(["systemctl", "daemon-reload"])
        host.run(["systemctl", "reset-failed", UNIT])
    return Outcome(removed, [unmanaged.warning(copies)] if copies else [])


def _remove_package(host: Host, package: Package, purge: bool) -> None:
    if package.interrupted:
        # A whole package does it itself, when nothing can stand in its way any more.
        host.run(["systemctl", "disable", "--now", UNIT], timeout=package_manager.CHANGE_SECONDS)
    if package.format == "deb":
        # Purged, dpkg does not remember the package for the sake of its settings.
        argv = ["dpkg", "--force-remove-reinstreq", "--purge" if purge else "--remove", PACKAGE]
    else:
        argv = ["rpm", "--erase", "--allmatches", PACKAGE]
    answer = package_manager.change(host, argv)
    if answer.rc:
        raise HostError(
            f"{package_manager.ended(argv[0], answer)} while it removed {PACKAGE}; no file was removed beside. "
            "Hint: remove the cause and run again",
            complaint(answer),
        )
    _require_ended(host)


def _require_ended(host: Host) -> None:
    unit = service.read(host)
    if unit.running:
        raise HostError(
            f"the package is removed and process {unit.main_pid} of the agent still runs. Hint: end it (kill {unit.main_pid}) and run again"
        )


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        safe_files.remove_tree(path)
    elif os.path.lexists(path):
        os.unlink(path)
