# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent leaves a host, as far as it is asked for, and as far as it is there."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import leftovers, removal, service
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import BUILD, OLD, FakeHost, contents, hand_made

DEFAULT = ("configuration", "state", "credentials", "overrides")
FILES = ("/etc/amazon-cloudwatch-agent-credentials/credentials", "/etc/systemd/system/amazon-cloudwatch-agent.service.d/limits.conf")


class WithPackage(FakeHost):
    """The package manager takes the programs away and leaves the rest."""

    def play_dpkg(self, argv: list[str]) -> Result:
        shutil.rmtree(f"{self.layout.base}/bin")
        self.overrides["dpkg-query"] = Result(1)
        self.wanted = False
        return Result(0)


@pytest.fixture
def full(tmp_path: Path) -> WithPackage:
    """A host with all that the agent and the collection can have written."""
    made = WithPackage(tmp_path)
    made.running_with("ssm_web_3", OLD)
    made.write(made.layout.at("/etc/os-release"), "ID=debian\n")
    made.write(made.layout.at("/var/lib/dpkg/lock-frontend"), "")
    made.write(f"{made.layout.offsets}/offset", "1")
    for path in FILES:
        made.write(made.layout.at(path), "x")
    return made


def test_nothing_stays_but_logs(full: WithPackage) -> None:
    planned = removal.remove(full.host, DEFAULT, check_mode=True)
    before = contents(full.layout.root)
    assert full.called("dpkg") == []
    outcome = removal.remove(full.host, DEFAULT)
    assert outcome.removed == planned.removed
    assert outcome.removed[0] == f"package amazon-cloudwatch-agent {BUILD}"
    assert len(before) > 2
    assert set(contents(full.layout.root)) == {"etc/os-release", "var/lib/dpkg/lock-frontend"}
    assert os.path.exists(full.layout.log_file) and not os.path.exists(full.layout.offsets)
    assert removal.remove(full.host, DEFAULT) == removal.Outcome([], [])


def test_each_part_by_itself(full: WithPackage) -> None:
    """Only the package goes where nothing else is named, and the parts of a host without a package one by one."""
    assert removal.remove(full.host, []).removed == [f"package amazon-cloudwatch-agent {BUILD}"]
    assert os.path.exists(full.layout.directory)
    assert removal.remove(full.host, ["credentials"]).removed == [full.layout.at(os.path.dirname(FILES[0]))]
    assert removal.remove(full.host, ["overrides"]).removed == [full.layout.at(os.path.dirname(FILES[1]))]
    assert removal.remove(full.host, ["configuration"]).removed == [full.layout.etc]
    assert removal.remove(full.host, ["logs"]).removed == [os.path.dirname(full.layout.log_file)]
    assert not os.path.exists(full.layout.base)


def test_other_peoples_files_are_copied(full: WithPackage) -> None:
    hand_made(full)
    outcome = removal.remove(full.host, DEFAULT)
    assert not os.path.exists(full.layout.etc)
    (text,) = outcome.warnings
    assert "file_config.json (copy: " in text
    copies = [path.name for path in Path(full.layout.unmanaged_copies).rglob("*") if path.is_file()]
    assert sorted(copies) == [".hidden", "amazon-cloudwatch-agent.json", "file_config.json", "more.json", "notes.tmp"]
    assert os.listdir(full.layout.records) == [os.path.basename(full.layout.unmanaged_copies)]


@pytest.mark.parametrize("link", ["etc", "logs"])
def test_a_link_in_the_place_of_a_directory_is_not_followed(full: WithPackage, tmp_path: Path, link: str) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "kept").write_text("kept", encoding="utf-8")
    removal.remove(full.host, ["configuration", "logs"])
    os.makedirs(full.layout.base, exist_ok=True)
    os.symlink(victim, f"{full.layout.base}/{link}")
    # Whatever stands in the place of the configurations is refused as everywhere else.
    with pytest.raises(HostError, match=f"{full.layout.etc}") if link == "etc" else contextlib.nullcontext():
        removal.remove(full.host, ["logs"] if link == "logs" else ["configuration"])
    assert (victim / "kept").read_text(encoding="utf-8") == "kept"


def test_a_package_manager_that_fails_is_quoted_and_the_agent_runs_on(full: WithPackage) -> None:
    full.overrides["dpkg --force"] = Result(2, "", "dpkg: error: database is locked")
    with pytest.raises(HostError, match=r"dpkg failed with exit status 2 while it removed .* Hint: ") as caught:
        removal.remove(full.host, DEFAULT)
    assert caught.value.log == ["dpkg: error: database is locked"]
    assert os.path.exists(full.layout.directory)
    assert service.read(full.host).running
    assert full.called("systemctl", "disable") == []


def test_a_daemon_that_outlives_its_package_is_named(full: WithPackage) -> None:
    full.overrides["dpkg --force"] = Result(0)
    with pytest.raises(HostError, match=r"process \d+ of the agent still runs. Hint: end it \(kill \d+\)"):
        removal.remove(full.host, DEFAULT)


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_next_run_does_not_call_it_absent(full: WithPackage, check_mode: bool) -> None:
    """The package is gone by then, and so may be its files."""
    full.overrides["dpkg-query"] = Result(1)
    pid = service.read(full.host).main_pid
    assert leftovers.found(full.host, []) == [f"process {pid} of amazon-cloudwatch-agent.service"]
    with pytest.raises(HostError, match=rf"process {pid} of the agent still runs"):
        removal.remove(full.host, [], check_mode)
    full.wanted = False
    assert removal.remove(full.host, [], check_mode) == removal.Outcome([], [])


def test_an_installation_that_was_broken_off(full: WithPackage) -> None:
    full.overrides["dpkg-query"] = Result(0, "half-installed 1.2b3-1")
    outcome = removal.remove(full.host, [])
    assert outcome.removed == ["package amazon-cloudwatch-agent 1.2b3"]
    assert full.called("systemctl", "disable")


def test_rpm_removes_both_builds_of_an_upgrade_that_was_broken_off(full: WithPackage) -> None:
    full.write(full.layout.at("/etc/os-release"), "ID=amzn\n")
    full.overrides["rpm --query"] = Result(0, "1.2b3\n1.2b4\n")
    full.overrides["rpm --erase --allmatches"] = Result(0)
    shutil.rmtree(f"{full.layout.base}/bin")
    full.wanted = False
    assert removal.remove(full.host, []).removed == ["package amazon-cloudwatch-agent 1.2b4"]
