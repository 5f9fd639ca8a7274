# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of Systems Manager: its time-outs and schedules may pass faster than the clock on the wall."""

from __future__ import annotations

import time
from datetime import datetime, timezone


def moment(stamp: float) -> datetime:
    """A time in seconds since the epoch as the API shows it."""
    return datetime.fromtimestamp(stamp, timezone.utc)


def iso(stamp: float) -> str:
    """A time in seconds since the epoch as text with milliseconds."""
    return moment(stamp).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Clock:
    """Reads the stand-in's settings at every question, so that a test may change them.

    `command_clock`: seconds of time-outs, ramp-up and schedules that pass in one second (1: as in AWS);
    `command_visible_delay`: seconds until a new command's invocations are shown; `node_lost_seconds`: how long a node may be silent.
    """

    def __init__(self, settings: dict[str, float]) -> None:
        self.settings = settings

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def since(self, stamp: float) -> float:
        """Seconds of Systems Manager's time since a moment."""
        return (time.time() - stamp) * self.settings["command_clock"]

    def visible(self, stamp: float) -> bool:
        """Whether what was made then is shown by now."""
        return time.time() - stamp >= self.settings["command_visible_delay"]

    def lost(self, stamp: float) -> bool:
        """Whether a node that spoke then for the last time counts as lost."""
        return time.time() - stamp > self.settings["node_lost_seconds"]
