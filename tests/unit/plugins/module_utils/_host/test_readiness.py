# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import logs, readiness, service
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import AgentSection
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost, configuration

SECTION = AgentSection()
CHATTER = [
    "2026/11/25 10:00:00 I! Config has been translated: 2026/11/25 10:00:00 Reading json config file path: /x/error.json ...",
    "2026/11/25 10:00:00 I! Valid Json input schema.",
    "2026/11/25 10:00:00 D! config [agent]",
    '  logfile = "/var/log/errors-that-are-none.log"',
    "2026/11/25 10:00:00 D! config [outputs] failed = 1",
]
REASON = "2026-11-25T10:00:01Z I! ERROR: ListenUDP - listen udp :8125: bind: address already in use"


def test_the_reason_comes_first_whatever_its_level() -> None:
    lines = [*CHATTER, "2026-11-25T10:00:00Z I! Starting AmazonCloudWatchAgent", REASON, "2026-11-25T10:00:01Z I! Profiler is stopped"]
    assert readiness.explain(lines) == [REASON, "2026-11-25T10:00:00Z I! Starting AmazonCloudWatchAgent", lines[-1]]


def test_without_an_error_the_last_lines_are_shown() -> None:
    lines = [f"2026-11-25T10:00:0{number}Z I! step {number}" for number in range(9)]
    assert readiness.explain([*CHATTER, *lines]) == lines[-4:]


def test_a_crash_is_shown_with_its_trace() -> None:
    lines = [CHATTER[2], "panic: runtime error: index out of range [3]", "goroutine 1 [running]:"]
    assert readiness.explain(lines) == lines[1:]


def test_lines_are_few_and_distinct() -> None:
    lines = [f"2026-11-25T10:00:00Z E! error {number % 20}" for number in range(100)]
    assert readiness.explain(lines) == lines[12:20]


def _started(fake: FakeHost) -> readiness.Start:
    fake.running_with("ssm_web_2", configuration())
    return readiness.restart(fake.host, SECTION, SECTION)


def test_ready_after_the_window(fake: FakeHost) -> None:
    start = _started(fake)
    begun = fake.uptime
    verdict = readiness.wait(fake.host, start, 60, 12)
    assert verdict.kind == "ready" and 13 <= fake.uptime - begun < 15


def test_the_lines_of_this_start_alone(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", configuration())
    fake.log("E! an older error")
    fake.fate = lambda texts: (2.0, "dies")
    start = readiness.restart(fake.host, SECTION, SECTION)
    fake.uptime -= 1.5
    fake.log("E! the last words of the daemon before")
    fake.uptime += 1.5
    verdict = readiness.wait(fake.host, start, 60)
    assert verdict.kind == "dead" and len(verdict.lines) == 1 and "no role" in verdict.lines[0]
    assert verdict.cause == "exit status 1; systemd: activating/auto-restart"


def test_journal_tells_where_the_log_does_not(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", configuration())
    fake.fate = lambda texts: (2.0, "dies")
    fake.overrides["journalctl"] = Result(0, "start-amazon-cloudwatch-agent: Failed to ChangeUser\n")
    verdict = readiness.wait(fake.host, readiness.restart(fake.host, SECTION, SECTION), 60)
    assert not any("ChangeUser" in line for line in verdict.lines)
    os.truncate(fake.layout.log_file, 0)
    start = readiness.Start(AgentSection(logfile="/var/log/none.log"), fake.layout.at("/var/log/none.log"), invocation_id="id0")
    assert readiness.wait(fake.host, start, 60).lines == ["start-amazon-cloudwatch-agent: Failed to ChangeUser"]


@pytest.mark.parametrize("field", ["InvocationID", "MainPID", "NRestarts"])
def test_another_process_within_the_window_is_a_death(fake: FakeHost, field: str) -> None:
    start = _started(fake)
    fake.sleep(1.5)
    shown = fake._shown()
    base = {"InvocationID": "id2", "MainPID": "42", "NRestarts": "0"}[field]
    other = {"InvocationID": "id3", "MainPID": "43", "NRestarts": "1"}[field]
    begun = fake.uptime

    def sleep(seconds: float) -> None:
        fake.uptime += seconds
        if fake.uptime >= begun + 5:
            changed = "".join(line + "\n" for line in shown.splitlines() if not line.startswith(field))
            fake.overrides["systemctl show"] = Result(0, changed + f"{field}={other}\n")

    fake.overrides["systemctl show"] = Result(0, shown + ("NRestarts=0\n" if field == "NRestarts" else ""))
    assert f"{field}={base}" in fake.overrides["systemctl show"].out
    host = readiness.Host(fake.layout, fake.run, fake.now, fake.monotonic, sleep)
    verdict = readiness.wait(host, start, 60, 10)
    assert verdict.kind == "dead" and "started anew" in verdict.cause and "5 s after it was ready" in verdict.cause


def test_the_unit_is_masked(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", configuration())
    fake.overrides["systemctl restart"] = Result(1, "", "Failed to restart: Unit amazon-cloudwatch-agent.service is masked.\n")
    with pytest.raises(HostError, match=r"does not start .* is masked"):
        readiness.restart(fake.host, SECTION, SECTION)


def test_stop_by_force(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", configuration())
    fake.overrides["systemctl stop"] = Result(124)
    readiness.stop(fake.host)
    assert fake.called("systemctl", "kill", "--signal=SIGKILL")


def test_somebody_else_s_start(fake: FakeHost) -> None:
    fake.running_with("ssm_web_2", configuration())
    fake.log("E! an older error")
    fake.sleep(5)
    fake.fate = lambda texts: (1e9, "ready")
    fake.start()
    fake.sleep(1)
    fake.log("E! a newer error")
    since = service.read(fake.host).started_at
    verdict = readiness.wait(fake.host, readiness.Start(SECTION, fake.layout.log_file, logs.Position(), since=since), 5)
    assert verdict.kind == "unsure" and len(verdict.lines) == 1 and "newer" in verdict.lines[0]
