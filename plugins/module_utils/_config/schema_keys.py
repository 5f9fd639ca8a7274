# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where keys belong: every key of the schema with the sections that have it, to name the right one for a key in a wrong section."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Callable, Iterator, Mapping

from .measurements import KNOWN_PLUGINS
from .pointer import Step, dotted
from .schema import SCHEMA

Path = tuple[str, ...]
_METRICS = ("metrics", "metrics_collected")
_FILES = ("logs", "logs_collected", "files", "collect_list")
_MOST_NAMED = 2


Has = Callable[[tuple[Step, ...]], bool]
"""Whether the agent has the key at a path."""


@lru_cache(maxsize=1)
def _sections() -> Mapping[str, Mapping[Path, frozenset[str]]]:
    """Key → the sections that have it (lists left out), each with the keys that its value may have."""
    found: dict[str, dict[Path, frozenset[str]]] = {}
    for section, key, inner in _keys(SCHEMA, ()):
        found.setdefault(key, {}).setdefault(section, inner)
    for plugin in sorted(KNOWN_PLUGINS["linux"] or ()):
        found.setdefault(plugin, {}).setdefault(_METRICS, frozenset())
    return found


def _keys(schema: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str, frozenset[str]]]:
    for key, inner in schema.get("properties", {}).items():
        yield path, key, frozenset(inner.get("properties") or inner.get("items", {}).get("properties") or ())
        yield from _keys(inner, (*path, key))
    if "items" in schema:
        yield from _keys(schema["items"], path)


def belongs(path: tuple[Step, ...], key: str, value: Any, has: Has) -> str:
    """The section that has *key*, for a key that stands at *path*, where it does not belong; '' if there is none, or too many."""
    here = tuple(step for step in path if isinstance(step, str))
    known = {section: inner for section, inner in _sections().get(key, {}).items() if section != here and has((*section, key))}
    if not known:
        return ""
    nearest = max(_shared(here, section) for section in known)
    sections = [section for section in known if _shared(here, section) == nearest]
    sections = [section for section in sections if _inner(value) <= known[section]] or sections
    shortest = min(map(len, sections))
    if _FILES in sections and len(_FILES) > shortest and not isinstance(value, (dict, list)):
        return dotted(_FILES)  # what is rare has its keys less deep
    sections = [section for section in sections if len(section) == shortest]
    if len(sections) <= _MOST_NAMED:
        return " or ".join(dotted(section) or "the top level" for section in sections)
    common = _common(sections)
    return f"a section under {dotted(common)}" if common else ""


def _inner(value: Any) -> set[str]:
    items = value if isinstance(value, list) else [value]
    return {key for item in items if isinstance(item, dict) for key in item}


def _shared(one: Path, other: Path) -> int:
    return len(_common([one, other]))


def _common(paths: list[Path]) -> Path:
    result: list[str] = []
    for steps in zip(*paths):
        if len(set(steps)) > 1:
            break
        result.append(steps[0])
    return tuple(result)
