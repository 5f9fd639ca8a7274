# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about a host that later stages ask for, observed at once."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from . import access, credential_sources, credentials, identity, leftovers, packages, service, settings, state
from .configurations import Source
from .errors import HostError
from .layout import AWSLOGS
from .settings import Settings
from .system import Host, read_text


class DesiredCredentials(NamedTuple):
    """``digest``: that of the keys which the run brings itself ('' = it brings none)."""

    profile: str = ""
    file: str = ""
    digest: str = ""

    @property
    def named(self) -> bool:
        """Whether the inventory says anything of it."""
        return bool(self.profile or self.file or self.digest)


@dataclass(frozen=True)
class Desired:
    """What the inventory says of the host. '' and None: nothing is said, nothing is compared.

    ``purge``: the agent is to be absent, with these of its files (``leftovers.PURGES``); ``credential_sources``: those that may win over
    the role of the instance; ``identity_check``: ``changed``, ``always`` or ``never``, when STS is asked as whom the agent calls AWS.
    ``repository``: its package is the distribution's own.
    """

    sources: list[Source] | None = None
    build: str = ""
    mode: str = ""
    region: str = ""
    account: str = ""
    credentials: DesiredCredentials = field(default_factory=DesiredCredentials)
    files: list[str] = field(default_factory=list)
    run_as_user: str = ""
    install: bool = False
    invocation_id: str = ""
    purge: list[str] | None = None
    settings: Settings = field(default_factory=Settings)
    log_access: str = "check"
    journald: bool = False
    create_user: bool = False
    requirements: list[dict[str, str]] = field(default_factory=list)
    credential_sources: list[str] = field(default_factory=list)
    identity_check: str = "changed"
    repository: bool = False


class Repository(NamedTuple):
    """``present``: version and release of the package that is installed; ``build``: those that are to be; '' for none.

    ``problem``: why the distribution's own repository cannot give it, and ``hint``.
    """

    present: str = ""
    build: str = ""
    problem: str = ""


class LogAccess(NamedTuple):
    """``differences``: what is to be given or taken back, in words; ``problems``: what, value and hint of what cannot be given.

    ``warnings``: what will be closed, where access is only looked at.
    """

    differences: list[str]
    problems: list[dict[str, str]]
    warnings: list[str]


class NoMetadata(NamedTuple):
    """Why there is no identity, and what to do about it."""

    reason: str = ""
    hint: str = ""


class SharedFiles(NamedTuple):
    """``paths``: configured log files that awslogs reads at the same time; ``unknown``: why that cannot be said, '' where it can."""

    paths: tuple[str, ...] = ()
    unknown: str = ""


class Observation(NamedTuple):
    """What was seen. ``no_metadata``: why there is no identity; ``read_only``: directories of the agent on read-only file systems;

    ``leftovers``: what of an agent that is to be absent is there; ``settings``: what of the desired ones differs, ``ca_bundle``: what is
    wrong with it; ``log_access``: what its user is to be given;
    ``requirements``: those of the configuration, and whether each is ``met``; ``credential_sources``: those that win over the role;
    ``repository``: what the distribution's own has; ``shared_files``: those that awslogs reads as well.
    """

    package: packages.Package
    state: state.State
    profile: credentials.Profile
    common: credentials.Profile
    identity: identity.Identity | None
    no_metadata: NoMetadata
    hostname: str
    user: access.User
    profile_readable: bool
    files: list[access.ObservedFile]
    mounts: list[dict[str, str]]
    read_only: list[str]
    utc_offset: int
    local_address: str
    clock: float
    leftovers: list[str]
    settings: list[str]
    ca_bundle: str
    log_access: LogAccess
    requirements: list[dict[str, Any]]
    credential_sources: list[credential_sources.Found]
    repository: Repository
    shared_files: SharedFiles


def _profile(host: Host, desired: DesiredCredentials) -> credentials.Profile:
    name = desired.profile or (credentials.DEFAULT_PROFILE if desired.named else "")
    return credentials.used(host, name, credentials.file_of(name, desired.file, bool(desired.digest)))


def _mounts(host: Host) -> list[dict[str, str]]:
    rows = [line.split() for line in read_text(host.layout.at("/proc/self/mounts")).splitlines()]
    found = [{"device": row[0].rpartition("/dev/")[2], "path": row[1], "fstype": row[2]} for row in rows if len(row) >= 3]
    return [one for one in found if _holds_data(one)]


def _holds_data(mount: dict[str, str]) -> bool:
    # A file server that is gone would block the question.
    if mount["fstype"].startswith(("nfs", "cifs", "smb", "fuse.")):
        return True
    try:
        return os.statvfs(mount["path"]).f_blocks > 0
    except OSError:
        return False


def observe(host: Host, desired: Desired, using: identity.Ask | None = None) -> Observation:
    """Observe the host; changes nothing and asks nobody but the metadata service."""
    found = state.read(host)
    package = packages.installed(host, packages.distribution(host).format)
    profile = _profile(host, desired.credentials)
    who = access.user(desired.run_as_user or found.section.run_as_user)
    environment = service.environment(host, found.service.main_pid)
    metadata, no_metadata = None, NoMetadata()
    try:
        metadata = identity.read(host, desired.mode == "ec2", using or identity.Connection())
    except identity.NoMetadataError as error:
        no_metadata = NoMetadata(str(error), error.hint)
    return Observation(
        package=package,
        state=found,
        profile=profile,
        common=credentials.named(host),
        identity=metadata,
        no_metadata=no_metadata,
        hostname=socket.gethostname(),
        user=who,
        profile_readable=access.readable(who, [profile.file])[0] if profile.exists else False,
        files=access.observe_files(host.layout, desired.files, who, found.service.started_at),
        mounts=_mounts(host),
        read_only=packages.read_only(host),
        utc_offset=identity.utc_offset(host, environment.get("TZ")),
        local_address=identity.local_address(),
        clock=round(host.now(), 3),
        leftovers=[] if desired.purge is None else leftovers.found(host, desired.purge),
        settings=settings.differences(host, desired.settings, found),
        ca_bundle=settings.problem(host, desired.settings, who),
        log_access=_log_access(host, desired, who),
        requirements=[{**one, "met": access.present(host.layout, who, one["name"])} for one in desired.requirements],
        credential_sources=credential_sources.found(host, {*found.service.environment, *environment}),
        repository=_repository(host, desired, package) if desired.repository and desired.purge is None else Repository(),
        shared_files=_shared_files(host, desired),
    )


def _shared_files(host: Host, desired: Desired) -> SharedFiles:
    if desired.purge is not None or not desired.files or not any(os.path.exists(host.layout.at(place)) for place in AWSLOGS):
        return SharedFiles()
    from . import awslogs  # noqa: PLC0415

    try:
        return SharedFiles(tuple(awslogs.shared(host, desired.files)))
    except HostError as error:
        return SharedFiles(unknown=str(error))


def _repository(host: Host, desired: Desired, package: packages.Package) -> Repository:
    # As above: few have their package from there.
    from . import repository  # noqa: PLC0415

    problem = repository.problem(host)
    present = repository.recorded(host) if package.installed and not problem else ""
    if problem or not package.installed or not desired.build or repository.is_build(desired.build, present):
        return Repository(present, "", problem)
    if desired.build != packages.LATEST:
        return Repository(present, desired.build)
    try:
        newest = repository.offered(host)[-1]
    except HostError as error:
        return Repository(present, "", str(error))
    return Repository(present, "" if newest == present else newest)


def _log_access(host: Host, desired: Desired, who: access.User) -> LogAccess:
    how = "none" if desired.purge is not None else desired.log_access
    warnings = _closing(host, desired, who) if how == "check" and who.exists and who.uid else []
    if how not in ("group", "acl") and not os.path.exists(host.layout.log_access):
        return LogAccess([], [], warnings)
    # A module's code is compiled anew on every host in every run: what few need, only those pay for.
    from . import log_access  # noqa: PLC0415

    seen = log_access.compare(host, log_access.Request(how, who.name, tuple(desired.files), desired.journald))
    return LogAccess(seen.differences, seen.problems, warnings)


def _closing(host: Host, desired: Desired, who: access.User) -> list[str]:
    from . import log_needs  # noqa: PLC0415

    return log_needs.until_rotation(host.layout, desired.files, who)


def observed_mode(seen: Observation) -> str:
    """The mode in which the service starts: the agent finds it out by itself then, whatever mode it was configured in."""
    return "onPremise" if seen.identity is None or seen.common.name or seen.common.file else "ec2"


def _service_result(seen: Observation, invocation_id: str) -> dict[str, Any]:
    unit = seen.state.service
    return {
        "active_state": unit.active_state,
        "sub_state": unit.sub_state,
        "enabled": unit.enabled,
        "invocation_id": unit.invocation_id,
        "started_at": unit.started_at,
        "main_pid": unit.main_pid,
        "restarts": unit.restarts,
        "masked": unit.masked,
        "died": unit.died(invocation_id),
    }


def result(seen: Observation, desired: Desired) -> dict[str, Any]:
    """The observation for a module's result."""
    mode = observed_mode(seen)
    who = (seen.identity or identity.Identity("", ""))._asdict()
    on_ec2 = (desired.mode or mode) == "ec2" and seen.identity is not None
    return {
        "package": seen.package._asdict(),
        "service": _service_result(seen, desired.invocation_id),
        "configurations": [{"file": one.file, "digest": one.digest, "size": one.size} for one in seen.state.configurations],
        "stale_files": seen.state.stale,
        "unmanaged": [one.file for one in seen.state.unmanaged],
        "common_config": {"profile": seen.common.name, "file": seen.common.file},
        "mode": mode,
        "identity": who,
        "region": seen.identity.region if seen.identity and mode == "ec2" else seen.profile.region,
        "hostname": seen.hostname,
        "ip_address": (who["private_ip"] if on_ec2 else "") or seen.local_address,
        "run_as_user": seen.user.name,
        "files": [one._asdict() for one in seen.files],
        "requirements": seen.requirements,
        "mounts": seen.mounts,
        "log_stream_default": who["instance_id"] if on_ec2 else seen.hostname,
        "errors": seen.state.errors,
        "ready": seen.state.ready,
        "clock": seen.clock,
        "utc_offset": seen.utc_offset,
    }
