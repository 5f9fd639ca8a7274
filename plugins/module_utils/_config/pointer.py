# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths in a configuration, and how problems and provenance write them: JSON pointers (RFC 6901), or words."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Union

Step = Union[str, int]


def pointer(path: tuple[Step, ...]) -> str:
    """*path* as a JSON pointer; the whole document is ''."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def steps(text: str) -> tuple[str, ...]:
    """The steps of the JSON pointer *text*, indexes as text."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:])


def at(value: Any, path: Iterable[Step]) -> Any:
    """What *path* leads to in *value*.

    Raises:
        LookupError, TypeError: it leads nowhere.
    """
    for step in path:
        value = value[step]
    return value


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


def spoken(path: tuple[Step, ...]) -> str:
    """The last step of *path* in words: ``disk``, ``entry 2 of collect_list``, ``the configuration``."""
    if not path:
        return "the configuration"
    if isinstance(path[-1], int):
        return f"entry {path[-1] + 1} of {path[-2]}"
    return path[-1]


def dotted(path: tuple[Step, ...]) -> str:
    """*path* in the agent's documentation's way: ``metrics.metrics_collected``; indexes are left out."""
    return ".".join(step for step in path if isinstance(step, str))
