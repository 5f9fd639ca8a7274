# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages as the agent's programs print them: on stderr, with a time in front."""

from __future__ import annotations

import sys
import time


class FatalError(Exception):
    """Ends a program with exit status 1; the text says why."""


def say(message: str) -> None:
    """Print one line with Go's standard time prefix."""
    sys.stderr.write("{} {}\n".format(time.strftime("%Y/%m/%d %H:%M:%S"), message))
    sys.stderr.flush()


def plain(message: str) -> None:
    """Print one line on stdout as it is."""
    sys.stdout.write(message + "\n")
    sys.stdout.flush()
