# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may read: asked of the kernel by a child process that has become this user."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import pwd
import re
import stat
from dataclasses import dataclass

from .layout import Layout
from .system import read_text

NOBODY = 65534


@dataclass(frozen=True)
class User:
    """A user as the daemon becomes it. ``exists`` is false for one that the package may still create."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    exists: bool = True


@dataclass(frozen=True)
class ObservedFile:
    """A configured file. ``path`` as configured, ``file`` the newest that it matches; ``grown``: not empty and written to since the start.

    ``sent``: how many bytes of it the agent has read and sent, None where it has not begun.
    """

    path: str
    file: str = ""
    exists: bool = False
    readable: bool = False
    size: int = 0
    mtime: float = 0.0
    grown: bool = False
    sent: int | None = None
    note: str = ""


def user(name: str) -> User:
    """Look a user up; one that does not exist may read what everybody may."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return User(name, NOBODY, NOBODY, (), exists=False)
    return User(name, entry.pw_uid, entry.pw_gid, tuple(os.getgrouplist(name, entry.pw_gid)))


def owner(uid: int) -> str:
    """The name of a user, its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _readable(path: str) -> bool:
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            return os.access(path, os.R_OK | os.X_OK)
        with open(path, "rb"):
            return True
    except OSError:
        return False


def _as_user(who: User, paths: list[str], outlet: int) -> None:
    os.setgroups(who.groups)
    os.setgid(who.gid)
    os.setuid(who.uid)
    with os.fdopen(outlet, "w", encoding="utf-8") as stream:
        json.dump([_readable(path) for path in paths], stream)


def readable(who: User, paths: list[str]) -> list[bool]:
    """For every path whether ``who`` can open it for reading. Only root can ask for another user; else the caller's own rights tell."""
    if not paths:
        return []
    if os.geteuid() != 0 or who.uid == 0:
        return [_readable(path) for path in paths]
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(inlet)
            _as_user(who, paths, outlet)
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet, encoding="utf-8") as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return list(json.loads(answer)) if answer else [False] * len(paths)


def _newest(pattern: str) -> str:
    candidates = glob.glob(pattern, recursive=True) if glob.has_magic(pattern) else [pattern]
    dated = []
    for path in candidates:
        with contextlib.suppress(OSError):
            found = os.stat(path)
            if stat.S_ISREG(found.st_mode):
                dated.append((found.st_mtime, path))
    return max(dated)[1] if dated else ""


def _sent(layout: Layout, path: str) -> int | None:
    # The agent keeps an offset a file, under the file's path with these characters replaced.
    first = read_text(os.path.join(layout.offsets, re.sub(r"[/ :]", "_", path))).split("\n", 1)[0].strip()
    return int(first) if first.isdigit() else None


def observe_files(layout: Layout, patterns: list[str], who: User, started_at: float) -> list[ObservedFile]:
    """How the configured files stand for ``who``. ``started_at``: since when they are to have grown, in seconds since the epoch."""
    newest = [_newest(pattern) for pattern in patterns]
    rights = dict(zip([path for path in newest if path], readable(who, [path for path in newest if path])))
    result = []
    for pattern, path in zip(patterns, newest):
        if not path:
            result.append(ObservedFile(pattern))
            continue
        found = os.stat(path)
        grown = found.st_size > 0 and found.st_mtime >= started_at > 0
        note = "" if rights[path] else f"{path} is not readable for {who.name}: give it to a group of {who.name} or set an ACL"
        offset = _sent(layout, path)
        result.append(ObservedFile(pattern, path, True, rights[path], found.st_size, round(found.st_mtime, 3), grown, offset, note))
    return result
