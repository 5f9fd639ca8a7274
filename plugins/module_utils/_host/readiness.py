# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting the daemon and finding out whether it lives: its own readiness line or its death, and then a while of watching."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from . import logs, service, usage
from .configurations import AgentSection
from .errors import HostError
from .layout import UNIT
from .state import QUIET_SECONDS
from .system import Host

POLL_SECONDS = 0.2
# A stop that arrives while the daemon starts up is swallowed, and systemd waits 90 s before it kills.
STARTUP_SECONDS = 5.0
STOP_SECONDS = 20.0
# A daemon that says the line may still fall: over a port that is taken, a permission, memory.
HEALTH_SECONDS = 10.0
READY_SECONDS = 60.0
UNSURE = f"the agent runs but has not said within {READY_SECONDS:g} s that it is ready"
STEADY_SECONDS = 1.0
HEALTH_POLL_SECONDS = 0.5
SHOWN_LINES = 8

_STAMPED = re.compile(r"^\d{4}[-/]\d\d[-/]\d\d[T ]")
_DEBUG = re.compile(r"^\S+( \S+)? D! ")
_CRASH = re.compile(r"^(panic|fatal error|runtime error|SIG[A-Z]+)\b")
_TROUBLE = re.compile(
    r"\bE! |error|panic|fatal|fail|denied|refused|cannot|can't|unable|invalid|unknown|already in use|no such|not found", re.IGNORECASE
)
# What the translator says at every start, whatever it is about.
_CHATTER = re.compile(
    r"Config has been translated|Reading json config file|Valid Json input schema|Executing .* with arguments|maps to a call"
)


@dataclass(frozen=True)
class Verdict:
    """``kind``: ready, dead, unsure (alive when the time was up), or excessive (beyond its limits).

    ``lines``: the agent's lines that explain it; ``cause``: of a death, or which limit.
    """

    kind: str
    service: service.Service
    lines: list[str] = field(default_factory=list)
    cause: str = ""


@dataclass(frozen=True)
class Start:
    """What the host looked like when the start was asked for: where the log ended and which run of the service it was.

    ``since``: for a start that somebody else has asked for, when it was (seconds since the epoch); ``began``: when it then happened;
    ``limits``: what the daemon may take.
    """

    section: AgentSection
    file: str
    mark: logs.Position = field(default_factory=logs.Position)
    invocation_id: str = ""
    since: float = 0.0
    began: float = 0.0
    limits: usage.Limits = field(default_factory=usage.Limits)


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
    """Ask systemd for a new daemon that will read ``section``; ``running``: the settings of the one that is there.

    Raises:
        HostError: systemd refuses to start the service.
    """
    settle(host, running)
    before = service.read(host)
    file = logs.path(host.layout, section)
    start = Start(section, file, logs.position(file) if file else logs.Position(), before.invocation_id)
    if before.needs_reload or not before.loaded:
        host.run(["systemctl", "daemon-reload"])
    host.run(["systemctl", "reset-failed", UNIT])
    answer = host.run(["systemctl", "restart", "--no-block", UNIT])
    if answer.rc != 0:
        raise HostError(f"systemd does not start {UNIT}: {answer.err.strip()[-300:]}")
    return start


def restarted(host: Host, section: AgentSection, health: float) -> Verdict:
    """Start the daemon anew with the settings it has, and watch it."""
    return wait(host, restart(host, section, section), READY_SECONDS, health)


def stop(host: Host) -> None:
    """Stop the daemon, by force where it does not hear."""
    answer = host.run(["systemctl", "stop", UNIT], timeout=STOP_SECONDS)
    if answer.rc != 0:
        host.run(["systemctl", "kill", "--signal=SIGKILL", UNIT])
        host.run(["systemctl", "stop", UNIT], timeout=STOP_SECONDS)


def _own_lines(start: Start) -> list[str]:
    lines = logs.lines_after(start.file, start.mark) if start.file else []
    return logs.since(lines, start.since) if start.since else lines


def _lines(host: Host, start: Start, unit: service.Service) -> list[str]:
    return _own_lines(start) if start.file else logs.journal(host, unit.invocation_id)


def _telling(lines: list[str]) -> list[str]:
    """Without the debug lines, with what follows them, and the translator's talk."""
    result, skipping = [], False
    for line in lines:
        if _STAMPED.match(line):
            skipping = bool(_DEBUG.match(line))
        elif _CRASH.match(line):
            skipping = False
        if line.strip() and not skipping and not _CHATTER.search(line):
            result.append(line[: logs.WIDTH])
    return result


def explain(lines: list[str]) -> list[str]:
    """The last lines of a start, those with words of an error first, of whatever level: some reasons come as information."""
    distinct = list(dict.fromkeys(_telling(lines)))
    bad = [line for line in distinct if _TROUBLE.search(line)][-SHOWN_LINES:]
    rest = [line for line in distinct if line not in bad]
    return bad + rest[len(rest) - min(len(rest), max(0, SHOWN_LINES // 2 - len(bad))) :]


def _explained(host: Host, start: Start, unit: service.Service, dead: bool) -> list[str]:
    lines = _lines(host, start, unit)
    # After the mark there may be the last words of the daemon before. Where the clock was set meanwhile, all are shown.
    found = explain((logs.since(lines, start.began) if start.began and start.file else []) or lines)
    # What kills the daemon before it has opened its log stands in the journal alone.
    if dead and start.file and not any(_TROUBLE.search(line) for line in found):
        found = explain(logs.journal(host, unit.invocation_id)) + found
    return found


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


def wait(host: Host, start: Start, cap: float, health: float = HEALTH_SECONDS) -> Verdict:
    """Watch the start until the daemon is ready, dead, or ``cap`` seconds are over; a ready one is watched ``health`` seconds more."""
    begun = host.monotonic()
    invocation_id, killed = "", False
    while True:
        unit = service.read(host)
        waited = host.monotonic() - begun
        if not invocation_id and unit.invocation_id != start.invocation_id:
            invocation_id = unit.invocation_id
            start = replace(start, began=unit.attempted_at)
        if invocation_id:
            verdict = _observe(host, start, unit, invocation_id, health)
            if verdict:
                return verdict
        elif waited > min(STOP_SECONDS, cap / 2) and not killed:
            host.run(["systemctl", "kill", "--signal=SIGKILL", UNIT])
            killed = True
        if waited >= cap:
            return Verdict("unsure", unit, _explained(host, start, unit, False)) if unit.running else _dead(host, start, unit, unit.ending)
        host.sleep(POLL_SECONDS)


def _dead(host: Host, start: Start, unit: service.Service, cause: str) -> Verdict:
    return Verdict("dead", unit, _explained(host, start, unit, True), cause)


def _observe(host: Host, start: Start, unit: service.Service, invocation_id: str, health: float) -> Verdict | None:
    if _fell(unit, invocation_id):
        return _dead(host, start, unit, unit.ending)
    if not _works(host, start, unit, _lines(host, start, unit)):
        return None
    # One that says nothing has lived for a while already.
    return survive(host, start, unit, health - QUIET_SECONDS if start.section.quiet else health)


def survive(host: Host, start: Start, ready: service.Service, seconds: float) -> Verdict:
    """Watch a daemon that is ready: it is to be the same process all the time."""
    begun = host.monotonic()
    window = max(seconds, STEADY_SECONDS)
    first = usage.read(host, ready.main_pid) if any(start.limits) else None
    while host.monotonic() - begun < window:
        host.sleep(min(HEALTH_POLL_SECONDS, window))
        unit = service.read(host)
        lived = f"{host.monotonic() - begun:.0f} s after it was ready"
        if not unit.running:
            return _dead(host, start, unit, f"{unit.ending}, {lived}")
        if (unit.invocation_id, unit.main_pid, unit.restarts) != (ready.invocation_id, ready.main_pid, ready.restarts):
            return _dead(host, start, unit, f"it was started anew (process {ready.main_pid} → {unit.main_pid}), {lived}")
    over = usage.excess(start.limits, first, usage.read(host, ready.main_pid)) if first else ""
    return Verdict("excessive", ready, _explained(host, start, ready, False), over) if over else Verdict("ready", ready)
