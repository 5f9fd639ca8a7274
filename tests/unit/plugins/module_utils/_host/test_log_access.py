# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access to log files as the inventory says."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import log_access
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.log_access import CHOICES, Request, ensure_log_access
from ansible_collections.cloudwatch.agent.plugins.module_utils._release.settings import LOG_ACCESS

from .conftest import FakeHost, configuration
from .reader import ADM, UID, Reader, as_root, with_lists

pytestmark = as_root
FILES = ("/var/log/app/*.log",)
GROUP = Request("group", "reader", FILES)


@pytest.fixture
def reader(fake: FakeHost, monkeypatch: pytest.MonkeyPatch) -> Reader:
    fake.running_with("ssm_web_3", configuration())
    return with_lists(fake, monkeypatch)


def held(reader: Reader, *groups: int) -> None:
    """The groups of the running agent."""
    fields = " ".join(map(str, groups))
    reader.fake.write(reader.host.layout.at("/proc/42/status"), f"Name:\tagent\nUid:\t{UID}\t{UID}\nGroups:\t{fields}\n")


def test_by_group_and_back(reader: Reader) -> None:
    """The agent is started anew whenever its groups change; a second time nothing happens."""
    reader.file("/var/log/app/a.log")
    predicted = ensure_log_access(reader.host, GROUP, 1.0, check_mode=True)
    assert predicted.differences == ["log access: group adm of reader → given"]
    assert (reader.groups, reader.fake.called("restart")) == ([], [])
    assert ensure_log_access(reader.host, GROUP, 1.0).differences == predicted.differences
    assert (reader.groups, len(reader.fake.called("restart"))) == ([ADM], 1)
    assert ensure_log_access(reader.host, GROUP, 1.0).differences == []
    assert ensure_log_access(reader.host, GROUP._replace(how="none"), 1.0).differences == []
    assert ensure_log_access(reader.host, GROUP._replace(how="check"), 1.0).differences == ["log access: group adm of reader → taken back"]
    assert (reader.groups, len(reader.fake.called("restart"))) == ([], 2)


def test_an_agent_that_was_not_started_anew(reader: Reader) -> None:
    """The run before was killed after it had given the group."""
    reader.file("/var/log/app/a.log")
    ensure_log_access(reader.host, GROUP, 1.0)
    held(reader, UID)
    found = ensure_log_access(reader.host, GROUP, 1.0)
    assert found.differences == ["log access: the running agent is without group adm → started anew"]
    held(reader, UID, ADM)
    assert ensure_log_access(reader.host, GROUP, 1.0).differences == []


def test_by_lists_and_another_user(reader: Reader) -> None:
    """No restart: lists count at once. What one user no longer needs is taken from it; from group to lists likewise."""
    path = reader.file("/var/log/app/a.log")
    ensure_log_access(reader.host, GROUP, 1.0)
    found = ensure_log_access(reader.host, GROUP._replace(how="acl"), 1.0).differences
    assert found == [
        f"log access: default ACL u:reader:r of {Path(path).parent} → given",
        f"log access: ACL u:reader:r of {path} → given",
        "log access: group adm of reader → taken back",
    ]
    assert reader.reads("/var/log/app/a.log")
    assert ensure_log_access(reader.host, GROUP._replace(how="acl"), 1.0).differences == []
    ensure_log_access(reader.host, Request("acl", "root", FILES), 1.0)
    assert not reader.reads("/var/log/app/a.log")


def test_from_lists_to_group(reader: Reader) -> None:
    """What is readable by what was lent counts as closed, so nothing is lost on the way."""
    path = reader.file("/var/log/app/a.log")
    ensure_log_access(reader.host, GROUP._replace(how="acl"), 1.0)
    found = ensure_log_access(reader.host, GROUP, 1.0).differences
    assert found == [
        "log access: group adm of reader → given",
        f"log access: ACL u:reader:r of {path} → taken back",
        f"log access: default ACL u:reader:r of {Path(path).parent} → taken back",
    ]
    assert (reader.groups, reader.reads("/var/log/app/a.log")) == ([ADM], True)
    assert ensure_log_access(reader.host, GROUP, 1.0).differences == []


def test_other_rights_at_the_same_place(reader: Reader) -> None:
    """A pattern over directories needs more of the default list, another one less again; the file stays readable."""
    path = reader.file("/var/log/app/a.log", 0o640, 0)
    for pattern, rights in (("/var/log/app/*.log", "r"), ("/var/log/app/**.log", "rx"), ("/var/log/app/*.log", "r")):
        asked = Request("acl", "reader", (pattern,))
        found = ensure_log_access(reader.host, asked, 1.0).differences
        assert f"log access: default ACL u:reader:{rights} of {Path(path).parent} → given" in found
        assert ensure_log_access(reader.host, asked, 1.0).differences == []
        assert reader.reads("/var/log/app/a.log")


def test_two_patterns_over_one_directory(reader: Reader) -> None:
    """The list has what the one that needs more asks for, and that is the end of it."""
    reader.file("/var/log/app/a.log", 0o640, 0)
    asked = Request("acl", "reader", ("/var/log/app/*.log", "/var/log/app/**.log"))
    assert any("default ACL u:reader:rx of" in one for one in ensure_log_access(reader.host, asked, 1.0).differences)
    assert ensure_log_access(reader.host, asked, 1.0).differences == []


def test_what_needs_nothing_any_more_is_taken_back(reader: Reader) -> None:
    """Its owner has opened the file meanwhile."""
    path = Path(reader.file("/var/log/app/a.log", 0o640, 0))
    asked = GROUP._replace(how="acl")
    ensure_log_access(reader.host, asked, 1.0)
    path.chmod(0o644)
    assert len(ensure_log_access(reader.host, asked, 1.0).differences) == 2
    assert log_access.compare(reader.host, asked).granted == []


def test_a_file_that_came_later_is_no_difference(reader: Reader) -> None:
    """It is readable because of the directory's list, which therefore stays."""
    directory = Path(reader.closed("/var/log/app", 0o755))
    asked = GROUP._replace(how="acl")
    ensure_log_access(reader.host, asked, 1.0)
    (directory / "a.log").touch(0o640)
    assert ensure_log_access(reader.host, asked, 1.0).differences == []
    assert reader.reads("/var/log/app/a.log")


def test_a_problem_stops_it(reader: Reader) -> None:
    reader.file("/var/log/app/a.log", 0o600)
    with pytest.raises(HostError, match=r"cw_agent_log_access group: no group can give reader .*Hint: .*acl.*Nothing was changed"):
        ensure_log_access(reader.host, GROUP, 1.0)


def test_without_setfacl(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.file("/var/log/app/a.log")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert log_access.compare(reader.host, GROUP).problems == []
    assert log_access.compare(reader.host, GROUP._replace(how="acl")).problems[0]["what"] == "the host has no setfacl"


def test_the_agent_dies(reader: Reader) -> None:
    reader.file("/var/log/app/a.log")
    reader.fake.fate = lambda texts: (1.0, "dies")
    with pytest.raises(HostError, match=r"the agent died when it was started anew with other groups .* Hint: remove the cause"):
        ensure_log_access(reader.host, GROUP, 1.0)


def test_a_link_of_somebody_else(reader: Reader) -> None:
    """The file behind it is not opened, and what was given before is taken back."""
    path = Path(reader.file("/srv/hidden.log", 0o640, 0))
    Path(reader.closed("/var/log/app", 0o777)).joinpath("a.log").symlink_to(path)
    with pytest.raises(HostError, match=r"a\.log is a symbolic link"):
        ensure_log_access(reader.host, GROUP._replace(how="acl"), 1.0)
    assert not reader.reads("/srv/hidden.log")
    assert log_access.compare(reader.host, GROUP).granted == []


def test_the_choices_are_those_of_the_inventory() -> None:
    assert CHOICES == LOG_ACCESS
