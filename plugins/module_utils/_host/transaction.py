# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's active configuration := the desired sources, or everything stays as it was."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace

from . import configurations, ctl, lock, manifest, rollback, safe_files, snapshot, state, unmanaged
from .change import CAUSES, Change, Outcome, Request, describe, planned, present, warned, watch, way_back
from .configurations import Source
from .errors import HostError, RolledBackError
from .layout import UNIT
from .system import Host

__all__ = ["CAUSES", "Outcome", "Request", "ensure_configuration", "restore_previous"]


def resolve(host: Host, source: Source, mode: str, installed: bool) -> Source:
    """The source with its digest, and its content as far as that can be known without asking twice.

    Raises:
        HostError: content and digest disagree, or the file is missing or empty.
    """
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
        raise HostError("the agent is not installed on this host. Hint: run the role cloudwatch.agent.install before")
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
    if others and request.unmanaged == "refuse":
        raise HostError(
            f"{host.layout.directory} holds what this collection has not written: {', '.join(others)}; "
            "nothing was changed (unmanaged: refuse). Hint: bring what is needed of it into the inventory and remove it, "
            f"or set cw_agent_unmanaged: adopt, which keeps a copy{unmanaged.recurring(others)}"
        )


def ensure_configuration(host: Host, request: Request, check_mode: bool = False) -> Outcome:
    """Converge. In check mode nothing is written and nothing asked of AWS but what is not known otherwise."""
    _refuse_nonsense(request)
    installed = _require_installed(host, check_mode)
    with contextlib.nullcontext() if check_mode else lock.held(host):
        if request.sources is not None:
            request = replace(request, sources=[resolve(host, source, request.mode, installed) for source in request.sources])
        found = state.read(host)
        differences = state.differences(found, request.sources, keep_stopped=not request.start)
        outcome = Outcome(bool(differences), present(found), planned(found, request), differences, _interrupted(host, found))
        if not differences:
            return outcome if check_mode else _await_running(host, found, request, outcome)
        _refuse_obstacles(host, request, found)
        if check_mode:
            return _predicted(host, found, request, outcome, installed)
        return Change(host, request, found).run(outcome)


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
    kept = f"with a copy below {host.layout.unmanaged_copies}" if request.unmanaged == "adopt" else "without a copy"
    text = f"not written by this collection: {', '.join(others)}; would be removed, {kept}{unmanaged.recurring(others)}"
    return replace(outcome, warnings=[*outcome.warnings, text], unmanaged=others)


def _await_running(host: Host, found: state.State, request: Request, outcome: Outcome) -> Outcome:
    """Nothing differs; but a daemon that started a moment ago, after an upgrade say, has yet to show that it lives."""
    if request.sources:
        manifest.record(host, {source.file: source.digest for source in request.sources})
    if found.ready or not found.service.running:
        return outcome
    verdict = watch(host, found, request)
    if verdict.kind == "dead":
        raise HostError(f"the agent started and died with its present configuration ({verdict.cause}){way_back(host)}", verdict.lines)
    return warned(outcome, verdict, request)


def restore_previous(host: Host, request: Request, check_mode: bool = False) -> Outcome:
    """Bring back the configuration that the last change has replaced, where it worked; nothing happens where there is none.

    Nor where the request has sources, which the caller has applied, and others are active by now: the last change is somebody else's then.
    """
    _require_installed(host, check_mode=False)
    with contextlib.nullcontext() if check_mode else lock.held(host):
        found = state.read(host)
        pending = snapshot.pending(host)
        earlier = pending or snapshot.retained(host)
        before = present(found)
        if earlier is None or not earlier.worked:
            why = "there is none" if earlier is None else "the agent did not work before the last change either"
            return Outcome(False, before, before, warnings=[f"no configuration was restored: {why}"])
        active = {one.digest for one in found.configurations}
        now = ", ".join(one.file for one in found.configurations) or "none"
        if request.sources and pending is None and not configurations.matches(found.configurations, request.sources):
            why = f"{now} is active by now, which somebody else has applied since"
            return Outcome(False, before, before, warnings=[f"no configuration was restored: {why}"])
        if earlier.applying and pending is None and active != set(earlier.applying.values()):
            raise HostError(
                f"the active configuration ({now}) is not the one that the last change ({earlier.moment}) has applied "
                f"({', '.join(earlier.applying)}): somebody has changed it since, so nothing was restored"
            )
        _refuse_obstacles(host, replace(request, sources=None, start=True), found)
        names = snapshot.files(host)
        after = describe(dict.fromkeys(names, ""), earlier.running, earlier.enabled or found.service.enabled)
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
    done, result = rollback.attempt(host, earlier, found.section)
    if not done:
        raise HostError(f"the previous configuration was asked for; {result}")
    back = state.read(host)
    if not back.service.running:
        raise RolledBackError(result, back.errors)
    return replace(outcome, after=present(back))
