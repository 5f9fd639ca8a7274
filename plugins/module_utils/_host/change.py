# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One change of the active configuration, from the first download to the daemon's word; and the way back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from . import configurations, ctl, logs, manifest, readiness, rollback, safe_files, snapshot, state, unmanaged, usage
from .configurations import Source
from .errors import HostError, RolledBackError, reason
from .layout import UNIT
from .snapshot import Snapshot
from .system import Host

CAUSES = ("death", "not_ready", "limits")


@dataclass(frozen=True)
class Request:
    """``sources`` None: the active ones stay. ``start``: the service is to run and to be enabled; else one that is stopped stays so.

    ``cap``: seconds to wait for the daemon's readiness; ``health``: seconds that it has to live after it; ``rollback_on``: of CAUSES;
    ``unmanaged``: of ``unmanaged.CHOICES``, what becomes of other people's files; ``limits``: what a daemon may take that is well.
    """

    sources: list[Source] | None
    mode: str = "ec2"
    start: bool = True
    cap: float = 60.0
    health: float = readiness.HEALTH_SECONDS
    rollback_on: tuple[str, ...] = CAUSES
    unmanaged: str = "adopt"
    limits: usage.Limits = field(default_factory=usage.Limits)


@dataclass(frozen=True)
class Outcome:
    """``before`` and ``after`` for a diff; ``differences``: what was, or in check mode would be, done.

    ``unmanaged``: other people's files that went → path of the copy, '' where there is none (yet); ``revertible``: a configuration that
    worked was replaced, and ``restore_previous`` brings it back; ``rolled_back``: it did.
    """

    changed: bool
    before: dict[str, Any]
    after: dict[str, Any]
    differences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unmanaged: dict[str, str] = field(default_factory=dict)
    revertible: bool = False
    rolled_back: bool = False


def fetch(host: Host, source: Source, mode: str) -> Source:
    """The source with what the host really gets from its location; refuses anything but the desired text."""
    content = ctl.download(host, source.location, mode)
    actual = configurations.digest(content)
    if source.digest and actual != source.digest:
        raise HostError(
            f"{source.location} holds another text (sha256 {actual[:12]}) than the desired one ({source.digest[:12]}): "
            "somebody else wrote it, or the host's region or account is not the one that was published to; nothing was changed"
        )
    return replace(source, content=content, digest=actual)


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def describe(texts: dict[str, str], running: bool, enabled: bool) -> dict[str, Any]:
    """One side of a diff."""
    return {
        "configurations": {name: _document(text) if text else "fetched when it is applied" for name, text in texts.items()},
        "service": {"running": running, "enabled": enabled},
    }


def present(found: state.State) -> dict[str, Any]:
    """The host as it is, for a diff."""
    return describe({one.file: one.text for one in found.configurations}, found.service.running, found.service.enabled)


def planned(found: state.State, request: Request) -> dict[str, Any]:
    """The host as it will be, for a diff."""
    texts = {one.file: one.text for one in found.configurations}
    if request.sources is not None and not configurations.matches(found.configurations, request.sources):
        texts = {source.file: source.content for source in request.sources}
    return describe(texts, request.start or found.service.running, request.start or found.service.enabled)


def way_back(host: Host) -> str:
    """How to get back to the configuration before the last change; '' where there is none that worked."""
    earlier = snapshot.retained(host)
    if earlier is None or not earlier.worked:
        return ""
    return f"; the configuration before the change of {earlier.moment} is retained: cw_agent_config with state: restored brings it back"


def watch(host: Host, found: state.State, request: Request) -> readiness.Verdict:
    """Watch a start that somebody else has asked for."""
    file = logs.path(host.layout, found.section)
    start = readiness.Start(found.section, file, since=found.service.started_at, limits=request.limits)
    return readiness.wait(host, start, request.cap, request.health)


def warned(outcome: Outcome, verdict: readiness.Verdict, request: Request) -> Outcome:
    """The outcome, with a warning where the daemon was not ready in time."""
    if verdict.kind == "ready":
        return outcome
    text = f"the agent runs but has not said within {request.cap:g} s that it is ready"
    shown = f"; its log: {' | '.join(verdict.lines[-3:])}" if verdict.lines else ""
    return replace(outcome, warnings=[*outcome.warnings, text + shown])


class Change:
    """One change, from the first download to the daemon's word."""

    def __init__(self, host: Host, request: Request, found: state.State) -> None:
        self.host = host
        self.request = request
        self.found = found
        self.earlier: Snapshot | None = snapshot.pending(host)
        self.sources = request.sources if request.sources and not configurations.matches(found.configurations, request.sources) else None

    def run(self, outcome: Outcome) -> Outcome:
        """Do it; raises where it failed, and then the state before is back."""
        if self.sources:
            self.sources = [fetch(self.host, source, self.request.mode) for source in self.sources]
            ctl.validate(self.host, self.sources, self.request.mode)
        if self.sources or state.to_remove(self.found, self.request.sources):
            outcome = self._replace_files(outcome)
        else:
            snapshot.remove_stale(self.host)
        verdict = self._verdict()
        if verdict:
            outcome = warned(outcome, verdict, self.request)
        self._close()
        if self.request.start and not self.found.service.enabled:
            self._enable()
        return replace(outcome, revertible=bool(self.sources and self.earlier and self.earlier.worked))

    def _replace_files(self, outcome: Outcome) -> Outcome:
        layout, desired = self.host.layout, self.request.sources or []
        safe_files.make_directory(layout.directory)
        # Until its next start the agent's user can put nothing else in the place of what is looked at now.
        safe_files.claim(layout.etc)
        safe_files.claim(layout.directory)
        applying = {source.file: source.digest for source in self.sources or desired}
        worked = self.found.ready and self.found.service.running
        others = state.to_remove(self.found, self.request.sources)
        copies = unmanaged.retain(self.host, others, self.request.unmanaged == "adopt")
        self.earlier = snapshot.take(self.host, self.found.service, worked, manifest.applied(self.host), applying)
        self._apply(self.sources, self.earlier)
        if copies:
            outcome = replace(outcome, unmanaged=copies, warnings=[*outcome.warnings, unmanaged.warning(copies)])
        if self.sources:
            outcome = replace(outcome, after=planned(self.found, replace(self.request, sources=self.sources)))
        return outcome

    def _apply(self, sources: list[Source] | None, earlier: Snapshot) -> None:
        try:
            unmanaged.remove_directories(self.host)
            if sources:
                ctl.activate(self.host, sources, self.request.mode)
            else:
                snapshot.remove_stale(self.host)
        except (HostError, OSError) as error:
            result = self._put_back(earlier)
            lines = error.log if isinstance(error, HostError) else []
            raise RolledBackError(f"{reason(error)}; {result}, the daemon was not touched", lines) from error

    def _put_back(self, earlier: Snapshot) -> str:
        try:
            rollback.files(self.host, earlier)
        except (HostError, OSError) as error:
            return (
                f"the previous configuration could not be put back ({reason(error)}) and is safe in {self.host.layout.transaction}: "
                "run again"
            )
        return "the previous configuration is in place again"

    def _needs_restart(self) -> bool:
        running = self.found.service.running
        if not running and not self.request.start:
            return False
        return bool(self.sources or self.found.newer or not running)

    def _enable(self) -> None:
        answer = self.host.run(["systemctl", "enable", UNIT])
        if answer.rc != 0:
            raise HostError(f"systemd does not enable {UNIT}: {answer.err.strip()[-300:]}")

    def _verdict(self) -> readiness.Verdict | None:
        verdict = self._watched()
        if verdict is None or verdict.kind == "ready":
            return verdict
        if verdict.kind == "dead":
            self._fail("death", f"the agent died after its start ({verdict.cause})", verdict)
        elif verdict.kind == "excessive":
            self._fail("limits", f"the agent takes too much ({verdict.cause})", verdict)
        # An agent with agent.quiet says nothing at all.
        elif self.earlier and self.earlier.worked and not rollback.section(self.host).quiet and "not_ready" in self.request.rollback_on:
            self._fail("not_ready", f"the agent runs but was not ready within {self.request.cap:g} s", verdict)
        return verdict

    def _watched(self) -> readiness.Verdict | None:
        try:
            if self._needs_restart():
                return readiness.wait(self.host, self._start(), self.request.cap, self.request.health)
            if self.earlier and self.found.service.running and not self.found.ready:
                return watch(self.host, self.found, self.request)
            return None
        except RolledBackError:
            raise
        except (HostError, OSError) as error:
            # Its log is no regular file, say: nobody can tell how it fares.
            if self.earlier is None:
                raise
            done, result = rollback.attempt(self.host, self.earlier, rollback.section(self.host))
            raise (RolledBackError if done else HostError)(f"{reason(error)}; {result}") from error

    def _fail(self, cause: str, what: str, verdict: readiness.Verdict) -> None:
        if self.earlier is None:
            why = "its configuration had not changed, so there is none to go back to"
            raise HostError(f"{what}; {why}{way_back(self.host)}", verdict.lines)
        if cause not in self.request.rollback_on:
            self._close()
            raise HostError(f"{what}; the new configuration stays, for rollback_on has no {cause}{way_back(self.host)}", verdict.lines)
        done, result = rollback.attempt(self.host, self.earlier, rollback.section(self.host))
        hint = f". Hint: to keep the new one, take {cause} out of cw_agent_rollback_on"
        if cause == "not_ready":
            hint += ", or wait longer (cw_agent_service_ready_timeout)"
        raise (RolledBackError if done else HostError)(f"{what}; {result}{hint if done else ''}", verdict.lines)

    def _start(self) -> readiness.Start:
        try:
            start = readiness.restart(self.host, rollback.section(self.host), self.found.section)
            return replace(start, limits=self.request.limits)
        except HostError as error:
            if self.earlier is None:
                raise
            raise RolledBackError(f"{error}; {self._put_back(self.earlier)}") from error

    def _close(self) -> None:
        if self.request.sources:
            manifest.record(self.host, {source.file: source.digest for source in self.sources or self.request.sources})
        if self.earlier:
            snapshot.retain(self.host)
        else:
            snapshot.discard(self.host)
