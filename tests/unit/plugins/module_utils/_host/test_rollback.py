# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import manifest, rollback, service, snapshot
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.configurations import AgentSection
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.errors import HostError
from ansible_collections.cloudwatch.agent.plugins.module_utils._host.system import Result

from .conftest import FakeHost, configuration

OLD, NEW = configuration(60), configuration(30)


def _changed(fake: FakeHost) -> snapshot.Snapshot:
    fake.running_with("ssm_web_2", OLD)
    taken = snapshot.take(fake.host, service.read(fake.host), True, manifest.applied(fake.host), {"ssm_web_3": "x"})
    fake.activate("ssm_web_3", NEW)
    os.unlink(f"{fake.layout.directory}/ssm_web_2")
    fake.start()
    return taken


def test_everything(fake: FakeHost) -> None:
    taken = _changed(fake)
    assert "the agent runs with it" in rollback.everything(fake.host, taken, AgentSection())
    assert fake.active() == {"ssm_web_2": OLD} and manifest.applied(fake.host) == taken.applied
    assert fake.invocation == 3 and snapshot.pending(fake.host) is None


def test_the_one_before_dies_too(fake: FakeHost) -> None:
    taken = _changed(fake)
    fake.fate = lambda texts: (1.0, "dies")
    assert "does not live with it either (exit status 1" in rollback.everything(fake.host, taken, AgentSection())
    assert fake.active() == {"ssm_web_2": OLD}


def test_files_alone(fake: FakeHost) -> None:
    taken = _changed(fake)
    rollback.files(fake.host, taken)
    assert fake.active() == {"ssm_web_2": OLD} and fake.invocation == 2


@pytest.mark.parametrize("error", [HostError("no way"), OSError(28, "No space left on device", "/opt/x")])
def test_an_attempt_never_raises(fake: FakeHost, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    taken = _changed(fake)

    def fail(host: object) -> None:
        raise error

    monkeypatch.setattr(snapshot, "restore", fail)
    done, told = rollback.attempt(fake.host, taken, AgentSection())
    assert not done and ("no way" in told or "/opt/x: No space left on device" in told) and "run again" in told
    assert snapshot.pending(fake.host) == taken


def test_systemd_refuses(fake: FakeHost) -> None:
    taken = _changed(fake)
    fake.overrides["systemctl restart"] = Result(1, "", "no")
    assert not rollback.attempt(fake.host, taken, AgentSection())[0] and snapshot.pending(fake.host)
