# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to log files, given and taken back; root's own record of it on the host."""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

from . import access, acl, ctl, log_needs, safe_files
from .errors import HostError
from .log_needs import GROUP, Grant
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
    """Take what ``holder`` is no longer to have of what it had ``before``, then give ``user`` the rest.

    Raises:
        HostError, OSError: a program failed; what was given is taken back.
    """
    for one in take:
        _take(host, one, holder)
    kept = [one for one in before if one not in take]
    # Written before, so that a run which is killed half-way leaves nothing that nobody takes back.
    _record(host, user, kept + give)
    given = []
    try:
        for one in give:
            _give(host, one, user)
            given.append(one)
    except (HostError, OSError):
        for one in given:
            _take(host, one, user)
        _record(host, user, kept)
        raise


def _give(host: Host, grant: Grant, user: str) -> None:
    if grant.kind == GROUP:
        _program(host, ["usermod", "--append", "--groups", grant.name, user])
    else:
        # What was rotated away meanwhile needs nothing any more.
        with contextlib.suppress(FileNotFoundError):
            acl.give(host, grant.name, user, grant.rights, grant.kind == log_needs.DEFAULT)


def _take(host: Host, grant: Grant, user: str) -> None:
    number = log_needs.uid(user)
    if number < 0:
        return
    if grant.kind == GROUP:
        if grant.name in log_needs.names(access.user(user).groups):
            _program(host, ["gpasswd", "--delete", user, grant.name])
        return
    paths = [grant.name]
    if grant.kind == log_needs.DEFAULT and os.path.isdir(grant.name):
        # What was made in the directory since then has the entry from there.
        made = [one.path for one in os.scandir(grant.name) if one.is_file(follow_symlinks=False) or one.is_dir(follow_symlinks=False)]
        paths += [path for path in made if acl.rights(path, number, default=False)]
    with contextlib.suppress(FileNotFoundError):
        acl.take(host, paths[0], number, grant.kind == log_needs.DEFAULT)
    for path in paths[1:]:
        with contextlib.suppress(FileNotFoundError):
            acl.take(host, path, number, False)


def _program(host: Host, argv: list[str]) -> None:
    answer = host.run(argv)
    if answer.rc:
        raise HostError(f"{argv[0]} failed: {' '.join(ctl.complaint(answer)) or 'no reason given'}")


def take_back(host: Host) -> list[str]:
    """Take back whatever was given; what that was, in words."""
    holder, before = granted(host)
    for one in before:
        _take(host, one, holder)
    _record(host, "", [])
    return [one.text(holder) for one in before]
