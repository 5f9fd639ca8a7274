# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import packages
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.packages import Package
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import BUILD, FakeHost

# /etc/os-release as each platform ships it, cut to what tells it apart; the mirror's directory for amd64 and for arm64.
PLATFORMS = {
    "Amazon Linux 2": (
        'ID="amzn"\nID_LIKE="centos rhel fedora"\nVERSION_ID="2"\n',
        "amazon_linux",
        "amazon_linux",
    ),
    "Amazon Linux 2023": (
        'ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n',
        "amazon_linux",
        "amazon_linux",
    ),
    "RHEL 8": ('NAME="Red Hat Enterprise Linux"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="8.10"\n', "redhat", "redhat"),
    "RHEL 9": ('NAME="Red Hat Enterprise Linux"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n', "redhat", "redhat"),
    "RHEL 10": ('NAME="Red Hat Enterprise Linux"\nID="rhel"\nID_LIKE="centos fedora"\nVERSION_ID="10.0"\n', "redhat", "redhat"),
    "Rocky Linux 8": ('NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\n', "redhat", "redhat"),
    "Rocky Linux 10": ('NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="10.0"\n', "redhat", "redhat"),
    "AlmaLinux 9": ('NAME="AlmaLinux"\nID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.5"\n', "redhat", "redhat"),
    "Oracle Linux 8": ('NAME="Oracle Linux Server"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.10"\n', "oracle_linux", "redhat"),
    "Oracle Linux 9": ('NAME="Oracle Linux Server"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="9.5"\n', "oracle_linux", "redhat"),
    "CentOS Stream 9": ('NAME="CentOS Stream"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="9"\n', "centos", "redhat"),
    "Debian 11": (
        'NAME="Debian GNU/Linux"\nVERSION_ID="11"\nID=debian\n',
        "debian",
        "debian",
    ),
    "Debian 12": (
        'NAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
        "debian",
        "debian",
    ),
    "Debian 13": ('NAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n', "debian", "debian"),
    "Ubuntu 20.04": ('NAME="Ubuntu"\nVERSION_ID="20.04"\nID=ubuntu\nID_LIKE=debian\n', "ubuntu", "ubuntu"),
    "Ubuntu 22.04": ('NAME="Ubuntu"\nVERSION_ID="22.04"\nID=ubuntu\nID_LIKE=debian\n', "ubuntu", "ubuntu"),
    "Ubuntu 24.04": ('NAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n', "ubuntu", "ubuntu"),
    "Ubuntu 26.04": ('NAME="Ubuntu"\nVERSION_ID="26.04"\nID=ubuntu\nID_LIKE=debian\n', "ubuntu", "ubuntu"),
    "SLES 15": ('NAME="SLES"\nVERSION_ID="15.6"\nID="sles"\nID_LIKE="suse"\n', "suse", "suse"),
    "openSUSE Leap 15": ('NAME="openSUSE Leap"\nVERSION_ID="15.6"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse", "suse"),
    "Linux Mint": ('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', "ubuntu", "ubuntu"),
    "Alpine": ('NAME="Alpine Linux"\nID=alpine\n', "", ""),
    "none": ("", "", ""),
}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_platforms(fake: FakeHost, platform: str) -> None:
    text, *directories = PLATFORMS[platform]
    fake.write(fake.layout.at("/etc/os-release"), "# a comment\n" + text)
    for machine, architecture, name in zip(("x86_64", "aarch64"), ("amd64", "arm64"), directories):
        kind = "" if not name else "deb" if name in ("debian", "ubuntu") else "rpm"
        assert packages.distribution(fake.host, machine) == packages.Distribution(name, architecture, kind)


def test_a_platform_without_packages_is_refused_by_name(fake: FakeHost) -> None:
    fake.write(fake.layout.at("/etc/os-release"), 'PRETTY_NAME="Alpine Linux v3.20"\nID=alpine\n')
    with pytest.raises(HostError, match=r"no agent package for this host \(Alpine Linux v3.20, .*Hint: set cw_agent_distribution"):
        packages.require(fake.host, packages.distribution(fake.host))
    packages.require(fake.host, packages.Distribution("redhat", "amd64", "rpm"))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Result(1), Package(format="rpm")),
        (Result(0, "1.300060.1b1\n"), Package(True, BUILD, "rpm")),
        (Result(0, "1.300060.1\n"), Package(True, BUILD, "rpm")),
        (Result(0, "1.300059.0b9\n"), Package(False, "1.300059.0b9", "rpm", f"recorded as 1.300059.0b9 with the files of {BUILD}")),
        (Result(0, "1.300060.1b1\n1.300061.0b2\n"), Package(False, "1.300061.0b2", "rpm", "installed twice")),
    ],
)
def test_rpm(fake: FakeHost, answer: Result, found: Package) -> None:
    fake.install()
    fake.overrides["rpm --query"] = answer
    assert packages.installed(fake.host, "rpm") == found


def test_rpm_is_not_asked_without_a_trace_of_the_agent(fake: FakeHost) -> None:
    assert packages.installed(fake.host, "rpm") == Package(format="rpm")
    assert fake.calls == []


@pytest.mark.parametrize("state", ["half-installed", "unpacked", "half-configured"])
def test_dpkg_that_was_broken_off(fake: FakeHost, state: str) -> None:
    fake.overrides["dpkg-query"] = Result(0, f"{state} 1.300061.0b2-1")
    assert packages.installed(fake.host, "deb") == Package(False, "1.300061.0b2", "deb", state)
    fake.install()
    assert packages.installed(fake.host, "deb").interrupted == state


@pytest.mark.parametrize("answer", [Result(1), Result(127), Result(0, "config-files 1.300060.1b1-1"), Result(0, "not-installed ")])
def test_what_is_not_there(fake: FakeHost, answer: Result) -> None:
    fake.overrides["dpkg-query"] = answer
    assert packages.installed(fake.host, "deb") == Package(format="deb")


def test_package_without_its_files_is_none(fake: FakeHost) -> None:
    fake.install()
    fake.overrides["dpkg-query"] = Result(0, "installed 1.300060.1b1-1")
    assert packages.installed(fake.host, "deb") == Package(True, BUILD, "deb")
    Path(fake.layout.version_file).unlink()
    assert packages.installed(fake.host, "deb") == Package(format="deb")


@pytest.mark.parametrize(("build", "kind", "version"), [(BUILD, "deb", f"{BUILD}-1"), ("1.2-x", "rpm", "1.2+x")])
def test_version_of_a_build(build: str, kind: str, version: str) -> None:
    assert packages.package_version(build, kind) == version
    assert packages.package_build(version, kind) == build
