# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import logs
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import AgentSection
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost

LINES = [
    "2026-01-01T10:00:00Z E! [outputs.cloudwatchlogs] an old one",
    "2026-01-01T11:00:00Z I! starting",
    "2026-01-01T11:00:01Z E! [inputs.logfile] Failed to tail file /var/log/app.log",
    "no stamp at all",
    "2026-01-01T11:00:02Z E! [inputs.logfile] Failed to tail file /var/log/app.log",
    "2026-01-01T11:00:03Z D! E! is not at its place",
    "panic: runtime error",
]
ELEVEN = 1767265200.0


def test_since() -> None:
    assert logs.since(LINES, ELEVEN + 0.9) == LINES[1:]
    assert logs.since(LINES, ELEVEN + 60) == []


def test_plain_logger_writes_local_time() -> None:
    stamp = time.strftime("%Y/%m/%d %H:%M:%S", time.localtime(ELEVEN))
    assert logs.since([f"{stamp} I! x"], ELEVEN) == [f"{stamp} I! x"]


def test_trouble_once_newest_last() -> None:
    told = logs.trouble(logs.since(LINES, ELEVEN))
    assert told[0] == LINES[4] and told[-1] == "panic: runtime error"
    assert logs.trouble([f"2026-01-01T11:00:00Z E! {number} {'x' * 9999}" for number in range(50)])[0].startswith(
        "2026-01-01T11:00:00Z E! 30 "
    )
    assert max(len(line) for line in logs.trouble(["2026-01-01T11:00:00Z E! " + "x" * 9999])) == logs.WIDTH


def test_what_ends_the_daemon_at_the_level_of_information() -> None:
    line = "2026-01-01T11:00:01Z I! ERROR: ListenUDP - listen udp :8125: bind: address already in use"
    assert logs.trouble([line, "2026-01-01T11:00:02Z I! no ERRORS"]) == [line]


def test_links_of_the_daemons_user_are_not_followed(fake: FakeHost) -> None:
    fake.write(fake.layout.at("/secret"), "E! of somebody else\n")
    fake.install()
    directory = Path(fake.layout.log_file).parent
    Path(fake.layout.log_file).symlink_to(fake.layout.at("/secret"))
    directory.chmod(0o777)
    with pytest.raises(HostError, match="is a symbolic link and not a regular file"):
        logs.lines_after(fake.layout.log_file, logs.Position())


def test_pipe_in_the_place_of_the_log_is_not_waited_for(fake: FakeHost) -> None:
    fake.install()
    os.mkfifo(fake.layout.log_file)
    assert logs.lines_after(fake.layout.log_file, logs.Position()) == []


def test_lines_after_a_mark_and_after_rotation(fake: FakeHost) -> None:
    path = fake.layout.log_file
    fake.write(path, "before\n")
    mark = logs.position(path)
    with open(path, "a", encoding="utf-8") as stream:
        stream.write("after\n")
    assert logs.lines_after(path, mark) == ["after"]
    fake.write(path, "cut\n")
    assert logs.lines_after(path, mark) == ["cut"]
    assert logs.lines_after(path + ".none", mark) == []
    assert logs.position(path + ".none") == logs.Position()


def test_where_it_logs(fake: FakeHost) -> None:
    assert logs.path(fake.layout, AgentSection()) == fake.layout.log_file
    assert logs.path(fake.layout, AgentSection(logfile="/srv/a.log")) == fake.layout.at("/srv/a.log")
    assert logs.path(fake.layout, AgentSection(logfile="")) == ""


def test_journal_of_one_run(fake: FakeHost) -> None:
    fake.overrides["_SYSTEMD_INVOCATION_ID=abc"] = Result(0, "one\ntwo\n")
    assert logs.journal(fake.host, "abc") == ["one", "two"]
    fake.overrides["_SYSTEMD_INVOCATION_ID=abc"] = Result(1)
    assert logs.journal(fake.host, "abc") == []
