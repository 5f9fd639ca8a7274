# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read variables of many hosts as plain data, each distinct value once."""

from __future__ import annotations

import re
from typing import Any, Callable, Mapping

from .canonical import canonical_text

_MARKS = ("{{", "{%", "{#")
_WORD = re.compile(r"[A-Za-z_]\w*")
_SCALARS = (str, int, float, bool, type(None))
_UNSTEADY = frozenset({"lookup", "query", "q", "now", "hostvars", "vars", "random", "shuffle", "random_mac", "password_hash"})
"""Words of templates whose result is not a function of the variables that they name."""


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


def plain(value: Any, name: str) -> Any:
    """*value* of the variable *name* without the types that Ansible adds."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {_key(key, name): plain(item, name) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, name) for item in value]
    raise NotPlainError(f"{name} holds {value!r} ({type(value).__name__}), which JSON has no word for: write it in quotes.")


def _key(key: Any, name: str) -> str:
    if isinstance(key, (str, int)) and not isinstance(key, bool):
        return str(key)
    raise NotPlainError(f"{name} has the key {key!r}: write keys as text, in quotes.")


class Reader:
    """Gives equal values as the same object. A value that many hosts share (group_vars) is looked at once.

    A template that many hosts share is filled in once for all hosts that have the same values for every word in it.
    """

    def __init__(self) -> None:
        self._by_identity: dict[int, tuple[Any, frozenset[str] | None, Any]] = {}
        self._by_text: dict[str, Any] = {}
        self._rendered: dict[tuple[Any, ...], tuple[list[Any], Any]] = {}

    def value(self, name: str, raw: Any, template: Callable[[Any], Any], variables: Mapping[str, Any]) -> Any:
        """The variable *name* as plain data; *template* fills in templates, from the host's untemplated *variables*."""
        known = self._by_identity.get(id(raw))
        if known is None:
            templated = is_template(raw)
            known = (raw, words(raw) if templated else None, None if templated else self._one(plain(raw, name)))
            self._by_identity[id(raw)] = known
        _raw, mentioned, value = known
        return value if mentioned is None else self._fill_in(name, raw, mentioned, template, variables)

    def _fill_in(self, name: str, raw: Any, mentioned: frozenset[str], template: Callable[[Any], Any], variables: Mapping[str, Any]) -> Any:
        used = {word: variables[word] for word in mentioned if word in variables}
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
