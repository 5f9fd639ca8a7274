# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state before a change, on the host until the next one.

A run that is killed meanwhile can be undone by the next run, and a change whose telemetry does not arrive by a later one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass, field, replace

from . import safe_files
from .errors import HostError
from .service import Service
from .system import Host

# What a change writes beside the configurations themselves: their translation, twice.
SPARE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Snapshot:
    """``running`` and ``enabled``: how the service stood; ``worked``: its daemon was ready; ``begun``: seconds since the epoch.

    ``applied``: what the collection had made active before, ``applying``: what the change makes active; both file name → sha256.
    """

    running: bool
    enabled: bool
    worked: bool = False
    begun: float = 0.0
    applied: dict[str, str] = field(default_factory=dict)
    applying: dict[str, str] = field(default_factory=dict)

    @property
    def moment(self) -> str:
        """When the change began, for people."""
        return time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(self.begun)) if self.begun else "at an unknown time"


def _manifest(directory: str) -> str:
    return os.path.join(directory, "complete.json")


def _paths(host: Host) -> list[str]:
    """Every live file that a change may touch, stale ones excepted; refuses links and the like."""
    layout = host.layout
    found = safe_files.entries(layout.directory)
    safe_files.require_plain(layout.directory, found)
    paths = [os.path.join(layout.directory, one.name) for one in found if one.is_file and not one.name.endswith(".tmp")]
    return paths + [path for path in [layout.legacy, *layout.derived] if safe_files.require_regular(path)]


def _copy(host: Host, path: str) -> None:
    target = os.path.join(host.layout.transaction, "files", os.path.relpath(path, host.layout.etc))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    safe_files.copy(path, target)


def _require_space(host: Host, paths: list[str]) -> None:
    needed = 3 * sum(os.lstat(path).st_size for path in paths) + SPARE_BYTES
    volume = os.statvfs(host.layout.etc)
    free = volume.f_bavail * volume.f_frsize
    if free < needed:
        raise HostError(
            f"the file system of {host.layout.etc} has {free // 1024} KiB free, a change needs {needed // 1024} KiB; "
            "nothing was changed. Hint: free space there"
        )


def _read(directory: str) -> Snapshot | None:
    text = safe_files.read_text(_manifest(directory))
    return Snapshot(**json.loads(text)) if text else None


def pending(host: Host) -> Snapshot | None:
    """The snapshot of a change that was begun and not ended."""
    return _read(host.layout.transaction)


def retained(host: Host) -> Snapshot | None:
    """The snapshot from before the last change that worked."""
    return _read(host.layout.previous)


def files(host: Host) -> list[str]:
    """The configurations in the pending or else the retained snapshot, by their names when active."""
    layout = host.layout
    directory = layout.transaction if pending(host) else layout.previous
    inside = safe_files.entries(os.path.join(directory, "files", os.path.basename(layout.directory)))
    legacy = os.path.join(directory, "files", os.path.basename(layout.legacy))
    return [one.name for one in inside if one.is_file] + ([layout.legacy] if os.path.exists(legacy) else [])


def _write(host: Host, snapshot: Snapshot) -> None:
    path = _manifest(host.layout.transaction)
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(asdict(snapshot), stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.rename(path + ".new", path)


def take(
    host: Host, unit: Service, worked: bool = False, applied: dict[str, str] | None = None, applying: dict[str, str] | None = None
) -> Snapshot:
    """Copy the present state; that of an interrupted change stays instead, for it is the last one known to work."""
    earlier = pending(host)
    if earlier:
        both = replace(earlier, applying={**earlier.applying, **(applying or {})})
        _write(host, both)
        return both
    discard(host)
    paths = _paths(host)
    _require_space(host, paths)
    running = unit.active_state in ("active", "activating", "reloading")
    taken = Snapshot(running, unit.enabled, worked, round(host.now(), 3), applied or {}, applying or {})
    try:
        os.makedirs(os.path.join(host.layout.transaction, "files"), mode=0o700)
        os.chmod(host.layout.transaction, 0o700)
        for path in paths:
            _copy(host, path)
        _write(host, taken)
    except OSError as error:
        discard(host)
        raise HostError(f"cannot keep the present state in {host.layout.transaction}: {error.strerror}; nothing was changed") from error
    return taken


def restore(host: Host) -> None:
    """Put everything back. Hard links, not copies: it works on a full disk, and again when it is interrupted."""
    copies = os.path.join(host.layout.transaction, "files")
    back = [one.name for one in safe_files.entries(copies) if one.is_file]
    for name in back:
        safe_files.link(os.path.join(copies, name), os.path.join(host.layout.etc, name))
    for path in _paths(host):
        if os.path.relpath(path, host.layout.etc) not in back:
            safe_files.remove_regular(path)
    remove_stale(host)


def remove_stale(host: Host) -> None:
    """Remove what attempts that failed have left."""
    for one in safe_files.entries(host.layout.directory):
        if one.is_file and one.name.endswith(".tmp"):
            safe_files.remove_regular(os.path.join(host.layout.directory, one.name))


def _remove(directory: str) -> None:
    # The manifest goes first, or a run killed meanwhile would leave a snapshot that looks whole.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_manifest(directory))
    shutil.rmtree(directory, ignore_errors=True)


def discard(host: Host) -> None:
    """End of a change that failed: nothing of it stays."""
    _remove(host.layout.transaction)


def retain(host: Host) -> None:
    """End of a change that worked: the state before it stays, for root alone, until the next one."""
    _remove(host.layout.previous)
    os.rename(host.layout.transaction, host.layout.previous)


def recall(host: Host) -> None:
    """Make the retained state the pending one, to be restored."""
    os.rename(host.layout.previous, host.layout.transaction)
