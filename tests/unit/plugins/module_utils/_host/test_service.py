# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import service
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost


def test_what_systemd_says(fake: FakeHost) -> None:
    fake.overrides["systemctl show"] = Result(
        0,
        "ActiveState=activating\nSubState=auto-restart\nUnitFileState=enabled\nInvocationID=abc\nMainPID=0\nResult=signal\n"
        "ExecMainStatus=9\nExecMainCode=2\nNRestarts=3\nLoadState=loaded\nExecMainStartTimestampMonotonic=900000000\n",
    )
    found = service.read(fake.host)
    assert found.enabled and found.loaded and not found.running and not found.masked and found.restarts == 3
    assert found.attempted_at == fake.now() - 100 and found.started_at == 0
    assert found.ending == "killed by SIGKILL; systemd: activating/auto-restart"


@pytest.mark.parametrize(
    ("code", "status", "result", "told"),
    [
        (1, 1, "exit-code", "exit status 1; systemd: failed/failed"),
        (2, 11, "signal", "killed by SIGSEGV; systemd: failed/failed"),
        (3, 6, "core-dump", "killed by SIGABRT; systemd: failed/failed"),
        (2, 9, "oom-kill", "killed by SIGKILL for want of memory; systemd: failed/failed"),
        (2, 99, "signal", "killed by signal 99; systemd: failed/failed"),
        (0, 0, "", "systemd: failed/failed"),
    ],
)
def test_ending(code: int, status: int, result: str, told: str) -> None:
    assert service.Service("failed", "failed", exit_code=code, exit_status=status, result=result).ending == told


@pytest.mark.parametrize(
    ("state", "now", "before", "died"),
    [
        ("active", "1", "1", False),
        ("active", "2", "1", True),
        ("activating", "1", "1", True),
        ("unknown", "", "1", True),
        ("failed", "1", "", False),
    ],
)
def test_a_run_that_has_ended(state: str, now: str, before: str, died: bool) -> None:
    assert service.Service(state, invocation_id=now).died(before) is died


def test_masked(fake: FakeHost) -> None:
    fake.masked = True
    assert service.read(fake.host).masked


def test_systemd_does_not_answer(fake: FakeHost) -> None:
    fake.overrides["systemctl show"] = Result(1, "", "Failed to connect to bus")
    assert service.read(fake.host).active_state == "unknown"
