# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's log, in the form in which users know it."""

from __future__ import annotations

import datetime
import threading

from . import places

_LOCK = threading.Lock()


def say(level: str, text: str) -> None:
    """Append a line; `level` is INFO, WARN or ERROR."""
    line = f"{datetime.datetime.now():%Y-%m-%d %H:%M:%S.%f}"[:-2] + f" {level} {text}\n"
    with _LOCK:
        places.LOG.parent.mkdir(parents=True, exist_ok=True)
        with places.LOG.open("a", encoding="utf-8") as file:
            file.write(line)
