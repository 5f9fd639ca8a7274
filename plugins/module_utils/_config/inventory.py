# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read variables of many hosts as plain data, each distinct value once."""

from __future__ import annotations

import datetime
import re
from typing import Any, Callable, Mapping

from .canonical import canonical_text
from .nesting import CIRCLE, unwalkable
from .pointer import Step, pointer

_MARKS = ("{{", "{%", "{#")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SCALARS = (str, int, float, bool, type(None))
_UNSTEADY = frozenset({"lookup", "query", "q", "now", "hostvars", "vars", "random", "shuffle", "random_mac", "password_hash"})
"""Words of templates whose result is not a function of the variables that they name."""


VAULTED_TYPES = ("EncryptedString", "AnsibleVaultEncryptedUnicode")
"""The types of a single value out of Ansible Vault, of ansible-core from 2.19 on and before; as text they are decrypted."""


class NotPlainError(Exception):
    """A variable holds something that JSON cannot say."""


def is_template(value: Any) -> bool:
    """Whether *value*, or anything in it, must go through the templating engine: templates, vaulted text, lazy values."""
    if isinstance(value, str):
        return any(mark in value for mark in _MARKS)
    if value is None or isinstance(value, (bool, int, float)):
        return False
    if isinstance(value, dict):
        return any(is_template(item) for item in value.values())
    if isinstance(value, list):
        return any(is_template(item) for item in value)
    return True


def words(value: Any) -> frozenset[str]:
    """Every word in the templates of *value*; more than their variables, never less. What is no text counts as unsteady."""
    if isinstance(value, str):
        return frozenset(_WORD.findall(value)) if is_template(value) else frozenset()
    if isinstance(value, dict):
        return frozenset().union(*(words(item) for item in value.values()))
    if isinstance(value, list):
        return frozenset().union(*(words(item) for item in value))
    return frozenset() if value is None or isinstance(value, _SCALARS) else _UNSTEADY


def plain(value: Any, name: str, path: tuple[Step, ...] = ()) -> Any:
    """*value* of the variable *name* without the types that Ansible adds; *path* leads to it.

    Raises:
        NotPlainError: there is something in it that JSON cannot say, or no end.
    """
    if not path:
        walkable(value, name)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str) or type(value).__name__ in VAULTED_TYPES:
        return str(value)
    if isinstance(value, dict):
        keys = [_key(key, name, path) for key in value]
        if len(set(keys)) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            where = f"{name}: {pointer(path)}" if path else name
            raise NotPlainError(f"{where} has the key {twice} as a number and as text. Hint: remove one of them.")
        return {key: plain(item, name, (*path, key)) for key, item in zip(keys, value.values())}
    if isinstance(value, (list, tuple)):
        return [plain(item, name, (*path, index)) for index, item in enumerate(value)]
    where = f"{name}: {pointer(path)}" if path else name
    if isinstance(value, (datetime.date, datetime.time)):
        text = value.isoformat()
        raise NotPlainError(f'{where} is the date {text}, which JSON does not have. Hint: write it in quotes: "{text}".')
    kind = type(value).__name__.lstrip("_").replace("AnsibleTagged", "")
    raise NotPlainError(f"{where} is of the type {kind}, which JSON does not have. Hint: write it in quotes.")


def walkable(value: Any, name: str) -> None:
    """Raise a NotPlainError if *value* of the variable *name* contains itself, or is too deep or large to be a configuration."""
    reason = unwalkable(value)
    if reason == CIRCLE:
        raise NotPlainError(f"{name} {reason}. Hint: a YAML alias (*) is inside the value that its anchor (&) marks: write it out there.")
    if reason:
        raise NotPlainError(f"{name} {reason}. Hint: a configuration of the agent is smaller by far; look for what repeats in it.")


def _key(key: Any, name: str, path: tuple[Step, ...]) -> str:
    if isinstance(key, (str, int)) and not isinstance(key, bool):
        return str(key)
    where = f"{name}: {pointer(path)}" if path else name
    raise NotPlainError(f"{where} has the key {key!r}. Hint: write keys as text, in quotes.")


class Reader:
    """Gives equal values as the same object. A value that many hosts share (group_vars) is read once.

    A template that many hosts share is filled in once for all hosts that have the same values for every word in it.
    """

    def __init__(self) -> None:
        self._by_identity: dict[int, tuple[Any, frozenset[str] | None, Any]] = {}
        self._by_text: dict[str, Any] = {}
        self._rendered: dict[tuple[Any, ...], tuple[list[Any], Any]] = {}

    def value(self, name: str, raw: Any, template: Callable[[Any], Any], variables: Mapping[str, Any]) -> Any:
        """The variable *name* as plain data; *template* fills in templates, from the host's untemplated *variables*.

        Raises:
            NotPlainError: as of plain.
        """
        known = self._by_identity.get(id(raw))
        if known is None:
            walkable(raw, name)
            templated = is_template(raw)
            known = (raw, words(raw) if templated else None, None if templated else self._one(plain(raw, name)))
            self._by_identity[id(raw)] = known
        _raw, mentioned, value = known
        return value if mentioned is None else self._fill_in(name, raw, mentioned, template, variables)

    def _fill_in(self, name: str, raw: Any, mentioned: frozenset[str], template: Callable[[Any], Any], variables: Mapping[str, Any]) -> Any:
        used = {word: variables[word] for word in mentioned if word in variables}
        for word, item in used.items():
            if isinstance(item, (dict, list)):
                walkable(item, word)
        if mentioned & _UNSTEADY or any(is_template(item) for item in used.values()):
            return self._one(plain(template(raw), name))
        key = (
            id(raw),
            *sorted((word, type(item).__name__, item if isinstance(item, _SCALARS) else id(item)) for word, item in used.items()),
        )
        known = self._rendered.get(key)
        if known is None:
            # An id speaks for its object only while that lives.
            known = self._rendered[key] = (list(used.values()), self._one(plain(template(raw), name)))
        return known[1]

    def _one(self, value: Any) -> Any:
        return self._by_text.setdefault(canonical_text(value), value)
