# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user needs to read log files."""

from __future__ import annotations

import grp
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import access, log_needs
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.log_needs import ACL, DEFAULT, GROUP, Grant, Needs

from .conftest import FakeHost
from .reader import Reader, as_root

pytestmark = as_root


@pytest.fixture
def reader(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(fake, monkeypatch)


def by_groups(reader: Reader, *patterns: str) -> Needs:
    return log_needs.by_groups(reader.host.layout, patterns, reader.user("reader"), [])


def by_lists(reader: Reader, *patterns: str) -> list[tuple[str, str, str]]:
    found = log_needs.by_lists(reader.host.layout, patterns, reader.user("reader"), [])
    assert found.problems == []
    return [(one.kind, one.name[len(reader.host.layout.root) :], one.rights) for one in found.grants]


def test_the_groups_of_file_and_directory(reader: Reader) -> None:
    reader.file("/var/log/app/a.log")
    reader.closed("/var/log/app", 0o750, 12)
    assert set(by_groups(reader, "/var/log/app/*.log").grants) == {Grant(GROUP, "adm"), Grant(GROUP, "man")}


def test_what_is_readable_needs_nothing(reader: Reader) -> None:
    reader.file("/var/log/app/a.log", 0o644, 0)
    assert by_groups(reader, "/var/log/app/*.log", "/var/log/none.log") == Needs([], [])
    assert by_lists(reader, "/var/log/app/*.log") == []


@pytest.mark.parametrize(("mode", "gid"), [(0o600, 4), (0o640, 0), (0o640, 42)])
def test_what_no_group_can_give(reader: Reader, mode: int, gid: int) -> None:
    """Closed to groups, or of a group whose members can do more (root, shadow)."""
    path = reader.file("/var/log/app/a.log", mode, gid)
    found = by_groups(reader, "/var/log/app/*.log")
    assert found.grants == []
    assert found.problems[0]["value"].startswith(f"{path}, {path} is root:")


def rotated(reader: Reader, words: str) -> None:
    reader.host.layout.at("/etc")
    path = Path(reader.host.layout.at("/etc/logrotate.conf"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("/var/log/app/*.log {\n  create " + words + "\n}\n", encoding="utf-8")


def test_the_group_that_logrotate_will_give(reader: Reader) -> None:
    reader.file("/var/log/app/a.log", 0o644, 0)
    rotated(reader, "0640 root adm")
    assert by_groups(reader, "/var/log/app/*.log") == Needs([Grant(GROUP, "adm")], [])
    assert by_lists(reader, "/var/log/app/*.log") == [(DEFAULT, "/var/log/app", "r")]


def test_what_logrotate_will_close(reader: Reader) -> None:
    """It is refused, with the line."""
    reader.file("/var/log/app/a.log", 0o640)
    rotated(reader, "0600 root root")
    for found in (
        by_groups(reader, "/var/log/app/*.log"),
        log_needs.by_lists(reader.host.layout, ["/var/log/app/*.log"], reader.user("reader"), []),
    ):
        assert "create 0600 root root in /etc/logrotate.conf:1" in found.problems[0]["value"]


@pytest.mark.parametrize(
    ("words", "warned"),
    [("0600 root root", True), ("0600 reader root", False), ("0200 reader root", True), ("0644 root root", False), ("0600 root man", True)],
)
def test_what_is_readable_until_its_next_rotation(reader: Reader, words: str, warned: bool) -> None:
    """The new file's owner and group decide, as the kernel does; what is closed already is no news."""
    reader.file("/var/log/app/a.log", 0o644, 0)
    reader.file("/var/log/app/closed.log", 0o600, 0)
    rotated(reader, words)
    reader.groups = [grp.getgrnam("man").gr_gid]
    found = log_needs.until_rotation(reader.host.layout, ["/var/log/app/*.log"], reader.user("reader"))
    assert [f"a.log, create {words} in /etc/logrotate.conf:1" in text for text in found] == [True] * warned


def test_lists_of_file_directory_and_what_is_above(reader: Reader) -> None:
    reader.file("/srv/app/logs/a.log", 0o600, 0)
    reader.closed("/srv/app")
    assert by_lists(reader, "/srv/app/logs/*.log") == [
        (DEFAULT, "/srv/app/logs", "r"),
        (ACL, "/srv/app", "x"),
        (ACL, "/srv/app/logs/a.log", "r"),
    ]


def test_a_file_to_come(reader: Reader) -> None:
    """Its directory hands the right on; where there is no directory, there is nothing to do."""
    reader.closed("/srv/app", 0o755)
    assert by_lists(reader, "/srv/app/*.log", "/srv/none/*.log") == [(DEFAULT, "/srv/app", "r")]


def test_a_file_that_is_rotated_away_meanwhile(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks at it: it needs nothing any more."""
    path = Path(reader.file("/var/log/app/a.log"))
    rotated(reader, "0600 root root")

    def gone(_who: access.User, files: list[str]) -> list[bool]:
        path.unlink(missing_ok=True)
        return [False] * len(files)

    monkeypatch.setattr(access, "readable", gone)
    assert by_groups(reader, "/var/log/app/*.log") == Needs([], [])
    reader.file("/var/log/app/a.log")
    assert by_lists(reader, "/var/log/app/*.log") == []


def test_the_journal(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    who = reader.user("reader")
    assert log_needs.journal(who, {"adm"}) == Needs([], [])
    monkeypatch.setattr(log_needs, "JOURNAL_GROUP", "tty")
    assert log_needs.journal(who, {"reader"}) == Needs([Grant(GROUP, "tty")], [])
    monkeypatch.setattr(log_needs, "JOURNAL_GROUP", "no-such-group")
    assert log_needs.journal(who, {"reader"}).problems[0]["what"] == "the host has no group no-such-group"


def test_words() -> None:
    assert Grant(GROUP, "adm").text("u") == "group adm of u"
    assert Grant(DEFAULT, "/var/log", "r").text("u") == "default ACL u:u:r of /var/log"
