# Copyright: (c) 2026, cloudwatch.agent contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cw_agent_config on a played host."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.cloudwatch.agent.plugins.module_utils._host import observation
from ansible_collections.cloudwatch.agent.plugins.modules import cw_agent_config

from ..module_utils._host.conftest import FakeHost, configuration
from ..module_utils._host.test_identity import Service

Run = Callable[..., dict[str, Any]]
Main = Callable[[], None]
TEXT, NEXT = configuration(60), configuration(30)


@pytest.fixture
def box(tmp_path: Path) -> FakeHost:
    host = FakeHost(tmp_path)
    host.write(host.layout.at("/etc/os-release"), "ID=debian\n")
    host.parameters.update({"ssm:web:3": TEXT, "ssm:web:4": NEXT})
    return host


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch, box: FakeHost) -> Main:
    """The module, with the host and its metadata service played."""
    monkeypatch.setattr(cw_agent_config, "Host", lambda: box.host)
    monkeypatch.setattr(observation.observe, "__defaults__", (Service(),))
    return cw_agent_config.main


def test_changes_then_does_not(run_module: Run, main: Main, box: FakeHost) -> None:
    box.install()
    arguments = {"sources": [{"location": "ssm:web:3"}]}
    predicted = run_module(main, {"sources": [{"location": "ssm:web:3", "content": TEXT}]}, check_mode=True, diff=True)
    assert box.active() == {}
    result = run_module(main, arguments, diff=True)
    assert result["changed"] and result["diff"] == predicted["diff"]
    assert '"metrics_collection_interval": 60' in result["diff"]["after"]
    assert result["agent"]["configurations"][0]["file"] == "ssm_web_3" and result["agent"]["ready"]
    assert (result["unmanaged"], result["revertible"], result["rolled_back"]) == ([], False, False)
    assert not run_module(main, arguments)["changed"]


def test_fails_with_the_log(run_module: Run, main: Main, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    box.fate = lambda texts: (1.0, "dies") if NEXT in texts else (1.0, "ready")
    result = run_module(main, {"sources": [{"location": "ssm:web:4"}]})
    assert result["failed"] and result["rolled_back"] and "no role" in result["msg"] and "no role" in result["log"][0]


def test_warns(run_module: Run, main: Main, box: FakeHost) -> None:
    box.install()
    box.fate = lambda texts: (1e9, "ready")
    arguments = {"sources": [{"location": "ssm:web:3"}], "ready_timeout": 2}
    result = run_module(main, arguments)
    assert result["changed"] and "within 2 s" in str(result["warnings"])


def test_rollback_on_and_health_are_handed_on(run_module: Run, main: Main, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    box.falls = lambda texts: 9.0 if NEXT in texts else None
    result = run_module(main, {"sources": [{"location": "ssm:web:4"}], "health_seconds": 30, "rollback_on": []})
    assert result["failed"] and "rolled_back" not in result and box.active() == {"ssm_web_4": NEXT}


def test_restored(run_module: Run, main: Main, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    assert run_module(main, {"sources": [{"location": "ssm:web:4"}]})["revertible"]
    result = run_module(main, {"state": "restored"}, diff=True)
    assert result["changed"] and result["rolled_back"] and box.active() == {"ssm_web_3": TEXT}
    assert '"metrics_collection_interval": 60' in result["diff"]["after"]
    assert not run_module(main, {"state": "restored"})["changed"]


def test_unmanaged(run_module: Run, main: Main, box: FakeHost) -> None:
    box.running_with("ssm_web_3", TEXT)
    box.write(f"{box.layout.directory}/hand.json", "{}")
    arguments = {"sources": [{"location": "ssm:web:4"}]}
    refused = run_module(main, {**arguments, "unmanaged": "refuse"})
    assert refused["failed"] and "hand.json" in refused["msg"]
    result = run_module(main, arguments)
    assert [one["file"] for one in result["unmanaged"]] == ["hand.json"]
    assert Path(result["unmanaged"][0]["backup"]).read_text(encoding="utf-8") == "{}"
    assert result["unmanaged"][0]["backup"] in str(result["warnings"])


def test_present_leaves_a_stopped_service(run_module: Run, main: Main, box: FakeHost) -> None:
    box.install()
    assert not run_module(main, {"state": "present"})["changed"]
    assert not box.wanted


def test_tells_of_files_that_cannot_be_used(run_module: Run, main: Main, box: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    box.install()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device", "/opt/x")

    monkeypatch.setattr("ansible_collections.cloudwatch.agent.plugins.module_utils._host.lock.held", full)
    assert run_module(main, {"sources": [{"location": "ssm:web:3"}]})["msg"] == "/opt/x: No space left on device"
