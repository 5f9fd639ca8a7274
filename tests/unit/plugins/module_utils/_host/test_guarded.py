# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import guarded
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """``private`` may be changed by root alone, ``shared`` by everybody; both hold a file."""
    for name, mode in (("private", 0o755), ("shared", 0o777)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
        (tmp_path / name / "file").write_text(name, encoding="utf-8")
    return tmp_path


def test_plain_files(tree: Path) -> None:
    assert guarded.read_text(str(tree / "private/file")) == "private"
    assert guarded.read_text(str(tree / "private/../shared/./file")) == "shared"
    assert guarded.read_text(str(tree / "private/none")) == ""
    assert guarded.read_text(str(tree / "private/file/below")) == ""


def test_links_out_of_directories_of_root(tree: Path) -> None:
    (tree / "private/absolute").symlink_to(tree / "shared/file")
    (tree / "private/relative").symlink_to("../private/absolute")
    (tree / "link").symlink_to("private")
    assert guarded.read_text(str(tree / "link/relative")) == "shared"


def test_links_out_of_directories_of_others(tree: Path) -> None:
    (tree / "shared/link").symlink_to(tree / "private/file")
    (tree / "shared/directory").symlink_to(tree / "private")
    (tree / "private/indirect").symlink_to(tree / "shared/link")
    for path in ("shared/link", "shared/directory/file", "private/indirect"):
        with pytest.raises(HostError, match=f"{tree / path} is a symbolic link, or lies behind one, .* not followed"):
            guarded.read_text(str(tree / path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_directory_that_belongs_to_somebody_else(tree: Path) -> None:
    (tree / "private/link").symlink_to("file")
    os.chown(tree / "private", 65534, 65534)
    with pytest.raises(HostError, match="not followed"):
        guarded.read_text(str(tree / "private/link"))


def test_what_is_no_file(tree: Path) -> None:
    os.mkfifo(tree / "shared/pipe")
    for path in ("shared/pipe", "shared", "private/.."):
        with pytest.raises(guarded.NotRegularError, match="is no regular file"):
            guarded.read_text(str(tree / path))


def test_errors_name_the_whole_path(tree: Path) -> None:
    (tree / "private/loop").symlink_to("loop")
    with pytest.raises(OSError, match="Too many levels") as caught:
        guarded.open_regular(str(tree / "private/loop"))
    assert caught.value.filename == str(tree / "private/loop")


def test_no_descriptor_stays_open(tree: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    guarded.read_text(str(tree / "private/file"))
    with pytest.raises(OSError, match="No such file"):
        guarded.open_regular(str(tree / "private/none"))
    assert len(os.listdir("/proc/self/fd")) == before
