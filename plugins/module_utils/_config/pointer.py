# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON pointers (RFC 6901), the way problems and provenance name a path in a configuration."""

from __future__ import annotations

from typing import Any, Iterator, Union

Step = Union[str, int]


def pointer(path: tuple[Step, ...]) -> str:
    """*path* as a JSON pointer; the whole document is ''."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def steps(text: str) -> tuple[str, ...]:
    """The steps of the JSON pointer *text*, indexes as text."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def walk(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Every value inside *value*, itself first, with its path."""
    pending = [(path, value)]
    while pending:
        here, current = pending.pop()
        yield here, current
        if isinstance(current, dict):
            pending.extend(((*here, key), item) for key, item in reversed(list(current.items())))
        elif isinstance(current, list):
            pending.extend(((*here, index), item) for index, item in reversed(list(enumerate(current))))


def depth_exceeds(value: Any, limit: int) -> bool:
    """Whether *value* nests deeper than *limit*; works without recursion, since its purpose is to allow recursion elsewhere."""
    level, current = 0, [value]
    while current:
        level += 1
        if level > limit:
            return True
        deeper: list[Any] = []
        for item in current:
            if isinstance(item, dict):
                deeper.extend(child for child in item.values() if isinstance(child, (dict, list)))
            elif isinstance(item, list):
                deeper.extend(child for child in item if isinstance(child, (dict, list)))
        current = deeper
    return False
