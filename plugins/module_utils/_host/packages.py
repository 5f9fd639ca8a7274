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
PLATFORMS = {
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
DEB_PLATFORMS = ("debian", "ubuntu")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


@dataclass(frozen=True)
class Platform:
    """``name`` and ``architecture`` as the mirror's paths have them, ``format``: deb or rpm ('' = none that suits)."""

    name: str = ""
    architecture: str = ""
    format: str = ""


@dataclass(frozen=True)
class Package:
    """The installed agent. ``build``: the exact build, as CWAGENT_VERSION has it."""

    installed: bool = False
    build: str = ""
    format: str = ""


def platform(host: Host, machine: str = "") -> Platform:
    """Which package suits the host."""
    told = dict(
        line.split("=", 1) for line in read_text(host.layout.at("/etc/os-release")).splitlines() if "=" in line and not line.startswith("#")
    )
    names = [told.get("ID", ""), *told.get("ID_LIKE", "").strip("\"'").split()]
    known = [PLATFORMS[name.strip("\"'")] for name in names if name.strip("\"'") in PLATFORMS]
    name = known[0] if known else ""
    kind = "" if not name else "deb" if name in DEB_PLATFORMS else "rpm"
    return Platform(name, ARCHITECTURES.get(machine or os.uname().machine, ""), kind)


def _known(host: Host, kind: str) -> bool:
    if kind == "deb":
        answer = host.run(["dpkg-query", "--show", "--showformat=${db:Status-Status}", PACKAGE])
        return answer.rc == 0 and answer.out.strip() == "installed"
    return host.run(["rpm", "--query", "--quiet", PACKAGE]).rc == 0


def installed(host: Host, kind: str) -> Package:
    """The agent's package, of the format ``kind``. Without the agent's files the package manager is not asked."""
    build = read_text(host.layout.version_file).strip()
    if not build or not os.path.exists(host.layout.program("amazon-cloudwatch-agent-ctl")):
        return Package(format=kind)
    if not _known(host, kind):
        return Package(format=kind)
    return Package(True, build, kind)


def package_version(build: str, kind: str) -> str:
    """The version that a package of this build carries."""
    return f"{build}-1" if kind == "deb" else build.replace("-", "+")


def require(found: Platform) -> None:
    """Refuse a host for which there is no package."""
    if not found.format or not found.architecture:
        raise HostError(
            f"there is no agent package for this host (os-release {found.name or 'unknown'}, machine {os.uname().machine}): "
            "set the platform option to the mirror's directory that suits"
        )
