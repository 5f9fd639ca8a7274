# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Concurrency and error budget of a command, also where it has to be sent as several: AWS takes fifty nodes by their ids in one."""

from __future__ import annotations

import re
from typing import NamedTuple, Sequence

from .errors import CommandError

IDS = 50
"""Nodes that one SendCommand takes by their ids."""
CONCURRENCY = "50"
"""AWS's default, of a command; here of all commands together."""
_CONCURRENCY = re.compile(r"[1-9][0-9]{0,6}|[1-9][0-9]?%|100%")
_ERRORS = re.compile(r"0|[1-9][0-9]{0,6}|[0-9]%|[1-9][0-9]%|100%")


class Chunk(NamedTuple):
    """The nodes of one command, and its limits; None where AWS's default holds."""

    nodes: tuple[str, ...]
    max_concurrency: str | None
    max_errors: str | None


class Shares(NamedTuple):
    """How the commands are sent: ``at_once`` of them at a time; more than ``budget`` errors of all together stop the rest."""

    chunks: tuple[Chunk, ...]
    at_once: int
    budget: int


def check(max_concurrency: str | None, max_errors: str | None) -> None:
    """Raise CommandError for a limit that AWS does not take."""
    for name, value, pattern in (("max_concurrency", max_concurrency, _CONCURRENCY), ("max_errors", max_errors, _ERRORS)):
        if value is not None and not pattern.fullmatch(value):
            raise CommandError(f"{name} is {value!r}. Hint: give a number of nodes, or per cent of them such as '10%'.")


def shares(nodes: Sequence[str], max_concurrency: str | None, max_errors: str | None) -> Shares:
    """The commands for *nodes*, with limits that together are those that were asked for.

    Per cent of concurrency are the same of every part. A number is divided among the parts; fewer than there are parts means that only so
    many are under way at a time, each with one node. Errors are counted over all parts, by :attr:`Shares.budget`.
    """
    check(max_concurrency, max_errors)
    parts = [tuple(nodes[start : start + IDS]) for start in range(0, len(nodes), IDS)]
    budget = _of(max_errors or "0", len(nodes))
    if len(parts) < 2:
        return Shares(tuple(Chunk(part, max_concurrency, max_errors) for part in parts), 1, budget)
    max_concurrency = max_concurrency or CONCURRENCY
    limits: list[str]
    if max_concurrency.endswith("%"):
        limits, at_once = [max_concurrency] * len(parts), len(parts)
    else:
        each, rest = divmod(int(max_concurrency), len(parts))
        limits = [str(max(1, each + (number < rest))) for number in range(len(parts))]
        at_once = min(len(parts), int(max_concurrency))
    return Shares(tuple(Chunk(part, limit, str(budget)) for part, limit in zip(parts, limits)), at_once, budget)


def _of(limit: str, count: int) -> int:
    return int(limit[:-1]) * count // 100 if limit.endswith("%") else int(limit)
