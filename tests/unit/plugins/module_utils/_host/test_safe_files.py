# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import safe_files
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

Make = Callable[[Path, Path], None]


def _link(path: Path, victim: Path) -> None:
    path.symlink_to(victim / "secret")


def _fifo(path: Path, victim: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path, victim: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


def _directory(path: Path, victim: Path) -> None:
    path.mkdir()


SWAPS = [(_link, "a symbolic link"), (_fifo, "a FIFO"), (_socket, "a socket"), (_directory, "a directory")]


@pytest.fixture(autouse=True)
def _no_hanging() -> Iterator[None]:
    signal.alarm(20)
    yield
    # Left alone it would end the process in the midst of another test.
    signal.alarm(0)


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.mkdir()
    (path / "secret").write_text("secret", encoding="utf-8")
    return path


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    """A directory that others can write to."""
    path = tmp_path / "loose"
    path.mkdir()
    path.chmod(0o777)
    return path


def test_reads_a_regular_file(loose: Path) -> None:
    (loose / "a").write_bytes("ä".encode())
    found = safe_files.read_regular(str(loose / "a"))
    assert found and found.content == "ä".encode() and found.text == "ä" and found.found.st_size == 2
    assert safe_files.read_text(str(loose / "a")) == "ä"


@pytest.mark.parametrize("name", ["none", "none/deeper/x"])
def test_what_is_missing_is_nothing(loose: Path, name: str) -> None:
    path = str(loose / name)
    assert safe_files.read_regular(path) is None and safe_files.read_text(path) == ""
    assert not safe_files.remove_regular(path) and not safe_files.require_regular(path)
    assert safe_files.entries(path) == []
    safe_files.remove_tree(path)


@pytest.mark.parametrize(("make", "what"), SWAPS)
@pytest.mark.parametrize("use", [safe_files.read_regular, safe_files.open_regular, safe_files.require_regular, safe_files.remove_regular])
def test_anything_else_is_refused(loose: Path, victim: Path, make: Make, what: str, use: Callable[[str], object]) -> None:
    make(loose / "a", victim)
    with pytest.raises(HostError, match=f"{loose}/a is {what} and not a regular file.*Hint"):
        use(str(loose / "a"))
    assert (victim / "secret").read_text(encoding="utf-8") == "secret"


@pytest.mark.parametrize(
    "use", [safe_files.read_regular, safe_files.remove_regular, safe_files.remove_tree, safe_files.entries, safe_files.claim]
)
def test_a_link_on_the_way_is_refused(loose: Path, victim: Path, use: Callable[[str], object]) -> None:
    (victim / "sub").mkdir()
    (loose / "d").symlink_to(victim)
    for path in ("d/secret", "d/sub"):
        with pytest.raises(HostError, match=f"{loose}/d is a symbolic link and not a directory"):
            use(str(loose / path))
    assert sorted(os.listdir(victim)) == ["secret", "sub"]


@pytest.mark.parametrize("make", [_link, _fifo, _socket])
def test_swapped_after_the_first_question(loose: Path, victim: Path, monkeypatch: pytest.MonkeyPatch, make: Make) -> None:
    status, honest = safe_files._status, os.stat(victim / "secret")
    make(loose / "a", victim)
    asked: list[str] = []

    def lie(where: int, name: str) -> os.stat_result:
        asked.append(name)
        return honest if name == "a" and asked.count("a") < 3 else status(where, name)

    monkeypatch.setattr(safe_files, "_status", lie)
    with pytest.raises(HostError, match=f"{loose}/a is a.* and not a regular file"):
        safe_files.read_regular(str(loose / "a"))


def test_a_link_in_the_place_of_a_directory_is_refused(loose: Path, victim: Path) -> None:
    (loose / "d").symlink_to(victim)
    for use in (safe_files.entries, safe_files.remove_tree, safe_files.claim):
        with pytest.raises(HostError, match=f"{loose}/d is a symbolic link and not a directory"):
            use(str(loose / "d"))
    assert os.listdir(victim) == ["secret"]


def test_root_s_own_links_are_followed(tmp_path: Path, victim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_files, "_only_root_writes", lambda found: not found.st_mode & 0o002 or found.st_mode & 0o1000)
    (tmp_path / "relative").symlink_to("victim")
    (tmp_path / "absolute").symlink_to(victim / "secret")
    assert safe_files.read_text(str(tmp_path / "relative/secret")) == "secret"
    assert safe_files.read_text(str(tmp_path / "absolute")) == "secret"
    assert [one.name for one in safe_files.entries(str(tmp_path / "relative"))] == ["secret"]
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(HostError, match="too many symbolic links"):
        safe_files.read_text(str(tmp_path / "round"))


def test_root_s_link_into_a_loose_directory_trusts_nothing_there(
    tmp_path: Path, loose: Path, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_files, "_only_root_writes", lambda found: not found.st_mode & 0o002 or found.st_mode & 0o1000)
    (tmp_path / "in").symlink_to("loose")
    (loose / "d").symlink_to(victim)
    with pytest.raises(HostError, match=f"{loose}/d is a symbolic link"):
        safe_files.read_text(str(tmp_path / "in/d/secret"))


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "trusted"),
    [(0o755, 0, 0, True), (0o775, 0, 0, True), (0o775, 0, 7, False), (0o757, 0, 0, False), (0o1777, 0, 0, False), (0o700, 99999, 0, False)],
)
def test_who_can_write(mode: int, uid: int, gid: int, trusted: bool) -> None:
    found = os.stat_result((mode, 0, 0, 1, uid, gid, 0, 0, 0, 0))
    assert safe_files._only_root_writes(found) is trusted


def test_limit(loose: Path) -> None:
    (loose / "a").write_bytes(b"x" * 1025)
    with pytest.raises(HostError, match="more than 1 KiB"):
        safe_files.read_regular(str(loose / "a"), 1024)
    assert safe_files.read_regular(str(loose / "a"), 1025)


def test_entries_of_every_depth(loose: Path, victim: Path) -> None:
    (loose / "sub/inner").mkdir(parents=True)
    (loose / "sub/inner/x").touch()
    (loose / "link").symlink_to(victim)
    found = safe_files.entries(str(loose))
    assert [(one.name, one.is_file, one.is_directory) for one in found] == [
        ("link", False, False),
        ("sub", False, True),
        ("sub/inner", False, True),
        ("sub/inner/x", True, False),
    ]
    with pytest.raises(HostError, match=f"{loose}/link is a symbolic link"):
        safe_files.require_plain(str(loose), found)


def test_entries_too_deep(loose: Path) -> None:
    loose.joinpath(*["d"] * 20).mkdir(parents=True)
    with pytest.raises(HostError, match="deeper than 16"):
        safe_files.entries(str(loose))


def test_remove_tree_leaves_what_links_point_to(loose: Path, victim: Path) -> None:
    (loose / "d/sub").mkdir(parents=True)
    (loose / "d/sub/link").symlink_to(victim)
    (loose / "d/file").touch()
    safe_files.remove_tree(str(loose / "d"))
    assert os.listdir(loose) == [] and os.listdir(victim) == ["secret"]


def test_make_directory(loose: Path, victim: Path) -> None:
    safe_files.make_directory(str(loose / "a/b"), 0o700)
    safe_files.make_directory(str(loose / "a/b"))
    assert (loose / "a/b").stat().st_mode & 0o777 == 0o700
    (loose / "link").symlink_to(victim)
    with pytest.raises(HostError, match="symbolic link"):
        safe_files.make_directory(str(loose / "link/b"))
    assert os.listdir(victim) == ["secret"]


def test_claim(loose: Path) -> None:
    safe_files.claim(str(loose))
    found = loose.stat()
    assert found.st_uid == os.geteuid() and (os.geteuid() != 0 or found.st_mode & 0o022 == 0)


def test_copy(loose: Path, tmp_path: Path) -> None:
    (loose / "a").write_text("text", encoding="utf-8")
    (loose / "a").chmod(0o640)
    os.utime(loose / "a", (1, 2))
    safe_files.copy(str(loose / "a"), str(tmp_path / "copy"))
    found = (tmp_path / "copy").stat()
    assert (tmp_path / "copy").read_text(encoding="utf-8") == "text" and (found.st_mode & 0o777, found.st_mtime) == (0o640, 2)
    with pytest.raises(FileExistsError):
        safe_files.copy(str(loose / "a"), str(tmp_path / "copy"))
    with pytest.raises(FileNotFoundError):
        safe_files.copy(str(loose / "none"), str(tmp_path / "other"))


def test_link_takes_the_place_of_anything(loose: Path, victim: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_text("good", encoding="utf-8")
    (loose / "link").symlink_to(victim / "secret")
    os.mkfifo(loose / "fifo")
    (loose / "fifo.tmp").symlink_to(victim / "secret")
    (loose / "dir/inner").mkdir(parents=True)
    for name in ("link", "fifo", "dir", "new/deeper"):
        safe_files.link(str(source), str(loose / name))
        safe_files.link(str(source), str(loose / name))
        assert (loose / name).read_text(encoding="utf-8") == "good" and not (loose / name).is_symlink()
    assert sorted(os.listdir(loose)) == ["dir", "fifo", "link", "new"]
    assert (victim / "secret").read_text(encoding="utf-8") == "secret"
