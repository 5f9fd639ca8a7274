# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run changes of roles and users, as data before and after, and as lines for people: pure.

What IAM holds of one, as a mapping: ``trust`` (a document, {} for a user), ``tags``, ``boundary`` (an ARN or ''), ``attached`` (ARNs),
``inline`` and ``managed`` (documents by name: of all inline policies, and of the managed ones that were made for it). {}: it is not there.
"""

from __future__ import annotations

import difflib
import json
from typing import Any, Iterable, Mapping

from .iam import INLINE_NAME

Held = Mapping[str, Any]


def planned(held: Held, item: Mapping[str, Any], present: bool, boundary: str, stale: Iterable[str]) -> dict[str, Any]:
    """What IAM will hold. *item*: of ``desired``; *boundary*: '' leaves what there is; *stale*: ARNs of managed policies that go."""
    others = {name: document for name, document in held.get("inline", {}).items() if name != INLINE_NAME}
    if not present:
        return {} if item["owned"] or not held else {**held, "inline": others}
    inline = {**others, INLINE_NAME: item["inline"]} if item["inline"] else others
    if not item["owned"]:
        return {**held, "inline": inline}
    return {
        "trust": item["trust"],
        "tags": {**held.get("tags", {}), **item["tags"]},
        "boundary": boundary or held.get("boundary", ""),
        "attached": sorted({*held.get("attached", ()), *item["attach"]} - {*stale}),
        "inline": inline,
        "managed": {one["name"]: one["document"] for one in item["managed"]},
    }


def difference(held: Held, after: Held) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parts that differ, before and after; documents that say the same in other words do not."""
    parts = [part for part in dict.fromkeys([*held, *after]) if _canonical(held.get(part)) != _canonical(after.get(part))]
    return {part: held[part] for part in parts if part in held}, {part: after[part] for part in parts if part in after}


def lines(title: str, before: Held, after: Held) -> list[str]:
    """A unified diff; none where nothing differs."""
    old, new = (json.dumps(side, indent=2, sort_keys=True).splitlines() if side else [] for side in (before, after))
    return list(difflib.unified_diff(old, new, f"before: {title}", f"after: {title}", lineterm=""))


def _canonical(value: Any) -> Any:
    """Of a document one form: to IAM, a list of one item is that item, and lists have no order."""
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()} or None
    if isinstance(value, (list, tuple)):
        items = sorted((_canonical(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items or None
    return value or None
