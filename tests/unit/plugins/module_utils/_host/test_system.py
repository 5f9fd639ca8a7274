# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import system
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

HANGING = 60
"""Seconds that a program hangs that nobody waits for: far more than a machine with other work takes for anything else."""


def test_run_answers_what_the_program_said() -> None:
    answer = system.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (answer.rc, answer.out, answer.err) == (3, "out\n", "err\n")


def test_programs_that_cannot_be_run(tmp_path: Path) -> None:
    assert system.run([str(tmp_path / "none")]).rc == 127
    (tmp_path / "text").touch()
    assert system.run([str(tmp_path / "text")]).rc == 126


def test_messages_are_english_and_the_path_is_whole() -> None:
    answer = system.run(["sh", "-c", 'echo "$LC_ALL $PATH $GREETING"'], env={"GREETING": "hello"})
    assert answer.out.startswith("C ") and "/usr/sbin:/sbin hello" in answer.out


def _gone(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:
            return stream.read().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    begun = time.monotonic()
    answer = system.run(["sh", "-c", f"sleep {HANGING} & echo $! > {pids}; echo begun; wait"], timeout=2)
    assert answer.rc == 124 and answer.out == "begun\n" and "did not end within 2 s" in answer.err
    assert time.monotonic() - begun < HANGING / 2
    child = int(pids.read_text(encoding="utf-8"))
    deadline = time.monotonic() + HANGING / 2
    while not _gone(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _gone(child)


def test_a_grandchild_that_left_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "END_SECONDS", 0.5)
    pids = tmp_path / "pids"
    left = f"sh -c 'echo $$ > {pids}; exec sleep {HANGING}'"
    assert system.run(["sh", "-c", f"setsid {left} & until [ -s {pids} ]; do :; done; sleep {HANGING}"], timeout=2).rc == 124
    grandchild = int(pids.read_text(encoding="utf-8"))
    assert not _gone(grandchild)  # it holds the pipe, and was not waited for
    os.kill(grandchild, signal.SIGKILL)


def test_write_file_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "file"
    system.write_file(str(path), "old", 0o644, (0, 0))
    system.write_file(str(path), "new", 0o600, (0, 0))
    assert path.read_text(encoding="utf-8") == "new" and path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["file"]


def test_write_file_follows_nothing(tmp_path: Path) -> None:
    (tmp_path / "victim").mkdir()
    (tmp_path / "d").symlink_to("victim")
    with pytest.raises(HostError, match="is a symbolic link"):
        system.write_file(str(tmp_path / "d/file"), "text", 0o600, (0, 0))
    assert os.listdir(tmp_path / "victim") == []


def test_write_file_says_where_it_cannot(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=f"cannot write {tmp_path}/none/file: No such file"):
        system.write_file(str(tmp_path / "none/file"), "text", 0o600, (0, 0))


def test_read_text_of_nothing(tmp_path: Path) -> None:
    assert system.read_text(str(tmp_path / "none")) == ""
