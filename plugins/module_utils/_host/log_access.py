# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to the configured log files for the agent's user: given, recorded, and taken back when it is no longer wanted."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import NamedTuple

from . import access, lock, log_grants, log_needs, readiness, service, state
from .access import User
from .errors import HostError
from .log_needs import GROUP, Grant, Needs
from .system import Host, read_text

CHOICES = ("check", "group", "acl", "none")


class Request(NamedTuple):
    """``how``: of CHOICES; ``files``: paths and globs; ``journald``: whether the journal is read as well."""

    how: str = "check"
    user: str = "root"
    files: tuple[str, ...] = ()
    journald: bool = False

    @property
    def gives(self) -> bool:
        """Whether access is to be given."""
        return self.how in ("group", "acl") and self.user != "root"


class Comparison(NamedTuple):
    """``granted``: what was given before, to ``holder``; ``outdated``: what the running agent has not noticed, in words."""

    user: str
    holder: str
    granted: list[Grant]
    give: list[Grant]
    take: list[Grant]
    wanted: list[Grant]
    problems: list[dict[str, str]]
    outdated: list[str]

    @property
    def differences(self) -> list[str]:
        """What differs, in words."""
        given = [f"log access: {one.text(self.user)} → given" for one in self.give]
        taken = [f"log access: {one.text(self.holder)} → taken back" for one in self.take]
        return given + taken + [f"log access: {text}" for text in self.outdated]


class Outcome(NamedTuple):
    """``differences``: what was, or in check mode would be, done; ``files``: as they are afterwards, where something was."""

    differences: list[str]
    warnings: list[str]
    files: list[access.ObservedFile]


def _without(who: User, groups: set[str]) -> User:
    kept = tuple(gid for gid in who.groups if gid == who.gid or not log_needs.names((gid,)) & groups)
    return who._replace(groups=kept)


def _needs(host: Host, request: Request, who: User, before: list[Grant]) -> Needs:
    if not request.gives:
        return Needs([], [])
    own = _without(who, {one.name for one in before if one.kind == GROUP})
    if request.how == "group":
        found = log_needs.by_groups(host.layout, request.files, own, before)
    else:
        found = log_needs.by_lists(host.layout, request.files, own, before)
    if request.journald:
        more = log_needs.journal(own, log_needs.names((*own.groups, own.gid)))
        found = Needs(list(dict.fromkeys(found.grants + more.grants)), found.problems + more.problems)
    return found


def compare(host: Host, request: Request) -> Comparison:
    """What the user has been given beside what it needs; changes nothing."""
    holder, before = log_grants.granted(host)
    who = access.user(request.user)
    needs = _needs(host, request, who, before if holder == request.user else [])
    needed, had = {one.target for one in needs.grants}, {one.target: one.rights for one in before if holder == request.user}
    take = [one for one in before if one.target not in had or one.target not in needed] if request.how != "none" else []
    give = [one for one in needs.grants if not log_needs.effective(one, who) or had.get(one.target, one.rights) != one.rights]
    problems = needs.problems + _tools(give + take)
    return Comparison(request.user, holder, before, give, take, needs.grants, problems, _outdated(host, who, needs.grants, take))


def _tools(changes: list[Grant]) -> list[dict[str, str]]:
    if all(one.kind == GROUP for one in changes) or shutil.which("setfacl"):
        return []
    hint = "install the package acl on the host, or set cw_agent_log_access: group"
    return [{"what": "the host has no setfacl", "value": "cw_agent_log_access: acl", "hint": hint}]


def _outdated(host: Host, who: User, wanted: list[Grant], take: list[Grant]) -> list[str]:
    """How the groups of the running agent differ: it has those that its user had when it was started."""
    groups = {one.name for one in wanted if one.kind == GROUP}
    unwanted = {one.name for one in take if one.kind == GROUP} - groups
    if not who.exists or not groups | unwanted:
        return []
    status = read_text(host.layout.at(f"/proc/{service.read(host).main_pid}/status"))
    rows = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if str(who.uid) not in rows.get("Uid", "").split():
        return []
    held = log_needs.names(map(int, rows.get("Groups", "").split()))
    return [f"the running agent is without group {name} → started anew" for name in sorted(groups - held)] + [
        f"the running agent is in group {name} → started anew" for name in sorted(unwanted & held)
    ]


def ensure_log_access(host: Host, request: Request, health: float = readiness.HEALTH_SECONDS, check_mode: bool = False) -> Outcome:
    """Give what is needed and take back what is not. An agent that runs with other groups is started anew and watched.

    Raises:
        HostError: a file cannot be opened to the user in this way (nothing was changed then), a program failed (what was given in this
            run is taken back), or the agent died.
    """
    with contextlib.nullcontext() if check_mode else lock.held(host):
        seen = compare(host, request)
        if seen.problems:
            shown = "; ".join(f"{one['what']} ({one['value']}). Hint: {one['hint']}" for one in seen.problems)
            raise HostError(f"cw_agent_log_access {request.how}: {shown}. Nothing was changed")
        found = seen.differences
        if check_mode or not found:
            return Outcome(found, [], [])
        log_grants.change(host, seen.holder, seen.granted, seen.take, request.user, seen.give)
        _require_readable(host, request)
        groups = [one for one in seen.give + seen.take if one.kind == GROUP]
        warnings = _restart(host, health) if groups or seen.outdated else []
        who, started_at = access.user(request.user), service.read(host).started_at
        return Outcome(found, warnings, access.observe_files(host.layout, list(request.files), who, started_at))


def _require_readable(host: Host, request: Request) -> None:
    if not request.gives:
        return
    files = [path for pattern in request.files for path in log_needs.matching(host.layout, pattern)]
    closed = [path for path, open_ in zip(files, access.readable(access.user(request.user), files)) if not open_ and os.path.exists(path)]
    if closed:
        raise HostError(f"{request.user} still can't read {', '.join(closed)}. Hint: look at the path with namei -l and getfacl")


def _restart(host: Host, health: float) -> list[str]:
    seen = state.read(host)
    if not seen.service.running:
        return []
    verdict = readiness.restarted(host, seen.section, health)
    if verdict.kind == "dead":
        hint = "Hint: remove the cause that its lines name and run again; the access stays as it is now"
        raise HostError(f"the agent died when it was started anew with other groups ({verdict.cause}). {hint}", verdict.lines)
    return [] if verdict.kind == "ready" else [readiness.UNSURE]
