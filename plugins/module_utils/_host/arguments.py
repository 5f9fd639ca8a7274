# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of this package have in common: an option and the form of a failure."""

from __future__ import annotations

from typing import Any, Mapping

from .configurations import Source
from .errors import HostError, RolledBackError, reason
from .settings import Settings

SOURCES: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "location": {"type": "str", "required": True},
        "digest": {"type": "str", "default": ""},
        "content": {"type": "str", "default": ""},
    },
}


def settings(options: Mapping[str, Any]) -> Settings:
    """The values of the options of ``cw_agent_settings``."""
    return Settings(**{name: options.get(name) for name in Settings._fields})


def sources(entries: list[dict[str, str]] | None) -> list[Source] | None:
    """The value of the option, None when it was not given."""
    return None if entries is None else [Source(one["location"], one["digest"], one["content"]) for one in entries]


def failure(error: Exception) -> dict[str, Any]:
    """The arguments of ``fail_json``: one message with the lines that explain it, and these alone."""
    if isinstance(error, HostError):
        shown = {"msg": str(error) + "".join(f"\n  {line}" for line in error.log), "log": error.log}
        return {**shown, "rolled_back": True} if isinstance(error, RolledBackError) else shown
    return {"msg": reason(error), "log": []}
