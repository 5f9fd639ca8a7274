# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's active configuration := the desired sources, or everything stays as it was."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field, replace
from typing import Any

from . import configurations, ctl, lock, logs, manifest, readiness, rollback, safe_files, snapshot, state, unmanaged
from .configurations import Source
from .errors import HostError, RolledBackError
from .layout import UNIT
from .system import Host

LOCK_SECONDS = 120.0
CAUSES = ("death", "not_ready")


@dataclass(frozen=True)
class Request:
    """``sources`` None: the active ones stay. ``start``: the service is to run and to be enabled; else one that is stopped stays so.

    ``cap``: seconds to wait for the daemon's readiness; ``health``: seconds that it has to live after it; ``rollback_on``: of CAUSES;
    ``refuse_unmanaged``: other people's files stop the change.
    """

    sources: list[Source] | None
    mode: str = "ec2"
    start: bool = True
    cap: float = 60.0
    health: float = readiness.HEALTH_SECONDS
    rollback_on: tuple[str, ...] = CAUSES
    refuse_unmanaged: bool = False


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


def resolve(host: Host, source: Source, mode: str, installed: bool) -> Source:
    """The source with its digest, and its content as far as that can be known without asking twice."""
    if source.content:
        actual = configurations.digest(source.content)
        if source.digest and source.digest != actual:
            raise HostError(f"{source.location}: content and digest disagree (digest {source.digest[:12]}, content {actual[:12]})")
        return replace(source, digest=actual)
    if source.digest:
        return source
    scheme, _colon, path = source.location.partition(":")
    if scheme == "file":
        content = safe_files.read_text(host.layout.at(path))
        if not content:
            raise HostError(f"{source.location}: the file is missing or empty on the host")
    else:
        content = ctl.download(host, source.location, mode) if installed else ""
    return replace(source, content=content, digest=configurations.digest(content) if content else "")


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


def _require_installed(host: Host, check_mode: bool) -> bool:
    installed = os.path.exists(host.layout.program("amazon-cloudwatch-agent-ctl"))
    if not installed and not check_mode:
        raise HostError("the agent is not installed on this host: run the role cloudwatch.agent.install before")
    return installed


def _refuse_obstacles(host: Host, request: Request, found: state.State) -> None:
    """What would stop the change half-way, found before it begins."""
    if found.service.masked and (request.start or found.service.running):
        raise HostError(
            f"the service {UNIT} is masked on this host, so systemd does not start it; nothing was changed. Hint: systemctl unmask {UNIT} "
            "(where that leaves no unit file, reinstall the agent's package), or leave the host out"
        )
    with contextlib.suppress(FileNotFoundError):
        if os.statvfs(host.layout.etc).f_flag & os.ST_RDONLY:
            raise HostError(
                f"the file system of {host.layout.etc} is mounted read-only; nothing was changed. "
                "Hint: find out why (dmesg, /etc/fstab), mount it read-write, then run again"
            )
    if request.sources:
        # The control program writes it as root.
        safe_files.require_regular(host.layout.validation_log)
    others = [one.file for one in state.to_remove(found, request.sources)]
    if others and request.refuse_unmanaged:
        raise HostError(
            f"{host.layout.directory} holds what this collection has not written: {', '.join(others)}; "
            "nothing was changed (unmanaged: refuse). Hint: bring what is needed of it into the inventory and remove it, "
            "or set cw_agent_unmanaged: adopt, which keeps a copy"
        )


def ensure_configuration(host: Host, request: Request, check_mode: bool = False) -> Outcome:
    """Converge. In check mode nothing is written and nothing asked of AWS but what is not known otherwise."""
    _refuse_nonsense(request)
    installed = _require_installed(host, check_mode)
    with contextlib.nullcontext() if check_mode else lock.held(host, LOCK_SECONDS):
        if request.sources is not None:
            request = replace(request, sources=[resolve(host, source, request.mode, installed) for source in request.sources])
        found = state.read(host)
        differences = state.differences(found, request.sources, keep_stopped=not request.start)
        outcome = Outcome(bool(differences), _before(found), _after(found, request), differences, _interrupted(host, found))
        if not differences:
            return outcome if check_mode else _await_running(host, found, request, outcome)
        _refuse_obstacles(host, request, found)
        if check_mode:
            return _predicted(host, found, request, outcome, installed)
        return _Change(host, request, found).run(outcome)


def _interrupted(host: Host, found: state.State) -> list[str]:
    earlier = snapshot.pending(host) if found.interrupted else None
    if earlier is None:
        return []
    return [
        f"an earlier run was killed in the middle of a change of this host's configuration (begun {earlier.moment}; "
        '"No start of json char found" may be all that it said); this run finishes it'
    ]


def _predicted(host: Host, found: state.State, request: Request, outcome: Outcome, installed: bool) -> Outcome:
    """Check mode: the installed agent says already now whether it would take the configuration."""
    sources = request.sources or []
    replaces = bool(sources) and not configurations.matches(found.configurations, sources)
    if installed and replaces and all(source.content for source in sources) and ctl.can_validate(host, request.mode):
        ctl.validate(host, sources, request.mode)
    outcome = replace(outcome, revertible=replaces and found.ready)
    others = {one.file: "" for one in state.to_remove(found, request.sources)}
    if not others:
        return outcome
    told = f"not written by this collection: {', '.join(others)}; would be removed, with a copy below {host.layout.unmanaged_copies}"
    return replace(outcome, warnings=[*outcome.warnings, told], unmanaged=others)


def _await_running(host: Host, found: state.State, request: Request, outcome: Outcome) -> Outcome:
    """Nothing differs; but a daemon that started a moment ago, after an upgrade say, has yet to show that it lives."""
    if request.sources:
        manifest.record(host, {source.file: source.digest for source in request.sources})
    if found.ready or not found.service.running:
        return outcome
    verdict = _watch(host, found, request)
    if verdict.kind == "dead":
        raise HostError(f"the agent started and died with its present configuration ({verdict.cause}){_way_back(host)}", verdict.lines)
    return _warned(outcome, verdict, request)


def _way_back(host: Host) -> str:
    earlier = snapshot.retained(host)
    if earlier is None or not earlier.worked:
        return ""
    return f"; the configuration before the change of {earlier.moment} is retained: cw_agent_config with state: restored brings it back"


def _watch(host: Host, found: state.State, request: Request) -> readiness.Verdict:
    """Watch a start that somebody else has asked for."""
    file = logs.path(host.layout, found.section)
    return readiness.wait(host, readiness.Start(found.section, file, since=found.service.started_at), request.cap, request.health)


def _warned(outcome: Outcome, verdict: readiness.Verdict, request: Request) -> Outcome:
    if verdict.kind == "ready":
        return outcome
    told = f"the agent runs but has not said within {request.cap:g} s that it is ready"
    shown = f"; its log: {' | '.join(verdict.lines[-3:])}" if verdict.lines else ""
    return replace(outcome, warnings=[*outcome.warnings, told + shown])


class _Change:
    """One change, from the first download to the daemon's word."""

    def __init__(self, host: Host, request: Request, found: state.State) -> None:
        self.host = host
        self.request = request
        self.found = found
        self.earlier: snapshot.Snapshot | None = snapshot.pending(host)
        self.sources = request.sources if request.sources and not configurations.matches(found.configurations, request.sources) else None

    def run(self, outcome: Outcome) -> Outcome:
        if self.sources:
            self.sources = [fetch(self.host, source, self.request.mode) for source in self.sources]
            ctl.validate(self.host, self.sources, self.request.mode)
        if self.sources or state.to_remove(self.found, self.request.sources):
            outcome = self._replace_files(outcome)
        else:
            snapshot.remove_stale(self.host)
        verdict = self._verdict()
        if verdict:
            outcome = _warned(outcome, verdict, self.request)
        if self.request.start and not self.found.service.enabled:
            self._enable()
        self._close()
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
        copies = unmanaged.retain(self.host, others) if others else {}
        self.earlier = snapshot.take(self.host, self.found.service, worked, manifest.applied(self.host), applying)
        self._apply(self.sources, self.earlier)
        if copies:
            outcome = replace(outcome, unmanaged=copies, warnings=[*outcome.warnings, unmanaged.warning(copies)])
        if self.sources:
            outcome = replace(outcome, after=_after(self.found, replace(self.request, sources=self.sources)))
        return outcome

    def _apply(self, sources: list[Source] | None, earlier: snapshot.Snapshot) -> None:
        try:
            unmanaged.remove_directories(self.host)
            if sources:
                ctl.activate(self.host, sources, self.request.mode)
            else:
                snapshot.remove_stale(self.host)
        except (HostError, OSError) as error:
            told = self._put_back(earlier)
            lines = error.log if isinstance(error, HostError) else []
            raise RolledBackError(f"{error}; {told}, the daemon was not touched", lines) from error

    def _put_back(self, earlier: snapshot.Snapshot) -> str:
        try:
            rollback.files(self.host, earlier)
        except (HostError, OSError) as error:
            return f"the previous configuration could not be put back ({error}) and is safe in {self.host.layout.transaction}: run again"
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
        verdict = None
        if self._needs_restart():
            verdict = readiness.wait(self.host, self._start(), self.request.cap, self.request.health)
        elif self.earlier and self.found.service.running and not self.found.ready:
            verdict = _watch(self.host, self.found, self.request)
        if verdict is None or verdict.kind == "ready":
            return verdict
        if verdict.kind == "dead":
            self._fail("death", f"the agent died after its start ({verdict.cause})", verdict)
        # An agent with agent.quiet says nothing at all.
        elif self.earlier and self.earlier.worked and not rollback.section(self.host).quiet and "not_ready" in self.request.rollback_on:
            self._fail("not_ready", f"the agent runs but was not ready within {self.request.cap:g} s", verdict)
        return verdict

    def _fail(self, cause: str, what: str, verdict: readiness.Verdict) -> None:
        if self.earlier is None:
            told = "its configuration had not changed, so there is none to go back to"
            raise HostError(f"{what}; {told}{_way_back(self.host)}", verdict.lines)
        if cause not in self.request.rollback_on:
            self._close()
            raise HostError(f"{what}; the new configuration stays, for rollback_on has no {cause}{_way_back(self.host)}", verdict.lines)
        done, told = rollback.attempt(self.host, self.earlier, rollback.section(self.host))
        hint = f". Hint: to keep the new one, take {cause} out of cw_agent_rollback_on"
        if cause == "not_ready":
            hint += ", or wait longer (cw_agent_service_ready_timeout)"
        raise (RolledBackError if done else HostError)(f"{what}; {told}{hint if done else ''}", verdict.lines)

    def _start(self) -> readiness.Start:
        try:
            return readiness.restart(self.host, rollback.section(self.host), self.found.section)
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


def restore_previous(host: Host, request: Request, check_mode: bool = False) -> Outcome:
    """Bring back the configuration that the last change has replaced, where it worked; nothing happens where there is none."""
    _require_installed(host, check_mode=False)
    with contextlib.nullcontext() if check_mode else lock.held(host, LOCK_SECONDS):
        found = state.read(host)
        pending = snapshot.pending(host)
        earlier = pending or snapshot.retained(host)
        before = _before(found)
        if earlier is None or not earlier.worked:
            told = "there is none" if earlier is None else "the agent did not work before the last change either"
            return Outcome(False, before, before, warnings=[f"no configuration was restored: {told}"])
        active = {one.digest for one in found.configurations}
        now = ", ".join(one.file for one in found.configurations) or "none"
        if earlier.applying and pending is None and active != set(earlier.applying.values()):
            raise HostError(
                f"the active configuration ({now}) is not the one that the last change ({earlier.moment}) has applied "
                f"({', '.join(earlier.applying)}): somebody has changed it since, so nothing was restored"
            )
        _refuse_obstacles(host, replace(request, sources=None), found)
        names = snapshot.files(host)
        after = _shown(dict.fromkeys(names, ""), earlier.running, earlier.enabled or found.service.enabled)
        outcome = Outcome(
            True, before, after, [f"configuration: {now} → {', '.join(names)} (as before {earlier.moment})"], rolled_back=True
        )
        if check_mode:
            return outcome
        return _restore(host, found, earlier, pending is not None, outcome)


def _restore(host: Host, found: state.State, earlier: snapshot.Snapshot, is_pending: bool, outcome: Outcome) -> Outcome:
    safe_files.claim(host.layout.etc)
    safe_files.claim(host.layout.directory)
    if not is_pending:
        snapshot.recall(host)
    done, told = rollback.attempt(host, earlier, found.section)
    if not done:
        raise HostError(f"the previous configuration was asked for; {told}")
    back = state.read(host)
    if not back.service.running:
        raise RolledBackError(told, back.errors)
    return replace(outcome, after=_before(back))
