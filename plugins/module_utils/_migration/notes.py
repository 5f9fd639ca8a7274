# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a migration says: what became of every key, and what is refused."""

from __future__ import annotations

from typing import Any, NamedTuple

from .._config.findings import shown

MAPPED, CHANGED, DROPPED = "mapped", "changed", "dropped"
"""The agent does the same; it does something else, or awslogs took another value than was written; nothing corresponds to it."""


class Note(NamedTuple):
    """What became of a key. ``value``: as written, '' where it is none of the known keys; ``outcome``: one of the constants above."""

    file: str
    section: str
    key: str
    value: str
    outcome: str
    message: str


class Refusal(NamedTuple):
    """What cannot be migrated as it stands: where, which value, why, and what to do."""

    file: str
    section: str
    key: str
    value: str
    message: str
    hint: str

    @property
    def text(self) -> str:
        """The refusal in one line."""
        section = f", section [{self.section}]" if self.section else ""
        key = f", {self.key}" if self.key else ""
        value = f" = {shown(self.value)}" if self.value else ""
        return f"{self.file}{section}{key}{value}: {self.message}. Hint: {self.hint}"

    @property
    def data(self) -> dict[str, Any]:
        """The refusal as plain data."""
        return self._asdict()


def first_line(value: str) -> str:
    """*value* as messages show it: what continues on further lines may be another key that was indented by mistake."""
    line, newline, _rest = value.partition("\n")
    return f"{line} …" if newline else line
