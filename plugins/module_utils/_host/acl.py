# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""POSIX access control lists: read as the kernel keeps them (acl(5)), written by setfacl through a descriptor that nobody can swap."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import struct
from typing import Iterator

from . import safe_files
from .complaints import complaint
from .errors import HostError
from .system import Host

_ATTRIBUTES = {False: "system.posix_acl_access", True: "system.posix_acl_default"}
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_BITS = {"r": 4, "w": 2, "x": 1}


def _entries(path: str | int, default: bool) -> list[tuple[int, int, int]]:
    """Tag, rights and id of each entry; [] where there is no list."""
    try:
        raw = os.getxattr(path, _ATTRIBUTES[default])
    except OSError:
        return []
    # A version, then the entries, little-endian.
    return list(struct.iter_unpack("<HHI", raw[4:]))


def entry(path: str, uid: int, default: bool) -> int:
    """What the list of ``path`` says of the named user ``uid``, the mask not applied: bits as in a mode, 0 without such an entry."""
    return next((found for tag, found, number in _entries(path, default) if tag == _USER and number == uid), 0)


def rights(path: str, uid: int, default: bool) -> int:
    """What of ``entry`` the mask leaves."""
    mask = next((found for tag, found, _id in _entries(path, default) if tag == _MASK), 7)
    return entry(path, uid, default) & mask


def group_rights(path: str, mode: int) -> int:
    """The rights of the owning group. Where there is a list, the mode shows its mask in their place."""
    return next((found for tag, found, _id in _entries(path, default=False) if tag == _GROUP_OBJ), mode >> 3 & 7)


def bits(letters: str) -> int:
    """``r``, ``x`` or ``rx`` as bits."""
    return sum(_BITS[letter] for letter in letters)


@contextlib.contextmanager
def _opened(path: str) -> Iterator[int]:
    with safe_files.parent(path) as (where, name):
        try:
            handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=where)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise safe_files.refusal(path, os.stat(name, dir_fd=where, follow_symlinks=False), "a regular file") from error
            raise
        try:
            found = os.fstat(handle)
            if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
                raise safe_files.refusal(path, found, "a regular file")
            yield handle
        finally:
            os.close(handle)


def _setfacl(host: Host, path: str, handle: int, options: list[str]) -> None:
    # A name that all processes share: setfacl does not inherit the descriptor.
    target = f"/proc/{os.getpid()}/fd/{handle}"
    answer = host.run(["setfacl", *options, "--", target])
    if answer.rc:
        reason = (complaint(answer) or ["no reason given"])[-1].replace(target, path)
        hint = "Hint: cw_agent_log_access: group does without, as where a file system has no such lists"
        raise HostError(f"setfacl cannot change the access control list of {path}: {reason}. {hint}")


def give(host: Host, path: str, user: str, letters: str, default: bool) -> None:
    """Give the named user rights (``r``, ``x`` or ``rx``) in the list of a regular file or a directory.

    Raises:
        HostError: something else stands there, or setfacl failed.
        OSError: there is nothing.
    """
    with _opened(path) as handle:
        _setfacl(host, path, handle, [*(["-d"] if default else []), "-m", f"u:{user}:{letters}"])


def take(host: Host, path: str, uid: int, default: bool) -> None:
    """Take the entry of the named user away, and a list that holds nothing beyond the mode; raises as ``give``."""
    option = ["-d"] if default else []
    with _opened(path) as handle:
        if not any(tag == _USER and number == uid for tag, _rights, number in _entries(handle, default)):
            return
        _setfacl(host, path, handle, [*option, "-x", f"u:{uid}"])
        left = _entries(handle, default)
        if any(tag in (_USER, _GROUP) for tag, _rights, _id in left):
            return
        mode = os.fstat(handle).st_mode
        own = {_USER_OBJ: mode >> 6 & 7, _GROUP_OBJ: mode >> 3 & 7, _OTHER: mode & 7}
        if not default:
            _setfacl(host, path, handle, ["-x", "m"])
        elif all(found == own[tag] for tag, found, _id in left if tag in own):
            _setfacl(host, path, handle, ["-k"])
