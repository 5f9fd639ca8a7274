# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's timestamp_format (contract 4.7): its tokens, and the regular expression that it makes of them."""

from __future__ import annotations

import re

from .re2 import refusal

_ONE_OR_TWO = r"\s{0,1}\d{1,2}"
TOKENS = {
    **dict.fromkeys(("%H", "%I", "%M", "%S", "%y"), r"\d{2}"),
    **dict.fromkeys(("%-I", "%-M", "%-S"), r"\d{1,2}"),
    **dict.fromkeys(("%m", "%-m", "%d", "%-d"), _ONE_OR_TWO),
    **dict.fromkeys(("%b", "%a", "%Z"), r"\w{3}"),
    "%Y": r"\d{4}",
    "%B": r"\w{7}",
    "%A": r"\w{6,9}",
    "%p": r"\w{2}",
    "%z": r"[\+-]\d{4}",
    "%f": r"(\d{1,9})",
}
"""Each token that the agent knows, and what it makes of it. Nothing else is a token."""

_ESCAPED = re.compile(r"([\^.*?|\[\](){}$])")
_TOKEN = re.compile(r"%[-_^#:0-9]*[EO]?[A-Za-z%]?")
_ZONE = re.compile(r"(?<=[SfM ])(Z|UTC|GMT)[\])]?$")
_MONTHS = ("%m", "%-m", "%b", "%B")
_DAYS = ("%d", "%-d")


def unknown_tokens(text: str) -> list[str]:
    """What is written like a token in *text* and is none: the agent searches the log for these very characters."""
    return [token for token in _TOKEN.findall(text) if token not in TOKENS]


def ambiguities(text: str, timezone: str) -> list[tuple[str, str]]:
    """(what, hint) of what the format *text* leaves open, though it looks as if it did not.

    Go's parser takes letters that are no token for letters, and an hour of %I for one before noon where no %p says otherwise.
    """
    found = _TOKEN.findall(text)
    zone = _ZONE.search(text)
    result: list[tuple[str, str]] = []
    if zone and timezone != "UTC" and not {"%z", "%Z"} & set(found):
        what = f"{zone[1]} at its end is no zone for the agent, which takes the time for the host's local one"
        result.append((what, "Set timezone: UTC."))
    if {"%I", "%-I"} & set(found) and "%p" not in found:
        what = "%I without %p is an hour before noon, and from 13 on no time at all"
        result.append((what, "Write %H for hours of 24, or add %p where the log has AM and PM."))
    return result


def lacks_date(text: str) -> str:
    """What the format *text* has no token of, though it has some of a time: ``month``, ``day``, or both; '' if it has them."""
    found = [token for token in _TOKEN.findall(text) if token in TOKENS]
    lacking = [name for name, tokens in (("month", _MONTHS), ("day", _DAYS)) if not any(token in found for token in tokens)]
    return " and no ".join(lacking) if found else ""


def expression(text: str) -> str:
    """The regular expression that the agent builds from the format *text*."""
    result = _ESCAPED.sub(r"\\\1", text)
    for token, meaning in TOKENS.items():
        result = result.replace(token, meaning)
    return "(" + result[len(r"\s{0,1}") :] + ")" if result.startswith(r"\s{0,1}") else "(" + result + ")"


def format_refusal(text: str) -> str:
    """Why the agent refuses the format *text*; '' if it takes it."""
    return refusal(expression(text))
