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
import shutil
import stat
from typing import Any, Callable, NamedTuple

from . import safe_files
from .layout import Layout

NOBODY = 65534


class User(NamedTuple):
    """A user as the daemon becomes it. ``exists`` is false for one that the package may still create."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    exists: bool = True


class ObservedFile(NamedTuple):
    """A configured file. ``path`` as configured, ``file`` the newest that it matches; ``grown``: not empty and written to since the start.

    ``sent``: how many bytes of it the agent has read and sent, None where it has not begun.
    ``hint``: why it is not readable and what to do.
    """

    path: str
    file: str = ""
    exists: bool = False
    readable: bool = False
    size: int = 0
    mtime: float = 0.0
    grown: bool = False
    sent: int | None = None
    hint: str = ""


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
        # A pipe that nobody writes to would block the open.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        mode = os.fstat(handle).st_mode
    finally:
        os.close(handle)
    return os.access(path, os.R_OK | os.X_OK) if stat.S_ISDIR(mode) else stat.S_ISREG(mode)


def _answer(who: User, question: Callable[[], Any], outlet: int) -> None:
    os.setgroups(who.groups)
    os.setgid(who.gid)
    os.setuid(who.uid)
    with os.fdopen(outlet, "w", encoding="utf-8") as stream:
        json.dump(question(), stream)


def as_user(who: User, question: Callable[[], Any]) -> Any:
    """What ``question`` returns (anything that is JSON) where ``who`` asks it, in a process of its own; None where it has failed.

    Only root can ask as another user; else the caller asks.
    """
    if os.geteuid() != 0 or who.uid == 0:
        return question()
    inlet, outlet = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(inlet)
            _answer(who, question, outlet)
        os._exit(0)
    os.close(outlet)
    with os.fdopen(inlet, encoding="utf-8") as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return json.loads(answer) if answer else None


def readable(who: User, paths: list[str]) -> list[bool]:
    """For every path whether ``who`` can open it for reading."""
    return (as_user(who, lambda: [_readable(path) for path in paths]) or [False] * len(paths)) if paths else []


def _newest(pattern: str) -> tuple[str, os.stat_result | None]:
    candidates = glob.glob(pattern, recursive=True) if glob.has_magic(pattern) else [pattern]
    dated = []
    for path in candidates:
        with contextlib.suppress(OSError):
            found = os.stat(path)
            if stat.S_ISREG(found.st_mode):
                dated.append((found.st_mtime, path, found))
    newest = max(dated, key=lambda one: one[:2], default=None)
    return (newest[1], newest[2]) if newest else ("", None)


def state_file(layout: Layout, path: str) -> str:
    """Where the agent remembers how far it has sent the log file ``path``: the offset, and in the next line the path."""
    return os.path.join(layout.offsets, re.sub(r"[/ :]", "_", path))


def sent(layout: Layout, path: str) -> int | None:
    """How many bytes of the log file the agent has read and sent, None where it has not begun."""
    first = safe_files.read_text(state_file(layout, path)).split("\n", 1)[0].strip()
    return int(first) if first.isdigit() else None


def _hint(path: str, size: int, who: User) -> str:
    lost = f"{size} byte{'s' * (size != 1)} of it are not sent" if size else "what is written to it will not be sent"
    fix = f"give it to a group of {who.name}, or set cw_agent_log_access: group or acl"
    return f"{path} is not readable for {who.name} (agent.run_as_user), {lost}: {fix}"


def present(layout: Layout, who: User, name: str) -> bool:
    """Whether the host has the program, or ``who`` can read the file (an absolute path)."""
    return readable(who, [layout.at(name)])[0] if name.startswith("/") else shutil.which(name) is not None


def observe_files(layout: Layout, patterns: list[str], who: User, started_at: float) -> list[ObservedFile]:
    """How the configured files stand for ``who``. ``started_at``: since when they are to have grown, in seconds since the epoch."""
    newest = [_newest(pattern) for pattern in patterns]
    paths = [path for path, _found in newest if path]
    rights = dict(zip(paths, readable(who, paths)))
    result = []
    for pattern, (path, found) in zip(patterns, newest):
        # A file that was rotated away since it was found is as good as one that is not there yet.
        if found is None or not (rights[path] or os.path.lexists(path)):
            result.append(ObservedFile(pattern))
            continue
        size, mtime = found.st_size, round(found.st_mtime, 3)
        hint = "" if rights[path] else _hint(path, size, who)
        grown = size > 0 and found.st_mtime >= started_at > 0
        result.append(ObservedFile(pattern, path, True, rights[path], size, mtime, grown, sent(layout, path), hint))
    return result
