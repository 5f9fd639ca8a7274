# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the package manager knows, and which of the mirror's directories suits the host."""

from __future__ import annotations

import os
from dataclasses import dataclass

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
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Distribution:
    """``name`` and ``architecture`` as the mirror's paths have them, ``format``: deb or rpm ('' = none that suits)."""

    name: str = ""
    architecture: str = ""
    format: str = ""


@dataclass(frozen=True)
class Package:
    """The installed agent. ``build``: the exact build, as CWAGENT_VERSION has it.

    ``interrupted``: the state in which an installation was broken off, in the package manager's words; ``build`` is then the one that
    was to be installed, as far as the package manager knows it. '' = none was.
    """

    installed: bool = False
    build: str = ""
    format: str = ""
    interrupted: str = ""


def distribution(host: Host, machine: str = "") -> Distribution:
    """Which package suits the host."""
    release = dict(
        line.split("=", 1) for line in read_text(host.layout.at("/etc/os-release")).splitlines() if "=" in line and not line.startswith("#")
    )
    names = [release.get("ID", ""), *release.get("ID_LIKE", "").strip("\"'").split()]
    known = [DISTRIBUTIONS[name.strip("\"'")] for name in names if name.strip("\"'") in DISTRIBUTIONS]
    name = known[0] if known else ""
    kind = "" if not name else "deb" if name in DEB_DISTRIBUTIONS else "rpm"
    return Distribution(name, ARCHITECTURES.get(machine or os.uname().machine, ""), kind)


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
    status, version = _ask_dpkg(host) if kind == "deb" else _ask_rpm(host)
    if status in ("", "not-installed", "config-files"):
        return Package(format=kind)
    if status != "installed":
        return Package(False, package_build(version, kind), kind, status)
    return Package(True, build, kind) if complete else Package(format=kind)


def package_build(version: str, kind: str) -> str:
    """The build of a package that carries this version."""
    if kind == "deb":
        return version[: -len("-1")] if version.endswith("-1") else version
    return version.replace("+", "-")


def package_version(build: str, kind: str) -> str:
    """The version that a package of this build carries."""
    return f"{build}-1" if kind == "deb" else build.replace("-", "+")


def require(found: Distribution) -> None:
    """Refuse a host for which there is no package."""
    if not found.format or not found.architecture:
        raise HostError(
            f"there is no agent package for this host (os-release {found.name or 'unknown'}, machine {os.uname().machine}): "
            "set the option distribution to the mirror's directory that suits"
        )
