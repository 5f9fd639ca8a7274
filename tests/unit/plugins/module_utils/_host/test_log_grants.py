# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access given, recorded and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import log_grants
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.log_needs import ACL, DEFAULT, GROUP, Grant

from .conftest import FakeHost
from .reader import ADM, Reader, as_root, lists_work

pytestmark = as_root


@pytest.fixture
def reader(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Reader:
    if not lists_work(tmp_path):
        pytest.skip("there is no setfacl here, or no access control lists in the temporary directory")
    return Reader(fake, monkeypatch)


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
    assert log_grants.take_back(reader.host) == [one.text("reader") for one in sorted(grants)]
    assert (reader.groups, reader.reads("/var/log/app/a.log"), reader.reads("/var/log/app/new.log")) == ([], False, False)
    assert log_grants.granted(reader.host) == ("", [])
    assert log_grants.take_back(reader.host) == []


def test_what_fails_half_way_leaves_nothing(reader: Reader) -> None:
    path = reader.file("/var/log/app/a.log", 0o640, 0)
    reader.fails = "setfacl"
    with pytest.raises(HostError, match="setfacl cannot change"):
        log_grants.change(reader.host, "", [], [], "reader", [Grant(GROUP, "adm"), Grant(ACL, path, "r")])
    assert (reader.groups, log_grants.granted(reader.host)) == ([], ("", []))


def test_a_record_that_cannot_be_read(reader: Reader) -> None:
    reader.fake.write(f"{reader.host.layout.records}/log-access.json", "{")
    assert log_grants.granted(reader.host) == ("", [])
