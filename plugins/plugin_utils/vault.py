# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values of a variable come out of Ansible Vault: single values (!vault), whole files, and what templates take of both."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Iterator, Mapping

from ansible_collections.cloudwatch.agent.plugins.module_utils._config.inventory import VAULTED_TYPES, words
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.nesting import unwalkable
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.pointer import Step, walk
from ansible_collections.cloudwatch.agent.plugins.module_utils._config.vaulted import Vaulted

_HEADER = b"$ANSIBLE_VAULT;"
_NONE = Vaulted()


class VaultReader:
    """Says what variables take out of Ansible Vault. A value that many hosts share is read once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, Vaulted, list[tuple[tuple[Step, ...], frozenset[str]]]]] = {}

    def of(self, name: str, raw: Any, rendered: Any, variables: Mapping[str, Any]) -> Vaulted:
        """What the variable *name* takes, from its *raw* value and what the templates in it gave; *variables*: the host's, raw."""
        own, templates = self._read(name, raw)
        found = own
        for path, mentioned in templates:
            used = self._used(mentioned, variables, {name})
            if used.names:
                texts = frozenset(str(item) for _path, item in walk(_at(rendered, path)) if _is_text(item))
                found |= Vaulted(used.names, used.texts | texts)
        return found

    def _read(self, name: str, raw: Any) -> tuple[Vaulted, list[tuple[tuple[Step, ...], frozenset[str]]]]:
        """What *raw* itself holds, and (path, words) of the templates in it."""
        known = self._known.get(id(raw))
        if known is None and unwalkable(raw):
            known = self._known[id(raw)] = (raw, _NONE, [])
        if known is None:
            secrets = frozenset(str(leaf) for _path, leaf in walk(raw) if _is_secret(leaf))
            own = Vaulted(frozenset([name]), secrets) if secrets else _NONE
            templates = [(path, words(leaf)) for path, leaf in walk(raw) if isinstance(leaf, str) and words(leaf)]
            known = self._known[id(raw)] = (raw, own, templates)
        return known[1], known[2]

    def _used(self, mentioned: frozenset[str], variables: Mapping[str, Any], seen: set[str]) -> Vaulted:
        """What the variables among the words *mentioned* take, and those that they mention."""
        found = _NONE
        for word in mentioned:
            if word in seen or word not in variables:
                continue
            seen.add(word)
            own, templates = self._read(word, variables[word])
            found |= own
            for _path, deeper in templates:
                found |= self._used(deeper, variables, seen)
        return found


def _at(value: Any, path: tuple[Step, ...]) -> Any:
    try:
        for step in path:
            value = value[str(step) if isinstance(value, dict) else step]
    except (LookupError, TypeError):
        return None
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value) != ""


def _is_secret(leaf: Any) -> bool:
    if type(leaf).__name__ in VAULTED_TYPES:
        return True
    return _is_text(leaf) and any(_encrypted(path) for path in _origins(leaf))


def _origins(leaf: Any) -> Iterator[str]:
    """The file that ansible-core notes for a value: as a tag from 2.19 on, as a position before."""
    for kind, tag in (getattr(leaf, "_ansible_tags_mapping", None) or {}).items():
        if kind.__name__ == "Origin" and tag.path:
            yield tag.path
    position = getattr(leaf, "ansible_pos", None)
    if position:
        yield position[0]


@lru_cache(maxsize=None)
def _encrypted(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return False
