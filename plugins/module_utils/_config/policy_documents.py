# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy documents of IAM: several as one, and one as several that are small enough."""

from __future__ import annotations

import json
from typing import Any, Iterable, Iterator, Mapping

INLINE = {"role": 10_240, "user": 2_048}
"""Characters of all inline policies of a role or user together; whitespace does not count."""
MANAGED = 6_144
"""Characters of a managed policy."""
ATTACHED = 10
"""Managed policies of a role or user, by IAM's default quota."""

Statement = dict[str, Any]


def document(statements: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": [dict(statement) for statement in statements]}


def size(policy: Mapping[str, Any]) -> int:
    """The characters of *policy* that IAM counts."""
    return len(json.dumps(policy, separators=(",", ":")))


def merged(policies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What several policies allow, as one: statements that differ in their resources alone become one, and every Sid is there once."""
    found: dict[str, Statement] = {}
    for statement in (one for policy in policies for one in policy["Statement"]):
        rest = {key: value for key, value in statement.items() if key != "Resource"}
        known = found.setdefault(json.dumps(rest, sort_keys=True), {**rest, "Resource": []})
        known["Resource"] = sorted({*known["Resource"], *statement["Resource"]})
    used: dict[str, int] = {}
    for statement in found.values():
        sid = statement["Sid"]
        used[sid] = used.get(sid, 0) + 1
        statement["Sid"] = sid if used[sid] == 1 else f"{sid}{used[sid]}"
    return document(found.values())


def parts(policy: Mapping[str, Any], limit: int) -> list[dict[str, Any]]:
    """*policy* as documents of at most *limit* characters, which allow the same together."""
    found: list[list[Statement]] = []
    for piece in (one for statement in policy["Statement"] for one in _pieces(statement, limit)):
        fitting = next((known for known in found if size(document([*known, piece])) <= limit), None)
        if fitting is None:
            found.append([piece])
        else:
            fitting.append(piece)
    return [document(statements) for statements in found]


def _pieces(statement: Statement, limit: int) -> Iterator[Statement]:
    """A statement that is too large alone, by its resources; each piece has a Sid of its own."""
    resources = statement["Resource"]
    if size(document([statement])) <= limit or len(resources) < 2:
        yield statement
        return
    middle = len(resources) // 2
    for suffix, some in (("A", resources[:middle]), ("B", resources[middle:])):
        yield from _pieces({**statement, "Sid": f"{statement['Sid']}{suffix}", "Resource": some}, limit)
