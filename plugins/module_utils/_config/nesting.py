# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether data can be walked: YAML's anchors make values that contain themselves, and JSON text may nest without end."""

from __future__ import annotations

from typing import Any

DEEPEST = 100
"""How deep a configuration may nest; the agent's own have less than a dozen levels."""

MOST = 1_000_000
"""How many values it may have; the agent's limits for lists are 16,384 entries."""


CIRCLE = "contains itself"


def unwalkable(value: Any) -> str:
    """Why nobody should walk *value* recursively: it contains itself, or is too deep or too large; '' if it can be walked.

    Works without recursion, and in time for aliases that repeat aliases.
    """
    depth: dict[int, int] = {}
    size: dict[int, int] = {}
    open_: set[int] = set()
    pending: list[tuple[Any, bool]] = [(value, False)]
    while pending:
        current, leaving = pending.pop()
        identity = id(current)
        children = _children(current)
        if leaving:
            open_.discard(identity)
            depth[identity] = 1 + max((depth[id(child)] for child in children), default=0)
            size[identity] = len(current) + sum(size[id(child)] for child in children)
            if depth[identity] > DEEPEST:
                return f"nests deeper than {DEEPEST} levels"
            if size[identity] > MOST:
                return f"has more than {MOST:,} values"
        elif identity in open_:
            return CIRCLE
        elif identity not in depth and isinstance(current, (dict, list, tuple)):
            if len(open_) >= DEEPEST:
                return f"nests deeper than {DEEPEST} levels"
            open_.add(identity)
            pending.append((current, True))
            pending.extend((child, False) for child in children)
    return ""


def _children(value: Any) -> list[Any]:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [item for item in values if isinstance(item, (dict, list, tuple))]
