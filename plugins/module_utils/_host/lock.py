# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change at a time on a host: the agent's control program does not lock."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import Callable, Iterator

from .errors import HostError
from .system import Host


def wait(host: Host, seconds: float, attempt: Callable[[], None], refusal: Callable[[], str]) -> None:
    """Repeat ``attempt`` until it gets the lock; ``refusal`` words the error after ``seconds``."""
    deadline = host.monotonic() + seconds
    while True:
        with contextlib.suppress(BlockingIOError, PermissionError):
            attempt()
            return
        if host.monotonic() >= deadline:
            raise HostError(refusal())
        host.sleep(0.5)


@contextlib.contextmanager
def held(host: Host, seconds: float) -> Iterator[None]:
    """Hold the lock; wait ``seconds`` for another holder. The kernel gives it back when its holder dies."""
    path = host.layout.lock
    with open(path, "a+", encoding="utf-8") as stream:

        def refusal() -> str:
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            return (
                f"process {holder} has been changing the agent's configuration for more than {seconds:g} s ({path}): wait for it, or end it"
            )

        wait(host, seconds, lambda: fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB), refusal)
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield
