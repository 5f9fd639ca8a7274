# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for a terminal: hosts that differ first, equal ones folded where there are many, then what differs, totals last."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from .._config.words import counted, listed
from .._telemetry.states import UNVERIFIED
from .._telemetry.table import FOLD_ABOVE, Row, aligned, folded
from . import cells
from .document import CONVERGED, DIFFERS, NOT_EVALUATED, NOT_KNOWN, words

HEAD = ("host", "state", "build", "configuration", "service", "credentials", "telemetry")


def table(found: Mapping[str, Any]) -> list[str]:
    """The lines of the table for the report."""
    associated = any(entry["association"] for entry in found["hosts"])
    rows = [_row(entry, associated) for entry in found["hosts"]]
    head = (*HEAD, *(["association"] if associated else []))
    return [*aligned(head, folded(rows) if len(rows) > FOLD_ABOVE else rows), *_notes(found), totals(found)]


def totals(found: Mapping[str, Any]) -> str:
    """How many hosts are in which state."""
    ordered = sorted(((state, number) for state, number in found["totals"].items() if number), key=lambda item: item[0] != CONVERGED)
    return f"{counted(len(found['hosts']), 'host')}: {', '.join(f'{number} {_counted(state, number)}' for state, number in ordered)}"


def _counted(state: str, number: int) -> str:
    return "differ" if state == DIFFERS and number > 1 else words(state)


def _row(entry: Mapping[str, Any], associated: bool) -> Row:
    state = words(entry["state"]) if entry["state"] == CONVERGED else words(entry["state"]).upper()
    same = (state, cells.build(entry), cells.configuration(entry), cells.service(entry))
    # Moments differ from host to host, and are no difference.
    given = (cells.association(entry),) if associated else ()
    alike = (*same, entry["reason"], tuple(entry["differences"]), entry["telemetry"]["state"], given)
    texts = (*same, cells.credentials(entry), cells.telemetry(entry), *given)
    return Row(entry["host"], entry["state"], tuple((text,) for text in texts), alike)


def _notes(found: Mapping[str, Any]) -> Iterator[str]:
    """What differs or is not known, each with its hosts."""
    said: dict[str, list[str]] = {}
    unread = [(entry["host"], entry["association"]["reason"]) for entry in found["hosts"] if entry["association"]]
    for host, reason in unread:
        if reason:
            said.setdefault(f"association: State Manager could not be read: {reason}", []).append(host)
    for entry in found["hosts"]:
        texts = entry["differences"] if entry["differing"] else [f"{words(entry['state'])}: {entry['reason'] or 'no reason was given'}"]
        for text in texts if entry["state"] != CONVERGED else ():
            said.setdefault(text, []).append(entry["host"])
        telemetry = entry["telemetry"]
        # What differs of the configuration says already why telemetry was not evaluated by it.
        if telemetry["state"] == UNVERIFIED and telemetry["reason"] not in ("", NOT_KNOWN, NOT_EVALUATED):
            said.setdefault(f"telemetry: {UNVERIFIED}: {telemetry['reason']}", []).append(entry["host"])
    for text, hosts in said.items():
        yield f"{listed(hosts)}: {text}"
