# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing what the agent reads beside its configuration, so that it lives with it or has what was there before."""

from __future__ import annotations

import contextlib
import os
from typing import NamedTuple

from . import access, lock, packages, readiness, safe_files, service, state
from .errors import HostError
from .profile import rewrite
from .settings import Change, Settings, change_of, in_words, problem, process_of
from .system import Host, write_file


class Outcome(NamedTuple):
    """``differences``: what was, or in check mode would be, done; ``before`` and ``after``: for a diff, without passwords."""

    changed: bool
    differences: list[str]
    before: str
    after: str
    warnings: list[str]


def ensure_settings(host: Host, settings: Settings, health: float = readiness.HEALTH_SECONDS, check_mode: bool = False) -> Outcome:
    """Write what differs. An agent that runs is started anew and watched; where it dies of the settings, those before are back.

    Raises:
        HostError: the CA bundle cannot be used, common-config.toml cannot be changed safely, or the agent died.
    """
    installed = os.path.exists(host.layout.program("amazon-cloudwatch-agent-ctl"))
    if not installed and not check_mode:
        raise HostError("the agent is not installed on this host. Hint: run the role cloudwatch.agent.install before")
    with contextlib.nullcontext() if check_mode else lock.held(host):
        seen = state.read(host)
        change = change_of(host, settings, seen)
        found = in_words(host, settings, change)
        wrong = problem(host, settings, access.user(seen.section.run_as_user))
        if found and wrong:
            hint = "Hint: copy it there, mode 0644, in a task before"
            raise HostError(f"cw_agent_ca_bundle {settings.ca_bundle}: {wrong}; nothing was changed. {hint}")
        outcome = Outcome(bool(found), found, *change.texts, [])
        if not found:
            return outcome
        packages.require_writable(host)
        return outcome if check_mode else outcome._replace(warnings=_apply(host, settings, change, seen, health))


def _write(host: Host, change: Change, back: bool = False) -> None:
    old, new = (1, 0) if back else (0, 1)
    for path, texts in change.rewritten(host).items():
        if texts[0] != texts[1]:
            rewrite(path, texts[new])
    beside = {path: (mode, texts) for path, (mode, texts) in change.written(host).items() if texts[0] != texts[1]}
    for path, (mode, texts) in beside.items():
        if texts[new]:
            safe_files.make_directory(os.path.dirname(path))
            write_file(path, texts[new], mode, (0, 0))
        elif texts[old]:
            os.unlink(path)
    if beside:
        host.run(["systemctl", "daemon-reload"])


def _apply(host: Host, settings: Settings, change: Change, seen: state.State, health: float) -> list[str]:
    """Write, and where the agent runs, let it read; returns warnings."""
    _write(host, change)
    if not seen.service.running:
        return []
    needs_restart = change.needs_restart(host)
    warnings = _restarted(host, change, seen, health) if needs_restart else []
    process = process_of(host, settings, state.read(host) if needs_restart else seen)
    if process and process.levels[0] != process.levels[1]:
        from . import environment  # noqa: PLC0415

        environment.set_level(host, process.levels[1])
    return warnings


def _restarted(host: Host, change: Change, seen: state.State, health: float) -> list[str]:
    verdict = readiness.restarted(host, seen.section, health)
    if verdict.kind == "dead":
        _write(host, change, back=True)
        back = readiness.restarted(host, seen.section, health)
        lives = "the agent runs" if back.kind != "dead" else f"the agent does not live with them either ({service.read(host).ending})"
        raise HostError(f"the agent died with these settings ({verdict.cause}); the settings before are back and {lives}", verdict.lines)
    return [] if verdict.kind == "ready" else [readiness.UNSURE]
