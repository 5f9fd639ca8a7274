# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package of the distribution's own repository, with dnf and rpm played."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import comparison, installation, observation, repository
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.installation import Request
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost, configuration

OLD, NEW = "1.300044.0-1.amzn2023", "1.300045.0-1.amzn2023"


class Amazon(FakeHost):
    """Amazon Linux with dnf; ``offered`` are the packages of its repository, ``present`` is the one that is installed."""

    offered = (NEW, OLD)
    present = ""
    signed = "digests signatures OK"

    def play_dnf(self, argv: list[str]) -> Result:
        if argv[1] == "repoquery":
            return Result(0, "Last metadata expiration check: 0:01:00 ago\n" + "".join(f"{one}\n" for one in self.offered))
        directory = next(word for word in argv if word.startswith("--downloaddir=")).partition("=")[2]
        self.write(f"{directory}/{argv[-1]}.rpm", argv[-1])
        return Result(0)

    def play_rpmkeys(self, argv: list[str]) -> Result:
        return Result(0, f"{argv[-1]}: {self.signed}\n")

    def play_rpm(self, argv: list[str]) -> Result:
        if "--upgrade" in argv:
            self.become(Path(argv[-1]).read_text(encoding="utf-8")[len("amazon-cloudwatch-agent-") :])
            self.start()
            return Result(0)
        version, _dash, release = self.present.rpartition("-")
        if not version:
            return Result(1)
        return Result(0, f"{version}-{release}\n" if "%{VERSION}-%{RELEASE}\\n" in argv else f"{version}\n")

    def become(self, version: str) -> None:
        """The package of this version is installed."""
        self.present = version
        self.write(self.layout.version_file, version.rpartition("-")[0] + "\n")


@pytest.fixture
def amazon(tmp_path: Path) -> Amazon:
    found = Amazon(tmp_path)
    found.write(found.layout.at("/etc/os-release"), 'ID="amzn"\nID_LIKE="fedora"\nPRETTY_NAME="Amazon Linux 2023"\n')
    found.write(found.layout.at("/usr/bin/dnf"), "")
    return found


@pytest.fixture
def running(amazon: Amazon) -> Amazon:
    amazon.running_with("ssm_web_3", configuration())
    amazon.become(OLD)
    return amazon


def ensure(fake: FakeHost, build: str, scratch: Path, check_mode: bool = False) -> installation.Outcome:
    """Have the build of the repository."""

    def download(url: str, path: str) -> None:
        raise AssertionError(f"{url}: nothing comes from a mirror")

    directory = scratch / f"scratch{len(os.listdir(scratch))}"
    directory.mkdir()
    asked = Request(build, "", "", "", repository=True)
    return installation.ensure_package(fake.host, asked, download, str(directory), check_mode)


def differences(fake: FakeHost, build: str) -> list[str]:
    """What the observation says of the package."""
    desired = observation.Desired(build=build, install=True, repository=True)

    def using(*_words: object) -> str:
        raise OSError("there is no metadata service")

    return comparison.by_part(observation.observe(fake.host, desired, using), desired).get("package", [])


@pytest.mark.parametrize(
    ("build", "expected", "verb"),
    [
        ("", OLD, ""),
        (OLD, OLD, ""),
        ("1.300044.0", OLD, ""),
        ("latest", NEW, "upgrade"),
        ("1.300045.0", NEW, "upgrade"),
        (NEW, NEW, "upgrade"),
    ],
)
def test_what_is_asked_for_is_there_afterwards(running: Amazon, tmp_path: Path, build: str, expected: str, verb: str) -> None:
    predicted = ensure(running, build, tmp_path, check_mode=True)
    assert running.present == OLD and not running.called("--downloadonly")
    assert bool(differences(running, build)) == predicted.changed == (expected != OLD)
    outcome = ensure(running, build, tmp_path)
    assert (outcome.changed, outcome.before, outcome.after) == (predicted.changed, predicted.before, predicted.after)
    assert (running.present, outcome.after.build) == (expected, expected)
    verbs = [argv[2] for argv in running.calls if "--downloadonly" in argv]
    assert verbs == ([verb, "reinstall"] if verb else [])
    assert not ensure(running, build, tmp_path).changed and differences(running, build) == []


def test_nobody_is_asked_where_nothing_is_to_be_done(running: Amazon, tmp_path: Path) -> None:
    for build in ("", OLD, "1.300044.0"):
        ensure(running, build, tmp_path)
        assert differences(running, build) == []
    assert not running.called("repoquery")


def test_a_new_host_gets_the_newest(amazon: Amazon, tmp_path: Path) -> None:
    assert differences(amazon, "") == ["package: not installed → the latest build of the distribution's repository"]
    amazon.install()
    amazon.present = ""
    outcome = ensure(amazon, "", tmp_path)
    assert (outcome.changed, amazon.present) == (True, NEW)
    assert [argv[2] for argv in amazon.calls if "--downloadonly" in argv] == ["install"]


def test_an_older_one(running: Amazon, tmp_path: Path) -> None:
    running.become(NEW)
    assert differences(running, OLD) == [f"package: {NEW} → {OLD}"]
    assert ensure(running, OLD, tmp_path).after.build == OLD
    assert [argv[2] for argv in running.calls if "--downloadonly" in argv] == ["downgrade", "reinstall"]


def test_a_daemon_that_dies_gets_the_build_before(running: Amazon, tmp_path: Path) -> None:
    running.fate = lambda texts: (2.0, "dies") if running.present == NEW else (1.0, "ready")
    with pytest.raises(HostError, match=rf"the agent died with build {NEW} .*; build {OLD} is back and the agent runs"):
        ensure(running, "latest", tmp_path)
    assert running.present == OLD and not running.dead()


def test_a_build_that_there_is_not(running: Amazon, tmp_path: Path) -> None:
    with pytest.raises(HostError, match=rf"cw_agent_build: 1\.300060\.0: .* Hint: name one of {OLD}, {NEW}"):
        ensure(running, "1.300060.0", tmp_path, check_mode=True)


def test_a_repository_that_does_not_answer(running: Amazon, tmp_path: Path) -> None:
    """dnf says so beside an answer that is a success."""
    running.overrides["dnf repoquery"] = Result(0, "", "Errors during downloading metadata for repository 'amazonlinux'\n")
    with pytest.raises(HostError, match="repositories have no package amazon-cloudwatch-agent; nothing was changed") as caught:
        ensure(running, "latest", tmp_path)
    assert caught.value.log == ["Errors during downloading metadata for repository 'amazonlinux'"]
    desired = observation.Desired(build="latest", repository=True)
    seen = observation.observe(running.host, desired)
    assert "have no package" in comparison.problems(seen, desired)[0]["value"]


@pytest.mark.parametrize("said", ["digests OK", "sha1 md5 OK"])
def test_a_package_without_a_signature(running: Amazon, tmp_path: Path, said: str) -> None:
    """dnf takes it where the repository says gpgcheck=0; here it is refused."""
    running.signed = said
    with pytest.raises(HostError, match=r"has no good signature by a key of the host's repositories; .*set gpgcheck=1"):
        ensure(running, "latest", tmp_path)
    assert running.present == OLD


def test_other_distributions_are_refused_by_name(running: Amazon, tmp_path: Path) -> None:
    running.write(running.layout.at("/etc/os-release"), 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12"\n')
    with pytest.raises(HostError, match="cw_agent_package_repository: Debian GNU/Linux 12 is not Amazon Linux"):
        ensure(running, "", tmp_path)


def test_versions_sort_by_their_numbers() -> None:
    versions = ["1.300044.10-1.amzn2023", "1.300044.9-1.amzn2023", "1.247358.0-1.amzn2023", "1.300044.10-2.amzn2023"]
    assert sorted(versions, key=repository.order) == [versions[2], versions[1], versions[0], versions[3]]


def test_one_source_at_a_time() -> None:
    assert repository.conflict({"cw_agent_package_file": "", "cw_agent_mirror_url": None}) == ""
    said = repository.conflict({"cw_agent_package_file": "/a.rpm", "cw_agent_mirror_url": "https://x"})
    assert said.startswith("cw_agent_package_repository and cw_agent_package_file and cw_agent_mirror_url are given together")
