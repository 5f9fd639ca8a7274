# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's package: downloaded, verified, tried on the configuration in scratch, installed, and taken back when the daemon dies of it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass, field
from typing import Callable, Iterator

from . import configurations, ctl, lock, logs, packages, readiness, signature, state
from .configurations import Source
from .errors import HostError
from .layout import BASE, PACKAGE
from .packages import Distribution, Package
from .system import Host

# (URL, path of the file to write); raises HostError.
Download = Callable[[str, str], None]

LOCK_SECONDS = 300.0
READY_SECONDS = 60.0


@dataclass(frozen=True)
class Request:
    """``build``: exact, '' = what is installed or else the mirror's latest. ``distribution`` and ``architecture``: '' = by the host itself.

    ``sources``: what the new build is to validate before it is installed, in the mode ``mode``.
    """

    build: str
    mirror_url: str
    key_url: str
    fingerprint: str
    distribution: str = ""
    architecture: str = ""
    sources: list[Source] = field(default_factory=list)
    mode: str = "ec2"


@dataclass(frozen=True)
class Outcome:
    """``before`` and ``after``: the package before and after."""

    changed: bool
    before: Package
    after: Package
    warnings: list[str] = field(default_factory=list)


def _suited(host: Host, request: Request) -> Distribution:
    found = packages.distribution(host)
    name = request.distribution or found.name
    kind = "" if not name else "deb" if name in packages.DEB_DISTRIBUTIONS else "rpm"
    return Distribution(name, request.architecture or found.architecture, kind)


def ensure_package(host: Host, request: Request, download: Download, scratch: str, check_mode: bool = False) -> Outcome:
    """Install the desired build; in check mode everything happens but that. ``scratch``: an empty directory, mode 0700."""
    suited = _suited(host, request)
    before = packages.installed(host, suited.format)
    if before.installed and request.build in ("", before.build):
        return Outcome(False, before, before)
    packages.require(suited)
    file = _verified(host, request, suited, request.build or "latest", download, scratch)
    build = _build(host, file, suited.format, request.build)
    if before.installed and build == before.build:
        return Outcome(False, before, before)
    warnings = _validate(host, request, file, suited.format, scratch)
    after = Package(True, build, suited.format)
    if not check_mode:
        warnings += _replace(host, request, suited, before, after, file, download, scratch)
    return Outcome(True, before, after, warnings)


def _verified(host: Host, request: Request, suited: Distribution, build: str, download: Download, scratch: str) -> str:
    """The path of a package whose signature is good."""
    keyring = os.path.join(scratch, "key.gpg")
    if not os.path.exists(keyring):
        download(request.key_url, keyring + ".asc")
        with open(keyring + ".asc", "rb") as stream:
            key = signature.require_key(stream.read(), request.fingerprint, request.key_url)
        with open(keyring, "wb") as stream:
            stream.write(key)
    url = f"{request.mirror_url.rstrip('/')}/{suited.name}/{suited.architecture}/{build}/{PACKAGE}.{suited.format}"
    file = os.path.join(scratch, f"{PACKAGE}-{build}.{suited.format}")
    download(url + ".sig", file + ".sig")
    download(url, file)
    signature.require_signature(host, file, file + ".sig", keyring, request.fingerprint)
    return file


def _build(host: Host, file: str, kind: str, desired: str) -> str:
    """The build that the package says it is; refuses another than the desired one."""
    argv = ["dpkg-deb", "--field", file, "Version"]
    if kind == "rpm":
        # A database of its own: even a question writes to the host's.
        argv = [
            "rpm",
            "--dbpath",
            os.path.join(os.path.dirname(file), "rpmdb"),
            "--query",
            "--package",
            "--queryformat",
            "%{VERSION}",
            file,
        ]
    answer = host.run(argv)
    version = answer.out.strip()
    if answer.rc != 0 or not version:
        raise HostError(f"{os.path.basename(file)} is not a {kind} package: {answer.err.strip()[-200:]}; nothing was changed")
    if desired and version != packages.package_version(desired, kind):
        raise HostError(f"the mirror has version {version} under the build {desired} (cw_agent_build); nothing was changed")
    return desired or (version[: -len("-1")] if kind == "deb" and version.endswith("-1") else version)


def _unpack(host: Host, file: str, kind: str, directory: str) -> bool:
    os.mkdir(directory)
    if kind == "deb":
        return host.run(["dpkg-deb", "--extract", file, directory], timeout=300).rc == 0
    script = 'cd "$2" && rpm2cpio "$1" | cpio --extract --make-directories --quiet'
    return host.run(["sh", "-c", script, "sh", file, directory], timeout=300).rc == 0


def _validate(host: Host, request: Request, file: str, kind: str, scratch: str) -> list[str]:
    """Let the new build's own translator validate the configurations that it will have to take; returns warnings."""
    sources = request.sources or [Source(f"file:/{one.file}", one.digest, one.text) for one in _translated(host)]
    if not sources or not ctl.can_judge(host, request.mode):
        return []
    volume = os.statvfs(scratch)
    if volume.f_bavail * volume.f_frsize < 8 * os.path.getsize(file):
        return [f"the new build could not validate the configuration before its installation: {scratch} is short of space"]
    directory = os.path.join(scratch, "unpacked")
    if not _unpack(host, file, kind, directory):
        return [
            "the new build could not validate the configuration before its installation: the package could not be unpacked (is cpio there?)"
        ]
    programs = os.path.join(directory, BASE.lstrip("/"), "bin")
    if not os.access(os.path.join(programs, "config-translator"), os.X_OK):
        return [f"the new build could not validate the configuration before its installation: nothing may be executed in {scratch}"]
    ctl.validate(host, sources, request.mode, programs)
    return []


def _translated(host: Host) -> list[configurations.Configuration]:
    return [one for one in configurations.active(host.layout) if not one.file.endswith(".yaml")]


@contextlib.contextmanager
def _dpkg_lock(host: Host) -> Iterator[None]:
    """The lock that package managers hold around dpkg, by their own protocol: waits for an unattended upgrade instead of failing."""
    path = host.layout.at("/var/lib/dpkg/lock-frontend")
    refusal = f"another package manager has held {path} for more than {LOCK_SECONDS:g} s: wait for it"
    with open(path, "a", encoding="utf-8") as stream:
        lock.wait(host, LOCK_SECONDS, lambda: fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB), lambda: refusal)
        yield


def _install(host: Host, file: str, kind: str) -> None:
    if kind == "deb":
        # A changed common-config.toml stays: without this dpkg asks, and nobody answers.
        argv = ["dpkg", "--install", "--force-confold", "--force-confdef", file]
        with _dpkg_lock(host):
            answer = host.run(argv, timeout=600, env={"DPKG_FRONTEND_LOCKED": "true", "DEBIAN_FRONTEND": "noninteractive"})
    else:
        # The detached signature was verified: the package's own is none that the host would know.
        argv = ["rpm", "--upgrade", "--oldpackage", "--replacepkgs", "--nosignature", file]
        answer = host.run(argv, timeout=600)
    if answer.rc != 0:
        raise HostError(f"{argv[0]} could not install {os.path.basename(file)}", ctl.complaint(answer))


def _replace(
    host: Host, request: Request, suited: Distribution, before: Package, after: Package, file: str, download: Download, scratch: str
) -> list[str]:
    found = state.read(host)
    kept, warnings = "", []
    if before.installed and found.service.running:
        try:
            kept = _verified(host, request, suited, before.build, download, scratch)
        except HostError as error:
            warnings.append(f"build {before.build} cannot be kept for the case that the agent dies with {after.build}: {error}")
        readiness.settle(host, found.section)
    log = logs.path(host.layout, found.section)
    start = readiness.Start(found.section, log, logs.position(log) if log else logs.Position(), found.service.invocation_id)
    _install(host, file, suited.format)
    installed = packages.installed(host, suited.format)
    if not installed.installed or installed.build != after.build:
        raise HostError(f"the package manager has build {installed.build or 'none'} after the installation of {after.build}")
    if found.service.running:
        verdict = readiness.wait(host, start, READY_SECONDS)
        if verdict.kind == "dead":
            raise HostError(f"the agent died with build {after.build}; {_take_back(host, suited, before, kept)}", verdict.lines)
    return warnings


def _take_back(host: Host, suited: Distribution, before: Package, kept: str) -> str:
    if not kept:
        return f"the mirror has no verified package of build {before.build} to go back to"
    _install(host, kept, suited.format)
    section = configurations.agent_section([one.text for one in configurations.active(host.layout)])
    verdict = readiness.wait(host, readiness.restart(host, section, section), READY_SECONDS)
    return f"build {before.build} is back and the agent {'runs' if verdict.kind != 'dead' else 'does not live with it either'}"
