# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The old agent (awslogs) on a host: its files, its service, and how far it has sent each log file."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import os
import re
import stat
import sys
from typing import Any, BinaryIO, Iterable, Iterator, NamedTuple

from .._awslogs.agent import Files, Log, together
from .._awslogs.ini import CLI_KEYS, KEYS, File, parse
from . import safe_files, service
from .errors import HostError, reason
from .layout import AWSLOGS
from .system import Host

try:
    import sqlite3
except ImportError:  # some builds of Python have none
    sqlite3 = None  # type: ignore[assignment]

UNITS = ("awslogsd.service", "awslogs.service")
MAIN = "awslogs.conf"
CLI = ("awscli.conf", "aws.conf")
PROXY = "proxy.conf"

_COMPRESSED = (".tar", ".gz", ".zip", ".bz2", ".rar")
_PROXY = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+_proxy)[ \t]*=[ \t]*\S", re.IGNORECASE | re.MULTILINE)
_ATTEMPTS = 3
_FINGERPRINT_LIMIT = 4 * 1024 * 1024


class OldService(NamedTuple):
    """A unit of the old agent that systemd knows."""

    name: str
    state: str
    enabled: bool


class Offset(NamedTuple):
    """How far a section's file was sent. ``pattern``: as configured; ``path``: the file that awslogs reads now, '' for none.

    ``size`` and ``sent`` in bytes; ``sent`` is None where awslogs has no memory of the file; ``hint``: why that cannot be said.
    ``rotated``: it is the one before, which has got another name, and which awslogs has not finished; ``inode``: of the file.
    """

    section: str
    pattern: str
    path: str = ""
    size: int = 0
    sent: int | None = None
    hint: str = ""
    rotated: bool = False
    inode: int = 0


class _File(NamedTuple):
    path: str = ""
    size: int = 0
    inode: int = 0


class OldAgent(NamedTuple):
    """The old agent of a host. ``proxies``: names of variables in proxy.conf, whose values may hold passwords."""

    directory: str
    main: File
    additional: tuple[File, ...]
    cli: tuple[File, ...]
    proxies: tuple[str, ...]
    services: tuple[OldService, ...]
    state_file: str
    offsets: tuple[Offset, ...]

    @property
    def data(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            **self._asdict(),
            "main": self.main.data,
            "additional": [file.data for file in self.additional],
            "cli": [file.data for file in self.cli],
            "services": [one._asdict() for one in self.services],
            "offsets": [one._asdict() for one in self.offsets],
        }


def observe(host: Host, directory: str = "") -> OldAgent | None:
    """The old agent whose main file stands in ``directory`` ('': in one of AWSLOGS); None where there is none.

    Raises:
        HostError: both have one, or a file of it is refused (see safe_files).
    """
    found = [one for one in ([directory] if directory else AWSLOGS) if safe_files.require_regular(host.layout.at(f"{one}/{MAIN}"))]
    if not found:
        return None
    if len(found) > 1:
        raise HostError(f"awslogs has files in {' and in '.join(found)}. Hint: remove those that it does not read, or set directory")
    (directory,) = found
    main, additional = _read(host, f"{directory}/{MAIN}"), tuple(_additional(host, f"{directory}/config"))
    files = together(main, [file for file in additional if not file.error])
    return OldAgent(
        directory,
        main,
        additional,
        tuple(
            _read(host, f"{directory}/{name}", CLI_KEYS)
            for name in CLI
            if safe_files.require_regular(host.layout.at(f"{directory}/{name}"))
        ),
        tuple(sorted(set(_PROXY.findall(safe_files.read_text(host.layout.at(f"{directory}/{PROXY}")))))),
        tuple(services(host)),
        files.state_file,
        tuple(offsets(host, files)),
    )


def shared(host: Host, patterns: Iterable[str]) -> list[str]:
    """The files that the old agent reads now and that the agent's ``file_path`` patterns name as well; none where it does not run."""
    if all(one.state != "active" for one in services(host)):
        return []
    theirs: set[str] = set()
    for directory in AWSLOGS:
        main, additional = _read(host, f"{directory}/{MAIN}"), _additional(host, f"{directory}/config")
        files = together(main, [file for file in additional if not file.error])
        theirs.update(_newest(host, log.value("file")).path for log in files.logs if log.value("file").startswith("/"))
    ours = {path for pattern in patterns for path in glob.glob(host.layout.at(pattern), recursive=True)}
    return sorted(path for path in theirs if path and host.layout.at(path) in ours)


def _read(host: Host, path: str, keys: tuple[str, ...] = KEYS) -> File:
    return parse(path, safe_files.read_text(host.layout.at(path)), keys)


def _additional(host: Host, directory: str) -> Iterator[File]:
    for entry in safe_files.entries(host.layout.at(directory)):
        if entry.is_file and "/" not in entry.name:
            yield _read(host, f"{directory}/{entry.name}")


def services(host: Host) -> Iterator[OldService]:
    """The units of the old agent that systemd has."""
    for unit in UNITS:
        found = service.read(host, unit)
        if found.loaded or found.masked:
            # Of a script of System V the unit itself does not say whether it starts with the host.
            answer = host.run(["systemctl", "is-enabled", unit], timeout=20)
            yield OldService(unit, found.active_state, answer.out.strip().endswith("enabled"))


def offsets(host: Host, files: Files) -> Iterator[Offset]:
    """How far each section's file was sent, by the old agent's database."""
    try:
        pushed, begun = _database(host, files.state_file)
        hint = ""
    except (HostError, OSError) as error:
        pushed, begun, hint = {}, {}, reason(error)
    for log in files.logs:
        pattern = log.value("file")
        if not pattern.startswith("/"):
            continue
        newest = _newest(host, pattern)
        if not newest.path or hint:
            yield Offset(log.name, pattern, newest.path, newest.size, hint=hint if newest.path else "", inode=newest.inode)
        if hint:
            continue
        try:
            if newest.path:
                newest, key = _identified(host, log, newest)
                first, position = begun.get(log.name, ("", 0))
                sent = pushed.get(key, position if key and first == key else None)
                yield Offset(log.name, pattern, newest.path, newest.size, sent, inode=newest.inode)
            # One that is not there was rotated away, and its successor is yet to come.
            if newest.path or not glob.has_magic(pattern):
                yield from _unfinished(host, log, newest.path or pattern, pushed)
        except (HostError, OSError, ValueError) as error:
            yield Offset(log.name, pattern, newest.path, newest.size, hint=reason(error), inode=newest.inode)


def _identified(host: Host, log: Log, newest: _File) -> tuple[_File, str]:
    """The file and its fingerprint; those of its successor where it was rotated away in between."""
    for _attempt in range(_ATTEMPTS):
        key = fingerprint(host, log, newest.path)
        now = _newest(host, log.value("file"))
        if not now.path or (now.path, now.inode) == (newest.path, newest.inode):
            break
        newest = now
    return newest, key


def _unfinished(host: Host, log: Log, path: str, pushed: dict[str, int]) -> Iterator[Offset]:
    """The file that stood at ``path`` before, if awslogs has not sent it to its end."""
    stem = glob.escape(host.layout.at(path))
    before = _newest(host, stem + "[.-]*", absolute=True)
    sent = pushed.get(fingerprint(host, log, before.path)) if before.path else None
    if sent is not None and sent < before.size:
        yield Offset(log.name, log.value("file"), before.path, before.size, sent, rotated=True, inode=before.inode)


def _newest(host: Host, pattern: str, absolute: bool = False) -> _File:
    """The file that the old agent reads. ``absolute``: the pattern has the host's root."""
    dated = []
    for path in glob.glob(pattern if absolute else host.layout.at(pattern)):
        with contextlib.suppress(OSError):
            found = os.stat(path)
            if stat.S_ISREG(found.st_mode) and os.path.splitext(path)[1] not in _COMPRESSED:
                dated.append((found.st_mtime, path, found))
    if not dated:
        return _File()
    _mtime, path, found = max(dated, key=lambda one: one[:2])
    return _File("/" + os.path.relpath(path, host.layout.root), found.st_size, found.st_ino)


def fingerprint(host: Host, log: Log, path: str) -> str:
    """The key under which the old agent remembers the file; '' where the file has not the lines for one yet."""
    first, last = log.fingerprint
    with safe_files.open_regular(host.layout.at(path)) as stream:
        lines = list(_lines(stream, path, last))
    if len(lines) < last:
        return ""
    content = log.name.encode("utf-8") + b"".join(lines[first - 1 :])
    # No secret: the old agent's own key. Hosts in FIPS mode refuse MD5 otherwise.
    options: dict[str, Any] = {"usedforsecurity": False} if sys.version_info >= (3, 9) else {}
    return hashlib.new("md5", content, **options).hexdigest()  # noqa: S324


def _lines(stream: BinaryIO, path: str, count: int) -> Iterator[bytes]:
    left = _FINGERPRINT_LIMIT
    for _number in range(count):
        line = stream.readline(left + 1)
        left -= len(line)
        if left < 0:
            raise HostError(f"the first lines of {path} are longer than {_FINGERPRINT_LIMIT // 1024} KiB")
        if not line:
            return
        yield line


def _database(host: Host, state_file: str) -> tuple[dict[str, int], dict[str, tuple[str, int]]]:
    """(fingerprint → end of what was sent, section → (fingerprint of its first file, where that began)) of the old agent's database.

    Raises:
        HostError: it is not there, or is no such database.
    """
    if not state_file.startswith("/"):
        raise HostError(f"state_file is {state_file}, which counts from a directory that only awslogs knows. Hint: write the absolute path")
    path = host.layout.at(state_file)
    if not safe_files.require_regular(path):
        raise HostError(f"{state_file} is not there: awslogs has sent nothing yet, or remembers it elsewhere. Hint: see state_file")
    if sqlite3 is None:
        raise HostError("this Python has no module sqlite3. Hint: install it, or set ansible_python_interpreter")
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            pushed = {key: json.loads(value) for key, value in connection.execute("SELECT k, v FROM push_state")}
            begun = {key: json.loads(value) for key, value in connection.execute("SELECT k, v FROM stream_state")}
        ends = {key: int(value["end_position"]) for key, value in pushed.items()}
        return ends, {key: (str(value["source_id"]), int(value["initial_position"])) for key, value in begun.items()}
    except (sqlite3.Error, ValueError, TypeError, KeyError) as error:
        raise HostError(f"{state_file} is no database of awslogs ({error}). Hint: see state_file") from error
