# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read variables of many hosts as plain data, each distinct value once."""

from __future__ import annotations

from typing import Any, Callable

from .canonical import canonical_text

_MARKS = ("{{", "{%", "{#")


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
    """Gives equal values as the same object. A value that many hosts share (group_vars) is looked at once."""

    def __init__(self) -> None:
        self._by_identity: dict[int, tuple[Any, bool, Any]] = {}
        self._by_text: dict[str, Any] = {}

    def value(self, name: str, raw: Any, template: Callable[[Any], Any]) -> Any:
        """The variable *name* as plain data; *template* is called only where there is something to template."""
        known = self._by_identity.get(id(raw))
        if known is None:
            templated = is_template(raw)
            known = (raw, templated, None if templated else self._one(plain(raw, name)))
            self._by_identity[id(raw)] = known
        _raw, templated, value = known
        return self._one(plain(template(raw), name)) if templated else value

    def _one(self, value: Any) -> Any:
        return self._by_text.setdefault(canonical_text(value), value)
