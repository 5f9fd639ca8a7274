# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What metric filters and subscription filters have in common. Pure."""

from __future__ import annotations

import re
from typing import Any, Callable, Iterable, Iterator, Mapping

PATTERN = 1_024
"""Characters of a filter pattern."""
_NAME = re.compile(r"[^:*]{1,512}")

Problems = Callable[[Mapping[str, Any]], Iterator[str]]


def wrong(entries: Iterable[Mapping[str, Any]], where: str, problems: Problems) -> Iterator[str]:
    """What CloudWatch Logs would refuse of *entries*: their names, and the *problems* of each; *where* they are said, with their kind."""
    names: list[str] = []
    for entry in entries:
        name = entry["name"]
        if not _NAME.fullmatch(name) or name in names:
            reason = "there twice" if name in names else "not possible"
            yield f"{where} {name!r}: the name is {reason}. Hint: 1 to 512 characters without : and *, each name once."
        names.append(name)
        if entry["state"] == "present":
            yield from (f"{where} {name!r}: {problem}" for problem in problems(entry))


def too_long(pattern: str) -> Iterator[str]:
    """That a pattern is longer than AWS takes."""
    if len(pattern) > PATTERN:
        yield f"its pattern has {len(pattern)} characters. Hint: {PATTERN} at most; what differs can go into filters of its own."
