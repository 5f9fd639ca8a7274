# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions of the agent's dialect (RE2) on top of Python's."""

from __future__ import annotations

import re

# What RE2 does not know: look-around, back-references, atomic groups, conditions, possessive quantifiers.
_REFUSED = re.compile(r"\(\?(?:[=!>(]|<[=!]|P[=>]|#)|\\[1-9]|\\[ZXRKGhH]|[*+?}]\+")
_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": "\\x00-\\x7f",
    "blank": "\\t ",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\t\\n\\v\\f\\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}


class PatternError(ValueError):
    """A pattern the agent's dialect does not take."""


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern written for RE2."""
    without_escapes = pattern.replace("\\\\", "  ")
    if _REFUSED.search(without_escapes):
        raise PatternError(f"invalid or unsupported Perl syntax: `{pattern}`")
    text = re.sub(r"\[:(\w+):\]", lambda found: _POSIX.get(found.group(1), found.group(0)), pattern)
    text = text.replace("(?<", "(?P<").replace("(?PP<", "(?P<").replace("\\z", "\\Z")
    flags = 0
    leading = re.match(r"\(\?([imsU]+)\)", text)
    if leading:
        text = text[leading.end() :]
        for letter in leading.group(1):
            flags |= {"i": re.I, "m": re.M, "s": re.S}.get(letter, 0)
    try:
        return re.compile(text, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(f"error parsing regexp: {error}: `{pattern}`") from error
