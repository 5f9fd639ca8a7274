# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found in a configuration, and how values are written in messages."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import Any, Iterable

from .pointer import Step

ERROR, WARNING, REQUIREMENT = "error", "warning", "requirement"
_SHOWN = 120


@dataclass(frozen=True)
class Finding:
    """What a rule yields.

    ``path`` leads to ``value``; ``hint`` says how to correct it ('' for the rule's own hint); ``severity`` '' is the rule's own.
    ``related``: further paths that the finding is about, such as the other side of a conflict. ``needs``: files (absolute paths) and
    programs that a host must have.
    """

    path: tuple[Step, ...]
    value: Any
    message: str
    hint: str = ""
    severity: str = ""
    related: tuple[tuple[Step, ...], ...] = ()
    needs: tuple[str, ...] = ()


def shown(value: Any) -> str:
    """*value* as short JSON, for messages."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def near_miss(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The one of *known* that *name* is likely a misspelling of, also in another spelling of its words (camelCase); '' if none."""
    names = list(known)
    by_letters = {_letters(each): each for each in names}
    if _letters(name) in by_letters:
        return by_letters[_letters(name)]
    return next(iter(difflib.get_close_matches(name, names, 1, cutoff)), "")


def _letters(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def did_you_mean(guess: str) -> str:
    """The question to append to a message; '' without a *guess*."""
    return f" Did you mean {guess}?" if guess else ""
