# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A user who reads nothing but what it is given, on files of the test and with the real kernel and setfacl."""

from __future__ import annotations

import grp
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.access import User
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Host, Result, run

from .conftest import FakeHost

ADM = grp.getgrnam("adm").gr_gid
UID = 47110
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away and ask for another user")


def lists_work(directory: Path) -> bool:
    """Whether there are access control lists here."""
    if not shutil.which("setfacl"):
        return False
    place = directory / "lists"
    place.mkdir()
    return subprocess.run(["setfacl", "-m", f"u:{UID}:x", str(place)], check=False).returncode == 0


def with_lists(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader where access control lists work; elsewhere the test is left out."""
    if not lists_work(Path(fake.layout.root)):
        pytest.skip("there is no setfacl here, or no access control lists in the temporary directory")
    return Reader(fake, monkeypatch)


class Reader:
    """The user ``reader``; ``groups``: the numbers of those it was put into."""

    def __init__(self, fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fake = fake
        self.groups: list[int] = []
        self.fails = ""
        self.host = Host(fake.layout, self.run, fake.now, fake.monotonic, fake.sleep)
        monkeypatch.setattr(access, "user", self.user)

    def user(self, name: str) -> User:
        return User(name, UID, UID, (UID, *self.groups)) if name == "reader" else User(name, 0, 0, (0,))

    def run(self, argv: list[str], timeout: float = 60, env: dict[str, str] | None = None) -> Result:
        if self.fails and self.fails in " ".join(argv):
            return Result(1, "", "no")
        if argv[0] == "setfacl":
            # The user stands in no file of the host on which the tests run.
            return run([word.replace("u:reader:", f"u:{UID}:") for word in argv], timeout, env)
        if argv[0] == "usermod":
            self.groups.append(grp.getgrnam(argv[3]).gr_gid)
            return Result(0)
        if argv[0] == "gpasswd":
            self.groups.remove(grp.getgrnam(argv[3]).gr_gid)
            return Result(0)
        return self.fake.run(argv, timeout, env)

    def file(self, path: str, mode: int = 0o640, gid: int = ADM) -> str:
        """A log file; its directory is open."""
        whole = Path(self.fake.layout.at(path))
        whole.parent.mkdir(parents=True, exist_ok=True)
        whole.write_text("line\n", encoding="utf-8")
        whole.chmod(mode)
        os.chown(whole, 0, gid)
        return str(whole)

    def closed(self, path: str, mode: int = 0o700, gid: int = 0) -> str:
        """A directory that is not open."""
        whole = Path(self.fake.layout.at(path))
        whole.mkdir(parents=True, exist_ok=True)
        whole.chmod(mode)
        os.chown(whole, 0, gid)
        return str(whole)

    def reads(self, path: str) -> bool:
        return access.readable(self.user("reader"), [self.fake.layout.at(path)])[0]
