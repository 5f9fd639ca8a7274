# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's credential profile: files and their names in common-config.toml."""

from __future__ import annotations

import contextlib
import grp
import os
from dataclasses import dataclass, field
from typing import Any

from . import access, common_config, credentials, lock, packages, safe_files, service
from .credentials import Keys
from .errors import HostError
from .layout import BASE
from .system import Host, write_file


@dataclass(frozen=True)
class Request:
    """``profile`` and ``file``: what the agent is to use; ``keys``: what to write there, None when the profile exists already.

    ``user``: agent.run_as_user.
    """

    profile: str
    file: str
    user: str = "root"
    region: str = ""
    keys: Keys | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Outcome:
    """``before`` and ``after`` for a diff; free of secrets.

    ``changed_at``: when it was changed, in seconds since the epoch by the host's clock, None without a change;
    ``invocation_id``: the run of the service afterwards, which may not have read the change yet.
    """

    changed: bool
    before: dict[str, Any]
    after: dict[str, Any]
    changed_at: float | None = None
    invocation_id: str = ""


@dataclass(frozen=True)
class _File:
    """A file as it is to be. ``text`` may be a secret."""

    path: str
    text: str = field(repr=False)
    mode: int = credentials.MODE
    owner: tuple[int, int] = (0, 0)

    def differs(self) -> bool:
        """Whether the one on the host is another."""
        there = safe_files.read_regular(self.path)
        if there is None or there.text != self.text or there.found.st_mode & 0o7777 != self.mode:
            return True
        return os.geteuid() == 0 and (there.found.st_uid, there.found.st_gid) != self.owner


def _refuse(request: Request, installed: bool) -> None:
    if request.keys is None:
        return
    if not request.keys.access_key_id or not request.keys.secret_access_key:
        hint = "set cw_agent_credentials_access_key_id and cw_agent_credentials_secret_access_key"
        raise HostError(f"an access key needs both parts. Hint: {hint}")
    for forbidden, why in (("/root/", "only root can go there"), (BASE + "/", "the agent changes the owner of files there")):
        if request.file.startswith(forbidden):
            raise HostError(
                f"cw_agent_credentials_file {request.file}: not below {forbidden}, {why}. Hint: choose a directory of its own below /etc"
            )
    others = credentials.other_profiles(request.profile, request.file)
    if others:
        raise HostError(
            f"cw_agent_credentials_file {request.file} holds other profiles ({', '.join(others)}) and stays as it is. Hint: name another"
        )
    if installed and not access.user(request.user).exists:
        raise HostError(f"agent.run_as_user {request.user} does not exist on the host. Hint: create the user before")


def _files(host: Host, request: Request) -> list[_File]:
    if request.keys is None:
        return _region(host, request)
    who = access.user(request.user)
    file = host.layout.at(request.file)
    result = [_File(file, credentials.keys_text(request.profile, request.keys), credentials.MODE, (who.uid, who.gid))]
    if request.region:
        beside = os.path.join(os.path.dirname(file), "config")
        result.append(_File(beside, credentials.region_text(request.profile, request.region), 0o644))
    return result


def _region(host: Host, request: Request) -> list[_File]:
    """The region of a profile that is there; nobody but the collection writes one for the keys of the SSM agent."""
    found = credentials.used(host, request.profile, request.file)
    if not found.of_ssm_agent or found.region or not request.region:
        return []
    there = safe_files.read_regular(found.beside)
    text = credentials.with_region(there.text if there else "", found.name, request.region)
    return [_File(found.beside, text, there.found.st_mode & 0o7777 if there else 0o644)]


def _common(host: Host, request: Request) -> tuple[str, str]:
    before = safe_files.read_text(host.layout.common_config)
    values = {"shared_credential_profile": request.profile, "shared_credential_file": request.file}
    return before, common_config.merge(before, "credentials", {name: value for name, value in values.items() if value})


def _shown(host: Host, request: Request, desired: bool) -> dict[str, Any]:
    named = common_config.parse(_common(host, request)[1 if desired else 0]).get("credentials", {})
    shown: dict[str, Any] = {"common-config.toml": {"credentials": named}}
    for one in _files(host, request):
        if desired:
            owner = request.user if one.mode == credentials.MODE else "root"
            shown[one.path] = {"content": "as desired", "mode": f"{one.mode:04o}", "owner": owner}
            continue
        there = safe_files.read_regular(one.path)
        shown[one.path] = there and {
            "content": "as desired" if there.text == one.text else "another",
            "mode": f"{there.found.st_mode & 0o7777:04o}",
            "owner": access.owner(there.found.st_uid),
        }
    return shown


def ensure_profile(host: Host, request: Request, check_mode: bool = False) -> Outcome:
    """Write what differs; the content of keys appears nowhere.

    Raises:
        HostError: the request cannot be fulfilled, the agent is not installed, or the host is read-only.
    """
    installed = os.path.exists(host.layout.program("amazon-cloudwatch-agent-ctl"))
    _refuse(request, installed)
    if not check_mode and not installed:
        raise HostError("the agent is not installed on this host. Hint: run the role cloudwatch.agent.install before")
    with contextlib.nullcontext() if check_mode else lock.held(host):
        before, after = _shown(host, request, False), _shown(host, request, True)
        stale = [one for one in _files(host, request) if one.differs()]
        old, new = _common(host, request)
        changed = bool(stale) or old != new
        if changed:
            packages.require_writable(host)
        if changed and not check_mode:
            _write(host, request, stale, old, new)
        at = round(host.now(), 3) if changed and not check_mode else None
        return Outcome(changed, before, after, at, "" if check_mode else service.read(host).invocation_id)


def _write(host: Host, request: Request, stale: list[_File], old: str, new: str) -> None:
    if old == new:
        # The daemon reads new keys within ten minutes, and sends with the old ones until then. Settings that are newer than its start make
        # the next step start it again; they come first, so that a run that is killed between the two files does not end that.
        rewrite(host.layout.common_config, new)
    for one in stale:
        safe_files.make_directory(os.path.dirname(one.path))
        write_file(one.path, one.text, one.mode, one.owner)
    if old != new:
        rewrite(host.layout.common_config, new)
    _require_readable(host, request)


def rewrite(path: str, text: str) -> None:
    """Replace a file of the agent's."""
    # The agent gives it to its user at every start: owner and mode stay what they are.
    found = os.stat(path, follow_symlinks=False) if os.path.lexists(path) else None
    owner = (found.st_uid, found.st_gid) if found else (0, grp.getgrgid(0).gr_gid)
    write_file(path, text, found.st_mode & 0o7777 if found else 0o644, owner)


def _require_readable(host: Host, request: Request) -> None:
    if not request.file:
        return
    who = access.user(request.user)
    if not access.readable(who, [host.layout.at(request.file)])[0]:
        raise HostError(
            f"{request.user} (agent.run_as_user) can't read the credentials file {request.file}. "
            f"Hint: give the file to {request.user} (mode 0600) in a directory that everybody may enter"
        )
