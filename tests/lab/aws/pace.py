# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many calls a second a service takes before it throttles."""

from __future__ import annotations

import time


class Pace:
    """A bucket of one second's worth of calls that refills steadily, as AWS's throttling is."""

    def __init__(self) -> None:
        self._tokens = 0.0
        self._seen = 0.0

    def free(self, rate: float) -> bool:
        """Whether one more call is taken at `rate` calls a second; 0 means any number."""
        if rate <= 0:
            return True
        now = time.monotonic()
        self._tokens = min(rate, self._tokens + (now - self._seen) * rate)
        self._seen = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
