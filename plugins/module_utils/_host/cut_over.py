# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the old agent (awslogs) to the new one and back, so that the two never read one file at the same time.

The old agent is stopped and disabled; then what it remembers of each file becomes the new agent's state of that file. A file that is
rotated before the new agent has opened it has a rest that nobody reads any more: it is found by its inode, and gets a configuration of its
own for as long as it takes. Root's own record on the host says what was stopped, for the way back.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from typing import Any, Iterable, Iterator, NamedTuple

from .._awslogs.agent import Files, together
from . import access, awslogs, configurations, lock, safe_files, service
from .awslogs import Offset
from .errors import HostError
from .layout import UNIT
from .system import Host, write_file

REVIVERS = ("/etc/cron.d/awslogs", "/etc/cron.d/awslogs_log_rotate", "/etc/logrotate.d/awslogs")
"""Files of the old agent's installation by which cron and logrotate start it again, disabled or not: they are put aside."""
STOP_SECONDS = 150.0
OPENED_SECONDS = 5.0
"""Seconds after its start within which the agent opens its files: what is rotated before may be sent twice, and is never lost."""


class Outcome(NamedTuple):
    """What was done, or in check mode would be. ``before``, ``after``: services and offsets, for a diff; ``carried``: the files that the
    new agent goes on with; ``rest``: the source of a configuration for files that were rotated meanwhile, None where there are none;
    ``settled``: whether nothing is left to do once the new agent runs."""

    changed: bool
    before: dict[str, Any]
    after: dict[str, Any]
    carried: tuple[Offset, ...] = ()
    rest: dict[str, str] | None = None
    settled: bool = True


def replace(host: Host, directory: str, patterns: Iterable[str], skip: Iterable[str], check_mode: bool = False) -> Outcome:
    """Stop and disable the old agent and hand its offsets over; where that is done already, see to files that were rotated meanwhile.

    ``patterns``: the files (``file_path``) that the new agent is going to read; ``skip``: sections whose files nobody has to read.

    Raises:
        HostError: a file would be read by nobody, or a service does not stop; the old agent runs on then.
    """
    with contextlib.nullcontext() if check_mode else lock.held(host):
        running = [one for one in awslogs.services(host) if one.state not in ("inactive", "failed") or one.enabled]
        found = awslogs.observe(host, directory) if running else None
        if not found:
            return _rest(host, check_mode)
        files = together(found.main, [file for file in found.additional if not file.error])
        if found.main.error:
            raise HostError(f"{found.main.path}: {found.main.error}. Hint: correct it, so that its files are known")
        _require_read(files, set(patterns), set(skip))
        revivers = [path for path in REVIVERS if safe_files.require_regular(host.layout.at(path))]
        before = {"services": _shown(running), "offsets": _states(host, found.offsets), "files": dict.fromkeys(revivers, "present")}
        after: dict[str, Any] = {"services": {one.name: "inactive, disabled" for one in running}, "files": dict.fromkeys(revivers, "aside")}
        if check_mode:
            return Outcome(True, before, {**after, "offsets": _carried(found.offsets)}, found.offsets, settled=False)
        offsets = _hand_over(host, running, revivers, files, set(skip))
        return Outcome(True, before, {**after, "offsets": _carried(offsets)}, offsets, settled=False)


def restore(host: Host, check_mode: bool = False) -> Outcome:
    """Enable and start the old agent as it was; the new one is stopped and disabled where it did not run before.

    Raises:
        HostError: the new agent ran before, and reads the old one's files still.
    """
    with contextlib.nullcontext() if check_mode else lock.held(host):
        record = _recorded(host)
        if not record:
            return Outcome(False, {}, {})
        agent = service.read(host)
        stops = not record["agent_ran"] and (agent.active_state != "inactive" or agent.enabled)
        if record["agent_ran"] and agent.running:
            _require_free(host, [one["pattern"] for one in record["files"]])
        before = {"services": _shown(awslogs.services(host)), "files": dict.fromkeys(record["aside"], "aside")}
        units = {one["name"]: f"{one['state']}, {_word(one['enabled'])}" for one in record["services"]}
        after: dict[str, Any] = {"services": {**before["services"], **units}, "files": dict.fromkeys(record["aside"], "present")}
        if stops:
            before["services"][UNIT], after["services"][UNIT] = f"{agent.active_state}, {_word(agent.enabled)}", "inactive, disabled"
        if not check_mode:
            if stops:
                _systemctl(host, "disable", "--now", UNIT)
            _start(host, record)
            _forget(host)
        return Outcome(True, before, after)


def _require_read(files: Files, patterns: set[str], skip: set[str]) -> None:
    for log in files.logs:
        path = re.sub(r"\*{2,}", "*", log.value("file"))
        if path and log.name not in skip and path not in patterns:
            raise HostError(
                f"{log.path}, section [{log.name}]: awslogs reads {path}, and the agent's configuration has no entry with this file_path. "
                "Nothing was changed. Hint: put the fragment of cw_agent_awslogs_info into the inventory, or name the section in skip"
            )


def _require_free(host: Host, patterns: list[str]) -> None:
    read = {entry.get("file_path") for entry in _entries(host)}
    both = sorted(set(patterns) & read)
    if both:
        raise HostError(
            f"the agent reads {both[0]}, too, and every line would be sent twice. Nothing was changed. "
            "Hint: take the fragment out of the inventory and converge the host first"
        )


def _entries(host: Host) -> Iterator[dict[str, Any]]:
    """The entries of collect_list in the new agent's active configurations."""
    for one in configurations.active(host.layout):
        try:
            found = json.loads(one.text)["logs"]["logs_collected"]["files"]["collect_list"]
        except (ValueError, KeyError, TypeError):
            continue
        yield from (entry for entry in found if isinstance(entry, dict))


def _hand_over(host: Host, running: list[awslogs.OldService], revivers: list[str], files: Files, skip: set[str]) -> tuple[Offset, ...]:
    services = [one._asdict() for one in running]
    agent_ran = service.read(host).running
    record: dict[str, Any] = {"services": services, "aside": revivers, "agent_ran": agent_ran, "files": [], "settled": False}
    # Written before, so that a run which is killed half-way can be undone.
    _write(host, _record_file(host), record)
    try:
        for path in revivers:
            _put_aside(host, path)
        for unit in running:
            _systemctl(host, "disable", "--now", unit.name)
        offsets = tuple(one for one in awslogs.offsets(host, files) if one.path and one.section not in skip)
        record["files"] = [one._asdict() for one in offsets]
        _write(host, _record_file(host), record)
        for one in offsets:
            if one.sent is not None and not one.rotated:
                _write_state(host, one.path, one.sent)
    except (HostError, OSError):
        _start(host, record)
        _forget(host)
        raise
    return offsets


def _aside(host: Host, path: str) -> str:
    # Where copies of other people's files stay, also when the agent is removed.
    return f"{host.layout.unmanaged_copies}/awslogs{path.replace('/', '_')}"


def _put_aside(host: Host, path: str) -> None:
    safe_files.make_directory(host.layout.unmanaged_copies, 0o700)
    safe_files.remove_regular(_aside(host, path))
    safe_files.copy(host.layout.at(path), _aside(host, path))
    safe_files.remove_regular(host.layout.at(path))


def _bring_back(host: Host, path: str) -> None:
    """What was put aside; where there is a new one by now, that stays."""
    if safe_files.require_regular(_aside(host, path)) and not os.path.lexists(host.layout.at(path)):
        safe_files.copy(_aside(host, path), host.layout.at(path))
    safe_files.remove_regular(_aside(host, path))


def _rest(host: Host, check_mode: bool) -> Outcome:
    """After the cut-over: files that were rotated before the new agent has opened them."""
    record = _recorded(host)
    if check_mode or not record or record["settled"]:
        return Outcome(False, {}, {})
    agent = service.read(host)
    if not agent.running:
        return Outcome(False, {}, {}, settled=False)
    rests = list(_rests(host, record["files"], agent.started_at))
    if not rests:
        record["settled"] = True
        _write(host, _record_file(host), record)
        safe_files.remove_regular(_rest_file(host))
        return Outcome(False, {}, {})
    wrote = []
    for path, _entry, sent in rests:
        if access.sent(host.layout, path) is None:
            _write_state(host, path, sent)
            wrote.append(path)
    entries = [{**entry, "file_path": path} for path, entry, _sent in rests]
    text = json.dumps({"logs": {"logs_collected": {"files": {"collect_list": entries}}}}, sort_keys=True)
    if safe_files.read_text(_rest_file(host)) != text:
        write_file(_rest_file(host), text, 0o600, (0, 0))
    source = {"location": f"file:{_rest_file(Host())}", "digest": configurations.digest(text)}
    offsets = {path: sent for path, _entry, sent in rests if path in wrote}
    return Outcome(bool(wrote), {"offsets": dict.fromkeys(wrote)}, {"offsets": offsets}, rest=source, settled=False)


def _rests(host: Host, files: list[dict[str, Any]], started_at: float) -> Iterator[tuple[str, dict[str, Any], int]]:
    """(path, entry of the configuration, bytes that were sent) of files that were rotated away with something unsent in them."""
    entries = {entry.get("file_path"): entry for entry in _entries(host)}
    for one in files:
        entry = entries.get(re.sub(r"\*{2,}", "*", one["pattern"]))
        if not entry or (_inode(host, one["path"]) == one["inode"] and not one["rotated"]):
            continue
        for path, found in _beside(host, one["path"]):
            if found.st_ino == one["inode"] and (one["rotated"] or found.st_ctime <= started_at + OPENED_SECONDS):
                sent = max(one["sent"] or 0, access.sent(host.layout, path) or 0)
                if sent < found.st_size:
                    yield path, entry, sent


def _beside(host: Host, path: str) -> Iterator[tuple[str, os.stat_result]]:
    directory = os.path.dirname(path)
    with contextlib.suppress(FileNotFoundError), safe_files.directory(host.layout.at(directory)) as where:
        for name in sorted(os.listdir(where)):
            with contextlib.suppress(FileNotFoundError):
                found = os.stat(name, dir_fd=where, follow_symlinks=False)
                if stat.S_ISREG(found.st_mode):
                    yield os.path.join(directory, name), found


def _inode(host: Host, path: str) -> int:
    try:
        return os.stat(host.layout.at(path)).st_ino
    except FileNotFoundError:
        return 0


def _write_state(host: Host, path: str, sent: int) -> None:
    safe_files.make_directory(host.layout.offsets)
    write_file(access.state_file(host.layout, path), f"{sent}\n{path}", 0o644, (0, 0))


def _start(host: Host, record: dict[str, Any]) -> None:
    for path in record["aside"]:
        _bring_back(host, path)
    for one in record["services"]:
        if one["enabled"]:
            _systemctl(host, "enable", one["name"])
        if one["state"] not in ("inactive", "failed"):
            _systemctl(host, "start", one["name"])


def _systemctl(host: Host, *words: str) -> None:
    answer = host.run(["systemctl", *words], timeout=STOP_SECONDS)
    if answer.rc:
        lines = (answer.err or answer.out).strip().splitlines()
        raise HostError(f"systemctl {' '.join(words)} failed: {lines[-1] if lines else answer.rc}. Hint: see systemctl status {words[-1]}")


def _shown(services: Iterable[awslogs.OldService]) -> dict[str, str]:
    return {one.name: f"{one.state}, {_word(one.enabled)}" for one in services}


def _word(enabled: bool) -> str:
    return "enabled" if enabled else "disabled"


def _states(host: Host, offsets: Iterable[Offset]) -> dict[str, int | None]:
    return {path: access.sent(host.layout, path) for path in _carried(offsets)}


def _carried(offsets: Iterable[Offset]) -> dict[str, int | None]:
    return {one.path: one.sent for one in offsets if one.path and one.sent is not None and not one.rotated}


def _record_file(host: Host) -> str:
    return f"{host.layout.records}/awslogs.json"


def _rest_file(host: Host) -> str:
    return f"{host.layout.records}/awslogs-rest.json"


def _recorded(host: Host) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(safe_files.read_text(_record_file(host)) or "{}")
    except ValueError:
        return {}
    return found


def _write(host: Host, path: str, record: dict[str, Any]) -> None:
    safe_files.make_directory(host.layout.records, 0o700)
    write_file(path, json.dumps(record, indent=2, sort_keys=True) + "\n", 0o600, (0, 0))


def _forget(host: Host) -> None:
    safe_files.remove_regular(_record_file(host))
    safe_files.remove_regular(_rest_file(host))
