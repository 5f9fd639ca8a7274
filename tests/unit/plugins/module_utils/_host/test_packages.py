# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import packages
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.packages import Package
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import BUILD, FakeHost


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("ID=debian\n", "debian", "deb"),
        ("ID=ubuntu\nID_LIKE=debian\n", "ubuntu", "deb"),
        ('ID="amzn"\nID_LIKE="fedora"\n', "amazon_linux", "rpm"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "redhat", "rpm"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "ubuntu", "deb"),
        ('ID="sles"\n', "suse", "rpm"),
        ("ID=alpine\n", "", ""),
        ("", "", ""),
    ],
)
def test_distribution(fake: FakeHost, text: str, name: str, kind: str) -> None:
    fake.write(fake.layout.at("/etc/os-release"), "# a comment\n" + text)
    assert packages.distribution(fake.host, "aarch64") == packages.Distribution(name, "arm64", kind)


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
