# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a multi_line_start_pattern does to a log (contract 4.7): whether any line, or every line, starts an event."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from .placeholders import TIMESTAMP

_PLACEHOLDER = re.compile(r"\\?\{[A-Za-z_ ]+\\?\}")
_STRFTIME = re.compile(r"%-?[YmdHMSbByp]")
_LINES = ("", " ", "x", "\tat a", "}", "9:", "é", "-", "[E]", "A b")
"""Short lines that have nothing in common: what matches all of them matches every line."""

_LONGEST = 500


def lost_pattern(pattern: str) -> str:
    """Why *pattern*, an expression that RE2 takes, does not find the first lines of events; '' if it may."""
    placeholder = _PLACEHOLDER.search(pattern)
    if placeholder and placeholder[0] == TIMESTAMP:
        return f"{TIMESTAMP} is replaced only where it stands alone{_and_every_line(pattern)}"
    if placeholder and "_" in placeholder[0]:
        return f"only {TIMESTAMP}, alone, is replaced; {placeholder[0]} means these very characters{_and_every_line(pattern)}"
    if len(_STRFTIME.findall(pattern)) > 1:
        return "tokens such as %Y belong into timestamp_format; here they mean these very characters"
    if re.search(r"(?<!\\)\\[nr]|[\n\r]", pattern) and not matches_every_line(pattern):
        return "a line never has its own end in it, so no line matches"
    if matches_every_line(pattern):
        return "every line matches, so each becomes an event of its own"
    return ""


def _and_every_line(pattern: str) -> str:
    return ", and an empty alternative matches every line" if matches_every_line(pattern) else ", so no line starts an event"


@lru_cache(maxsize=1024)
def matches_every_line(pattern: str) -> bool:
    """Whether *pattern* matches any line there may be, such as ``^``, ``.*`` or ``a|``; False where that cannot be said."""
    if len(pattern) > _LONGEST:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Python's engine stands in for RE2 here: what both take, they agree on for such lines.
            compiled = re.compile(pattern)
        except (re.error, OverflowError, RecursionError):
            return False
    return all(compiled.search(line) for line in _LINES)
