# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What programs say where they fail; it is only ever shown."""

from __future__ import annotations

import re

from .system import Result

_BAD = re.compile(r"E! |Error : |rror: |failed to |not authorized|denied", re.IGNORECASE)
_STAMP = re.compile(r"^\d{4}[-/]\d\d[-/]\d\d[T ][\d:.]+Z? ")
_TRACE = re.compile(r"^(Traceback \(most recent call last\)|File \".*\", line \d+|goroutine \d+|\^+$)")


def complaint(answer: Result) -> list[str]:
    """The lines of a program's output that tell why it failed; its last ones where none stands out."""
    lines = [_STAMP.sub("", line.strip()) for line in (answer.out + "\n" + answer.err).splitlines() if line.strip()]
    lines = [line for line in lines if not _TRACE.match(line)] or lines
    return ([line for line in lines if _BAD.search(line)] or lines)[-8:]
