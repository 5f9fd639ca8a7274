# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's active configuration := the wanted sources, or everything stays as it was."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field, replace
from typing import Any

from . import configurations, ctl, lock, logs, readiness, snapshot, state
from .configurations import AgentSection, Source
from .errors import HostError
from .layout import UNIT
from .system import Host, read_text

LOCK_SECONDS = 120.0
ROLLBACK_SECONDS = 30.0


@dataclass(frozen=True)
class Request:
    """``sources`` None: the active ones stay. ``start``: the service is to run and to be enabled; else one that is stopped stays so.

    ``cap``: seconds to wait for the daemon's readiness.
    """

    sources: list[Source] | None
    mode: str = "ec2"
    start: bool = True
    cap: float = 60.0


@dataclass(frozen=True)
class Outcome:
    """``before`` and ``after`` for a diff; ``differences``: what was, or in check mode would be, done."""

    changed: bool
    before: dict[str, Any]
    after: dict[str, Any]
    differences: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def resolve(host: Host, source: Source, mode: str, installed: bool) -> Source:
    """The source with its digest, and its content as far as that can be known without asking twice."""
    if source.content:
        told = configurations.digest(source.content)
        if source.digest and source.digest != told:
            raise HostError(f"{source.location}: content and digest disagree (digest {source.digest[:12]}, content {told[:12]})")
        return replace(source, digest=told)
    if source.digest:
        return source
    scheme, _colon, path = source.location.partition(":")
    if scheme == "file":
        content = read_text(host.layout.at(path))
        if not content:
            raise HostError(f"{source.location}: the file is missing or empty on the host")
    else:
        content = ctl.download(host, source.location, mode) if installed else ""
    return replace(source, content=content, digest=configurations.digest(content) if content else "")


def fetch(host: Host, source: Source, mode: str) -> Source:
    """The source with what the host really gets from its location; refuses anything but the wanted text."""
    content = ctl.download(host, source.location, mode)
    told = configurations.digest(content)
    if source.digest and told != source.digest:
        raise HostError(
            f"{source.location} holds another text (sha256 {told[:12]}) than the wanted one ({source.digest[:12]}): "
            "somebody else wrote it, or the host's region or account is not the one that was published to; nothing was changed"
        )
    return replace(source, content=content, digest=told)


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shown(texts: dict[str, str], running: bool, enabled: bool) -> dict[str, Any]:
    return {
        "configurations": {name: _document(text) if text else "fetched when it is applied" for name, text in texts.items()},
        "service": {"running": running, "enabled": enabled},
    }


def _before(found: state.State) -> dict[str, Any]:
    return _shown({one.file: one.text for one in found.configurations}, found.service.running, found.service.enabled)


def _after(found: state.State, request: Request) -> dict[str, Any]:
    texts = {one.file: one.text for one in found.configurations}
    if request.sources is not None and not configurations.matches(found.configurations, request.sources):
        texts = {source.file: source.content for source in request.sources}
    return _shown(texts, request.start or found.service.running, request.start or found.service.enabled)


def _refuse_nonsense(request: Request) -> None:
    names = [source.file for source in request.sources or []]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise HostError(f"sources: two of them would be the same file {', '.join(twice)} on the host: give them different names")
    if request.sources is not None and not request.sources:
        raise HostError("sources is empty: an agent without a configuration cannot run; leave the option out to keep the active one")


def ensure_configuration(host: Host, request: Request, check_mode: bool = False) -> Outcome:
    """Converge. In check mode nothing is written and nothing asked of AWS but what is not known otherwise."""
    _refuse_nonsense(request)
    installed = os.path.exists(host.layout.program("amazon-cloudwatch-agent-ctl"))
    if not installed and not check_mode:
        raise HostError("the agent is not installed on this host: run the role cloudwatch.agent.install before")
    with contextlib.nullcontext() if check_mode else lock.held(host, LOCK_SECONDS):
        if request.sources is not None:
            request = replace(request, sources=[resolve(host, source, request.mode, installed) for source in request.sources])
        found = state.read(host)
        told = state.differences(found, request.sources, keep_stopped=not request.start)
        outcome = Outcome(bool(told), _before(found), _after(found, request), told)
        if check_mode:
            return _judged(host, found, request, outcome, installed)
        if not told:
            return _await_running(host, found, request, outcome)
        return _Change(host, request, found).run(outcome)


def _judged(host: Host, found: state.State, request: Request, outcome: Outcome, installed: bool) -> Outcome:
    """Check mode: the installed agent says already now whether it would take the configuration."""
    sources = request.sources or []
    known = all(source.content for source in sources)
    if installed and sources and known and ctl.can_judge(host, request.mode) and not configurations.matches(found.configurations, sources):
        ctl.validate(host, sources, request.mode)
    return outcome


def _await_running(host: Host, found: state.State, request: Request, outcome: Outcome) -> Outcome:
    """Nothing differs; but a daemon that started a moment ago, after an upgrade say, has yet to show that it lives."""
    if found.ready or not found.service.running:
        return outcome
    verdict = _watch(host, found, request.cap)
    if verdict.kind == "dead":
        raise HostError("the agent started and died with its present configuration", verdict.lines)
    return _warned(outcome, verdict, request.cap)


def _watch(host: Host, found: state.State, cap: float) -> readiness.Verdict:
    """Watch a start that somebody else has asked for."""
    file = logs.path(host.layout, found.section)
    return readiness.wait(host, readiness.Start(found.section, file, since=found.service.started_at), cap)


def _warned(outcome: Outcome, verdict: readiness.Verdict, cap: float) -> Outcome:
    if verdict.kind == "ready":
        return outcome
    told = f"the agent runs but has not said within {cap:g} s that it is ready"
    return replace(outcome, warnings=[told + (f"; its log: {' | '.join(verdict.lines[-3:])}" if verdict.lines else "")])


class _Change:
    """One change, from the first download to the daemon's word."""

    def __init__(self, host: Host, request: Request, found: state.State) -> None:
        self.host = host
        self.request = request
        self.found = found
        self.kept: snapshot.Snapshot | None = snapshot.pending(host)
        self.sources = request.sources if request.sources and not configurations.matches(found.configurations, request.sources) else None

    def run(self, outcome: Outcome) -> Outcome:
        if self.sources:
            self.sources = [fetch(self.host, source, self.request.mode) for source in self.sources]
            ctl.validate(self.host, self.sources, self.request.mode)
            self.kept = snapshot.take(self.host, self.found.service)
            self._apply(self.sources)
            outcome = replace(outcome, after=_after(self.found, replace(self.request, sources=self.sources)))
        else:
            snapshot.remove_leftovers(self.host)
        verdict = self._verdict()
        if verdict:
            outcome = _warned(outcome, verdict, self.request.cap)
        if self.request.start and not self.found.service.enabled:
            self._enable()
        snapshot.discard(self.host)
        return outcome

    def _section(self) -> AgentSection:
        return configurations.agent_section([one.text for one in configurations.active(self.host.layout)])

    def _apply(self, sources: list[Source]) -> None:
        try:
            ctl.activate(self.host, sources, self.request.mode)
        except (HostError, OSError) as error:
            self._put_back()
            lines = error.log if isinstance(error, HostError) else []
            raise HostError(f"{error}; the previous configuration is in place again, the daemon was not touched", lines) from error

    def _put_back(self) -> None:
        snapshot.restore(self.host)
        snapshot.discard(self.host)

    def _needs_restart(self) -> bool:
        running = self.found.service.running
        if not running and not self.request.start:
            return False
        return bool(self.sources or self.found.newer or not running)

    def _enable(self) -> None:
        answer = self.host.run(["systemctl", "enable", UNIT])
        if answer.rc != 0:
            raise HostError(f"systemd does not enable {UNIT}: {answer.err.strip()}")

    def _verdict(self) -> readiness.Verdict | None:
        verdict = None
        if self._needs_restart():
            verdict = readiness.wait(self.host, self._start(), self.request.cap)
        elif self.kept and self.found.service.running and not self.found.ready:
            verdict = _watch(self.host, self.found, self.request.cap)
        if verdict is None or verdict.kind != "dead":
            return verdict
        raise HostError(f"the agent died after its start ({_cause(verdict)}); {self._roll_back()}", verdict.lines)

    def _start(self) -> readiness.Start:
        try:
            return readiness.restart(self.host, self._section(), self.found.section)
        except HostError as error:
            if self.kept is None:
                raise
            self._put_back()
            raise HostError(f"{error}; the previous configuration is in place again") from error

    def _roll_back(self) -> str:
        kept = self.kept
        if kept is None:
            return "its configuration had not changed, so there is none to go back to"
        snapshot.restore(self.host)
        if not kept.running:
            readiness.stop(self.host)
            if not kept.enabled:
                self.host.run(["systemctl", "disable", UNIT])
            snapshot.discard(self.host)
            return "the state before is back: the service is stopped as it was"
        section = self._section()
        verdict = readiness.wait(self.host, readiness.restart(self.host, section, section), ROLLBACK_SECONDS)
        snapshot.discard(self.host)
        lives = "the agent runs with it" if verdict.kind != "dead" else "the agent does not live with it either"
        return f"the previous configuration is back and {lives}"


def _cause(verdict: readiness.Verdict) -> str:
    unit = verdict.service
    return f"state {unit.active_state}/{unit.sub_state}, exit status {unit.exit_status}"
