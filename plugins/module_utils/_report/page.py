# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one page of HTML that asks nobody for anything: the data stands in its rows, escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from string import Template
from typing import Any, Iterator, Mapping

from . import cells
from .document import CONVERGED, WORST_FIRST, words
from .table import totals

TITLE = "Amazon CloudWatch agent: drift report"
LONGEST = 160
"""How many letters of a text are shown: a thousand hosts have to fit into one megabyte."""
MOST = 3
"""How many differences of a host are shown, likewise."""


def page(template: str, found: Mapping[str, Any]) -> str:
    """The page for the report. *template*: the text of page.html.

    Its policy lets a browser run and apply what stands in the template, and nothing that anybody's text brings.
    """
    associated = any(entry["association"] for entry in found["hosts"])
    return Template(template).substitute(
        title=escape(TITLE),
        style_hash=_hash(template, "style"),
        script_hash=_hash(template, "script"),
        summary=escape(totals(found)),
        generated_at=escape(found["generated_at"]),
        generated=escape(cells.minute(found["generated_at"])),
        states="".join(f'<option value="{state}">{words(state)}</option>' for state, number in found["totals"].items() if number),
        association='<th scope="col">Association</th>' if associated else "",
        hosts="\n".join(_host(entry, associated) for entry in found["hosts"]),
        configurations="\n".join(map(_configuration, found["configurations"])),
    )


def _hash(template: str, element: str) -> str:
    """What a content security policy calls the text of the template's one *element*."""
    (text,) = re.findall(rf"<{element}>(.*?)</{element}>", template, re.DOTALL)
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _host(entry: Mapping[str, Any], associated: bool) -> str:
    state = entry["state"]
    shown = (cells.build, cells.configuration, cells.service, cells.credentials, cells.telemetry)
    texts = [cell(entry) for cell in (*shown, *([_association] if associated else []))]
    return (
        f'<tr class="{state}"><th scope="row">{_shown(entry["host"])}</th>'
        f'<td data-order="{WORST_FIRST.index(state) + 1}">{words(state)}</td><td>{_items(list(_said(entry)))}</td>'
        + "".join(f"<td>{'' if text == cells.NOTHING else _shown(text)}</td>" for text in texts)
        + "</tr>"
    )


def _association(entry: Mapping[str, Any]) -> str:
    """As in the table; why it is not known stands in the row itself."""
    reason = (entry["association"] or {}).get("reason")
    return f"not known: {reason}" if reason else cells.association(entry)


def _said(entry: Mapping[str, Any]) -> Iterator[str]:
    if entry["state"] == CONVERGED:
        return
    texts = entry["differences"] or [entry["reason"] or "no reason was given"]
    yield from texts[:MOST]
    if len(texts) > MOST:
        yield f"and {len(texts) - MOST} more"


def _items(texts: list[str]) -> str:
    if len(texts) < 2:
        return "".join(map(_shown, texts))
    return f"<ul>{''.join(f'<li>{_shown(text)}</li>' for text in texts)}</ul>"


def _configuration(item: Mapping[str, Any]) -> str:
    planned = f"version {item['planned']}" if item["planned"] else "not known" if item["refused"] else "not published"
    texts = (
        f"version {item['live']}" if item["live"] else "not known" if item["refused"] else "none",
        f"{planned}, on hold" if item["on_hold"] else planned,
        str(item["hosts"]),
    )
    return f'<tr><th scope="row">{_shown(item["key"])}</th>{"".join(f"<td>{_shown(text)}</td>" for text in texts)}</tr>'


def _shown(text: str) -> str:
    return escape(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
