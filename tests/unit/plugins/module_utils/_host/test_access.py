# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access

from .conftest import FakeHost

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can ask for another user")


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    for path in (tmp_path, *tmp_path.parents):
        if path != Path("/") and path.stat().st_uid == os.geteuid():
            path.chmod(path.stat().st_mode | 0o711)
    return tmp_path


@as_root
def test_another_user(open_path: Path) -> None:
    private, public, closed = open_path / "private", open_path / "public", open_path / "closed"
    closed.mkdir(mode=0o700)
    for path, mode in ((private, 0o600), (public, 0o644), (closed / "file", 0o644)):
        path.write_text("x", encoding="utf-8")
        path.chmod(mode)
    who = access.user("nobody")
    assert access.readable(who, [str(private), str(public), str(closed / "file"), str(open_path / "none")]) == [False, True, False, False]
    assert access.readable(access.user("root"), [str(private)]) == [True]


@as_root
def test_group(open_path: Path) -> None:
    path = open_path / "log"
    path.write_text("x", encoding="utf-8")
    path.chmod(0o640)
    entry = pwd.getpwnam("daemon")
    os.chown(path, 0, entry.pw_gid)
    assert access.readable(access.user("daemon"), [str(path)]) == [True]
    assert access.readable(access.user("nobody"), [str(path)]) == [False]


def test_user_who_is_not_there_reads_what_everybody_reads() -> None:
    who = access.user("nobody-of-this-name")
    assert not who.exists and who.uid == access.NOBODY
    assert access.owner(4_000_000) == "4000000"


def test_newest_match_counts(fake: FakeHost, tmp_path: Path) -> None:
    for name, at in (("a/one.log", 100), ("a/b/two.log", 300), ("three.log", 200)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
        os.utime(path, (at, at))
    (tmp_path / "four.log").mkdir()
    patterns = [f"{tmp_path}/**/*.log", f"{tmp_path}/three.log", f"{tmp_path}/none*.log"]
    found = access.observe_files(fake.layout, patterns, access.user("root"), 250)
    assert [(one.path, one.file, one.exists, one.grown) for one in found] == [
        (patterns[0], f"{tmp_path}/a/b/two.log", True, True),
        (patterns[1], f"{tmp_path}/three.log", True, False),
        (patterns[2], "", False, False),
    ]


def test_offset_of_the_agent(fake: FakeHost, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("12345", encoding="utf-8")
    assert access.observe_files(fake.layout, [str(log)], access.user("root"), 1)[0].sent is None
    fake.write(f"{fake.layout.offsets}/{str(log).replace('/', '_')}", f"3\n{log}")
    assert access.observe_files(fake.layout, [str(log)], access.user("root"), 1)[0].sent == 3


@as_root
def test_unreadable_file_has_a_note(fake: FakeHost, open_path: Path) -> None:
    log = open_path / "app.log"
    log.write_text("x", encoding="utf-8")
    log.chmod(0o600)
    found = access.observe_files(fake.layout, [str(log)], access.user("nobody"), 0)[0]
    assert not found.readable and "nobody" in found.hint and "cw_agent_log_access" in found.hint
    assert "its 1 bytes" not in found.hint and "1 byte of it" in found.hint


def test_file_that_is_rotated_away_meanwhile(fake: FakeHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, other = tmp_path / "app.log", tmp_path / "other.log"
    log.write_text("x", encoding="utf-8")
    other.write_text("y", encoding="utf-8")
    readable = access.readable

    def rotating(who: access.User, paths: list[str]) -> list[bool]:
        log.unlink(missing_ok=True)
        return readable(who, paths)

    monkeypatch.setattr(access, "readable", rotating)
    found = access.observe_files(fake.layout, [str(log), str(other)], access.user("root"), 0)
    assert [(one.exists, one.readable, one.hint) for one in found] == [(False, False, ""), (True, True, "")]


def test_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert access.readable(access.user("root"), [str(tmp_path / "pipe")]) == [False]
