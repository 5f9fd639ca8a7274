# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an association is due: rate(…), cron(…) and at(…), in UTC."""

from __future__ import annotations

import datetime
import re

UNITS = {"minute": 60, "hour": 3600, "day": 86_400}
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def due(expression: str, last: float, now: float) -> bool:
    """Whether the schedule has a moment after `last` and not after `now` (seconds since the epoch); none has '' ."""
    rate = re.fullmatch(r"rate\(\s*(\d+)\s+(minute|hour|day)s?\s*\)", expression.strip())
    if rate:
        return now - last >= int(rate[1]) * UNITS[rate[2]]
    once = re.fullmatch(r"at\(\s*(\S+?)\s*\)", expression.strip())
    if once:
        moment = datetime.datetime.strptime(once[1][:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
        return last < moment.timestamp() <= now
    cron = re.fullmatch(r"cron\(\s*(.+?)\s*\)", expression.strip())
    if not cron:
        return False
    fields = cron[1].split()[-6:]
    minute = max(int(last // 60) + 1, int(now // 60) - 1500)
    return any(_fits(fields, datetime.datetime.fromtimestamp(at * 60, datetime.timezone.utc)) for at in range(minute, int(now // 60) + 1))


def _fits(fields: list[str], moment: datetime.datetime) -> bool:
    """Minutes, hours, day of the month, month, day of the week, year."""
    weekday = (moment.weekday() + 1) % 7 + 1
    values = (moment.minute, moment.hour, moment.day, moment.month, weekday, moment.year)
    return all(_in(field, value) for field, value in zip(fields, values))


def _in(field: str, value: int) -> bool:
    for number, name in enumerate(DAYS, 1):
        field = field.upper().replace(name, str(number))
    for part in field.split(","):
        body, _slash, step = part.partition("/")
        low, _dash, high = body.partition("-")
        if body in ("*", "?"):
            first, last = 0, 9999
        else:
            number = int(low.partition("#")[0])
            first, last = number, int(high or (9999 if step else number))
        if first <= value <= last and (value - first) % int(step or 1) == 0:
            return True
    return False
