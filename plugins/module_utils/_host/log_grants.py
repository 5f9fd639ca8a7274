# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to log files, given and taken back; root's own record of it on the host."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any, Iterator

from . import access, acl, log_needs, safe_files
from .complaints import complaint
from .errors import HostError
from .log_needs import DEFAULT, GROUP, Grant
from .system import Host, write_file


def granted(host: Host) -> tuple[str, list[Grant]]:
    """The user who was given access on this host, and what was given; ('', []) where nothing was, or only root can tell."""
    try:
        known: dict[str, Any] = json.loads(safe_files.read_text(host.layout.log_access) or "{}")
    except (ValueError, PermissionError):
        return "", []
    return str(known.get("user", "")), [Grant(*one) for one in known.get("grants", [])]


def _record(host: Host, user: str, grants: list[Grant]) -> None:
    if grants:
        safe_files.make_directory(host.layout.records, 0o700)
        text = json.dumps({"user": user, "grants": sorted(set(grants))}, indent=2)
        write_file(host.layout.log_access, text + "\n", 0o600, (0, 0))
    else:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(host.layout.log_access)


def change(host: Host, holder: str, before: list[Grant], take: list[Grant], user: str, give: list[Grant]) -> None:
    """Give ``user`` what it lacks, then take what it no longer needs; all that another ``holder`` had is taken first.

    Raises:
        HostError, OSError: a program failed; what was given is taken back.
    """
    if holder != user:
        _take_all(host, take, holder, [])
        before, take = [], []
    new = {one.target for one in give}
    kept = [one for one in before if one.target not in new]
    # Written before, so that a run which is killed half-way leaves nothing that nobody takes back.
    _record(host, user, kept + give)
    given = []
    try:
        for one in give:
            _give(host, one, user)
            given.append(one)
    except (HostError, OSError):
        _take_all(host, given, user, kept)
        for one in (old for old in before if old.target in new):
            _give(host, one, user)
        _record(host, user, before)
        raise
    left = [one for one in kept if one not in take] + give
    _take_all(host, take, user, left)
    _record(host, user, left)


def _give(host: Host, grant: Grant, user: str) -> None:
    if grant.kind == GROUP:
        _program(host, ["usermod", "--append", "--groups", grant.name, user])
    else:
        # What was rotated away meanwhile needs nothing any more.
        with contextlib.suppress(FileNotFoundError):
            acl.give(host, grant.name, user, grant.rights, grant.kind == DEFAULT)


def _take_all(host: Host, grants: list[Grant], user: str, left: list[Grant]) -> None:
    """Take grants from a user who keeps what is ``left``; from one that is gone, nothing can be taken."""
    who = access.user(user)
    for one in grants if who.exists else []:
        if one.kind != GROUP:
            _take_entries(host, one, who.uid, {other.name for other in left})
        elif one.name in log_needs.names(who.groups):
            _program(host, ["gpasswd", "--delete", user, one.name])


def _take_entries(host: Host, grant: Grant, uid: int, left: set[str]) -> None:
    """Take an entry, and for a default list what files and directories have inherited of it, but at and below those that are ``left``."""
    lists = [(grant.name, grant.kind == DEFAULT)]
    if grant.kind == DEFAULT:
        inherited = acl.bits(grant.rights)
        lists += [
            (path, default) for path in _below(grant.name, left) for default in (False, True) if acl.entry(path, uid, default) == inherited
        ]
    for path, default in lists:
        with contextlib.suppress(FileNotFoundError):
            acl.take(host, path, uid, default)


def _below(directory: str, left: set[str]) -> Iterator[str]:
    for top, directories, files in os.walk(directory):
        directories[:] = [name for name in directories if os.path.join(top, name) not in left]
        paths = [os.path.join(top, name) for name in directories + files]
        yield from (
            path for path in paths if path not in left and not os.path.islink(path) and (os.path.isfile(path) or os.path.isdir(path))
        )


def _program(host: Host, argv: list[str]) -> None:
    answer = host.run(argv)
    if answer.rc:
        said = " ".join(complaint(answer)) or "no reason given"
        raise HostError(f"{argv[0]} failed: {said}. Hint: run {' '.join(argv)} on the host, remove the cause and run again")


def take_back(host: Host) -> None:
    """Take back whatever was given.

    Raises:
        HostError, OSError: a program failed; what is left stays on record.
    """
    holder, before = granted(host)
    _take_all(host, before, holder, [])
    _record(host, "", [])
