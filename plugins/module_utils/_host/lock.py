# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change at a time on a host: configuration, package, credentials. The agent's control program does not lock."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from typing import Callable, Iterator

from .errors import HostError
from .system import Host

SECONDS = 120.0


def wait(host: Host, seconds: float, attempt: Callable[[], None], refusal: Callable[[], str]) -> None:
    """Repeat ``attempt`` until it gets the lock; ``refusal`` words the error after ``seconds``.

    Raises:
        HostError: the time is over.
    """
    deadline = host.monotonic() + seconds
    while True:
        with contextlib.suppress(BlockingIOError, PermissionError):
            attempt()
            return
        if host.monotonic() >= deadline:
            raise HostError(refusal())
        host.sleep(0.5)


def _open(path: str) -> int:
    """The lock's descriptor: a file that nobody but root can open, so that nobody else can hold it."""
    directory = os.path.dirname(path)
    with contextlib.suppress(FileExistsError):
        os.mkdir(directory, 0o700)
    where = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        found = os.fstat(where)
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise HostError(
                f"{directory} is not root's alone (owner {found.st_uid}, mode {stat.S_IMODE(found.st_mode):04o}), "
                f"so others could hold the lock. Hint: look who made it, then remove it (rm -r {directory})"
            )
        handle = os.open(os.path.basename(path), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600, dir_fd=where)
    finally:
        os.close(where)
    return handle


@contextlib.contextmanager
def held(host: Host, seconds: float = SECONDS) -> Iterator[None]:
    """Hold the lock; wait ``seconds`` for another holder. The kernel gives it back when its holder dies. No process can take it twice."""
    path = host.layout.lock
    with os.fdopen(_open(path), "r+", encoding="utf-8") as stream:

        def refusal() -> str:
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            return (
                f"process {holder} has been changing the agent on this host for more than {seconds:g} s ({path}). "
                "Hint: wait for it, or end it"
            )

        wait(host, seconds, lambda: fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB), refusal)
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield
