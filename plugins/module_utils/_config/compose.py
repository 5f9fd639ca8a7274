# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compose a configuration from parts, and remember which part set each value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, NamedTuple

from .canonical import canonical_text
from .merging import JOINED, ONE_OR_MANY
from .placeholders import unquoted
from .pointer import Step, pointer

_EVERYWHERE = "measurement"
"""The list that joins wherever it stands."""


class Override(NamedTuple):
    """A value that a later part replaced: ``was`` as ``of`` had set it, ``value`` as ``by`` sets it (None: removed)."""

    path: str
    was: Any
    of: str
    value: Any
    by: str


class IdleRemoval(NamedTuple):
    """A None that removes nothing: ``by`` has it at ``path``, and the keys that earlier parts had set beside it are ``known``."""

    path: tuple[Step, ...]
    by: str
    known: tuple[str, ...]


@dataclass
class Composition:
    """``provenance``: JSON pointer → name of the part that set what stands there (leaves; for lists that join, their entries)."""

    configuration: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)
    overrides: list[Override] = field(default_factory=list)
    idle_removals: list[IdleRemoval] = field(default_factory=list)

    def sources(self, path: str) -> list[str]:
        """The parts that set what stands at the JSON pointer *path* (or the nearest value around it that a part set whole)."""
        below = {name for known, name in self.provenance.items() if known == path or known.startswith(path + "/")}
        while not below and path:
            path = path.rpartition("/")[0]
            below = {self.provenance[path]} if path in self.provenance else set()
        return sorted(below)


def compose(parts: Iterable[tuple[str, Mapping[str, Any]]]) -> Composition:
    """Merge *parts* (name, configuration) in their order.

    Mappings merge by key and a later value wins. Lists that the agent itself joins, and every ``measurement``, join without duplicates;
    every other list is replaced. None removes the key. The parts are not changed, but the result may share data with them.
    """
    result = Composition()
    for name, part in parts:
        _merge(result, result.configuration, part, (), name)
    return result


def _joins(path: tuple[Step, ...]) -> bool:
    return path[-1] == _EVERYWHERE or path in JOINED or path in ONE_OR_MANY


def _merge(result: Composition, target: dict[str, Any], part: Mapping[str, Any], path: tuple[Step, ...], name: str) -> None:
    for key, value in part.items():
        here = (*path, key)
        present = key in target
        if value is None:
            if present:
                _forget(result, here, target.pop(key), None, name)
            else:
                result.idle_removals.append(IdleRemoval(here, name, tuple(target)))
        elif isinstance(value, Mapping) and not unquoted(value):
            _merge_mapping(result, target, key, value, here, name)
        elif isinstance(value, list) and _joins(here):
            _join(result, target, key, value, here, name)
        else:
            if present and not _same(target[key], value):
                _forget(result, here, target[key], value, name)
            if not present or not _same(target[key], value):
                target[key] = value
                result.provenance[pointer(here)] = name


def _merge_mapping(
    result: Composition, target: dict[str, Any], key: str, value: Mapping[str, Any], here: tuple[Step, ...], name: str
) -> None:
    existing = target.get(key)
    if isinstance(existing, list) and _joins(here):
        _join(result, target, key, [value], here, name)
        return
    if key in target and not isinstance(existing, dict):
        _forget(result, here, existing, value, name)
    if not isinstance(existing, dict):
        target[key] = {}
    _merge(result, target[key], value, here, name)
    if target[key]:
        result.provenance.pop(pointer(here), None)
    else:
        result.provenance.setdefault(pointer(here), name)


def _join(result: Composition, target: dict[str, Any], key: str, value: list[Any], here: tuple[Step, ...], name: str) -> None:
    existing = target.get(key)
    if isinstance(existing, dict):
        # One mapping where a list may stand counts as a list of one.
        old, new = pointer(here), pointer((*here, 0))
        moved = {known: part for known, part in result.provenance.items() if known == old or known.startswith(old + "/")}
        _drop(result, here)
        existing = [existing]
        result.provenance.update({new + known[len(old) :]: part for known, part in moved.items()})
    elif not isinstance(existing, list):
        if key in target:
            _forget(result, here, existing, value, name)
        existing = []
    joined = list(existing)
    seen = {canonical_text(item) for item in joined}
    for item in value:
        text = canonical_text(item)
        if text not in seen:
            seen.add(text)
            result.provenance[pointer((*here, len(joined)))] = name
            joined.append(item)
    target[key] = joined
    if joined:
        result.provenance.pop(pointer(here), None)
    else:
        result.provenance.setdefault(pointer(here), name)


def _same(one: Any, other: Any) -> bool:
    return canonical_text(one) == canonical_text(other)


def _drop(result: Composition, here: tuple[Step, ...]) -> None:
    top = pointer(here)
    for known in [known for known in result.provenance if known == top or known.startswith(top + "/")]:
        del result.provenance[known]


def _forget(result: Composition, here: tuple[Step, ...], was: Any, value: Any, name: str) -> None:
    sources = result.sources(pointer(here))
    if sources != [name]:
        result.overrides.append(Override(pointer(here), was, ", ".join(sources), value, name))
    _drop(result, here)
