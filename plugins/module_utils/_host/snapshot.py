# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state before a change, kept on the host for as long as the change lasts, so that a run that is killed can be undone by the next."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass

from .errors import HostError
from .service import Service
from .system import Host, read_text

# What a change writes beside the configurations themselves: their translation, twice.
SPARE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Snapshot:
    """``running`` and ``enabled``: how the service stood."""

    running: bool
    enabled: bool


def _manifest(host: Host) -> str:
    return os.path.join(host.layout.transaction, "complete.json")


def _paths(host: Host) -> list[str]:
    """Every live file that a change may touch, left-overs of failed attempts excepted."""
    found = [os.path.join(where, name) for where, _directories, names in os.walk(host.layout.directory) for name in names]
    found = [path for path in found if not path.endswith(".tmp")]
    return found + [path for path in [host.layout.legacy, *host.layout.derived] if os.path.exists(path)]


def _copy(host: Host, path: str) -> None:
    target = os.path.join(host.layout.transaction, "files", os.path.relpath(path, host.layout.etc))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy2(path, target, follow_symlinks=False)
    found = os.lstat(path)
    if os.geteuid() == 0:
        os.chown(target, found.st_uid, found.st_gid, follow_symlinks=False)


def _require_space(host: Host, paths: list[str]) -> None:
    needed = 3 * sum(os.lstat(path).st_size for path in paths) + SPARE_BYTES
    volume = os.statvfs(host.layout.etc)
    free = volume.f_bavail * volume.f_frsize
    if free < needed:
        raise HostError(
            f"the file system of {host.layout.etc} has {free // 1024} KiB free, a change needs {needed // 1024} KiB: "
            "free space there; nothing was changed"
        )


def pending(host: Host) -> Snapshot | None:
    """The snapshot of a change that was begun and not ended."""
    text = read_text(_manifest(host))
    return Snapshot(**json.loads(text)) if text else None


def take(host: Host, unit: Service) -> Snapshot:
    """Keep the present state; that of an interrupted change is kept instead, for it is the last one known to work."""
    earlier = pending(host)
    if earlier:
        return earlier
    discard(host)
    paths = _paths(host)
    _require_space(host, paths)
    taken = Snapshot(unit.active_state in ("active", "activating", "reloading"), unit.enabled)
    try:
        os.makedirs(os.path.join(host.layout.transaction, "files"), mode=0o700)
        for path in paths:
            _copy(host, path)
        with open(_manifest(host) + ".new", "w", encoding="utf-8") as stream:
            json.dump({"running": taken.running, "enabled": taken.enabled}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.rename(_manifest(host) + ".new", _manifest(host))
    except OSError as error:
        discard(host)
        raise HostError(f"cannot keep the present state in {host.layout.transaction}: {error.strerror}; nothing was changed") from error
    return taken


def restore(host: Host) -> None:
    """Put everything back. Hard links, not copies: it works on a full disk, and again when it is interrupted."""
    kept = os.path.join(host.layout.transaction, "files")
    wanted = []
    for where, _directories, names in os.walk(kept):
        for name in names:
            copy = os.path.join(where, name)
            live = os.path.join(host.layout.etc, os.path.relpath(copy, kept))
            wanted.append(live)
            os.makedirs(os.path.dirname(live), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(live + ".tmp")
            os.link(copy, live + ".tmp", follow_symlinks=False)
            os.replace(live + ".tmp", live)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(live + ".tmp")
    _remove_others(host, wanted)


def _remove_others(host: Host, wanted: list[str]) -> None:
    for path in _paths(host):
        if path not in wanted:
            os.unlink(path)
    remove_leftovers(host)


def remove_leftovers(host: Host) -> None:
    """Remove what attempts that failed have left."""
    for where, _directories, names in os.walk(host.layout.directory):
        for name in names:
            if name.endswith(".tmp"):
                os.unlink(os.path.join(where, name))


def discard(host: Host) -> None:
    """End of the change: nothing of it stays."""
    # The manifest goes first, or a run killed meanwhile would leave a snapshot that looks whole.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_manifest(host))
    shutil.rmtree(host.layout.transaction, ignore_errors=True)
