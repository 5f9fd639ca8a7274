# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent's package: downloaded, verified, tried on the configuration, installed, and taken back when the daemon dies of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import Callable
from urllib.parse import quote, urlsplit

from . import configurations, ctl, lock, logs, mirror, package_manager, packages, readiness, repository, service, signature, state
from .complaints import complaint
from .configurations import Source
from .errors import HostError
from .layout import BASE, PACKAGE
from .packages import LATEST, Distribution, Package
from .system import Host, read_text

# (URL, path of the file to write); raises HostError.
Download = Callable[[str, str], None]

KEY = "assets/amazon-cloudwatch-agent.gpg"
VERSION = "info/latest/CWAGENT_VERSION"
"""Below the mirror: the signing key, and the build that ``latest`` means."""


@dataclass(frozen=True)
class Request:
    """``build``: exact, ``latest``, '' = what is installed or else the latest. ``distribution``, ``architecture``: '' = by the host itself.

    ``key_url``: '' = where the mirror, or the directory of ``file``, has it. ``file``: the package on the host, '' = the mirror has it.

    ``repository``: the distribution's own one has it, by version and release.

    ``sources``: what the new build is to validate before it is installed, in the mode ``mode``;
    ``health``: seconds that a daemon which is ready has to live on with the new build.
    """

    build: str
    mirror_url: str
    key_url: str
    fingerprint: str
    distribution: str = ""
    architecture: str = ""
    sources: list[Source] = field(default_factory=list)
    mode: str = "ec2"
    health: float = readiness.HEALTH_SECONDS
    file: str = ""
    repository: bool = False


@dataclass(frozen=True)
class Outcome:
    """``before`` and ``after``: the package before and after.

    ``changed_at``: since when the change is in force, in seconds since the epoch by the host's clock, None without one;
    ``invocation_id``: the run of the service afterwards.
    """

    changed: bool
    before: Package
    after: Package
    warnings: list[str] = field(default_factory=list)
    changed_at: float | None = None
    invocation_id: str = ""


def _suited(host: Host, request: Request) -> Distribution:
    found = packages.distribution(host)
    name = request.distribution or found.name
    kind = "" if not name else "deb" if name in packages.DEB_DISTRIBUTIONS else "rpm"
    return Distribution(name, request.architecture or found.architecture, kind)


def wanted(host: Host, request: Request) -> list[str]:
    """What ``ensure_package`` will fetch, as paths below the mirror; nothing where the desired build is there.

    The last two are of the build before, without which there is no way back.
    """
    packages.require_build(request.build)
    suited = _suited(host, request)
    before = packages.installed(host, suited.format)
    if before.installed and request.build in ("", before.build):
        return []
    packages.require(host, suited)
    builds = [request.build or (before.build if before.interrupted else "") or LATEST, *([before.build] if before.installed else [])]
    return [KEY, *(name for build in builds for name in (f"{_path(suited, build)}.sig", _path(suited, build)))]


def ensure_package(host: Host, request: Request, download: Download, scratch: str, check_mode: bool = False) -> Outcome:
    """Install the desired build; in check mode everything happens but that. ``scratch``: an empty directory, mode 0700."""
    if request.repository:
        return _from_repository(host, request, download, scratch, check_mode)
    if request.build == LATEST:
        request = replace(request, build=_latest(request, download, scratch))
    packages.require_build(request.build)
    suited = _suited(host, request)
    before = packages.installed(host, suited.format)
    if before.installed and request.build in ("", before.build):
        return _unchanged(host, before)
    packages.require(host, suited)
    packages.require_writable(host)
    # An installation that was broken off is brought to its end: without a desired build that is none of its own.
    asked = request.build or (before.build if before.interrupted else "")
    file = _verified(host, request, suited, asked or LATEST, download, scratch)
    build = _build(host, file, suited.format, asked)
    if before.installed and build == before.build:
        return _unchanged(host, before)
    warnings = _validate(host, request, file, suited.format, scratch)
    after = Package(True, build, suited.format)
    if check_mode:
        return Outcome(True, before, after, warnings)
    with lock.held(host):
        before = packages.installed(host, suited.format)
        if before == after:
            return _unchanged(host, before)
        if before.interrupted:
            warnings.append(f"an earlier installation was interrupted ({before.interrupted}); this run has repaired it first")
        return _Replacement(host, request, suited, before, after).run(file, download, scratch, warnings)


def _from_repository(host: Host, request: Request, download: Download, scratch: str, check_mode: bool) -> Outcome:
    repository.require(host)
    suited = packages.distribution(host)
    before = packages.installed(host, suited.format)
    present = repository.recorded(host) if before.installed or before.interrupted else ""
    before = before._replace(build=present) if before.installed else before
    if before.installed and (not request.build or repository.is_build(request.build, present)):
        return _unchanged(host, before)
    packages.require_writable(host)
    version = repository.choose(request.build, repository.offered(host))
    after = Package(True, version, suited.format)
    if before == after:
        return _unchanged(host, before)
    if check_mode:
        return Outcome(True, before, after)
    file = repository.fetch(host, version, present, os.path.join(scratch, "new"))
    warnings = _validate(host, request, file, suited.format, scratch)
    with lock.held(host):
        if packages.installed(host, suited.format).installed and repository.recorded(host) == version:
            return _unchanged(host, after)
        return _RepositoryReplacement(host, request, suited, before, after).run(file, download, scratch, warnings)


def _latest(request: Request, download: Download, scratch: str) -> str:
    """The build that the mirror calls its latest, without downloading it."""
    if request.file:
        raise HostError(f"build latest of the one file {request.file}; nothing was changed. Hint: leave the build empty, or name it")
    url, path = mirror.address(request.mirror_url, VERSION), os.path.join(scratch, "version")
    download(url, path)
    found = read_text(path).strip()
    if packages.build_problem(found) or not found:
        raise HostError(f"{mirror.shown(url)} says {found[:40]!r}, which is no build; nothing was changed. Hint: name the build")
    return found


def _path(suited: Distribution, build: str) -> str:
    return f"{suited.name}/{suited.architecture}/{build}/{PACKAGE}.{suited.format}"


def _unchanged(host: Host, package: Package) -> Outcome:
    return Outcome(False, package, package, invocation_id=service.read(host).invocation_id)


def _verified(host: Host, request: Request, suited: Distribution, build: str, download: Download, scratch: str) -> str:
    """The path of a package whose signature is good."""
    url = mirror.address(request.mirror_url, _path(suited, build))
    key_url = request.key_url or mirror.address(request.mirror_url, KEY)
    if request.file:
        url = f"file://{quote(request.file)}"
        key_url = request.key_url or f"file://{quote(os.path.join(os.path.dirname(request.file), os.path.basename(KEY)))}"
    keyring = os.path.join(scratch, "key.gpg")
    if not os.path.exists(keyring):
        download(key_url, keyring + ".asc")
        with open(keyring + ".asc", "rb") as stream:
            key = signature.require_key(stream.read(), request.fingerprint, mirror.shown(key_url))
        with open(keyring, "wb") as stream:
            stream.write(key)
    file = os.path.join(scratch, f"{PACKAGE}-{build}.{suited.format}")
    parts = urlsplit(url)
    download(parts._replace(path=f"{parts.path}.sig").geturl(), file + ".sig")
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
        raise HostError(f"the package has version {version}, and build {desired} was asked for (cw_agent_build); nothing was changed")
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
    if not sources or not ctl.can_validate(host, request.mode):
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


def _install(host: Host, file: str, kind: str) -> None:
    if kind == "deb":
        # A changed common-config.toml stays: without this dpkg asks, and nobody answers.
        argv = ["dpkg", "--install", "--force-confold", "--force-confdef", file]
    else:
        # The detached signature was verified: the package's own is none that the host would know.
        argv = ["rpm", "--upgrade", "--oldpackage", "--replacepkgs", "--nosignature", file]
    answer = package_manager.change(host, argv)
    if answer.rc != 0:
        left = packages.installed(host, kind)
        state_left = "not there" if not left.installed else f"installed in build {left.build}"
        raise HostError(
            f"{package_manager.ended(argv[0], answer)} while it installed {os.path.basename(file)}; "
            f"the package is now {left.interrupted or state_left}. "
            "Hint: remove the cause and run again: the next run repairs the package first",
            complaint(answer),
        )


class _Replacement:
    """One build instead of another, or of none, under the lock."""

    def __init__(self, host: Host, request: Request, suited: Distribution, before: Package, after: Package) -> None:
        self.host = host
        self.request = request
        self.suited = suited
        self.before = before
        self.after = after
        self.found = state.read(host)
        self.retained = ""

    def run(self, file: str, download: Download, scratch: str, warnings: list[str]) -> Outcome:
        running = self.found.service.running
        if self.before.installed and running:
            warnings += self._retain(download, scratch)
            readiness.settle(self.host, self.found.section)
        log = logs.path(self.host.layout, self.found.section)
        mark = logs.position(log) if log else logs.Position()
        start = readiness.Start(self.found.section, log, mark, self.found.service.invocation_id)
        try:
            _install(self.host, file, self.suited.format)
        except HostError as error:
            if not running:
                raise
            # Its scripts may have stopped the agent: one that ran is not left down for a package that could not be installed.
            raise HostError(f"{error}; {self._take_back()}", error.log) from error
        installed = self._installed()
        if installed != self.after:
            raise HostError(f"the package manager has build {installed.build or 'none'} after the installation of {self.after.build}")
        if running:
            unit = service.read(self.host)
            if unit.running and unit.invocation_id == start.invocation_id:
                # The scripts of a package whose programs were gone start nothing anew.
                start = readiness.restart(self.host, self.found.section, self.found.section)
            self._require_life(start)
        unit = service.read(self.host)
        # What the new daemon has sent counts from its start on; without one, from now on.
        changed_at = unit.started_at if unit.running else round(self.host.now(), 3)
        return Outcome(True, self.before, self.after, warnings, changed_at, unit.invocation_id)

    def _retain(self, download: Download, scratch: str) -> list[str]:
        """Have the build before at hand; returns a warning where it is not to be had."""
        try:
            if self.request.file:
                raise HostError(f"{self.request.file} is all that there is")
            self.retained = self._package_before(download, scratch)
        except HostError as error:
            return [f"build {self.before.build} cannot be retained for the case that the agent dies with {self.after.build}: {error}"]
        return []

    def _package_before(self, download: Download, scratch: str) -> str:
        """The path of a verified package of the build before."""
        return _verified(self.host, self.request, self.suited, self.before.build, download, scratch)

    def _installed(self) -> Package:
        return packages.installed(self.host, self.suited.format)

    def _require_life(self, start: readiness.Start) -> None:
        verdict = readiness.wait(self.host, start, readiness.READY_SECONDS, self.request.health)
        if verdict.kind == "dead":
            raise HostError(f"the agent died with build {self.after.build} ({verdict.cause}); {self._take_back()}", verdict.lines)

    def _take_back(self) -> str:
        if not self.retained:
            there = f"there is no verified package of build {self.before.build}" if self.before.installed else "there was no whole package"
            return f"{there} to go back to"
        try:
            _install(self.host, self.retained, self.suited.format)
            section = configurations.agent_section([one.text for one in configurations.active(self.host.layout)])
            verdict = readiness.restarted(self.host, section, readiness.HEALTH_SECONDS)
        except HostError as error:
            return f"going back to build {self.before.build} failed as well: {error}"
        return f"build {self.before.build} is back and the agent {'runs' if verdict.kind != 'dead' else 'does not live with it either'}"


class _RepositoryReplacement(_Replacement):
    """The same by version and release, from the distribution's own repository."""

    def _package_before(self, _download: Download, scratch: str) -> str:
        return repository.fetch(self.host, self.before.build, self.before.build, os.path.join(scratch, "before"))

    def _installed(self) -> Package:
        found = packages.installed(self.host, self.suited.format)
        return found._replace(build=repository.recorded(self.host)) if found.installed else found
