# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of AWS regions, by the way they are formed: a list of them would grow old with every new region."""

from __future__ import annotations

import difflib
import re

_NAME = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_AREAS = ("us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn", "us-gov", "us-iso", "us-isob", "us-isof", "eu-isoe", "eusc-de")
_DIRECTIONS = ("north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest")
_LIKELY = re.compile(rf"({'|'.join(_AREAS)})-({'|'.join(_DIRECTIONS)})-[1-9]")
_NUMBERED = re.compile(r"([^0-9]+)([0-9]+)")
_OTHER = re.compile(r"[^a-z]")


def is_region(text: str) -> bool:
    """Whether *text* has the form of a region's name."""
    return bool(_NAME.fullmatch(text))


def is_likely(text: str) -> bool:
    """Whether *text* is made of an area, a direction and a number that AWS's regions have."""
    return bool(_LIKELY.fullmatch(text))


def meant_region(text: str) -> str:
    """The name that *text* is likely a misspelling of; '' where there is no telling."""
    found = _NUMBERED.match(text.lower())
    if found is None:
        return ""
    # Hardly anybody is in the isolated partitions, and who is writes so.
    areas = [area for area in _AREAS if "iso" not in area or "iso" in text.lower()]
    known = {f"{area}{direction}".replace("-", ""): f"{area}-{direction}" for area in areas for direction in _DIRECTIONS}
    guess = next(iter(difflib.get_close_matches(_OTHER.sub("", found.group(1)), known, 1, 0.75)), "")
    return f"{known[guess]}-{found.group(2)}" if guess else ""
