# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions of this package."""

from __future__ import annotations


class HostError(Exception):
    """Something on the host stands in the way.

    ``str(error)`` names what, which value and the fix. ``log`` holds the agent's own lines, oldest first.
    """

    def __init__(self, message: str, log: list[str] | None = None) -> None:
        super().__init__(message)
        self.log = log or []


class RolledBackError(HostError):
    """A change failed, and the state before it is back."""


def reason(error: Exception) -> str:
    """What an error says, in one line that people read."""
    if isinstance(error, OSError):
        return f"{error.filename or 'the host'}: {error.strerror}"
    return str(error)
