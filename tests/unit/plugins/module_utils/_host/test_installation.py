# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Iterator

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import lock, logs, packages, service, signature, system
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import Source
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.installation import Request, ensure_package, wanted
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import BUILD, FakeHost, configuration

pytestmark = pytest.mark.skipif(not shutil.which("gpg") or not shutil.which("gpgv"), reason="gpg and gpgv make and judge the signatures")
NEWER, LATEST = "1.300061.0b2", "1.300062.0b3"
MIRROR = "https://mirror.example.com"


def gpg(home: Path, *arguments: str) -> str:
    argv = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback", *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def keys() -> Iterator[tuple[Path, str, str]]:
    """A key ring with two keys, the trusted one first; its path is short, because sockets stand in it.

    Of each test its own: ansible-test forks for every test, and what a module shares would be taken away by none of them.
    """
    home = Path(tempfile.mkdtemp(prefix="cw-gpg-", dir="/tmp"))
    fingerprints = []
    for name in ("trusted", "other"):
        gpg(home, "--quick-generate-key", name, "ed25519", "sign", "never")
        rows = gpg(home, "--with-colons", "--list-keys", name).splitlines()
        fingerprints += [row.split(":")[9] for row in rows if row.startswith("fpr")][:1]
    yield home, fingerprints[0], fingerprints[1]
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
    # The agent takes its sockets away when it ends, which gpgconf does not wait for.
    end = time.monotonic() + 60
    while any(home.glob("S.*")) and time.monotonic() < end:
        time.sleep(0.02)
    shutil.rmtree(home)


class Mirror:
    """Packages are texts that name their version; ``asked`` holds what was fetched."""

    def __init__(self, directory: Path, keys: tuple[Path, str, str]) -> None:
        self.directory, self.keys = directory, keys
        self.asked: list[str] = []
        self.newest = NEWER
        self.publish("latest", LATEST)
        for build in (BUILD, NEWER):
            self.publish(build, build)

    def publish(self, place: str, build: str, signer: int = 1) -> None:
        file = self.directory / place
        file.write_text(f"{build}-1", encoding="utf-8")
        gpg(self.keys[0], "--yes", "--local-user", self.keys[signer], "--detach-sign", str(file))

    def key(self, which: int = 1) -> bytes:
        return gpg(self.keys[0], "--armor", "--export", self.keys[which]).encode()

    def __call__(self, url: str, path: str) -> None:
        self.asked.append(url)
        if url.endswith(".gpg"):
            Path(path).write_bytes(self.key())
            return
        if url.endswith("/CWAGENT_VERSION"):
            Path(path).write_text(f"{self.newest}\n", encoding="utf-8")
            return
        place = url.split("/")[-2]
        file = self.directory / (place + (".sig" if url.endswith(".sig") else ""))
        if not file.exists():
            raise HostError(f"{url}: HTTP status 403")
        shutil.copy(file, path)


class PackagedHost(FakeHost):
    """A Debian host: packages install by their version, the real gpgv judges signatures."""

    unpacked_mode = 0o755

    def play_gpgv(self, argv: list[str]) -> Result:
        return system.run(argv)

    def play_dpkg_deb(self, argv: list[str]) -> Result:
        if argv[1] == "--extract":
            program = Path(argv[3]) / "opt/aws/amazon-cloudwatch-agent/bin/config-translator"
            program.parent.mkdir(parents=True)
            program.touch(mode=self.unpacked_mode)
            return Result(0)
        return Result(0, Path(argv[2]).read_text(encoding="utf-8"))

    def play_dpkg_query(self, argv: list[str]) -> Result:
        return Result(0, "installed") if self.build() else Result(1)

    def play_dpkg(self, argv: list[str]) -> Result:
        build = Path(argv[-1]).read_text(encoding="utf-8")[: -len("-1")]
        running = self.wanted
        self.install()
        Path(self.layout.version_file).write_text(build + "\n", encoding="utf-8")
        if running:
            self.start()
        return Result(0)

    def build(self) -> str:
        return system.read_text(self.layout.version_file).strip()


@pytest.fixture
def box(tmp_path: Path) -> PackagedHost:
    host = PackagedHost(tmp_path / "root")
    host.write(host.layout.at("/etc/os-release"), 'PRETTY_NAME="Debian"\nID=debian\n')
    host.write(host.layout.at("/var/lib/dpkg/lock-frontend"), "")
    os.mkdir(host.layout.at("/run"))
    return host


@pytest.fixture
def mirror(tmp_path: Path, keys: tuple[Path, str, str]) -> Mirror:
    (tmp_path / "mirror").mkdir()
    return Mirror(tmp_path / "mirror", keys)


@pytest.fixture
def scratch(tmp_path: Path) -> str:
    (tmp_path / "scratch").mkdir()
    return str(tmp_path / "scratch")


def desired(mirror: Mirror, build: str = "", **more: object) -> Request:
    return replace(Request(build, MIRROR, f"{MIRROR}/assets/key.gpg", mirror.keys[1], architecture="amd64"), **more)  # type: ignore[arg-type]


def test_latest_on_a_fresh_host(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    outcome = ensure_package(box.host, desired(mirror), mirror, scratch)
    assert outcome.changed and box.build() == LATEST and outcome.after.build == LATEST
    assert mirror.asked[-1] == f"{MIRROR}/debian/amd64/latest/amazon-cloudwatch-agent.deb"
    assert ("--force-confold" in argv for argv in box.called("dpkg"))


@pytest.mark.parametrize("build", ["", BUILD])
def test_nothing_is_upgraded_by_itself(box: PackagedHost, mirror: Mirror, scratch: str, build: str) -> None:
    box.install()
    assert not ensure_package(box.host, desired(mirror, build), mirror, scratch).changed
    assert mirror.asked == []


@pytest.mark.parametrize(("present", "build"), [(BUILD, NEWER), (NEWER, BUILD)])
def test_up_and_down(box: PackagedHost, mirror: Mirror, scratch: str, present: str, build: str) -> None:
    box.install()
    Path(box.layout.version_file).write_text(present, encoding="utf-8")
    assert ensure_package(box.host, desired(mirror, build), mirror, scratch).changed
    assert box.build() == build


def test_check_mode_verifies_and_installs_nothing(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    outcome = ensure_package(box.host, desired(mirror), mirror, scratch, check_mode=True)
    assert outcome.changed and outcome.after.build == LATEST and not box.called("dpkg")
    assert box.called("gpgv", f"{scratch}/amazon-cloudwatch-agent-latest.deb")


def test_wrong_signature(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    (mirror.directory / "latest").write_text("forged-1", encoding="utf-8")
    with pytest.raises(HostError, match=r"no good signature.*BADSIG.*nothing was changed"):
        ensure_package(box.host, desired(mirror), mirror, scratch)
    assert not box.called("dpkg")


def test_signed_by_another_key(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    mirror.publish("latest", LATEST, signer=2)
    with pytest.raises(HostError, match="no good signature"):
        ensure_package(box.host, desired(mirror), mirror, scratch)


def test_signed_by_another_key_of_the_same_file(box: PackagedHost, mirror: Mirror, scratch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror.publish("latest", LATEST, signer=2)
    both = mirror.key(1) + mirror.key(2)
    monkeypatch.setattr(mirror, "key", lambda which=1: both)
    with pytest.raises(HostError, match="no good signature"):
        ensure_package(box.host, desired(mirror), mirror, scratch)


def test_another_key_than_the_pinned_one(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    with pytest.raises(HostError, match=f"has the fingerprint {mirror.keys[1]}, pinned is {'A' * 40}"):
        ensure_package(box.host, desired(mirror, fingerprint="A" * 40), mirror, scratch)
    assert len(mirror.asked) == 1


def test_other_build_than_the_path_says(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    mirror.publish(NEWER, "1.0")
    with pytest.raises(HostError, match=f"has version 1.0-1, and build {NEWER} was asked for"):
        ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)


def test_without_a_verifier(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.overrides["gpgv --version"] = Result(127)
    with pytest.raises(HostError, match="neither gpgv nor gpg"):
        ensure_package(box.host, desired(mirror), mirror, scratch)


def test_gpg_where_gpgv_is_not(box: PackagedHost, mirror: Mirror, scratch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    box.overrides["gpgv --version"] = Result(127)
    os.chmod(scratch, 0o700)
    monkeypatch.setattr(PackagedHost, "play_gpg", lambda self, argv: system.run(argv), raising=False)
    assert ensure_package(box.host, desired(mirror), mirror, scratch).changed


def test_new_build_refuses_the_configuration(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())
    box.refused.add(configuration())
    with pytest.raises(HostError, match="translator refuses"):
        ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert box.build() == BUILD
    judged = box.called("config-translator")[0]
    assert judged[0].startswith(f"{scratch}/unpacked/opt/aws")


def test_new_build_cannot_be_executed_in_scratch(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())
    box.unpacked_mode = 0o644
    outcome = ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert outcome.changed and "nothing may be executed" in outcome.warnings[0]


def test_new_build_judges_what_is_wanted(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.refused.add(configuration(5))
    sources = [Source("ssm:web:4", content=configuration(5))]
    with pytest.raises(HostError, match="refuses ssm:web:4"):
        ensure_package(box.host, desired(mirror, sources=sources), mirror, scratch)
    assert not box.called("dpkg")


def test_running_agent_lives_on_with_the_new_build(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())
    assert ensure_package(box.host, desired(mirror, NEWER), mirror, scratch).warnings == []
    assert box.invocation == 2 and not box.dead()


def test_running_agent_dies_with_the_new_build(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())
    box.fate = lambda texts: (3.0, "dies") if box.build() == NEWER else (1.0, "ready")
    with pytest.raises(HostError, match=rf"died with build {NEWER} \(.*\); build {BUILD} is back and the agent runs") as caught:
        ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert any("no role" in line for line in caught.value.log)
    assert box.build() == BUILD and not box.dead()


def test_old_build_is_not_to_be_had(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())
    (mirror.directory / BUILD).unlink()
    outcome = ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert box.build() == NEWER and BUILD in outcome.warnings[0]


def test_package_manager_fails(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.overrides["dpkg --install"] = Result(1, "", "dpkg: error: no space left on device\n")
    with pytest.raises(
        HostError, match=r"dpkg failed with exit status 1 while it installed .*latest\.deb; the package is now not there\. Hint"
    ) as caught:
        ensure_package(box.host, desired(mirror), mirror, scratch)
    assert caught.value.log == ["dpkg: error: no space left on device"]


def test_new_daemon_that_says_it_is_ready_and_dies_is_taken_back(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())

    def fate(texts: list[str]) -> tuple[float, str]:
        if box.build() == NEWER:
            box.log(f"I! {logs.READY}")
            return (8.0, "dies")
        return (1.0, "ready")

    box.fate = fate
    with pytest.raises(HostError, match=rf"died with build {NEWER} \(.*\); build {BUILD} is back and the agent runs") as caught:
        ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert any("no role" in line for line in caught.value.log)
    assert box.build() == BUILD


def test_reason_is_not_lost_where_the_way_back_fails(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())
    box.fate = lambda texts: (3.0, "dies") if box.build() == NEWER else (1.0, "ready")
    dpkg = box.play_dpkg
    full = Result(1, "", "dpkg: error: no space left on device\n")
    box.play_dpkg = lambda argv: dpkg(argv) if NEWER in argv[-1] else full  # type: ignore[method-assign]
    with pytest.raises(HostError, match=rf"died with build {NEWER} \(.*\); going back to build {BUILD} failed as well") as caught:
        ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert any("no role" in line for line in caught.value.log)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Result(-9), r"dpkg was killed by signal 9 \(SIGKILL\) while it installed .*; the package is now half-installed"),
        (Result(124), "dpkg did not end within 600 s and was killed"),
    ],
)
def test_dpkg_that_does_not_come_to_its_end(box: PackagedHost, mirror: Mirror, scratch: str, answer: Result, words: str) -> None:
    def broken(argv: list[str]) -> Result:
        box.overrides["dpkg-query"] = Result(0, f"half-installed {LATEST}-1")
        return answer

    box.play_dpkg = broken  # type: ignore[method-assign]
    with pytest.raises(HostError, match=words):
        ensure_package(box.host, desired(mirror), mirror, scratch)


def test_installation_that_was_broken_off_is_brought_to_its_own_end(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.overrides["dpkg-query"] = Result(0, f"unpacked {NEWER}-1")
    dpkg = box.play_dpkg

    def repairing(argv: list[str]) -> Result:
        del box.overrides["dpkg-query"]
        return dpkg(argv)

    box.play_dpkg = repairing  # type: ignore[method-assign]
    outcome = ensure_package(box.host, desired(mirror), mirror, scratch)
    assert outcome.changed and box.build() == NEWER
    assert outcome.warnings == ["an earlier installation was interrupted (unpacked); this run has repaired it first"]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("1.300064", "a release without its build; nothing was changed. Hint: give the whole string, such as 1.300064.1b1344"),
        ("newest", "this is no build of the agent"),
    ],
)
def test_what_is_no_build_is_refused_before_any_request(box: PackagedHost, mirror: Mirror, scratch: str, build: str, words: str) -> None:
    with pytest.raises(HostError, match=re.escape(words)):
        ensure_package(box.host, desired(mirror, build), mirror, scratch)
    assert mirror.asked == []


def test_read_only_file_system_is_refused_before_any_request(
    box: PackagedHost, mirror: Mirror, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "read_only", lambda host: ["/opt"])
    with pytest.raises(HostError, match=r"file system of /opt is read-only: nothing was changed\. Hint"):
        ensure_package(box.host, desired(mirror), mirror, scratch, check_mode=True)
    assert mirror.asked == []


def test_it_waits_for_another_change_and_takes_its_result(
    box: PackagedHost, mirror: Mirror, scratch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lock.held(box.host, 1.0), pytest.raises(HostError, match="for more than 120 s"):
        ensure_package(box.host, desired(mirror), mirror, scratch)
    assert not box.called("dpkg")

    @contextlib.contextmanager
    def after_another_run(host: system.Host) -> Iterator[None]:
        box.install()
        Path(box.layout.version_file).write_text(LATEST + "\n", encoding="utf-8")
        yield

    monkeypatch.setattr(lock, "held", after_another_run)
    shutil.rmtree(scratch)
    os.mkdir(scratch)
    assert not ensure_package(box.host, desired(mirror), mirror, scratch).changed
    assert not box.called("dpkg")


def test_change_says_since_when_it_is_in_force(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    box.running_with("ssm_web_3", configuration())
    before = service.read(box.host).invocation_id
    outcome = ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert outcome.changed_at == service.read(box.host).started_at
    assert outcome.invocation_id == service.read(box.host).invocation_id != before
    again = ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert (again.changed_at, again.invocation_id) == (None, outcome.invocation_id)


def test_no_package_for_this_host(fake: FakeHost, mirror: Mirror, scratch: str) -> None:
    with pytest.raises(HostError, match="no agent package for this host"):
        ensure_package(fake.host, desired(mirror), mirror, scratch)


def test_packets_of_the_new_format(mirror: Mirror) -> None:
    """Of a key that is long enough to have its length in two bytes."""
    home = mirror.keys[0]
    gpg(home, "--quick-generate-key", "long", "rsa2048", "sign", "never")
    fingerprint = gpg(home, "--with-colons", "--list-keys", "long").partition("\nfpr:::::::::")[2].partition(":")[0]
    old = signature.binary_key(gpg(home, "--armor", "--export", "long").encode())
    assert old[0] == 0x99
    length = int.from_bytes(old[1:3], "big")
    body = old[3 : 3 + length]
    for head in (bytes([192 + ((length - 192) >> 8), (length - 192) & 255]), b"\xff" + length.to_bytes(4, "big")):
        assert signature.key_fingerprints(b"\xc6" + head + body) == [fingerprint]


def test_latest_by_name(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    """The mirror says which build that is; where it is installed, nothing else is fetched."""
    box.install()
    assert ensure_package(box.host, desired(mirror, "latest"), mirror, scratch).after.build == NEWER
    assert mirror.asked[0] == f"{MIRROR}/info/latest/CWAGENT_VERSION"
    mirror.asked.clear()
    assert not ensure_package(box.host, desired(mirror, "latest"), mirror, scratch).changed
    assert len(mirror.asked) == 1
    mirror.newest = "<html>"
    with pytest.raises(HostError, match="says '<html>', which is no build; nothing was changed"):
        ensure_package(box.host, desired(mirror, "latest"), mirror, scratch)


def test_what_the_controller_has_to_provide(box: PackagedHost, mirror: Mirror) -> None:
    """Key, signature and package, those of the build before for the way back, and nothing where nothing changes."""
    latest = "debian/amd64/latest/amazon-cloudwatch-agent.deb"
    assert wanted(box.host, desired(mirror)) == ["assets/amazon-cloudwatch-agent.gpg", f"{latest}.sig", latest]
    box.install()
    assert wanted(box.host, desired(mirror)) == []
    signatures = [f"debian/amd64/{build}/amazon-cloudwatch-agent.deb.sig" for build in (NEWER, BUILD)]
    assert wanted(box.host, desired(mirror, NEWER))[1::2] == signatures


def test_a_file_on_the_host(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    """The key is looked for beside it; there is no other build to go back to, which is said."""
    box.running_with("ssm_web_3", configuration())

    def here(url: str, path: str) -> None:
        mirror(url.replace("file:///srv/one/agent.deb", f"{MIRROR}/debian/amd64/{NEWER}/x.deb"), path)

    outcome = ensure_package(box.host, desired(mirror, NEWER, file="/srv/one/agent.deb", key_url=""), here, scratch)
    assert outcome.changed and "/srv/one/agent.deb is all that there is" in outcome.warnings[0]
    assert mirror.asked[0] == "file:///srv/one/amazon-cloudwatch-agent.gpg"
    with pytest.raises(HostError, match="build latest of the one file"):
        ensure_package(box.host, desired(mirror, "latest", file="/srv/one/agent.deb"), here, scratch)


def test_package_whose_scripts_fail_is_taken_back_from_a_running_agent(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    """They have stopped it: it runs with the build before, and both reasons are said."""
    box.running_with("ssm_web_3", configuration())
    dpkg = box.play_dpkg

    def failing(argv: list[str]) -> Result:
        if NEWER in argv[-1]:
            box.wanted = False
            return Result(1, "", "installed post-installation script subprocess returned error\n")
        return dpkg(argv)

    box.play_dpkg = failing  # type: ignore[method-assign]
    with pytest.raises(HostError, match=rf"dpkg failed with exit status 1 .*; build {BUILD} is back and the agent runs") as caught:
        ensure_package(box.host, desired(mirror, NEWER), mirror, scratch)
    assert caught.value.log == ["installed post-installation script subprocess returned error"]
    assert box.build() == BUILD and box.wanted


def test_agent_that_a_package_left_alone_is_started_anew(box: PackagedHost, mirror: Mirror, scratch: str) -> None:
    """Its programs were gone, so that the package's scripts restarted nothing: it would have gone on with what was deleted."""
    box.running_with("ssm_web_3", configuration())
    os.unlink(box.layout.program("amazon-cloudwatch-agent-ctl"))
    dpkg = box.play_dpkg

    def quiet(argv: list[str]) -> Result:
        running, invocation = box.wanted, box.invocation
        box.wanted = False
        answer = dpkg(argv)
        box.wanted, box.invocation = running, invocation
        return answer

    box.play_dpkg = quiet  # type: ignore[method-assign]
    assert ensure_package(box.host, desired(mirror), mirror, scratch).changed
    assert box.invocation == 2 and not box.dead()
