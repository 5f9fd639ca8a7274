# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values out of Ansible Vault: a configuration is plain text, in Parameter Store and on the host, so nobody puts one in by accident."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Iterable, Mapping

from .pointer import Step, pointer, walk

HIDDEN = "(hidden)"
_WINDOW = 6
"""A text that shows as many characters of a value in a row shows it."""


@dataclass(frozen=True)
class Vaulted:
    """What a variable takes out of Ansible Vault: ``names`` of the variables, and the ``texts`` that must not be shown."""

    names: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def __or__(self, other: Vaulted) -> Vaulted:
        return Vaulted(self.names | other.names, self.texts | other.texts)


class Mask:
    """Hides texts in whatever is shown."""

    def __init__(self, texts: Iterable[str]) -> None:
        spellings = {spelling for text in texts if text for spelling in (text, *_escaped(text))}
        self._texts = sorted(spellings, key=len, reverse=True)
        self._windows = {text[at : at + _WINDOW] for text in self._texts for at in range(len(text) - _WINDOW + 1)}

    def __bool__(self) -> bool:
        return bool(self._texts)

    def __call__(self, value: Any) -> Any:
        """*value* (JSON data) with every text in it hidden, whole or cut."""
        if not self._texts:
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {self._text(str(key)): self(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self(item) for item in value]
        return HIDDEN if not isinstance(value, bool) and value is not None and str(value) in self._texts else value

    def _text(self, value: str) -> str:
        for text in self._texts:
            value = value.replace(text, HIDDEN)
        return HIDDEN if any(window in value for window in self._windows) else value

    def pointers(self, configuration: Any) -> list[str]:
        """JSON pointers of the values in *configuration* that show a text."""
        found: list[tuple[Step, ...]] = [
            path for path, value in walk(configuration) if not isinstance(value, (dict, list)) and self(value) != value
        ]
        return [pointer(path) for path in found]


def _escaped(text: str) -> tuple[str, str]:
    return json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]


def without(configuration: Any, pointers: Iterable[str], path: tuple[Step, ...] = ()) -> Any:
    """*configuration* with the values at *pointers* hidden."""
    hidden = frozenset(pointers)
    if not hidden:
        return configuration
    if isinstance(configuration, dict):
        return {key: without(item, hidden, (*path, key)) for key, item in configuration.items()}
    if isinstance(configuration, list):
        return [without(item, hidden, (*path, index)) for index, item in enumerate(configuration)]
    return HIDDEN if pointer(path) in hidden else configuration


def mask_of(configurations: Iterable[Mapping[str, Any]]) -> Mask:
    """A mask of what a plan's configurations (``configuration``, and ``vaulted`` as JSON pointers) have out of Ansible Vault."""
    texts = set()
    for item in configurations:
        hidden = frozenset(item.get("vaulted") or [])
        if hidden:
            texts |= {str(value) for path, value in walk(item["configuration"]) if pointer(path) in hidden}
    return Mask(texts)
