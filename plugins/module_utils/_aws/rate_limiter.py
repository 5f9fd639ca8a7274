# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rate limit of writes: a fixed rate, slower while the service throttles. Private to this collection."""

from __future__ import annotations

import math
import time
from typing import Any, Callable

from .errors import AwsError

SLOWEST_SECONDS = 5.0
BURST_SECONDS = 1.0
ATTEMPTS = 12


class RateLimiter:
    """Lets at most *rate* calls a second pass; a throttle doubles the distance, every success takes a third off it again.

    Time lost elsewhere, that before the first call included, is made up for, by as many calls at most as AWS's own bucket of a second's
    worth has, less one: the two clocks do not start at the same moment.

    Args:
        rate: writes a second, above 0.
        clock, sleep: of :mod:`time`, in seconds; tests bring their own.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._least = 1.0 / rate
        self._distance = self._least
        self._next = -math.inf
        self._clock = clock
        self._sleep = sleep

    def _wait(self) -> None:
        now = self._clock()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now - max(0.0, BURST_SECONDS - 2 * self._distance), self._next) + self._distance

    def run(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The answer of *call*, made when its turn has come and again after a throttle.

        Raises:
            AwsError: every other failure, and the last throttle of ``ATTEMPTS``.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._wait()
            try:
                answer = call(*args, **kwargs)
            except AwsError as error:
                if not error.throttled or attempt == ATTEMPTS:
                    raise
                self._distance = min(self._distance * 2, max(SLOWEST_SECONDS, self._least))
                self._next = self._clock() + self._distance
            else:
                self._distance = max(self._least, self._distance * 2 / 3)
                return answer
        raise AssertionError("unreachable")
