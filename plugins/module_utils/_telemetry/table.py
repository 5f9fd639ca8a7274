# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table that a person reads at the end of a run: bad hosts first, equal ones folded where there are many, totals last."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple, Sequence

from .._config.words import counted, listed
from .account import doubts, totals
from .states import ARRIVED, FAILURES, MISSING, NO_DATA, UNVERIFIED, VERIFIED, WORST_FIRST, words

HEAD = ("host", "state", "mode", "build", "configuration", "service", "log groups (events)", "metrics")
FOLD_ABOVE = 20
_MODES = {"ec2": "EC2", "onPremise": "on-prem", "onPrem": "on-prem"}


class Row(NamedTuple):
    """A row with several lines in a cell. ``alike``: equal for hosts that may be folded; ``state``: decides the order."""

    name: str
    state: str
    cells: tuple[tuple[str, ...], ...]
    alike: tuple[Any, ...]


def table(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """The lines of the table for the account's *entries*."""
    known = list(entries)
    rows = sorted(map(_row, known), key=lambda row: WORST_FIRST.index(row.state))
    if len(rows) > FOLD_ABOVE:
        rows = folded(rows)
    return [*aligned(HEAD, rows), *_notes(known), _totals_line(known)]


def _row(entry: Mapping[str, Any]) -> Row:
    state = str(entry["state"])
    cells = (
        (words(state).upper() if state in (MISSING, *FAILURES) else words(state),),
        (_MODES.get(str(entry.get("mode")), str(entry.get("mode") or "-")),),
        (str(entry.get("build") or ("-" if state in FAILURES else "none")),),
        tuple(entry.get("configurations") or ["-"]),
        (str(entry.get("service") or "-"),),
        tuple(_groups(entry["streams"])),
        tuple(map(_metric, entry["metrics"])),
    )
    streams = sorted({(item["log_group_name"], item["state"]) for item in entry["streams"]})
    metrics = [(item["name"], item["state"]) for item in entry["metrics"]]
    return Row(str(entry["host"]), state, cells, (state, entry["cause"], cells[:5], tuple(streams), tuple(metrics)))


def folded(rows: Sequence[Row]) -> list[Row]:
    """A row for all hosts that are alike: the first one's, with its name and how many there are."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(row.alike, []).append(row)
    return [some[0]._replace(name=_names(some)) for some in groups.values()]


def _names(rows: Sequence[Row]) -> str:
    first = rows[0].name
    return first if len(rows) == 1 else f"{first} and {len(rows) - 1} like it"


def _groups(streams: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for every group: the events of all its streams (a stream that several files share counts once), or why there are none."""
    groups: dict[str, dict[str, Mapping[str, Any]]] = {}
    for item in streams:
        known = groups.setdefault(item["log_group_name"], {})
        # A stream of two files is missing where one of them is.
        if known.get(item["log_stream_name"], {}).get("state") != MISSING:
            known[item["log_stream_name"]] = item
    return [f"{group} ({_count(list(found.values()))})" for group, found in groups.items()]


def _count(streams: list[Mapping[str, Any]]) -> str:
    events = sum(item["events"] for item in streams)
    return ", ".join(([str(events)] if events else []) + sorted({_word(item) for item in streams if item["state"] != ARRIVED}))


def _word(stream: Mapping[str, Any]) -> str:
    state = str(stream["state"])
    if not stream.get("readable", True) and state in (MISSING, NO_DATA):
        return "UNREADABLE" if state == MISSING else "unreadable"
    return "MISSING" if state == MISSING else words(state)


def _metric(metric: Mapping[str, Any]) -> str:
    state = str(metric["state"])
    value = f"{metric['value']:.4g}" if state == ARRIVED else {MISSING: "MISSING", NO_DATA: "not due yet"}.get(state, words(state))
    return f"{metric['name']} {value}"


def aligned(head: Sequence[str], rows: Iterable[Row]) -> list[str]:
    """The lines of a table with these headings: the name of a row is its first cell."""
    cells = [((row.name,), *row.cells) for row in rows]
    widths = [
        max(len(text) for row in ([(title,) for title in head], *cells) for text in row[column] or [""]) for column in range(len(head))
    ]
    lines = [list(head), ["-" * width for width in widths]]
    for row in cells:
        height = max(len(cell) for cell in row)
        lines += [[cell[index] if index < len(cell) else "" for cell in row] for index in range(height)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]


def _notes(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each reason why hosts have no telemetry to show, or why it is not known."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        for state, reason in _reasons(entry):
            reasons.setdefault((state, reason), []).append(str(entry["host"]))
    return [f"{listed(hosts)}: {words(state)}: {reason}" for (state, reason), hosts in reasons.items()]


def _reasons(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    if entry["state"] in FAILURES:
        return [(entry["state"], entry["cause"] or "no reason was given")]
    empty = [item["cause"] for item in entry["streams"] if item["state"] == NO_DATA and item["cause"] and _without_file(item)]
    return [(UNVERIFIED, text) for text in doubts(entry)] + [(NO_DATA, text) for text in dict.fromkeys(empty)]


def _without_file(stream: Mapping[str, Any]) -> bool:
    return not (stream["readable"] and stream.get("exists", True))


def _totals_line(entries: Sequence[Mapping[str, Any]]) -> str:
    found = totals(entries)
    # People look for the good news first in this line, and the bad ones above.
    ordered = sorted(found, key=lambda state: state != VERIFIED)
    return f"{counted(len(entries), 'host')}: {', '.join(f'{found[state]} {words(state)}' for state in ordered)}"
