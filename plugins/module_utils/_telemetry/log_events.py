# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log events that have arrived: the window that is read, what is waited for, and how they are shown."""

from __future__ import annotations

import datetime
import re
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Pattern, Sequence

from .._config.errors import ConfigError
from .._config.words import counted, listed

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d+)([smhdw])")
_EPOCH = re.compile(r"\d{1,11}(\.\d+)?")  # more digits are milliseconds
FORMS = "a time ago (90s, 15m, 2h, 7d, 1w), ISO 8601 with a time zone (2026-11-27T10:00:00Z), or seconds since the epoch"
INDENT = "    "
PREFIXES = ("B", "kB", "MB", "GB", "TB")
MORE = "there is more: raise limit or timeout, or narrow the question"


class Window(NamedTuple):
    """Seconds since the epoch; ``end`` is None for "until now"."""

    start: float
    end: float | None = None


class Event(NamedTuple):
    """One log event. ``timestamp``: its own time, ``ingested``: when it came; milliseconds since the epoch."""

    region: str
    group: str
    stream: str
    timestamp: int
    ingested: int
    message: str
    key: str

    def shown(self) -> dict[str, Any]:
        """As the module returns it."""
        return {
            "region": self.region,
            "log_group_name": self.group,
            "log_stream_name": self.stream,
            "timestamp": self.timestamp / 1000,
            "time": when(self.timestamp),
            "ingested": self.ingested / 1000,
            "message": self.message,
        }


class Missing(NamedTuple):
    """A log group, or a log stream, that does not exist."""

    region: str
    group: str
    stream: str = ""

    def words(self) -> str:
        """In a sentence."""
        what = f"log stream {self.stream} of {self.group}" if self.stream else f"log group {self.group}"
        return f"The {what} does not exist in {self.region}."


class Part(NamedTuple):
    """What was read of log groups. ``cut``: whether there may be more; ``size``: bytes of the messages."""

    events: tuple[Event, ...] = ()
    missing: tuple[Missing, ...] = ()
    calls: int = 0
    size: int = 0
    cut: bool = False

    def plus(self, other: Part) -> Part:
        """Both together, oldest event first."""
        return Part(
            tuple(sorted(self.events + other.events, key=lambda event: (event.timestamp, event.ingested))),
            self.missing + other.missing,
            self.calls + other.calls,
            self.size + other.size,
            self.cut or other.cut,
        )


class Answer(NamedTuple):
    """The rows of a query, and what it has scanned."""

    rows: tuple[dict[str, str], ...] = ()
    bytes_scanned: int = 0
    records_scanned: int = 0
    records_matched: int = 0


class Awaited(NamedTuple):
    """What is waited for: so many events whose messages match a pattern (any, where there is none)."""

    events: int
    message: Pattern[str] | None = None

    def count(self, events: Iterable[Event]) -> int:
        """How many of *events* count."""
        return sum(self.message is None or bool(self.message.search(event.message)) for event in events)

    def words(self) -> str:
        """In a sentence."""
        return counted(self.events, "log event") + (f" that match {self.message.pattern!r}" if self.message else "")


def awaited(events: int | None, message: str | None) -> Awaited | None:
    """What the options say is waited for; None for nothing.

    Raises:
        ConfigError: less than one event, or a message that is no regular expression.
    """
    if events is None and not message:
        return None
    if events is not None and events < 1:
        raise ConfigError(f"wait_events is {events}. Hint: give a number of 1 or more, or leave it out to read without waiting.")
    try:
        return Awaited(events or 1, re.compile(message) if message else None)
    except re.error as error:
        hint = "give a regular expression of Python; special characters have a backslash before them"
        raise ConfigError(f"wait_message {message!r} is not a regular expression: {error}. Hint: {hint}.") from error


def window(since: str, until: str | None, now: float) -> Window:
    """The window between two moments.

    Raises:
        ConfigError: a moment cannot be read, or the end does not lie behind the beginning.
    """
    found = Window(moment("since", since, now), moment("until", until, now) if until else None)
    end = now if found.end is None else found.end
    if end <= found.start:
        raise ConfigError(
            f"since ({since}, {when(int(found.start * 1000))}) does not lie before until ({until or 'now'}, {when(int(end * 1000))})."
            " Hint: swap them, or leave until out."
        )
    return found


def moment(option: str, text: str, now: float) -> float:
    """The seconds since the epoch that an option names.

    Raises:
        ConfigError: the text is none of ``FORMS``.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago:
        return now - int(ago[1]) * UNITS[ago[2]]
    if _EPOCH.fullmatch(text.strip()):
        return float(text)
    try:
        found = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ConfigError(f"{option} is {text!r}, which names no moment. Hint: give {FORMS}.")
    return found.timestamp()


def when(milliseconds: int) -> str:
    """A moment in ISO 8601, in UTC."""
    found = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    return found.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def readable(text: str) -> str:
    """A line of a log for a terminal: what would move the cursor or change colours is shown as an escape."""
    return "".join(char if char.isprintable() else "  " if char == "\t" else char.encode("unicode_escape").decode() for char in text)


def event_lines(events: Sequence[Event]) -> Iterator[str]:
    """The events for people, oldest first: time, what tells them apart, message. Further lines of a message are indented."""
    regions, groups = ({getattr(event, name) for event in events} for name in ("region", "group"))
    for event in events:
        source = [event.region] * (len(regions) > 1) + [event.group] * (len(groups) > 1) + [event.stream]
        first, *rest = event.message.splitlines() or [""]
        yield f"{when(event.timestamp)}  {'  '.join(source)}  {readable(first)}".rstrip()
        yield from (INDENT + readable(line) for line in rest)


def row_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The rows of a query for people, as a table with a column for each field."""
    several = len({row["region"] for row in rows}) > 1
    cells = [{**({"region": row["region"]} if several else {}), **row["fields"]} for row in rows]
    names = list(dict.fromkeys(name for row in cells for name in row))
    table = [names, *([readable(" ".join(str(row.get(name, "")).splitlines())) for name in names] for row in cells)]
    widths = [max(len(line[column]) for line in table) for column in range(len(names))]
    table.insert(1, ["-" * width for width in widths])
    yield from ("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in (table if rows else []))


def size(number: int) -> str:
    """Bytes for people: ``0 B``, ``12.3 kB``."""
    value, unit = float(number), 0
    while value >= 999.95 and unit < len(PREFIXES) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {PREFIXES[unit]}" if unit else f"{number} B"


def events_result(part: Part) -> dict[str, Any]:
    """What the module returns of events, without ``waited`` and ``matched``."""
    more = f"; {MORE}" if part.cut else ""
    gone = "".join(f"; {item.words().rstrip('.')}" for item in part.missing)
    summary = f"{counted(len(part.events), 'log event')} ({size(part.size)} read in {counted(part.calls, 'call')}){more}{gone}"
    return {
        "events": [event.shown() for event in part.events],
        "rows": [],
        "missing": [{"region": region, "log_group_name": group, "log_stream_name": stream} for region, group, stream in part.missing],
        "truncated": part.cut,
        "calls": part.calls,
        "bytes_read": part.size,
        "bytes_scanned": 0,
        "records_scanned": 0,
        "table": [*event_lines(part.events), summary],
    }


def query_result(answers: Mapping[str, Answer], limit: int) -> dict[str, Any]:
    """What the module returns of queries. ``answers``: by region."""
    rows = [{"region": region, "fields": row} for region, answer in answers.items() for row in answer.rows]
    scanned, records, matched = (sum(numbers) for numbers in zip(*(answer[1:] for answer in answers.values())))
    cut = any(len(answer.rows) >= limit for answer in answers.values())
    summary = f"{counted(len(rows), 'row')} ({size(scanned)} scanned, {matched} of {counted(records, 'record')} matched)"
    return {
        "events": [],
        "rows": rows,
        "missing": [],
        "truncated": cut,
        "calls": 0,
        "bytes_read": 0,
        "bytes_scanned": scanned,
        "records_scanned": records,
        "table": [*row_lines(rows), f"{summary}; {MORE}" if cut else summary],
    }


def nowhere(missing: Iterable[Missing], regions: Sequence[str]) -> str:
    """What to say of the log groups that exist in none of the regions; '' where each exists in one of them."""
    found: dict[str, list[str]] = {}
    for item in missing:
        if not item.stream:
            found.setdefault(item.group, []).append(item.region)
    texts = [f"The log group {group} does not exist in {listed(where)}." for group, where in found.items() if len(where) == len(regions)]
    return " ".join([*texts, "Hint: correct log_groups, the region or the profile."]) if texts else ""


def not_arrived(wanted: Awaited, count: int, part: Part, groups: Sequence[str], regions: Sequence[str], seconds: float) -> str:
    """What to say where less has come than was waited for."""
    said = [f"{count} of {wanted.words()} arrived within {seconds:.0f} s in {listed(list(groups))} ({listed(list(regions))})."]
    said += [item.words() for item in part.missing[:3]]
    hint = (
        "check names, region and pattern, raise timeout, or let cloudwatch.agent.site or cw_agent_telemetry_info say what a host delivers"
    )
    return " ".join([*said, f"Hint: {hint}."])
