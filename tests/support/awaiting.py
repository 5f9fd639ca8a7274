# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a condition, with a deadline."""

from __future__ import annotations

import time
from typing import Any, Callable


def until(condition: Callable[[], Any], seconds: float, what: str = "the condition", pause: float = 0.2) -> Any:
    """Return the condition's first true value; fail when the time is over. ``pause``: seconds between two looks."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(pause)  # between two looks at a condition that has a deadline
    return value
