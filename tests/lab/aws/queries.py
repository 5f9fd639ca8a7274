# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics Insights: the queries of one metric that alarms and dashboards make, over the series of the stand-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Iterable, NamedTuple

from aws.answer import AwsError

if TYPE_CHECKING:
    from aws.metrics import Series

STATISTICS = {"AVG": "Average", "COUNT": "SampleCount", "MAX": "Maximum", "MIN": "Minimum", "SUM": "Sum"}
_NAME = r'(?:"[^"]+"|[\w-]+)'
_QUERY = re.compile(
    rf"\s*SELECT\s+(?P<function>{'|'.join(STATISTICS)})\s*\(\s*(?P<metric>{_NAME})\s*\)"
    rf'\s+FROM\s+(?P<source>SCHEMA\s*\([^)]*\)|"[^"]+"|[\w/]+)'
    r"(?:\s+WHERE\s+(?P<where>.+?))?"
    rf"(?:\s+GROUP\s+BY\s+(?P<group>{_NAME}(?:\s*,\s*{_NAME})*))?"
    r"(?:\s+ORDER\s+BY\s+(?P<order>\w+)\s*\(\s*\)(?:\s+(?:ASC|DESC))?)?"
    r"(?:\s+LIMIT\s+(?P<limit>\d+))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(rf"\s*(?P<label>{_NAME})\s*(?P<operator>!?=)\s*'(?P<value>[^']*)'\s*")


class Query(NamedTuple):
    """``labels``: the exact set of dimensions, None for any; ``conditions``: label, whether it must be equal, value."""

    statistic: str
    metric: str
    namespace: str
    labels: frozenset[str] | None
    conditions: tuple[tuple[str, bool, str], ...]
    group: tuple[str, ...]


def is_query(expression: str) -> bool:
    """Whether an expression is one of Metrics Insights."""
    return expression.lstrip().upper().startswith("SELECT")


def parse(expression: str) -> Query:
    """The query that a text means.

    Raises:
        AwsError: it is none, or one of a kind that this stand-in does not know.
    """
    match = _QUERY.fullmatch(expression)
    if match is None:
        raise AwsError("ValidationError", f"Error in expression: {expression}")
    source = match["source"]
    inside = re.findall(_NAME.replace(r"[\w-]", r"[\w/-]"), source[source.find("(") + 1 :]) if "(" in source else [source]
    conditions = []
    for text in re.split(r"\s+AND\s+", match["where"], flags=re.IGNORECASE) if match["where"] else []:
        found = _CONDITION.fullmatch(text)
        if found is None:
            raise AwsError("ValidationError", f"Error in expression: {text}")
        conditions.append((_plain(found["label"]), found["operator"] == "=", found["value"]))
    return Query(
        STATISTICS[match["function"].upper()],
        _plain(match["metric"]),
        _plain(inside[0]),
        frozenset(map(_plain, inside[1:])) if "(" in source else None,
        tuple(conditions),
        tuple(_plain(one) for one in re.findall(_NAME, match["group"] or "")),
    )


def _plain(name: str) -> str:
    return name.strip().strip('"')


def contributors(query: Query, known: Iterable[Series]) -> dict[tuple[str, ...], list[Series]]:
    """The series that a query matches, by the values of its GROUP BY."""
    found: dict[tuple[str, ...], list[Series]] = {}
    for one in known:
        namespace, name, pairs = one.key
        own = dict(pairs)
        fits = (
            (namespace, name) == (query.namespace, query.metric)
            and query.labels in (None, frozenset(own))
            and set(query.group) <= set(own)
            and all(label in own and (own[label] == value) == equal for label, equal, value in query.conditions)
        )
        if fits:
            found.setdefault(tuple(own[label] for label in query.group), []).append(one)
    return found
