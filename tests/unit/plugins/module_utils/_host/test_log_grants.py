# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access given, recorded and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import acl, log_grants
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.log_needs import ACL, DEFAULT, GROUP, Grant

from .conftest import FakeHost
from .reader import ADM, UID, Reader, as_root, with_lists

pytestmark = as_root


@pytest.fixture
def reader(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return with_lists(fake, monkeypatch)


def test_back_as_it_was(reader: Reader) -> None:
    """Also for what was made since, and what is gone."""
    path = reader.file("/var/log/app/a.log", 0o640, 0)
    gone = reader.file("/var/log/app/gone.log", 0o640, 0)
    directory = str(Path(path).parent)
    grants = [Grant(GROUP, "adm"), Grant(ACL, path, "r"), Grant(ACL, gone, "r"), Grant(DEFAULT, directory, "r")]
    log_grants.change(reader.host, "", [], [], "reader", grants)
    (Path(directory) / "new.log").touch(0o640)
    Path(gone).unlink()
    assert (reader.groups, reader.reads("/var/log/app/a.log"), reader.reads("/var/log/app/new.log")) == ([ADM], True, True)
    assert log_grants.granted(reader.host) == ("reader", sorted(grants))
    log_grants.take_back(reader.host)
    assert (reader.groups, reader.reads("/var/log/app/a.log"), reader.reads("/var/log/app/new.log")) == ([], False, False)
    assert log_grants.granted(reader.host) == ("", [])


def test_what_fails_half_way_leaves_nothing(reader: Reader) -> None:
    path = reader.file("/var/log/app/a.log", 0o640, 0)
    reader.fails = "setfacl"
    with pytest.raises(HostError, match="setfacl cannot change"):
        log_grants.change(reader.host, "", [], [], "reader", [Grant(GROUP, "adm"), Grant(ACL, path, "r")])
    assert (reader.groups, log_grants.granted(reader.host)) == ([], ("", []))


def test_a_record_that_cannot_be_read(reader: Reader) -> None:
    reader.fake.write(f"{reader.host.layout.records}/log-access.json", "{")
    assert log_grants.granted(reader.host) == ("", [])


def test_whatever_inherited_loses_it_but_what_is_left(reader: Reader) -> None:
    """Directories made since, at any depth; not what is still wanted below, and not what somebody else has given otherwise."""
    top, inner = reader.closed("/var/log", 0o755), reader.closed("/var/log/app", 0o755)
    both = [Grant(DEFAULT, top, "r"), Grant(DEFAULT, inner, "r")]
    log_grants.change(reader.host, "", [], [], "reader", both)
    deep = Path(top) / "new" / "deep"
    deep.mkdir(parents=True)
    for path in (deep / "a.log", Path(inner) / "b.log", Path(top) / "by-hand.log"):
        path.touch(0o640)
    acl.give(reader.host, str(Path(top) / "by-hand.log"), "reader", "rw", default=False)
    log_grants.change(reader.host, "reader", both, both[:1], "reader", [])
    assert log_grants.granted(reader.host) == ("reader", both[1:])
    held = {path: acl.entry(str(path), UID, default) for path, default in ((deep, False), (deep, True), (deep / "a.log", False))}
    assert set(held.values()) == {0}
    assert acl.entry(inner, UID, default=True) == acl.entry(f"{inner}/b.log", UID, default=False) == 4
    assert acl.entry(f"{top}/by-hand.log", UID, default=False) == 6


def test_what_failed_to_change_is_as_it_was(reader: Reader) -> None:
    """Other rights at the same place: those before are back, on the host and on record."""
    directory = reader.closed("/var/log/app", 0o755)
    before = [Grant(DEFAULT, directory, "r")]
    log_grants.change(reader.host, "", [], [], "reader", before)
    reader.fails = "usermod"
    with pytest.raises(HostError, match=r"usermod failed: no\. Hint: run usermod --append"):
        log_grants.change(reader.host, "reader", before, [], "reader", [Grant(DEFAULT, directory, "rx"), Grant(GROUP, "adm")])
    assert (acl.entry(directory, UID, default=True), log_grants.granted(reader.host)) == (4, ("reader", before))
