# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files below directories of other users, who may have put something else in their place: a link, a pipe, a device."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from .errors import HostError

LINKS = 40
"""How many symbolic links one path may go through, as the kernel counts them."""


class NotRegularError(HostError):
    """There is a directory, a pipe, a socket or a device where a file is expected."""


def shared(found: os.stat_result) -> bool:
    """Whether somebody else than root, or whoever this is, may change what the directory holds."""
    return found.st_uid not in (0, os.geteuid()) or bool(found.st_mode & 0o022)


def _parts(path: str) -> list[str]:
    """The names of a path, the first one last."""
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _not_regular(path: str) -> NotRegularError:
    return NotRegularError(f"{path} is no regular file: put one there, or take it away")


def _open_last(directory: int, name: str, path: str) -> int:
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _not_regular(path)
    return handle


def _target(directory: int, name: str, path: str) -> str:
    """Where a link points, '' for what is none; refuses one that somebody else may have put there."""
    if not stat.S_ISLNK(os.lstat(name, dir_fd=directory).st_mode):
        return ""
    if shared(os.fstat(directory)):
        raise HostError(
            f"{path} is a symbolic link, or lies behind one, in a directory that other users than root can write to, and is not followed: "
            "put the file itself there, or give the directory to root alone"
        )
    return os.readlink(name, dir_fd=directory)


def _walk(path: str) -> int:
    pending, links = _parts(path), 0
    with contextlib.ExitStack() as opened:

        def enter(name: str, *above: int) -> int:
            flags = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            handle = os.open(name, flags, dir_fd=above[0] if above else None)
            opened.callback(os.close, handle)
            return handle

        root = enter("/")
        chain = [root]
        while pending:
            name = pending.pop()
            if name == "..":
                chain = chain[:-1] or [root]
                continue
            target = _target(chain[-1], name, path)
            if target:
                links += 1
                if links > LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
                chain = [root] if target.startswith("/") else chain
                pending += _parts(target)
            elif pending:
                chain = [*chain, enter(name, chain[-1])]
            else:
                return _open_last(chain[-1], name, path)
    raise _not_regular(path)


def open_regular(path: str) -> int:
    """A descriptor for reading the regular file at ``path``, an absolute one; never blocks.

    Symbolic links are followed only out of directories that root alone can change.

    Raises:
        HostError: there is a link in somebody else's directory.
        NotRegularError: there is something that is no regular file.
        OSError: it cannot be opened; FileNotFoundError where it is not there.
    """
    try:
        return _walk(path)
    except OSError as error:
        # The error of a step names the step alone.
        raise OSError(error.errno, error.strerror, path) from error


def read_text(path: str) -> str:
    """The text of such a file, '' where there is none."""
    try:
        handle = open_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    with os.fdopen(handle, encoding="utf-8", errors="replace") as stream:
        return stream.read()
