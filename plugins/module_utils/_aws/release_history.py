# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Parameter Store keeps of configurations: every version of their parameters, those of parts included. Reads only."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Iterable, Mapping

from .._release.history import History, Version
from .._release.parts import part_name
from .._release.publications import Target
from .errors import AwsError
from .rate_limiter import RateLimiter
from .ssm_changes import SECURE
from .ssm_parameter import read_selected
from .ssm_reading import versions_of

READS_A_SECOND = 20.0
"""GetParameterHistory takes one name a call; an account shares 40 reads a second by default, with the fetching hosts as well."""
TARGETS_AT_ONCE = 8


def read_histories(
    reader: Callable[[Target], Any], names: Mapping[Target, list[str]]
) -> tuple[dict[Target, dict[str, History]], dict[Target, AwsError]]:
    """The history of each configuration of *names*, and of its parts, by target; and why a target could not be read.

    Accounts and regions are read side by side.
    """

    def read(target: Target) -> dict[str, History] | AwsError:
        try:
            return histories(reader(target), names[target])
        except AwsError as error:
            return error

    with ThreadPoolExecutor(TARGETS_AT_ONCE) as pool:
        found = dict(zip(names, pool.map(read, names)))
    errors = {target: one for target, one in found.items() if isinstance(one, AwsError)}
    return {target: one for target, one in found.items() if not isinstance(one, AwsError)}, errors


def histories(reader: Any, names: list[str], limiter: RateLimiter | None = None) -> dict[str, History]:
    """The versions of each of *names* and of its parts as far as they are there, by the name of the configuration."""
    parts = existing_parts(reader, names)
    read = parameter_histories(reader, [part for some in parts.values() for part in some], limiter)
    return {name: {part: read[part] for part in some if part in read} for name, some in parts.items()}


def parameter_histories(reader: Any, names: Iterable[str], limiter: RateLimiter | None = None) -> dict[str, list[Version]]:
    """The versions of the parameters *names*, oldest first; absent ones are left out."""
    pace = limiter or RateLimiter(READS_A_SECOND)
    # Only the text says which host runs a version. It is never shown where it is secret.
    found = {name: [_version(entry) for entry in versions_of(reader, name, decrypt=True, run=pace.run)] for name in names}
    return {name: versions for name, versions in found.items() if versions}


def existing_parts(reader: Any, names: list[str]) -> dict[str, list[str]]:
    """The parameters of each of *names*, its own first and then its parts up to the first gap; ten names a call."""
    found: dict[str, list[str]] = {name: [] for name in names}
    open_names, number = list(names), 1
    while open_names:
        asked = {part_name(name, number): name for name in open_names}
        there = read_selected(reader, list(asked), decrypt=False)
        open_names = [name for part, name in asked.items() if part in there]
        for name in open_names:
            found[name].append(part_name(name, number))
        number += 1
    return found


def _version(entry: Mapping[str, Any]) -> Version:
    return Version(
        number=int(entry["Version"]),
        text=str(entry["Value"]),
        published_at=_utc(entry.get("LastModifiedDate")),
        published_by=str(entry.get("LastModifiedUser") or ""),
        labels=tuple(sorted(entry.get("Labels") or ())),
        description=str(entry.get("Description") or ""),
        encrypted=entry["Type"] == SECURE,
    )


def _utc(moment: Any) -> str:
    if not isinstance(moment, datetime.datetime):
        return ""
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
