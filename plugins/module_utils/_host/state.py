# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the host's state that a change of the configuration is about: files, service, and what the daemon has said."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from . import common_config, configurations, logs, manifest, safe_files, service, unmanaged
from .configurations import AgentSection, Configuration, Source
from .system import Host
from .unmanaged import Unmanaged

# A daemon that has run this long without its readiness line in reach has written it long ago.
SETTLED_SECONDS = 120.0
QUIET_SECONDS = 20.0


@dataclass(frozen=True)
class State:
    """``newer``: what the daemon reads at its start and was changed since; ``interrupted``: a change was begun and not ended.

    ``stale``: what attempts that failed have left; ``unmanaged``: files that the collection has not written.
    """

    configurations: list[Configuration] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    service: service.Service = field(default_factory=service.Service)
    section: AgentSection = field(default_factory=AgentSection)
    newer: list[str] = field(default_factory=list)
    interrupted: bool = False
    errors: list[str] = field(default_factory=list)
    ready: bool = False
    unmanaged: list[Unmanaged] = field(default_factory=list)


def _newer(host: Host, found: list[Configuration], started_at: float) -> list[str]:
    common = common_config.parse(safe_files.read_text(host.layout.common_config)).get("credentials", {})
    dated = {one.file: one.modified for one in found}
    beside = os.path.join(os.path.dirname(common.get("shared_credential_file", "")), "config")
    for path in [host.layout.common_config, host.layout.drop_in, host.layout.environment_file] + (
        [host.layout.at(beside)] if os.path.isabs(beside) else []
    ):
        if os.path.exists(path):
            dated[path] = os.stat(path).st_mtime
    # A date in the future says nothing: the clock was set back.
    return [name for name, modified in dated.items() if started_at < modified <= host.now()] if started_at else []


def log_lines(host: Host, section: AgentSection, running: service.Service) -> list[str]:
    """What the daemon has written since its last start, be it alive or not."""
    file = logs.path(host.layout, section)
    if not file:
        return logs.journal(host, running.invocation_id)
    return logs.since(logs.lines_after(file, logs.Position()), running.attempted_at)


def _ready(host: Host, section: AgentSection, running: service.Service, lines: list[str]) -> bool:
    if not running.running:
        return False
    age = host.now() - running.started_at
    if section.quiet:
        return age >= QUIET_SECONDS
    return age >= SETTLED_SECONDS or logs.ready(lines)


def read(host: Host) -> State:
    """Look at the host; changes nothing."""
    found = configurations.active(host.layout)
    section = configurations.agent_section([one.text for one in found])
    unit = service.read(host)
    lines = log_lines(host, section, unit) if unit.attempted_at else []
    return State(
        configurations=found,
        stale=configurations.stale(host.layout),
        service=unit,
        section=section,
        newer=_newer(host, found, unit.started_at),
        interrupted=os.path.isdir(host.layout.transaction),
        errors=logs.trouble(lines),
        ready=_ready(host, section, unit, lines),
        unmanaged=unmanaged.find(found, configurations.entries(host.layout), manifest.known(host)),
    )


def to_remove(found: State, desired: list[Source] | None) -> list[Unmanaged]:
    """Other people's files that a change to ``desired`` removes, those that hold a desired text excepted; None: nothing changes."""
    digests = [source.digest for source in desired or []]
    return [one for one in found.unmanaged if one.digest not in digests or not one.digest] if desired is not None else []


def differences(found: State, desired: list[Source] | None, keep_stopped: bool = False) -> list[str]:
    """What a change has to do, in words; ``desired`` None: the active configurations stay as they are.

    ``keep_stopped``: a service that does not run may stay so.
    """
    result = []
    others = [one.file for one in to_remove(found, desired)]
    if desired is not None and not configurations.matches(found.configurations, desired):
        now = ", ".join(one.file for one in found.configurations) or "none"
        result.append(f"configuration: {now} → {', '.join(source.location for source in desired)}")
    if others:
        result.append(f"configuration: {', '.join(others)} not written by this collection → removed, with a copy")
    stale = [name for name in found.stale if name not in others]
    if stale:
        result.append(f"configuration: {', '.join(stale)} is left from an attempt that failed → removed")
    if found.interrupted:
        result.append("configuration: an earlier change was interrupted → finished")
    unit = found.service
    if not unit.running and not keep_stopped:
        result.append(f"service: {unit.active_state} → active")
    elif unit.running and found.newer:
        result.append(f"service: {', '.join(found.newer)} changed since its start → restarted")
    if not unit.enabled and not keep_stopped:
        result.append("service: disabled → enabled")
    return result
