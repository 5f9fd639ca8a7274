# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything about a host that later stages ask for, in one look, and what it takes to make it as wanted."""

from __future__ import annotations

import os
import socket
from dataclasses import asdict, dataclass, field
from typing import Any

from . import access, credentials, identity, packages, state
from .configurations import Source
from .system import Host, read_text

CREATED_BY_PACKAGE = "cwagent"


@dataclass(frozen=True)
class WantedCredentials:
    """``digest``: that of the keys which the run brings itself ('' = it brings none)."""

    profile: str = ""
    file: str = ""
    digest: str = ""

    @property
    def named(self) -> bool:
        """Whether anything is wanted at all."""
        return bool(self.profile or self.file or self.digest)


@dataclass(frozen=True)
class Wanted:
    """What the inventory says of the host. '' and None: nothing is said, nothing is compared."""

    sources: list[Source] | None = None
    build: str = ""
    mode: str = ""
    region: str = ""
    credentials: WantedCredentials = field(default_factory=WantedCredentials)
    files: list[str] = field(default_factory=list)
    run_as_user: str = ""
    install: bool = False


@dataclass(frozen=True)
class Observation:
    """What was seen. ``no_metadata``: why there is no identity."""

    package: packages.Package
    state: state.State
    profile: credentials.Profile
    common: credentials.Profile
    identity: identity.Identity | None
    no_metadata: str
    hostname: str
    user: access.User
    profile_readable: bool
    files: list[access.ObservedFile]
    mounts: list[dict[str, str]]
    clock: float


def _profile(host: Host, wanted: WantedCredentials) -> credentials.Profile:
    name = wanted.profile or (credentials.DEFAULT_PROFILE if wanted.named else "")
    return credentials.used(host, name, wanted.file or (credentials.DEFAULT_FILE if wanted.digest else ""))


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


def observe(host: Host, wanted: Wanted, using: identity.Ask = identity.ask) -> Observation:
    """Look at the host; changes nothing and asks nobody but the metadata service."""
    found = state.read(host)
    profile = _profile(host, wanted.credentials)
    who = access.user(wanted.run_as_user or found.section.run_as_user)
    metadata, reason = None, ""
    try:
        metadata = identity.read(host, wanted.mode == "ec2", using)
    except identity.NoMetadataError as error:
        reason = str(error)
    return Observation(
        package=packages.installed(host, packages.platform(host).format),
        state=found,
        profile=profile,
        common=credentials.named(host),
        identity=metadata,
        no_metadata=reason,
        hostname=socket.gethostname(),
        user=who,
        profile_readable=access.readable(who, [profile.file])[0] if profile.exists else False,
        files=access.observe_files(host.layout, wanted.files, who, found.service.started_at),
        mounts=_mounts(host),
        clock=round(host.now(), 3),
    )


def observed_mode(seen: Observation) -> str:
    """The mode in which the service starts: the agent looks by itself then, whatever it was told before."""
    return "onPremise" if seen.identity is None or seen.common.name or seen.common.file else "ec2"


def differences(seen: Observation, wanted: Wanted) -> list[str]:
    """What converging will change, in words."""
    told = []
    if not seen.package.installed and (wanted.install or wanted.sources):
        told.append(f"package: not installed → {wanted.build or 'the latest build of the mirror'}")
    elif wanted.build and seen.package.build != wanted.build:
        told.append(f"package: {seen.package.build or 'not installed'} → {wanted.build}")
    told += _credential_differences(seen, wanted)
    if wanted.sources:
        told += state.differences(seen.state, wanted.sources)
    return told


def _credential_differences(seen: Observation, wanted: Wanted) -> list[str]:
    asked = wanted.credentials
    told = []
    if asked.named:
        file = asked.file or (credentials.DEFAULT_FILE if asked.digest else "")
        name = seen.profile.name
        if name != seen.common.name or (file and file != seen.common.file):
            told.append(f"credentials: profile {seen.common.name or 'none'} → profile {name} {file}".rstrip())
    if asked.digest and seen.profile.digest != asked.digest:
        told.append(f"credentials: the keys in {seen.profile.file} → those of the inventory")
    if asked.digest and wanted.region and seen.profile.region != wanted.region:
        told.append(f"credentials: region {seen.profile.region or 'none'} → {wanted.region}")
    return told


def _problem(what: str, value: str, mend: str) -> dict[str, str]:
    return {"what": what, "value": value, "mend": mend}


def _ec2_problems(seen: Observation, wanted: Wanted) -> list[dict[str, str]]:
    if seen.identity is None:
        mend = "enable the instance metadata service (http-endpoint enabled, hop limit 2 in a container), or set cw_agent_mode: onPremise"
        return [_problem("cw_agent_mode is ec2 and the host has no instance metadata", seen.no_metadata, mend)]
    told = []
    if wanted.region and seen.identity.region != wanted.region:
        told.append(
            _problem(
                "the region differs",
                f"cw_agent_region {wanted.region}, the instance is in {seen.identity.region}",
                f"set cw_agent_region: {seen.identity.region} for this host",
            )
        )
    named = bool(seen.common.name or seen.common.file or wanted.credentials.named)
    if not seen.identity.role and not wanted.credentials.digest and not (named and seen.profile.exists):
        mend = "associate an instance profile whose role has the policy CloudWatchAgentServerPolicy"
        told.append(_problem("the instance has no role", f"{seen.identity.instance_id} has no instance profile", mend))
    return told


def _onprem_problems(seen: Observation, wanted: Wanted) -> list[dict[str, str]]:
    told = []
    if seen.identity is not None and not (wanted.credentials.named or seen.common.name or seen.common.file):
        told.append(
            _problem(
                "cw_agent_mode is onPremise on an EC2 instance",
                f"{seen.identity.instance_id}: the agent would go back to ec2 at the start of its service",
                "set cw_agent_mode: ec2, or name a profile (cw_agent_credentials_profile, cw_agent_credentials_file)",
            )
        )
    if wanted.credentials.digest:
        return told
    profile = seen.profile
    if not profile.exists:
        mend = "write the profile there, or name another (cw_agent_credentials_profile, cw_agent_credentials_file), "
        mend += "or give the keys (cw_agent_credentials_access_key_id, cw_agent_credentials_secret_access_key)"
        return [*told, _problem("the host has no credential profile", f"no profile {profile.name} in {profile.file}", mend)]
    if not seen.profile_readable:
        mend = f"move it out of /root and give it to {seen.user.name} (mode 0600), then name it in cw_agent_credentials_file"
        told.append(_problem(f"{seen.user.name} (agent.run_as_user) can't read the credential profile", profile.file, mend))
    beside = os.path.join(os.path.dirname(profile.file), "config")
    if not profile.region:
        mend = f"write region = {wanted.region or 'REGION'} into [profile {profile.name}] of {beside}"
        told.append(_problem("the credential profile has no region", f"profile {profile.name} of {profile.file}", mend))
    elif wanted.region and profile.region != wanted.region:
        value = f"cw_agent_region {wanted.region}, profile {profile.name} in {beside} has {profile.region}"
        told.append(_problem("the region differs", value, f"set cw_agent_region: {profile.region}, or mend the profile"))
    return told


def problems(seen: Observation, wanted: Wanted) -> list[dict[str, str]]:
    """What forbids converging, each with what, value and mend."""
    told = []
    if seen.state.service.active_state == "unknown":
        told.append(_problem("systemd does not answer", "systemctl show", "run the host with systemd as its init"))
    if wanted.run_as_user and not seen.user.exists and (seen.package.installed or wanted.run_as_user != CREATED_BY_PACKAGE):
        mend = "create the user before, or choose root or cwagent"
        told.append(_problem("agent.run_as_user does not exist on the host", wanted.run_as_user, mend))
    if wanted.mode == "ec2":
        told += _ec2_problems(seen, wanted)
    elif wanted.mode == "onPremise":
        told += _onprem_problems(seen, wanted)
    return told


def service_result(found: state.State) -> dict[str, Any]:
    """The unit for a module's result."""
    unit = found.service
    return {
        "active_state": unit.active_state,
        "sub_state": unit.sub_state,
        "enabled": unit.enabled,
        "invocation_id": unit.invocation_id,
        "started_at": unit.started_at,
        "main_pid": unit.main_pid,
    }


def result(seen: Observation, wanted: Wanted) -> dict[str, Any]:
    """The observation for a module's result."""
    mode = observed_mode(seen)
    who = asdict(seen.identity) if seen.identity else {}
    on_ec2 = (wanted.mode or mode) == "ec2" and seen.identity is not None
    return {
        "package": asdict(seen.package),
        "service": service_result(seen.state),
        "configurations": [{"file": one.file, "digest": one.digest, "size": one.size} for one in seen.state.configurations],
        "leftovers": seen.state.leftovers,
        "common_config": {"profile": seen.common.name, "file": seen.common.file},
        "mode": mode,
        "identity": {**dict.fromkeys(identity.Identity.__dataclass_fields__, ""), **who},
        "region": seen.identity.region if seen.identity and mode == "ec2" else seen.profile.region,
        "hostname": seen.hostname,
        "run_as_user": seen.user.name,
        "files": [asdict(one) for one in seen.files],
        "mounts": seen.mounts,
        "log_stream_default": who["instance_id"] if on_ec2 else seen.hostname,
        "errors": seen.state.errors,
        "ready": seen.state.ready,
        "clock": seen.clock,
    }
