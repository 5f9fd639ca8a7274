# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the package manager knows, and which of the mirror's directories suits the host."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from .errors import HostError
from .layout import PACKAGE
from .system import Host, read_text

# os-release's ID → the mirror's directory; of several IDs (ID_LIKE) the first known one counts.
DISTRIBUTIONS = {
    "amzn": "amazon_linux",
    "centos": "centos",
    "debian": "debian",
    "fedora": "redhat",
    "almalinux": "redhat",
    "rocky": "redhat",
    "rhel": "redhat",
    "ol": "oracle_linux",
    "opensuse": "suse",
    "sles": "suse",
    "suse": "suse",
    "ubuntu": "ubuntu",
}
DEB_DISTRIBUTIONS = ("debian", "ubuntu")
ON_ARM = {"centos": "redhat", "oracle_linux": "redhat"}
"""The directories that have no packages for arm64, and the one whose packages suit there."""
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
LATEST = "latest"
"""The mirror's directory of its latest build, and what a user writes for that build."""
READ_WRITE = "mount it read-write for the run (mount -o remount,rw), or leave the host out of it"
_BUILD = re.compile(r"\d+(\.\d+)+b\d+([-+.~]\w+)*")


class Distribution(NamedTuple):
    """``name`` and ``architecture`` as the mirror's paths have them, ``format``: deb or rpm ('' = none that suits)."""

    name: str = ""
    architecture: str = ""
    format: str = ""


class Package(NamedTuple):
    """The installed agent. ``build``: the exact build, as CWAGENT_VERSION has it.

    ``interrupted``: the state in which an installation was broken off, in the package manager's words; ``build`` is then the one that
    was to be installed, as far as the package manager knows it. '' = none was.
    """

    installed: bool = False
    build: str = ""
    format: str = ""
    interrupted: str = ""


def release(host: Host) -> dict[str, str]:
    """The keys of /etc/os-release."""
    lines = (line.split("=", 1) for line in read_text(host.layout.at("/etc/os-release")).splitlines() if "=" in line and line[0] != "#")
    return {name: value.strip().strip("\"'") for name, value in lines}


def distribution(host: Host, machine: str = "") -> Distribution:
    """Which package suits the host."""
    found = release(host)
    names = [found.get("ID", ""), *found.get("ID_LIKE", "").split()]
    name = next((DISTRIBUTIONS[one] for one in names if one in DISTRIBUTIONS), "")
    architecture = ARCHITECTURES.get(machine or os.uname().machine, "")
    if architecture == "arm64":
        name = ON_ARM.get(name, name)
    kind = "" if not name else "deb" if name in DEB_DISTRIBUTIONS else "rpm"
    return Distribution(name, architecture, kind)


def _ask_dpkg(host: Host) -> tuple[str, str]:
    answer = host.run(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Version}", PACKAGE])
    status, _blank, version = answer.out.strip().partition(" ")
    return (status, version) if answer.rc == 0 else ("", "")


def _ask_rpm(host: Host) -> tuple[str, str]:
    answer = host.run(["rpm", "--query", "--queryformat", "%{VERSION}\\n", PACKAGE])
    versions = answer.out.split() if answer.rc == 0 else []
    # An upgrade that was broken off leaves both builds in the database.
    return ("installed" if len(versions) == 1 else "installed twice" if versions else "", versions[-1] if versions else "")


def installed(host: Host, kind: str) -> Package:
    """The agent's package, of the format ``kind``."""
    build = read_text(host.layout.version_file).strip()
    complete = bool(build) and os.path.exists(host.layout.program("amazon-cloudwatch-agent-ctl"))
    # Even a question makes rpm write to its database: it is asked only where there is a trace of the agent.
    if kind != "deb" and not os.path.exists(host.layout.base):
        return Package(format=kind)
    status, version = _ask_dpkg(host) if kind == "deb" else _ask_rpm(host)
    if status in ("", "not-installed", "config-files"):
        return Package(format=kind)
    recorded = package_build(version, kind)
    if status != "installed":
        return Package(False, recorded, kind, status)
    if not complete:
        return Package(format=kind)
    if not _agree(build, recorded):
        return Package(False, recorded, kind, f"recorded as {recorded} with the files of {build}")
    return Package(True, build, kind)


def _agree(build: str, recorded: str) -> bool:
    # A distribution's own package may leave the build out of its version.
    return build.startswith(recorded) or recorded.startswith(build)


def package_build(version: str, kind: str) -> str:
    """The build of a package that carries this version."""
    if kind == "deb":
        return version[: -len("-1")] if version.endswith("-1") else version
    return version.replace("+", "-")


def package_version(build: str, kind: str) -> str:
    """The version that a package of this build carries."""
    return f"{build}-1" if kind == "deb" else build.replace("-", "+")


def build_problem(build: str) -> tuple[str, str] | None:
    """What is wrong with a desired build, and the hint; None for '' and for one that a mirror may have."""
    if not build or _BUILD.fullmatch(build):
        return None
    if build == LATEST:
        # Comparing asks nobody: the plan of a run has found out which build that is.
        return "which build that is, is not known here", "give the exact build, or let cw_agent_plan find it out"
    what = "this is a release without its build" if re.fullmatch(r"v?\d+(\.\d+)+", build) else "this is no build of the agent"
    return what, "give the whole string, such as 1.300064.1b1344: it stands in bin/CWAGENT_VERSION of a host that has it"


def read_only(host: Host) -> list[str]:
    """Those of the directories that a package or a profile is written to whose file system is mounted read-only."""
    found = []
    for path in (host.layout.base, host.layout.at("/etc")):
        there = path
        while not os.path.exists(there):
            there = os.path.dirname(there)
        if os.statvfs(there).f_flag & os.ST_RDONLY:
            found.append(path)
    return found


def require_writable(host: Host) -> None:
    """Refuse a host on which nothing can be written."""
    locked = read_only(host)
    if locked:
        raise HostError(f"the file system of {' and '.join(locked)} is read-only: nothing was changed. Hint: {READ_WRITE}")


def require_build(build: str) -> None:
    """Refuse what cannot be an exact build."""
    problem = build_problem(build)
    if problem:
        raise HostError(f"cw_agent_build: {build}: {problem[0]}; nothing was changed. Hint: {problem[1]}")


def require(host: Host, found: Distribution) -> None:
    """Refuse a host for which there is no package."""
    if not found.format or not found.architecture:
        os_release = release(host)
        name = os_release.get("PRETTY_NAME") or os_release.get("ID") or "without /etc/os-release"
        raise HostError(
            f"there is no agent package for this host ({name}, {os.uname().machine}); nothing was changed. "
            "Hint: set cw_agent_distribution to the mirror's directory that suits, or leave the host out"
        )
