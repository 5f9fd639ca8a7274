# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access control lists, with the real kernel and setfacl."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import acl
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError

from .conftest import FakeHost
from .reader import UID, Reader, as_root, with_lists

pytestmark = as_root


@pytest.fixture
def reader(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return with_lists(fake, monkeypatch)


def test_given_and_taken(reader: Reader) -> None:
    """What is left is the mode that was there, without a list."""
    path = reader.file("/var/log/a.log", 0o640, 0)
    acl.give(reader.host, path, "reader", "r", default=False)
    assert (acl.rights(path, UID, default=False), reader.reads("/var/log/a.log")) == (4, True)
    acl.take(reader.host, path, UID, default=False)
    acl.take(reader.host, path, UID, default=False)
    assert (acl.rights(path, UID, default=False), reader.reads("/var/log/a.log")) == (0, False)
    assert Path(path).stat().st_mode & 0o777 == 0o640
    with pytest.raises(OSError, match="No data available"):
        os.getxattr(path, "system.posix_acl_access")


def test_what_is_made_in_the_directory(reader: Reader) -> None:
    directory = reader.closed("/var/log/app", 0o755)
    acl.give(reader.host, directory, "reader", "r", default=True)
    assert acl.rights(directory, UID, default=True) == 4
    path = Path(directory) / "new.log"
    path.touch(0o640)
    assert reader.reads("/var/log/app/new.log")
    acl.take(reader.host, directory, UID, default=True)
    (Path(directory) / "newer.log").touch(0o640)
    assert not reader.reads("/var/log/app/newer.log")


def test_a_mask_takes_the_right(reader: Reader) -> None:
    """A mode without rights of the group leaves the entry and makes it worthless."""
    path = reader.file("/var/log/a.log", 0o640, 0)
    acl.give(reader.host, path, "reader", "r", default=False)
    assert acl.group_rights(path, Path(path).stat().st_mode) == 4
    Path(path).chmod(0o600)
    assert (acl.entry(path, UID, default=False), acl.rights(path, UID, default=False)) == (4, 0)


def test_the_entries_of_others_stay(reader: Reader) -> None:
    path = reader.file("/var/log/a.log", 0o640, 0)
    reader.run(["setfacl", "-m", f"u:{UID + 1}:r", path])
    acl.give(reader.host, path, "reader", "r", default=False)
    acl.take(reader.host, path, UID, default=False)
    assert acl.rights(path, UID + 1, default=False) == 4


def test_a_link_is_not_followed_where_another_user_writes(reader: Reader) -> None:
    secret = reader.file("/etc/secret", 0o600, 0)
    directory = Path(reader.closed("/var/log/app", 0o777))
    (directory / "a.log").symlink_to(secret)
    with pytest.raises(HostError, match=r"a\.log is a symbolic link and not a regular file"):
        acl.give(reader.host, str(directory / "a.log"), "reader", "r", default=False)
    assert not reader.reads("/etc/secret")


def test_setfacl_fails(reader: Reader) -> None:
    reader.fails = "setfacl"
    path = reader.file("/var/log/a.log")
    with pytest.raises(HostError, match=r"setfacl cannot change the access control list of .*/var/log/a\.log: no"):
        acl.give(reader.host, path, "reader", "r", default=False)
