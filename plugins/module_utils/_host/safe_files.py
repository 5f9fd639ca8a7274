# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files below a directory that another user can write to: nothing is followed there, and nothing but regular files is opened.

The agent gives its directories to ``agent.run_as_user`` at every start, so that user can put a symbolic link, a FIFO or another
directory in the place of anything below them, at any moment. Every function here goes from directory to directory by descriptor. A
symbolic link is followed only where all directories up to it belong to root and nobody else can write to them: there it is the
administrator's. Hard links to other people's files are the kernel's matter (fs.protected_hardlinks).
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass, field
from typing import BinaryIO, Iterator

from .errors import HostError

LIMIT = 16 * 1024 * 1024
"""Bytes: no configuration, and nothing the agent makes of one, is larger."""
DEPTH = 16
MAX_LINKS = 40
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a directory",
    stat.S_IFREG: "a regular file",
}


@dataclass(frozen=True)
class Regular:
    """A regular file: its bytes and what ``fstat`` said of it when they were read."""

    content: bytes = field(repr=False)
    found: os.stat_result = field(repr=False)

    @property
    def text(self) -> str:
        """The bytes as UTF-8, what is none replaced."""
        return self.content.decode("utf-8", "replace")


@dataclass(frozen=True)
class Entry:
    """Something below a directory. ``name``: its path from there; ``found``: of itself, not of what it points to."""

    name: str
    found: os.stat_result = field(repr=False)

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.found.st_mode)

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return stat.S_ISDIR(self.found.st_mode)


def refusal(path: str, found: os.stat_result | None, expected: str) -> HostError:
    """The error for what stands at ``path`` in the place of ``expected``; ``found`` None: it was swapped at this very moment."""
    what = _KINDS.get(stat.S_IFMT(found.st_mode), "something else") if found else "another thing now than a moment ago"
    return HostError(
        f"{path} is {what} and not {expected}. Refused: another user can write there, and root would read or remove files elsewhere. "
        f"Hint: look who put it there, then remove it (rm {path})"
    )


def _only_root_writes(found: os.stat_result) -> bool:
    if found.st_uid not in (0, os.geteuid()) or found.st_mode & stat.S_IWOTH:
        return False
    return not found.st_mode & stat.S_IWGRP or found.st_gid == 0


def _status(where: int, name: str) -> os.stat_result:
    return os.stat(name, dir_fd=where, follow_symlinks=False)


def _open(where: int, name: str, flags: int, path: str, expected: str) -> int:
    try:
        return os.open(name, flags, dir_fd=where)
    except OSError as error:
        # A symbolic link gives ELOOP, or ENOTDIR where a directory is asked for; a FIFO or a file in a directory's place ENOTDIR.
        if error.errno not in (errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise
        with contextlib.suppress(FileNotFoundError):
            raise refusal(path, _status(where, name), expected) from error
        raise refusal(path, None, expected) from error


def _descend(path: str, expected: str) -> tuple[int, str, str]:
    """One walk from the root: the parent's descriptor and the last name; or -1 and the path to walk instead, after a link of root's."""
    names = path.strip("/").split("/")
    here, real, trusted = os.open("/", _DIRECTORY), "/", True
    try:
        for index, name in enumerate(names):
            trusted = trusted and _only_root_writes(os.fstat(here))
            last, standing = index == len(names) - 1, os.path.join(real, name)
            found = None
            with contextlib.suppress(FileNotFoundError):
                found = _status(here, name)
            if found and stat.S_ISLNK(found.st_mode):
                if not trusted:
                    raise refusal(standing, found, expected if last else "a directory")
                target = os.readlink(name, dir_fd=here)
                return -1, "", os.path.normpath(os.path.join(real, target, *names[index + 1 :]))
            if last:
                parent, here = here, -1
                return parent, name, ""
            deeper = _open(here, name, _DIRECTORY, standing, "a directory")
            os.close(here)
            here, real = deeper, standing
    finally:
        if here >= 0:
            os.close(here)
    raise AssertionError(path)


@contextlib.contextmanager
def parent(path: str, expected: str = "a regular file") -> Iterator[tuple[int, str]]:
    """The descriptor of the directory that ``path`` (absolute) stands in, and its name there; ``expected``: what it should be, for errors.

    Raises:
        HostError: something on the way is no directory, or a link that others than root could have made.
        FileNotFoundError: the directory does not exist.
    """
    path = os.path.normpath(path)
    for _count in range(MAX_LINKS):
        where, name, instead = _descend(path, expected)
        if where < 0:
            path = instead
            continue
        try:
            yield where, name
        finally:
            os.close(where)
        return
    raise HostError(f"{path}: too many symbolic links")


@contextlib.contextmanager
def directory(path: str) -> Iterator[int]:
    """The descriptor of a directory; raises as ``parent``."""
    with parent(path, "a directory") as (where, name):
        handle = _open(where, name, _DIRECTORY, path, "a directory")
        try:
            yield handle
        finally:
            os.close(handle)


def open_regular(path: str) -> BinaryIO:
    """A regular file, open for reading bytes; never waits for a FIFO's writer.

    Raises:
        HostError: it is something else, or stands behind something that is refused.
        FileNotFoundError: there is none.
    """
    with parent(path) as (where, name):
        before = _status(where, name)
        if not stat.S_ISREG(before.st_mode):
            raise refusal(path, before, "a regular file")
        stream = os.fdopen(_open(where, name, _FILE, path, "a regular file"), "rb")
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode):
            stream.close()
            raise refusal(path, found, "a regular file")
        return stream


def require_regular(path: str) -> bool:
    """Whether there is a regular file; raises as ``open_regular`` where there is something else."""
    with contextlib.suppress(FileNotFoundError), open_regular(path):
        return True
    return False


def read_regular(path: str, limit: int = LIMIT) -> Regular | None:
    """A regular file of at most ``limit`` bytes, None where there is none; raises as ``open_regular``."""
    try:
        with open_regular(path) as stream:
            content = stream.read(limit + 1)
            if len(content) > limit:
                raise HostError(f"{path} has more than {limit // 1024} KiB: refused. Hint: look what it is, then remove it")
            return Regular(content, os.fstat(stream.fileno()))
    except FileNotFoundError:
        return None


def read_text(path: str, limit: int = LIMIT) -> str:
    """The text of a regular file, '' where there is none; raises as ``open_regular``."""
    found = read_regular(path, limit)
    return found.text if found else ""


def _below(handle: int, path: str, prefix: str, depth: int) -> Iterator[Entry]:
    if depth > DEPTH:
        raise HostError(f"{path}/{prefix} is deeper than {DEPTH} directories: refused. Hint: look who made them, then remove them")
    for name in sorted(os.listdir(handle)):
        try:
            found = _status(handle, name)
            yield Entry(prefix + name, found)
            if not stat.S_ISDIR(found.st_mode):
                continue
            deeper = _open(handle, name, _DIRECTORY, f"{path}/{prefix}{name}", "a directory")
        except FileNotFoundError:
            continue
        try:
            yield from _below(deeper, path, f"{prefix}{name}/", depth + 1)
        finally:
            os.close(deeper)


def entries(path: str) -> list[Entry]:
    """Everything below a directory, at any depth, a directory before what it holds; [] where there is no directory."""
    try:
        with directory(path) as handle:
            return list(_below(handle, path, "", 1))
    except FileNotFoundError:
        return []


def require_plain(path: str, found: list[Entry]) -> None:
    """Refuse entries of the directory ``path`` that are neither regular files nor directories."""
    for entry in found:
        if not entry.is_file and not entry.is_directory:
            raise refusal(os.path.join(path, entry.name), entry.found, "a regular file")


def remove_regular(path: str) -> bool:
    """Remove a regular file; false where there is none. Raises as ``open_regular``."""
    try:
        with parent(path) as (where, name):
            found = _status(where, name)
            if not stat.S_ISREG(found.st_mode):
                raise refusal(path, found, "a regular file")
            os.unlink(name, dir_fd=where)
            return True
    except FileNotFoundError:
        return False


def _empty(handle: int, path: str) -> None:
    for name in os.listdir(handle):
        if not stat.S_ISDIR(_status(handle, name).st_mode):
            os.unlink(name, dir_fd=handle)
            continue
        deeper = _open(handle, name, _DIRECTORY, os.path.join(path, name), "a directory")
        try:
            _empty(deeper, os.path.join(path, name))
        finally:
            os.close(deeper)
        os.rmdir(name, dir_fd=handle)


def remove_tree(path: str) -> None:
    """Remove a directory with all that it holds; of a link below it the link goes, not what it points to."""
    try:
        with parent(path, "a directory") as (where, name):
            handle = _open(where, name, _DIRECTORY, path, "a directory")
            try:
                _empty(handle, path)
            finally:
                os.close(handle)
            os.rmdir(name, dir_fd=where)
    except FileNotFoundError:
        return


def make_directory(path: str, mode: int = 0o755) -> None:
    """Make a directory and those above it where they are missing; what is there stays as it is."""
    try:
        with directory(path):
            return
    except FileNotFoundError:
        make_directory(os.path.dirname(path), mode)
    with parent(path, "a directory") as (where, name), contextlib.suppress(FileExistsError):
        os.mkdir(name, mode, dir_fd=where)


def claim(path: str) -> None:
    """Give a directory to root alone, so that nobody else swaps what it holds; as another user than root it stays as it is."""
    with directory(path) as handle:
        found = os.fstat(handle)
        if os.geteuid() == 0:
            os.fchown(handle, 0, 0)
            os.fchmod(handle, stat.S_IMODE(found.st_mode) & ~(stat.S_IWGRP | stat.S_IWOTH))


def copy(path: str, target: str) -> None:
    """Copy a regular file with owner, mode and times to ``target``, which must not exist and stand where only root can write."""
    source = read_regular(path)
    if source is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        if os.geteuid() == 0:
            os.fchown(handle, source.found.st_uid, source.found.st_gid)
        os.fchmod(handle, stat.S_IMODE(source.found.st_mode))
        stream.write(source.content)
        stream.flush()
        os.utime(handle, ns=(source.found.st_atime_ns, source.found.st_mtime_ns))


def link(source: str, path: str) -> None:
    """Put a hard link to ``source`` at ``path``, in one step, in the place of whatever stands there. Works on a full disk."""
    make_directory(os.path.dirname(path))
    name = os.path.basename(path)
    with directory(os.path.dirname(path)) as where:
        beside = name + ".tmp"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=where)
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISDIR(_status(where, name).st_mode):
                remove_tree(path)
        os.link(source, beside, dst_dir_fd=where, follow_symlinks=False)
        os.replace(beside, name, src_dir_fd=where, dst_dir_fd=where)
        # Two names of one file: the call above then does nothing and leaves both.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=where)
