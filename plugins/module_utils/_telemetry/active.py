# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration that a host's agent runs with, as far as it can be read."""

from __future__ import annotations

import json
from typing import Any, Iterable, Mapping, NamedTuple

from .._config.agent_view import agent_view
from .._config.compose import compose
from .._config.errors import ConfigError
from .._config.pointer import pointer
from .._config.schema_errors import schema_findings

UNKNOWN = "nobody knows what its agent sends, for the check refuses its configuration"


class Active(NamedTuple):
    """What the agent reads of its configuration; nothing, with the reason (``refused``), where the agent's schema refuses it."""

    configuration: Mapping[str, Any]
    refused: str = ""


class Configurations:
    """Reads configurations, each distinct one once."""

    def __init__(self) -> None:
        self._given: dict[int, tuple[Mapping[str, Any], Active]] = {}
        self._merged: dict[tuple[str, ...], Active] = {}

    def of(self, configuration: Mapping[str, Any]) -> Active:
        """How the agent sees *configuration*."""
        if id(configuration) not in self._given:
            # Kept with its object, because an id speaks for it only while it lives.
            self._given[id(configuration)] = (configuration, _read(configuration))
        return self._given[id(configuration)][1]

    def merged(self, texts: tuple[str, ...]) -> Active:
        """How the agent sees the parts of a release."""
        if texts not in self._merged:
            self._merged[texts] = _merged(texts)
        return self._merged[texts]


def _read(configuration: Mapping[str, Any]) -> Active:
    view = agent_view(configuration)
    wrong = next((finding for _rule, finding in schema_findings(view.configuration, view.original, lambda _path: True)), None)
    if wrong is None:
        return Active(view.configuration)
    return Active({}, f"{UNKNOWN}, at {pointer(wrong.path) or '/'}: {wrong.message.rstrip('.')}")


def _merged(texts: Iterable[str]) -> Active:
    try:
        parts = [json.loads(text) for text in texts]
    except ValueError as error:
        return Active({}, f"{UNKNOWN}: it is not JSON ({error})")
    if not all(isinstance(part, dict) for part in parts):
        return Active({}, f"{UNKNOWN}: it is not a mapping")
    try:
        return _read(compose((str(number), part) for number, part in enumerate(parts)).configuration)
    except ConfigError as error:
        return Active({}, f"{UNKNOWN}: {error}")
