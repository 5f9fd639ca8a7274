# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agent makes of a configuration before it applies its schema (contract 4.2).

It reads a few sections by name, drops one that has the wrong type without a word, and joins equal entries of the lists that it merges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from .canonical import canonical_text
from .merging import LIST, TREE
from .pointer import Step


@dataclass
class View:
    """``configuration``: what is left. ``unknown``: top-level keys that nothing reads. ``dropped``: lost for their type.

    ``empty``: merged lists without an entry, lost as well. ``duplicates``: entries equal to an earlier one.
    """

    configuration: dict[str, Any] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    dropped: list[tuple[Step, ...]] = field(default_factory=list)
    empty: list[tuple[Step, ...]] = field(default_factory=list)
    duplicates: list[tuple[Step, ...]] = field(default_factory=list)
    remaining: dict[tuple[Step, ...], list[int]] = field(default_factory=dict)
    """For each merged list that lost entries: the original index of each entry that is left."""

    def original(self, path: tuple[Step, ...]) -> tuple[Step, ...]:
        """Where what stands at *path* in the view stands in the configuration as it was given."""
        for list_path, indexes in self.remaining.items():
            depth = len(list_path)
            if path[:depth] == list_path and len(path) > depth and isinstance(path[depth], int):
                return (*list_path, indexes[int(path[depth])], *path[depth + 1 :])
        return path


def agent_view(configuration: Mapping[str, Any]) -> View:
    """How the agent sees *configuration*; the argument is not changed."""
    view = View(unknown=[key for key in configuration if key not in TREE])
    known = {key: value for key, value in configuration.items() if key in TREE}
    view.configuration = _merged(known, TREE, (), view)
    return view


def _merged(section: Mapping[str, Any], shape: Mapping[str, Any], path: tuple[Step, ...], view: View) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in section.items():
        here = (*path, key)
        inside = shape.get(key)
        if inside is None:
            result[key] = value
        elif inside == LIST:
            _merge_list(result, key, value, here, view)
        elif isinstance(value, dict):
            result[key] = _merged(value, inside, here, view)
        else:
            view.dropped.append(here)
    return result


def _merge_list(result: dict[str, Any], key: str, value: Any, here: tuple[Step, ...], view: View) -> None:
    if not isinstance(value, list):
        view.dropped.append(here)
        return
    if not value:
        view.empty.append(here)
        return
    seen: set[str] = set()
    indexes = []
    for index, item in enumerate(value):
        text = canonical_text(_numbers(item))
        if text in seen:
            view.duplicates.append((*here, index))
        else:
            seen.add(text)
            indexes.append(index)
    result[key] = [value[index] for index in indexes]
    if len(indexes) < len(value):
        view.remaining[here] = indexes


def _numbers(value: Any) -> Any:
    """*value* with numbers as the agent holds them: there is one kind, so 1 and 1.0 are equal."""
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
