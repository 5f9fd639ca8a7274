# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dpkg and rpm as they are called to change something: after other package managers, and not for ever."""

from __future__ import annotations

import contextlib
import fcntl
from typing import Iterator

from . import lock
from .system import TIMED_OUT, Host, Result, ending

LOCK_SECONDS = 300.0
CHANGE_SECONDS = 600.0


@contextlib.contextmanager
def dpkg_lock(host: Host) -> Iterator[None]:
    """The lock that package managers hold around dpkg, by their own protocol: waits for an unattended upgrade instead of failing.

    Raises:
        HostError: it was not free within ``LOCK_SECONDS``.
    """
    path = host.layout.at("/var/lib/dpkg/lock-frontend")
    refusal = f"another package manager has held {path} for more than {LOCK_SECONDS:g} s. Hint: wait for it and run again"
    with open(path, "a", encoding="utf-8") as stream:
        lock.wait(host, LOCK_SECONDS, lambda: fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB), lambda: refusal)
        yield


def change(host: Host, argv: list[str]) -> Result:
    """Call dpkg or rpm (``argv``) for a change; it is killed after ``CHANGE_SECONDS``."""
    if argv[0] != "dpkg":
        return host.run(argv, timeout=CHANGE_SECONDS)
    with dpkg_lock(host):
        return host.run(argv, timeout=CHANGE_SECONDS, env={"DPKG_FRONTEND_LOCKED": "true", "DEBIAN_FRONTEND": "noninteractive"})


def ended(program: str, answer: Result) -> str:
    """How a program ended that did not do its work."""
    if answer.rc == TIMED_OUT:
        return f"{program} did not end within {CHANGE_SECONDS:g} s and was killed"
    return f"{program} {ending(answer)}"
