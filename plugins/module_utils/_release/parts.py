# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A configuration over 8 KB as parts that the agent's append puts together again. Private to this collection; pure.

The agent unites the keys of some mappings, joins a few lists without duplicates (``_config.merging``), and wants everything else to be
equal in all files. It reads files in the order of their names, so the parts of a list are dealt out in that order.
"""

from __future__ import annotations

import copy
import re
from typing import Any, Iterator

from .._config.canonical import canonical_text
from .._config.errors import ConfigError
from .._config.merging import JOINED, UNITED, Path

STANDARD_BYTES, PART_BYTES = 4096, 8192
"""What a parameter of Parameter Store holds in the tiers Standard and Advanced."""
PART_NAME = re.compile(r"\.part[0-9]+$")
PART = ".part{}"
SECTIONS_SHOWN = 8

Atom = tuple[Path, Any]

COLLECTED = frozenset(("metrics_collected", "logs_collected", "traces_collected", "collect"))


def part_name(name: str, number: int) -> str:
    """The name of part *number* (from 1) of the parameter *name*."""
    return name if number == 1 else name + PART.format(number)


def file_order(name: str, count: int) -> list[int]:
    """The part numbers 1 to *count* in the order in which the agent reads their files (``ssm_<name>_<version>``)."""
    return sorted(range(1, count + 1), key=lambda number: part_name(name, number) + "_")


def file_name(name: str, version: int) -> str:
    """The name of the file in which a host keeps *version* of the parameter *name* (contract 2.5)."""
    return f"ssm_{name}_{version}".replace("/", "_")


def size_of(configuration: Any) -> int:
    """The size of *configuration* as it is published, in bytes."""
    return len(canonical_text(configuration).encode("utf-8"))


def section_sizes(configuration: dict[str, Any]) -> dict[str, int]:
    """The size in bytes of each collected item and setting group of *configuration* by JSON pointer, the largest first."""
    sizes: dict[str, int] = {}
    for path, value in _atoms(configuration, ()):
        pointer = "/" + "/".join(path if path in JOINED or path[:-1] in UNITED else path[:1])
        sizes[pointer] = sizes.get(pointer, 0) + size_of(value)
    return dict(sorted(sizes.items(), key=lambda item: -item[1]))


def _atoms(value: Any, path: Path) -> Iterator[Atom]:
    """The pieces that can stand in a file of their own, in the order of the configuration."""
    if isinstance(value, dict) and value and (not path or path in UNITED):
        for key, item in value.items():
            yield from _atoms(item, (*path, key))
    elif isinstance(value, list) and value and path in JOINED:
        for item in value:
            yield path, [item]
    else:
        yield path, value


def _put(configuration: dict[str, Any], atom: Atom) -> None:
    path, value = atom
    place = configuration
    for key in path[:-1]:
        place = place.setdefault(key, {})
    if path in JOINED and isinstance(value, list):
        place.setdefault(path[-1], []).extend(item for item in value if item not in place.get(path[-1], []))
    else:
        place[path[-1]] = value


def _assembled(groups: list[list[Atom]]) -> dict[str, Any]:
    configuration: dict[str, Any] = {}
    for group in groups:
        for atom in group:
            _put(configuration, atom)
    return copy.deepcopy(configuration)


def joined(name: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The configuration that *parts* (part 1 first) of the parameter *name* make together: what :func:`split` has divided."""
    if len(parts) == 1:
        return parts[0]
    ordered = [parts[number - 1] for number in file_order(name, len(parts))]
    return _assembled([list(_atoms(part, ())) for part in ordered if part])


def _groups(configuration: dict[str, Any]) -> list[list[Atom]]:
    """Atoms that stay together: the settings of a section, and the agent's, go with the first thing collected, since the agent's schema
    refuses a section that collects nothing."""
    settings: dict[str, list[Atom]] = {}
    items: list[list[Atom]] = []
    for atom in _atoms(configuration, ()):
        path = atom[0]
        if any(key in COLLECTED for key in path[1:]):
            items.append([*settings.pop(path[0], []), atom])
        else:
            settings.setdefault(path[0], []).append(atom)
    first = [atom for section in settings.values() for atom in section]
    if items:
        return [[*first, *items[0]], *items[1:]]
    return [[atom] for atom in first]


def _ordered(configuration: dict[str, Any]) -> dict[str, Any]:
    """*configuration* with each section's settings before what it collects."""
    return {
        key: dict(sorted(value.items(), key=lambda item: item[0] in COLLECTED)) if isinstance(value, dict) else value
        for key, value in configuration.items()
    }


def split(name: str, configuration: dict[str, Any], limit: int = PART_BYTES) -> list[dict[str, Any]]:
    """*configuration* as parts of at most *limit* bytes each, part 1 first; one part if it fits.

    Raises:
        ConfigError: the name is that of a part, or something that cannot be divided is larger than *limit*.
    """
    if PART_NAME.search(name):
        raise ConfigError(
            f"cw_agent_config_name {name!r}: names ending in .part and a number are reserved for multi-part configurations. Hint: rename it"
        )
    if size_of(configuration) <= limit:
        return [configuration]
    chunks: list[list[list[Atom]]] = [[]]
    for group in _groups(_ordered(configuration)):
        for piece in [group] if size_of(_assembled([group])) <= limit else [[atom] for atom in group]:
            if size_of(_assembled([piece])) > limit:
                raise ConfigError(_too_large(name, configuration, piece[0], limit))
            if chunks[-1] and size_of(_assembled([*chunks[-1], piece])) > limit:
                chunks.append([])
            chunks[-1].append(piece)
    parts = dict(zip(file_order(name, len(chunks)), map(_assembled, chunks)))
    return [parts[number] for number in range(1, len(chunks) + 1)]


def _too_large(name: str, configuration: dict[str, Any], atom: Atom, limit: int) -> str:
    shown = list(section_sizes(configuration).items())[:SECTIONS_SHOWN]
    sizes = ", ".join(f"{pointer} {size}" for pointer, size in shown)
    return (
        f"{name}: /{'/'.join(atom[0])} alone is {size_of(atom[1])} bytes; a parameter holds {limit} and the agent cannot append it in "
        f"pieces. Sizes in bytes: {sizes}. Shorten it, or give the hosts that need different parts of it different fragments."
    )
