# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait that ends when somebody interrupts the run, so that what was started elsewhere can be stopped. Private to this collection."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class InterruptionError(Exception):
    """The run was interrupted."""


class Interruption:
    """A context in which a signal to end is only remembered: :meth:`sleep` raises :class:`InterruptionError` then.

    So a call that has begun comes to its end, and nothing that it has made is forgotten. The end of the context, also one by an error, has
    the signal do what it would have done. Where signals cannot be handled (another thread than the main one), they do that at once.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._signal: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._remember) for number in SIGNALS}
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._signal is not None:
            os.kill(os.getpid(), self._signal)

    def _remember(self, number: int, _frame: FrameType | None) -> None:
        self._signal = number
        self._event.set()

    def sleep(self, seconds: float) -> None:
        """Wait *seconds*, or until the run is interrupted."""
        if self._event.wait(seconds):
            raise InterruptionError
