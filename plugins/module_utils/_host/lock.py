# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change at a time on a host: the agent's control program does not lock."""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import Iterator

from .errors import HostError
from .system import Host


@contextlib.contextmanager
def held(host: Host, seconds: float) -> Iterator[None]:
    """Hold the lock; wait ``seconds`` for another holder. The kernel gives it back when its holder dies."""
    with open(host.layout.lock, "a+", encoding="utf-8") as stream:
        deadline = host.monotonic() + seconds
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if host.monotonic() >= deadline:
                    stream.seek(0)
                    holder = stream.read().strip() or "unknown"
                    raise HostError(
                        f"process {holder} has been changing the agent's configuration for more than {seconds:g} s "
                        f"({host.layout.lock}): wait for it, or end it"
                    ) from None
                host.sleep(0.5)
        stream.seek(0)
        stream.truncate()
        stream.write(str(os.getpid()))
        stream.flush()
        yield
