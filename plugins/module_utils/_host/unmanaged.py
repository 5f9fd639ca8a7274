# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that somebody else has put among the active configurations: they are named, and a copy is kept before they go."""

from __future__ import annotations

import os
import re
import time
from typing import Iterable, NamedTuple

from . import safe_files
from .configurations import Configuration
from .errors import HostError
from .safe_files import Entry
from .system import Host

# What the agent's downloader calls the files that it has not finished.
_OWN_STALE = re.compile(r"(ssm_|file_|default)[^/]*\.tmp")


CHOICES = ("adopt", "refuse", "remove")


class Unmanaged(NamedTuple):
    """Somebody else's file: its path below the directory of the configurations.

    The legacy file: its whole path. A directory ends with a slash.
    """

    file: str
    digest: str = ""


def find(active: list[Configuration], entries: list[Entry], known: set[str] | None) -> list[Unmanaged]:
    """What stands there and is not in ``known``, the digests of the collection's own texts (None: nobody can say).

    An empty directory counts as well.
    """
    if known is None:
        return []
    found = [Unmanaged(one.file, one.digest) for one in active if one.digest not in known]
    found += [Unmanaged(one.name) for one in entries if one.is_file and one.name.endswith(".tmp") and not _OWN_STALE.fullmatch(one.name)]
    holding = {os.path.dirname(one.name) for one in entries if one.is_file or one.is_directory}
    found += [Unmanaged(one.name + "/") for one in entries if one.is_directory and one.name not in holding]
    return sorted(found, key=lambda one: one.file)


def retain(host: Host, found: list[Unmanaged], copy: bool = True) -> dict[str, str]:
    """Copy the files to where only root can read and nothing is ever removed; answers file → path of its copy.

    '' stands for an empty directory, and where no copy is wanted.

    Raises:
        HostError: they cannot be copied.
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(host.now()))
    top = os.path.join(host.layout.unmanaged_copies, stamp)
    copies: dict[str, str] = {}
    try:
        for one in found:
            copies[one.file] = _copy(host, one.file, top) if copy and not one.file.endswith("/") else ""
    except OSError as error:
        raise HostError(
            f"cannot keep a copy of {one.file} below {top}: {error.strerror}; nothing was changed. "
            "Hint: free some space there, or move the file away yourself"
        ) from error
    return copies


def _copy(host: Host, file: str, top: str) -> str:
    path = os.path.join(host.layout.directory, file)
    target = os.path.join(top, os.path.basename(file) if os.path.isabs(file) else file)
    safe_files.make_directory(os.path.dirname(target), 0o700)
    number = 0
    while os.path.lexists(target + (f".{number}" if number else "")):
        number += 1
    target += f".{number}" if number else ""
    safe_files.copy(path, target)
    return target


def remove_directories(host: Host) -> None:
    """Remove the sub-directories: the agent's control program fails on any."""
    for one in safe_files.entries(host.layout.directory):
        if one.is_directory and "/" not in one.name:
            safe_files.remove_tree(os.path.join(host.layout.directory, one.name))


def warning(copies: dict[str, str]) -> str:
    """One line that names what was removed and where it is now."""
    without = {True: "empty", False: "no copy"}
    named = [f"{file} ({f'copy: {copy}' if copy else without[file.endswith('/')]})" for file, copy in copies.items()]
    return (
        f"removed from the agent's configurations, not written by this collection: {', '.join(named)}. "
        f"Hint: what is still needed there belongs into the inventory; unmanaged: refuse stops before such files{recurring(copies)}"
    )


def recurring(files: Iterable[str]) -> str:
    """What to do about files that somebody fetches from Parameter Store, perhaps again and again; '' where there is none."""
    fetched = [file for file in files if file.startswith("ssm_")]
    if not fetched:
        return ""
    who = "an association of State Manager (AmazonCloudWatch-ManageAgent), a script or another role"
    return f"; {', '.join(fetched)} came from Parameter Store: where {who} fetches it again and again, end that first"
