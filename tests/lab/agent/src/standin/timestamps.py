# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""timestamp_format: the agent's tokens as a regular expression and as a time."""

from __future__ import annotations

import calendar
import datetime
import re
import time

TOKENS = {
    "%Y": r"\d{4}",
    "%y": r"\d{2}",
    "%H": r"\d{2}",
    "%I": r"\d{2}",
    "%M": r"\d{2}",
    "%S": r"\d{2}",
    "%-I": r"\d{1,2}",
    "%-M": r"\d{1,2}",
    "%-S": r"\d{1,2}",
    "%m": r"\s{0,1}\d{1,2}",
    "%-m": r"\s{0,1}\d{1,2}",
    "%d": r"\s{0,1}\d{1,2}",
    "%-d": r"\s{0,1}\d{1,2}",
    "%b": r"\w{3}",
    "%a": r"\w{3}",
    "%B": r"\w{7}",
    "%A": r"\w{6,9}",
    "%p": r"\w{2}",
    "%Z": r"\w{3}",
    "%z": r"[\+-]\d{4}",
    "%f": r"\d{1,9}",
}
_TOKEN = re.compile(r"%-?[A-Za-z]")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_FUTURE = 30 * 86400


class Format:
    """One timestamp_format in one time zone (UTC or local)."""

    def __init__(self, text: str, zone: str) -> None:
        self.utc = zone == "UTC"
        self.fields: list[str] = []
        parts, position = [], 0
        for found in _TOKEN.finditer(text):
            if found.group(0) not in TOKENS:
                continue
            parts.append(re.escape(text[position : found.start()]))
            parts.append(f"({TOKENS[found.group(0)]})")
            self.fields.append(found.group(0).replace("%-", "%"))
            position = found.end()
        parts.append(re.escape(text[position:]))
        self.pattern = re.compile("".join(parts))

    def find(self, line: str) -> tuple[int | None, tuple[int, int]]:
        """Return the time in a line as milliseconds (None: no time there) and where it stands."""
        found = self.pattern.search(line)
        if not found:
            return None, (0, 0)
        values = {field: text.strip() for field, text in zip(self.fields, found.groups())}
        try:
            return self._milliseconds(values), found.span()
        except (ValueError, KeyError, OverflowError):
            return None, (0, 0)

    def _milliseconds(self, values: dict[str, str]) -> int:
        """Put the parts together; without a year it is this one, or the last where that would lie ahead."""
        now = datetime.datetime.now()
        year = int(values["%Y"]) if "%Y" in values else 2000 + int(values["%y"]) if "%y" in values else now.year
        month = int(values["%m"]) if "%m" in values else _MONTHS[values.get("%b", values.get("%B", "Jan"))[:3].lower()]
        hour = int(values.get("%H", values.get("%I", "0")))
        if "%p" in values:
            hour = hour % 12 + (12 if values["%p"].upper() == "PM" else 0)
        moment = datetime.datetime(year, month, int(values.get("%d", "1")), hour, int(values.get("%M", "0")), int(values.get("%S", "0")))
        seconds = self._epoch(moment, values)
        if "%Y" not in values and "%y" not in values and seconds > time.time() + _FUTURE:
            seconds = self._epoch(moment.replace(year=year - 1), values)
        fraction = values.get("%f", "")
        return int(seconds) * 1000 + (int((fraction + "000")[:3]) if fraction else 0)

    def _epoch(self, moment: datetime.datetime, values: dict[str, str]) -> float:
        offset = values.get("%z")
        if offset:
            minutes = int(offset[1:3]) * 60 + int(offset[3:5])
            zone = datetime.timezone(datetime.timedelta(minutes=minutes if offset[0] == "+" else -minutes))
            return moment.replace(tzinfo=zone).timestamp()
        if self.utc or values.get("%Z") in ("UTC", "GMT"):
            return moment.replace(tzinfo=datetime.timezone.utc).timestamp()
        return moment.timestamp()
