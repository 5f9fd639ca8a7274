# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of actions that make many things of an account. Private to this collection."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible_collections.cloudwatch.agent.plugins.module_utils._aws.errors import AwsError
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.words import counted, listed
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.publications import Target


def of_region(target: Target, text: str) -> str:
    """A sentence about something in a region."""
    return f"{target.region}: {text}"


def left_text(noun: str, names: Sequence[str]) -> str:
    """That things were left alone after a refusal that concerned all of them."""
    was = "was left as it was" if len(names) == 1 else "were left as they were"
    return f"{counted(len(names), noun)} {was}: {listed(names)}. Hint: run again; what is done is not done twice."


def written(done: object, error: AwsError) -> bool:
    """Whether something may be otherwise after a call that failed: an earlier one was *done*, or the answer of this one was lost."""
    return bool(done) or error.unsure


def summary(key: str, entries: list[dict[str, Any]], failures: Sequence[str], sides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The result of an action: *entries* below *key*, the diff of those that differ, and the failures.

    Each entry has ``name``, ``profile``, ``region``, ``changed``, ``before`` and ``after``. *sides*: ``before`` and ``after`` of what else
    differs, by name.
    """
    changed = [entry for entry in entries if entry["changed"]]
    names = ["/".join(filter(None, (entry["profile"], entry["region"], entry["name"].lstrip("/")))) for entry in changed]
    more = sides or {"before": {}, "after": {}}
    diff = {side: {**more[side], **{name: entry[side] for name, entry in zip(names, changed)}} for side in ("before", "after")}
    differs = bool(changed or more["after"])
    return {
        "changed": differs,
        key: entries,
        **({"diff": diff} if differs else {}),
        **({"failed": True, "msg": "\n".join(failures)} if failures else {}),
    }
