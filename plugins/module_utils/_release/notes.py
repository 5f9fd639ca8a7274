# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The description that goes with every published version: the one thing beside value and labels that Parameter Store keeps of it."""

from __future__ import annotations

import re
from typing import NamedTuple

PUBLISHED = "Configuration of the Amazon CloudWatch agent, published by cloudwatch.agent"
VAULTED = ", with values out of Ansible Vault"
_NOTE = re.compile(
    rf"{re.escape(PUBLISHED)}(?: from inventory (?P<origin>.+?))?(?:, part (?P<part>\d+) of (?P<parts>\d+))?(?P<vaulted>{VAULTED})?",
    re.DOTALL,
)


class Note(NamedTuple):
    """``origin``: the inventory that it comes from, '' where that has no name; the number of the ``part``, and of how many ``parts``."""

    origin: str = ""
    part: int = 1
    parts: int = 1
    vaulted: bool = False

    def __str__(self) -> str:
        origin = f" from inventory {self.origin}" if self.origin else ""
        part = f", part {self.part} of {self.parts}" if self.parts > 1 else ""
        return PUBLISHED + origin + part + (VAULTED if self.vaulted else "")


def note_of(description: str) -> Note | None:
    """What a version's *description* says; None for one that this collection has not written."""
    match = _NOTE.fullmatch(description)
    if not match:
        return None
    return Note(match["origin"] or "", int(match["part"] or 1), int(match["parts"] or 1), bool(match["vaulted"]))
