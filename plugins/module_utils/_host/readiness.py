# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting the daemon and finding out whether it lives: its own readiness line or its death, whichever comes first."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import logs, service
from .configurations import AgentSection
from .errors import HostError
from .layout import UNIT
from .state import QUIET_SECONDS
from .system import Host

POLL_SECONDS = 0.2
# A stop that arrives while the daemon starts up is swallowed, and systemd waits 90 s before it kills.
STARTUP_SECONDS = 5.0
STOP_SECONDS = 20.0
# Readiness is judged once more after this, so that a daemon that says the line and falls is not called well.
STEADY_SECONDS = 1.0


@dataclass(frozen=True)
class Verdict:
    """``kind``: ready, dead or unsure (alive when the time was up); ``lines``: the agent's lines that explain it."""

    kind: str
    service: service.Service
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Start:
    """What the host looked like when the start was asked for: where the log ended and which run of the service it was.

    ``since``: for a start that somebody else has asked for, when it was (seconds since the epoch).
    """

    section: AgentSection
    file: str
    mark: logs.Position = field(default_factory=logs.Position)
    invocation_id: str = ""
    since: float = 0.0


def settle(host: Host, section: AgentSection) -> None:
    """Wait until a stop reaches the daemon: it has said its readiness line, or its start-up is over."""
    unit = service.read(host)
    file = logs.path(host.layout, section)
    while unit.running and host.now() - unit.started_at < STARTUP_SECONDS:
        if file and logs.ready(logs.since(logs.lines_after(file, logs.Position()), unit.started_at)):
            return
        host.sleep(POLL_SECONDS)
        unit = service.read(host)


def restart(host: Host, section: AgentSection, running: AgentSection) -> Start:
    """Ask systemd for a new daemon that will read ``section``; ``running``: the settings of the one that is there."""
    settle(host, running)
    before = service.read(host)
    file = logs.path(host.layout, section)
    start = Start(section, file, logs.position(file) if file else logs.Position(), before.invocation_id)
    if before.needs_reload or not before.loaded:
        host.run(["systemctl", "daemon-reload"])
    host.run(["systemctl", "reset-failed", UNIT])
    answer = host.run(["systemctl", "restart", "--no-block", UNIT])
    if answer.rc != 0:
        raise HostError(f"systemd does not start {UNIT}: {answer.err.strip()}")
    return start


def stop(host: Host) -> None:
    """Stop the daemon, by force where it does not hear."""
    answer = host.run(["systemctl", "stop", UNIT], timeout=STOP_SECONDS)
    if answer.rc != 0:
        host.run(["systemctl", "kill", "--signal=SIGKILL", UNIT])
        host.run(["systemctl", "stop", UNIT], timeout=STOP_SECONDS)


def _lines(host: Host, start: Start, unit: service.Service, dead: bool = False) -> list[str]:
    lines = logs.lines_after(start.file, start.mark) if start.file else []
    lines = logs.since(lines, start.since) if start.since else lines
    # What kills the daemon before it has opened its log stands in the journal alone.
    return lines + (logs.journal(host, unit.invocation_id) if dead or not start.file else [])


def _explain(lines: list[str]) -> list[str]:
    told = [line[: logs.WIDTH] for line in lines if " D! " not in line and line.strip()]
    return logs.trouble(lines) or told[-5:]


def _fell(unit: service.Service, invocation_id: str) -> bool:
    if unit.active_state in ("failed", "inactive") or unit.sub_state == "auto-restart":
        return True
    return unit.invocation_id != invocation_id


def _works(host: Host, start: Start, unit: service.Service, lines: list[str]) -> bool:
    if not unit.running:
        return False
    if start.section.quiet:
        return host.now() - unit.started_at >= QUIET_SECONDS and not logs.trouble(lines)
    return logs.ready(lines)


def wait(host: Host, start: Start, cap: float) -> Verdict:
    """Watch the start until the daemon is ready, dead, or ``cap`` seconds are over."""
    begun = host.monotonic()
    invocation_id, killed = "", False
    while True:
        unit = service.read(host)
        waited = host.monotonic() - begun
        if not invocation_id and unit.invocation_id != start.invocation_id:
            invocation_id = unit.invocation_id
        if invocation_id:
            verdict = _look(host, start, unit, invocation_id)
            if verdict:
                return verdict
        elif waited > min(STOP_SECONDS, cap / 2) and not killed:
            host.run(["systemctl", "kill", "--signal=SIGKILL", UNIT])
            killed = True
        if waited >= cap:
            return Verdict("unsure" if unit.running else "dead", unit, _explain(_lines(host, start, unit, not unit.running)))
        host.sleep(POLL_SECONDS)


def _look(host: Host, start: Start, unit: service.Service, invocation_id: str) -> Verdict | None:
    if not _fell(unit, invocation_id):
        if not _works(host, start, unit, _lines(host, start, unit)):
            return None
        host.sleep(STEADY_SECONDS)
        unit = service.read(host)
        if not _fell(unit, invocation_id):
            return Verdict("ready", unit)
    return Verdict("dead", unit, _explain(_lines(host, start, unit, dead=True)))
