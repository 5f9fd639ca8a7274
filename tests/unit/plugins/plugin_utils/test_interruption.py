# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An interrupted wait: what was begun is finished first, then the signal does what it does."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from ansible_collections.cloudwatch.agent.plugins.plugin_utils.interruption import Interruption, InterruptionError


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_remembered_until_somebody_sleeps(number: int) -> None:
    received: list[int] = []
    before = signal.signal(number, lambda got, _frame: received.append(got))
    try:
        with Interruption() as interruption:
            os.kill(os.getpid(), number)
            with pytest.raises(InterruptionError):
                interruption.sleep(60)
            assert received == []
        assert received == [number]
    finally:
        signal.signal(number, before)


def test_an_error_does_not_lose_the_signal() -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda got, _frame: received.append(got))
    try:
        with pytest.raises(ValueError, match="refused"), Interruption():
            os.kill(os.getpid(), signal.SIGTERM)
            raise ValueError("refused")
        assert received == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_without_a_signal_nothing_happens() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interruption() as interruption:
        interruption.sleep(0)
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_leaves_signals_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = []

    def inside() -> None:
        with Interruption():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert seen == [before]
