# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The old agent on a played host, with the database that it has."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._awslogs.agent import Log
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import awslogs
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost

STATE = "/var/lib/awslogs/agent-state"
MAIN = f"[general]\nstate_file = {STATE}\n[app]\nfile = /var/log/app*.log*\nlog_group_name = app\nlog_stream_name = {{instance_id}}\n"
LINES = b"first line\nsecond line\nthird line\n"


def key(section: str, lines: bytes) -> str:
    """As the old agent makes it: the section's name and the lines of the fingerprint."""
    return hashlib.md5(section.encode() + lines, usedforsecurity=False).hexdigest()


class Old:
    """A host with the old agent: its files, and what its database says."""

    def __init__(self, fake: FakeHost, main: str = MAIN, directory: str = "/etc/awslogs") -> None:
        self.fake, self.directory = fake, directory
        fake.overrides["systemctl show awslogsd"] = Result(0, "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n")
        fake.overrides["systemctl is-enabled awslogsd"] = Result(0, "enabled\n")
        fake.overrides["systemctl show awslogs.service"] = Result(0, "LoadState=not-found\nActiveState=inactive\n")
        self.write(f"{directory}/awslogs.conf", main)

    def write(self, path: str, content: str | bytes, age: float = 0) -> None:
        target = Path(self.fake.layout.at(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        os.utime(target, (1e9 - age, 1e9 - age))

    def database(self, pushed: dict[str, Any], begun: dict[str, Any] | None = None) -> None:
        path = Path(self.fake.layout.at(STATE))
        path.parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(path) as connection:
            for table, rows in (("push_state", pushed), ("stream_state", begun or {})):
                connection.execute(f"CREATE TABLE {table} (k TEXT PRIMARY KEY NOT NULL, v TEXT NOT NULL, ctime DATETIME, mtime DATETIME)")
                for k, v in rows.items():
                    connection.execute(f"INSERT INTO {table} VALUES (?, ?, '', '')", (k, json.dumps(v)))  # noqa: S608
        connection.close()

    def offset(self) -> awslogs.Offset:
        found = awslogs.observe(self.fake.host)
        assert found
        (offset,) = found.offsets
        assert offset.inode == (os.stat(self.fake.layout.at(offset.path)).st_ino if offset.path else 0)
        return offset._replace(inode=0)


@pytest.fixture
def old(fake: FakeHost) -> Old:
    return Old(fake)


def test_a_host_without_it(fake: FakeHost) -> None:
    assert awslogs.observe(fake.host) is None


@pytest.mark.parametrize(("directory", "cli"), [("/etc/awslogs", "awscli.conf"), ("/var/awslogs/etc", "aws.conf")])
def test_both_layouts_are_found_with_all_their_files(fake: FakeHost, directory: str, cli: str) -> None:
    old = Old(fake, directory=directory)
    old.write(f"{directory}/{cli}", "[default]\nregion = eu-west-1\naws_secret_access_key = hunter2\n")
    old.write(f"{directory}/config/b.conf", "[b]\nfile = /b.log\n")
    old.write(f"{directory}/proxy.conf", "HTTPS_PROXY=http://user:hunter2@proxy\nNO_PROXY=\n# http_proxy=x\n")
    found = awslogs.observe(fake.host)
    assert found
    assert (found.directory, found.state_file, found.proxies) == (directory, STATE, ("HTTPS_PROXY",))
    assert [file.path for file in (found.main, *found.additional, *found.cli)] == [
        f"{directory}/awslogs.conf",
        f"{directory}/config/b.conf",
        f"{directory}/{cli}",
    ]
    assert found.services == (awslogs.OldService("awslogsd.service", "active", True),)
    assert "hunter2" not in json.dumps(found.data)


def test_two_layouts_are_refused_unless_one_is_named(fake: FakeHost, old: Old) -> None:
    Old(fake, directory="/var/awslogs/etc")
    with pytest.raises(HostError, match=r"files in /etc/awslogs and in /var/awslogs/etc\. Hint: .* set directory"):
        awslogs.observe(fake.host)
    found = awslogs.observe(fake.host, "/var/awslogs/etc")
    assert found and found.directory == "/var/awslogs/etc"


def test_how_far_a_file_was_sent(old: Old) -> None:
    old.write("/var/log/app.log", LINES)
    old.database({key("app", b"first line\n"): {"end_position": 11}})
    assert old.offset() == awslogs.Offset("app", "/var/log/app*.log*", "/var/log/app.log", len(LINES), 11)


def test_the_newest_file_counts_and_archives_do_not(old: Old) -> None:
    old.write("/var/log/app.log.1", b"older\n", age=60)
    old.write("/var/log/app.log", LINES, age=30)
    old.write("/var/log/app.log.2.gz", b"x")
    old.database({key("app", b"first line\n"): {"end_position": 23}})
    assert (old.offset().path, old.offset().sent) == ("/var/log/app.log", 23)


def test_a_file_that_was_begun_at_its_end(old: Old) -> None:
    old.write("/var/log/app.log", LINES)
    old.database({}, {"app": {"source_id": key("app", b"first line\n"), "initial_position": 34}})
    assert old.offset().sent == 34


def test_a_file_that_it_has_not_begun(old: Old) -> None:
    """A new one after a rotation: what is known is of another file."""
    old.write("/var/log/app.log", LINES)
    old.database({key("app", b"other\n"): {"end_position": 9}}, {"app": {"source_id": key("app", b"other\n"), "initial_position": 3}})
    assert (old.offset().sent, old.offset().hint) == (None, "")


def test_other_lines_of_the_fingerprint(fake: FakeHost) -> None:
    old = Old(fake, MAIN + "file_fingerprint_lines = 2-3\n")
    old.write("/var/log/app.log", LINES)
    old.database({key("app", b"second line\nthird line\n"): {"end_position": 34}})
    assert old.offset().sent == 34


def test_a_file_that_is_too_short_for_its_fingerprint(fake: FakeHost) -> None:
    old = Old(fake, MAIN + "file_fingerprint_lines = 4\n")
    old.write("/var/log/app.log", LINES)
    old.database({})
    assert old.offset().sent is None


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (None, "is not there: awslogs has sent nothing yet"),
        (b"no database", "is no database of awslogs"),
    ],
)
def test_a_database_that_cannot_be_read_has_a_hint(old: Old, state: bytes | None, said: str) -> None:
    old.write("/var/log/app.log", LINES)
    if state:
        old.write(STATE, state)
    offset = old.offset()
    assert offset.sent is None
    assert said in offset.hint


def test_a_database_of_another_shape_has_a_hint(old: Old) -> None:
    old.write("/var/log/app.log", LINES)
    old.database({"x": {"position": 1}})
    assert "no database of awslogs ('end_position')" in old.offset().hint


def test_a_database_whose_path_is_relative_has_a_hint(fake: FakeHost) -> None:
    old = Old(fake, MAIN.replace(STATE, "watchstate"))
    old.write("/var/log/app.log", LINES)
    assert "state_file is watchstate" in old.offset().hint


def test_a_database_behind_a_link_of_somebody_else_is_refused(old: Old, tmp_path: Path) -> None:
    old.write("/var/log/app.log", LINES)
    Path(old.fake.layout.at(STATE)).parent.mkdir(parents=True)
    Path(old.fake.layout.at(STATE)).symlink_to(tmp_path / "elsewhere")
    Path(old.fake.layout.at(STATE)).parent.chmod(0o777)
    assert "is a symbolic link and not a regular file" in old.offset().hint


def test_a_first_line_without_end_is_refused(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awslogs, "_FINGERPRINT_LIMIT", 4096)
    old.write("/var/log/app.log", b"x" * 5000)
    with pytest.raises(HostError, match="longer than 4 KiB"):
        awslogs.fingerprint(old.fake.host, Log("f", "app", {}), "/var/log/app.log")


def test_a_path_that_is_not_absolute_has_no_offset(fake: FakeHost) -> None:
    Old(fake, MAIN.replace("/var/log/app*.log*", "app.log"))
    found = awslogs.observe(fake.host)
    assert found and found.offsets == ()


def test_files_that_both_agents_read(fake: FakeHost) -> None:
    """Only while the old agent runs, and only the one that it reads now."""
    old = Old(fake)
    old.write("/var/log/app1.log", LINES, age=50)
    old.write("/var/log/app2.log", LINES)
    patterns = ["/var/log/app*.log", "/var/log/other.log"]
    assert awslogs.shared(fake.host, patterns) == ["/var/log/app2.log"]
    assert awslogs.shared(fake.host, ["/var/log/app1.log"]) == []
    old.write("/etc/awslogs/config/other.conf", "[other]\nfile = /var/log/other.log\nlog_group_name = o\nlog_stream_name = o\n")
    old.write("/var/log/other.log", LINES)
    assert awslogs.shared(fake.host, patterns) == ["/var/log/app2.log", "/var/log/other.log"]
    fake.overrides["systemctl show awslogsd"] = Result(0, "LoadState=loaded\nActiveState=inactive\nUnitFileState=disabled\n")
    assert awslogs.shared(fake.host, patterns) == []
